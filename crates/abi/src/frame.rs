use alloc::vec::Vec;

use trampette_types::{Layout, Shape};

use crate::plant::Plant;
use crate::unnamed::{Unnamed, UnnamedArea};

/// Where the arguments and the result of a call stand in an argument frame: one buffer, free of any
/// calling convention, that the caller fills and the stub empties.
///
/// ```text
/// offset 0
/// +------------+------------+-----+------------+----------+
/// | argument 0 | argument 1 | ... | argument n | result   |
/// +------------+------------+-----+------------+----------+
/// ```
///
/// Each slot is aligned to its type, at least to 8 bytes, and padded to a multiple of 8. A value stands
/// at the start of its slot, at its own width; the padding behind it may hold anything, and a stub may
/// read it.
///
/// ```
/// use trampette_abi::FrameLayout;
/// use trampette_types::{DataModel, Signature};
///
/// let signature: Signature = "(i8, {f64, i32}, f32) -> i64".parse()?;
/// let frame = FrameLayout::of(&signature.shape(&DataModel::LINUX_X86_64)?);
/// assert_eq!([frame.argument(0), frame.argument(1), frame.argument(2)], [0, 8, 24]);
/// assert_eq!((frame.result(), frame.size(), frame.align()), (32, 40, 8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameLayout {
    arguments: Vec<usize>,
    result: usize,
    size: usize,
    align: usize,
    unnamed: Option<UnnamedArea>,
    of_pointers: bool,
}

/// The granularity of slots, in bytes.
const SLOT: usize = 8;

impl FrameLayout {
    /// The frame of a shape.
    #[must_use]
    pub fn of(shape: &Shape) -> Self {
        let (mut end, mut align) = (0, SLOT);
        let mut place = |layout: &Layout| {
            let slot_align = Plant::SlotAlignment.pick(layout.align().max(SLOT), SLOT);
            let offset = usize::next_multiple_of(end, slot_align);
            align = align.max(slot_align);
            end = offset + layout.size().next_multiple_of(SLOT);
            offset
        };
        let arguments = shape.params().iter().map(&mut place).collect();
        let result = place(shape.result());
        Self {
            arguments,
            result,
            size: end.next_multiple_of(align),
            align,
            unnamed: None,
            of_pointers: false,
        }
    }

    /// A frame that holds the addresses of the arguments and not the arguments: an array of `count` pointers,
    /// with no slot for a result. The arguments stand wherever these point, and nothing is read behind them.
    ///
    /// [`suits_pointers`](crate::CallLayout::suits_pointers) tells which calls can be made from one.
    ///
    /// ```
    /// use trampette_abi::FrameLayout;
    ///
    /// let frame = FrameLayout::of_pointers(3);
    /// assert!(frame.holds_pointers());
    /// assert_eq!((frame.argument(2), frame.size()), (16, 24));
    /// ```
    #[must_use]
    pub fn of_pointers(count: usize) -> Self {
        let size = count * SLOT;
        Self {
            arguments: (0..count).map(|index| index * SLOT).collect(),
            result: size,
            size,
            align: SLOT,
            unnamed: None,
            of_pointers: true,
        }
    }

    /// Whether the slots hold the addresses of the arguments.
    #[must_use]
    pub fn holds_pointers(&self) -> bool {
        self.of_pointers
    }

    /// The same with an area behind the result for the registers in which a variadic function of this
    /// convention may find arguments without a name.
    #[must_use]
    pub fn with_unnamed(self, unnamed: &Unnamed) -> Self {
        let area = UnnamedArea::at(self.size, unnamed);
        let align = self.align.max(UnnamedArea::ALIGN);
        Self {
            size: area.end().next_multiple_of(align),
            align,
            unnamed: Some(area),
            ..self
        }
    }

    /// The area for unnamed arguments, where there is one.
    #[must_use]
    pub fn unnamed(&self) -> Option<&UnnamedArea> {
        self.unnamed.as_ref()
    }

    /// Where argument `index` begins, in bytes from the start of the frame.
    ///
    /// # Panics
    ///
    /// When there is no such argument.
    #[must_use]
    pub fn argument(&self, index: usize) -> usize {
        self.arguments[index]
    }

    /// Where every argument begins, in bytes from the start of the frame.
    #[must_use]
    pub fn arguments(&self) -> &[usize] {
        &self.arguments
    }

    /// Where the result begins, in bytes from the start of the frame.
    #[must_use]
    pub fn result(&self) -> usize {
        self.result
    }

    /// The size of the whole, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The alignment that the whole needs, in bytes.
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }
}
