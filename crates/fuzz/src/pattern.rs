//! Bytes that say where they come from, and which bytes of a type matter.

use std::ops::ControlFlow;

use trampette::{Layout, Leaf, Scalar};

/// Bytes for a value: each depends on `origin` (which argument) and on its own offset, so that a byte
/// which goes astray is seen.
///
/// They are a value of the type: a `bool` is 0 or 1, no float is a NaN. Integers of odd origin are
/// negative where they can be, those of even origin are not.
#[must_use]
pub fn bytes(layout: &Layout, origin: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..layout.size())
        .map(|offset| byte(origin, offset))
        .collect();
    each_leaf(layout, |leaf| {
        let last = &mut bytes[leaf.offset + leaf.scalar.size() - 1];
        match leaf.scalar {
            Scalar::Bool => *last &= 1,
            Scalar::F32 | Scalar::F64 => *last = 0x40 | *last & 0x1F,
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

/// Which bytes of a value mean something: the others are padding.
#[must_use]
pub fn meaning(layout: &Layout) -> Vec<bool> {
    let mut meaning = vec![false; layout.size()];
    each_leaf(layout, |leaf| {
        meaning[leaf.offset..leaf.offset + leaf.scalar.size()].fill(true);
    });
    meaning
}

fn each_leaf(layout: &Layout, mut visit: impl FnMut(Leaf)) {
    _ = layout.leaves(&mut |leaf| {
        visit(leaf);
        ControlFlow::<()>::Continue(())
    });
}
