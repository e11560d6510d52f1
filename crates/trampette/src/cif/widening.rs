//! How a result is written to its caller's buffer.

use trampette_types::{Layout, Scalar};

/// What is done with a result that came back in a register, or stands in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Widening {
    /// There is none.
    Nothing,
    /// An integer in its register: so many bytes of it count, which stand for a number with or without a sign.
    Integer { size: usize, is_signed: bool },
    /// Anything else: so many bytes.
    Bytes { size: usize },
}

/// The size of libffi's `ffi_arg`, in bytes.
const WORD: usize = 8;

impl Widening {
    pub(super) fn of(result: &Layout) -> Self {
        let size = result.size();
        match result.as_scalar() {
            _ if result.is_void() => Self::Nothing,
            Some(Scalar::Pointer) => Self::Integer {
                size,
                is_signed: false,
            },
            Some(scalar) if is_integer(scalar) && size <= WORD => Self::Integer {
                size,
                is_signed: scalar.is_signed(),
            },
            _ => Self::Bytes { size },
        }
    }

    /// How many bytes are written of a widened result.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Integer { .. } => WORD,
            Self::Bytes { size } => size,
        }
    }

    /// The bytes that count of an integer, extended to a word.
    #[inline(always)]
    pub(super) fn extend(size: usize, is_signed: bool, word: u64) -> u64 {
        macro_rules! extended {
            ($narrow:ty) => {
                (word as $narrow) as i64 as u64
            };
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the bits above the value are what is cut off"
        )]
        match (size, is_signed) {
            (1, true) => extended!(i8),
            (1, false) => extended!(u8),
            (2, true) => extended!(i16),
            (2, false) => extended!(u16),
            (4, true) => extended!(i32),
            (4, false) => extended!(u32),
            _ => word,
        }
    }
}

fn is_integer(scalar: Scalar) -> bool {
    matches!(
        scalar,
        Scalar::Bool
            | Scalar::I8
            | Scalar::U8
            | Scalar::I16
            | Scalar::U16
            | Scalar::I32
            | Scalar::U32
            | Scalar::I64
            | Scalar::U64
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_integers_are_extended_by_their_sign_and_garbage_is_cut_off() {
        let word = 0xDEAD_BEEF_8888_8888;
        let extended = |size, is_signed| Widening::extend(size, is_signed, word);
        assert_eq!(extended(1, true), 0xFFFF_FFFF_FFFF_FF88);
        assert_eq!(extended(1, false), 0x88);
        assert_eq!(extended(2, true), 0xFFFF_FFFF_FFFF_8888);
        assert_eq!(extended(2, false), 0x8888);
        assert_eq!(extended(4, true), 0xFFFF_FFFF_8888_8888);
        assert_eq!(extended(4, false), 0x8888_8888);
        assert_eq!(extended(8, true), word);
    }
}
