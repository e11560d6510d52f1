//! The code that a signature needs, in both directions.

use trampette::{Abi, CType, Error, Signature};
use trampette_abi::{
    AbiError, Bank, Counting, Register, Thunk, injection_register, register_behind_words,
};

use super::listing::{Instruction, Memory};
use super::subject::Subject;

/// Code, and the same as text.
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) instructions: Vec<Instruction>,
    /// Where it finds or builds an argument frame.
    pub(super) frame: Option<Memory>,
}

/// All the code of a signature.
pub(super) struct Code {
    pub(super) stub: Block,
    /// What C enters.
    pub(super) entries: Entries,
}

/// The code of a callback.
pub(super) struct Entries {
    /// For closures of a signature known at run time only. Its dispatcher is a function of the same
    /// convention, as it is on the platform that the convention is native to.
    pub(super) adapter: Block,
    /// Its thunks.
    pub(super) dynamic: Thunks,
    /// The register that carries the context to such a closure without an adapter, if its arguments are words in
    /// registers.
    pub(super) behind_words: Option<Register>,
    /// The thunks of closures whose types are known, if they can be given one more argument.
    pub(super) typed: Option<Typed>,
}

/// Two thunks that load their slots into the same register.
pub(super) struct Thunks {
    pub(super) register: Register,
    pub(super) plain: Block,
    pub(super) counting: Block,
}

/// How a closure of known types gets its context.
pub(super) struct Typed {
    /// The register that it takes it in.
    pub(super) register: Register,
    pub(super) thunks: Thunks,
    /// What copies it to a vector register, behind the thunk.
    pub(super) injector: Option<Block>,
}

/// The distance of a slot from its thunk, as `trampette-exec` lays them out.
pub(super) const SLOT: i32 = 128 << 10;

impl Code {
    pub(super) fn of(subject: &Subject) -> Result<Self, Error> {
        let isa = subject.machine().isa;
        let stub = isa.call_stub(&subject.layout, &subject.frame)?;
        let entries = Entries::of(subject)?;
        let frame = subject.register(subject.layout.entry.frame, 8);
        Ok(Self {
            stub: Block::of(subject, stub).with_frame(frame, 0),
            entries,
        })
    }
}

impl Entries {
    fn of(subject: &Subject) -> Result<Self, Error> {
        let convention = subject.convention.convention;
        let isa = subject.machine().isa;
        let dispatcher = Signature::new([CType::POINTER; 3], CType::Void)?;
        let dispatcher = convention.call_layout(&dispatcher.shape(&subject.model)?)?;
        let frame = match subject.leaves_arguments_open() {
            true => subject.frame.clone().with_unnamed(&convention.unnamed()),
            false => subject.frame.clone(),
        };
        let adapter = isa.entry_adapter(&subject.layout, &frame, &dispatcher)?;
        // It lies above the dispatcher's home space.
        let frame = dispatcher.home.next_multiple_of(frame.align());
        let stack_pointer = subject.machine().stack_pointer.into();
        let injected = injection_register(convention, &subject.shape)?;
        // More than registers carry.
        let words = Signature::new([CType::POINTER; 9], CType::POINTER)?;
        let words = convention.call_layout(&words.shape(&subject.model)?)?;
        let behind_words = match subject.leaves_arguments_open() {
            true => None,
            false => register_behind_words(&subject.layout, &subject.frame, &words),
        };
        Ok(Self {
            adapter: Block::of(subject, adapter).with_frame(stack_pointer, frame),
            dynamic: Thunks::of(subject, isa.context_register()),
            behind_words,
            typed: injected
                .map(|register| Typed::of(subject, register))
                .transpose()?,
        })
    }
}

impl Typed {
    fn of(subject: &Subject, register: Register) -> Result<Self, AbiError> {
        let isa = subject.machine().isa;
        let (carrier, injector) = match register.bank {
            Bank::Integer | Bank::X87 => (register, None),
            Bank::Vector => (isa.context_register(), Some(isa.vector_injector(register)?)),
        };
        Ok(Self {
            register,
            thunks: Thunks::of(subject, carrier),
            injector: injector.map(|code| Block::of(subject, code)),
        })
    }
}

impl Thunks {
    fn of(subject: &Subject, register: Register) -> Self {
        // As on the platform that the convention is native to.
        let counting = match subject.convention.abi {
            Abi::SysV64 => Counting::Biased,
            _ => Counting::Shared,
        };
        let thunk = |counting| {
            let slot = SLOT;
            let thunk = Thunk {
                register,
                slot,
                counting,
            };
            Block::of(subject, without_filler(&subject.machine().isa.thunk(thunk)))
        };
        Self {
            register,
            plain: thunk(Counting::None),
            counting: thunk(counting),
        }
    }
}

impl Block {
    fn of(subject: &Subject, bytes: Vec<u8>) -> Self {
        Self {
            instructions: (subject.machine().disassemble)(&bytes),
            bytes,
            frame: None,
        }
    }

    fn with_frame(mut self, register: String, offset: usize) -> Self {
        self.frame = Some(Memory { register, offset });
        self
    }
}

/// A thunk without what fills it up to its size: `int3`, or zeroes, which are no instructions.
fn without_filler(thunk: &[u8]) -> Vec<u8> {
    let is_filler = |byte: &u8| matches!(byte, 0xCC | 0);
    let filler = thunk.iter().rev().take_while(|byte| is_filler(byte));
    thunk[..thunk.len() - filler.count()].to_vec()
}
