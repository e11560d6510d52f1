//! Callbacks whose signatures are known only at run time.

use std::collections::HashMap;
use std::ffi::{CStr, c_char};
use std::ptr::NonNull;

use trampette_exec::{ForkLock, Thunk};
use trampette_types::{Layout, Signature};

use super::context::{self, Context, DispatcherCell, Flight, Head, Table};
use super::fault::Fault;
use super::kind::{Dispatcher, Functions, Kind, Life, Passing};
use super::scoped::ScopedCallback;
use super::{Callback, aside};
use crate::error::{Error, Position};
use crate::frame::Slot;
use crate::typed::CValue;
use crate::value::{Strings, Value, decode, encode};
use crate::{errno, fence};

/// The kinds of dynamic callbacks, by signature. Like the code that they lead to, they are kept.
static KINDS: ForkLock<HashMap<Signature, &'static Kind>> = ForkLock::new(HashMap::new);

/// The arguments of one call of a callback, and the place for its result.
#[derive(Debug)]
pub struct CallbackFrame<'c> {
    kind: &'static Kind,
    thunk: Thunk,
    start: NonNull<u8>,
    call: std::marker::PhantomData<&'c mut u8>,
}

/// Who frees a string that a callback gives to C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringOwner {
    /// The callback: the text stays until the callback is freed. Equal texts are kept once.
    Callback,
    /// Whoever called: with `free`. Null without memory.
    Caller,
}

/// A closure with the kind of its callback.
struct Dynamic<F> {
    kind: &'static Kind,
    closure: F,
}

impl Callback {
    /// A callback of this signature that runs a closure over an argument frame. The result is zero
    /// bytes until the closure sets it.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let add = Callback::new(&"(i32, i32) -> i32".parse()?, |call| {
    ///     let sum = call.argument::<i32>(0).unwrap() + call.argument::<i32>(1).unwrap();
    ///     call.set_result(sum).unwrap();
    /// })?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32, i32) -> i32 = unsafe { std::mem::transmute(add.as_ptr()) };
    /// assert_eq!(function(20, 22), 42);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::VariadicCallback`]; [`Error::Type`], [`Error::Abi`] and [`Error::AbiUnavailable`] when
    /// C cannot call anything of this signature here; [`Error::Exec`] without memory for it.
    pub fn new<F>(signature: &Signature, closure: F) -> Result<Self, Error>
    where
        F: Fn(&mut CallbackFrame<'_>) + Send + Sync + 'static,
    {
        let kind = kind_of(signature)?;
        // SAFETY: the closure is `'static`.
        unsafe { take(kind, Life::Owned, closure) }.map(Self::of_thunk)
    }

    /// The same with a borrowed closure, which it cannot outlive; see [`scoped`](Self::scoped).
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let offset = 40;
    /// let add = |call: &mut trampette::CallbackFrame<'_>| {
    ///     call.set_result(call.argument::<i32>(0).unwrap() + offset).unwrap();
    /// };
    /// let scoped = Callback::new_scoped(&"(i32) -> i32".parse()?, &add)?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32) -> i32 = unsafe { std::mem::transmute(scoped.as_ptr()) };
    /// assert_eq!(function(2), 42);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn new_scoped<'f, F>(
        signature: &Signature,
        closure: &'f F,
    ) -> Result<ScopedCallback<'f>, Error>
    where
        F: Fn(&mut CallbackFrame<'_>) + Sync,
    {
        let kind = kind_of(signature)?;
        // SAFETY: the closure lives as long as the scoped callback may.
        unsafe { take(kind, Life::Uncounted, closure) }.map(ScopedCallback::new)
    }

    /// A callback of this signature that runs a closure over [`Value`]s. Strings among the arguments
    /// are pointers: who knows whether they point anywhere. A string as result is kept as long as the
    /// callback lives; see [`CallbackFrame::set_string`]. A result that does not fit, or an error, gives C
    /// the fallback, and goes on as a panic does.
    ///
    /// ```
    /// use trampette::{Callback, Value};
    ///
    /// let signature = "({x: f64, y: f64}) -> f64".parse()?;
    /// let norm = Callback::from_values(&signature, |arguments| {
    ///     let point = arguments[0].as_aggregate().expect("a struct");
    ///     let square = |name| point.field(name).unwrap().as_float().unwrap().powi(2);
    ///     Value::F64((square("x") + square("y")).sqrt())
    /// })?;
    /// # let function = trampette::Function::from_pointer(norm.as_ptr(), &signature)?;
    /// # let point = trampette::Aggregate::of(&signature.params()[0], &[3.0.into(), 4.0.into()])?;
    /// // SAFETY: this is the callback's signature.
    /// assert_eq!(unsafe { function.call(&[point.into()])? }, Value::F64(5.0));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn from_values<F>(signature: &Signature, closure: F) -> Result<Self, Error>
    where
        F: Fn(&[Value]) -> Value + Send + Sync + 'static,
    {
        Self::new(signature, move |call| {
            let result = call
                .values()
                .and_then(|arguments| call.set_value(&closure(&arguments)));
            if let Err(error) = result {
                panic!("{error}");
            }
        })
    }
}

fn kind_of(signature: &Signature) -> Result<&'static Kind, Error> {
    let mut kinds = KINDS.lock();
    if let Some(kind) = kinds.get(signature) {
        return Ok(kind);
    }
    let dead = dead as Dispatcher as *const ();
    let dead = Functions {
        injected: dead,
        vectored: dead,
        dispatched: dead,
    };
    let kind = Box::leak(Box::new(Kind::new(signature, dead, Passing::Dynamic)?));
    kinds.insert(signature.clone(), kind);
    Ok(kind)
}

/// Takes a thunk for a closure.
///
/// # Safety
///
/// The callback does not outlive the closure.
unsafe fn take<F>(kind: &'static Kind, life: Life, closure: F) -> Result<Thunk, Error>
where
    F: Fn(&mut CallbackFrame<'_>) + Send + Sync,
{
    let functions = match life {
        Life::Owned => entered_by::<true, F>(),
        Life::Uncounted => entered_by::<false, F>(),
    };
    let table = &Table {
        destroy: Context::<DispatcherCell, Dynamic<F>>::destroy,
        leak: leak::<F>,
        take_fault: no_fault,
    };
    let point = |thunk| {
        let (code, dispatcher) = kind.way().codes(functions);
        let dispatcher = DispatcherCell::new(dispatcher.cast_mut());
        Context::allocate(thunk, table, code, dispatcher, Dynamic { kind, closure })
    };
    // SAFETY: the context is as the thunks of this pool want it, and lives until its thunk is closed
    // and its last call has left, or is retired.
    unsafe { kind.take(life, point) }
}

fn entered_by<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>() -> Functions {
    let dispatcher = dispatch::<COUNTED, F> as Dispatcher as *const ();
    Functions {
        injected: dispatcher,
        vectored: dispatcher,
        dispatched: dispatcher,
    }
}

/// # Safety
///
/// As [`Table::leak`] says.
unsafe fn leak<F: Fn(&mut CallbackFrame<'_>)>(head: NonNull<Head>) {
    let dispatcher = dispatch::<false, F> as Dispatcher as *const ();
    // SAFETY: the caller says that this is a context of this type, which lives.
    unsafe { Context::<DispatcherCell, Dynamic<F>>::set_dispatcher(head, dispatcher) };
}

unsafe fn no_fault(_: NonNull<Head>) -> Option<Fault> {
    None
}

macro_rules! dispatchers {
    ($abi:literal) => {
        /// Called by the entry adapter.
        unsafe extern $abi fn dispatch<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>(
            slot: context::Slot,
            frame: *mut u8,
        ) {
            // SAFETY: the adapter passes the slot's word, and the thunk has counted the call.
            let _flight = COUNTED.then(|| unsafe { Flight::begin(slot) });
            // SAFETY: the slot is that of a living context of this type.
            let dynamic = unsafe { Context::<DispatcherCell, Dynamic<F>>::closure_of(slot) };
            // SAFETY: the adapter passes a frame of this kind.
            let mut call = unsafe { CallbackFrame::begin(dynamic.kind, slot, frame) };
            let name = || dynamic.kind.signature().to_string();
            let errno = errno::known().unwrap_or_else(errno::Place::find);
            errno.keep(|| {
                if fence::contain(|| (dynamic.closure)(&mut call), name).is_none() {
                    call.fall_back();
                }
            });
        }

        /// Called by the entry adapter for a freed callback.
        unsafe extern $abi fn dead(slot: context::Slot, _: *mut u8) {
            // SAFETY: the adapter passes the slot's word, which is that of a kind's tombstone.
            stale(unsafe { Kind::of_tombstone(slot) }.signature())
        }
    };
}

dispatchers!("C");

/// Says which callback was called after its end, and ends the process.
#[cold]
fn stale(signature: impl std::fmt::Display) -> ! {
    eprintln!("trampette: a freed callback {signature} was called: aborting");
    std::process::abort();
}

impl CallbackFrame<'_> {
    /// # Safety
    ///
    /// `start` is a frame of this kind, whose arguments C filled in; `slot` is that of a context, which
    /// lives as long as the call.
    #[inline(always)]
    unsafe fn begin(kind: &'static Kind, slot: context::Slot, start: *mut u8) -> Self {
        // SAFETY: a slot is not null.
        let slot = unsafe { NonNull::new_unchecked(slot.cast_mut()) }.cast();
        // SAFETY: the caller says so.
        let head = unsafe { Head::of_slot(slot) };
        // SAFETY: the caller says so.
        let thunk = unsafe { Head::thunk(head) };
        // SAFETY: the result's slot lies inside the frame.
        let result = unsafe { start.add(kind.frame().result()) };
        match kind.shape().result().size() {
            0 => {}
            // SAFETY: slots are made of words.
            1..=8 => unsafe { result.cast::<u64>().write(0) },
            // SAFETY: the slot has at least so many bytes.
            size => unsafe { result.write_bytes(0, size) },
        }
        // SAFETY: a frame is not null.
        let start = unsafe { NonNull::new_unchecked(start) };
        Self {
            kind,
            thunk,
            start,
            call: std::marker::PhantomData,
        }
    }

    /// Gives C the declared fallback.
    #[cold]
    fn fall_back(&mut self) {
        let size = self.kind.shape().result().size();
        // SAFETY: the slot has as many bytes, which were zeroed when the call began.
        let bytes = unsafe { std::slice::from_raw_parts_mut(self.result_ptr(), size) };
        aside::write_fallback(self.thunk, bytes);
    }

    /// The signature of the callback.
    #[must_use]
    pub fn signature(&self) -> &'static Signature {
        self.kind.signature()
    }

    /// An argument.
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`] and [`Error::ValueType`].
    pub fn argument<T: CValue>(&self, index: usize) -> Result<T, Error> {
        let layout = self.layout_of(index)?;
        check::<T>(layout, Position::Argument(index))?;
        // SAFETY: there is such an argument, it is a `T`, and C filled it in.
        Ok(unsafe { self.argument_ptr(index).cast::<T>().read() })
    }

    /// Where an argument stands in every call of callbacks of this signature, for [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`] and [`Error::ValueType`].
    pub fn slot<T: CValue>(&self, index: usize) -> Result<Slot<T>, Error> {
        check::<T>(self.layout_of(index)?, Position::Argument(index))?;
        Ok(Slot::at(self.kind.frame().argument(index)))
    }

    /// An argument, through a slot that was looked up before: nothing is checked.
    ///
    /// # Safety
    ///
    /// The slot came from [`slot`](Self::slot), in a call of a callback of the same signature.
    #[inline]
    #[must_use]
    pub unsafe fn get<T: CValue>(&self, slot: Slot<T>) -> T {
        // SAFETY: the slot lies inside the frame.
        let place = unsafe { self.start.as_ptr().add(slot.offset()) };
        // SAFETY: it is that of a `T`, and C filled it in.
        unsafe { place.cast::<T>().read() }
    }

    /// Sets the result: nothing is checked.
    ///
    /// # Safety
    ///
    /// The result of this callback's signature is a `T`.
    #[inline]
    pub unsafe fn put_result<T: CValue>(&mut self, result: T) {
        // SAFETY: the slot is that of a `T`.
        unsafe { self.result_ptr().cast::<T>().write(result) };
    }

    /// An argument as a value. A string is a pointer.
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`].
    pub fn value(&self, index: usize) -> Result<Value, Error> {
        let layout = self.layout_of(index)?;
        let start = self.argument_ptr(index);
        // SAFETY: the slot has as many bytes, which the adapter wrote.
        let bytes = unsafe { std::slice::from_raw_parts(start, layout.size()) };
        decode(&self.signature().params()[index], layout, bytes)
    }

    /// All arguments as values.
    ///
    /// # Errors
    ///
    /// None today.
    pub fn values(&self) -> Result<Vec<Value>, Error> {
        (0..self.kind.shape().params().len())
            .map(|index| self.value(index))
            .collect()
    }

    /// Sets the result.
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`].
    pub fn set_result<T: CValue>(&mut self, result: T) -> Result<(), Error> {
        check::<T>(self.kind.shape().result(), Position::Result)?;
        // SAFETY: the slot is that of a `T`.
        unsafe { self.result_ptr().cast::<T>().write(result) };
        Ok(())
    }

    /// Sets the result to a pointer to a copy of this text.
    ///
    /// ```
    /// use trampette::{Callback, StringOwner};
    ///
    /// let greet = Callback::new(&"(i32) -> str".parse()?, |call| {
    ///     let text = c"hello";
    ///     call.set_string(text, StringOwner::Callback).unwrap();
    /// })?;
    /// # let function = trampette::Function::from_pointer(greet.as_ptr(), &"(i32) -> str".parse()?)?;
    /// # // SAFETY: this is the callback's signature.
    /// # assert_eq!(unsafe { function.call(&[1.into()])? }.to_string(), "hello");
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`] when the result is no pointer.
    pub fn set_string(&mut self, text: &CStr, owner: StringOwner) -> Result<(), Error> {
        check::<*const c_char>(self.kind.shape().result(), Position::Result)?;
        let pointer = match owner {
            StringOwner::Callback => aside::keep_string(self.thunk, text),
            StringOwner::Caller => allocated(text),
        };
        // SAFETY: the slot is that of a pointer.
        unsafe { self.put_result(pointer) };
        Ok(())
    }

    /// Sets the result. A string is kept as long as the callback lives, as
    /// [`set_string`](Self::set_string) does for [`StringOwner::Callback`].
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`] and [`Error::ValueRange`].
    pub fn set_value(&mut self, result: &Value) -> Result<(), Error> {
        if let Value::String(text) = result {
            return self.set_string(text, StringOwner::Callback);
        }
        let (ty, layout) = (self.signature().result(), self.kind.shape().result());
        if layout.is_void() {
            return match result {
                Value::Void => Ok(()),
                _ => Err(Error::ValueType {
                    at: Position::Result,
                    expected: ty.to_string(),
                    found: result.ty().to_string(),
                }),
            };
        }
        let start = self.result_ptr();
        // SAFETY: the slot has as many bytes, which were zeroed when the call began.
        let bytes = unsafe { std::slice::from_raw_parts_mut(start, layout.size()) };
        encode(
            result,
            ty,
            layout,
            bytes,
            &mut Strings::default(),
            &Position::Result,
        )
    }

    /// The start of the frame, for code that knows its layout: that of
    /// [`FrameLayout::of`](crate::FrameLayout::of) the signature's shape.
    #[inline]
    #[must_use]
    pub fn as_ptr(&self) -> *const u8 {
        self.start.as_ptr()
    }

    /// Where an argument stands, at the width of its type.
    ///
    /// # Panics
    ///
    /// When there is no argument of this index.
    #[must_use]
    pub fn argument_ptr(&self, index: usize) -> *const u8 {
        // SAFETY: every slot lies inside the frame.
        unsafe { self.start.as_ptr().add(self.kind.frame().argument(index)) }
    }

    /// Where the result stands, at the width of its type.
    #[must_use]
    pub fn result_ptr(&mut self) -> *mut u8 {
        // SAFETY: the slot lies inside the frame.
        unsafe { self.start.as_ptr().add(self.kind.frame().result()) }
    }

    fn layout_of(&self, index: usize) -> Result<&'static Layout, Error> {
        let params = self.kind.shape().params();
        params.get(index).ok_or(Error::IndexOutOfRange {
            index,
            count: params.len(),
        })
    }
}

/// A copy that C frees.
fn allocated(text: &CStr) -> *const c_char {
    let bytes = text.to_bytes_with_nul();
    // SAFETY: the size is not zero.
    let memory = unsafe { libc::malloc(bytes.len()) }.cast::<u8>();
    if !memory.is_null() {
        // SAFETY: the memory is fresh, and has as many bytes.
        unsafe { memory.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }
    memory.cast()
}

fn check<T: CValue>(layout: &Layout, at: Position) -> Result<(), Error> {
    if T::matches(layout) {
        return Ok(());
    }
    Err(Error::ValueType {
        at,
        expected: layout.to_string(),
        found: T::c_type().to_string(),
    })
}
