//! The basic types of C by name, with their sizes and alignments.

use trampette_types::{CType, Float, Int, Layout};

use crate::native;

/// A basic type of C under one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BasicType {
    /// The name, as hosts of libffi spell it: `uchar`, `longlong`, `pointer`, `ffi_arg`.
    pub name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Void,
    Bool,
    Int(Int),
    Float(Float),
    Complex(Float),
    Pointer,
}

/// Every basic type, by name: a map of types, and one of sizes and alignments.
///
/// ```
/// use trampette::BASIC_TYPES;
///
/// let find = |name| BASIC_TYPES.iter().find(|basic| basic.name == name).unwrap();
/// assert_eq!((find("int").size(), find("int").align()), (4, 4));
/// assert_eq!(find("pointer").size(), 8);
/// assert_eq!(find("ffi_arg").size(), 8);
/// assert_eq!(find("longdouble").ty(), trampette::CType::LONG_DOUBLE);
/// ```
pub const BASIC_TYPES: &[BasicType] = &[
    basic("void", Kind::Void),
    basic("bool", Kind::Bool),
    basic("char", Kind::Int(Int::Char)),
    basic("schar", Kind::Int(Int::SignedChar)),
    basic("uchar", Kind::Int(Int::UnsignedChar)),
    basic("short", Kind::Int(Int::Short)),
    basic("ushort", Kind::Int(Int::UnsignedShort)),
    basic("int", Kind::Int(Int::Int)),
    basic("uint", Kind::Int(Int::UnsignedInt)),
    basic("long", Kind::Int(Int::Long)),
    basic("ulong", Kind::Int(Int::UnsignedLong)),
    basic("longlong", Kind::Int(Int::LongLong)),
    basic("ulonglong", Kind::Int(Int::UnsignedLongLong)),
    basic("int8", Kind::Int(Int::I8)),
    basic("uint8", Kind::Int(Int::U8)),
    basic("int16", Kind::Int(Int::I16)),
    basic("uint16", Kind::Int(Int::U16)),
    basic("int32", Kind::Int(Int::I32)),
    basic("uint32", Kind::Int(Int::U32)),
    basic("int64", Kind::Int(Int::I64)),
    basic("uint64", Kind::Int(Int::U64)),
    basic("int128", Kind::Int(Int::I128)),
    basic("uint128", Kind::Int(Int::U128)),
    basic("size_t", Kind::Int(Int::Size)),
    basic("ssize_t", Kind::Int(Int::SSize)),
    basic("ptrdiff_t", Kind::Int(Int::PtrDiff)),
    basic("intptr_t", Kind::Int(Int::IntPtr)),
    basic("uintptr_t", Kind::Int(Int::UIntPtr)),
    basic("wchar_t", Kind::Int(Int::WChar)),
    basic("float", Kind::Float(Float::F32)),
    basic("double", Kind::Float(Float::F64)),
    basic("longdouble", Kind::Float(Float::LongDouble)),
    basic("complex_float", Kind::Complex(Float::F32)),
    basic("complex_double", Kind::Complex(Float::F64)),
    basic("complex_longdouble", Kind::Complex(Float::LongDouble)),
    basic("pointer", Kind::Pointer),
    basic("ffi_arg", Kind::Int(Int::U64)),
    basic("ffi_sarg", Kind::Int(Int::I64)),
];

const fn basic(name: &'static str, kind: Kind) -> BasicType {
    BasicType { name, kind }
}

impl BasicType {
    /// The type.
    #[must_use]
    pub fn ty(&self) -> CType {
        match self.kind {
            Kind::Void => CType::Void,
            Kind::Bool => CType::Bool,
            Kind::Int(int) => CType::Int(int),
            Kind::Float(float) => CType::Float(float),
            Kind::Complex(float) => CType::Complex(float),
            Kind::Pointer => CType::POINTER,
        }
    }

    /// Its size on this platform, in bytes: none of `void`.
    #[must_use]
    pub fn size(&self) -> usize {
        self.layout().map_or(0, |layout| layout.size())
    }

    /// Its alignment on this platform, in bytes.
    #[must_use]
    pub fn align(&self) -> usize {
        self.layout().map_or(1, |layout| layout.align())
    }

    fn layout(&self) -> Option<Layout> {
        self.ty().layout(&native::MODEL).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::{c_int, c_long, c_short, c_ulong};

    #[test]
    fn sizes_and_alignments_are_those_of_this_platform() {
        fn of<T>() -> (usize, usize) {
            (size_of::<T>(), align_of::<T>())
        }
        let found = |name| {
            let basic = BASIC_TYPES.iter().find(|basic| basic.name == name);
            basic.map(|basic| (basic.size(), basic.align()))
        };
        assert_eq!(found("short"), Some(of::<c_short>()));
        assert_eq!(found("int"), Some(of::<c_int>()));
        assert_eq!(found("long"), Some(of::<c_long>()));
        assert_eq!(found("ulong"), Some(of::<c_ulong>()));
        assert_eq!(found("size_t"), Some(of::<usize>()));
        assert_eq!(found("double"), Some(of::<f64>()));
        assert_eq!(found("pointer"), Some(of::<*const ()>()));
        assert_eq!(found("ffi_sarg"), Some(of::<i64>()));
        assert_eq!(found("nothing"), None);
    }

    #[test]
    fn names_stand_for_one_type_each() {
        for (index, basic) in BASIC_TYPES.iter().enumerate() {
            let before = &BASIC_TYPES[..index];
            assert!(before.iter().all(|other| other.name != basic.name));
        }
    }
}
