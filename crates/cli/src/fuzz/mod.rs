//! `trampette fuzz`: does the engine agree with the C compilers of this machine?
//!
//! ```text
//! command line ---> Campaign ---> progress on stderr
//!            args          ---> Summary ---> text or JSON
//! ```
//!
//! Calls are made by processes of their own: the command starts itself with a hidden subcommand. A call
//! that crashes is a finding, and the campaign goes on.

#[cfg(any(target_os = "linux", windows))]
mod args;
#[cfg(any(target_os = "linux", windows))]
mod campaign;
#[cfg(any(target_os = "linux", windows))]
mod progress;
#[cfg(any(target_os = "linux", windows))]
mod text;

#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;

#[cfg(any(target_os = "linux", windows))]
pub(crate) use {
    args::Fuzz,
    campaign::{run, work},
};

#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) use elsewhere::{Fuzz, run, work};
