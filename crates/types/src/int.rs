use crate::layout::Scalar;
use crate::model::DataModel;

/// An integer type, by width or by its C name.
///
/// ```
/// use trampette_types::{DataModel, Int, Scalar};
///
/// assert_eq!(Int::Long.scalar(&DataModel::LINUX_X86_64), Scalar::I64);
/// assert_eq!(Int::Long.scalar(&DataModel::WINDOWS_GNU), Scalar::I32);
/// assert_eq!(Int::Char.scalar(&DataModel::LINUX_AARCH64), Scalar::U8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the C type of its name")]
pub enum Int {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    I128,
    U128,
    Char,
    SignedChar,
    UnsignedChar,
    Short,
    UnsignedShort,
    Int,
    UnsignedInt,
    Long,
    UnsignedLong,
    LongLong,
    UnsignedLongLong,
    Size,
    SSize,
    PtrDiff,
    IntPtr,
    UIntPtr,
    WChar,
}

/// Every integer type with its compact name and its C spelling.
const NAMES: [(Int, &str, &str); 27] = [
    (Int::I8, "i8", "int8_t"),
    (Int::U8, "u8", "uint8_t"),
    (Int::I16, "i16", "int16_t"),
    (Int::U16, "u16", "uint16_t"),
    (Int::I32, "i32", "int32_t"),
    (Int::U32, "u32", "uint32_t"),
    (Int::I64, "i64", "int64_t"),
    (Int::U64, "u64", "uint64_t"),
    (Int::I128, "i128", "__int128"),
    (Int::U128, "u128", "unsigned __int128"),
    (Int::Char, "char", "char"),
    (Int::SignedChar, "schar", "signed char"),
    (Int::UnsignedChar, "uchar", "unsigned char"),
    (Int::Short, "short", "short"),
    (Int::UnsignedShort, "ushort", "unsigned short"),
    (Int::Int, "int", "int"),
    (Int::UnsignedInt, "uint", "unsigned int"),
    (Int::Long, "long", "long"),
    (Int::UnsignedLong, "ulong", "unsigned long"),
    (Int::LongLong, "longlong", "long long"),
    (Int::UnsignedLongLong, "ulonglong", "unsigned long long"),
    (Int::Size, "size_t", "size_t"),
    (Int::SSize, "ssize_t", "ssize_t"),
    (Int::PtrDiff, "ptrdiff_t", "ptrdiff_t"),
    (Int::IntPtr, "intptr_t", "intptr_t"),
    (Int::UIntPtr, "uintptr_t", "uintptr_t"),
    (Int::WChar, "wchar_t", "wchar_t"),
];

impl Int {
    /// Every integer type.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|entry| entry.0)
    }

    /// The name in compact signature text: `i32`, `ulong`, `size_t`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The name in C: `int32_t`, `unsigned long`, `size_t`.
    #[must_use]
    pub fn c_name(self) -> &'static str {
        NAMES[self as usize].2
    }

    /// The type of a compact name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|entry| entry.1 == name)
            .map(|entry| entry.0)
    }

    /// The most bits that it has under any data model.
    ///
    /// ```
    /// use trampette_types::Int;
    ///
    /// assert_eq!(Int::I8.most_bits(), 8);
    /// assert_eq!(Int::Long.most_bits(), 64);
    /// ```
    #[must_use]
    pub fn most_bits(self) -> u32 {
        let bits = DataModel::ALL.map(|model| self.scalar(&model).bits());
        bits.into_iter().fold(0, u32::max)
    }

    /// Width and signedness under a data model.
    #[must_use]
    pub fn scalar(self, model: &DataModel) -> Scalar {
        match self {
            Self::I8 | Self::SignedChar => Scalar::I8,
            Self::U8 | Self::UnsignedChar => Scalar::U8,
            Self::I16 | Self::Short => Scalar::I16,
            Self::U16 | Self::UnsignedShort => Scalar::U16,
            Self::I32 | Self::Int => Scalar::I32,
            Self::U32 | Self::UnsignedInt => Scalar::U32,
            Self::I64 | Self::LongLong | Self::SSize | Self::PtrDiff | Self::IntPtr => Scalar::I64,
            Self::U64 | Self::UnsignedLongLong | Self::Size | Self::UIntPtr => Scalar::U64,
            Self::I128 => Scalar::I128,
            Self::U128 => Scalar::U128,
            Self::Char => {
                if model.char_signed {
                    Scalar::I8
                } else {
                    Scalar::U8
                }
            }
            Self::Long => model.long,
            Self::UnsignedLong => model.long.unsigned(),
            Self::WChar => model.wchar,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, entry) in NAMES.iter().enumerate() {
            assert_eq!(entry.0 as usize, index);
            assert_eq!(Int::from_name(entry.1), Some(entry.0));
        }
    }
}
