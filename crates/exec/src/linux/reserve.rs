//! Address space: reserved in the neighbourhood of the program's text where there is room.
//!
//! The kernel is asked by trying, so that `/proc` is not needed.

use std::ptr::{self, NonNull};

use crate::code_ptr::CodePtr;
use crate::nearby::hints;

/// Reserves `bytes` of address space, inaccessible and without memory behind it, near the
/// address `near`; right below `neighbour`, the reservation before, if that is possible.
pub(crate) fn reserve(
    bytes: usize,
    align: usize,
    near: usize,
    neighbour: Option<usize>,
) -> Result<CodePtr, i32> {
    hints(bytes, near, neighbour)
        .map(|hint| hint & !(align - 1))
        .find_map(|hint| place(hint, bytes).ok())
        .map_or_else(|| anywhere(bytes, align), Ok)
}

/// Reserves exactly at `hint`, or not at all.
fn place(hint: usize, bytes: usize) -> Result<CodePtr, i32> {
    let at = map(hint, bytes, libc::MAP_FIXED_NOREPLACE)?;
    if at.addr() == hint {
        return Ok(at);
    }
    // Linux before 4.17 does not know the flag and takes the address as a mere wish.
    // SAFETY: mapped a moment ago, and nobody knows of it.
    unsafe { release(at, bytes) };
    Err(libc::EEXIST)
}

/// Reserves wherever the kernel likes, at a multiple of `align`.
pub(super) fn anywhere(bytes: usize, align: usize) -> Result<CodePtr, i32> {
    let slack = if align > region::page::size() {
        align
    } else {
        0
    };
    let total = bytes.checked_add(slack).ok_or(libc::ENOMEM)?;
    let at = map(0, total, 0)?;
    let before = at.addr().next_multiple_of(align) - at.addr();
    if before > 0 {
        // SAFETY: the part before the aligned start, mapped a moment ago and unknown to others.
        unsafe { release(at, before) };
    }
    if slack > before {
        // SAFETY: as above, the part behind the aligned end.
        unsafe { release(at.add(before + bytes), slack - before) };
    }
    Ok(at.add(before))
}

fn map(hint: usize, bytes: usize, flags: i32) -> Result<CodePtr, i32> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | flags;
    let hint = ptr::without_provenance_mut(hint);
    // SAFETY: without MAP_FIXED a new mapping touches no other one.
    let at = unsafe { libc::mmap(hint, bytes, libc::PROT_NONE, flags, -1, 0) };
    match NonNull::new(at.cast::<u8>()) {
        Some(start) if at != libc::MAP_FAILED => Ok(CodePtr::new(start)),
        _ => Err(std::io::Error::last_os_error()
            .raw_os_error()
            .unwrap_or_default()),
    }
}

/// Gives address space back.
///
/// # Safety
///
/// - The range was reserved here, and nothing in it was ever handed out.
pub(crate) unsafe fn release(at: CodePtr, bytes: usize) {
    // A refusal leaves the range reserved, which harms nobody.
    // SAFETY: the caller's promise.
    let _ = unsafe { libc::munmap(at.as_mut_ptr().cast(), bytes) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address_space::distance;
    use crate::nearby::REACH;

    const BYTES: usize = 1 << 22;

    #[test]
    fn an_address_is_found_within_reach_of_the_text() -> Result<(), i32> {
        let text = super::super::own_text();
        let at = reserve(BYTES, 4096, text, None)?;
        assert!(distance(at.addr(), BYTES, text) < REACH);
        // SAFETY: never handed out.
        unsafe { release(at, BYTES) };
        Ok(())
    }

    #[test]
    fn a_hint_in_use_is_never_replaced() -> Result<(), i32> {
        let first = reserve(BYTES, 4096, super::super::own_text(), None)?;
        assert_eq!(place(first.addr(), BYTES), Err(libc::EEXIST));
        // SAFETY: never handed out.
        unsafe { release(first, BYTES) };
        Ok(())
    }

    #[test]
    fn reservations_are_aligned_wherever_they_are() -> Result<(), i32> {
        for near in [0, super::super::own_text(), usize::MAX] {
            let at = reserve(BYTES, 1 << 16, near, None)?;
            assert!(at.addr().is_multiple_of(1 << 16));
            let at = anywhere(BYTES, 1 << 21)?;
            assert!(at.addr().is_multiple_of(1 << 21));
        }
        Ok(())
    }

    #[test]
    fn more_than_there_is_is_refused() {
        let outcome = reserve(
            usize::MAX & !0xffff,
            1 << 16,
            super::super::own_text(),
            None,
        );
        assert_eq!(outcome, Err(libc::ENOMEM));
    }
}
