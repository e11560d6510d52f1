//! What the library tells about itself.

use std::ffi::{c_char, c_uint, c_ulong};

use crate::closure::FfiClosure;

/// The version of libffi whose interface this is.
const VERSION: &std::ffi::CStr = c"3.8.0";

/// The same as a number: ten thousands, hundreds and ones.
const NUMBER: c_ulong = 3_08_00;

/// `ffi_get_version`
#[unsafe(no_mangle)]
extern "C-unwind" fn ffi_get_version() -> *const c_char {
    VERSION.as_ptr()
}

/// `ffi_get_version_number`
#[unsafe(no_mangle)]
extern "C-unwind" fn ffi_get_version_number() -> c_ulong {
    NUMBER
}

/// `ffi_get_default_abi`
#[unsafe(no_mangle)]
extern "C-unwind" fn ffi_get_default_abi() -> c_uint {
    trampette::ABIS.default_abi().number.unwrap_or(0)
}

/// `ffi_get_closure_size`
#[unsafe(no_mangle)]
extern "C-unwind" fn ffi_get_closure_size() -> usize {
    size_of::<FfiClosure>()
}
