//! Arguments without a name, as C's `va_arg` reads them.

mod list;
mod raw;
mod va_list;

use std::ffi::{CStr, c_char, c_void};
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use trampette_abi::{CallConv, Part, Place, Row};
use trampette_types::{CType, Layout, Scalar, Signature, TypeError};

use crate::error::Error;
use crate::native::{ABI, MODEL, convention};
use crate::typed::{CValue, Class};
use crate::value::{Value, decode};
pub(crate) use list::{Form, State};
pub use raw::RawVaList;
pub(crate) use va_list::ListObject;
pub use va_list::VaList;

/// The arguments of a call that have no name: those behind `...`, one after the other.
///
/// It is what C's `va_list` is, and stands on one: reading an argument advances the list, as `va_arg` does.
/// [`CallbackFrame::var_args`](crate::CallbackFrame::var_args) makes one for callbacks of a variadic signature,
/// [`CallbackFrame::va_list`](crate::CallbackFrame::va_list) for a parameter of type `va_list`.
///
/// C does not say how many arguments there are, nor of which types: a format or a count among the named ones
/// does, or a last argument that ends them. So reading is `unsafe`, and its one promise is what C asks of
/// `va_arg`: that there is one more argument, of that type. Types that C's default argument promotions never
/// leave as they are (everything narrower than `int`, and `float`) are refused: a `char` was passed as an
/// `i32`, a `float` as an `f64`.
///
/// ```
/// use trampette::{Callback, Function, Value};
///
/// let signature = "(i32, ...) -> f64".parse()?;
/// let sum = Callback::new(&signature, |call| {
///     let count = call.argument::<i32>(0).unwrap();
///     let mut rest = call.var_args().unwrap();
///     // SAFETY: the first argument says how many numbers follow.
///     let sum: f64 = (0..count).map(|_| unsafe { rest.next::<f64>() }.unwrap()).sum();
///     call.set_result(sum).unwrap();
/// })?;
///
/// // Any C code may call it; here it is Trampette itself.
/// let function = Function::from_pointer(sum.as_ptr(), &signature)?;
/// let arguments = [Value::from(3), 0.5.into(), 1.5.into(), 40.0.into()];
/// // SAFETY: this is the callback's signature, and three numbers follow the first.
/// assert_eq!(unsafe { function.call(&arguments)? }, Value::F64(42.0));
/// # Ok::<(), trampette::Error>(())
/// ```
pub struct VarArgs<'a> {
    convention: &'static dyn CallConv,
    form: Form,
    list: *mut c_void,
    /// How many arguments stand before the next one, where that is known.
    index: usize,
    /// How many there are, where that is known.
    count: Option<usize>,
    list_of: PhantomData<&'a mut c_void>,
}

impl VarArgs<'_> {
    /// # Safety
    ///
    /// A `va_list` of this convention stands there for as long as this value is used, and nobody else uses it.
    pub(crate) unsafe fn of(
        convention: &'static dyn CallConv,
        list: *mut c_void,
        index: usize,
    ) -> Self {
        Self {
            convention,
            form: Form::of(convention.abi()),
            list,
            index,
            count: None,
            list_of: PhantomData,
        }
    }

    /// The same, of a list that has as many arguments.
    fn ending_after(self, count: usize) -> Self {
        Self {
            count: Some(count),
            ..self
        }
    }

    /// The next argument.
    ///
    /// # Errors
    ///
    /// [`Error::Type`] with [`TypeError::Unpromoted`] for a type that C promotes, and
    /// [`Error::NoMoreArguments`] at the end of a list that [knows its own](VaList::var_args); nothing is read then.
    ///
    /// # Safety
    ///
    /// The caller passed one more argument, unless the list knows its end, of this type as C passes it behind
    /// `...`. (C allows for a signed
    /// integer type where the other is unsigned, and for a pointer to something else.)
    pub unsafe fn next<T: CValue>(&mut self) -> Result<T, Error> {
        let mut value = MaybeUninit::<T>::zeroed();
        if let Some(scalar) = word_of::<T>() {
            self.check_end()?;
            // SAFETY: the value is of this type; the caller owes the rest.
            if unsafe { self.read_word(scalar, value.as_mut_ptr().cast()) } {
                // SAFETY: the caller says that C passed a `T`.
                return Ok(unsafe { value.assume_init() });
            }
        }
        let layout = self.layout_of(&T::c_type())?;
        // SAFETY: the layout is that of a `T`, as `CValue` promises; the caller owes the rest.
        unsafe { self.read(&layout, value.as_mut_ptr().cast())? };
        // SAFETY: the caller says that C passed a `T`, and zero bytes around it are as good as any.
        Ok(unsafe { value.assume_init() })
    }

    /// The next argument, a string; `None` where it is null.
    ///
    /// ```
    /// use trampette::{Callback, Function, Value};
    ///
    /// let signature = "(...) -> size_t".parse()?;
    /// let total = Callback::new(&signature, |call| {
    ///     let (mut rest, mut length) = (call.var_args().unwrap(), 0);
    ///     // SAFETY: the caller passes strings, and null behind the last.
    ///     while let Some(text) = unsafe { rest.next_str() }.unwrap() {
    ///         length += text.count_bytes();
    ///     }
    ///     call.set_result(length).unwrap();
    /// })?;
    ///
    /// let function = Function::from_pointer(total.as_ptr(), &signature)?;
    /// let arguments = [Value::try_from("one")?, Value::try_from("three")?, Value::NULL];
    /// // SAFETY: this is the callback's signature.
    /// assert_eq!(unsafe { function.call(&arguments)? }, Value::U64(8));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoMoreArguments`] as for [`next`](Self::next).
    ///
    /// # Safety
    ///
    /// - The caller passed one more argument, a pointer;
    /// - it is null, or points to text that ends with NUL and lives as long as it is used.
    pub unsafe fn next_str<'t>(&mut self) -> Result<Option<&'t CStr>, Error> {
        // SAFETY: the caller says so.
        let text = unsafe { self.next::<*const c_char>() }?;
        // SAFETY: the caller says that text stands there.
        Ok((!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }))
    }

    /// The next argument, of a type that is known only now. A string is a pointer, as in
    /// [`CallbackFrame::value`](crate::CallbackFrame::value).
    ///
    /// ```
    /// use trampette::{CType, Callback, Function, Value};
    ///
    /// // Each character of the first argument names the type of another one.
    /// let signature = "(str, ...) -> void".parse()?;
    /// let print = Callback::from_values_variadic(&signature, |arguments, rest| {
    ///     let Value::Pointer(kinds) = arguments[0] else { unreachable!() };
    ///     // SAFETY: the caller passes text.
    ///     let kinds = unsafe { std::ffi::CStr::from_ptr(kinds.cast()) };
    ///     let values = kinds.to_bytes().iter().map(|kind| {
    ///         let ty: CType = if *kind == b'd' { CType::F64 } else { "{i32, f32}".parse().unwrap() };
    ///         // SAFETY: the caller passes what the characters say.
    ///         unsafe { rest.next_value(&ty) }.unwrap().to_string()
    ///     });
    ///     assert_eq!(values.collect::<Vec<_>>(), ["2.5", "{7, 0.5}"]);
    ///     Value::Void
    /// })?;
    ///
    /// let function = Function::from_pointer(print.as_ptr(), &signature)?;
    /// let pair = trampette::Aggregate::of(&"{i32, f32}".parse()?, &[7.into(), 0.5f32.into()])?;
    /// let arguments = [Value::try_from("ds")?, 2.5.into(), pair.into()];
    /// // SAFETY: this is the callback's signature, and the characters say what follows.
    /// unsafe { function.call(&arguments)? };
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Type`] for a type that C passes no values of, and with [`TypeError::Unpromoted`] for one that it
    /// promotes; [`Error::Abi`] for one that the convention does not know; [`Error::NoMoreArguments`] as for
    /// [`next`](Self::next). Nothing is read then.
    ///
    /// # Safety
    ///
    /// As for [`next`](Self::next).
    pub unsafe fn next_value(&mut self, ty: &CType) -> Result<Value, Error> {
        let layout = self.layout_of(ty)?;
        let mut bytes = vec![0; layout.size()];
        // SAFETY: there are as many bytes; the caller owes the rest.
        unsafe { self.read(&layout, bytes.as_mut_ptr())? };
        decode(ty, &layout, &bytes)
    }

    /// A reader of the `va_list` to which this points, C's `va_list *`: what a function of C makes of a list that
    /// it passes on by address. Reading advances it.
    ///
    /// # Errors
    ///
    /// [`Error::AbiUnavailable`] where nothing can be called.
    ///
    /// # Safety
    ///
    /// A `va_list` of this platform stands there for as long as this value is used, between `va_start` and
    /// `va_end`, and nobody else uses it meanwhile.
    pub unsafe fn from_ptr(list: *mut c_void) -> Result<Self, Error> {
        let convention = convention(ABI).ok_or(Error::AbiUnavailable { abi: ABI })?;
        // SAFETY: the caller says so.
        Ok(unsafe { Self::of(convention, list, 0) })
    }

    /// The arguments that were not read yet, for a C function that takes a `va_list`. In Rust types, and as a
    /// [`Value`] by [`RawVaList::to_value`]. Afterwards nobody knows how far it has read, as in C: do not go on.
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use std::ffi::{CStr, c_char};
    /// use trampette::{Callback, Function, Library, RawVaList, Value};
    ///
    /// type Format = (*mut c_char, usize, *const c_char, RawVaList);
    /// let vsnprintf = Library::process().bind("int vsnprintf(char *, size_t, const char *, va_list)")?;
    /// let vsnprintf = vsnprintf.typed::<Format, i32>()?;
    ///
    /// // A logger, as C libraries call one.
    /// let signature = "(str, ...) -> void".parse()?;
    /// let log = Callback::new(&signature, move |call| {
    ///     let format = call.argument::<*const c_char>(0).unwrap();
    ///     let mut text = [0u8; 64];
    ///     let rest = call.var_args().unwrap().as_va_list().unwrap();
    ///     // SAFETY: the caller passes what the format says, and there is room for as many bytes.
    ///     unsafe { vsnprintf.call((text.as_mut_ptr().cast(), text.len(), format, rest)) };
    ///     assert_eq!(CStr::from_bytes_until_nul(&text).unwrap(), c"7 + 0.5 = 7.50");
    /// })?;
    ///
    /// let function = Function::from_pointer(log.as_ptr(), &signature)?;
    /// let arguments = [Value::try_from("%d + %g = %.2f")?, 7.into(), 0.5.into(), 7.5.into()];
    /// // SAFETY: this is the callback's signature, and the format says what follows.
    /// unsafe { function.call(&arguments)? };
    /// # }
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`] in a callback of another convention than the platform's own, whose lists C's
    /// `va_list` does not describe.
    pub fn as_va_list(&mut self) -> Result<RawVaList, Error> {
        if self.form != Form::of(ABI) {
            return Err(Error::SignatureMismatch {
                signature: CType::VaList.to_string(),
                found: format!("the arguments of {}", self.convention.abi().name()),
            });
        }
        // SAFETY: a list of this form stands there.
        Ok(unsafe { RawVaList::of(self.list) })
    }

    fn check_end(&self) -> Result<(), Error> {
        match self.count {
            Some(count) if self.index >= count => Err(Error::NoMoreArguments { count }),
            _ => Ok(()),
        }
    }

    /// The layout of a type, if C passes values of it behind `...`.
    fn layout_of(&self, ty: &CType) -> Result<Layout, Error> {
        self.check_end()?;
        let layout = match ty {
            CType::Int(_) | CType::Float(_) | CType::Pointer(_) => ty.layout(&MODEL)?,
            _ => passed_layout(ty)?,
        };
        match layout.promotion() {
            None => Ok(layout),
            Some(expected) => Err(Error::Type(TypeError::Unpromoted {
                index: self.index,
                found: ty.to_string(),
                expected,
            })),
        }
    }

    /// The same where that is quick: for what takes up a register or a word of the stack. Whether it is, and was read.
    ///
    /// # Safety
    ///
    /// As for [`read`](Self::read), with an argument of this type.
    #[inline]
    unsafe fn read_word(&mut self, scalar: Scalar, out: *mut u8) -> bool {
        let unnamed = self.convention.unnamed();
        // SAFETY: a list of this form stands there.
        let mut state = unsafe { self.form.load(self.list, &unnamed) };
        let Some((place, after)) = state.cursor.next_word(&unnamed, scalar) else {
            return false;
        };
        let from = match place {
            Place::Register(register) => state.saved(register, &unnamed),
            Place::Stack(_) => {
                let word = state.stack;
                state.stack = word.wrapping_add(size_of::<u64>());
                word
            }
        };
        // SAFETY: the caller says that the argument stands there, and that there is room for it.
        unsafe { out.copy_from_nonoverlapping(from, scalar.size()) };
        state.cursor = after;
        // SAFETY: a list of this form stands there, and nobody else uses it.
        unsafe { self.form.store(self.list, &state, &unnamed) };
        self.index += 1;
        true
    }

    /// Copies the next argument, and goes on to the one behind it. What of its padding did not travel stays as it
    /// is.
    ///
    /// # Safety
    ///
    /// - There is one more argument, of this layout;
    /// - `out` is valid for a write of as many bytes.
    unsafe fn read(&mut self, layout: &Layout, out: *mut u8) -> Result<(), Error> {
        let scalar = layout.as_scalar();
        // SAFETY: the caller owes the same.
        if scalar.is_some_and(|scalar| unsafe { self.read_word(scalar, out) }) {
            return Ok(());
        }
        let unnamed = self.convention.unnamed();
        // SAFETY: a list of this form stands there.
        let mut state = unsafe { self.form.load(self.list, &unnamed) };
        let next = state.cursor.next(self.convention, layout)?;
        let gap = state.stack.align_offset(next.stack_align);
        let stack = match next.stack_size {
            0 => state.stack,
            _ => state.stack.wrapping_add(gap),
        };
        for row in &next.rows {
            let from = match row.place {
                Place::Register(register) => state.saved(register, &unnamed),
                Place::Stack(offset) => stack.wrapping_add(offset),
            };
            // SAFETY: the caller says that the argument stands there, and that there is room for it.
            unsafe { copy(row, from, out) };
        }
        state.cursor = next.after;
        state.stack = stack.wrapping_add(next.stack_size);
        // SAFETY: a list of this form stands there, and nobody else uses it.
        unsafe { self.form.store(self.list, &state, &unnamed) };
        self.index += 1;
        Ok(())
    }
}

/// What a Rust type is that takes up a register of its own in every convention.
const fn word_of<T: CValue>() -> Option<Scalar> {
    match (T::CLASS, size_of::<T>()) {
        (Class::Integer, 4) => Some(Scalar::I32),
        (Class::Integer, 8) => Some(Scalar::I64),
        (Class::Vector, 8) => Some(Scalar::F64),
        _ => None,
    }
}

/// The layout of a type that C passes values of.
fn passed_layout(ty: &CType) -> Result<Layout, Error> {
    let signature = Signature::new([ty.clone()], CType::Void)?;
    Ok(signature.shape(&MODEL)?.params()[0].clone())
}

/// Copies what one row carries.
///
/// # Safety
///
/// The row's part of an argument stands at `from`, and `out` has room for the argument.
unsafe fn copy(row: &Row, from: *const u8, out: *mut u8) {
    let (from, offset, size) = match row.part {
        Part::Argument { offset, size, .. } => (from, offset, size),
        Part::ArgumentAddress { size, .. } => {
            // SAFETY: the address of the argument stands there.
            let address = unsafe { from.cast::<*const u8>().read_unaligned() };
            (address, 0, size)
        }
        Part::Duplicate { .. } | Part::Result { .. } | Part::ResultAddress => return,
    };
    // SAFETY: the part lies in the argument.
    let to = unsafe { out.add(offset) };
    // SAFETY: the caller says that both have as many bytes.
    unsafe { to.copy_from_nonoverlapping(from, size) };
}

impl fmt::Debug for VarArgs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VarArgs")
            .field("convention", &self.convention.abi())
            .field("next", &self.index)
            .finish_non_exhaustive()
    }
}
