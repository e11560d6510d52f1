//! Memory of the heap, where that there is none must not end the process: callers of libffi's interface do not
//! expect that calls need any.

use std::alloc::{Layout as Allocation, alloc, dealloc};
use std::hint::black_box;
use std::ptr::NonNull;

use trampette_abi::FrameLayout;

use crate::error::Error;

/// The memory of a large frame.
pub(super) struct FrameMemory {
    start: NonNull<u8>,
    allocation: Allocation,
}

impl FrameMemory {
    pub(super) fn of(layout: &FrameLayout) -> Result<Self, Error> {
        let bytes = layout.size().max(1);
        let exhausted = || Error::Memory { bytes };
        let allocation = Allocation::from_size_align(bytes, layout.align());
        let allocation = allocation.map_err(|_| exhausted())?;
        // SAFETY: the size is not zero.
        let start = NonNull::new(unsafe { alloc(allocation) }).ok_or_else(exhausted)?;
        Ok(Self { start, allocation })
    }

    pub(super) fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }
}

impl Drop for FrameMemory {
    fn drop(&mut self) {
        // SAFETY: the memory was allocated with this very layout.
        unsafe { dealloc(self.start.as_ptr(), self.allocation) };
    }
}

/// Whether the heap has so many bytes: they are asked for, and given back. Rust's collections end the process
/// where there are none.
#[cold]
pub(super) fn require(bytes: usize) -> Result<(), Error> {
    let mut probe = Vec::<u8>::new();
    let exhausted = |_| Error::Memory { bytes };
    probe.try_reserve(bytes).map_err(exhausted)?;
    // Its pages are not touched, but the reservation must not be optimised out.
    black_box(&mut probe);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_nobody_has_is_refused_by_its_size() {
        assert!(require(1 << 10).is_ok());
        let bytes = usize::MAX >> 1;
        let error = require(bytes).unwrap_err();
        assert_eq!(error.code(), "memory");
        assert_eq!(error.to_string(), format!("no memory for {bytes} bytes"));
    }
}
