//! The same pages at a second place.
//!
//! `mremap` with an old size of zero maps the pages of a *shared* mapping once more, with the
//! rights that it has. No bytes are copied and no rights are asked for, so neither filters nor
//! modes that forbid new executable pages have anything to say about it.

use super::reserve;
use super::stopped;
use crate::code_ptr::CodePtr;
use crate::strategy::Step;

/// Replaces what is mapped at `at` by the pages at `from`, which stay where they are too.
///
/// # Safety
///
/// - Both are page boundaries, and `bytes` whole pages of one mapping.
/// - The range at `at` is ours to replace.
/// - [`repeats`] has said that it works: older kernels look at the source only after they have
///   taken the old mapping away.
pub(crate) unsafe fn repeat(from: CodePtr, at: CodePtr, bytes: usize) -> Result<(), i32> {
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    let source = from.as_mut_ptr().cast();
    // SAFETY: the source stays as it is, since nothing of it is to be moved; the destination is
    // ours by the caller's promise.
    let mapped = unsafe { libc::mremap(source, 0, bytes, flags, at.as_mut_ptr()) };
    if mapped == libc::MAP_FAILED {
        return Err(stopped(Step::Move).1);
    }
    Ok(())
}

/// Finds out on scratch pages whether these pages can be [repeated](repeat).
///
/// # Safety
///
/// - There are `bytes` readable bytes at `from`, whole pages of one mapping.
pub(crate) unsafe fn repeats(from: CodePtr, bytes: usize, align: usize) -> bool {
    let Ok(scratch) = reserve::anywhere(bytes, align) else {
        return false;
    };
    // SAFETY: the scratch range is ours and nobody executes it, so a hole in it harms nobody.
    let same = unsafe { repeat(from, scratch, bytes) }.is_ok() && {
        // SAFETY: mapped a moment ago, with the rights of the source.
        let here = unsafe { std::slice::from_raw_parts(scratch.as_ptr().cast::<u8>(), bytes) };
        // SAFETY: by the caller's promise.
        let there = unsafe { std::slice::from_raw_parts(from.as_ptr().cast::<u8>(), bytes) };
        here == there
    };
    // SAFETY: nobody else knows the range.
    unsafe { reserve::release(scratch, bytes) };
    same
}
