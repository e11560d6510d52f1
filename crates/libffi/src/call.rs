//! Calls.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;

use trampette::Cif;

use crate::prepare::FfiCif;
use crate::status::complain;

/// `ffi_call`: calls a function with the arguments that the array points to. The result goes to `result`, an
/// integer that is smaller than `ffi_arg` as one.
///
/// # Safety
///
/// The interface was prepared, or is zero; the function may be called so, with these arguments, now; the result
/// is null or has room.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_call(
    cif: *const FfiCif,
    function: *const c_void,
    result: *mut c_void,
    arguments: *const *mut c_void,
) {
    // SAFETY: the caller says that it is null or an interface.
    let Some(known) = unsafe { cif.as_ref() }.and_then(FfiCif::known) else {
        return complain("ffi_call", &NOT_PREPARED);
    };
    // SAFETY: the caller owes the same.
    unsafe { call(known.cif(), function, result, arguments) };
}

pub(crate) const NOT_PREPARED: &str = "the call interface was not prepared";

/// # Safety
///
/// As for [`ffi_call`].
#[inline(always)]
pub(crate) unsafe fn call(
    cif: Cif,
    function: *const c_void,
    result: *mut c_void,
    arguments: *const *mut c_void,
) {
    // SAFETY: the caller owes the same.
    if let Err(error) = unsafe { cif.call(function, result, arguments) } {
        complain("ffi_call", &error);
    }
}

/// `ffi_call_go`: the same with the address of a closure of Go.
///
/// # Safety
///
/// As for [`ffi_call`].
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_call_go(
    cif: *const FfiCif,
    function: *const c_void,
    result: *mut c_void,
    arguments: *const *mut c_void,
    closure: *mut c_void,
) {
    // SAFETY: the caller says that it is null or an interface.
    let Some(known) = unsafe { cif.as_ref() }.and_then(FfiCif::known) else {
        return complain("ffi_call_go", &NOT_PREPARED);
    };
    let cif = known.cif();
    // SAFETY: the caller owes the same.
    if let Err(error) = unsafe { cif.call_with_chain(function, result, arguments, closure) } {
        complain("ffi_call_go", &error);
    }
}

/// `ffi_call_plan`: what a call of one interface needs, found once.
#[derive(Debug)]
struct Plan {
    cif: Cif,
}

/// `ffi_call_plan_alloc`: a plan of this interface; null without memory, or for one that was not prepared.
///
/// # Safety
///
/// The interface is null, was prepared, or is zero.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_call_plan_alloc(cif: *const FfiCif) -> *mut Plan {
    // SAFETY: the caller says so.
    let Some(known) = unsafe { cif.as_ref() }.and_then(FfiCif::known) else {
        return std::ptr::null_mut();
    };
    // SAFETY: a plan has a size.
    let plan = unsafe { alloc(Layout::new::<Plan>()) }.cast::<Plan>();
    if !plan.is_null() {
        let cif = known.cif();
        // Made now if there is memory for code, and tried again at the first call if not.
        let _ = cif.compile();
        // SAFETY: there is room for a plan.
        unsafe { plan.write(Plan { cif }) };
    }
    plan
}

/// `ffi_call_plan_invoke`: a call by plan.
///
/// # Safety
///
/// The plan is null, or one that was not freed; for the rest as for [`ffi_call`].
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_call_plan_invoke(
    plan: *const Plan,
    function: *const c_void,
    result: *mut c_void,
    arguments: *const *mut c_void,
) {
    // SAFETY: the caller says so.
    let Some(plan) = (unsafe { plan.as_ref() }) else {
        return complain("ffi_call_plan_invoke", &"the plan is null");
    };
    // SAFETY: the caller owes the same.
    unsafe { call(plan.cif, function, result, arguments) };
}

/// `ffi_call_plan_free`: ends a plan, if it is not null.
///
/// # Safety
///
/// The plan is null, or is freed once.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_call_plan_free(plan: *mut Plan) {
    if !plan.is_null() {
        // SAFETY: it was allocated so.
        unsafe { dealloc(plan.cast(), Layout::new::<Plan>()) };
    }
}

/// `ffi_call_plan_size`: the bytes that a plan has been given; none of null.
#[unsafe(no_mangle)]
extern "C-unwind" fn ffi_call_plan_size(plan: *const Plan) -> usize {
    match plan.is_null() {
        true => 0,
        false => size_of::<Plan>(),
    }
}
