//! Which magazine a thread has for which pool.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pool::ThunkPool;
use crate::depot::Magazine;

/// How many pools have magazines. Those that are used for the first time after so many others
/// work without them: slower, and otherwise alike.
const POOLS: usize = 16;

/// How many thunks go from a magazine to the depot, or back, at once.
pub(super) const BATCH: u32 = 64;

thread_local! {
    static MAGAZINES: Magazines = const { Magazines(RefCell::new([const { None }; POOLS])) };
}

struct Magazines(RefCell<[Option<Kept>; POOLS]>);

struct Kept {
    pool: &'static ThunkPool,
    magazine: Magazine,
}

impl Drop for Magazines {
    fn drop(&mut self) {
        for kept in self.0.get_mut().iter_mut().flatten() {
            kept.pool.take_back(&mut kept.magazine);
        }
    }
}

/// Lends this thread's magazine of a pool. A thread that has none, because it is ending or there
/// are too many pools, gets one for this purpose alone.
#[inline]
pub(super) fn with<R>(pool: &'static ThunkPool, act: impl Fn(&mut Magazine) -> R) -> R {
    let done = MAGAZINES.try_with(|magazines| {
        let mut all = magazines.0.try_borrow_mut().ok()?;
        let kept = all.get_mut(pool.number.get())?;
        let kept = kept.get_or_insert_with(|| Kept {
            pool,
            magazine: Magazine::new(BATCH),
        });
        Some(act(&mut kept.magazine))
    });
    match done {
        Ok(Some(done)) => done,
        _ => with_temporary(pool, act),
    }
}

#[cold]
fn with_temporary<R>(pool: &ThunkPool, act: impl Fn(&mut Magazine) -> R) -> R {
    let mut magazine = Magazine::new(1);
    let done = act(&mut magazine);
    pool.take_back(&mut magazine);
    done
}

/// The number of a pool: pools are counted in the order of their first use.
#[derive(Debug)]
pub(super) struct Number(AtomicUsize);

static NEXT: AtomicUsize = AtomicUsize::new(0);

impl Number {
    pub(super) const fn none() -> Self {
        Self(AtomicUsize::new(usize::MAX))
    }

    #[inline]
    fn get(&self) -> usize {
        match self.0.load(Ordering::Relaxed) {
            usize::MAX => self.assign(),
            number => number,
        }
    }

    /// Two threads may both draw a number; the pool has one of them.
    #[cold]
    fn assign(&self) -> usize {
        let mine = NEXT.fetch_add(1, Ordering::Relaxed);
        let relaxed = Ordering::Relaxed;
        let outcome = self.0.compare_exchange(usize::MAX, mine, relaxed, relaxed);
        outcome.map_or_else(|theirs| theirs, |_| mine)
    }
}
