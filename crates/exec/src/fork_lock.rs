//! A lock that a forked child can always take.
//!
//! `fork` copies the memory of the whole process but only one of its threads. A lock which any of
//! the others held at that instant stays locked in the child for ever, and what it guards is torn.
//! Handlers registered with `pthread_atfork` would help where everybody calls `fork`, and `clone`
//! runs none of them. So this lock is stamped with the process id of its holder: a child that
//! finds a stamp of another process knows that the holder does not exist here. It takes the lock
//! and starts again with a fresh value.
//!
//! ```
//! use trampette_exec::ForkLock;
//!
//! static NAMES: ForkLock<Vec<String>> = ForkLock::new(Vec::new);
//!
//! NAMES.lock().push("sin".to_owned());
//! assert_eq!(NAMES.lock().len(), 1);
//! assert_eq!(NAMES.steals(), 0);
//! ```

use std::cell::UnsafeCell;
use std::fmt;
use std::hint;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::process;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// The stamp of a lock that nobody holds. No process has this id.
const FREE: u32 = 0;

/// A mutual exclusion lock that survives `fork`.
///
/// The value is made by `init` at the first [`lock`](Self::lock), and once more in each process
/// that is forked while another thread holds the lock. The torn value is then forgotten, never
/// dropped: what it owned is leaked in that child.
///
/// A lock that is free at the fork is copied with its value, as all memory is: the child goes on
/// with what its parent had, and neither sees what the other does afterwards.
///
/// # Thread safety
///
/// A thread that finds the lock held spins for a moment, then yields, then sleeps 50 microseconds
/// at a time. The lock is not fair, not re-entrant (locking it twice in one thread hangs, so no
/// signal handler may use it), and a panic while it is held does not poison it.
///
/// # Platform
///
/// The stamp is [`std::process::id`], asked anew each time because some C libraries used to keep
/// it across `clone`. Three kinds of process are beyond the lock:
///
/// - a `vfork` child shares its parent's memory under another id; it may only `exec` or exit, by
///   the rules of `vfork`;
/// - a thread that forks while it holds a guard itself has two processes finish one critical
///   section: the child must drop that guard before it starts threads;
/// - a child that has the same id as the parent that held the lock (each of them the first
///   process of its own namespace, or the id came round again) waits for ever.
pub struct ForkLock<T> {
    /// The id of the process that holds the lock, or [`FREE`].
    holder: AtomicU32,
    steals: AtomicU32,
    init: fn() -> T,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: `holder` lets one thread at a time reach the value, so sharing the lock only ever moves
// the value from one thread to another; `T: Send` allows that. `init` is a plain function.
unsafe impl<T: Send> Sync for ForkLock<T> {}

impl<T> ForkLock<T> {
    /// A free lock around a value that `init` will make when it is first needed.
    #[must_use]
    pub const fn new(init: fn() -> T) -> Self {
        Self {
            holder: AtomicU32::new(FREE),
            steals: AtomicU32::new(0),
            init,
            value: UnsafeCell::new(None),
        }
    }

    /// Waits for the lock and takes it.
    ///
    /// ```
    /// use trampette_exec::ForkLock;
    ///
    /// let lock = ForkLock::new(|| 41);
    /// *lock.lock() += 1;
    /// assert_eq!(*lock.lock(), 42);
    /// ```
    pub fn lock(&self) -> ForkGuard<'_, T> {
        let mut round = 0;
        loop {
            let here = process::id();
            match self.exchange(FREE, here) {
                Ok(()) => return self.guard(here),
                Err(FREE) => {}
                Err(holder) if holder == here => wait(round),
                Err(foreign) => {
                    if let Some(guard) = self.steal(foreign, here) {
                        return guard;
                    }
                }
            }
            round = round.saturating_add(1);
        }
    }

    /// How many times the lock was taken from a holder that a fork left behind.
    ///
    /// The count is copied by `fork` like everything else, so it counts this process and its
    /// ancestors. What it guards began anew at each of them.
    #[must_use]
    pub fn steals(&self) -> u32 {
        self.steals.load(Ordering::Relaxed)
    }

    fn exchange(&self, from: u32, to: u32) -> Result<(), u32> {
        self.holder
            .compare_exchange(from, to, Ordering::Acquire, Ordering::Relaxed)
            .map(drop)
    }

    /// Takes the lock from a process that is not this one, unless another thread is faster.
    fn steal(&self, foreign: u32, here: u32) -> Option<ForkGuard<'_, T>> {
        // Made first: should `init` panic, the lock is as it was.
        let fresh = (self.init)();
        self.exchange(foreign, here).ok()?;
        // SAFETY: the lock is ours since the line above, and its former holder is a thread of
        // another process, which has its own copy of this memory. `write` does not drop the torn
        // value, whose invariants may not hold.
        unsafe { self.value.get().write(Some(fresh)) };
        self.steals.fetch_add(1, Ordering::Relaxed);
        Some(self.guard(here))
    }

    /// The guard of a lock that this thread has just taken.
    fn guard(&self, stamp: u32) -> ForkGuard<'_, T> {
        let held = Held {
            holder: &self.holder,
            stamp,
        };
        // SAFETY: the lock is held (and released by `held` should `init` panic), so nobody else
        // has a reference to the value.
        let value = unsafe { &mut *self.value.get() };
        let value = NonNull::from(value.get_or_insert_with(self.init));
        ForkGuard {
            value,
            _held: held,
            _borrow: PhantomData,
        }
    }
}

impl<T> fmt::Debug for ForkLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForkLock")
            .field("holder", &self.holder)
            .field("steals", &self.steals)
            .finish_non_exhaustive()
    }
}

/// Spins, then yields, then sleeps: a short wait costs no system call, a long one no processor.
fn wait(round: u32) {
    match round {
        0..64 => hint::spin_loop(),
        64..96 => thread::yield_now(),
        _ => thread::sleep(Duration::from_micros(50)),
    }
}

/// Access to the value of a [`ForkLock`]; dropping it frees the lock.
#[must_use = "the lock is free again as soon as the guard is dropped"]
pub struct ForkGuard<'a, T> {
    // Not a reference: it would claim to be unique until the end of the drop that gives the
    // value to the next thread.
    value: NonNull<T>,
    _held: Held<'a>,
    _borrow: PhantomData<&'a mut T>,
}

// SAFETY: a shared guard gives `&T` and nothing else.
unsafe impl<T: Sync> Sync for ForkGuard<'_, T> {}

impl<T> Deref for ForkGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock, and `&self` keeps `deref_mut` away.
        unsafe { self.value.as_ref() }
    }
}

impl<T> DerefMut for ForkGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock, and `&mut self` is the only way in.
        unsafe { self.value.as_mut() }
    }
}

impl<T: fmt::Debug> fmt::Debug for ForkGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// The duty to free the lock.
struct Held<'a> {
    holder: &'a AtomicU32,
    stamp: u32,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Only our own stamp is taken away: in a child of a thread that forked with its guard
        // alive, somebody may have stolen the lock meanwhile.
        let _ =
            self.holder
                .compare_exchange(self.stamp, FREE, Ordering::Release, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_exclude_each_other() {
        let lock = ForkLock::new(|| 0_u64);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| *lock.lock() += 1));
            }
        });
        assert_eq!(*lock.lock(), 40_000);
        assert_eq!(lock.steals(), 0);
    }

    #[test]
    fn a_stamp_of_another_process_is_stolen_and_the_value_begins_anew() {
        let lock = ForkLock::new(|| vec![0_u8]);
        lock.lock().push(1);
        lock.holder.store(process::id() + 1, Ordering::Relaxed);
        assert_eq!(*lock.lock(), [0]);
        assert_eq!(lock.steals(), 1);
        lock.lock().push(2);
        assert_eq!(*lock.lock(), [0, 2]);
        assert_eq!(lock.steals(), 1);
    }

    #[test]
    fn one_of_many_threads_steals() {
        let lock = ForkLock::new(|| 0_u32);
        lock.holder.store(process::id() + 1, Ordering::Relaxed);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| *lock.lock() += 1);
            }
        });
        assert_eq!(*lock.lock(), 8);
        assert_eq!(lock.steals(), 1);
    }

    #[test]
    fn a_guard_from_before_a_steal_does_not_free_the_new_holder() {
        let holder = AtomicU32::new(7);
        let old = Held {
            holder: &holder,
            stamp: 6,
        };
        drop(old);
        assert_eq!(holder.load(Ordering::Relaxed), 7);
    }

    #[test]
    fn a_panic_in_init_leaves_the_lock_free() {
        let lock: ForkLock<u8> = ForkLock::new(|| panic!("no value today"));
        for _ in 0..2 {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _ = lock.lock();
            }));
            assert!(outcome.is_err());
        }
        assert_eq!(lock.holder.load(Ordering::Relaxed), FREE);
    }

    #[test]
    fn locks_are_shared_where_their_values_may_be_sent() {
        fn shared<S: Sync>(_: &S) {}
        shared(&ForkLock::new(|| std::cell::Cell::new(0)));
    }
}
