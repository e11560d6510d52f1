use alloc::string::String;
use alloc::vec::Vec;

use trampette_types::{Abi, Shape};

use crate::copies::Copies;
use crate::error::AbiError;
use crate::frame::FrameLayout;
use crate::register::{Bank, Preserved, Register};
use crate::thunk::{Binding, THUNK_SIZE, Thunk};
use crate::unnamed::Unnamed;

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

    /// In which registers a variadic function may find arguments that have no name, and where it saves
    /// them to read them one by one.
    fn unnamed(&self) -> Unnamed;
}

/// An instruction set: carries out rows, whatever convention they come from.
pub trait Isa {
    /// What assemblers call the low `size` bytes of a register: `edi`, `xmm0`.
    fn register_name(&self, register: Register, size: usize) -> String;

    /// The code of a call stub: position-independent, entered under its target's own convention with a
    /// frame and a target in the registers that [`CallLayout::entry`] names, it moves the arguments from the frame to where the
    /// rows want them and calls the target. The result comes back in the registers of the result rows,
    /// or, where the callee returns through a hidden pointer or the layout
    /// [stores it](CallLayout::stores_result), in the frame's result slot.
    ///
    /// # Errors
    ///
    /// [`AbiError::Assembler`] when the assembler refuses, which is a defect of this crate's user.
    fn call_stub(&self, layout: &CallLayout, frame: &FrameLayout) -> Result<Vec<u8>, AbiError>;

    /// The code of an entry adapter: what C enters instead of a function of this layout, a call stub
    /// read backwards. It gathers the arguments into a frame on the stack, calls the dispatcher that the
    /// [`context`](Self::context_register) names, and hands back the result that stands in the frame
    /// then.
    ///
    /// A context begins with two addresses: that of this code, and that of its dispatcher, a C function
    /// that takes the addresses of context, frame and the frame's result slot, which holds zeroes when it is
    /// called. `dispatcher` is how that one is called: the layout of `(ptr, ptr, ptr) -> void` in a
    /// convention of its own. The adapter keeps what its caller expects to be preserved and the dispatcher
    /// may clobber.
    ///
    /// Where the frame has an [area for unnamed arguments](FrameLayout::unnamed), it saves the registers
    /// there that may carry them, or below the stack arguments, and the address of the latter.
    ///
    /// # Errors
    ///
    /// [`AbiError::Dispatcher`] when this is no layout of three pointers in registers;
    /// [`AbiError::Assembler`] when the assembler refuses.
    fn entry_adapter(
        &self,
        layout: &CallLayout,
        frame: &FrameLayout,
        dispatcher: &CallLayout,
    ) -> Result<Vec<u8>, AbiError>;

    /// The same with a dispatcher that is known when the code is made: contexts need not name it, and may come
    /// in another register.
    ///
    /// # Errors
    ///
    /// As for [`entry_adapter`](Self::entry_adapter).
    fn bound_entry_adapter(
        &self,
        layout: &CallLayout,
        frame: &FrameLayout,
        dispatcher: &CallLayout,
        binding: Binding,
    ) -> Result<Vec<u8>, AbiError>;

    /// Code that stands in one piece of memory with a context: it puts the address of the word `word` bytes
    /// behind its own start, a multiple of eight, into the [context register](Self::context_register), and
    /// jumps to the address that stands there.
    fn trampoline(&self, word: u8) -> Vec<u8>;

    /// The register that carries the context into an entry adapter: one that no convention passes
    /// arguments in.
    fn context_register(&self) -> Register;

    /// What stands between a thunk and a function that takes its context in a vector register: it copies
    /// the [context register](Self::context_register) there, and jumps to the address that stands second
    /// in the context, as a dispatcher's does.
    ///
    /// # Errors
    ///
    /// [`AbiError::Assembler`] when the assembler refuses.
    fn vector_injector(&self, register: Register) -> Result<Vec<u8>, AbiError>;

    /// The same for a function that takes its context in a register for integers, and is known when the code is
    /// made.
    ///
    /// # Errors
    ///
    /// As for [`vector_injector`](Self::vector_injector).
    fn bound_injector(&self, register: Register, binding: Binding) -> Result<Vec<u8>, AbiError>;

    /// The code of a thunk.
    fn thunk(&self, thunk: Thunk) -> [u8; THUNK_SIZE];
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
    /// How many bytes the result has, wherever it travels.
    pub result_size: usize,
    /// How many bytes the caller gives the callee at the stack pointer: home space, then arguments.
    pub stack_size: usize,
    /// How many of these bytes, the lowest, are home space: the callee's to write to, whatever its
    /// arguments. The offsets of [`Place::Stack`] include it, so no argument stands below it.
    pub home: usize,
    /// What the stack pointer is aligned to at the call, in bytes.
    pub stack_align: usize,
    /// How many bytes of a vector register may carry something.
    pub vector_size: usize,
    /// A register that tells a variadic callee at most how many vector registers carry arguments.
    pub vector_count: Option<(Register, u8)>,
    /// The registers that the caller finds unchanged afterwards.
    pub preserved: Preserved,
    /// The registers that carry the frame and the target into a call stub.
    pub entry: Entry,
}

/// The registers that carry a stub's own parameters: those of the first two pointer arguments of its
/// target's convention, under which every stub is entered. So what the target may clobber the stub's
/// caller knows of, what it preserves the stub need not save, and a stub that jumps hands on the home
/// space that it was given.
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

/// What travels. Offsets and sizes are in bytes. (Like the enums below it lists everything: an
/// instruction set that does not know a new entry must not compile.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Bytes of an argument that travel once more, since the callee may look for them in either place.
    /// Who receives arguments takes them from the other.
    Duplicate {
        /// Which argument, counted from zero.
        index: usize,
        /// Where the bytes begin in it.
        offset: usize,
        /// How many there are.
        size: usize,
    },
    /// The address of a copy of a whole argument, which the callee may write to. The copy stands in the
    /// caller's stack frame: see [`CallLayout::copies`].
    ArgumentAddress {
        /// Which argument, counted from zero.
        index: usize,
        /// How many bytes it has.
        size: usize,
        /// What the copy is aligned to.
        align: usize,
    },
    /// The address of the memory that the callee writes its result to.
    ResultAddress,
}

/// Where a part travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a register, from its lowest byte on.
    Register(Register),
    /// On the stack, this many bytes above the stack pointer at the call instruction.
    Stack(usize),
}

/// What the receiver of a narrow integer may assume about the bits above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
            Self::Argument { size, .. }
            | Self::Duplicate { size, .. }
            | Self::Result { size, .. } => size,
            Self::ArgumentAddress { .. } | Self::ResultAddress => 8,
        }
    }
}

impl CallLayout {
    /// Whether the stub jumps to the target instead of calling it: where nothing travels on the stack and
    /// nothing by reference, and there is nothing to do afterwards, it needs no stack frame. Home space
    /// is the stub's caller's.
    #[must_use]
    pub fn jumps(&self) -> bool {
        let by_reference = |row: &Row| matches!(row.part, Part::ArgumentAddress { .. });
        self.stack_size == self.home
            && !self.arguments.iter().any(by_reference)
            && !self.stores_result()
    }

    /// Whether the stub stores the result in the frame: one that whoever enters stubs could not take from
    /// its registers, since it takes up more of one than a word, or less of each than a `float`.
    #[must_use]
    pub fn stores_result(&self) -> bool {
        let is_half = |row: &Row| {
            let is_vector = |register: Register| register.bank == Bank::Vector;
            row.part.size() == 2
                && matches!(row.place, Place::Register(register) if is_vector(register))
        };
        let is_wide = |row: &Row| row.part.size() > 8;
        self.result.iter().any(is_wide) || self.result.len() > 1 && self.result.iter().all(is_half)
    }

    /// Whether a stub can take the arguments of this call from [where they stand](FrameLayout::of_pointers):
    /// nothing travels by reference, no result is stored, and each part is as long as a move of the machine,
    /// so that nothing is read behind it.
    #[must_use]
    pub fn suits_pointers(&self) -> bool {
        let suits = |row: &Row| match row.part {
            Part::Argument { size, .. } | Part::Duplicate { size, .. } => match row.place {
                Place::Register(register) if register.bank == Bank::Vector => {
                    matches!(size, 4 | 8 | 16)
                }
                Place::Register(_) | Place::Stack(_) => matches!(size, 1 | 2 | 4 | 8 | 16),
            },
            Part::ArgumentAddress { .. } | Part::ResultAddress | Part::Result { .. } => false,
        };
        !self.stores_result() && self.arguments.iter().all(suits)
    }

    /// Where the copies of arguments stand that travel by reference.
    #[must_use]
    pub fn copies(&self) -> Copies {
        Copies::of(self)
    }

    /// The register in which an argument travels whose address or first bytes are in one.
    #[must_use]
    pub fn argument_register(&self, index: usize) -> Option<Register> {
        let row = self.arguments.iter().find(|row| match row.part {
            Part::Argument { index: owner, .. } | Part::ArgumentAddress { index: owner, .. } => {
                owner == index
            }
            Part::Duplicate { .. } | Part::Result { .. } | Part::ResultAddress => false,
        })?;
        match row.place {
            Place::Register(register) => Some(register),
            Place::Stack(_) => None,
        }
    }

    /// Whether the result comes back in memory whose address the caller passes.
    #[must_use]
    pub fn has_result_address(&self) -> bool {
        self.arguments
            .iter()
            .any(|row| row.part == Part::ResultAddress)
    }
}
