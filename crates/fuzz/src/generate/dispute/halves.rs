//! What compilers make of numbers of half precision in conventions of x86-64.

use trampette::{Layout, LayoutKind, Scalar};

/// Whether a value is such a number.
pub(super) fn is_half(value: &Layout) -> bool {
    matches!(value.as_scalar(), Some(Scalar::F16 | Scalar::BF16))
}

/// Whether complex numbers of them stand in an array that begins within an eightbyte and goes on in the next.
pub(super) fn is_divided(value: &Layout) -> bool {
    value.size() <= 16 && has_divided_array(value, 0)
}

fn has_divided_array(value: &Layout, offset: usize) -> bool {
    match value.kind() {
        LayoutKind::Array { element, .. } if is_of_complex_halves(element) => {
            !offset.is_multiple_of(8) && offset / 8 < (offset + value.size()).saturating_sub(1) / 8
        }
        LayoutKind::Array { element, .. } => has_divided_array(element, offset),
        _ => {
            let mut members = value.members().iter();
            members.any(|member| has_divided_array(&member.layout, offset + member.offset))
        }
    }
}

fn is_of_complex_halves(value: &Layout) -> bool {
    match value.kind() {
        LayoutKind::Array { element, .. } => is_of_complex_halves(element),
        kind => matches!(kind, LayoutKind::Complex(Scalar::F16 | Scalar::BF16)),
    }
}
