//! What can go wrong.

use std::error::Error;
use std::fmt;
use std::io;

use crate::strategy::Refusal;

/// Why code was not published. Whatever was published before stays published.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecError {
    /// This crate does not know the operating system (yet).
    Unsupported {
        /// Its name, as in [`std::env::consts::OS`].
        os: &'static str,
    },
    /// The options contradict each other or the machine.
    BadOptions {
        /// Which, and how.
        reason: &'static str,
    },
    /// A piece of the batch has no bytes.
    EmptyPiece {
        /// Its place in the batch.
        index: usize,
    },
    /// No address space, or no memory for the image that is to become code.
    AddressSpace {
        /// How much was asked for.
        bytes: usize,
        /// The system's error number.
        errno: i32,
    },
    /// Memory, mappings or file descriptors ran out; each strategy that could still be tried is
    /// listed. Publishing may work again when there are some.
    Exhausted {
        /// What each strategy ran into, in the order in which they were tried.
        refusals: Vec<Refusal>,
    },
    /// The system allows no new executable pages, in any way that is known (or in the one that
    /// the options ask for).
    Refused {
        /// What each strategy was refused, in the order in which they were tried.
        refusals: Vec<Refusal>,
    },
}

impl ExecError {
    /// What the strategies were refused, where that is the trouble; else an empty slice.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Exhausted { refusals } | Self::Refused { refusals } => refusals,
            _ => &[],
        }
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported { os } => write!(f, "executable memory is not supported on {os}"),
            Self::BadOptions { reason } => write!(f, "executable memory options: {reason}"),
            Self::EmptyPiece { index } => write!(f, "piece {index} of the batch has no bytes"),
            Self::AddressSpace { bytes, errno } => {
                let said = io::Error::from_raw_os_error(*errno);
                write!(f, "no room for {bytes} bytes of code: {said}")
            }
            Self::Exhausted { refusals } => {
                f.write_str("the system is short of what executable pages need")?;
                list(f, refusals)
            }
            Self::Refused { refusals } => {
                f.write_str("the system allows no executable pages")?;
                list(f, refusals)
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, refusals: &[Refusal]) -> fmt::Result {
    refusals
        .iter()
        .enumerate()
        .try_for_each(|(i, refusal)| write!(f, "{} {refusal}", if i == 0 { ":" } else { ";" }))
}

impl Error for ExecError {}
