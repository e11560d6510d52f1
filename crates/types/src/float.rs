use crate::layout::Scalar;
use crate::model::{DataModel, LongDouble};

/// A floating-point type, by format or by its C name.
///
/// ```
/// use trampette_types::{DataModel, Float, Scalar};
///
/// assert_eq!(Float::LongDouble.scalar(&DataModel::LINUX_X86_64), Scalar::F80);
/// assert_eq!(Float::LongDouble.scalar(&DataModel::LINUX_AARCH64), Scalar::F128);
/// assert_eq!(Float::LongDouble.scalar(&DataModel::WINDOWS_MSVC), Scalar::F64);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Float {
    /// IEEE 754 binary16, `_Float16`.
    F16,
    /// The upper half of a `float`, `__bf16`.
    BF16,
    /// `float`.
    F32,
    /// `double`.
    F64,
    /// IEEE 754 binary128, `_Float128`.
    F128,
    /// `long double`.
    LongDouble,
}

/// Every floating-point type with its compact name and its C spelling.
const NAMES: [(Float, &str, &str); 6] = [
    (Float::F16, "f16", "_Float16"),
    (Float::BF16, "bf16", "__bf16"),
    (Float::F32, "f32", "float"),
    (Float::F64, "f64", "double"),
    (Float::F128, "f128", "_Float128"),
    (Float::LongDouble, "longdouble", "long double"),
];

impl Float {
    /// Every floating-point type.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|entry| entry.0)
    }

    /// The name in compact signature text: `f64`, `longdouble`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    /// The name in C: `double`, `_Float128`.
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

    /// Its format under a data model.
    #[must_use]
    pub fn scalar(self, model: &DataModel) -> Scalar {
        match self {
            Self::F16 => Scalar::F16,
            Self::BF16 => Scalar::BF16,
            Self::F32 => Scalar::F32,
            Self::F64 => Scalar::F64,
            Self::F128 => Scalar::F128,
            Self::LongDouble => match model.long_double {
                LongDouble::X87 => Scalar::F80,
                LongDouble::Binary128 => Scalar::F128,
                LongDouble::Double => Scalar::F64,
            },
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
            assert_eq!(Float::from_name(entry.1), Some(entry.0));
        }
    }
}
