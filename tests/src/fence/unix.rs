//! Memory of the fence: a mapping without rights, which pages are given.

/// So much address space; null where there is none.
pub(super) fn reserve(bytes: usize) -> *mut u8 {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let none = std::ptr::null_mut();
    // SAFETY: a new mapping of no rights disturbs nobody.
    unsafe { libc::mmap(none, bytes, libc::PROT_NONE, flags, -1, 0) }.cast()
}

/// Makes pages of the reservation readable and writable.
///
/// # Safety
///
/// They are, and nobody else uses them.
pub(super) unsafe fn open(start: *mut u8, bytes: usize) -> bool {
    let rights = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: the caller says whose the pages are.
    unsafe { libc::mprotect(start.cast(), bytes, rights) == 0 }
}

/// Gives the memory back, and forbids the pages.
///
/// # Safety
///
/// As for [`open`].
pub(super) unsafe fn close(start: *mut u8, bytes: usize) {
    // SAFETY: the caller says whose the pages are.
    unsafe { libc::madvise(start.cast(), bytes, libc::MADV_DONTNEED) };
    // SAFETY: as above.
    unsafe { libc::mprotect(start.cast(), bytes, libc::PROT_NONE) };
}
