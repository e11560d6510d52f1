//! Why a callback refused a call.

use std::fmt;

/// Why a callback refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It came while the closure ran, and the closure changes what it captured.
    Reentered,
    /// It came from another thread than the closure's own.
    ForeignThread,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reentered => {
                "the callback was called while it ran, which its closure does not allow"
            }
            Self::ForeignThread => {
                "the callback was called on another thread than its closure's own"
            }
        })
    }
}

impl std::error::Error for Fault {}
