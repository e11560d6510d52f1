//! Memory of the fence: reserved pages, some of them committed.

use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_RESERVE, PAGE_NOACCESS, PAGE_READWRITE, VirtualAlloc, VirtualFree,
};

/// So much address space; null where there is none.
pub(super) fn reserve(bytes: usize) -> *mut u8 {
    // SAFETY: a new reservation disturbs nobody.
    unsafe { VirtualAlloc(std::ptr::null(), bytes, MEM_RESERVE, PAGE_NOACCESS) }.cast()
}

/// Makes pages of the reservation readable and writable.
///
/// # Safety
///
/// They are, and nobody else uses them.
pub(super) unsafe fn open(start: *mut u8, bytes: usize) -> bool {
    // SAFETY: the caller says whose the pages are.
    let memory = unsafe { VirtualAlloc(start.cast(), bytes, MEM_COMMIT, PAGE_READWRITE) };
    !memory.is_null()
}

/// Gives the memory back, and forbids the pages.
///
/// # Safety
///
/// As for [`open`].
pub(super) unsafe fn close(start: *mut u8, bytes: usize) {
    // SAFETY: the caller says whose the pages are.
    unsafe { VirtualFree(start.cast(), bytes, MEM_DECOMMIT) };
}
