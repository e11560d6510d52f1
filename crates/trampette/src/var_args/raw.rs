//! What a parameter of type `va_list` is.

use std::ffi::c_void;

use trampette_types::{CType, Layout, Scalar};

use super::VarArgs;
use crate::error::Error;
use crate::native::MODEL;
use crate::typed::{Argument, CValue, Class};
use crate::value::{Value, decode};

/// A `va_list` as C passes it: a pointer, or on AArch64 Linux a struct of 32 bytes. It is valid as long as the
/// list that C made.
///
/// Typed calls and closures have it as a parameter. [`VaList`](super::VaList) makes lists,
/// [`VarArgs::as_va_list`] passes on what a callback was given.
///
/// ```
/// use trampette::{Callback, RawVaList, VaList, Function};
///
/// let sum = Callback::from_fn(|count: i32, mut list: RawVaList| -> f64 {
///     // SAFETY: C passes a list that it has begun.
///     let mut list = unsafe { list.reader() }.unwrap();
///     // SAFETY: the first argument says how many numbers the list has.
///     (0..count).map(|_| unsafe { list.next::<f64>() }.unwrap()).sum()
/// })?;
///
/// let function = Function::from_pointer(sum.as_ptr(), sum.signature())?;
/// let function = function.typed::<(i32, &mut VaList), f64>()?;
/// let mut list = VaList::of(&[0.5.into(), 41.5.into()])?;
/// // SAFETY: this is the callback's signature, and the list has two numbers.
/// assert_eq!(unsafe { function.call((2, &mut list)) }, 42.0);
/// # Ok::<(), trampette::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct RawVaList(Parameter);

/// An object of AAPCS64, by value.
#[cfg(all(target_arch = "aarch64", not(any(windows, target_vendor = "apple"))))]
type Parameter = super::list::Aapcs64;

/// A pointer: to an object of System V, or to the next argument.
#[cfg(not(all(target_arch = "aarch64", not(any(windows, target_vendor = "apple")))))]
type Parameter = *mut c_void;

/// Whether it points to a list that others have as well.
const IS_SHARED: bool = cfg!(all(target_arch = "x86_64", not(windows)));

impl RawVaList {
    /// What C passes of the list at this address.
    ///
    /// # Safety
    ///
    /// A list of this platform stands there.
    pub(crate) unsafe fn of(list: *mut c_void) -> Self {
        if IS_SHARED {
            let parameter = &raw const list;
            // SAFETY: a parameter is a pointer there.
            return Self(unsafe { parameter.cast::<Parameter>().read() });
        }
        // SAFETY: the caller says so, and elsewhere a parameter is what an object is.
        Self(unsafe { list.cast::<Parameter>().read() })
    }

    /// A reader of the list.
    ///
    /// # Errors
    ///
    /// [`Error::AbiUnavailable`] where nothing can be called.
    ///
    /// # Safety
    ///
    /// - The list is one that C, or a `VaList`, has begun and not ended, for as long as the reader is used;
    /// - nobody else uses it meanwhile.
    pub unsafe fn reader(&mut self) -> Result<VarArgs<'_>, Error> {
        let here = &raw mut self.0;
        let list = match IS_SHARED {
            // SAFETY: a parameter is a pointer there.
            true => unsafe { here.cast::<*mut c_void>().read() },
            false => here.cast(),
        };
        // SAFETY: the caller says so.
        unsafe { VarArgs::from_ptr(list) }
    }

    /// The same for calls with [`Value`]s.
    ///
    /// # Errors
    ///
    /// None today.
    pub fn to_value(self) -> Result<Value, Error> {
        let layout = MODEL.va_list.parameter()?.layout(&MODEL)?;
        // SAFETY: a parameter has no padding.
        let bytes: [u8; size_of::<Parameter>()] = unsafe { std::mem::transmute(self.0) };
        decode(&CType::VaList, &layout, &bytes)
    }
}

// SAFETY: it is what C has as a parameter; null pointers are among C's values.
unsafe impl CValue for RawVaList {
    const CLASS: Class = match size_of::<Parameter>() {
        8 => Class::Integer,
        _ => Class::Aggregate,
    };

    fn c_type() -> CType {
        CType::VaList
    }

    fn matches(layout: &Layout) -> bool {
        if size_of::<Parameter>() == 8 {
            return layout.as_scalar() == Some(Scalar::Pointer);
        }
        let own = MODEL.va_list.parameter().and_then(|ty| ty.layout(&MODEL));
        own.is_ok_and(|own| own == *layout)
    }
}

// SAFETY: the value is its own raw value.
unsafe impl Argument for RawVaList {
    type Raw = Self;

    fn into_raw(self) -> Self {
        self
    }
}
