use alloc::string::String;
use alloc::vec::Vec;

use trampette_types::{Abi, Shape};

use crate::error::AbiError;
use crate::frame::FrameLayout;
use crate::register::Register;

/// A calling convention: a pure function from a shape to rows.
pub trait CallConv {
    /// Its name.
    fn abi(&self) -> Abi;

    /// Where the arguments and the result of a function of this shape travel.
    ///
    /// # Errors
    ///
    /// [`AbiError::Unsupported`] for a type whose passing the convention does not define.
    fn call_layout(&self, shape: &Shape) -> Result<CallLayout, AbiError>;
}

/// An instruction set: carries out rows, whatever convention they come from.
pub trait Isa {
    /// What assemblers call the low `size` bytes of a register: `edi`, `xmm0`.
    fn register_name(&self, register: Register, size: usize) -> String;

    /// The code of a call stub: position-independent, entered with a frame and a target in the
    /// registers that [`CallLayout::entry`] names, it moves the arguments from the frame to where the
    /// rows want them and calls the target. The result comes back in the registers of the result rows,
    /// or, where the callee returns through a hidden pointer, in the frame's result slot.
    ///
    /// # Errors
    ///
    /// [`AbiError::Assembler`] when the assembler refuses, which is a defect of this crate's user.
    fn call_stub(&self, layout: &CallLayout, frame: &FrameLayout) -> Result<Vec<u8>, AbiError>;
}

/// Where the arguments and the result of a call travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLayout {
    /// The convention that made it.
    pub abi: Abi,
    /// What the caller hands over, in no order that matters.
    pub arguments: Vec<Row>,
    /// What the callee hands back in registers; empty for `void`, for a value of no size, and for a
    /// result in memory.
    pub result: Vec<Row>,
    /// How many bytes of arguments stand on the stack.
    pub stack_size: usize,
    /// What the stack pointer is aligned to at the call, in bytes.
    pub stack_align: usize,
    /// A register that tells a variadic callee at most how many vector registers carry arguments.
    pub vector_count: Option<(Register, u8)>,
    /// The registers that carry the frame and the target into a call stub.
    pub entry: Entry,
}

/// The registers that carry a stub's own parameters: those of the first two pointer arguments of the
/// convention that the stub is entered under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The address of the argument frame.
    pub frame: Register,
    /// The address of the function to call.
    pub target: Register,
}

/// One row: this part of the call travels in that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What travels.
    pub part: Part,
    /// Where it travels.
    pub place: Place,
    /// What the receiver may assume about the bytes behind it.
    pub extend: Extend,
}

/// What travels. Offsets and sizes are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// `size` bytes of an argument, from `offset` on.
    Argument {
        /// Which argument, counted from zero.
        index: usize,
        /// Where the bytes begin in it.
        offset: usize,
        /// How many there are.
        size: usize,
    },
    /// `size` bytes of the result, from `offset` on.
    Result {
        /// Where the bytes begin in it.
        offset: usize,
        /// How many there are.
        size: usize,
    },
    /// The address of the memory that the callee writes its result to.
    ResultAddress,
}

/// Where a part travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In a register, from its lowest byte on.
    Register(Register),
    /// On the stack, this many bytes above the stack pointer at the call instruction.
    Stack(usize),
}

/// What the receiver of a narrow integer may assume about the bits above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extend {
    /// Nothing.
    None,
    /// Zero up to 32 bits.
    Zero,
    /// Copies of its sign up to 32 bits.
    Sign,
}

impl Part {
    /// How many bytes travel.
    #[must_use]
    pub fn size(&self) -> usize {
        match *self {
            Self::Argument { size, .. } | Self::Result { size, .. } => size,
            Self::ResultAddress => 8,
        }
    }
}

impl CallLayout {
    /// Whether nothing travels on the stack: such a call needs no stack frame, and its stub jumps to
    /// the target instead of calling it.
    #[must_use]
    pub fn is_register_only(&self) -> bool {
        self.stack_size == 0
    }

    /// Whether the result comes back in memory whose address the caller passes.
    #[must_use]
    pub fn has_result_address(&self) -> bool {
        self.arguments
            .iter()
            .any(|row| row.part == Part::ResultAddress)
    }
}
