//! Prepared call interfaces: calls with an array of pointers to arguments and a buffer for the result, as
//! libffi has them.

mod entry;
mod interface;
mod memory;
mod sizes;
mod thunk;
mod widening;

use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;

use trampette_types::{Abi, CType, Signature};

use crate::callback::Callback;
use crate::error::{Error, Position};
use crate::native;
use interface::Interface;

pub use entry::{Dispatch, TRAMPOLINE_WORD, trampoline};
pub use sizes::{BASIC_TYPES, BasicType};
pub use thunk::ContextThunk;

/// A prepared call interface: a calling convention with the types of a result and of arguments.
///
/// It says how functions of one signature are called, and no more: the address of the function, the place of
/// the result and an array of pointers to the arguments come with each call. It is one word, cheap to copy,
/// and never freed; equal signatures have one. Preparing compiles nothing: the stub is made at the first call,
/// and found without a lock and without comparing types at each later one.
///
/// ```
/// use trampette::{Abi, CType, Cif, Int};
///
/// let cif = Cif::new(trampette::ABI, &CType::Int(Int::Int), &[CType::Int(Int::Int)])?;
/// let abs = trampette::Library::process().symbol("abs")?.as_ptr();
///
/// let argument = -5i32;
/// let mut result = 0u64;
/// let arguments = [(&raw const argument).cast_mut().cast()];
/// // SAFETY: `abs` takes an int and gives one, and the buffer has room for a word.
/// unsafe { cif.call(abs, (&raw mut result).cast(), arguments.as_ptr())? };
/// assert_eq!(result as i64, 5);
/// # Ok::<(), trampette::Error>(())
/// ```
///
/// # Small results
///
/// [`call`](Self::call) writes an integer that is smaller than a word as a whole word, extended by its sign or
/// with zeroes, as libffi's `ffi_arg` and `ffi_sarg`; [`call_exact`](Self::call_exact) writes it at its own
/// width.
///
/// # Thread safety
///
/// Any thread may use it.
#[derive(Clone, Copy)]
pub struct Cif(&'static Interface);

impl Cif {
    /// Prepares calls of functions of these types.
    ///
    /// # Errors
    ///
    /// [`Error::PreparedType`] names the argument, or the result, whose type has no meaning there;
    /// [`Error::Type`] tells of limits that all of them exceed together; [`Error::Abi`],
    /// [`Error::AbiUnavailable`] and [`Error::NoSuchRegisters`] when nothing of such a signature can be
    /// called here.
    ///
    /// ```
    /// use trampette::{CType, Cif};
    ///
    /// let error = Cif::new(trampette::ABI, &CType::Void, &[CType::F64, CType::Void]).unwrap_err();
    /// assert!(error.to_string().starts_with("argument 1: "));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    pub fn new(abi: Abi, result: &CType, arguments: &[CType]) -> Result<Self, Error> {
        check(result, arguments)?;
        let signature = Signature::new(arguments, result.clone())?;
        Self::of(&signature.with_abi(abi))
    }

    /// Prepares calls of a variadic function with these arguments, of which the first `fixed` stand before
    /// `...`.
    ///
    /// ```
    /// use trampette::{CType, Cif, Int};
    ///
    /// let int = CType::Int(Int::Int);
    /// let cif = Cif::variadic(trampette::ABI, 1, &int, &[CType::POINTER, CType::F64])?;
    /// assert_eq!(cif.signature().to_string(), format!("{} (ptr, ..., f64) -> int", trampette::ABI.name()));
    /// assert!(Cif::variadic(trampette::ABI, 1, &int, &[CType::POINTER, CType::F32]).is_err());
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new); [`Error::Type`] also where C promotes an argument behind `...` to another type,
    /// or there are fewer than `fixed`.
    pub fn variadic(
        abi: Abi,
        fixed: usize,
        result: &CType,
        arguments: &[CType],
    ) -> Result<Self, Error> {
        check(result, arguments)?;
        let (named, unnamed) = arguments.split_at(fixed.min(arguments.len()));
        let signature = Signature::new(named, result.clone())?.with_variadic_from(fixed)?;
        let signature = signature.with_variadic_arguments(unnamed.iter().cloned())?;
        Self::of(&signature.with_abi(abi))
    }

    /// The prepared interface of a signature.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn of(signature: &Signature) -> Result<Self, Error> {
        Interface::of(signature).map(Self)
    }

    /// The signature, with its convention.
    #[must_use]
    pub fn signature(&self) -> &'static Signature {
        self.0.signature()
    }

    /// How many arguments it takes.
    #[must_use]
    pub fn argument_count(&self) -> usize {
        self.0.count()
    }

    /// How many bytes [`call`](Self::call) writes of a result: at least a word, of anything but a
    /// floating-point number, a struct or the like; none of `void`.
    #[must_use]
    pub fn result_size(&self) -> usize {
        self.0.widening().size()
    }

    /// Makes the stub now, which the first call would make.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`] without executable memory, [`Error::Memory`] without any.
    pub fn compile(&self) -> Result<(), Error> {
        self.0.stub().map(drop)
    }

    /// Calls a function. The result goes to `result`, a small one widened to a word; where that is null, it is
    /// dropped.
    ///
    /// # Errors
    ///
    /// [`Error::NullFunction`]; [`Error::Exec`] without executable memory, at the first call; [`Error::Memory`]
    /// without any, at the first call or where the arguments are many. Nothing is called then.
    ///
    /// # Safety
    ///
    /// - `target` is a function of this convention and these types, and may be called with these arguments
    ///   now;
    /// - `arguments` points to as many pointers as there are arguments, each of them to a value of the
    ///   argument's type, which need not be aligned and is not written to;
    /// - `result` is null, or valid for a write of [`result_size`](Self::result_size) bytes.
    #[inline]
    pub unsafe fn call(
        &self,
        target: *const c_void,
        result: *mut c_void,
        arguments: *const *mut c_void,
    ) -> Result<(), Error> {
        let result = NonNull::new(result.cast());
        // SAFETY: the caller owes the same.
        unsafe { self.0.call::<true>(target, result, arguments) }
    }

    /// The same, with a small result at its own width.
    ///
    /// # Errors
    ///
    /// As for [`call`](Self::call).
    ///
    /// # Safety
    ///
    /// As for [`call`](Self::call), but `result` need have room for the result's type only.
    #[inline]
    pub unsafe fn call_exact(
        &self,
        target: *const c_void,
        result: *mut c_void,
        arguments: *const *mut c_void,
    ) -> Result<(), Error> {
        let result = NonNull::new(result.cast());
        // SAFETY: the caller owes the same.
        unsafe { self.0.call::<false>(target, result, arguments) }
    }

    /// The same as [`call`](Self::call) with one more pointer for the function, in the register that Go's
    /// closures come in: `r10` on x86_64, `x18` on AArch64.
    ///
    /// # Errors
    ///
    /// As for [`call`](Self::call), and [`Error::AbiUnavailable`] where there is no such register.
    ///
    /// # Safety
    ///
    /// As for [`call`](Self::call).
    pub unsafe fn call_with_chain(
        &self,
        target: *const c_void,
        result: *mut c_void,
        arguments: *const *mut c_void,
        chain: *mut c_void,
    ) -> Result<(), Error> {
        let result = NonNull::new(result.cast());
        // SAFETY: the caller owes the same.
        unsafe { self.0.call_with_chain(target, result, arguments, chain) }
    }

    /// A callback of this interface: the closure gets a place for the result and an array of pointers to the
    /// arguments. The place has room for a word at least, which holds zeroes; a small integer may be written
    /// there at its own width or widened.
    ///
    /// ```
    /// use trampette::{CType, Cif, Int};
    ///
    /// let int = CType::Int(Int::Int);
    /// let cif = Cif::new(trampette::ABI, &int, &[int.clone(), int.clone()])?;
    /// let add = cif.callback(|result, arguments| {
    ///     // SAFETY: both arguments are ints.
    ///     let sum = unsafe { *arguments[0].cast::<i32>() } + unsafe { *arguments[1].cast::<i32>() };
    ///     // SAFETY: the place has room for a word.
    ///     unsafe { result.cast::<i64>().write(sum.into()) };
    /// })?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32, i32) -> i32 = unsafe { std::mem::transmute(add.as_ptr()) };
    /// assert_eq!(function(20, 22), 42);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Callback::new`].
    pub fn callback<F>(&self, closure: F) -> Result<Callback, Error>
    where
        F: Fn(*mut c_void, &[*mut c_void]) + Send + Sync + 'static,
    {
        let count = self.argument_count();
        let is_void = self.signature().result() == &CType::Void;
        Callback::new(self.signature(), move |call| {
            let place = |index| call.argument_ptr(index).cast_mut().cast();
            let arguments: Vec<*mut c_void> = (0..count).map(place).collect();
            let mut nowhere = 0u64;
            let result = match is_void {
                true => (&raw mut nowhere).cast(),
                false => call.result_ptr().cast(),
            };
            closure(result, &arguments);
        })
    }

    /// Where the arguments stand in the frames of [entries](Self::entry), in bytes.
    #[inline]
    #[must_use]
    pub fn frame_offsets(&self) -> &'static [usize] {
        self.0.offsets()
    }
}

/// Refuses types that have no meaning where they stand, by name.
fn check(result: &CType, arguments: &[CType]) -> Result<(), Error> {
    let refused = |at| move |error| Error::PreparedType { at, error };
    for (index, argument) in arguments.iter().enumerate() {
        let alone = Signature::new([argument.clone()], CType::Void);
        alone
            .and_then(|alone| alone.shape(&native::MODEL))
            .map_err(refused(Position::Argument(index)))?;
    }
    Signature::new([], result.clone())
        .and_then(|alone| alone.shape(&native::MODEL))
        .map_err(refused(Position::Result))?;
    Ok(())
}

/// Equal conventions and equal types.
impl PartialEq for Cif {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Cif {}

impl fmt::Debug for Cif {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cif({})", self.signature())
    }
}
