//! Functions, and the ways to call them.

use std::ffi::c_void;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use trampette_types::{CType, Signature};

use crate::c_function::{CFunction, FunctionPointer};
use crate::dynamic;
use crate::error::Error;
use crate::fence::{self, fence};
use crate::field;
use crate::frame::{Frame, Slot};
use crate::library::Library;
use crate::stub::{self, Stub};
use crate::typed::{Arguments, CValue, Returned, StubRef, enter};
use crate::value::Value;

/// A C function with its signature, ready to be called.
///
/// There are four ways, all on one engine:
///
/// | way | checked | for |
/// |---|---|---|
/// | [`call`](Self::call) with [`Value`]s | at each call | scripts, command lines, tests |
/// | [`typed`](Self::typed), then [`TypedFunction::call`] with a tuple | once | Rust code |
/// | [`call_frame`](Self::call_frame) with a [`Frame`] that is filled in place | never | interpreters |
/// | [`as_fn`](Self::as_fn), the C function's own pointer | once | Rust code that calls very often |
///
/// A function keeps its library loaded, and is cheap to clone. Functions of one shape share one stub.
///
/// # Thread safety
///
/// Any thread may call it; whether the C function allows that is among the caller's promises.
///
/// ```
/// use trampette::{Library, Value};
///
/// # #[cfg(target_os = "linux")] {
/// // SAFETY: loading the C library's own mathematics runs nothing that could do harm.
/// let libm = unsafe { Library::open("libm.so.6")? };
/// let pow = libm.bind("double pow(double base, double exponent)")?;
/// // SAFETY: this is `pow`'s signature, and it has no preconditions.
/// let power = unsafe { pow.call(&[Value::from(2.0), Value::from(10.0)])? };
/// assert_eq!(power, Value::F64(1024.0));
/// # }
/// # Ok::<(), trampette::Error>(())
/// ```
#[derive(Clone)]
pub struct Function {
    target: NonNull<c_void>,
    signature: Arc<Signature>,
    stub: &'static Stub,
    name: Option<Arc<str>>,
    library: Option<Library>,
}

// SAFETY: a function is an address that stays valid as long as its library, which is kept, and data
// that nobody changes. Calling it is unsafe.
unsafe impl Send for Function {}

// SAFETY: as above.
unsafe impl Sync for Function {}

impl Function {
    /// The function at this address, which nobody unloads while it is used.
    ///
    /// ```
    /// use trampette::{Function, Value};
    ///
    /// extern "C" fn triple(number: i32) -> i32 {
    ///     3 * number
    /// }
    ///
    /// let triple = Function::from_pointer(triple as *const _, &"(i32) -> i32".parse()?)?;
    /// // SAFETY: the address is that of a function of this signature.
    /// assert_eq!(unsafe { triple.call(&[Value::from(14)])? }, Value::I32(42));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NullFunction`]; [`Error::Type`], [`Error::Abi`] and [`Error::AbiUnavailable`] when
    /// nothing of this signature can be called here; [`Error::Exec`] without executable memory.
    pub fn from_pointer(target: *const c_void, signature: &Signature) -> Result<Self, Error> {
        let target = NonNull::new(target.cast_mut()).ok_or(Error::NullFunction)?;
        let stub = stub::stub_of(signature)?;
        Ok(Self {
            target,
            signature: Arc::new(signature.clone()),
            stub,
            name: None,
            library: None,
        })
    }

    /// The same, keeping a library loaded, under the name of its symbol.
    pub(crate) fn in_library(self, name: &str, library: &Library) -> Self {
        Self {
            name: Some(name.into()),
            library: Some(library.clone()),
            ..self
        }
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The name of its symbol, if it was found by one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The library that it was found in and keeps loaded.
    #[must_use]
    pub fn library(&self) -> Option<&Library> {
        self.library.as_ref()
    }

    /// The address of the C function.
    #[must_use]
    pub fn as_ptr(&self) -> *const c_void {
        self.target.as_ptr()
    }

    /// Calls the function with values whose types are known only now.
    ///
    /// C sees the bytes of a string argument themselves, for as long as the call lasts; a string result
    /// is copied, and nothing is freed. What stands behind `...` is promoted as C promotes it, and so is what a
    /// function gets that C declares without a prototype, `int f();`.
    ///
    /// ```
    /// use trampette::{Library, Value};
    ///
    /// let strlen = Library::process().bind("size_t strlen(const char *)")?;
    /// // SAFETY: the argument is a string.
    /// assert_eq!(unsafe { strlen.call(&[Value::try_from("hello")?])? }, Value::U64(5));
    /// let error = unsafe { strlen.call(&[]) }.unwrap_err();
    /// assert_eq!(error.to_string(), "the function takes 1 argument, not 0");
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ArgumentCount`], [`Error::ValueType`] and [`Error::ValueRange`] name the argument;
    /// nothing is called then. The first call of a variadic function with new types may give what
    /// [`from_pointer`](Self::from_pointer) gives.
    ///
    /// # Safety
    ///
    /// - The C function has this signature and convention;
    /// - it may be called with these arguments, from this thread, now: pointers point to what it
    ///   expects there, it does not write to strings (what it writes to, pass as a pointer), and it
    ///   does not jump out;
    /// - it does not unwind, but on Linux and macOS under the platform's own convention: there panics of
    ///   `extern "C-unwind"` functions and exceptions of C++ pass the call;
    /// - where the result is a string, it is null or ends with NUL.
    pub unsafe fn call(&self, arguments: &[Value]) -> Result<Value, Error> {
        let fixed = self.signature.fixed_params().len();
        self.check_count(arguments.len())?;
        let target = self.target.as_ptr();
        if arguments.len() == self.signature.params().len() {
            // SAFETY: the counts were compared; the caller owes the rest.
            let call = || unsafe { dynamic::call(self.stub, target, &self.signature, arguments) };
            return fence(call);
        }
        let types = arguments[fixed..].iter().map(Value::promoted_ty);
        let signature = self.signature.with_variadic_arguments(types)?;
        let stub = stub::stub_of(&signature)?;
        // SAFETY: the signature has a parameter for each argument; the caller owes the rest.
        fence(|| unsafe { dynamic::call(stub, target, &signature, arguments) })
    }

    fn check_count(&self, found: usize) -> Result<(), Error> {
        let expected = self.signature.fixed_params().len();
        let given = self.signature.params().len();
        // A signature that says what stands behind `...` is that of one call.
        let variadic = self.signature.is_open();
        if found == given || (variadic && found > expected) {
            return Ok(());
        }
        Err(Error::ArgumentCount {
            expected: given,
            found,
            variadic,
        })
    }

    /// The function as one call of it sees it: `...` replaced by parameters of these types. A function without a
    /// prototype, `int f();`, takes these.
    ///
    /// ```
    /// use trampette::{CType, Int, Library};
    ///
    /// let printf = Library::process().bind("int printf(const char *, ...)")?;
    /// let print_int = printf.with_variadic_arguments(&[CType::Int(Int::Int)])?;
    /// assert_eq!(print_int.signature().to_string(), "(str, ..., int) -> int");
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ArgumentCount`] when the function is not variadic; [`Error::Type`] for types that C
    /// would promote; as for [`from_pointer`](Self::from_pointer).
    pub fn with_variadic_arguments(&self, types: &[CType]) -> Result<Self, Error> {
        if !(self.signature.is_variadic() || self.signature.is_open()) {
            let expected = self.signature.params().len();
            let found = expected + types.len();
            return Err(Error::ArgumentCount {
                expected,
                found,
                variadic: false,
            });
        }
        let signature = self
            .signature
            .with_variadic_arguments(types.iter().cloned())?;
        let stub = stub::stub_of(&signature)?;
        Ok(Self {
            signature: Arc::new(signature),
            stub,
            ..self.clone()
        })
    }

    /// The function with Rust types for its parameters and result, checked now and never again.
    ///
    /// ```
    /// use trampette::Library;
    ///
    /// # #[cfg(target_os = "linux")] {
    /// // SAFETY: loading the C library's own mathematics runs nothing that could do harm.
    /// let libm = unsafe { Library::open("libm.so.6")? };
    /// let pow = libm.bind("double pow(double, double)")?.typed::<(f64, f64), f64>()?;
    /// // SAFETY: this is `pow`'s signature, and it has no preconditions.
    /// assert_eq!(unsafe { pow.call((2.0, 10.0)) }, 1024.0);
    /// # }
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`]. For a variadic function, types behind the fixed ones stand for
    /// `...`, with the errors of [`with_variadic_arguments`](Self::with_variadic_arguments).
    pub fn typed<A: Arguments, R: Returned>(&self) -> Result<TypedFunction<A, R>, Error> {
        let fixed = self.signature.fixed_params().len();
        let function = if self.signature.is_open() && A::COUNT > fixed {
            self.with_variadic_arguments(&A::c_types()[fixed..])?
        } else {
            self.clone()
        };
        let shape = function.stub.shape();
        if !A::matches(shape.params()) || !R::Raw::matches(shape.result()) {
            let found = Signature::new(A::c_types(), R::Raw::c_type())?.to_string();
            return Err(Error::SignatureMismatch {
                signature: self.signature.to_string(),
                found,
            });
        }
        Ok(TypedFunction {
            function,
            types: std::marker::PhantomData,
        })
    }

    /// A new argument frame for this function, all zero.
    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame::of(self.stub)
    }

    /// Where a field of an argument stands in this function's frames, by the path that C reaches it by: for
    /// [`Frame::put`].
    ///
    /// ```
    /// use trampette::{Callback, Function, c_struct};
    ///
    /// let signature = "({name: ptr, at: {x: f64, y: f64}}, i32) -> f64".parse()?;
    /// # let times = Callback::from_values(&signature, |arguments| {
    /// #     let at = arguments[0].as_aggregate().unwrap().field("at").unwrap();
    /// #     let y = at.as_aggregate().unwrap().field("y").unwrap().as_float().unwrap();
    /// #     trampette::Value::F64(y * arguments[1].as_integer().unwrap() as f64)
    /// # })?;
    /// // A function that gives `at.y` times the number.
    /// let function = Function::from_pointer(times.as_ptr(), &signature)?;
    /// let mut frame = function.frame();
    /// let (y, number) = (function.field_slot::<f64>(0, "at.y")?, frame.slot::<i32>(1)?);
    /// // SAFETY: the slot is of this function's frames.
    /// unsafe { frame.put(y, 2.5) };
    /// // SAFETY: as above.
    /// unsafe { frame.put(number, 2) };
    /// // SAFETY: this is the function's signature, and its arguments are set.
    /// assert_eq!(unsafe { function.call_frame::<f64>(&mut frame) }, 5.0);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`] for the argument, or an element of an array in the path; [`Error::NoField`];
    /// [`Error::ValueType`] for a field of another type, one of bits, which has no place of its own, and one that
    /// is not aligned.
    pub fn field_slot<T: CValue>(&self, index: usize, path: &str) -> Result<Slot<T>, Error> {
        let params = self.signature.params();
        let ty = params.get(index).ok_or(Error::IndexOutOfRange {
            index,
            count: params.len(),
        })?;
        let within = field::offset_of::<T>(ty, path)?;
        Ok(Slot::at(self.stub.frame().argument(index) + within))
    }

    /// Calls the function with the arguments of a frame, and gives the result.
    ///
    /// Nothing is checked: this is the way of interpreters, which fill the same frame again and again.
    /// The result comes straight from its register.
    ///
    /// ```
    /// use trampette::Library;
    ///
    /// let abs = Library::process().bind("int abs(int)")?;
    /// let mut frame = abs.frame();
    /// frame.set(0, -7i32)?;
    /// // SAFETY: the frame is this function's, its argument is set, and the result is an `int`.
    /// assert_eq!(unsafe { abs.call_frame::<i32>(&mut frame) }, 7);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Safety
    ///
    /// - As for [`call`](Self::call);
    /// - the frame was made by this function or one of the same shape, and every argument was set;
    /// - `R` is the type of the result.
    #[inline]
    pub unsafe fn call_frame<R: CValue>(&self, frame: &mut Frame) -> R {
        debug_assert!(frame.is_for(self.stub), "the frame is for another shape");
        debug_assert!(
            R::matches(self.stub.shape().result()),
            "the result is of another type"
        );
        // SAFETY: the caller owes the same.
        let result = unsafe { enter(self.stub, frame.as_mut_ptr(), self.target.as_ptr()) };
        fence::resume();
        result
    }

    /// Calls the function with the arguments of a frame, and leaves the result in the frame, for
    /// [`Frame::result`] to read.
    ///
    /// # Safety
    ///
    /// - As for [`call`](Self::call);
    /// - the frame was made by this function or one of the same shape, and every argument was set.
    #[inline]
    pub unsafe fn call_frame_in_place(&self, frame: &mut Frame) {
        debug_assert!(frame.is_for(self.stub), "the frame is for another shape");
        // SAFETY: the caller owes the same.
        unsafe {
            self.stub
                .enter_in_place(frame.as_mut_ptr(), self.target.as_ptr());
        };
        fence::resume();
    }

    /// The C function itself, as a Rust function pointer of type `F`: calling it costs nothing more
    /// than C does.
    ///
    /// The type is checked now. The pointer comes in a guard that keeps the library loaded.
    ///
    /// ```
    /// use trampette::Library;
    ///
    /// let abs = Library::process().bind("int abs(int)")?;
    /// let abs = abs.as_fn::<unsafe extern "C" fn(i32) -> i32>()?;
    /// // SAFETY: this is the signature of `abs`.
    /// assert_eq!(unsafe { abs(-7) }, 7);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`].
    pub fn as_fn<F: CFunction>(&self) -> Result<FunctionPointer<F>, Error> {
        FunctionPointer::new(self, self.stub.shape())
    }
}

/// Equal addresses and equal signatures.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.target == other.target && self.signature == other.signature
    }
}

impl Eq for Function {}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name)
            .field("signature", &format_args!("{}", self.signature))
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// A function with Rust types for its parameters and result. Made by [`Function::typed`].
#[derive(Debug)]
pub struct TypedFunction<A, R> {
    function: Function,
    types: std::marker::PhantomData<fn(A) -> R>,
}

impl<A: Arguments, R: Returned> TypedFunction<A, R> {
    /// Calls the function.
    ///
    /// # Safety
    ///
    /// As for [`Function::call`].
    #[inline]
    pub unsafe fn call(&self, arguments: A) -> R {
        let Function { stub, target, .. } = &self.function;
        // SAFETY: the types were checked against the signature; the caller owes the rest.
        let call = || unsafe { arguments.call::<R::Raw>(StubRef(stub), target.as_ptr()) };
        let raw = fence(call);
        // SAFETY: the caller says that a string result is null or ends with NUL.
        unsafe { R::from_raw(raw) }
    }

    /// The function behind it.
    #[must_use]
    pub fn function(&self) -> &Function {
        &self.function
    }
}

impl<A, R> Clone for TypedFunction<A, R> {
    fn clone(&self) -> Self {
        Self {
            function: self.function.clone(),
            types: std::marker::PhantomData,
        }
    }
}
