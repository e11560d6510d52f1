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
//!
//! # The thread at home
//!
//! Two atomic additions are most of what such a call costs. So a thunk may have a home: the thread that took
//! it, which mostly is the one that calls and that closes. Its calls are counted by themselves, by plain
//! additions: nobody else writes those numbers. There are two, of those that entered and of those that left,
//! since an addition waits for the one before it to the same number. Who closes at home reads what it wrote
//! itself. Who closes elsewhere makes a barrier in every thread at once, which costs about a microsecond:
//! after it, a call at home has either been counted or finds the tombstone.
//!
//! ```text
//!   a call at home                  who closes elsewhere
//!   1. entered += 1                 1. slot = tombstone, word = closing
//!   2. load the slot, jump          2. barrier in every thread
//!   3. run                          3. left = entered? then take the word back
//!   4. left += 1                    4. was it there? then calls -= 1, as above
//!   5. word = closing and
//!      left = entered?
//!      then take the word back
//!   6. was it there? then calls -= 1
//! ```
//!
//! Who takes the word back, taken from closing, is one of them: an exchange decides. By then the thunk may
//! have been freed by the other, and even be taken again; so whoever leaves has looked at the word before,
//! which tells one life from the next.

use crate::depot::{AtomicWord, Link, Word};
use crate::sync::{AtomicU32, Ordering, light_barrier};

/// How many calls are inside. Zeroes are a valid one: closed, and nobody inside.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Calls {
    /// Those that any thread may count, and the owner while it is open.
    shared: AtomicU32,
    /// Those that entered at home, on the thread that alone writes this and the next.
    entered: AtomicU32,
    /// Those of them that left.
    left: AtomicU32,
}

impl Calls {
    /// Begins another life of the thunk, whose slot holds a tombstone still. (A stale call may have been
    /// counted meanwhile; it never leaves.)
    #[inline]
    pub(crate) fn open(&self) {
        self.shared.store(1, Ordering::Relaxed);
        self.entered.store(0, Ordering::Relaxed);
        self.left.store(0, Ordering::Relaxed);
    }

    /// What a counting thunk does first, in machine code.
    #[cfg(test)]
    pub(crate) fn enter(&self) {
        self.shared.fetch_add(1, Ordering::Acquire);
    }

    /// What it does at home.
    #[cfg(test)]
    pub(crate) fn enter_at_home(&self) {
        let entered = self.entered.load(Ordering::Relaxed);
        self.entered
            .store(entered.wrapping_add(1), Ordering::Relaxed);
        light_barrier();
    }

    /// Ends a call. Whether it was the last one of a closed thunk: then the caller frees what the thunk
    /// led to.
    #[inline]
    #[must_use]
    pub(crate) fn leave(&self) -> bool {
        self.shared.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Ends a call that was counted at home. The same.
    #[inline]
    #[must_use]
    pub(crate) fn leave_home(&self, word: &AtomicWord) -> bool {
        let before = word.load();
        let left = self.left.load(Ordering::Relaxed).wrapping_add(1);
        self.left.store(left, Ordering::Release);
        light_barrier();
        let now = word.load();
        let is_closing = matches!(now.link(), Link::Closing(_));
        is_closing
            && left == self.entered.load(Ordering::Relaxed)
            && now.is_next(before)
            && self.take_back(word, now)
    }

    /// Lets nobody in any more; the slot holds the tombstone already. Whether nobody is inside: then
    /// the caller frees what the thunk led to, and otherwise the last to leave does.
    #[inline]
    #[must_use]
    pub(crate) fn close(&self) -> bool {
        self.leave()
    }

    /// The same of a thunk whose home this thread is.
    #[inline]
    #[must_use]
    pub(crate) fn close_at_home(&self, word: &AtomicWord) -> bool {
        if self.count_at_home() == 0 {
            return self.close();
        }
        closing(word);
        false
    }

    /// The same of a thunk that has its home elsewhere. Without a barrier nobody knows whether a call is
    /// inside there: then it is for the next one that leaves.
    #[must_use]
    pub(crate) fn close_elsewhere(
        &self,
        word: &AtomicWord,
        barrier: impl FnOnce() -> bool,
    ) -> bool {
        let closing = closing(word);
        barrier() && self.count_at_home() == 0 && self.take_back(word, closing)
    }

    /// How many are inside an open one, but for those at home. An exchange, so that who enters later is
    /// later.
    #[inline]
    pub(crate) fn count(&self) -> u64 {
        let shared = self.shared.fetch_add(0, Ordering::AcqRel);
        shared.saturating_sub(1).into()
    }

    /// How many are inside that were counted at home: a number that is true there, and elsewhere after a
    /// barrier.
    #[inline]
    pub(crate) fn count_at_home(&self) -> u64 {
        // In this order: who leaves meanwhile is counted still.
        let left = self.left.load(Ordering::Acquire);
        let entered = self.entered.load(Ordering::Relaxed);
        entered.wrapping_sub(left).into()
    }

    /// Ends the closing of a thunk that nobody is inside of at home, unless somebody else has.
    #[cold]
    fn take_back(&self, word: &AtomicWord, closing: Word) -> bool {
        let Link::Closing(id) = closing.link() else {
            return false;
        };
        word.exchange(closing, Link::Taken(id)) && self.close()
    }
}

/// Says of a taken thunk that it is closed, and who is inside at home unknown.
fn closing(word: &AtomicWord) -> Word {
    let now = word.load();
    match now.link() {
        Link::Taken(id) => word.set(Link::Closing(id)),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::depot::Id;
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

    #[test]
    fn the_last_to_leave_home_frees_what_was_closed_meanwhile() {
        for elsewhere in [false, true] {
            model(move || {
                let (calls, word, id) = (Calls::default(), AtomicWord::default(), Id::new(3, 4));
                word.set(Link::Taken(id));
                calls.open();
                calls.enter_at_home();
                calls.enter_at_home();
                calls.enter();
                assert_eq!((calls.count_at_home(), calls.count()), (2, 1));
                assert!(!calls.leave_home(&word));
                assert!(!match elsewhere {
                    true => calls.close_elsewhere(&word, || true),
                    false => calls.close_at_home(&word),
                });
                assert_eq!(word.load().link(), Link::Closing(id));
                assert!(!calls.leave_home(&word));
                assert_eq!(word.load().link(), Link::Taken(id));
                assert!(calls.leave());
            });
        }
    }

    #[test]
    fn without_a_barrier_nothing_is_freed_elsewhere() {
        model(|| {
            let (calls, word, id) = (Calls::default(), AtomicWord::default(), Id::new(3, 4));
            word.set(Link::Taken(id));
            calls.open();
            assert!(!calls.close_elsewhere(&word, || false));
            assert_eq!(word.load().link(), Link::Closing(id));
        });
    }
}
