//! What compilers make of AAPCS64's homogeneous aggregates that the standard says nothing of, or that they have
//! not read.

use std::ops::ControlFlow;

use trampette::{Layout, LayoutKind, Scalar};

/// Whether a value is a record with a complex number or a vector that takes up all of it, and an array without
/// elements.
pub(super) fn is_hollow_number(value: &Layout) -> bool {
    value.as_scalar().is_none() && has_whole_number(value) && has_no_elements(value)
}

/// Whether a complex number or a vector takes up all of a value.
pub(crate) fn has_whole_number(value: &Layout) -> bool {
    has_number_of(value, value.size())
}

fn has_number_of(value: &Layout, size: usize) -> bool {
    match value.kind() {
        LayoutKind::Complex(_) | LayoutKind::Vector { .. } => value.size() == size,
        LayoutKind::Union(_) | LayoutKind::Array { len: 0, .. } => false,
        LayoutKind::Array { element, .. } => has_number_of(element, size),
        _ => {
            let mut members = value.members().iter();
            members.any(|member| has_number_of(&member.layout, size))
        }
    }
}

/// Whether there is an array without elements, but for those in records of nothing: where a number is
/// all else, both compilers pass over these.
pub(crate) fn has_no_elements(value: &Layout) -> bool {
    match value.kind() {
        LayoutKind::Array { len: 0, .. } => true,
        LayoutKind::Array { element, .. } => has_no_elements(element),
        _ => {
            let mut members = value.members().iter();
            members.any(|member| {
                let is_record = !member.layout.members().is_empty();
                let is_nothing = is_record && member.layout.size() == 0;
                !is_nothing && has_no_elements(&member.layout)
            })
        }
    }
}

/// Whether a value is a record of numbers of half precision, some of them `bf16`.
pub(super) fn is_of_brain_floats(value: &Layout) -> bool {
    let mut any = false;
    let all = value.leaves(&mut |leaf| match leaf.scalar {
        Scalar::BF16 | Scalar::F16 => {
            any |= leaf.scalar == Scalar::BF16;
            ControlFlow::Continue(())
        }
        _ => ControlFlow::Break(()),
    });
    value.as_scalar().is_none() && all.is_continue() && any
}

/// Whether a value is a record of numbers or vectors of 16 bytes, and aligned to less.
pub(super) fn is_of_packed_quads(value: &Layout) -> bool {
    let all = value.leaves(&mut |leaf| match leaf.scalar {
        Scalar::F128 | Scalar::V128 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    });
    value.align() < 16 && value.size() > 0 && all.is_continue()
}
