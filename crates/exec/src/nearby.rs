//! Where to look for address space: in the neighbourhood of the program's text.
//!
//! Code within 2 GiB of the text reaches it by 32-bit displacements, and some processors predict
//! branches badly that go farther. Nothing here depends on it: when no hint can be had, any
//! address will do.

use crate::address_space::distance;

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
pub(crate) const REACH: usize = 1 << 31;
/// Where `vm.mmap_min_addr` and null pointers with offsets are safely passed.
const LOWEST: usize = 1 << 20;

/// Addresses to try for `bytes` near the address `near`, best first: right below `neighbour`, the
/// reservation before, if that is near enough.
pub(crate) fn hints(
    bytes: usize,
    near: usize,
    neighbour: Option<usize>,
) -> impl Iterator<Item = usize> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: usize = 1 << 22;

    #[test]
    fn hints_stay_clear_of_the_null_page_and_of_overflow() {
        assert!(hints(BYTES, 1 << 22, Some(1 << 12)).all(|hint| hint >= LOWEST));
        assert!(hints(BYTES, usize::MAX, None).count() > 0);
        assert!(hints(usize::MAX, 0, Some(0)).count() > 0);
    }
}
