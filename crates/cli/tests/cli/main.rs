//! The command as its users see it: standard output, standard error, exit status.
#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod arguments;
mod buffers;
mod calls;
mod command;
mod exports;
mod headers;
mod json;
mod malformed;
mod readme;
mod refused;
mod usage;
mod variadic;
