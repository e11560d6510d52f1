//! Bytes that say where they come from, and which bits of a type matter.

use std::ops::ControlFlow;

use trampette::{Layout, Leaf, Scalar};

/// Bytes for a value: each depends on `origin` (which argument) and on its own offset, so that a byte
/// which goes astray is seen.
///
/// They are a value of the type: a `bool` is 0 or 1, no float is a NaN. Integers of odd origin are
/// negative where they can be, those of even origin are not; bit-fields are what they come to be.
#[must_use]
pub fn bytes(layout: &Layout, origin: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..layout.size())
        .map(|offset| byte(origin, offset))
        .collect();
    each_leaf(layout, |leaf| {
        if leaf.bits.is_some() {
            return;
        }
        let end = leaf.offset + leaf.scalar.value_size();
        if leaf.scalar == Scalar::F80 {
            // The bit before the point, which stands for itself in this format alone.
            bytes[end - 3] |= 0x80;
        }
        let last = &mut bytes[end - 1];
        match leaf.scalar {
            Scalar::Bool => *last &= 1,
            scalar if scalar.is_float() => *last = 0x40 | *last & 0x1F,
            _ if origin % 2 == 1 => *last |= 0x80,
            _ => *last &= 0x7F,
        }
    });
    bytes
}

/// Distinct for offsets near each other and for arguments near each other.
fn byte(origin: usize, offset: usize) -> u8 {
    let mixed = (origin * 0x9E37 + offset).wrapping_mul(0x2545_F491_4F6C_DD1D);
    mixed.to_le_bytes()[5]
}

/// Which bits of each byte of a value mean something: the others are padding.
///
/// ```
/// let ty: trampette::CType = "{x: u8:3, u8:2, y: u8:2, z: u8}".parse()?;
/// let meaning = trampette_fuzz::pattern::meaning(&ty.layout(&trampette::MODEL)?);
/// assert_eq!(meaning, [0b0110_0111, 0xFF]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn meaning(layout: &Layout) -> Vec<u8> {
    let mut meaning = vec![0; layout.size()];
    each_leaf(layout, |leaf| match leaf.bits {
        None => meaning[leaf.bytes()].fill(0xFF),
        Some(bits) => {
            for bit in bits.offset..bits.offset + bits.width {
                meaning[leaf.offset + bit as usize / 8] |= 1 << (bit % 8);
            }
        }
    });
    meaning
}

fn each_leaf(layout: &Layout, mut visit: impl FnMut(Leaf)) {
    _ = layout.leaves(&mut |leaf| {
        visit(leaf);
        ControlFlow::<()>::Continue(())
    });
}
