//! Watching a callback: C calls a checkpoint that goes on to it, and sees what it leaves.
//!
//! The twins that a compiler writes keep what they use, so a register that a callback loses is seen by
//! nobody but whoever looks right before and right after it. The checkpoint changes neither arguments nor
//! stack, whatever the signature: it puts its own return address in the place of the caller's.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

use trampette::Abi;

/// Where a checkpoint keeps registers. There is one for each convention, so one thread watches at a time.
#[repr(transparent)]
pub(super) struct Area<T>(UnsafeCell<T>);

// SAFETY: whoever uses it holds the lock.
unsafe impl<T> Sync for Area<T> {}

impl<T> Area<T> {
    pub(super) const fn new(registers: T) -> Self {
        Self(UnsafeCell::new(registers))
    }
}

/// The registers of a convention, and their checkpoint.
pub(super) trait Watched: Sized + 'static {
    fn area() -> &'static Area<Self>;
    fn entry() -> *const ();
    fn begin(&mut self, target: u64);
    fn passes(&self) -> u64;
    fn check(&self) -> Result<(), String>;
}

/// A callback, watched as long as this lives.
#[derive(Debug)]
pub struct Watch {
    checkpoint: *const c_void,
    check: fn() -> (u64, Result<(), String>),
    _one_at_a_time: MutexGuard<'static, ()>,
}

impl Watch {
    /// Watches calls of this callback, which C calls in this convention. Other threads wait until this is
    /// dropped; this thread must not watch anything else meanwhile.
    #[must_use]
    pub fn over(callback: *const c_void, abi: Abi) -> Self {
        #[cfg(target_arch = "x86_64")]
        return match abi {
            Abi::Win64 | Abi::Win64Gnu => Self::of::<super::win64::Checkpoint>(callback),
            _ => Self::of::<super::x86_64::Checkpoint>(callback),
        };
        #[cfg(target_arch = "aarch64")]
        {
            // All variants of the convention keep the same.
            _ = abi;
            Self::of::<super::aarch64::Checkpoint>(callback)
        }
    }

    fn of<T: Watched>(callback: *const c_void) -> Self {
        static LOCK: Mutex<()> = Mutex::new(());
        let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the lock is held, and no call passes.
        let registers = unsafe { &mut *T::area().0.get() };
        registers.begin(callback.addr() as u64);
        Self {
            checkpoint: T::entry().cast(),
            check: left::<T>,
            _one_at_a_time: guard,
        }
    }

    /// What C is to call instead.
    #[must_use]
    pub fn checkpoint(&self) -> *const c_void {
        self.checkpoint
    }

    /// Tells whether the last call kept what it must.
    ///
    /// # Errors
    ///
    /// What it did not, in words; or that none came back.
    pub fn check(&self) -> Result<(), String> {
        match (self.check)() {
            (0, _) => Err("no call came back through the checkpoint".into()),
            (_, outcome) => outcome,
        }
    }
}

fn left<T: Watched>() -> (u64, Result<(), String>) {
    // SAFETY: the lock is held by the watch that asks, and no call passes.
    let registers = unsafe { &*T::area().0.get() };
    (registers.passes(), registers.check())
}
