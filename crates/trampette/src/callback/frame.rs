//! What the closure of a dynamic callback sees of a call.

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::ptr::NonNull;

use trampette_exec::Thunk;
use trampette_types::{CType, Layout, Signature};

use super::aside;
use super::context::{self, Head};
use super::kind::Kind;
use crate::error::{Error, Position};
use crate::field;
use crate::frame::Slot;
use crate::typed::CValue;
use crate::value::{Strings, Value, decode, encode};
use crate::var_args::{RawVaList, VarArgs};

/// The arguments of one call of a callback, and the place for its result.
#[derive(Debug)]
pub struct CallbackFrame<'c> {
    kind: &'static Kind,
    head: NonNull<Head>,
    start: NonNull<u8>,
    result: NonNull<u8>,
    call: PhantomData<&'c mut u8>,
}

/// Who frees a string that a callback gives to C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringOwner {
    /// The callback: the text stays until the callback is freed. Equal texts are kept once.
    Callback,
    /// Whoever called: with `free`. Null without memory.
    Caller,
}

impl CallbackFrame<'_> {
    /// # Safety
    ///
    /// `start` is a frame of this kind, whose arguments C filled in, and `result` its result slot; `slot`
    /// is that of a context, which lives as long as the call.
    #[inline(always)]
    pub(super) unsafe fn begin(
        kind: &'static Kind,
        slot: context::Slot,
        start: *mut u8,
        result: *mut u8,
    ) -> Self {
        // SAFETY: a slot is not null.
        let slot = unsafe { NonNull::new_unchecked(slot.cast_mut()) }.cast();
        // SAFETY: the caller says so.
        let head = unsafe { Head::of_slot(slot) };
        // SAFETY: a frame is not null.
        let start = unsafe { NonNull::new_unchecked(start) };
        // SAFETY: nor is a slot in it.
        let result = unsafe { NonNull::new_unchecked(result) };
        Self {
            kind,
            head,
            start,
            result,
            call: PhantomData,
        }
    }

    /// Gives C the declared fallback.
    #[cold]
    pub(super) fn fall_back(&mut self) {
        let size = self.kind.shape().result().size();
        // SAFETY: the slot has as many bytes, which the adapter has cleared.
        let bytes = unsafe { std::slice::from_raw_parts_mut(self.result_ptr(), size) };
        aside::write_fallback(self.thunk(), bytes);
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

    /// Where a field of an argument stands in every call of callbacks of this signature, by the path that C reaches
    /// it by: `position.x`, `path[2]`.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let norm = Callback::new(&"({name: ptr, at: {x: f64, y: f64}}) -> f64".parse()?, |call| {
    ///     let [x, y] = ["at.x", "at.y"].map(|path| call.field_slot::<f64>(0, path).unwrap());
    ///     // SAFETY: the slots are of this signature.
    ///     let [x, y] = [x, y].map(|slot| unsafe { call.get(slot) });
    ///     call.set_result(x.hypot(y)).unwrap();
    /// })?;
    /// # let function = trampette::Function::from_pointer(norm.as_ptr(), norm.signature())?;
    /// # let at = trampette::Aggregate::of(&"{x: f64, y: f64}".parse()?, &[3.0.into(), 4.0.into()])?;
    /// # let named = trampette::Value::NULL;
    /// # let named = trampette::Aggregate::of(&norm.signature().params()[0], &[named, at.into()])?;
    /// // SAFETY: this is the callback's signature.
    /// assert_eq!(unsafe { function.call(&[named.into()])? }, trampette::Value::F64(5.0));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Function::field_slot`](crate::Function::field_slot).
    pub fn field_slot<T: CValue>(&self, index: usize, path: &str) -> Result<Slot<T>, Error> {
        self.layout_of(index)?;
        let within = field::offset_of::<T>(&self.signature().params()[index], path)?;
        Ok(Slot::at(self.kind.frame().argument(index) + within))
    }

    /// An argument, through a slot that was looked up before: nothing is checked.
    ///
    /// # Safety
    ///
    /// The slot came from [`slot`](Self::slot) or [`field_slot`](Self::field_slot), in a call of a callback of the
    /// same signature.
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

    /// The arguments behind `...`, from the first one on, of a callback whose signature does not say which
    /// they are: `(str, ...) -> int`. Each time it begins anew, as C's `va_start` does.
    ///
    /// # Errors
    ///
    /// [`Error::NotVariadic`] for other signatures: what stands behind `...` in `(str, ..., f64) -> int` is an
    /// argument like others.
    pub fn var_args(&mut self) -> Result<VarArgs<'_>, Error> {
        let (Some(rest), Some(area)) = (self.kind.rest(), self.kind.frame().unnamed()) else {
            return Err(Error::NotVariadic {
                signature: self.signature().to_string(),
            });
        };
        // SAFETY: the adapter has filled in the area of this frame, which lives as long as the call.
        Ok(unsafe { rest.start(area, self.start.as_ptr()) })
    }

    /// A reader of an argument of type `va_list`. Where that is an array (System V) C's own list is read, and the
    /// caller finds it advanced; elsewhere it is a copy. (C calls what the caller has then indeterminate.)
    ///
    /// ```
    /// use trampette::{Callback, Function, VaList, Value};
    ///
    /// let signature = "(i32, va_list) -> i32".parse()?;
    /// let sum = Callback::new(&signature, |call| {
    ///     let count = call.argument::<i32>(0).unwrap();
    ///     let mut list = call.va_list(1).unwrap();
    ///     // SAFETY: the first argument says how many numbers the list has.
    ///     let sum: i32 = (0..count).map(|_| unsafe { list.next::<i32>() }.unwrap()).sum();
    ///     call.set_result(sum).unwrap();
    /// })?;
    ///
    /// let function = Function::from_pointer(sum.as_ptr(), &signature)?;
    /// let list = VaList::of(&[Value::from(40), Value::from(2)])?;
    /// // SAFETY: this is the callback's signature, and the list has two numbers.
    /// assert_eq!(unsafe { function.call(&[2.into(), list.into()])? }, Value::I32(42));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`], and [`Error::ValueType`] for an argument of another type.
    pub fn va_list(&mut self, index: usize) -> Result<VarArgs<'_>, Error> {
        let layout = self.layout_of(index)?;
        if self.signature().params()[index] != CType::VaList {
            return Err(Error::ValueType {
                at: Position::Argument(index),
                expected: layout.to_string(),
                found: CType::VaList.to_string(),
            });
        }
        let raw = self.argument_ptr(index).cast_mut().cast::<RawVaList>();
        // SAFETY: C filled it in, and it lives as long as the call.
        let raw = unsafe { &mut *raw };
        // SAFETY: what C passes is a list that may be read.
        unsafe { raw.reader() }
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
            StringOwner::Callback => aside::keep_string(self.thunk(), text),
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
        // SAFETY: the slot has as many bytes, which the adapter has cleared.
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

    /// Where the arguments stand, for code that knows the layout of the frame: that of
    /// [`FrameLayout::of`](crate::FrameLayout::of) the signature's shape. The result stands at
    /// [`result_ptr`](Self::result_ptr), wherever that is.
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
    #[inline]
    pub fn result_ptr(&mut self) -> *mut u8 {
        self.result.as_ptr()
    }

    fn thunk(&self) -> Thunk {
        // SAFETY: the context lives as long as the call.
        unsafe { Head::thunk(self.head) }
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
