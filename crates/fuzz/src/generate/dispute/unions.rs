//! What GCC 12 makes of unions behind `...`, in System V's convention.

use trampette::{Layout, Scalar};

use super::eightbytes::{Class, Reading, classes};
use super::has_scalar;
use super::vectors::has_union;

/// Whether `va_arg` of GCC 12 fails to read a value.
pub(super) fn is_misread_behind_dots(value: &Layout) -> bool {
    let Ok(classes) = classes(value, Reading::default()) else {
        return false;
    };
    let in_wide_register = value.size() > 16;
    let covered = classes[..2] == [Class::Integer; 2] && has_scalar(value, &[Scalar::F80]);
    has_union(value) && (in_wide_register || covered)
}
