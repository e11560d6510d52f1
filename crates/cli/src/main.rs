//! `trampette`: calls C functions from the shell, and lists what libraries export.
//!
//! ```console
//! $ trampette call libm.so.6 'double pow(double, double)' 2 10
//! 1024
//! ```
//!
//! ```text
//! command line ---> name, Signature ---> Values, output buffers ---> result ---> text or JSON
//!            args              declared                  argument      call         output
//! ```
//!
//! What goes wrong on the way is a [`Failure`](failure::Failure): one message on stderr and the exit
//! status 1. Usage errors have the status 2. A reader that closes the pipe ends the program quietly.

mod args;
mod argument;
mod call;
mod declared;
mod exports;
mod failure;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Call(call) => call::run(&call),
        Command::Exports(exports) => exports::run(&exports),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
