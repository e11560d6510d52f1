//! System V AMD64: x86_64 everywhere but Windows.
//!
//! Sentences in quotes are from the "System V Application Binary Interface, AMD64 Architecture
//! Processor Supplement", version 1.0, section 3.2.3 "Parameter Passing" unless another is named.

use core::ops::ControlFlow;

use trampette_abi::plant::Plant;
use trampette_abi::{
    AbiError, CallConv, CallLayout, Entry, Extend, Part, Place, Preserved, Register, Row,
};
use trampette_types::{Abi, Layout, Scalar, Shape};

use crate::registers::{
    R8, R9, R12, R13, R14, R15, RAX, RBP, RBX, RCX, RDI, RDX, RSI, XMM0, XMM1, set,
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
        for (index, value) in shape.params().iter().enumerate() {
            assignment.argument(index, value);
        }
        let vectors = Plant::SysvVectorCountZero.pick(assignment.vectors, 0);
        let vector_count = shape.variadic_from().map(|_| (RAX, vectors));
        Ok(CallLayout {
            abi: Abi::SysV64,
            stack_size: assignment.stack.next_multiple_of(assignment.stack_align),
            stack_align: assignment.stack_align,
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
}

/// The class of an eightbyte, as far as the types in view need it. What goes to memory has no class:
/// [`Memory`] says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// The psABI's NO_CLASS: nothing but padding.
    Padding,
    Integer,
    Sse,
}

/// "If the size of an object is larger than eight eightbytes, or it contains unaligned fields, it has
/// class MEMORY."
struct Memory;

impl Class {
    fn of(scalar: Scalar) -> Self {
        if scalar.is_float() {
            Self::Sse
        } else {
            Self::Integer
        }
    }

    /// "(a) If both classes are equal, this is the resulting class. (b) If one of the classes is
    /// NO_CLASS, the resulting class is the other class. (d) If one of the classes is INTEGER, the
    /// result is the INTEGER. (f) Otherwise class SSE is used."
    fn merge(self, other: Self) -> Self {
        match (self, other) {
            (Self::Padding, class) | (class, Self::Padding) => class,
            (Self::Integer, Self::Sse) if Plant::SysvMerge.is_on() => Self::Sse,
            (Self::Integer, _) | (_, Self::Integer) => Self::Integer,
            (Self::Sse, Self::Sse) => Self::Sse,
        }
    }
}

/// The classes of the two eightbytes of a value.
///
/// "If the size of the aggregate exceeds two eightbytes and the first eightbyte isn't SSE or any other
/// eightbyte isn't SSEUP, the whole argument is passed in memory." Only vectors have SSEUP.
fn classify(value: &Layout) -> Result<[Class; 2], Memory> {
    if value.size() > Plant::SysvLargeInRegisters.pick(2, 3) * EIGHTBYTE {
        return Err(Memory);
    }
    let mut classes = [Class::Padding; 2];
    let unaligned = value.leaves(&mut |leaf| {
        if !leaf.offset.is_multiple_of(leaf.scalar.size()) && !Plant::SysvUnaligned.is_on() {
            return ControlFlow::Break(());
        }
        let index = leaf.offset / EIGHTBYTE;
        let class = &mut classes[Plant::SysvLargeInRegisters.pick(index, index.min(1))];
        *class = class.merge(Class::of(leaf.scalar));
        ControlFlow::Continue(())
    });
    if unaligned.is_break() {
        Err(Memory)
    } else {
        Ok(classes)
    }
}

/// The eightbytes of a value that travel in registers, each with its class, offset and size.
fn eightbytes(value: &Layout, classes: [Class; 2]) -> impl Iterator<Item = (Class, usize, usize)> {
    let size = value.size();
    classes
        .into_iter()
        .enumerate()
        .filter(|(_, class)| *class != Class::Padding)
        .map(move |(index, class)| {
            let offset = index * EIGHTBYTE;
            (class, offset, EIGHTBYTE.min(size - offset))
        })
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
        let rows = eightbytes(value, classes).filter_map(|(class, offset, size)| {
            let register = if class == Class::Sse {
                vectors.next()
            } else {
                integers.next()
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
    fn argument(&mut self, index: usize, value: &Layout) {
        if value.size() == 0 {
            return;
        }
        match classify(value) {
            Ok(classes) if self.has_registers_for(classes) => {
                self.in_registers(index, value, classes);
            }
            _ => self.on_stack(index, value),
        }
    }

    fn has_registers_for(&self, classes: [Class; 2]) -> bool {
        let count = |class| classes.iter().filter(|&&other| other == class).count();
        let integers_left = INTEGER_ARGUMENTS.len() - self.integers;
        let vectors_left = usize::from(VECTOR_ARGUMENTS - self.vectors);
        count(Class::Integer) <= integers_left && count(Class::Sse) <= vectors_left
    }

    fn in_registers(&mut self, index: usize, value: &Layout, classes: [Class; 2]) {
        for (class, offset, size) in eightbytes(value, classes) {
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
