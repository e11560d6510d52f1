//! The atomics of the lock-free parts, in one place: `tests/loom.rs` compiles [`depot`](crate::depot)
//! against a module of this name that holds loom's.

pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The light side of an asymmetric barrier: memory is in this order for whoever makes the heavy one, which
/// is a barrier in every thread at once.
#[inline]
pub(crate) fn light_barrier() {
    std::sync::atomic::compiler_fence(Ordering::SeqCst);
}

/// Runs the body of a unit test: once here, and in every interleaving under loom.
#[cfg(test)]
pub(crate) fn model(body: impl Fn() + Send + Sync + 'static) {
    body();
}
