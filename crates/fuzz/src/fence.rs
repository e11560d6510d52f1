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

    /// The offset of its last bytes, as many as these.
    ///
    /// # Panics
    ///
    /// When there are fewer.
    #[must_use]
    pub fn last(&self, size: usize) -> usize {
        assert!(size <= self.size, "{size} of {} bytes", self.size);
        self.size - size
    }

    /// The address of an offset, which may be its end.
    ///
    /// # Panics
    ///
    /// When the offset is beyond it.
    #[must_use]
    pub fn address(&self, offset: usize) -> *mut u8 {
        assert!(offset <= self.size, "{offset} of {} bytes", self.size);
        self.start.wrapping_add(offset)
    }

    /// What stands at an offset.
    ///
    /// # Panics
    ///
    /// When it reaches beyond it.
    #[must_use]
    pub fn read(&self, offset: usize, size: usize) -> Vec<u8> {
        assert!(offset + size <= self.size, "inside the fence");
        // SAFETY: the bytes are the memory's, which was zero at first.
        unsafe { std::slice::from_raw_parts(self.address(offset), size) }.to_vec()
    }

    /// Puts bytes to an offset.
    ///
    /// # Panics
    ///
    /// When they reach beyond it.
    pub fn put(&self, offset: usize, bytes: &[u8]) {
        assert!(offset + bytes.len() <= self.size, "inside the fence");
        // SAFETY: the place and all behind it lie in the memory, which nobody borrows.
        unsafe { self.address(offset).copy_from(bytes.as_ptr(), bytes.len()) };
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
        let (start, end) = (fence.address(0), fence.address(last + 3));
        for forbidden in [start.wrapping_sub(1), end] {
            let page = region::query(forbidden).unwrap();
            assert_eq!(page.protection(), region::Protection::NONE);
        }
        let page = region::query(fence.address(last)).unwrap();
        assert_eq!(page.protection(), region::Protection::READ_WRITE);
    }
}
