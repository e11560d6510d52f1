//! Microsoft x64: Windows, and functions with `ms_abi` everywhere.
//!
//! Sentences in quotes are from Microsoft's "x64 calling convention" (learn.microsoft.com,
//! cpp/build/x64-calling-convention) unless another page is named.
//!
//! Where the page is silent, GCC and Clang were asked, as compilers for `ms_abi`:
//!
//! - A struct without bytes, which the page does not know, takes up a position, with the address of a
//!   copy that has no bytes either: both agree. As a result it travels nowhere in GCC 12 and through a
//!   hidden pointer in Clang 14, so it is refused.
//! - Clang leaves garbage above narrow integers, and neither relies on anything else.

use trampette_abi::plant::Plant;
use trampette_abi::{
    AbiError, CallConv, CallLayout, Entry, Extend, Part, Place, Preserved, Register, Row, Saved,
    Unnamed,
};
use trampette_types::{Abi, Layout, Scalar, Shape};

use crate::registers::{
    R8, R9, R12, R13, R14, R15, RAX, RBP, RBX, RCX, RDI, RDX, RSI, XMM0, XMM1, XMM2, XMM3,
    ZMM_BYTES, set,
};

/// "Integer arguments in the leftmost four positions are passed in left-to-right order in RCX, RDX, R8,
/// and R9, respectively." "Any floating-point and double-precision arguments in the first four parameters
/// are passed in XMM0 - XMM3, depending on position."
const POSITIONS: [(Register, Register); 4] = [(RCX, XMM0), (RDX, XMM1), (R8, XMM2), (R9, XMM3)];

/// The bytes of a position, on the stack and in the home space.
const WORD: usize = 8;

/// "The caller must always allocate sufficient space to store four register parameters, even if the
/// callee doesn't take that many parameters."
const HOME: usize = POSITIONS.len() * WORD;

/// "The stack will always be maintained 16-byte aligned, except within the prolog." (x64 stack usage)
const STACK_ALIGN: usize = 16;

/// "For these aggregate types passed as a pointer, including __m128, the caller-allocated temporary
/// memory must be 16-byte aligned."
const COPY_ALIGN: usize = 16;

/// "The x64 ABI considers registers RBX, RBP, RDI, RSI, RSP, R12, R13, R14, R15, and XMM6-XMM15
/// nonvolatile." (Of larger vector registers, only these 16 bytes.)
const PRESERVED: Preserved = Preserved {
    integers: set(&[RBX, RBP, RDI, RSI, R12, R13, R14, R15]),
    vectors: 0xFFC0,
    vector_bytes: 16,
};

/// The Microsoft x64 calling convention.
///
/// One convention, and two ABIs that share it: compilers differ in types, `long double` above all.
#[derive(Clone, Copy, Debug)]
pub struct Win64 {
    abi: Abi,
}

impl Win64 {
    /// As MSVC has it.
    pub const MSVC: Self = Self { abi: Abi::Win64 };

    /// As GCC has it, for mingw.
    pub const GNU: Self = Self { abi: Abi::Win64Gnu };
}

impl CallConv for Win64 {
    fn abi(&self) -> Abi {
        self.abi
    }

    fn call_layout(&self, shape: &Shape) -> Result<CallLayout, AbiError> {
        let mut assignment = Assignment {
            rows: Vec::new(),
            position: 0,
            duplicates: shape.variadic_from().is_some() || shape.is_unprototyped(),
        };
        let result = self.result(&mut assignment, shape.result())?;
        for (index, value) in shape.params().iter().enumerate() {
            assignment.argument(index, value);
        }
        let home = Plant::Win64HomeLost.pick(HOME, 0);
        let stack = (assignment.position * WORD).saturating_sub(HOME - home);
        Ok(CallLayout {
            abi: self.abi,
            stack_size: stack.max(home).next_multiple_of(STACK_ALIGN),
            stack_align: STACK_ALIGN,
            vector_size: ZMM_BYTES,
            home,
            preserved: preserved(),
            vector_count: None,
            arguments: assignment.rows,
            result,
            result_size: shape.result().size(),
            entry: Entry {
                frame: RCX,
                target: RDX,
            },
        })
    }

    /// Floating-point values behind `...` travel in integer registers as well. Their home space stands right
    /// below the stack arguments, so that all can be read in a row.
    fn unnamed(&self) -> Unnamed {
        Unnamed {
            integers: &[RCX, RDX, R8, R9],
            vectors: &[],
            saved: Saved::BelowStack,
        }
    }
}

/// What a callback keeps, but for a planted mistake.
fn preserved() -> Preserved {
    let (rsi, xmm6) = (set(&[RSI]), 1 << 6);
    Preserved {
        integers: PRESERVED.integers & !Plant::Win64RsiLost.pick(0, rsi),
        vectors: PRESERVED.vectors & !Plant::Win64Xmm6Lost.pick(0, xmm6),
        ..PRESERVED
    }
}

impl Win64 {
    /// "A scalar return value that can fit into 64 bits, including the __m64 type, is returned through
    /// RAX. Non-scalar types including floats, doubles, and vector types are returned in XMM0." "To
    /// return a user-defined type by value in RAX, it must have a length of 1, 2, 4, 8, 16, 32, or 64
    /// bits. Otherwise, the caller must allocate memory for the return value and pass a pointer to it as
    /// the first argument."
    fn result(&self, assignment: &mut Assignment, value: &Layout) -> Result<Vec<Row>, AbiError> {
        if value.is_void() {
            return Ok(Vec::new());
        }
        if value.size() == 0 {
            let (abi, ty) = (self.abi, value.to_string());
            return Err(AbiError::Unsupported { abi, ty });
        }
        if self.is_wide(value) {
            let (offset, size) = (0, value.size());
            return Ok(vec![row(
                Part::Result { offset, size },
                Place::Register(XMM0),
            )]);
        }
        if !is_word(value) {
            assignment.place(Part::ResultAddress, false);
            return Ok(Vec::new());
        }
        let register = if is_float(value) { XMM0 } else { RAX };
        let part = Part::Result {
            offset: 0,
            size: value.size(),
        };
        Ok(vec![row(part, Place::Register(register))])
    }

    /// What comes back in a whole vector register: "Non-scalar types including floats, doubles, and vector
    /// types" do. GCC and Clang return their `__int128` so, which Microsoft does not have; vectors of 32 and
    /// 64 bytes GCC returns in memory.
    fn is_wide(&self, value: &Layout) -> bool {
        let is_integer = matches!(value.as_scalar(), Some(Scalar::I128 | Scalar::U128));
        let most = if self.abi == Abi::Win64Gnu { 16 } else { 64 };
        is_integer || value.is_vector() && (16..=most).contains(&value.size())
    }
}

/// "Any argument that doesn't fit in 8 bytes, or isn't 1, 2, 4, or 8 bytes, must be passed by reference.
/// A single argument is never spread across multiple registers."
fn is_word(value: &Layout) -> bool {
    matches!(value.size(), 1 | 2 | 4 | 8)
        || Plant::Win64ThreeBytesByValue.is_on() && matches!(value.size(), 3 | 5 | 6 | 7)
}

/// "Structs and unions of size 8, 16, 32, or 64 bits, and __m64 types, are passed as if they were
/// integers of the same size": only a float or double that stands alone is one. Not `_Float16`, of which
/// Microsoft knows nothing, and which GCC 12 passes as an integer of its size.
fn is_float(value: &Layout) -> bool {
    matches!(value.as_scalar(), Some(Scalar::F32 | Scalar::F64))
        || Plant::Win64LoneFloat.is_on() && value.to_string() == "{f64}"
}

/// "All integer arguments in registers are right-justified, so the callee can ignore the upper bits of
/// the register and access only the portion of the register necessary."
fn row(part: Part, place: Place) -> Row {
    Row {
        part,
        place,
        extend: Extend::None,
    }
}

/// What has been handed out so far.
struct Assignment {
    rows: Vec<Row>,
    position: usize,
    /// Whether floating-point arguments travel in both registers of their position.
    duplicates: bool,
}

impl Assignment {
    fn argument(&mut self, index: usize, value: &Layout) {
        let (offset, size) = (0, value.size());
        if is_word(value) {
            let part = Part::Argument {
                index,
                offset,
                size,
            };
            self.place(part, is_float(value));
        } else {
            let align = Plant::Win64CopyAlignment.pick(value.align().max(COPY_ALIGN), WORD);
            self.place(Part::ArgumentAddress { index, size, align }, false);
        }
    }

    /// "There's a strict one-to-one correspondence between a function call's arguments and the registers
    /// used for those arguments." The fifth and higher stand on the stack, where each position has a word:
    /// those of the first four are the home space.
    fn place(&mut self, part: Part, is_float: bool) {
        let position = self.position;
        self.position += 1;
        let Some(&(integer, vector)) = POSITIONS.get(position) else {
            let offset = position * WORD - Plant::Win64HomeLost.pick(0, HOME);
            self.rows.push(row(part, Place::Stack(offset)));
            return;
        };
        let vector = match Plant::Win64VectorOrder.is_on() {
            true => self.next_vector(),
            false => vector,
        };
        let register = if is_float { vector } else { integer };
        self.rows.push(row(part, Place::Register(register)));
        if is_float && self.duplicates && !Plant::Win64DuplicateLost.is_on() {
            let again = duplicate(part).map(|part| row(part, Place::Register(integer)));
            self.rows.extend(again);
        }
    }

    /// The vector register behind those handed out, which a planted mistake goes by.
    fn next_vector(&self) -> Register {
        let mut vectors = POSITIONS.iter().map(|(_, vector)| *vector);
        let is_free = |vector: &Register| {
            let place = Place::Register(*vector);
            self.rows.iter().all(|row| row.place != place)
        };
        vectors.find(is_free).unwrap_or(XMM3)
    }
}

/// "For floating-point values only, both the integer register and the floating-point register must
/// contain the value, in case the callee expects the value in the integer registers." That is about
/// arguments behind `...` and of functions without a prototype. Clang does it to all arguments of a
/// variadic function, which harms nobody.
fn duplicate(part: Part) -> Option<Part> {
    match part {
        Part::Argument {
            index,
            offset,
            size,
        } => Some(Part::Duplicate {
            index,
            offset,
            size,
        }),
        _ => None,
    }
}
