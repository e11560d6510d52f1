//! Callbacks whose signatures are known only at run time.

use std::collections::HashMap;
use std::ptr::NonNull;

use trampette_exec::ForkLock;
use trampette_types::{Layout, Signature};

use super::context::{self, Context, DispatcherCell, Flight, Head, Table};
use super::kind::{Dispatcher, Kind};
use super::{Callback, Fault};
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
    start: NonNull<u8>,
    call: std::marker::PhantomData<&'c mut u8>,
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
        let Some(adapter) = kind.adapter() else {
            unreachable!("kinds of dynamic callbacks enter through an adapter");
        };
        let table = &Table {
            kind: Dynamic::<F>::kind,
            destroy: Context::<DispatcherCell, Dynamic<F>>::destroy,
            calls: Context::<DispatcherCell, Dynamic<F>>::calls,
            leak: leak::<F>,
            take_fault: no_fault,
        };
        let dynamic = Dynamic { kind, closure };
        let dispatcher = DispatcherCell::new(counted::<F> as Dispatcher as *mut ());
        let head = Context::allocate(table, adapter.as_ptr(), dispatcher, dynamic);
        Self::with_context(kind, head)
    }

    /// A callback of this signature that runs a closure over [`Value`]s. Strings among the arguments
    /// are pointers: who knows whether they point anywhere. A result that does not fit, or an error,
    /// gives C zero bytes, and goes on as a panic does.
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
    let kind = Box::leak(Box::new(Kind::new(signature, None, dead)?));
    kinds.insert(signature.clone(), kind);
    Ok(kind)
}

impl<F> Dynamic<F> {
    /// # Safety
    ///
    /// As [`Table::kind`] says.
    unsafe fn kind(head: NonNull<Head>) -> &'static Kind {
        // SAFETY: the caller says that this is such a context, which lives.
        unsafe { Context::<DispatcherCell, Self>::closure(head) }.kind
    }
}

/// # Safety
///
/// As [`Table::leak`] says.
unsafe fn leak<F: Fn(&mut CallbackFrame<'_>)>(head: NonNull<Head>) {
    // SAFETY: the caller says that this is a context of this type, which lives.
    unsafe { Context::<DispatcherCell, Dynamic<F>>::set_dispatcher(head, dispatch::<F>) };
}

unsafe fn no_fault(_: NonNull<Head>) -> Option<Fault> {
    None
}

macro_rules! dispatchers {
    ($abi:literal) => {
        /// Called by the entry adapter.
        unsafe extern $abi fn dispatch<F: Fn(&mut CallbackFrame<'_>)>(slot: context::Slot, frame: *mut u8) {
            // SAFETY: the adapter passes the slot's word, that of a living context of this type.
            let dynamic = unsafe { Context::<DispatcherCell, Dynamic<F>>::closure_of(slot) };
            // SAFETY: the adapter passes a frame of this kind.
            let mut call = unsafe { CallbackFrame::begin(dynamic.kind, frame) };
            let name = || dynamic.kind.signature().to_string();
            let errno = errno::known().unwrap_or_else(errno::Place::find);
            errno.keep(|| fence::contain(|| (dynamic.closure)(&mut call), name));
        }

        /// The same, counting calls in flight.
        unsafe extern $abi fn counted<F: Fn(&mut CallbackFrame<'_>)>(slot: context::Slot, frame: *mut u8) {
            // SAFETY: the adapter passes the slot's word, that of a context of this type.
            let flight = unsafe { Flight::begin::<DispatcherCell, Dynamic<F>>(slot) };
            let Some(_flight) = flight else { stale("") };
            // SAFETY: as for the uncounted one; the context lives as long as the flight.
            unsafe { dispatch::<F>(slot, frame) };
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
    /// `start` is a frame of this kind, whose arguments C filled in.
    unsafe fn begin(kind: &'static Kind, start: *mut u8) -> Self {
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
            start,
            call: std::marker::PhantomData,
        }
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

    /// Sets the result. A string is refused, since nobody would know how long it must live: give a
    /// pointer to one that lives long enough.
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`] and [`Error::ValueRange`].
    pub fn set_value(&mut self, result: &Value) -> Result<(), Error> {
        let (ty, layout) = (self.signature().result(), self.kind.shape().result());
        if matches!(result, Value::Void) && layout.is_void() {
            return Ok(());
        }
        if matches!(result, Value::String(_)) || layout.is_void() {
            let (expected, found) = (ty.to_string(), result.ty().to_string());
            return Err(Error::ValueType {
                at: Position::Result,
                expected,
                found,
            });
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
