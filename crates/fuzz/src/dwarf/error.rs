//! Why layouts could not be compared.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io};

use trampette::{CType, TypeError};

use super::Unwritable;
use crate::compiler::CompileError;

/// Why a compiler's view of types could not be had.
#[derive(Debug)]
#[non_exhaustive]
pub enum DwarfError {
    /// The compiler does not work, or refuses the types.
    Compile(CompileError),
    /// C has no way to write a type.
    Unwritable {
        /// The type.
        ty: CType,
        /// Why.
        why: Unwritable,
    },
    /// The engine has no layout for a type.
    Type(TypeError),
    /// The object file is not there.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The object file is damaged, or of an unknown format.
    Object(object::Error),
    /// The debugging information is damaged.
    Dwarf(gimli::Error),
    /// The debugging information does not tell of a type.
    Absent {
        /// Its name.
        name: String,
    },
    /// The debugging information has something that types of C do not need.
    Unknown {
        /// What it is.
        what: String,
    },
    /// Types stand in types without end.
    Endless,
}

impl fmt::Display for DwarfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compile(error) => error.fmt(f),
            Self::Unwritable { ty, why } => write!(f, "`{ty}`: {why}"),
            Self::Type(error) => error.fmt(f),
            Self::Unreadable { file, .. } => write!(f, "cannot read {}", file.display()),
            Self::Object(_) => f.write_str("the compiler's object file cannot be read"),
            Self::Dwarf(_) => f.write_str("the compiler's debugging information cannot be read"),
            Self::Absent { name } => {
                write!(f, "the debugging information does not tell of `{name}`")
            }
            Self::Unknown { what } => {
                write!(f, "the debugging information has an unexpected {what}")
            }
            Self::Endless => f.write_str("the debugging information nests types without end"),
        }
    }
}

impl Error for DwarfError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // What is shown as a whole names its own cause.
            Self::Compile(error) => error.source(),
            Self::Type(error) => error.source(),
            Self::Unreadable { source, .. } => Some(source),
            Self::Object(error) => Some(error),
            Self::Dwarf(error) => Some(error),
            _ => None,
        }
    }
}

impl From<CompileError> for DwarfError {
    fn from(error: CompileError) -> Self {
        Self::Compile(error)
    }
}

impl From<TypeError> for DwarfError {
    fn from(error: TypeError) -> Self {
        Self::Type(error)
    }
}

impl From<object::Error> for DwarfError {
    fn from(error: object::Error) -> Self {
        Self::Object(error)
    }
}

impl From<gimli::Error> for DwarfError {
    fn from(error: gimli::Error) -> Self {
        Self::Dwarf(error)
    }
}
