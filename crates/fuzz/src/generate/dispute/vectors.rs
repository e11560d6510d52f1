//! What compilers make of vectors, and of unions with vectors in them, in conventions of x86-64.

use trampette::{Layout, LayoutKind, Scalar};

use super::{has_scalar, is_in_memory};

/// Whether a union with a vector or `__float128` in it, or what has such a union in it, has more than 16 bytes and is
/// in memory.
pub(super) fn is_larger_union(value: &Layout) -> bool {
    let scalars = [Scalar::V128, Scalar::V256, Scalar::V512, Scalar::F128];
    (17..=64).contains(&value.size())
        && has_union(value)
        && is_in_memory(value)
        && has_scalar(value, &scalars)
}

/// Whether there is a union.
pub(super) fn has_union(value: &Layout) -> bool {
    match value.kind() {
        LayoutKind::Union(_) => true,
        LayoutKind::Array { element, .. } => has_union(element),
        _ => value
            .members()
            .iter()
            .any(|member| has_union(&member.layout)),
    }
}

/// Whether a value is a vector of one `double`.
pub(super) fn is_lone_double(value: &Layout) -> bool {
    let (lane, len) = (Scalar::F64, 1);
    *value.kind() == LayoutKind::Vector { lane, len }
}
