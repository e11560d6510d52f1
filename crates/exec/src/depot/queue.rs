//! First in, first out, without a lock.
//!
//! This is the queue of Michael and Scott ("Simple, Fast, and Practical Non-Blocking and Blocking
//! Concurrent Queue Algorithms", 1996), whose nodes are whole chains:
//!
//! ```text
//!    head                                 tail
//!     |                                    |
//!     v                                    v
//!  [oldest] ------> [ . ] ------------> [newest] ----> end
//!     |               |                    |
//!   its rest        its rest             its rest
//! ```
//!
//! The first thunk of a chain stands in the queue, and knows the rest of its chain. A push links one behind
//! the newest in one exchange, and then moves the tail; a thread that finds the tail behind moves it on
//! itself. So nobody ever waits for anybody, and in a child forked between the two steps the next thread
//! does the second one. A pop moves the head on, and has the chain that stood there: never the last one,
//! without which there would be nothing to link to.

use std::mem;

use super::word::{AtomicWord, Id, Link, Word, Words};
use crate::sync::spin_loop;

/// Thunks linked from the first to the last. What the last is linked to means nothing, and if
/// there are none, neither does the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) first: Id,
    pub(crate) count: u32,
}

impl Chain {
    pub(crate) const EMPTY: Self = Self {
        first: Id::new(0, 0),
        count: 0,
    };

    /// Leaves an empty one behind.
    pub(crate) fn take(&mut self) -> Self {
        mem::replace(self, Self::EMPTY)
    }

    /// Puts one more before the first.
    #[inline]
    pub(crate) fn put<W: Words>(&mut self, words: &W, (id, thunk): (Id, W::Thunk)) {
        // For the only one this means nothing, except that it is not in use.
        words.word(thunk).set(Link::To(self.first));
        self.first = id;
        self.count += 1;
    }

    /// Takes the first.
    #[inline]
    pub(crate) fn next<W: Words>(&mut self, words: &W) -> Option<(Id, W::Thunk)> {
        self.count = self.count.checked_sub(1)?;
        let id = self.first;
        let thunk = words.thunk(id);
        // Behind the last one this is nonsense, or nothing, and is not used.
        self.first = words.word(thunk).load().target().unwrap_or(id);
        Some((id, thunk))
    }
}

/// The two ends. Both are [`Link::Fresh`] until [`open`](Queue::open).
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) head: AtomicWord,
    pub(crate) tail: AtomicWord,
}

impl Queue {
    /// Whether there is anything in it: from then on there always is.
    pub(crate) fn is_open(&self) -> bool {
        self.tail.load().target().is_some()
    }

    /// Puts the first thunk in. One thread does this, before any other knows of a thunk.
    pub(crate) fn open(&self, words: &impl Words, first: Id) {
        let thunk = words.thunk(first);
        words.set_rest(thunk, Chain::EMPTY);
        words.word(thunk).set(Link::End);
        self.head.set(Link::To(first));
        self.tail.set(Link::To(first));
    }

    /// Appends a chain that belongs to the caller.
    pub(crate) fn push(&self, words: &impl Words, chain: Chain) {
        let mut rest = chain;
        let Some((first, thunk)) = rest.next(words) else {
            return;
        };
        words.set_rest(thunk, rest);
        words.word(thunk).set(Link::End);
        while let Some((tail, newest)) = self.newest() {
            let word = words.word_of(newest);
            let end = word.load();
            // The tail must not have moved before its word was read: the end of some other list
            // looks just like ours. If it moves from here on, the exchange fails.
            if self.tail.load() != tail {
                continue;
            }
            match end.link() {
                Link::End if word.exchange(end, Link::To(first)) => {
                    self.tail.exchange(tail, Link::To(first));
                    return;
                }
                Link::To(next) => self.help(tail, next),
                _ => spin_loop(),
            }
        }
    }

    /// Takes the oldest chain out, if it is not the last.
    pub(crate) fn pop(&self, words: &impl Words) -> Option<Chain> {
        loop {
            let head = self.head.load();
            let first = head.target()?;
            // Read after the head, so that the tail is no further back than it.
            let (tail, newest) = self.newest()?;
            let thunk = words.thunk(first);
            let behind = words.word(thunk).load().target();
            if first == newest {
                self.help(tail, behind?);
                continue;
            }
            // As long as `first` is the head this is what stands behind it; else the exchange fails.
            if let Some(behind) = behind
                && self.head.exchange(head, Link::To(behind))
            {
                let mut chain = words.rest(thunk);
                chain.put(words, (first, thunk));
                return Some(chain);
            }
            spin_loop();
        }
    }

    fn newest(&self) -> Option<(Word, Id)> {
        let tail = self.tail.load();
        Some((tail, tail.target()?))
    }

    /// Moves the tail on by one, for a thread that has not come to it yet.
    fn help(&self, tail: Word, next: Id) {
        self.tail.exchange(tail, Link::To(next));
    }
}
