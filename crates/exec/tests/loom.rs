//! The lock-free bookkeeping of thunks, in all the orders in which threads can interleave and
//! memory can be seen:
//!
//! ```text
//! RUSTFLAGS="--cfg loom" cargo test -p trampette-exec --release --test loom
//! ```
//!
//! Without `--cfg loom` there is nothing here.

#![allow(unexpected_cfgs, reason = "`loom` is set by hand, and only here")]

#[cfg(loom)]
#[path = "../src/depot/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the models use less of it than the crate"
)]
mod depot;

#[cfg(loom)]
#[path = "../src/thunks/calls.rs"]
#[allow(dead_code, reason = "the models use less of it than the crate")]
mod calls;

/// What `src/sync.rs` is to the crate.
#[cfg(loom)]
#[path = "loom/sync.rs"]
mod sync;

#[cfg(loom)]
#[path = "loom/models.rs"]
mod models;
