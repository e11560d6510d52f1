//! What is shown: a signature, under a convention and a platform's types.

use trampette::{ABI, Abi, DataModel, Error, FrameLayout, Layout, MODEL, Signature};
use trampette_abi::{CallLayout, Part, Place, Preserved, Register};
use trampette_types::Shape;

use super::conventions::{Convention, Machine};
use crate::args;
use crate::declared::Declared;
use crate::failure::Failure;

/// A signature under a convention, classified.
pub(super) struct Subject {
    pub(super) declared: Declared,
    pub(super) convention: Convention,
    pub(super) model: DataModel,
    pub(super) shape: Shape,
    pub(super) layout: CallLayout,
    pub(super) frame: FrameLayout,
}

impl Subject {
    pub(super) fn of(disasm: &args::Disasm) -> Result<Self, Failure> {
        let (declared, abi, model) = declared(disasm)?;
        let unknown = || Error::AbiUnavailable { abi };
        let convention = Convention::of(abi).ok_or_else(unknown)?;
        let shape = declared.signature.shape(&model).map_err(Error::from)?;
        let layout = convention.convention.call_layout(&shape);
        Ok(Self {
            layout: layout.map_err(Error::from)?,
            frame: FrameLayout::of(&shape),
            declared,
            convention,
            model,
            shape,
        })
    }

    pub(super) fn signature(&self) -> &Signature {
        &self.declared.signature
    }

    pub(super) fn machine(&self) -> &'static Machine {
        self.convention.machine
    }

    /// What an argument is called: its parameter's name, or its number, counted from one as in all
    /// messages.
    pub(super) fn name(&self, index: usize) -> String {
        match self.declared.parameter_names.get(index) {
            Some(Some(name)) => name.clone(),
            _ => format!("#{}", index + 1),
        }
    }

    /// The layout of an argument, by an index that its rows have.
    pub(super) fn argument(&self, index: usize) -> &Layout {
        &self.shape.params()[index]
    }

    /// What assemblers call the whole of a register, as far as bytes of this number need it.
    pub(super) fn register(&self, register: Register, size: usize) -> String {
        self.machine().isa.register_name(register, size.max(8))
    }

    /// The signature without its convention, which is said apart.
    pub(super) fn bare_signature(&self) -> String {
        let text = self.signature().to_string();
        let abi = self.signature().abi().map_or("", Abi::name);
        text.strip_prefix(abi).unwrap_or(&text).trim_start().into()
    }

    /// Whether any of an argument travels: what has no bytes may not.
    pub(super) fn travels(&self, index: usize) -> bool {
        let owner = |part: &Part| match *part {
            Part::Argument { index, .. } | Part::ArgumentAddress { index, .. } => Some(index),
            Part::Duplicate { .. } | Part::Result { .. } | Part::ResultAddress => None,
        };
        let mut rows = self.layout.arguments.iter();
        rows.any(|row| owner(&row.part) == Some(index))
    }

    /// Whether it is variadic, and does not say what stands behind `...`.
    pub(super) fn leaves_arguments_open(&self) -> bool {
        self.shape.variadic_from() == Some(self.shape.params().len())
    }

    /// The registers that the caller finds unchanged; of vector registers, the bytes that it does.
    pub(super) fn preserved(&self) -> Vec<String> {
        let none = Preserved {
            integers: 0,
            vectors: 0,
            vector_bytes: 0,
        };
        let preserved = &self.layout.preserved;
        let registers = preserved.unless_by(&none).into_iter();
        registers
            .map(|register| self.register(register, preserved.bytes_of(register)))
            .collect()
    }

    /// A place as text: `rdi`, `rsp+8`.
    pub(super) fn place(&self, place: Place) -> String {
        match place {
            Place::Register(register) => self.register(register, 8),
            Place::Stack(offset) => format!("{}+{offset}", self.machine().stack_pointer),
        }
    }

    /// The register that carries the address of the result, or the stack offset.
    pub(super) fn result_address(&self) -> Option<Place> {
        let mut rows = self.layout.arguments.iter();
        let row = rows.find(|row| row.part == Part::ResultAddress)?;
        Some(row.place)
    }
}

/// Reads the signature. The types depend on the convention, which the text itself may name.
fn declared(disasm: &args::Disasm) -> Result<(Declared, Abi, DataModel), Failure> {
    let model_of = |abi: Option<Abi>| {
        let of_convention = || abi.and_then(Convention::of).map(|known| known.model);
        disasm.model.or_else(of_convention).unwrap_or(MODEL)
    };
    let model = model_of(disasm.abi);
    let declared = Declared::parse(&disasm.signature, &model)?;
    let abi = match (declared.signature.abi(), disasm.abi) {
        (Some(own), Some(asked)) if own != asked => {
            return Err(Failure::Arguments(format!(
                "the signature is of the convention {}, and --abi says {}",
                own.name(),
                asked.name()
            )));
        }
        (own, asked) => own.or(asked),
    };
    let right = model_of(abi);
    let declared = if right == model {
        declared
    } else {
        Declared::parse(&disasm.signature, &right)?
    };
    Ok((declared, abi.unwrap_or(ABI), right))
}
