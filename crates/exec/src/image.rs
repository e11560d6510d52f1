//! The writable side of a span: plain private memory that no processor ever executes.

use memmap2::MmapMut;

use crate::error::ExecError;

/// Every piece begins at a multiple of this: a cache line, so that the fetch of one entry does
/// not touch another's.
pub(crate) const ALIGNMENT: usize = 64;

/// What stands where no code is. Running into it is a trap: `int3` on x86; elsewhere zero, which
/// is `udf #0` on aarch64 and reserved as illegal on riscv.
const TRAP: u8 = if cfg!(any(target_arch = "x86", target_arch = "x86_64")) {
    0xcc
} else {
    0
};

/// The bytes of a span, to be copied into executable pages as a whole.
#[derive(Debug)]
pub(crate) struct Image {
    bytes: MmapMut,
    used: usize,
}

impl Image {
    /// An image of `capacity` traps.
    pub(crate) fn new(capacity: usize) -> Result<Self, ExecError> {
        let mut bytes = MmapMut::map_anon(capacity).map_err(|e| ExecError::AddressSpace {
            bytes: capacity,
            errno: e.raw_os_error().unwrap_or_default(),
        })?;
        if TRAP != 0 {
            bytes.fill(TRAP);
        }
        Ok(Self { bytes, used: 0 })
    }

    /// Appends a piece and says at which offset, if there is room for it.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Option<usize> {
        let start = self.used.next_multiple_of(ALIGNMENT);
        let room = self.bytes.get_mut(start..)?.get_mut(..piece.len())?;
        room.copy_from_slice(piece);
        self.used = start + piece.len();
        Some(start)
    }

    /// How many bytes are in use.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Leaves the rest of the last page to traps.
    pub(crate) fn fill_page(&mut self, page: usize) {
        self.used = self.used.next_multiple_of(page).min(self.bytes.len());
    }

    /// Takes back what was appended since `used` was this small.
    pub(crate) fn truncate(&mut self, used: usize) {
        self.bytes[used..self.used].fill(TRAP);
        self.used = used;
    }

    /// The used part in whole pages, traps behind the last piece.
    pub(crate) fn pages(&self, page: usize) -> &[u8] {
        let end = self.used.next_multiple_of(page);
        &self.bytes[..end.min(self.bytes.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_aligned_and_all_else_traps() -> Result<(), ExecError> {
        let mut image = Image::new(8192)?;
        assert_eq!(image.push(&[1, 2, 3]), Some(0));
        assert_eq!(image.push(&[4]), Some(64));
        let pages = image.pages(4096);
        assert_eq!(pages.len(), 4096);
        assert_eq!(pages[..4], [1, 2, 3, TRAP]);
        assert_eq!(pages[63..66], [TRAP, 4, TRAP]);
        assert!(pages[66..].iter().all(|b| *b == TRAP));
        Ok(())
    }

    #[test]
    fn a_full_image_takes_nothing_and_stays_as_it_is() -> Result<(), ExecError> {
        let mut image = Image::new(4096)?;
        assert_eq!(image.push(&[1; 4000]), Some(0));
        assert_eq!(image.push(&[2; 65]), None);
        assert_eq!(image.push(&[3; 64]), Some(4032));
        assert_eq!(image.push(&[4]), None);
        assert_eq!(image.used(), 4096);
        Ok(())
    }

    #[test]
    fn truncating_leaves_traps() -> Result<(), ExecError> {
        let mut image = Image::new(4096)?;
        image.push(&[1; 10]);
        image.push(&[2; 100]);
        image.truncate(10);
        assert_eq!(image.used(), 10);
        assert!(image.pages(4096)[10..].iter().all(|b| *b == TRAP));
        Ok(())
    }
}
