//! Where the engine has arguments and result travel.

use std::fmt;

use trampette::{Abi, MODEL, Signature};
use trampette_aarch64::AArch64;
use trampette_abi::{CallLayout, Isa, Part, Place, Row};
use trampette_types::Shape;
use trampette_x86_64::X86_64;

use crate::convention::{abi_of, rows};
use crate::mismatch::Position;

/// The engine's rows for a signature; none where its convention does not define it.
pub(super) struct Rows {
    shape: Shape,
    layout: CallLayout,
    isa: &'static dyn Isa,
}

impl Rows {
    pub(super) fn of(signature: &Signature) -> Option<Self> {
        Some(Self {
            shape: signature.shape(&MODEL).ok()?,
            layout: rows(signature)?,
            isa: isa(abi_of(signature))?,
        })
    }

    /// All of them.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = trampette_abi::Report {
            shape: &self.shape,
            layout: &self.layout,
            isa: self.isa,
        };
        writeln!(f)?;
        rows.to_string()
            .lines()
            .try_for_each(|line| writeln!(f, "  {line}"))
    }

    /// Where this byte of an argument or of the result travels.
    pub(super) fn place_of(&self, position: Position, byte: usize) -> Option<String> {
        let all = self.layout.arguments.iter().chain(&self.layout.result);
        let row = all.into_iter().find(|row| carries(row, position, byte));
        match row {
            Some(row) => Some(self.words(row, byte)),
            None if position == Position::Result && byte < self.layout.result_size => {
                Some("in memory".into())
            }
            None => None,
        }
    }

    fn words(&self, row: &Row, byte: usize) -> String {
        let offset = match row.part {
            Part::Argument { offset, .. } | Part::Result { offset, .. } => offset,
            _ => byte,
        };
        let place = match row.place {
            Place::Register(register) => self.isa.register_name(register, row.part.size()),
            Place::Stack(at) => format!("stack+{}", at + (byte - offset)),
        };
        match row.part {
            Part::ArgumentAddress { .. } => format!("at the address in {place}"),
            _ => format!("in {place}"),
        }
    }
}

fn carries(row: &Row, position: Position, byte: usize) -> bool {
    let within = |offset: usize, size: usize| (offset..offset + size).contains(&byte);
    match (row.part, position) {
        (
            Part::Argument {
                index,
                offset,
                size,
            },
            Position::Argument(wanted),
        ) => index == wanted && within(offset, size),
        (Part::ArgumentAddress { index, size, .. }, Position::Argument(wanted)) => {
            index == wanted && within(0, size)
        }
        (Part::Result { offset, size }, Position::Result) => within(offset, size),
        _ => false,
    }
}

/// Names the registers of a convention.
fn isa(abi: Abi) -> Option<&'static dyn Isa> {
    match abi {
        Abi::SysV64 | Abi::Win64 | Abi::Win64Gnu => Some(&X86_64),
        Abi::Aapcs64 | Abi::AppleArm64 | Abi::WinArm64 => Some(&AArch64),
        _ => None,
    }
}
