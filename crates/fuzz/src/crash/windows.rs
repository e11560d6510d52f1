//! Crashes as exceptions that nobody handles.

use std::io::Write as _;

use windows_sys::Win32::System::Diagnostics::Debug::{
    EXCEPTION_POINTERS, SetUnhandledExceptionFilter,
};

pub(super) fn install() {
    // SAFETY: the filter prints, and leaves the exception alone.
    unsafe { SetUnhandledExceptionFilter(Some(handle)) };
}

unsafe extern "system" fn handle(_: *const EXCEPTION_POINTERS) -> i32 {
    /// EXCEPTION_CONTINUE_SEARCH: the process ends as it would have.
    const GO_ON: i32 = 0;
    super::report();
    GO_ON
}

pub(super) fn print(part: &[u8]) {
    // It is a crash already.
    _ = std::io::stderr().write_all(part);
}
