//! Call layouts: where every byte of a C call travels, as data.
//!
//! ```text
//! Shape ------------> CallLayout ------------> code bytes
//!        CallConv:                 Isa:
//!        rows: argument i,         instructions that
//!        bytes a..b -> xmm0        carry out the rows
//! ```
//!
//! A calling convention ([`CallConv`]) is a pure function from a [`Shape`] to [`Row`]s, and never emits
//! anything. An instruction set ([`Isa`]) turns rows into code, and never asks which convention they
//! come from. The rows are one table, read in both directions: a call stub carries bytes from an
//! argument frame to registers and stack, a callback's entry adapter carries them back.
//!
//! What rows say is checked without any hardware: [`verify`] finds a byte that is lost or placed twice,
//! and [`Machine`] carries bytes along the rows, out and back, on any host. The conventions themselves
//! live under `arch/`, one folder per instruction set.
//!
//! [`Shape`]: trampette_types::Shape

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod copies;
mod error;
mod frame;
mod layout;
mod machine;
#[doc(hidden)]
pub mod plant;
mod print;
mod register;
mod thunk;
mod unnamed;
mod verify;

pub use copies::Copies;
pub use error::AbiError;
pub use frame::FrameLayout;
pub use layout::{CallConv, CallLayout, Entry, Extend, Isa, Part, Place, Row};
pub use machine::Machine;
pub use print::Report;
pub use register::{Bank, Preserved, Register};
pub use thunk::{
    Binding, CALLS_OFFSET, Counting, HOME_CALLS_OFFSET, HOME_OFFSET, THUNK_SIZE, Thunk,
    injection_register, register_behind_words,
};
pub use unnamed::{Cursor, Next, Saved, Unnamed, UnnamedArea, VA_LIST_SIZE};
pub use verify::{Violation, verify};
