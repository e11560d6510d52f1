//! Executable memory that is written once, sealed and never patched, for the Trampette FFI engine.
//!
//! This crate knows bytes, not calling conventions: it takes finished, position-independent
//! machine code and gives back its address.
//!
//! ```
//! use trampette_exec::CodeMemory;
//!
//! # #[cfg(all(target_os = "linux", target_arch = "x86_64"))] {
//! let memory = CodeMemory::new();
//! let entry = memory.publish(&[&[0xb8, 42, 0, 0, 0, 0xc3]])?[0]; // mov eax, 42; ret
//! // SAFETY: those bytes are a whole function of this type.
//! let answer: extern "C" fn() -> i32 = unsafe { std::mem::transmute(entry.as_ptr()) };
//! assert_eq!(answer(), 42);
//! # }
//! # Ok::<(), trampette_exec::ExecError>(())
//! ```
//!
//! # How it works
//!
//! Engines that make code at run time have been bitten by pages that are writable and executable,
//! by pages that are flipped between the two while another thread runs in them, by memory that a
//! forked child shares with its parent, and by a file descriptor kept for later. Here there are
//! none of these:
//!
//! ```text
//!   image (private, writable,        span (reserved near the text, read and execute)
//!          never executable)
//!  +-----+-----+-----+- - - -+   publish   +-----+-----+-----+ - - - - - - - - - -+
//!  | old | old | new | traps |  =========> | old | old | new |traps| inaccessible |
//!  +-----+-----+-----+- - - -+   replaces  +-----+-----+-----+ - - - - - - - - - -+
//!                                the whole mapping at once
//! ```
//!
//! - Address space is reserved first, near the program's text if possible, and cut into spans.
//! - The bytes of the open span are kept in an image. Publishing appends to the image, copies it
//!   to fresh pages, seals them and maps them over the span. The kernel replaces a mapping in one
//!   step, and the old bytes are in the new pages at their old places, so threads that execute
//!   there never notice. An address is handed out when its bytes are in place, not before.
//! - So a span is one mapping, however many pieces are in it, and no page that was ever
//!   executable becomes writable, nor any writable page executable and writable at once.
//! - The descriptor that some [strategies](Strategy) need lives for one publication.
//! - All bookkeeping is private data under a [`ForkLock`].
//!
//! Callbacks do not publish anything: they take [thunks](ThunkPool), which are published by the
//! thousand and look up in data whom they belong to.
//!
//! Unwinders know nothing of such code, unless they are told that it keeps
//! [frame pointers](Options::frame_pointers): then panics, exceptions and backtraces pass it.
//!
//! What is published stays for the life of the process. There is no way to free code, because
//! there is no way to know that no thread will return into it.

mod address_space;
mod code_ptr;
mod depot;
mod error;
mod fork_lock;
mod icache;
mod image;
mod installer;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod memory;
mod nearby;
mod options;
mod plan;
mod report;
mod strategy;
mod sync;
mod thunks;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod unsupported;
mod unwind;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
use unsupported as system;
#[cfg(windows)]
use windows as system;

pub use code_ptr::CodePtr;
pub use error::ExecError;
pub use fork_lock::{ForkGuard, ForkLock};
pub use memory::CodeMemory;
pub use options::Options;
pub use report::Report;
pub use strategy::{Immutability, Refusal, Step, Strategy};
pub use thunks::{
    CALLS_OFFSET, HOME_CALLS_OFFSET, HOME_OFFSET, ROOM_SIZE, THUNK_SIZE, Thunk, ThunkKind,
    ThunkPool, ThunkReport,
};
