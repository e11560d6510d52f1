//! Why a judge cannot work.

use std::error::Error;
use std::{fmt, io};

use trampette::ExecError;

use crate::compiler::CompileError;

/// Why a judge cannot work.
#[derive(Debug)]
#[non_exhaustive]
pub enum JudgeError {
    /// A compiler does not work, or there is none.
    Compile(CompileError),
    /// There is no executable memory for call stubs.
    Exec(ExecError),
    /// There is no memory that ends at a forbidden page.
    Memory(region::Error),
    /// There is no thread with a stack that is large enough.
    Thread(io::Error),
}

impl fmt::Display for JudgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compile(_) => "the C twins cannot be compiled",
            Self::Exec(_) => "there is no executable memory",
            Self::Memory(_) => "there is no memory between forbidden pages",
            Self::Thread(_) => "there is no thread to call from",
        })
    }
}

impl Error for JudgeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Compile(source) => Some(source),
            Self::Exec(source) => Some(source),
            Self::Memory(source) => Some(source),
            Self::Thread(source) => Some(source),
        }
    }
}

impl From<CompileError> for JudgeError {
    fn from(source: CompileError) -> Self {
        Self::Compile(source)
    }
}

impl From<ExecError> for JudgeError {
    fn from(source: ExecError) -> Self {
        Self::Exec(source)
    }
}

impl From<region::Error> for JudgeError {
    fn from(source: region::Error) -> Self {
        Self::Memory(source)
    }
}
