use alloc::string::String;
use core::fmt;

use trampette_types::Abi;

/// Why a shape has no call layout, or a call layout no code.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AbiError {
    /// The convention does not define how this type travels.
    Unsupported {
        /// The convention.
        abi: Abi,
        /// The type, as compact text.
        ty: String,
    },
    /// A dispatcher of entry adapters must take two pointers in registers.
    Dispatcher {
        /// The convention that it was to have.
        abi: Abi,
    },
    /// The assembler refused.
    Assembler {
        /// Its own words.
        message: String,
    },
}

impl AbiError {
    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } => "unsupported-by-abi",
            Self::Dispatcher { .. } => "dispatcher",
            Self::Assembler { .. } => "assembler",
        }
    }
}

impl fmt::Display for AbiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported { abi, ty } => {
                write!(
                    f,
                    "the calling convention {} does not define how `{ty}` is passed",
                    abi.name()
                )
            }
            Self::Dispatcher { abi } => write!(
                f,
                "a dispatcher in the calling convention {} does not take two pointers in registers",
                abi.name()
            ),
            Self::Assembler { message } => write!(f, "the stub cannot be assembled: {message}"),
        }
    }
}

impl core::error::Error for AbiError {}
