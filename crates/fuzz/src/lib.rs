//! The prover of the Trampette FFI engine: does it agree with the C compiler?
//!
//! ```text
//! Signature ----> Case ----> C source ----> shared library ----> call it, compare its record
//!           case       c           compiler                 way, witness, fixture
//! ```
//!
//! For each signature [`c`] writes a C callee that records every byte of every argument, scribbles over
//! them and returns known bytes; and a C caller that passes known bytes to a callback, and records what
//! it gets. [`compiler`] has it compiled by gcc, and clang where present, at -O0 and -O2. A [`way`] calls it
//! through Trampette and compares the C side's own view, byte by byte, with what was passed; a [`witness`]
//! is the callback that does so in the other direction.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

pub mod bare;
pub mod c;
pub mod case;
pub mod compiler;
pub mod convention;
pub mod coverage;
pub mod crash;
pub mod fence;
pub mod fixture;
pub mod generate;
pub mod judge;
pub mod mismatch;
pub mod pattern;
pub mod pointers;
pub mod registers;
pub mod relay;
pub mod stubs;
pub mod typed;
pub mod values;
pub mod way;
pub mod witness;
