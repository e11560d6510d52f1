//! Status codes.

use trampette::{Error, TypeError};

/// `ffi_status`: what functions say that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) enum Status {
    Ok,
    /// A type that is no type, a null pointer, or no memory for what is asked.
    BadTypedef,
    /// No such calling convention here, or no memory for code.
    BadAbi,
    /// An argument behind `...` of a type that C promotes to another.
    BadArgtype,
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::AbiUnavailable { .. } | Error::Exec(_) => Self::BadAbi,
            Error::Type(TypeError::Unpromoted { .. }) => Self::BadArgtype,
            _ => Self::BadTypedef,
        }
    }
}

impl From<Result<(), Self>> for Status {
    fn from(result: Result<(), Self>) -> Self {
        result.err().unwrap_or(Self::Ok)
    }
}

/// Tells about a call that cannot be made, where the interface has no status to tell it by. C goes on: nothing
/// was called, and no result was written.
#[cold]
pub(crate) fn complain(function: &str, problem: &dyn std::fmt::Display) {
    eprintln!("libffi (trampette): {function}: {problem}; nothing was called");
}
