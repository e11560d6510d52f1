//! First in, first out, without a lock.
//!
//! This is the queue of Michael and Scott ("Simple, Fast, and Practical Non-Blocking and Blocking
//! Concurrent Queue Algorithms", 1996), with chains instead of single nodes on both sides:
//!
//! ```text
//!   head                                             tail
//!    |                                                |
//!    v                                                v
//!  [dummy] -> [oldest] -> [ . ] -> [ . ] -> [ . ] -> [newest] -> end
//!  `--- pop(3) takes these, and ---'
//!       [ . ] is the dummy then
//! ```
//!
//! A push links a whole chain behind the newest thunk in one exchange, and then moves the tail;
//! a thread that finds the tail behind moves it on itself. So nobody ever waits for anybody, and
//! in a child forked between the two steps the next thread does the second one.

use std::mem;

use super::word::{AtomicWord, Id, Link, Word, Words};
use crate::sync::spin_loop;

/// Thunks linked from the first to the last. What the last is linked to means nothing, and if
/// there are none, neither do the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) first: Id,
    pub(crate) last: Id,
    pub(crate) count: u32,
}

impl Chain {
    pub(crate) const EMPTY: Self = Self {
        first: Id::new(0, 0),
        last: Id::new(0, 0),
        count: 0,
    };

    /// Leaves an empty one behind.
    pub(crate) fn take(&mut self) -> Self {
        mem::replace(self, Self::EMPTY)
    }
}

/// The two ends. Both are [`Link::Fresh`] until [`open`](Queue::open).
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) head: AtomicWord,
    pub(crate) tail: AtomicWord,
}

impl Queue {
    /// Whether there is a dummy in it.
    pub(crate) fn is_open(&self) -> bool {
        self.tail.load().target().is_some()
    }

    /// Puts the first dummy in. One thread does this, before any other knows of a thunk.
    pub(crate) fn open(&self, words: &impl Words, dummy: Id) {
        words.word(dummy).set(Link::End);
        self.head.set(Link::To(dummy));
        self.tail.set(Link::To(dummy));
    }

    /// Appends a chain that belongs to the caller.
    pub(crate) fn push(&self, words: &impl Words, chain: Chain) {
        if chain.count == 0 {
            return;
        }
        words.word(chain.last).set(Link::End);
        while let Some((tail, newest)) = self.newest() {
            let word = words.word(newest);
            let end = word.load();
            // The tail must not have moved before its word was read: the end of some other list
            // looks just like ours. If it moves from here on, the exchange fails.
            if self.tail.load() != tail {
                continue;
            }
            match end.link() {
                Link::End if word.exchange(end, Link::To(chain.first)) => {
                    self.tail.exchange(tail, Link::To(chain.last));
                    return;
                }
                Link::To(next) => self.help(tail, next),
                _ => spin_loop(),
            }
        }
    }

    /// Takes the oldest thunks out, `most` of them or as many as are seen. That may be none while
    /// other threads push and pop.
    pub(crate) fn pop(&self, words: &impl Words, most: u32) -> Option<Chain> {
        loop {
            let head = self.head.load();
            let first = head.target()?;
            // Read after the head, so that the tail is no further back than it.
            let (tail, newest) = self.newest()?;
            if first == newest {
                let behind = words.word(newest).load();
                self.help(tail, behind.target()?);
                continue;
            }
            let walked = walk(words, first, newest, most);
            if let Some((chain, dummy)) = walked
                && self.head.exchange(head, Link::To(dummy))
            {
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

/// Follows at most `most` links and not beyond `newest`. Returns what was passed, and where it
/// ended. As long as `first` is the head this is true; else it is nonsense, or nothing.
fn walk(words: &impl Words, first: Id, newest: Id, most: u32) -> Option<(Chain, Id)> {
    let mut chain = Chain {
        first,
        last: first,
        count: 0,
    };
    let mut at = first;
    while chain.count < most && at != newest {
        chain.last = at;
        chain.count += 1;
        at = words.word(at).load().target()?;
    }
    Some((chain, at))
}
