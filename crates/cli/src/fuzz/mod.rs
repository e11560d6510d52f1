//! `trampette fuzz`: does the engine agree with the C compilers of this machine?
//!
//! ```text
//! command line ---> Campaign ---> progress on stderr
//!            args          ---> Summary ---> text or JSON
//! ```
//!
//! Calls are made by processes of their own: the command starts itself with a hidden subcommand. A call
//! that crashes is a finding, and the campaign goes on.

mod args;
mod campaign;
mod interrupt;
mod progress;
mod text;

pub(crate) use args::Fuzz;
pub(crate) use campaign::{run, work};
