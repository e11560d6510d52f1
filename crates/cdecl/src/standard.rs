//! The names that C programs take from standard headers.

use trampette_types::{CType, Int};

/// What a name of a standard header stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standard {
    /// This type.
    Type(CType),
    /// A struct that nobody looks into.
    Opaque,
    /// Something not supported yet.
    Refused(&'static str),
}

use Standard::{Opaque, Refused, Type};

/// The standard names whose type is the same in every data model that has the name, in ASCII order.
///
/// Left out on purpose: `off_t`, `pid_t`, `mode_t`, `socklen_t`, `clock_t`, `wint_t`, `int_fastN_t` and
/// `int_leastN_t` differ between systems.
static STANDARD: [(&str, Standard); 28] = [
    ("DIR", Opaque),
    ("FILE", Opaque),
    ("__builtin_va_list", Refused("values of type `va_list`")),
    ("__gnuc_va_list", Refused("values of type `va_list`")),
    ("bool", Type(CType::Bool)),
    ("char16_t", Type(CType::Int(Int::U16))),
    ("char32_t", Type(CType::Int(Int::U32))),
    ("gid_t", Type(CType::Int(Int::UnsignedInt))),
    ("int16_t", Type(CType::Int(Int::I16))),
    ("int32_t", Type(CType::Int(Int::I32))),
    ("int64_t", Type(CType::Int(Int::I64))),
    ("int8_t", Type(CType::Int(Int::I8))),
    ("intmax_t", Type(CType::Int(Int::I64))),
    ("intptr_t", Type(CType::Int(Int::IntPtr))),
    ("ptrdiff_t", Type(CType::Int(Int::PtrDiff))),
    ("sig_atomic_t", Type(CType::Int(Int::Int))),
    ("size_t", Type(CType::Int(Int::Size))),
    ("ssize_t", Type(CType::Int(Int::SSize))),
    ("time_t", Type(CType::Int(Int::I64))),
    ("uid_t", Type(CType::Int(Int::UnsignedInt))),
    ("uint16_t", Type(CType::Int(Int::U16))),
    ("uint32_t", Type(CType::Int(Int::U32))),
    ("uint64_t", Type(CType::Int(Int::U64))),
    ("uint8_t", Type(CType::Int(Int::U8))),
    ("uintmax_t", Type(CType::Int(Int::U64))),
    ("uintptr_t", Type(CType::Int(Int::UIntPtr))),
    ("va_list", Refused("values of type `va_list`")),
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
