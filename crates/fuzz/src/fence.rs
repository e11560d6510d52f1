//! Memory between two pages that nobody may touch.

use std::fmt;

/// Memory that begins behind a forbidden page and ends at another: who writes or reads a byte too many
/// crashes.
pub struct Fence {
    start: *mut u8,
    size: usize,
    _memory: region::Allocation,
}

impl fmt::Debug for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fence({:p}, {} bytes)", self.start, self.size)
    }
}

impl Fence {
    /// Memory of at least this size.
    ///
    /// # Errors
    ///
    /// Without memory, or where pages cannot be forbidden.
    pub fn new(size: usize) -> Result<Self, region::Error> {
        let page = region::page::size();
        let size = size.max(1).next_multiple_of(page);
        let mut memory = region::alloc(page + size + page, region::Protection::READ_WRITE)?;
        let before = memory.as_mut_ptr::<u8>();
        let start = before.wrapping_add(page);
        for forbidden in [before, start.wrapping_add(size)] {
            // SAFETY: the page is the memory's first, or its last, and nobody uses it.
            unsafe { region::protect(forbidden, page, region::Protection::NONE) }?;
        }
        Ok(Self {
            start,
            size,
            _memory: memory,
        })
    }

    /// Where it begins.
    #[must_use]
    pub fn start(&self) -> *mut u8 {
        self.start
    }

    /// Where its last bytes begin, as many as these.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    #[must_use]
    pub fn last(&self, size: usize) -> *mut u8 {
        assert!(size <= self.size, "{size} of {} bytes", self.size);
        self.start.wrapping_add(self.size - size)
    }

    /// What stands at a place in it.
    ///
    /// # Panics
    ///
    /// When the place reaches beyond it.
    #[must_use]
    pub fn read(&self, place: *const u8, size: usize) -> Vec<u8> {
        self.check(place, size);
        // SAFETY: the bytes are the memory's, which was zero at first.
        unsafe { std::slice::from_raw_parts(place, size) }.to_vec()
    }

    /// Puts bytes to a place in it.
    ///
    /// # Panics
    ///
    /// When the place reaches beyond it.
    pub fn put(&self, place: *mut u8, bytes: &[u8]) {
        self.check(place, bytes.len());
        // SAFETY: the place and all behind it lie in the memory, which nobody borrows.
        unsafe { place.copy_from(bytes.as_ptr(), bytes.len()) };
    }

    fn check(&self, place: *const u8, size: usize) {
        let before = place.addr().checked_sub(self.start.addr());
        let is_inside = before.is_some_and(|before| before + size <= self.size);
        assert!(is_inside, "the place lies inside the fence");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_at_a_page_that_nobody_may_touch_and_begins_behind_one() {
        let fence = Fence::new(100).unwrap();
        let last = fence.last(3);
        fence.put(last, &[1, 2, 3]);
        assert_eq!(fence.read(last, 3), [1, 2, 3]);
        for forbidden in [last.wrapping_add(3), fence.start().wrapping_sub(1)] {
            let page = region::query(forbidden).unwrap();
            assert_eq!(page.protection(), region::Protection::NONE);
        }
        assert_eq!(
            region::query(last).unwrap().protection(),
            region::Protection::READ_WRITE
        );
    }
}
