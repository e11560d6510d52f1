//! What must hold however two or three threads interleave.

use std::collections::BTreeSet;

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

use crate::calls::Calls;
use crate::depot::{AtomicWord, Chain, Depot, Id, Link, Magazine, Queue, Words};
use crate::sync::heavy_barrier;

/// A depot with its thunks: as many as there is room for in a model.
struct Pool {
    thunks: Vec<Thunk>,
    depot: Depot,
}

/// What links a thunk.
struct Thunk {
    word: AtomicWord,
    /// Loom tells if two threads use it at the same time.
    rest: UnsafeCell<Chain>,
}

// SAFETY: see `rest`.
unsafe impl Sync for Pool {}

impl Words for Pool {
    type Thunk = Id;

    fn thunk(&self, id: Id) -> Id {
        id
    }

    fn word(&self, id: Id) -> &AtomicWord {
        &self.at(id).word
    }

    fn set_rest(&self, id: Id, rest: Chain) {
        let cell = &self.at(id).rest;
        // SAFETY: loom tells if anybody else uses it.
        cell.with_mut(|place| unsafe { place.write(rest) });
    }

    fn rest(&self, id: Id) -> Chain {
        let cell = &self.at(id).rest;
        // SAFETY: as above.
        cell.with(|place| unsafe { place.read() })
    }
}

impl Pool {
    fn at(&self, id: Id) -> &Thunk {
        assert_eq!(id.run(), 0);
        &self.thunks[id.index() as usize]
    }

    /// A pool with room for `most` thunks and two dummies, and `fresh` of them made. No chain has more
    /// than `largest`.
    fn new(most: u32, quarantine: u64, fresh: u32, largest: u32) -> Self {
        let mut depot = Depot::default();
        depot.quarantine.largest = largest;
        let thunk = |_| Thunk {
            word: AtomicWord::default(),
            rest: UnsafeCell::new(Chain::EMPTY),
        };
        let pool = Self {
            thunks: (0..most + Depot::DUMMIES).map(thunk).collect(),
            depot,
        };
        pool.depot.quarantine.set_length(quarantine);
        pool.depot.open(&pool, 0);
        pool.depot.fresh.publish(0, fresh + Depot::DUMMIES);
        pool
    }

    /// A pool with `count` thunks in the spare queue, which can be popped one by one.
    fn stocked(count: u32) -> Self {
        let pool = Self::new(count, 0, count, 1);
        while let Some(range) = pool.depot.fresh.carve(1) {
            let chain = Chain {
                first: range.next,
                count: 1,
            };
            pool.depot.spare.push(&pool, chain);
        }
        pool
    }

    fn take(&self, magazine: &mut Magazine) -> Option<Id> {
        let (id, _) = magazine.take(&self.depot, self)?;
        let before = self.word(id).load().link();
        assert_ne!(before, Link::Taken(id), "had twice");
        self.word(id).set(Link::Taken(id));
        Some(id)
    }

    fn retire(&self, magazine: &mut Magazine, id: Id) {
        assert_eq!(
            self.word(id).load().link(),
            Link::Taken(id),
            "somebody else wrote"
        );
        magazine.retire(&self.depot, self, id);
    }

    /// How many thunks there are when everybody else is done: those that can be taken, and those that
    /// stand last in the queues.
    fn count(&self) -> u32 {
        self.depot.quarantine.set_length(0);
        let mut magazine = Magazine::new(1);
        let mut all = BTreeSet::new();
        while let Some(id) = self.take(&mut magazine) {
            assert!(all.insert(id), "{id:?} is there twice");
        }
        for queue in [&self.depot.spare, &self.depot.quarantine.queue] {
            while let Some(chain) = queue.pop(self) {
                note(self, chain, &mut all);
            }
            let last = queue.head.load().target().expect("it is open");
            let mut chain = self.rest(last);
            chain.put(self, (last, last));
            note(self, chain, &mut all);
        }
        all.len() as u32
    }
}

/// Notes the thunks of a chain, which nobody else has.
fn note(pool: &Pool, mut chain: Chain, all: &mut BTreeSet<Id>) {
    while let Some((id, _)) = chain.next(pool) {
        assert!(all.insert(id), "{id:?} is there twice");
    }
}

/// Goes through all executions with at most so many preemptions of a thread, unless
/// `LOOM_MAX_PREEMPTIONS` says otherwise.
fn model(preemptions: usize, body: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(preemptions));
    builder.check(body);
}

/// Runs the same on this thread and `others` more.
fn on_threads(pool: &Arc<Pool>, others: usize, body: impl Fn(&Pool) + Copy + Send + 'static) {
    let others: Vec<_> = (0..others)
        .map(|_| {
            let pool = Arc::clone(pool);
            thread::spawn(move || body(&pool))
        })
        .collect();
    body(pool);
    for other in others {
        other.join().expect("no panic");
    }
}

#[test]
fn fresh_thunks_are_carved_once_while_more_are_made() {
    model(3, || {
        let pool = Arc::new(Pool::new(3, 0, 1, 2));
        // Stands for all that must be in place before a thunk is known.
        let base = Arc::new(AtomicU32::new(0));
        let maker = {
            let (pool, base) = (Arc::clone(&pool), Arc::clone(&base));
            thread::spawn(move || {
                base.store(7, Ordering::Relaxed);
                pool.depot.fresh.publish(0, 3 + Depot::DUMMIES);
            })
        };
        let taker = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.take(&mut Magazine::new(2)))
        };
        let mine = pool.take(&mut Magazine::new(1));
        if mine.is_some_and(|id| id.index() > Depot::DUMMIES) {
            assert_eq!(base.load(Ordering::Relaxed), 7);
        }
        maker.join().expect("no panic");
        let theirs = taker.join().expect("no panic");
        assert!(mine.is_none() || mine != theirs);
    });
}

#[test]
fn what_a_thread_leaves_over_is_there_for_others() {
    model(3, || {
        let pool = Arc::new(Pool::new(3, 0, 3, 2));
        on_threads(&pool, 1, |pool| {
            let mut magazine = Magazine::new(2);
            if let Some(id) = pool.take(&mut magazine) {
                pool.retire(&mut magazine, id);
            }
            magazine.give_back(&pool.depot, pool);
        });
        assert_eq!(pool.count(), 3 + Depot::DUMMIES);
    });
}

/// The dummies come round too, and there are more steps than thunks: each thread sees thunks
/// again that were elsewhere in between.
fn go_round(pool: &Pool, rounds: usize) {
    let mut magazine = Magazine::new(1);
    for _ in 0..rounds {
        if let Some(id) = pool.take(&mut magazine) {
            pool.retire(&mut magazine, id);
        }
    }
}

#[test]
fn thunks_go_round_two_threads_and_none_is_lost_or_had_twice() {
    model(3, || {
        let pool = Arc::new(Pool::new(1, 0, 1, 1));
        on_threads(&pool, 1, |pool| go_round(pool, 2));
        assert_eq!(pool.count(), 1 + Depot::DUMMIES);
    });
}

#[test]
fn thunks_go_round_three_threads_and_none_is_lost_or_had_twice() {
    model(1, || {
        let pool = Arc::new(Pool::new(2, 0, 2, 1));
        on_threads(&pool, 2, |pool| go_round(pool, 1));
        assert_eq!(pool.count(), 2 + Depot::DUMMIES);
    });
}

#[test]
fn a_stalled_thread_meets_thunks_that_were_elsewhere_meanwhile() {
    model(2, || {
        let pool = Arc::new(Pool::new(2, 0, 2, 1));
        let mut magazine = Magazine::new(1);
        let id = pool.take(&mut magazine).expect("there are two");
        let other = {
            let pool = Arc::clone(&pool);
            // All numbers change places twice.
            thread::spawn(move || go_round(&pool, 4))
        };
        pool.retire(&mut magazine, id);
        other.join().expect("no panic");
        assert_eq!(pool.count(), 2 + Depot::DUMMIES);
    });
}

#[test]
fn chains_are_pushed_and_popped_whole() {
    model(1, || {
        let pool = Arc::new(Pool::new(4, 0, 4, 2));
        on_threads(&pool, 1, |pool| {
            let mut magazine = Magazine::new(2);
            let both = [pool.take(&mut magazine), pool.take(&mut magazine)];
            for id in both.into_iter().flatten() {
                pool.retire(&mut magazine, id);
            }
            let again = pool.take(&mut magazine);
            if let Some(id) = again {
                pool.retire(&mut magazine, id);
            }
            magazine.give_back(&pool.depot, pool);
        });
        assert_eq!(pool.count(), 4 + Depot::DUMMIES);
    });
}

/// How many can be taken from a queue of single thunks.
fn count(queue: &Queue, pool: &Pool) -> usize {
    let mut all = BTreeSet::new();
    while let Some(chain) = queue.pop(pool) {
        note(pool, chain, &mut all);
    }
    all.len()
}

#[test]
fn what_is_pushed_to_one_queue_never_ends_up_in_the_other() {
    model(4, || {
        let pool = Arc::new(Pool::stocked(3));
        let [mine, theirs] = [(); 2].map(|()| pool.depot.spare.pop(&*pool).expect("stock"));
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let queue = &pool.depot.quarantine.queue;
                queue.push(&*pool, theirs);
                // The thunk that was the tail when the other thread looked goes to its own end.
                let first = queue.pop(&*pool).expect("one is there");
                pool.depot.spare.push(&*pool, first);
            })
        };
        pool.depot.quarantine.queue.push(&*pool, mine);
        other.join().expect("no panic");
        assert_eq!(count(&pool.depot.quarantine.queue, &pool), 1);
        assert_eq!(count(&pool.depot.spare, &pool), 2);
    });
}

#[test]
fn the_head_never_overtakes_the_tail() {
    model(4, || {
        let pool = Arc::new(Pool::stocked(3));
        let [a, b, c] = [(); 3].map(|()| pool.depot.spare.pop(&*pool).expect("stock"));
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let queue = &pool.depot.quarantine.queue;
                queue.push(&*pool, a);
                let popped = queue.pop(&*pool);
                queue.push(&*pool, b);
                popped
            })
        };
        let queue = &pool.depot.quarantine.queue;
        let mine = queue.pop(&*pool);
        // If that was the tail, the next push goes astray.
        if let Some(chain) = mine {
            pool.depot.spare.push(&*pool, chain);
        }
        queue.push(&*pool, c);
        let theirs = other.join().expect("no panic");
        let popped = usize::from(mine.is_some()) + usize::from(theirs.is_some());
        assert_eq!(count(queue, &pool), 3 - popped);
        assert_eq!(count(&pool.depot.spare, &pool), usize::from(mine.is_some()));
    });
}

#[test]
fn what_leaves_the_quarantine_is_counted() {
    model(3, || {
        let pool = Arc::new(Pool::stocked(4));
        pool.depot.quarantine.set_length(1);
        let stock = [(); 4].map(|()| pool.depot.spare.pop(&*pool).expect("stock"));
        let [a, b, c, d] = stock;
        // Part of the count until here is the stock's own doing.
        let before = pool.depot.quarantine.count();
        for chain in [a, b, c] {
            pool.depot.quarantine.push(&*pool, chain);
        }
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || pool.depot.quarantine.pop(&*pool))
        };
        let mine = pool.depot.quarantine.pop(&*pool);
        pool.depot.quarantine.push(&*pool, d);
        let theirs = other.join().expect("no panic");
        let popped = u64::from(mine.is_some()) + u64::from(theirs.is_some());
        assert_eq!(pool.depot.quarantine.count(), before + 4 - popped);
        assert_eq!(
            count(&pool.depot.quarantine.queue, &pool) as u64,
            4 - popped
        );
    });
}

#[test]
fn nothing_leaves_the_quarantine_before_enough_has_come_in() {
    const LENGTH: usize = 3;
    /// Takes and retires, and notes in which order.
    fn rounds(pool: &Pool, log: &Mutex<Vec<Id>>, count: usize) {
        let mut magazine = Magazine::new(1);
        for _ in 0..count {
            let Some(id) = pool.take(&mut magazine) else {
                continue;
            };
            let mut log = log.lock().expect("no panic");
            if let Some(before) = log.iter().rposition(|other| *other == id) {
                assert!(log.len() - 1 - before >= LENGTH, "{id:?} in {log:?}");
            }
            log.push(id);
            drop(log);
            pool.retire(&mut magazine, id);
        }
    }
    model(2, || {
        let pool = Arc::new(Pool::new(2, LENGTH as u64, 2, 1));
        let log = Arc::new(Mutex::new(Vec::new()));
        let other = {
            let (pool, log) = (Arc::clone(&pool), Arc::clone(&log));
            thread::spawn(move || rounds(&pool, &log, 2))
        };
        rounds(&pool, &log, 3);
        other.join().expect("no panic");
        assert_eq!(pool.count(), 2 + Depot::DUMMIES);
    });
}

/// A slot with its counters, and the context that it leads to: whether that is freed.
#[derive(Default)]
struct Slotted {
    calls: Calls,
    word: AtomicWord,
    is_tombstone: AtomicU32,
    freed: UnsafeCell<bool>,
}

impl Slotted {
    fn open(&self) {
        self.calls.open();
        self.word.set(Link::Taken(Id::new(0, 7)));
    }

    /// A call: counts itself, uses what it finds, leaves. Not if it finds the tombstone, which ends the
    /// process.
    fn call(&self) -> bool {
        self.calls.enter();
        let finds = self.finds_the_context();
        if finds && self.calls.leave() {
            self.free();
        }
        finds
    }

    /// A call of the thread at home.
    fn call_at_home(&self) -> bool {
        self.calls.enter_at_home();
        let finds = self.finds_the_context();
        if finds && self.calls.leave_home(&self.word) {
            self.free();
        }
        finds
    }

    /// The same with another one in it.
    fn call_in_a_call_at_home(&self) -> bool {
        self.calls.enter_at_home();
        let finds = self.finds_the_context();
        if !finds {
            return false;
        }
        let inner = self.call_at_home();
        if inner {
            // SAFETY: loom tells if anybody writes at the same time.
            self.freed
                .with(|freed| assert!(!unsafe { *freed }, "freed under the outer call"));
        }
        if self.calls.leave_home(&self.word) {
            self.free();
        }
        inner
    }

    fn finds_the_context(&self) -> bool {
        if self.is_tombstone.load(Ordering::Acquire) == 1 {
            return false;
        }
        // SAFETY: loom tells if anybody writes at the same time.
        self.freed
            .with(|freed| assert!(!unsafe { *freed }, "used after it was freed"));
        true
    }

    fn close(&self) {
        self.is_tombstone.store(1, Ordering::Release);
        if self.calls.close() {
            self.free();
        }
    }

    fn close_elsewhere(&self) {
        self.is_tombstone.store(1, Ordering::Release);
        if self.calls.close_elsewhere(&self.word, heavy_barrier) {
            self.free();
        }
    }

    fn close_in_a_call_at_home(&self) {
        self.calls.enter_at_home();
        assert!(self.finds_the_context());
        self.is_tombstone.store(1, Ordering::Release);
        assert!(!self.calls.close_at_home(&self.word));
        // SAFETY: loom tells if anybody writes at the same time.
        self.freed
            .with(|freed| assert!(!unsafe { *freed }, "freed under its own call"));
        if self.calls.leave_home(&self.word) {
            self.free();
        }
    }

    /// At the end, when nobody else is there: it was freed, unless somebody found the tombstone.
    fn was_freed(&self, all_left: bool) {
        // SAFETY: nobody else is there any more.
        let freed = self.freed.with(|freed| unsafe { *freed });
        assert!(freed || !all_left, "nobody was told to free it");
    }

    fn free(&self) {
        // SAFETY: as above.
        let before = self.freed.with_mut(|freed| unsafe { freed.replace(true) });
        assert!(!before, "freed twice");
    }
}

#[test]
fn a_context_is_freed_once_and_never_under_a_call() {
    model(3, || {
        let slotted = Arc::new(Slotted::default());
        slotted.open();
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let slotted = Arc::clone(&slotted);
                thread::spawn(move || slotted.call())
            })
            .collect();
        slotted.close();
        let left = callers
            .into_iter()
            .map(|caller| caller.join().expect("no panic"));
        let all_left = left.fold(true, |all, left| all & left);
        slotted.was_freed(all_left);
    });
}

#[test]
fn a_context_that_is_closed_elsewhere_is_freed_once_and_never_under_a_call_at_home() {
    model(3, || {
        let slotted = Arc::new(Slotted::default());
        slotted.open();
        let [home, other] = [true, false].map(|is_home| {
            let slotted = Arc::clone(&slotted);
            thread::spawn(move || match is_home {
                // The first may be closed meanwhile.
                true => slotted.call_at_home() && slotted.call_at_home(),
                false => slotted.call(),
            })
        });
        slotted.close_elsewhere();
        let all_left = home.join().expect("no panic") & other.join().expect("no panic");
        slotted.was_freed(all_left);
    });
}

/// With fewer threads, and more preemptions: a call in a call, neither of which may lose the context.
#[test]
fn a_context_that_is_closed_elsewhere_is_not_freed_between_two_that_leave_home() {
    model(6, || {
        let slotted = Arc::new(Slotted::default());
        slotted.open();
        let home = {
            let slotted = Arc::clone(&slotted);
            thread::spawn(move || slotted.call_in_a_call_at_home())
        };
        slotted.close_elsewhere();
        let all_left = home.join().expect("no panic");
        slotted.was_freed(all_left);
    });
}

#[test]
fn a_context_that_is_closed_in_its_own_call_is_freed_once_and_never_under_a_call() {
    model(3, || {
        let slotted = Arc::new(Slotted::default());
        slotted.open();
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let slotted = Arc::clone(&slotted);
                thread::spawn(move || slotted.call())
            })
            .collect();
        slotted.close_in_a_call_at_home();
        let left = callers
            .into_iter()
            .map(|caller| caller.join().expect("no panic"));
        let all_left = left.fold(true, |all, left| all & left);
        slotted.was_freed(all_left);
    });
}

/// Who leaves last at home may be late: the thunk has another life by then.
#[test]
fn who_leaves_home_late_does_not_end_the_next_life() {
    model(4, || {
        let slotted = Arc::new(Slotted::default());
        slotted.open();
        slotted.calls.enter_at_home();
        let closer = {
            let slotted = Arc::clone(&slotted);
            thread::spawn(move || {
                slotted.is_tombstone.store(1, Ordering::Release);
                if !slotted.calls.close_elsewhere(&slotted.word, heavy_barrier) {
                    return false;
                }
                // Freed, and taken again by this thread, which closes it in a call.
                slotted.open();
                slotted.calls.enter_at_home();
                assert!(!slotted.calls.close_at_home(&slotted.word));
                let last = slotted.calls.leave_home(&slotted.word);
                assert!(last, "somebody else ended the next life");
                true
            })
        };
        let freed_here = slotted.calls.leave_home(&slotted.word);
        let freed_there = closer.join().expect("no panic");
        assert!(freed_here ^ freed_there, "freed once");
    });
}
