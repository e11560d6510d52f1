//! Calls in flight: when what a thunk leads to may be freed.
//!
//! A counter that stands in the context would be no use: between loading the slot and counting, a call
//! holds an address that another thread may free. So the counter stands beside the slot, in memory that
//! is never freed, and the thunk itself counts, *before* it loads the slot:
//!
//! ```text
//!   a call                          who closes
//!   1. calls += 1                   1. slot = tombstone
//!   2. load the slot, jump          2. calls -= 1, the owner's own: is anybody inside?
//!   3. run
//!   4. calls -= 1: was I the last?
//! ```
//!
//! The owner counts as one more, so that 0 means closed, with nobody inside. Both sides change one word,
//! so one of them is first. If the call is, then its count is seen, and the last to leave frees. If the
//! other is, then the call sees the tombstone, which is never freed, and never leaves.

use crate::sync::{AtomicU64, Ordering};

/// How many calls are inside, and the owner while it is open. Zeroes are a valid one: closed, and nobody
/// inside.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct Calls(AtomicU64);

impl Calls {
    /// Begins another life of the thunk, whose slot holds a tombstone still. (A stale call may have been
    /// counted meanwhile; it never leaves.)
    #[inline]
    pub(crate) fn open(&self) {
        self.0.store(1, Ordering::Relaxed);
    }

    /// What a counting thunk does first, in machine code.
    #[cfg(test)]
    pub(crate) fn enter(&self) {
        self.0.fetch_add(1, Ordering::Acquire);
    }

    /// Ends a call. Whether it was the last one of a closed thunk: then the caller frees what the thunk
    /// led to.
    #[inline]
    #[must_use]
    pub(crate) fn leave(&self) -> bool {
        self.0.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Lets nobody in any more; the slot holds the tombstone already. Whether nobody is inside: then
    /// the caller frees what the thunk led to, and otherwise the last to leave does.
    #[inline]
    #[must_use]
    pub(crate) fn close(&self) -> bool {
        self.leave()
    }

    /// How many are inside an open one. An exchange, so that who enters later is later.
    #[inline]
    pub(crate) fn count(&self) -> u64 {
        self.0.fetch_add(0, Ordering::AcqRel).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::model;

    #[test]
    fn who_closes_frees_when_nobody_is_inside() {
        model(|| {
            let calls = Calls::default();
            calls.open();
            calls.enter();
            assert!(!calls.leave());
            assert!(calls.close());
            calls.open();
            assert_eq!(calls.count(), 0);
            assert!(calls.close());
        });
    }

    #[test]
    fn the_last_to_leave_frees_otherwise() {
        model(|| {
            let calls = Calls::default();
            calls.open();
            calls.enter();
            calls.enter();
            assert_eq!(calls.count(), 2);
            assert!(!calls.close());
            assert!(!calls.leave());
            assert!(calls.leave());
        });
    }
}
