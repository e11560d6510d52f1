//! `ffi_type`, and the objects of the basic types.

use std::ffi::{c_double, c_float, c_int};
use std::ptr::null_mut;

/// `ffi_type`: the description of a type, which C code fills in for structs.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct FfiType {
    pub(crate) size: usize,
    pub(crate) alignment: u16,
    pub(crate) code: u16,
    pub(crate) elements: *mut *mut FfiType,
}

// SAFETY: the objects below are never written to by this library, which knows their sizes.
unsafe impl Sync for FfiType {}

/// The codes: `FFI_TYPE_VOID` and so on.
pub(crate) mod code {
    pub(crate) const VOID: u16 = 0;
    pub(crate) const INT: u16 = 1;
    pub(crate) const FLOAT: u16 = 2;
    pub(crate) const DOUBLE: u16 = 3;
    /// That of `double` where the two types are one.
    pub(crate) const LONGDOUBLE: u16 = if super::LONG_DOUBLE > 8 { 4 } else { DOUBLE };
    pub(crate) const UINT8: u16 = 5;
    pub(crate) const SINT8: u16 = 6;
    pub(crate) const UINT16: u16 = 7;
    pub(crate) const SINT16: u16 = 8;
    pub(crate) const UINT32: u16 = 9;
    pub(crate) const SINT32: u16 = 10;
    pub(crate) const UINT64: u16 = 11;
    pub(crate) const SINT64: u16 = 12;
    pub(crate) const STRUCT: u16 = 13;
    pub(crate) const POINTER: u16 = 14;
    pub(crate) const COMPLEX: u16 = 15;
    pub(crate) const UINT128: u16 = 16;
    pub(crate) const SINT128: u16 = 17;
    pub(crate) const VECTOR: u16 = 18;
}

/// The size of `long double`, in bytes.
const LONG_DOUBLE: usize = if cfg!(all(windows, target_env = "msvc"))
    || cfg!(all(
        target_arch = "aarch64",
        any(windows, target_vendor = "apple")
    )) {
    8
} else {
    16
};

macro_rules! objects {
    ($($name:ident: $size:expr, $code:ident;)*) => {
        $(
            #[allow(clippy::cast_possible_truncation, reason = "the largest is 16")]
            #[unsafe(no_mangle)]
            static $name: FfiType = FfiType {
                size: $size,
                alignment: $size as u16,
                code: code::$code,
                elements: null_mut(),
            };
        )*
    };
}

mod objects {
    use super::*;

    objects! {
        ffi_type_void: 1, VOID;
        ffi_type_uint8: 1, UINT8;
        ffi_type_sint8: 1, SINT8;
        ffi_type_uint16: 2, UINT16;
        ffi_type_sint16: 2, SINT16;
        ffi_type_uint32: size_of::<c_int>(), UINT32;
        ffi_type_sint32: size_of::<c_int>(), SINT32;
        ffi_type_uint64: 8, UINT64;
        ffi_type_sint64: 8, SINT64;
        ffi_type_uint128: 16, UINT128;
        ffi_type_sint128: 16, SINT128;
        ffi_type_float: size_of::<c_float>(), FLOAT;
        ffi_type_double: size_of::<c_double>(), DOUBLE;
        ffi_type_longdouble: LONG_DOUBLE, LONGDOUBLE;
        ffi_type_pointer: size_of::<*mut ()>(), POINTER;
    }

    /// The elements of a complex type: its real type, and the end.
    #[repr(transparent)]
    struct Elements([*const FfiType; 2]);

    // SAFETY: nobody writes to them.
    unsafe impl Sync for Elements {}

    macro_rules! complex {
        ($($name:ident of $part:ident, $elements:ident;)*) => {
            $(
                static $elements: Elements = Elements([&raw const $part, null_mut()]);

                #[unsafe(no_mangle)]
                static $name: FfiType = FfiType {
                    size: 2 * $part.size,
                    alignment: $part.alignment,
                    code: code::COMPLEX,
                    elements: (&raw const $elements).cast_mut().cast(),
                };
            )*
        };
    }

    complex! {
        ffi_type_complex_float of ffi_type_float, COMPLEX_FLOAT;
        ffi_type_complex_double of ffi_type_double, COMPLEX_DOUBLE;
        ffi_type_complex_longdouble of ffi_type_longdouble, COMPLEX_LONGDOUBLE;
    }
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<FfiType>() == 24);
