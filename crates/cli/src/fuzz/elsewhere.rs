//! `trampette fuzz` where there is no prover.

use std::ffi::OsString;
use std::fmt;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;

/// Prove the engine against this machine's C compilers (on Linux and Windows).
#[derive(Debug, Args)]
pub(crate) struct Fuzz {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _arguments: Vec<OsString>,
}

/// There is no prover for this system.
#[derive(Debug)]
struct Unsupported;

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = std::env::consts::OS;
        write!(
            f,
            "`trampette fuzz` runs on Linux and Windows, not on {system}"
        )
    }
}

impl std::error::Error for Unsupported {}

pub(crate) fn run(_: &Fuzz) -> Result<ExitCode, Failure> {
    Err(Failure::Prover(Box::new(Unsupported)))
}

pub(crate) fn work() -> Result<ExitCode, Failure> {
    Err(Failure::Prover(Box::new(Unsupported)))
}
