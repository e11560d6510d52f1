//! The prover of the Trampette FFI engine: does it agree with the C compiler?
//!
//! ```text
//! Generator --> Signature --> Case --> C twins --> libraries --> called in every direction --> Mismatch
//!  generate        |          case       c         compiler     judge: way, witness, relay        |
//!                  v                                                                     shrink, report
//!               coverage                                 campaign: all of it, in worker processes
//! ```
//!
//! For each signature [`c`] writes a C callee that records every byte of every argument, scribbles over
//! them and returns known bytes; and a C caller that passes known bytes to a callback, and records what
//! it gets. [`compiler`] has them compiled by gcc, clang and whom else it is told of, at -O0 and -O2. The
//! [`judge`] calls them through Trampette and compares the C side's own view, byte by byte, with what was
//! passed: Rust calls C ([`way`]), C calls closures ([`witness`], [`typed`]), C calls a callback that calls
//! C ([`relay`]); with fenced memory around ([`fence`]) and the caller's registers watched ([`registers`]).
//!
//! Layouts have a judge of their own: the compiler's debugging information ([`dwarf`]).

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

pub mod bare;
pub mod c;
pub mod campaign;
pub mod case;
pub mod compiler;
pub mod convention;
pub mod coverage;
pub mod crash;
pub mod dwarf;
pub mod fence;
pub mod fixture;
pub mod generate;
pub mod judge;
pub mod mismatch;
pub mod pattern;
pub mod pointers;
pub mod registers;
pub mod relay;
pub mod report;
pub mod shrink;
pub mod stubs;
pub mod typed;
pub mod values;
pub mod way;
pub mod witness;
