//! The C library's error number, which a callback leaves as it found it.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};

thread_local! {
    /// Where this thread's `errno` stands; null until somebody asks.
    static PLACE: Cell<*mut c_int> = const { Cell::new(null_mut()) };
}

/// Where this thread's `errno` stands, if that is known already.
#[inline(always)]
pub(crate) fn known() -> Option<Place> {
    NonNull::new(PLACE.get()).map(Place)
}

/// Where this thread's `errno` stands.
#[derive(Clone, Copy)]
pub(crate) struct Place(NonNull<c_int>);

impl Place {
    /// Asks the C library, and remembers.
    #[cold]
    pub(crate) fn find() -> Self {
        #[cfg(target_os = "linux")]
        // SAFETY: the function has no preconditions.
        let found = unsafe { libc::__errno_location() };
        #[cfg(target_vendor = "apple")]
        // SAFETY: the function has no preconditions.
        let found = unsafe { libc::__error() };
        // Elsewhere callbacks cannot be made yet: any place will do.
        #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
        let found = Box::into_raw(Box::new(0));
        PLACE.set(found);
        Self(NonNull::new(found).expect("every thread has an errno"))
    }

    /// Runs something and puts `errno` back as it was before.
    #[inline(always)]
    pub(crate) fn keep<R>(self, run: impl FnOnce() -> R) -> R {
        // SAFETY: the place is this thread's own, and stays as long as the thread does.
        let before = unsafe { self.0.read() };
        let result = run();
        // SAFETY: as above.
        unsafe { self.0.write(before) };
        result
    }
}
