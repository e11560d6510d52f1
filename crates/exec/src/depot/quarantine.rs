//! Retired thunks wait here until enough others were retired after them.

use super::queue::{Chain, Queue};
use super::word::Words;
use crate::sync::{AtomicU64, Ordering};

/// A queue from which nothing comes out that is not old enough.
///
/// `arrived` counts a thunk after it was pushed and `claimed` before it is popped, so that the
/// difference is never more than what is really there. A claim leaves `length` of them; hence each
/// thunk that comes out was followed into the queue by at least as many.
#[derive(Debug, Default)]
pub(crate) struct Quarantine {
    pub(crate) queue: Queue,
    pub(crate) arrived: AtomicU64,
    pub(crate) claimed: AtomicU64,
    pub(crate) length: AtomicU64,
    /// No chain has more thunks.
    pub(crate) largest: u32,
}

impl Quarantine {
    /// Sets how many thunks must follow one before it may be used again. Those of its own chain
    /// count, though they were retired earlier: whoever sets this allows for them.
    pub(crate) fn set_length(&self, length: u64) {
        self.length.store(length, Ordering::Relaxed);
    }

    /// How many are in here.
    pub(crate) fn count(&self) -> u64 {
        let claimed = self.claimed.load(Ordering::Relaxed);
        let arrived = self.arrived.load(Ordering::Relaxed);
        arrived.saturating_sub(claimed)
    }

    /// Takes retired thunks in, first retired first.
    pub(crate) fn push(&self, words: &impl Words, chain: Chain) {
        self.queue.push(words, chain);
        let count = u64::from(chain.count);
        self.arrived.fetch_add(count, Ordering::Release);
    }

    /// Lets the oldest chain out, if all of it is old enough.
    pub(crate) fn pop(&self, words: &impl Words) -> Option<Chain> {
        self.claim()?;
        let chain = self.queue.pop(words);
        let used = chain.map_or(0, |chain| chain.count);
        if used < self.largest {
            let unused = u64::from(self.largest - used);
            self.claimed.fetch_sub(unused, Ordering::Relaxed);
        }
        chain
    }

    /// Claims as many thunks as a chain may have, if so many are old enough.
    fn claim(&self) -> Option<()> {
        let length = self.length.load(Ordering::Relaxed);
        let mut claimed = self.claimed.load(Ordering::Relaxed);
        loop {
            let arrived = self.arrived.load(Ordering::Acquire);
            let next = claimed + u64::from(self.largest);
            arrived.checked_sub(next)?.checked_sub(length)?;
            let relaxed = Ordering::Relaxed;
            match self
                .claimed
                .compare_exchange(claimed, next, relaxed, relaxed)
            {
                Ok(_) => return Some(()),
                Err(now) => claimed = now,
            }
        }
    }
}
