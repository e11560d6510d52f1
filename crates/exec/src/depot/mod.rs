//! Who has which thunk: bookkeeping without locks, without memory of its own, without `unsafe`.
//!
//! ```text
//!              thread                        depot, shared by all threads
//!  take  <--- [ magazine ] <--- 64 at once --- spare, then fresh, then ripe ones
//!  retire --> [ magazine ] ---- 64 at once --> quarantine: first in, first out
//! ```
//!
//! A thunk is a number here, and each has one [word](word::Word) that links it into a list. Every
//! step that others can see is a single exchange of a word. So threads never wait, and a child
//! process forked in the middle of anything finds all lists in order: what the threads that it
//! does not have held in their hands is lost to it (128 thunks each, at most), and nothing is
//! there twice.
//!
//! `tests/loom.rs` compiles this folder by itself and goes through its interleavings.

mod fresh;
mod magazine;
mod quarantine;
mod queue;
mod word;

pub(crate) use fresh::{Fresh, RUNS, Run};
pub(crate) use magazine::Magazine;
pub(crate) use quarantine::Quarantine;
pub(crate) use queue::{Chain, Queue};
pub(crate) use word::{AtomicWord, Id, Link, Word, Words};

use magazine::Supply;

/// All thunks of a pool that are in nobody's hands.
#[derive(Debug, Default)]
pub(crate) struct Depot {
    /// Never handed out.
    pub(crate) fresh: Fresh,
    /// Ready for use, left over by threads that have ended.
    pub(crate) spare: Queue,
    /// Retired.
    pub(crate) quarantine: Quarantine,
}

impl Depot {
    /// How many thunks [`open`](Self::open) keeps: one for each queue.
    pub(crate) const DUMMIES: u32 = 2;

    /// Makes the queues usable, with the first thunks of a run that nobody knows of yet. Does
    /// nothing if they are already. One thread at a time.
    pub(crate) fn open(&self, words: &impl Words, run: usize) {
        if self.quarantine.queue.is_open() {
            return;
        }
        self.fresh.set_aside(run, Self::DUMMIES);
        self.spare.open(words, Id::new(run, 0));
        self.quarantine.queue.open(words, Id::new(run, 1));
    }

    /// Thunks from where they are best taken, at most `most` where they are fresh: a thunk is used again
    /// as late as possible, but before the pool grows.
    fn supply(&self, words: &impl Words, most: u32) -> Option<Supply> {
        let spare = || self.spare.pop(words).map(Supply::Used);
        let fresh = || self.fresh.carve(most).map(Supply::Fresh);
        let ripe = || self.quarantine.pop(words).map(Supply::Used);
        spare().or_else(fresh).or_else(ripe)
    }
}
