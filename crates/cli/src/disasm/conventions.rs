//! The calling conventions, with what is needed to show each.

use trampette::{Abi, DataModel};
use trampette_aarch64::{AArch64, Aapcs64};
use trampette_abi::{CallConv, Isa};
use trampette_x86_64::{SysV64, Win64, X86_64};

use super::listing::{self, Instruction};

/// A calling convention, and what is needed to show it.
#[derive(Clone, Copy)]
pub(super) struct Convention {
    pub(super) abi: Abi,
    pub(super) convention: &'static dyn CallConv,
    /// The C types that go with it where nothing else is said.
    pub(super) model: DataModel,
    pub(super) machine: &'static Machine,
}

/// An instruction set, and how its code is shown.
pub(super) struct Machine {
    pub(super) isa: &'static dyn Isa,
    pub(super) stack_pointer: &'static str,
    pub(super) disassemble: fn(&[u8]) -> Vec<Instruction>,
    /// The size of an instruction, where all have the same: such are written as one number.
    pub(super) word: Option<usize>,
}

const X86: &Machine = &Machine {
    isa: &X86_64,
    stack_pointer: "rsp",
    disassemble: listing::x86_64,
    word: None,
};

const ARM: &Machine = &Machine {
    isa: &AArch64,
    stack_pointer: "sp",
    disassemble: listing::aarch64,
    word: Some(4),
};

const CONVENTIONS: [Convention; 6] = [
    convention(&SysV64, Abi::SysV64, DataModel::LINUX_X86_64, X86),
    convention(&Win64::MSVC, Abi::Win64, DataModel::WINDOWS_MSVC, X86),
    convention(&Win64::GNU, Abi::Win64Gnu, DataModel::WINDOWS_GNU, X86),
    convention(&Aapcs64::LINUX, Abi::Aapcs64, DataModel::LINUX_AARCH64, ARM),
    convention(
        &Aapcs64::APPLE,
        Abi::AppleArm64,
        DataModel::APPLE_ARM64,
        ARM,
    ),
    convention(
        &Aapcs64::WINDOWS,
        Abi::WinArm64,
        DataModel::WINDOWS_MSVC,
        ARM,
    ),
];

const fn convention(
    convention: &'static dyn CallConv,
    abi: Abi,
    model: DataModel,
    machine: &'static Machine,
) -> Convention {
    Convention {
        abi,
        convention,
        model,
        machine,
    }
}

impl Convention {
    /// What is needed to show the convention of this name; `None` for one that came later than this.
    pub(super) fn of(abi: Abi) -> Option<Self> {
        CONVENTIONS.into_iter().find(|known| known.abi == abi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_convention_can_be_shown() {
        for abi in Abi::ALL {
            let known = Convention::of(abi).map(|known| known.convention.abi());
            assert_eq!(known, Some(abi));
        }
    }
}
