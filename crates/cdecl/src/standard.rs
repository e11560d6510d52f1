//! The names that C programs take from standard headers, and from those of vector instructions.

use trampette_types::{CType, Float, Int};

/// What a name of a standard header stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standard {
    /// This type.
    Type(CType),
    /// A SIMD vector of so many of these numbers.
    Vector(CType, usize),
    /// A struct that nobody looks into, of this name.
    Opaque(&'static str),
}

use Standard::{Opaque, Type, Vector};

/// The standard names whose type is the same in every data model that has the name, in ASCII order.
///
/// Left out on purpose: `off_t`, `pid_t`, `mode_t`, `socklen_t`, `clock_t`, `wint_t`, `int_fastN_t` and
/// `int_leastN_t` differ between systems.
static STANDARD: [(&str, Standard); 62] = [
    ("DIR", Opaque("DIR")),
    ("FILE", Opaque("FILE")),
    ("__builtin_va_list", Type(CType::VaList)),
    ("__gnuc_va_list", Type(CType::VaList)),
    ("__int128_t", Type(CType::Int(Int::I128))),
    ("__m128", Vector(CType::F32, 4)),
    ("__m128d", Vector(CType::F64, 2)),
    ("__m128i", Vector(CType::Int(Int::I64), 2)),
    ("__m256", Vector(CType::F32, 8)),
    ("__m256d", Vector(CType::F64, 4)),
    ("__m256i", Vector(CType::Int(Int::I64), 4)),
    ("__m512", Vector(CType::F32, 16)),
    ("__m512d", Vector(CType::F64, 8)),
    ("__m512i", Vector(CType::Int(Int::I64), 8)),
    ("__m64", Vector(CType::Int(Int::I32), 2)),
    ("__uint128_t", Type(CType::Int(Int::U128))),
    ("bool", Type(CType::Bool)),
    ("char16_t", Type(CType::Int(Int::U16))),
    ("char32_t", Type(CType::Int(Int::U32))),
    ("float16x4_t", Vector(CType::Float(Float::F16), 4)),
    ("float16x8_t", Vector(CType::Float(Float::F16), 8)),
    ("float32x2_t", Vector(CType::F32, 2)),
    ("float32x4_t", Vector(CType::F32, 4)),
    ("float64x1_t", Vector(CType::F64, 1)),
    ("float64x2_t", Vector(CType::F64, 2)),
    ("gid_t", Type(CType::Int(Int::UnsignedInt))),
    ("int16_t", Type(CType::Int(Int::I16))),
    ("int16x4_t", Vector(CType::Int(Int::I16), 4)),
    ("int16x8_t", Vector(CType::Int(Int::I16), 8)),
    ("int32_t", Type(CType::Int(Int::I32))),
    ("int32x2_t", Vector(CType::Int(Int::I32), 2)),
    ("int32x4_t", Vector(CType::Int(Int::I32), 4)),
    ("int64_t", Type(CType::Int(Int::I64))),
    ("int64x1_t", Vector(CType::Int(Int::I64), 1)),
    ("int64x2_t", Vector(CType::Int(Int::I64), 2)),
    ("int8_t", Type(CType::Int(Int::I8))),
    ("int8x16_t", Vector(CType::Int(Int::I8), 16)),
    ("int8x8_t", Vector(CType::Int(Int::I8), 8)),
    ("intmax_t", Type(CType::Int(Int::I64))),
    ("intptr_t", Type(CType::Int(Int::IntPtr))),
    ("ptrdiff_t", Type(CType::Int(Int::PtrDiff))),
    ("sig_atomic_t", Type(CType::Int(Int::Int))),
    ("size_t", Type(CType::Int(Int::Size))),
    ("ssize_t", Type(CType::Int(Int::SSize))),
    ("time_t", Type(CType::Int(Int::I64))),
    ("uid_t", Type(CType::Int(Int::UnsignedInt))),
    ("uint16_t", Type(CType::Int(Int::U16))),
    ("uint16x4_t", Vector(CType::Int(Int::U16), 4)),
    ("uint16x8_t", Vector(CType::Int(Int::U16), 8)),
    ("uint32_t", Type(CType::Int(Int::U32))),
    ("uint32x2_t", Vector(CType::Int(Int::U32), 2)),
    ("uint32x4_t", Vector(CType::Int(Int::U32), 4)),
    ("uint64_t", Type(CType::Int(Int::U64))),
    ("uint64x1_t", Vector(CType::Int(Int::U64), 1)),
    ("uint64x2_t", Vector(CType::Int(Int::U64), 2)),
    ("uint8_t", Type(CType::Int(Int::U8))),
    ("uint8x16_t", Vector(CType::Int(Int::U8), 16)),
    ("uint8x8_t", Vector(CType::Int(Int::U8), 8)),
    ("uintmax_t", Type(CType::Int(Int::U64))),
    ("uintptr_t", Type(CType::Int(Int::UIntPtr))),
    ("va_list", Type(CType::VaList)),
    ("wchar_t", Type(CType::Int(Int::WChar))),
];

/// What a name stands for, unless the text says otherwise.
pub(crate) fn standard(name: &str) -> Option<&'static Standard> {
    let index = STANDARD.binary_search_by_key(&name, |entry| entry.0).ok()?;
    Some(&STANDARD[index].1)
}

#[cfg(test)]
mod tests {
    use super::STANDARD;

    #[test]
    fn the_table_is_sorted_for_the_binary_search() {
        assert!(STANDARD.is_sorted_by(|one, other| one.0 < other.0));
    }
}
