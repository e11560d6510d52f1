//! The raw interface: arguments as words in a row, `ffi_raw`.

use std::ffi::c_void;
use std::mem::{MaybeUninit, offset_of};
use std::ptr::NonNull;

use trampette::limits::MAX_PARAMS;

use crate::call::{NOT_PREPARED, call};
use crate::closure::{self, FfiClosure};
use crate::ffi_type::{FfiType, code};
use crate::prepare::FfiCif;
use crate::status::{Status, complain};

/// `ffi_raw`: a word.
pub(crate) type Word = u64;

const WORD: usize = size_of::<Word>();

/// How many words need no memory of the heap: as many as the largest types of all arguments have. Only types to
/// which C code has given other sizes have more.
const FEW: usize = 2 * MAX_PARAMS;

/// What a raw closure runs.
pub(crate) type RawFunction =
    unsafe extern "C-unwind" fn(*mut FfiCif, *mut c_void, *mut Word, *mut c_void);

/// How the words of one kind of raw interface hold an argument.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// How many words an argument takes up.
    pub(crate) words: fn(&FfiType) -> usize,
    /// Whether its word is the address of the argument.
    pub(crate) is_pointer: fn(&FfiType) -> bool,
}

/// Arguments take up as many words as they have bytes; structs and complex numbers are passed by address.
const RAW: Form = Form {
    words: |ty| match is_aggregate(ty) {
        true => 1,
        false => ty.size.div_ceil(WORD),
    },
    is_pointer: is_aggregate,
};

pub(crate) fn is_aggregate(ty: &FfiType) -> bool {
    matches!(ty.code, code::STRUCT | code::COMPLEX | code::VECTOR)
}

impl Form {
    /// The bytes of all arguments.
    ///
    /// # Safety
    ///
    /// The interface is null or was prepared.
    pub(crate) unsafe fn size(self, cif: *const FfiCif) -> usize {
        // SAFETY: the caller says so.
        let types = unsafe { types_of(cif) };
        types.map(|ty| (self.words)(ty) * WORD).sum()
    }

    /// Pointers to the arguments in a row of words.
    ///
    /// # Safety
    ///
    /// The interface is null or was prepared; the arrays have room for its arguments.
    pub(crate) unsafe fn point(
        self,
        cif: *const FfiCif,
        mut raw: *mut Word,
        mut pointers: *mut *mut c_void,
    ) {
        // SAFETY: the caller says so.
        for ty in unsafe { types_of(cif) } {
            let pointer = match (self.is_pointer)(ty) {
                // SAFETY: there is a word for each argument.
                true => unsafe { raw.cast::<*mut c_void>().read() },
                false => raw.cast(),
            };
            // SAFETY: there is room for each pointer.
            unsafe { pointers.write(pointer) };
            raw = raw.wrapping_add((self.words)(ty));
            pointers = pointers.wrapping_add(1);
        }
    }

    /// The arguments that pointers point to, as a row of words: narrow integers are widened.
    ///
    /// # Safety
    ///
    /// As for [`point`](Self::point), and pointers point to values.
    pub(crate) unsafe fn gather(
        self,
        cif: *const FfiCif,
        mut pointers: *const *mut c_void,
        mut raw: *mut Word,
    ) {
        // SAFETY: the caller says so.
        for ty in unsafe { types_of(cif) } {
            // SAFETY: there is a pointer for each argument.
            let from = unsafe { pointers.read() };
            match (self.is_pointer)(ty) {
                // SAFETY: there is a word for each argument.
                true => unsafe { raw.cast::<*mut c_void>().write(from) },
                // SAFETY: as above, and a value stands there.
                false => unsafe { widen(ty, from, raw) },
            }
            raw = raw.wrapping_add((self.words)(ty));
            pointers = pointers.wrapping_add(1);
        }
    }

    /// Calls a function with such words.
    ///
    /// # Safety
    ///
    /// As for `ffi_raw_call`.
    pub(crate) unsafe fn call(
        self,
        cif: *const FfiCif,
        function: *const c_void,
        result: *mut c_void,
        raw: *mut Word,
    ) {
        // SAFETY: the caller says that it is null or an interface.
        let Some(known) = unsafe { cif.as_ref() }.and_then(FfiCif::known) else {
            return complain("ffi_raw_call", &NOT_PREPARED);
        };
        // Not of the heap, which may have none.
        let mut pointers = [const { MaybeUninit::<*mut c_void>::uninit() }; MAX_PARAMS];
        let pointers = pointers.as_mut_ptr().cast();
        // SAFETY: no interface has more arguments than there is room for; the caller owes the rest.
        unsafe { self.point(cif, raw, pointers) };
        // SAFETY: the caller owes the same.
        unsafe { call(known.cif(), function, result, pointers) };
    }
}

/// The types of the arguments.
///
/// # Safety
///
/// The interface is null or was prepared.
unsafe fn types_of<'a>(cif: *const FfiCif) -> impl Iterator<Item = &'a FfiType> {
    // SAFETY: the caller says so.
    let cif: Option<&'a FfiCif> = unsafe { cif.as_ref() };
    let cif = cif.filter(|cif| cif.known().is_some());
    // SAFETY: it was prepared.
    let types = cif.map_or(&[] as &[_], |cif| unsafe { cif.arguments() });
    // SAFETY: types that were prepared are types.
    types.iter().filter_map(|ty| unsafe { ty.as_ref() })
}

/// Writes a value into its words.
///
/// # Safety
///
/// A value of this type stands there, and there is room for its words.
unsafe fn widen(ty: &FfiType, from: *const c_void, to: *mut Word) {
    macro_rules! by {
        ($ty:ty) => {{
            // SAFETY: the caller says that such a value stands there.
            let value = unsafe { from.cast::<$ty>().read_unaligned() };
            // SAFETY: the caller says that there is room for a word.
            unsafe { to.write(value as i64 as u64) };
        }};
    }
    match ty.code {
        code::UINT8 => by!(u8),
        code::SINT8 => by!(i8),
        code::UINT16 => by!(u16),
        code::SINT16 => by!(i16),
        code::UINT32 => by!(u32),
        code::SINT32 | code::INT => by!(i32),
        _ => {
            let from = from.cast::<u8>();
            // SAFETY: the caller says so.
            unsafe { to.cast::<u8>().copy_from_nonoverlapping(from, ty.size) };
        }
    }
}

/// `ffi_raw_size`
///
/// # Safety
///
/// The interface is null or was prepared.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_raw_size(cif: *const FfiCif) -> usize {
    // SAFETY: the caller owes the same.
    unsafe { RAW.size(cif) }
}

/// `ffi_raw_to_ptrarray`
///
/// # Safety
///
/// The interface is null or was prepared; the arrays have room for its arguments.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_raw_to_ptrarray(
    cif: *const FfiCif,
    raw: *mut Word,
    pointers: *mut *mut c_void,
) {
    // SAFETY: the caller owes the same.
    unsafe { RAW.point(cif, raw, pointers) };
}

/// `ffi_ptrarray_to_raw`
///
/// # Safety
///
/// As for [`ffi_raw_to_ptrarray`], and pointers point to values.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_ptrarray_to_raw(
    cif: *const FfiCif,
    pointers: *const *mut c_void,
    raw: *mut Word,
) {
    // SAFETY: the caller owes the same.
    unsafe { RAW.gather(cif, pointers, raw) };
}

/// `ffi_raw_call`
///
/// # Safety
///
/// As for `ffi_call`, with the arguments in words.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_raw_call(
    cif: *const FfiCif,
    function: *const c_void,
    result: *mut c_void,
    raw: *mut Word,
) {
    // SAFETY: the caller owes the same.
    unsafe { RAW.call(cif, function, result, raw) };
}

/// `ffi_raw_closure` and `ffi_java_raw_closure`: a closure that runs what makes words of its arguments, and what
/// it then runs.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct FfiRawClosure {
    closure: FfiClosure,
    raw: Raw,
}

#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Raw {
    function: RawFunction,
    user_data: *mut c_void,
}

/// `ffi_prep_raw_closure_loc`
///
/// # Safety
///
/// As for `ffi_prep_closure_loc`.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_raw_closure_loc(
    closure: *mut FfiRawClosure,
    cif: *mut FfiCif,
    function: Option<RawFunction>,
    user_data: *mut c_void,
    code: *mut c_void,
) -> Status {
    // SAFETY: the caller owes the same.
    unsafe { prepare(closure, cif, translate, function, user_data, code) }.into()
}

/// `ffi_prep_raw_closure`
///
/// # Safety
///
/// As for [`ffi_prep_raw_closure_loc`].
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_raw_closure(
    closure: *mut FfiRawClosure,
    cif: *mut FfiCif,
    function: Option<RawFunction>,
    user_data: *mut c_void,
) -> Status {
    let code = closure.cast();
    // SAFETY: the caller owes the same.
    unsafe { prepare(closure, cif, translate, function, user_data, code) }.into()
}

/// # Safety
///
/// As for [`ffi_prep_raw_closure_loc`].
pub(crate) unsafe fn prepare(
    closure: *mut FfiRawClosure,
    cif: *mut FfiCif,
    translate: closure::Function,
    function: Option<RawFunction>,
    user_data: *mut c_void,
    code: *mut c_void,
) -> Result<(), Status> {
    let place = NonNull::new(closure).ok_or(Status::BadTypedef)?;
    let function = function.ok_or(Status::BadTypedef)?;
    // SAFETY: what follows the closure stands inside it.
    let raw = unsafe { place.byte_add(offset_of!(FfiRawClosure, raw)) }.cast::<Raw>();
    let prepared = Raw {
        function,
        user_data,
    };
    // SAFETY: the caller says that there is a closure, or room for one.
    unsafe { raw.write(prepared) };
    let (inner, own) = (closure.cast(), closure.cast());
    // SAFETY: the caller owes the same; the closure is what its translation is given.
    unsafe { closure::prepare(inner, cif, Some(translate), own, code) }
}

/// Makes words of the arguments of a call, and runs the closure.
unsafe extern "C-unwind" fn translate(
    cif: *mut FfiCif,
    result: *mut c_void,
    arguments: *mut *mut c_void,
    closure: *mut c_void,
) {
    // SAFETY: it was prepared with this, and the arguments are those of a call.
    unsafe { RAW.run(cif, result, arguments, closure) };
}

impl Form {
    /// # Safety
    ///
    /// The closure was prepared by [`prepare`], and the rest belongs to one call of it.
    pub(crate) unsafe fn run(
        self,
        cif: *mut FfiCif,
        result: *mut c_void,
        arguments: *mut *mut c_void,
        closure: *mut c_void,
    ) {
        // SAFETY: the interface was prepared.
        let count = unsafe { self.size(cif) } / WORD;
        let (mut few, mut many) = ([const { MaybeUninit::uninit() }; FEW], Vec::new());
        let words = match few.get_mut(..count) {
            Some(few) => few,
            None => {
                many.resize(count, MaybeUninit::uninit());
                many.as_mut_slice()
            }
        };
        words.fill(MaybeUninit::new(0));
        let words = words.as_mut_ptr().cast::<Word>();
        // SAFETY: there is room for the words.
        unsafe { self.gather(cif, arguments, words) };
        // SAFETY: the caller says that it is such a closure.
        let FfiRawClosure { raw, .. } = unsafe { &*closure.cast::<FfiRawClosure>() };
        // SAFETY: C's function is called as the interface says.
        unsafe { (raw.function)(cif, result, words, raw.user_data) };
    }
}
