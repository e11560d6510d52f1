//! The raw interface as Java's virtual machines had it: numbers of eight bytes take up two words, whatever the
//! size of a word.

use std::ffi::c_void;

use crate::ffi_type::code;
use crate::prepare::FfiCif;
use crate::raw::{self, FfiRawClosure, Form, RawFunction, Word, is_aggregate};
use crate::status::Status;

/// Java has no structs: what happens to be one is passed by address.
const JAVA: Form = Form {
    words: |ty| match ty.code {
        code::UINT64 | code::SINT64 | code::DOUBLE => 2,
        _ if is_aggregate(ty) => 1,
        _ => ty.size.div_ceil(size_of::<Word>()),
    },
    is_pointer: is_aggregate,
};

/// `ffi_java_raw_size`
///
/// # Safety
///
/// The interface is null or was prepared.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_java_raw_size(cif: *const FfiCif) -> usize {
    // SAFETY: the caller owes the same.
    unsafe { JAVA.size(cif) }
}

/// `ffi_java_raw_to_ptrarray`
///
/// # Safety
///
/// The interface is null or was prepared; the arrays have room for its arguments.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_java_raw_to_ptrarray(
    cif: *const FfiCif,
    raw: *mut Word,
    pointers: *mut *mut c_void,
) {
    // SAFETY: the caller owes the same.
    unsafe { JAVA.point(cif, raw, pointers) };
}

/// `ffi_java_ptrarray_to_raw`
///
/// # Safety
///
/// As for [`ffi_java_raw_to_ptrarray`], and pointers point to values.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_java_ptrarray_to_raw(
    cif: *const FfiCif,
    pointers: *const *mut c_void,
    raw: *mut Word,
) {
    // SAFETY: the caller owes the same.
    unsafe { JAVA.gather(cif, pointers, raw) };
}

/// `ffi_java_raw_call`
///
/// # Safety
///
/// As for `ffi_call`, with the arguments in words.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_java_raw_call(
    cif: *const FfiCif,
    function: *const c_void,
    result: *mut c_void,
    raw: *mut Word,
) {
    // SAFETY: the caller owes the same.
    unsafe { JAVA.call(cif, function, result, raw) };
}

/// `ffi_prep_java_raw_closure_loc`
///
/// # Safety
///
/// As for `ffi_prep_closure_loc`.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_java_raw_closure_loc(
    closure: *mut FfiRawClosure,
    cif: *mut FfiCif,
    function: Option<RawFunction>,
    user_data: *mut c_void,
    code: *mut c_void,
) -> Status {
    // SAFETY: the caller owes the same.
    unsafe { raw::prepare(closure, cif, translate, function, user_data, code) }.into()
}

/// `ffi_prep_java_raw_closure`
///
/// # Safety
///
/// As for [`ffi_prep_java_raw_closure_loc`].
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_java_raw_closure(
    closure: *mut FfiRawClosure,
    cif: *mut FfiCif,
    function: Option<RawFunction>,
    user_data: *mut c_void,
) -> Status {
    let code = closure.cast();
    // SAFETY: the caller owes the same.
    unsafe { raw::prepare(closure, cif, translate, function, user_data, code) }.into()
}

/// Makes words of the arguments of a call, and runs the closure.
unsafe extern "C-unwind" fn translate(
    cif: *mut FfiCif,
    result: *mut c_void,
    arguments: *mut *mut c_void,
    closure: *mut c_void,
) {
    // SAFETY: it was prepared with this, and the arguments are those of a call.
    unsafe { JAVA.run(cif, result, arguments, closure) };
}
