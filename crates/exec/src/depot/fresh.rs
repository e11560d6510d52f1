//! Thunks that nobody has had yet, by number.

use std::ops::Range;

use super::word::Id;
use crate::sync::{AtomicU32, Ordering};

/// How many runs of fresh thunks there may be.
pub(crate) const RUNS: usize = 32;

/// Runs of fresh thunks. Each grows at its end, as spans are made, and shrinks at its beginning.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    pub(crate) runs: [Run; RUNS],
    /// How many of the runs have begun.
    pub(crate) begun: AtomicU32,
}

/// The thunks `next..ready` of a run are fresh, those before `next` are not any more.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) next: AtomicU32,
    pub(crate) ready: AtomicU32,
}

impl Fresh {
    /// Takes at most `most` neighbours from the oldest run that has any.
    pub(crate) fn carve(&self, most: u32) -> Option<FreshRange> {
        let mut runs = self.runs().iter().enumerate();
        runs.find_map(|(number, run)| {
            let range = run.carve(most)?;
            Some(FreshRange {
                next: Id::new(number, range.start),
                left: range.end - range.start,
            })
        })
    }

    /// Keeps the first `count` thunks of a run that is not begun from ever being carved.
    pub(crate) fn set_aside(&self, run: usize, count: u32) {
        self.runs[run].next.store(count, Ordering::Relaxed);
    }

    /// Makes the thunks of a run up to `ready` known; they are in place. One thread at a time.
    pub(crate) fn publish(&self, run: usize, ready: u32) {
        self.runs[run].ready.store(ready, Ordering::Release);
        #[expect(clippy::cast_possible_truncation, reason = "at most `RUNS`")]
        let begun = run as u32 + 1;
        self.begun.fetch_max(begun, Ordering::Release);
    }

    /// How many there are.
    pub(crate) fn left(&self) -> u64 {
        let left = self.runs().iter().map(Run::left);
        left.map(u64::from).sum()
    }

    /// How many there ever were in each run.
    pub(crate) fn made(&self) -> impl Iterator<Item = u32> {
        let runs = self.runs().iter();
        runs.map(|run| run.ready.load(Ordering::Acquire))
    }

    /// How many of a run were carved.
    pub(crate) fn carved(&self, run: usize) -> u32 {
        let ready = self.runs[run].ready.load(Ordering::Acquire);
        ready.min(self.runs[run].next.load(Ordering::Acquire))
    }

    fn runs(&self) -> &[Run] {
        let begun = self.begun.load(Ordering::Acquire) as usize;
        self.runs.get(..begun).unwrap_or(&self.runs)
    }
}

impl Run {
    fn carve(&self, most: u32) -> Option<Range<u32>> {
        let ready = self.ready.load(Ordering::Acquire);
        let mut next = self.next.load(Ordering::Relaxed);
        while next < ready {
            let end = ready.min(next + most);
            let relaxed = Ordering::Relaxed;
            match self.next.compare_exchange(next, end, relaxed, relaxed) {
                Ok(_) => return Some(next..end),
                Err(now) => next = now,
            }
        }
        None
    }

    fn left(&self) -> u32 {
        let ready = self.ready.load(Ordering::Acquire);
        ready.saturating_sub(self.next.load(Ordering::Relaxed))
    }
}

/// Fresh thunks with consecutive numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FreshRange {
    pub(crate) next: Id,
    pub(crate) left: u32,
}

impl FreshRange {
    pub(crate) const EMPTY: Self = Self {
        next: Id::new(0, 0),
        left: 0,
    };

    #[inline]
    pub(crate) fn take(&mut self) -> Option<Id> {
        self.left = self.left.checked_sub(1)?;
        let id = self.next;
        self.next = id.plus(1);
        Some(id)
    }
}
