//! `trampette`: calls C functions from the shell, lists what libraries export, shows how calls travel and
//! how types are laid out, and proves that compilers agree.
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
mod charset;
mod declared;
mod disasm;
mod exports;
mod failure;
#[cfg_attr(
    not(all(
        any(target_os = "linux", windows),
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "fuzz/elsewhere.rs"
)]
mod fuzz;
mod headers;
mod layout;
mod named;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let success = |()| ExitCode::SUCCESS;
    let done = match Args::parse().command {
        Command::Call(call) => call::run(&call).map(success),
        Command::Exports(exports) => exports::run(&exports).map(success),
        Command::Disasm(disasm) => disasm::run(&disasm).map(success),
        Command::Layout(layout) => headers::layout(&layout).map(success),
        Command::Fuzz(fuzz) => fuzz::run(&fuzz),
        Command::FuzzWorker => fuzz::work(),
    };
    done.unwrap_or_else(|failure| failure.report())
}
