//! System V AMD64: x86_64 everywhere but Windows.
//!
//! Sentences in quotes are from the "System V Application Binary Interface, AMD64 Architecture
//! Processor Supplement", version 1.0, section 3.2.3 "Parameter Passing" unless another is named.

use trampette_abi::plant::Plant;
use trampette_abi::{
    AbiError, CallConv, CallLayout, Entry, Extend, Part, Place, Preserved, Register, Row, Saved,
    Unnamed,
};
use trampette_types::{Abi, Layout, LayoutKind, Member, Scalar, Shape};

use crate::registers::{
    R8, R9, R12, R13, R14, R15, RAX, RBP, RBX, RCX, RDI, RDX, RSI, ST0, XMM0, XMM1, ZMM_BYTES, set,
};

/// "If the class is INTEGER, the next available register of the sequence %rdi, %rsi, %rdx, %rcx, %r8
/// and %r9 is used."
const INTEGER_ARGUMENTS: [Register; 6] = [RDI, RSI, RDX, RCX, R8, R9];

/// "If the class is SSE, the next available vector register is used, the registers are taken in the
/// order from %xmm0 to %xmm7."
const VECTOR_ARGUMENTS: u8 = 8;

/// "If the class is INTEGER, the next available register of the sequence %rax, %rdx is used."
const INTEGER_RESULTS: [Register; 2] = [RAX, RDX];

/// "If the class is SSE, the next available vector register of the sequence %xmm0, %xmm1 is used."
const VECTOR_RESULTS: [Register; 2] = [XMM0, XMM1];

/// "Registers %rbp, %rbx and %r12 through %r15 “belong” to the calling function and the called function
/// is required to preserve their values." (3.2.1 "Registers")
const PRESERVED: Preserved = Preserved {
    integers: set(&[RBX, RBP, R12, R13, R14, R15]),
    vectors: 0,
    vector_bytes: 0,
};

/// The bytes of an eightbyte.
const EIGHTBYTE: usize = 8;

/// The stack pointer's alignment at a call (3.2.2 "The Stack Frame").
const STACK_ALIGN: usize = 16;

/// The System V AMD64 calling convention.
#[derive(Clone, Copy, Debug, Default)]
pub struct SysV64;

impl CallConv for SysV64 {
    fn abi(&self) -> Abi {
        Abi::SysV64
    }

    fn call_layout(&self, shape: &Shape) -> Result<CallLayout, AbiError> {
        let mut assignment = Assignment::default();
        let result = assignment.result(shape.result());
        let unnamed = shape.variadic_from().unwrap_or(usize::MAX);
        for (index, value) in shape.params().iter().enumerate() {
            assignment.argument(index, value, index >= unnamed);
        }
        let vectors = Plant::SysvVectorCountZero.pick(assignment.vectors, 0);
        // "When a function taking variable-arguments is called, %al must be set": without a prototype nobody knows
        // whether it is one.
        let is_told = shape.variadic_from().is_some() || shape.is_unprototyped();
        let vector_count = is_told.then_some((RAX, vectors));
        Ok(CallLayout {
            abi: Abi::SysV64,
            stack_size: assignment.stack.next_multiple_of(assignment.stack_align),
            stack_align: assignment.stack_align,
            vector_size: ZMM_BYTES,
            home: 0,
            preserved: PRESERVED,
            vector_count: Plant::SysvVectorCountLost.pick(vector_count, None),
            arguments: assignment.rows,
            result,
            result_size: shape.result().size(),
            entry: Entry {
                frame: RDI,
                target: RSI,
            },
        })
    }

    /// "The prologue should use %al to avoid unnecessarily saving XMM registers": an allowance, not a duty.
    /// (3.5.7 "Variable Argument Lists", figure 3.33 "Register Save Area")
    fn unnamed(&self) -> Unnamed {
        const VECTORS: [Register; VECTOR_ARGUMENTS as usize] = {
            let mut vectors = [XMM0; VECTOR_ARGUMENTS as usize];
            let mut number = 0;
            while number < VECTOR_ARGUMENTS {
                vectors[number as usize] = Register::vector(number);
                number += 1;
            }
            vectors
        };
        Unnamed {
            integers: &INTEGER_ARGUMENTS,
            vectors: &VECTORS,
            saved: Saved::Apart,
        }
    }
}

/// The class of an eightbyte. What goes to memory has no class: [`Memory`] says so. Nor is
/// COMPLEX_X87 one here: it is a type's, not an eightbyte's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// The psABI's NO_CLASS: nothing but padding.
    Padding,
    Integer,
    Sse,
    /// "The class consists of types that fit into a vector register and can be passed and returned in the
    /// upper bytes of it."
    SseUp,
    X87,
    X87Up,
}

/// "If the size of an object is larger than eight eightbytes, or it contains unaligned fields, it has
/// class MEMORY."
#[derive(Debug)]
struct Memory;

impl Class {
    /// The class of a scalar's eightbyte of this index.
    ///
    /// "Arguments of types __float128, _Decimal128 and __m128 are split into two halves. The least
    /// significant ones belong to class SSE, the most significant one to class SSEUP." "The 64-bit mantissa
    /// of arguments of type long double belongs to class X87, the 16-bit exponent plus 6 bytes of padding
    /// belongs to class X87UP." "Arguments of type __m256 are split into four eightbyte chunks. The least
    /// significant one belongs to class SSE and all the others to class SSEUP." (And `__m512` into eight.)
    fn of(scalar: Scalar, index: usize) -> Self {
        match (scalar, index) {
            (Scalar::F80, 0) => Self::X87,
            (Scalar::F80, _) => Self::X87Up,
            (Scalar::F128 | Scalar::V128 | Scalar::V256 | Scalar::V512, 1..) => Self::SseUp,
            (Scalar::V64 | Scalar::V128 | Scalar::V256 | Scalar::V512, _) => Self::Sse,
            _ if scalar.is_float() => Self::Sse,
            _ => Self::Integer,
        }
    }

    /// "(a) If both classes are equal, this is the resulting class. (b) If one of the classes is
    /// NO_CLASS, the resulting class is the other class. (c) If one of the classes is MEMORY, the result is
    /// the MEMORY class. (d) If one of the classes is INTEGER, the result is the INTEGER. (e) If one of the
    /// classes is X87, X87UP, COMPLEX_X87 class, MEMORY is used as class. (f) Otherwise class SSE is used."
    fn merge(self, other: Self) -> Result<Self, Memory> {
        Ok(match (self, other) {
            (one, other) if one == other => one,
            (Self::Padding, class) | (class, Self::Padding) => class,
            (Self::Integer, Self::Sse) if Plant::SysvMerge.is_on() => Self::Sse,
            (Self::Integer, _) | (_, Self::Integer) => Self::Integer,
            (Self::X87 | Self::X87Up, _) | (_, Self::X87 | Self::X87Up) => return Err(Memory),
            (Self::Sse | Self::SseUp, _) => Self::Sse,
        })
    }
}

/// The classes of a value's eightbytes: an object that has more of them has class MEMORY.
type Classes = [Class; 8];

/// The classes of a value.
///
/// "Arguments of type __int128 offer the same operations as INTEGERs, yet they do not fit into one general
/// purpose register but require two registers. For classification purposes __int128 is treated as if it
/// were implemented as a struct of two longs, with the exception that arguments of type __int128 that are
/// stored in memory must be aligned on a 16-byte boundary."
fn classify(value: &Layout) -> Result<Classes, Memory> {
    let mut classes = [Class::Padding; 8];
    if value.size() > classes.len() * EIGHTBYTE {
        return Err(Memory);
    }
    note(value, 0, &mut classes)?;
    tidy(value.size(), classes)
}

/// Merges the classes of a value that stands at an offset into those of the whole.
///
/// "Each field of an object is classified recursively so that always two fields are considered." A record's
/// own classes come first, since the order of merging makes a difference to the x87's.
fn note(value: &Layout, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
    if value.size() == 0 {
        return Ok(());
    }
    match value.kind() {
        LayoutKind::Scalar(scalar) => note_scalar(*scalar, offset, classes),
        LayoutKind::Complex(part) => {
            note_scalar(*part, offset, classes)?;
            note_scalar(*part, offset + part.size(), classes)
        }
        // The psABI would have it in class SSE, as `__m64`. GCC has it in memory, and Clang but for a
        // result that it is alone.
        LayoutKind::Vector {
            lane: Scalar::F64,
            len: 1,
        } => Err(Memory),
        LayoutKind::Vector { .. } => match Scalar::vector(value.size()) {
            Some(scalar) => note_scalar(scalar, offset, classes),
            None => Err(Memory),
        },
        LayoutKind::Array { element, len } => (0..*len)
            .try_for_each(|index| note_part(element, offset + index * element.size(), classes)),
        LayoutKind::Struct(members) | LayoutKind::Union(members) => members
            .iter()
            .chain(value.unnamed_bits())
            .try_for_each(|member| note_member(member, offset + member.offset, classes)),
        _ => Ok(()),
    }
}

/// A bit-field is INTEGER in each eightbyte that it has bits in, and never unaligned: the psABI does not
/// say so, compilers do. One without a name is so as well, which GCC has it be, and Clang since version 23
/// ([LLVM 216777](https://github.com/llvm/llvm-project/pull/216777)).
fn note_member(member: &Member, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
    let Some(bits) = member.bits else {
        return note_part(&member.layout, offset, classes);
    };
    let bytes = bits.bytes();
    let eightbytes = (offset + bytes.start) / EIGHTBYTE..(offset + bytes.end).div_ceil(EIGHTBYTE);
    for class in classes.get_mut(eightbytes).unwrap_or_default() {
        *class = class.merge(Class::Integer)?;
    }
    Ok(())
}

fn note_part(part: &Layout, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
    let mut own = [Class::Padding; 8];
    note(part, offset, &mut own)?;
    for (class, own) in classes.iter_mut().zip(tidy(part.size(), own)?) {
        *class = class.merge(own)?;
    }
    Ok(())
}

fn note_scalar(scalar: Scalar, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
    if !offset.is_multiple_of(scalar.size()) && !Plant::SysvUnaligned.is_on() {
        return Err(Memory);
    }
    let first = offset / EIGHTBYTE;
    for index in first..(offset + scalar.size()).div_ceil(EIGHTBYTE) {
        let place = Plant::SysvLargeInRegisters.pick(index, index.min(1));
        // Beyond them is what a planted mistake takes for aligned.
        if let Some(class) = classes.get_mut(place) {
            *class = class.merge(Class::of(scalar, index - first))?;
        }
    }
    Ok(())
}

/// "(b) If X87UP is not preceded by X87, the whole argument is passed in memory. (c) If the size of the
/// aggregate exceeds two eightbytes and the first eightbyte isn't SSE or any other eightbyte isn't SSEUP,
/// the whole argument is passed in memory. (d) If SSEUP is not preceded by SSE or SSEUP, it is converted to
/// SSE." Of a part that lies within a larger value, the classes of other eightbytes are padding.
fn tidy(size: usize, mut classes: Classes) -> Result<Classes, Memory> {
    let most = Plant::SysvLargeInRegisters.pick(2, 3) * EIGHTBYTE;
    if size > most && !is_one_vector(size, classes) {
        return Err(Memory);
    }
    let mut before = Class::Padding;
    for class in &mut classes {
        match (before, *class) {
            (Class::X87, Class::X87Up) | (Class::Sse | Class::SseUp, Class::SseUp) => {}
            (_, Class::X87Up) => return Err(Memory),
            (_, Class::SseUp) => *class = Class::Sse,
            _ => {}
        }
        before = *class;
    }
    Ok(classes)
}

fn is_one_vector(size: usize, classes: Classes) -> bool {
    let mut filled = classes.iter().filter(|class| **class != Class::Padding);
    filled.next() == Some(&Class::Sse)
        && filled.clone().all(|class| *class == Class::SseUp)
        && filled.count() + 1 == size.div_ceil(EIGHTBYTE)
}

/// What of a value travels in one register: its class, offset and size.
type Piece = (Class, usize, usize);

/// The pieces of a value that travel in registers. "If the class is SSEUP, the eightbyte is passed in the
/// next available eightbyte chunk of the last used vector register." Of an x87 number, ten bytes travel.
fn pieces(value: &Layout, classes: Classes) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, class) in classes.into_iter().enumerate() {
        let offset = index * EIGHTBYTE;
        match (class, pieces.last_mut()) {
            (Class::SseUp, Some((.., size))) => *size += EIGHTBYTE,
            (Class::X87Up, Some((.., size))) => *size = Scalar::F80.value_size(),
            (Class::Padding | Class::SseUp | Class::X87Up, _) => {}
            _ => pieces.push((class, offset, EIGHTBYTE.min(value.size() - offset))),
        }
    }
    pieces
}

/// The two registers of a complex `long double`: "If the class is COMPLEX_X87, the real part of the value
/// is returned in %st0 and the imaginary part in %st1."
fn complex_x87(value: &Layout) -> Option<Vec<Row>> {
    let is_x87 = *value.kind() == LayoutKind::Complex(Scalar::F80);
    let row = |number: u8| Row {
        part: Part::Result {
            offset: usize::from(number) * Scalar::F80.size(),
            size: Scalar::F80.value_size(),
        },
        place: Place::Register(Register::x87(number)),
        extend: Extend::None,
    };
    is_x87.then(|| vec![row(0), row(1)])
}

/// What has been handed out so far.
struct Assignment {
    rows: Vec<Row>,
    integers: usize,
    vectors: u8,
    stack: usize,
    stack_align: usize,
}

impl Default for Assignment {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            integers: 0,
            vectors: 0,
            stack: 0,
            stack_align: STACK_ALIGN,
        }
    }
}

impl Assignment {
    /// "If the type has class MEMORY, then the caller provides space for the return value and passes
    /// the address of this storage in %rdi as if it were the first argument to the function."
    fn result(&mut self, value: &Layout) -> Vec<Row> {
        if let Some(rows) = complex_x87(value) {
            return rows;
        }
        let Ok(classes) = classify(value) else {
            let place = Place::Register(self.next_integer());
            let place = Plant::SysvResultAddressRegister.pick(place, Place::Register(R9));
            self.rows.push(Row {
                part: Part::ResultAddress,
                place,
                extend: Extend::None,
            });
            return Vec::new();
        };
        let integers = Plant::SysvResultsSwapped.pick(&INTEGER_RESULTS, &[RDX, RAX]);
        let (mut integers, mut vectors) = (integers.iter(), VECTOR_RESULTS.iter());
        let rows = pieces(value, classes)
            .into_iter()
            .filter_map(|(class, offset, size)| {
                let register = match class {
                    Class::X87 => Some(&ST0),
                    Class::Sse => vectors.next(),
                    _ => integers.next(),
                };
                let part = Part::Result { offset, size };
                let extend = Plant::SysvResultNotExtended.pick(extension(value), Extend::None);
                register.map(|&register| Row {
                    part,
                    place: Place::Register(register),
                    extend,
                })
            });
        rows.collect()
    }

    /// "If there are no registers available for any eightbyte of an argument, the whole argument is
    /// passed on the stack. If registers have already been assigned for some eightbytes of such an
    /// argument, the assignments get reverted."
    ///
    /// What is wider than 16 bytes goes to the stack behind `...`: va_arg looks for it there, since a callee
    /// saves no more of vector registers (3.5.7 "Variable Argument Lists").
    fn argument(&mut self, index: usize, value: &Layout, is_unnamed: bool) {
        if value.size() == 0 {
            return;
        }
        match classify(value) {
            Ok(_) if is_unnamed && value.size() > 2 * EIGHTBYTE => self.on_stack(index, value),
            // "If the class is X87, X87UP or COMPLEX_X87, it is passed in memory."
            Ok([Class::X87, ..]) => self.on_stack(index, value),
            Ok(classes) if self.has_registers_for(classes) => {
                self.in_registers(index, value, classes);
            }
            _ => self.on_stack(index, value),
        }
    }

    fn has_registers_for(&self, classes: Classes) -> bool {
        let count = |class| classes.iter().filter(|&&other| other == class).count();
        let integers_left = INTEGER_ARGUMENTS.len() - self.integers;
        let vectors_left = usize::from(VECTOR_ARGUMENTS - self.vectors);
        count(Class::Integer) <= integers_left && count(Class::Sse) <= vectors_left
    }

    fn in_registers(&mut self, index: usize, value: &Layout, classes: Classes) {
        for (class, offset, size) in pieces(value, classes) {
            let register = if class == Class::Sse {
                self.next_vector()
            } else {
                self.next_integer()
            };
            let part = Part::Argument {
                index,
                offset,
                size,
            };
            self.rows.push(Row {
                part,
                place: Place::Register(register),
                extend: Plant::SysvArgumentNotExtended.pick(extension(value), Extend::None),
            });
        }
    }

    /// "Once registers are assigned, the arguments passed in memory are pushed on the stack in reversed
    /// (right-to-left) order." Each begins at a multiple of eight, or of its own larger alignment.
    fn on_stack(&mut self, index: usize, value: &Layout) {
        let word = Plant::SysvStackPacked.pick(EIGHTBYTE, 4);
        let align = Plant::SysvOverAligned.pick(value.align().max(word), word);
        let offset = self.stack.next_multiple_of(align);
        self.stack = offset + value.size().next_multiple_of(word);
        self.integers = Plant::SysvRegistersUsedUp.pick(self.integers, INTEGER_ARGUMENTS.len());
        self.stack_align = self.stack_align.max(align);
        let part = Part::Argument {
            index,
            offset: 0,
            size: value.size(),
        };
        self.rows.push(Row {
            part,
            place: Place::Stack(offset),
            extend: extension(value),
        });
    }

    fn next_integer(&mut self) -> Register {
        self.integers += 1;
        let wrong = [RDI, RSI, RCX, RDX, R8, R9];
        Plant::SysvIntegerOrder.pick(INTEGER_ARGUMENTS, wrong)[self.integers - 1]
    }

    fn next_vector(&mut self) -> Register {
        self.vectors += 1;
        let number = self.vectors - 1;
        Register::vector(Plant::SysvVectorOrder.pick(number, number ^ 1))
    }
}

/// "When a value of type _Bool is returned or passed in a register or on the stack, bit 0 contains the
/// truth value and bits 1 to 7 shall be zero." The bits above other narrow integers are left open, yet
/// Clang's callees rely on an extension to 32 bits that gcc's and Clang's callers perform: so do we.
fn extension(value: &Layout) -> Extend {
    match value.as_scalar() {
        Some(Scalar::I8 | Scalar::I16) => Extend::Sign,
        Some(Scalar::Bool | Scalar::U8 | Scalar::U16) => Extend::Zero,
        _ => Extend::None,
    }
}
