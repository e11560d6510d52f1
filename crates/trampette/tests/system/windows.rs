//! Windows: C's error number and the system's own, and the system's threads.

use std::ffi::{c_int, c_void};
use std::mem::transmute;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{CloseHandle, GetLastError, SetLastError, WAIT_OBJECT_0};
use windows_sys::Win32::System::Threading::{
    CreateThread, INFINITE, LPTHREAD_START_ROUTINE, WaitForSingleObject,
};

unsafe extern "C" {
    /// What the macro `errno` of `errno.h` reads.
    safe fn _errno() -> *mut c_int;
}

/// C's error number, and what `GetLastError` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastErrors {
    errno: c_int,
    system: u32,
}

impl LastErrors {
    /// What no function sets.
    pub(crate) const ODD: Self = Self {
        errno: 77,
        system: 7777,
    };

    pub(crate) fn set(self) {
        // SAFETY: errno is this thread's own.
        unsafe { _errno().write(self.errno) };
        // SAFETY: any number may be set.
        unsafe { SetLastError(self.system) };
    }

    pub(crate) fn now() -> Self {
        // SAFETY: the function has no preconditions.
        let system = unsafe { GetLastError() };
        // SAFETY: errno is this thread's own.
        let errno = unsafe { _errno().read() };
        Self { errno, system }
    }

    /// Has both set.
    pub(crate) fn spoil() {
        // SAFETY: a path that is none is refused, and both say so.
        let status = unsafe { libc::chdir(c"no\\such\\folder".as_ptr()) };
        assert_eq!(status, -1);
    }
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
    // SAFETY: of the pointer that comes back, the system reads the lower half.
    let routine = unsafe {
        transmute::<extern "C" fn(*mut c_void) -> *mut c_void, LPTHREAD_START_ROUTINE>(routine)
    };
    let start = |argument: *mut c_void| {
        // SAFETY: the routine may be called with the argument, and its caller waits for the thread.
        let thread = unsafe { CreateThread(null(), 0, routine, argument, 0, null_mut()) };
        assert!(!thread.is_null());
        thread
    };
    let threads: Vec<_> = arguments.into_iter().map(start).collect();
    for thread in threads {
        // SAFETY: the handle is the thread's.
        let waited = unsafe { WaitForSingleObject(thread, INFINITE) };
        assert_eq!(waited, WAIT_OBJECT_0);
        // SAFETY: as above, and nobody uses it afterwards.
        unsafe { CloseHandle(thread) };
    }
}
