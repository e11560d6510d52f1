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

    /// Lets the oldest ones out, as many of `most` as are old enough.
    pub(crate) fn pop(&self, words: &impl Words, most: u32) -> Option<Chain> {
        let claim = self.claim(most)?;
        let chain = self.queue.pop(words, claim);
        let used = chain.map_or(0, |chain| chain.count);
        if used < claim {
            let unused = u64::from(claim - used);
            self.claimed.fetch_sub(unused, Ordering::Relaxed);
        }
        chain
    }

    fn claim(&self, most: u32) -> Option<u32> {
        let length = self.length.load(Ordering::Relaxed);
        let mut claimed = self.claimed.load(Ordering::Relaxed);
        loop {
            let arrived = self.arrived.load(Ordering::Acquire);
            let ripe = arrived.checked_sub(claimed)?.checked_sub(length)?;
            let claim = u32::try_from(ripe).map_or(most, |ripe| ripe.min(most));
            if claim == 0 {
                return None;
            }
            let next = claimed + u64::from(claim);
            let relaxed = Ordering::Relaxed;
            match self
                .claimed
                .compare_exchange(claimed, next, relaxed, relaxed)
            {
                Ok(_) => return Some(claim),
                Err(now) => claimed = now,
            }
        }
    }
}
