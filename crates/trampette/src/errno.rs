//! The C library's error number, and on Windows the system's last error: a callback leaves both as it
//! found them.

use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::{NonNull, null_mut};

thread_local! {
    /// Where this thread's `errno` stands; null until somebody asks.
    static PLACE: Cell<*mut c_int> = const { Cell::new(null_mut()) };
}

/// The error numbers of a call that has just come in, if it is known already where `errno` stands.
#[inline(always)]
pub(crate) fn known() -> Option<Place> {
    let last_error = LastError::now();
    let Some(errno) = NonNull::new(PLACE.get()) else {
        last_error.put_back();
        return None;
    };
    Some(Place { errno, last_error })
}

/// Where this thread's `errno` stands, and the last error as it was when somebody asked for this.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    errno: NonNull<c_int>,
    last_error: LastError,
}

impl Place {
    /// Asks the C library, and remembers.
    #[cold]
    pub(crate) fn find() -> Self {
        let last_error = LastError::now();
        let found = errno_location();
        PLACE.set(found);
        last_error.put_back();
        let errno = NonNull::new(found).expect("every thread has an errno");
        Self { errno, last_error }
    }

    /// Runs something and puts the error numbers back as they were before.
    #[inline(always)]
    pub(crate) fn keep<R>(self, run: impl FnOnce() -> R) -> R {
        // SAFETY: the place is this thread's own, and stays as long as the thread does.
        let before = unsafe { self.errno.read() };
        let result = run();
        self.last_error.put_back();
        // Written only where it changed: each call would otherwise wait for the store of the one before.
        // SAFETY: as above.
        if unsafe { self.errno.read() } != before {
            // SAFETY: as above.
            unsafe { self.errno.write(before) };
        }
        result
    }
}

#[cfg(target_os = "linux")]
fn errno_location() -> *mut c_int {
    // SAFETY: the function has no preconditions.
    unsafe { libc::__errno_location() }
}

#[cfg(target_vendor = "apple")]
fn errno_location() -> *mut c_int {
    // SAFETY: the function has no preconditions.
    unsafe { libc::__error() }
}

#[cfg(windows)]
fn errno_location() -> *mut c_int {
    unsafe extern "C" {
        /// `errno.h`: what the macro `errno` of Microsoft's C libraries reads.
        safe fn _errno() -> *mut c_int;
    }
    _errno()
}

/// Elsewhere callbacks cannot be made yet: any place will do.
#[cfg(not(any(target_os = "linux", target_vendor = "apple", windows)))]
fn errno_location() -> *mut c_int {
    Box::into_raw(Box::new(0))
}

/// What `GetLastError` gives. Taken first and put back last: on some toolchains looking at a variable of
/// the thread sets it to 0, as `TlsGetValue` does "when it is successful".
#[cfg(windows)]
#[derive(Clone, Copy)]
struct LastError(u32);

#[cfg(windows)]
impl LastError {
    #[inline(always)]
    fn now() -> Self {
        // SAFETY: the function has no preconditions.
        Self(unsafe { windows_sys::Win32::Foundation::GetLastError() })
    }

    #[inline(always)]
    fn put_back(self) {
        // SAFETY: any number may be set.
        unsafe { windows_sys::Win32::Foundation::SetLastError(self.0) };
    }
}

/// Other systems have none.
#[cfg(not(windows))]
#[derive(Clone, Copy)]
struct LastError;

#[cfg(not(windows))]
impl LastError {
    #[inline(always)]
    fn now() -> Self {
        Self
    }

    #[inline(always)]
    fn put_back(self) {}
}
