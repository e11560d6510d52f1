//! The one word of bookkeeping that each thunk has.

use super::queue::Chain;
use crate::sync::{AtomicU64, Ordering};

/// Bits of an [`Id`] that count within its run.
const INDEX_BITS: u32 = 25;
const INDEX: u32 = (1 << INDEX_BITS) - 1;

/// A thunk by number: which run of fresh thunks it came from, and which one of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(u32);

impl Id {
    /// How many thunks a run may have: so few that every link fits into half a word.
    pub(crate) const RUN: u32 = (1 << INDEX_BITS) - 2048;

    #[inline]
    pub(crate) const fn new(run: usize, index: u32) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "at most `RUNS`")]
        let run = run as u32;
        Self(run << INDEX_BITS | index)
    }

    #[inline]
    pub(crate) const fn run(self) -> usize {
        (self.0 >> INDEX_BITS) as usize
    }

    #[inline]
    pub(crate) const fn index(self) -> u32 {
        self.0 & INDEX
    }

    /// The thunk `count` further on in the same run.
    #[inline]
    pub(crate) const fn plus(self, count: u32) -> Self {
        Self(self.0 + count)
    }
}

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Nothing was ever written: the thunk was never handed out, nor the list used.
    Fresh,
    /// The thunk, which is this one, is in use, outside of all lists.
    Taken(Id),
    /// The same, and it was closed while its [home thread](crate::thunks::calls) was inside, or may have
    /// been.
    Closing(Id),
    /// The thunk is in a list, and the last of it.
    End,
    /// The thunk is in a list, and this one follows. (Of a list: it begins or ends here.)
    To(Id),
}

const FRESH: u32 = 0;
const END: u32 = 1;
const FIRST: u32 = 2;
const TAKEN: u32 = 1 << 30;
const CLOSING: u32 = 2 << 30;

/// A [`Link`] and a count that goes up by one whenever the word is written.
///
/// Two words are equal only if nothing was written in between (or 2^32 times). So a thread that
/// compares before it exchanges never takes a thunk that has been around meanwhile for the one it
/// looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u64);

impl Word {
    #[inline]
    pub(crate) fn link(self) -> Link {
        #[expect(clippy::cast_possible_truncation, reason = "the low half")]
        match self.0 as u32 {
            FRESH => Link::Fresh,
            END => Link::End,
            id @ FIRST..TAKEN => Link::To(Id(id - FIRST)),
            id @ TAKEN..CLOSING => Link::Taken(Id(id - TAKEN)),
            id => Link::Closing(Id(id - CLOSING)),
        }
    }

    /// Whether this one is the other, or was written right after it.
    #[inline]
    pub(crate) fn is_next(self, before: Self) -> bool {
        (self.0 >> 32).wrapping_sub(before.0 >> 32) & u64::from(u32::MAX) <= 1
    }

    /// The thunk that this word leads to, if it does.
    #[inline]
    pub(crate) fn target(self) -> Option<Id> {
        match self.link() {
            Link::To(id) => Some(id),
            _ => None,
        }
    }

    #[inline]
    fn then(self, link: Link) -> Self {
        let low = match link {
            Link::Fresh => FRESH,
            Link::End => END,
            Link::To(Id(id)) => id + FIRST,
            Link::Taken(Id(id)) => id + TAKEN,
            Link::Closing(Id(id)) => id + CLOSING,
        };
        let count = (self.0 >> 32).wrapping_add(1);
        Self(count << 32 | u64::from(low))
    }
}

/// A [`Word`] that threads share. Memory of zeroes is a valid one, and [`Link::Fresh`].
///
/// Whoever reads a word sees all that its writer saw. The lists depend on it: to read the *new*
/// link of a thunk that went round means to read list ends that have moved on as well.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct AtomicWord(pub(crate) AtomicU64);

impl AtomicWord {
    #[inline]
    pub(crate) fn load(&self) -> Word {
        Word(self.0.load(Ordering::Acquire))
    }

    /// Writes a word that nobody else writes, and gives it.
    #[inline]
    pub(crate) fn set(&self, link: Link) -> Word {
        let word = Word(self.0.load(Ordering::Relaxed)).then(link);
        self.0.store(word.0, Ordering::Release);
        word
    }

    /// Writes the word if it is what it was.
    pub(crate) fn exchange(&self, from: Word, link: Link) -> bool {
        let to = from.then(link);
        self.0
            .compare_exchange(from.0, to.0, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }
}

/// Where thunks keep what links them. It stays where it is for ever, so a word may be read at any
/// time, even by a thread that has lost sight of who owns the thunk by now.
pub(crate) trait Words {
    /// A thunk by its place.
    type Thunk: Copy;

    /// The thunk of a number.
    fn thunk(&self, id: Id) -> Self::Thunk;

    /// The word of a thunk.
    fn word(&self, thunk: Self::Thunk) -> &AtomicWord;

    /// Notes what follows a thunk in its chain. Only for whoever owns the thunk, which is not in use.
    fn set_rest(&self, thunk: Self::Thunk, rest: Chain);

    /// What was noted last. As for [`set_rest`](Self::set_rest).
    fn rest(&self, thunk: Self::Thunk) -> Chain;

    /// The word of the thunk of a number.
    #[inline]
    fn word_of(&self, id: Id) -> &AtomicWord {
        self.word(self.thunk(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::model;

    #[test]
    fn a_word_says_what_was_written_and_is_never_the_same_twice() {
        model(|| {
            let word = AtomicWord::default();
            let mut seen = vec![word.load()];
            let first = Link::To(Id::new(0, 0));
            let last = Link::To(Id::new(31, Id::RUN - 1));
            let taken = Link::Taken(Id::new(31, Id::RUN - 1));
            let closing = Link::Closing(Id::new(31, Id::RUN - 1));
            for link in [taken, closing, first, last, Link::End, last, last] {
                let now = word.set(link);
                assert_eq!((now, now.link()), (word.load(), link));
                assert!(now.is_next(seen[seen.len() - 1]) && now.is_next(now));
                assert!(!seen[seen.len() - 1].is_next(now));
                assert!(!seen.contains(&now));
                seen.push(now);
            }
            assert!(!word.exchange(seen[6], taken));
            assert!(word.exchange(seen[7], taken));
            assert_eq!(word.load().link(), taken);
        });
    }

    #[test]
    fn an_id_is_run_and_index() {
        let id = Id::new(7, 5).plus(2);
        assert_eq!((id.run(), id.index()), (7, 7));
    }
}
