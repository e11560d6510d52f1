//! What one thread keeps to itself.

use super::Depot;
use super::fresh::FreshRange;
use super::queue::Chain;
use super::word::{Id, Link, Words};

/// Thunks of one thread: some to be handed out, and those it has retired lately. All but one of
/// many requests end here.
#[derive(Debug)]
pub(crate) struct Magazine {
    /// How many are fetched, and brought back, at once.
    batch: u32,
    fresh: FreshRange,
    /// Used before, and old enough.
    free: Chain,
    /// From the latest back to the earliest.
    retired: Chain,
}

/// What the depot has to give.
#[derive(Debug)]
pub(crate) enum Supply {
    Fresh(FreshRange),
    Used(Chain),
}

impl Magazine {
    /// An empty one.
    pub(crate) const fn new(batch: u32) -> Self {
        Self {
            batch,
            fresh: FreshRange::EMPTY,
            free: Chain::EMPTY,
            retired: Chain::EMPTY,
        }
    }

    /// Takes a thunk that nobody uses. None are left if this returns nothing. Until the caller
    /// says [`Link::Taken`] in the thunk's word, it does not count as in use.
    #[inline]
    pub(crate) fn take<W: Words>(&mut self, depot: &Depot, words: &W) -> Option<(Id, W::Thunk)> {
        match self.next(words) {
            Some(taken) => Some(taken),
            None => self.refill(depot, words),
        }
    }

    /// Puts a thunk into quarantine, which is in use and the caller's to give. Any other is left as it
    /// is.
    #[inline]
    pub(crate) fn retire<W: Words>(&mut self, depot: &Depot, words: &W, thunk: W::Thunk) {
        let Link::Taken(id) = words.word(thunk).load().link() else {
            return;
        };
        self.retired.put(words, (id, thunk));
        if self.retired.count >= self.batch {
            self.flush(depot, words);
        }
    }

    /// Brings everything back.
    pub(crate) fn give_back(&mut self, depot: &Depot, words: &impl Words) {
        self.flush(depot, words);
        depot.spare.push(words, self.free.take());
        depot.spare.push(words, link(&mut self.fresh, words));
    }

    #[cold]
    fn flush(&mut self, depot: &Depot, words: &impl Words) {
        depot.quarantine.push(words, self.retired.take());
    }

    #[cold]
    fn refill<W: Words>(&mut self, depot: &Depot, words: &W) -> Option<(Id, W::Thunk)> {
        match depot.supply(words, self.batch)? {
            Supply::Fresh(range) => self.fresh = range,
            Supply::Used(chain) => self.free = chain,
        }
        self.next(words)
    }

    #[inline]
    fn next<W: Words>(&mut self, words: &W) -> Option<(Id, W::Thunk)> {
        if let Some(id) = self.fresh.take() {
            return Some((id, words.thunk(id)));
        }
        self.free.next(words)
    }
}

/// Makes a chain of what is left of a range.
fn link(range: &mut FreshRange, words: &impl Words) -> Chain {
    let mut chain = Chain::EMPTY;
    while let Some(id) = range.take() {
        chain.put(words, (id, words.thunk(id)));
    }
    chain
}
