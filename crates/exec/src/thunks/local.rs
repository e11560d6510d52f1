//! Which magazine a thread has for which pool.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pool::ThunkPool;
use crate::depot::Magazine;

/// How many pools have magazines. Those that are used for the first time after so many others
/// work without them: slower, and otherwise alike.
const POOLS: usize = 16;

/// How many thunks go from a magazine to the depot, or back, at once.
pub(super) const BATCH: u32 = 64;

thread_local! {
    /// By the number of the pool. There is nothing to drop, so that no use asks whether it was dropped.
    static MAGAZINES: [Kept; POOLS] = const { [const { Kept::nothing() }; POOLS] };

    /// Gives the magazines back when the thread ends.
    static KEEPER: Keeper = const { Keeper };
}

struct Kept {
    /// Whose magazine it is, as long as the thread has a [`KEEPER`].
    pool: Cell<Option<&'static ThunkPool>>,
    magazine: RefCell<Magazine>,
}

impl Kept {
    const fn nothing() -> Self {
        Self {
            pool: Cell::new(None),
            magazine: RefCell::new(Magazine::new(BATCH)),
        }
    }

    /// Whether the magazine may be used: not any more when the thread is ending.
    #[inline]
    fn is_kept(&self, pool: &'static ThunkPool) -> bool {
        self.pool.get().is_some() || self.begin(pool)
    }

    #[cold]
    fn begin(&self, pool: &'static ThunkPool) -> bool {
        let is_kept = KEEPER.try_with(|_| ()).is_ok();
        self.pool.set(is_kept.then_some(pool));
        is_kept
    }
}

struct Keeper;

impl Drop for Keeper {
    fn drop(&mut self) {
        MAGAZINES.with(|magazines| {
            for kept in magazines {
                if let (Some(pool), Ok(mut magazine)) =
                    (kept.pool.take(), kept.magazine.try_borrow_mut())
                {
                    pool.take_back(&mut magazine);
                }
            }
        });
    }
}

/// Lends this thread's magazine of a pool. A thread that has none, because it is ending or there
/// are too many pools, gets one for this purpose alone.
#[inline(always)]
pub(super) fn with<R>(pool: &'static ThunkPool, act: impl Fn(&mut Magazine) -> R) -> R {
    // The closure is kept so small that it is surely compiled into here.
    let magazines = MAGAZINES.with(ptr::from_ref);
    // SAFETY: they are this thread's, which is running, and are never dropped.
    let magazines = unsafe { &*magazines };
    if let Some(kept) = magazines.get(pool.number.get())
        && kept.is_kept(pool)
        && let Ok(mut magazine) = kept.magazine.try_borrow_mut()
    {
        return act(&mut magazine);
    }
    with_temporary(pool, &act)
}

#[cold]
fn with_temporary<R>(pool: &ThunkPool, act: &impl Fn(&mut Magazine) -> R) -> R {
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
