use alloc::vec::Vec;

use crate::layout::{CallLayout, Part};
use crate::plant::Plant;

/// The stack of a call, seen from who makes it: copies of the arguments that travel by reference stand
/// above what belongs to the callee.
///
/// ```text
///     stack pointer + size   +-----------------+
///                            | copies          |
///                            +-----------------+
///                            | gap to their    |
///                            | alignment       |
/// stack pointer + stack_size +-----------------+
///                            | stack arguments |
///                            +-----------------+
///                            | home space      |
///              stack pointer +-----------------+
/// ```
///
/// Without copies this is the stack that the layout asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copies {
    offsets: Vec<(usize, usize)>,
    size: usize,
    align: usize,
}

/// Copies are made in words, so each has room for whole ones.
const WORD: usize = 8;

impl Copies {
    pub(crate) fn of(layout: &CallLayout) -> Self {
        let mut copies = Self {
            offsets: Vec::new(),
            size: layout.stack_size,
            align: layout.stack_align,
        };
        for row in &layout.arguments {
            if let Part::ArgumentAddress { index, size, align } = row.part {
                copies.add(index, size, align.max(WORD));
            }
        }
        copies.size = copies.size.next_multiple_of(copies.align);
        copies
    }

    fn add(&mut self, index: usize, size: usize, align: usize) {
        let offset = self.size.next_multiple_of(align);
        self.offsets.push((index, offset));
        let end = offset + size.next_multiple_of(WORD);
        self.size = Plant::CopiesOverlap.pick(end, end.saturating_sub(WORD));
        self.align = self.align.max(align);
    }

    /// Where the copy of an argument begins, in bytes above the stack pointer at the call; `None` for an
    /// argument that does not travel by reference.
    #[must_use]
    pub fn offset(&self, index: usize) -> Option<usize> {
        let copy = self.offsets.iter().find(|(owner, _)| *owner == index);
        copy.map(|(_, offset)| *offset)
    }

    /// How many bytes the whole stack of the call has: a multiple of [`align`](Self::align).
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// What the stack pointer must be aligned to at the call, in bytes, for the copies to be aligned.
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }
}
