//! Where the error number is C's own, and threads are POSIX's.

use std::ffi::{c_int, c_void};

/// C's error number; nothing else is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastErrors {
    errno: c_int,
}

impl LastErrors {
    /// What no function sets.
    pub(crate) const ODD: Self = Self { errno: 77 };

    pub(crate) fn set(self) {
        // SAFETY: errno is this thread's own.
        unsafe { place().write(self.errno) };
    }

    pub(crate) fn now() -> Self {
        // SAFETY: errno is this thread's own.
        let errno = unsafe { place().read() };
        Self { errno }
    }

    /// Has the system set them.
    pub(crate) fn spoil() {
        // SAFETY: an invalid descriptor is refused, and errno says so.
        unsafe { libc::close(-1) };
    }
}

#[cfg(not(target_vendor = "apple"))]
fn place() -> *mut c_int {
    // SAFETY: the function has no preconditions.
    unsafe { libc::__errno_location() }
}

#[cfg(target_vendor = "apple")]
fn place() -> *mut c_int {
    // SAFETY: the function has no preconditions.
    unsafe { libc::__error() }
}

/// Runs a routine in a thread for each argument, and waits for them all.
///
/// # Safety
///
/// The routine may be called with each.
pub(crate) unsafe fn run_threads(
    routine: extern "C" fn(*mut c_void) -> *mut c_void,
    arguments: impl IntoIterator<Item = *mut c_void>,
) {
    let start = |argument: *mut c_void| {
        let mut thread = 0;
        let to = &raw mut thread;
        // SAFETY: the routine has the signature of a thread's, and its caller waits for the thread.
        let status = unsafe { libc::pthread_create(to, std::ptr::null(), routine, argument) };
        assert_eq!(status, 0);
        thread
    };
    let threads: Vec<_> = arguments.into_iter().map(start).collect();
    for thread in threads {
        // SAFETY: the thread was created, and is joined once.
        let status = unsafe { libc::pthread_join(thread, std::ptr::null_mut()) };
        assert_eq!(status, 0);
    }
}
