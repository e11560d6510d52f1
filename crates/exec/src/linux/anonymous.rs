//! Executable pages from anonymous memory: filled, made executable once, moved into place.
//!
//! The pages are never made writable again, and never execute where they were written: `mremap`
//! replaces what is at their destination in one step, as a `MAP_FIXED` mapping would.

use std::mem;

use super::{Stop, rights, stopped};
use crate::code_ptr::CodePtr;
use crate::strategy::Step;
use memmap2::MmapMut;

/// See [`super::install`].
///
/// # Safety
///
/// As there.
pub(super) unsafe fn install(at: CodePtr, pages: &[u8]) -> Result<(), Stop> {
    let mut fresh = MmapMut::map_anon(pages.len())
        .map_err(|e| (Step::MapWritable, e.raw_os_error().unwrap_or_default()))?;
    fresh.copy_from_slice(pages);
    let source = fresh.as_mut_ptr();
    // SAFETY: the pages are whole and belong to `fresh`, which is not written to from here on.
    let refused = unsafe { libc::mprotect(source.cast(), pages.len(), rights::executable()) };
    if refused != 0 {
        return Err(stopped(Step::ProtectExecutable));
    }
    // SAFETY: the pages go from a mapping of ours to a range that is ours to replace.
    unsafe { move_over(source, at, pages.len()) }?;
    // Nothing is left where the pages were, so there is nothing to unmap.
    mem::forget(fresh);
    Ok(())
}

/// # Safety
///
/// - `bytes` from `source` on are whole pages of one mapping, not used any more.
/// - The destination is as [`super::install`] wants it, and does not overlap the source.
unsafe fn move_over(source: *mut u8, at: CodePtr, bytes: usize) -> Result<(), Stop> {
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    let source = source.cast();
    // SAFETY: the caller's promise.
    let moved = unsafe { libc::mremap(source, bytes, bytes, flags, at.as_mut_ptr()) };
    if moved == libc::MAP_FAILED {
        return Err(stopped(Step::Move));
    }
    Ok(())
}
