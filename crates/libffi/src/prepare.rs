//! `ffi_cif`, and how one is prepared.

use std::ffi::c_uint;
use std::mem::offset_of;
use std::ptr::NonNull;
use std::slice;

use trampette::{ABIS, Abi};

use crate::ffi_type::{FfiType, code};
use crate::known::{Known, Wanted};
use crate::status::Status;

/// `ffi_cif`: a prepared call interface. What libffi keeps in `bytes` and `flags` is its own business, and so
/// it is here: the address of what is known of the signature.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct FfiCif {
    abi: c_uint,
    count: c_uint,
    arguments: *mut *mut FfiType,
    result: *mut FfiType,
    /// `bytes` and `flags`; null in memory that is zero.
    known: Option<&'static Known>,
    /// `aarch64_nfixedargs`, or `is_variadic`, which C code may have room for.
    #[cfg(all(target_arch = "aarch64", any(windows, target_vendor = "apple")))]
    extra: c_uint,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(offset_of!(FfiCif, known) == 24);

impl FfiCif {
    /// What is known of the signature, if it was prepared.
    #[inline]
    pub(crate) fn known(&self) -> Option<&'static Known> {
        self.known
    }

    /// What is known of the signature, if it was prepared, and for a convention that is one.
    pub(crate) fn sound(&self) -> Option<&'static Known> {
        self.known.filter(|_| abi_of(self.abi).is_some())
    }

    /// Its arguments.
    ///
    /// # Safety
    ///
    /// It was prepared, and its array of types is still there.
    pub(crate) unsafe fn arguments(&self) -> &[*mut FfiType] {
        // SAFETY: the caller says so.
        unsafe { arguments_of(self.arguments, self.count as usize) }
    }
}

/// `ffi_prep_cif`: prepares calls of functions of these types.
///
/// # Safety
///
/// `cif` is null or has room for an interface; `arguments` has as many types as `count` says; types are null,
/// or types whose parts are types, and may be written to where they have no size.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_cif(
    cif: *mut FfiCif,
    abi: c_uint,
    count: c_uint,
    result: *mut FfiType,
    arguments: *mut *mut FfiType,
) -> Status {
    // SAFETY: the caller owes the same.
    unsafe { prepare(cif, abi, None, count, result, arguments) }.into()
}

/// `ffi_prep_cif_var`: the same for a variadic function, with so many named arguments.
///
/// # Safety
///
/// As for [`ffi_prep_cif`].
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_cif_var(
    cif: *mut FfiCif,
    abi: c_uint,
    fixed: c_uint,
    count: c_uint,
    result: *mut FfiType,
    arguments: *mut *mut FfiType,
) -> Status {
    // SAFETY: the caller owes the same.
    unsafe { prepare(cif, abi, Some(fixed), count, result, arguments) }.into()
}

/// # Safety
///
/// As for [`ffi_prep_cif`].
#[inline]
unsafe fn prepare(
    cif: *mut FfiCif,
    number: c_uint,
    fixed: Option<c_uint>,
    count: c_uint,
    result: *mut FfiType,
    arguments: *mut *mut FfiType,
) -> Result<(), Status> {
    // SAFETY: the caller owes the same.
    let known = unsafe { known_of(number, fixed, count, result, arguments) };
    let place = NonNull::new(cif).ok_or(Status::BadTypedef)?;
    let known = match known {
        Ok(known) => known,
        Err(status) => {
            // SAFETY: there is room for an interface.
            unsafe { forget(place) };
            return Err(status);
        }
    };
    let prepared = FfiCif {
        abi: number,
        count,
        arguments,
        result,
        known: Some(known),
        #[cfg(all(target_arch = "aarch64", any(windows, target_vendor = "apple")))]
        extra: fixed.unwrap_or(0),
    };
    // SAFETY: there is room for an interface.
    unsafe { place.write(prepared) };
    Ok(())
}

/// Not every program looks at the status: an interface that could not be prepared must not lead anywhere,
/// whatever its memory held.
///
/// # Safety
///
/// There is room for an interface.
#[cold]
unsafe fn forget(cif: NonNull<FfiCif>) {
    // SAFETY: the field stands inside the interface.
    let known = unsafe { cif.byte_add(offset_of!(FfiCif, known)) };
    // SAFETY: as above, and null is a value of it.
    unsafe { known.cast::<Option<&'static Known>>().write(None) };
}

/// What is known of a signature of these types.
///
/// # Safety
///
/// As for [`ffi_prep_cif`].
#[inline]
unsafe fn known_of(
    number: c_uint,
    fixed: Option<c_uint>,
    count: c_uint,
    result: *mut FfiType,
    arguments: *mut *mut FfiType,
) -> Result<&'static Known, Status> {
    let abi = abi_of(number).ok_or(Status::BadAbi)?;
    let is_lost = arguments.is_null() && count > 0;
    let is_long = count as usize > trampette::limits::MAX_PARAMS;
    if is_lost || is_long || fixed.is_some_and(|fixed| fixed > count) {
        return Err(Status::BadTypedef);
    }
    // SAFETY: there are as many.
    let types = unsafe { arguments_of(arguments, count as usize) };
    if let Some(fixed) = fixed {
        let is_promoted = |ty: &*mut FfiType| {
            // SAFETY: types are null or types.
            unsafe { ty.as_ref() }.is_some_and(is_promoted)
        };
        if types.iter().skip(fixed as usize).any(is_promoted) {
            return Err(Status::BadArgtype);
        }
    }
    let wanted = Wanted {
        abi,
        number,
        // Not more than there are arguments.
        fixed: fixed.and_then(|fixed| u16::try_from(fixed).ok()),
        result,
        arguments: types,
    };
    // SAFETY: the caller owes the same.
    unsafe { Known::of(wanted) }
}

/// The types of so many arguments.
///
/// # Safety
///
/// There are as many; where there are none, the array may be anything.
#[inline]
unsafe fn arguments_of<'a>(arguments: *mut *mut FfiType, count: usize) -> &'a [*mut FfiType] {
    match count {
        0 => &[],
        // SAFETY: the caller says so.
        _ => unsafe { slice::from_raw_parts(arguments, count) },
    }
}

/// Whether C passes such a value as another type behind `...`.
fn is_promoted(ty: &FfiType) -> bool {
    const INT: usize = 4;
    let is_number = !matches!(ty.code, code::STRUCT | code::COMPLEX | code::VECTOR);
    ty.code == code::FLOAT || is_number && ty.size < INT
}

/// The convention of a number of `ffi_abi`, if there is one here.
#[inline]
pub(crate) fn abi_of(number: c_uint) -> Option<Abi> {
    const DEFAULT: (Option<u32>, Abi) = {
        let default = ABIS.default_abi();
        (default.number, default.abi)
    };
    match DEFAULT {
        (Some(default), abi) if default == number => Some(abi),
        _ => ABIS.by_number(number).map(|known| known.abi),
    }
}
