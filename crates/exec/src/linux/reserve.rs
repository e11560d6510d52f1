//! Address space: reserved in the neighbourhood of the program's text where there is room.
//!
//! Code within 2 GiB of the text reaches it by 32-bit displacements, and some processors predict
//! branches badly that go farther. Nothing here depends on it: when no hint can be had, any
//! address will do. The kernel is asked by trying, so that `/proc` is not needed.

use std::ptr::{self, NonNull};

use crate::address_space::distance;
use crate::code_ptr::CodePtr;

/// Distances to try, nearest first. Below the text of a program there is mostly nothing; above
/// it the heap grows, so that the far places come first there.
const BELOW: [usize; 7] = [
    1 << 25,
    1 << 26,
    1 << 27,
    1 << 28,
    1 << 29,
    1 << 30,
    3 << 29,
];
const ABOVE: [usize; 7] = [
    1 << 30,
    3 << 29,
    1 << 29,
    1 << 28,
    1 << 27,
    1 << 26,
    1 << 25,
];
/// Distances out of the reach of 32 bits, but near enough for predictors with truncated targets.
#[cfg(target_pointer_width = "64")]
const FAR: [usize; 5] = [1 << 31, 1 << 32, 1 << 33, 1 << 34, 1 << 35];
#[cfg(not(target_pointer_width = "64"))]
const FAR: [usize; 0] = [];

/// Reach of a signed 32-bit displacement, in bytes.
const REACH: usize = 1 << 31;
/// Where `vm.mmap_min_addr` and null pointers with offsets are safely passed.
const LOWEST: usize = 1 << 20;

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

fn hints(bytes: usize, near: usize, neighbour: Option<usize>) -> impl Iterator<Item = usize> {
    let beside = neighbour
        .and_then(|n| n.checked_sub(bytes))
        .filter(move |&at| distance(at, bytes, near) < REACH);
    let below = move |d: &usize| near.checked_sub(*d)?.checked_sub(bytes);
    let above = move |d: &usize| near.checked_add(*d);
    beside
        .into_iter()
        .chain(BELOW.iter().filter_map(below))
        .chain(ABOVE.iter().filter_map(above))
        .chain(FAR.iter().filter_map(below))
        .chain(FAR.iter().filter_map(above))
        .filter(|&hint| hint >= LOWEST)
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
    fn hints_stay_clear_of_the_null_page_and_of_overflow() {
        assert!(hints(BYTES, 1 << 22, Some(1 << 12)).all(|hint| hint >= LOWEST));
        assert!(hints(BYTES, usize::MAX, None).count() > 0);
        assert!(hints(usize::MAX, 0, Some(0)).count() > 0);
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
