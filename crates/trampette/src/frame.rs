//! Argument frames that are made once and filled for each call.

use std::alloc::{Layout as Allocation, alloc_zeroed, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use trampette_abi::FrameLayout;

use crate::error::{Error, Position};
use crate::stub::Stub;
use crate::typed::{CValue, fill};

/// The arguments and the result of a call, in memory that is reused from call to call.
///
/// Made by [`Function::frame`](crate::Function::frame); see
/// [`Function::call_frame`](crate::Function::call_frame). Every function of the same shape may use it.
/// An interpreter looks up each [`slot`](Self::slot) once, and writes to it for each call.
#[derive(Debug)]
pub struct Frame {
    memory: NonNull<u8>,
    allocation: Allocation,
    stub: &'static Stub,
}

// SAFETY: a frame owns its memory, and nothing in it is bound to a thread; pointers that a caller put
// there are his.
unsafe impl Send for Frame {}

// SAFETY: through a shared reference a frame is only read.
unsafe impl Sync for Frame {}

impl Frame {
    /// A frame for this stub, all zero.
    pub(crate) fn of(stub: &'static Stub) -> Self {
        let layout = stub.frame();
        let allocation = Allocation::from_size_align(layout.size().max(1), layout.align())
            .expect("the limits on shapes keep frames small");
        // SAFETY: the size is not zero.
        let memory = unsafe { alloc_zeroed(allocation) };
        let Some(memory) = NonNull::new(memory) else {
            handle_alloc_error(allocation)
        };
        Self {
            memory,
            allocation,
            stub,
        }
    }

    /// Whether functions of this stub may use it.
    pub(crate) fn is_for(&self, stub: &Stub) -> bool {
        std::ptr::eq(self.stub, stub)
    }

    /// Where arguments and result stand.
    #[must_use]
    pub fn layout(&self) -> &FrameLayout {
        self.stub.frame()
    }

    /// Sets an argument, checking its type.
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`] and [`Error::ValueType`].
    pub fn set<T: CValue>(&mut self, index: usize, value: T) -> Result<(), Error> {
        let slot = self.slot(index)?;
        // SAFETY: the slot is of this frame.
        unsafe { self.put(slot, value) };
        Ok(())
    }

    /// Where the argument of this index stands, for [`put`](Self::put): looked up once, used for each
    /// call.
    ///
    /// ```
    /// use trampette::Library;
    ///
    /// let abs = Library::process().bind("int abs(int)")?;
    /// let mut frame = abs.frame();
    /// let number = frame.slot::<i32>(0)?;
    /// for value in [-1, -2, -3] {
    ///     // SAFETY: the slot is of this frame.
    ///     unsafe { frame.put(number, value) };
    ///     // SAFETY: this is the signature of `abs`, and its argument is set.
    ///     assert_eq!(unsafe { abs.call_frame::<i32>(&mut frame) }, -value);
    /// }
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`] and [`Error::ValueType`].
    pub fn slot<T: CValue>(&self, index: usize) -> Result<Slot<T>, Error> {
        let params = self.stub.shape().params();
        let layout = params.get(index).ok_or(Error::IndexOutOfRange {
            index,
            count: params.len(),
        })?;
        if !T::matches(layout) {
            return Err(Error::ValueType {
                at: Position::Argument(index),
                expected: layout.to_string(),
                found: T::c_type().to_string(),
            });
        }
        Ok(Slot::at(self.stub.frame().argument(index)))
    }

    /// Sets an argument: one store.
    ///
    /// # Safety
    ///
    /// The slot came from this frame, from one of the same shape, or from a
    /// [function](crate::Function::field_slot) of that shape.
    #[inline]
    pub unsafe fn put<T: CValue>(&mut self, slot: Slot<T>, value: T) {
        // SAFETY: the slot lies inside frames of its shape, and is aligned for a `T`.
        let place = unsafe { self.memory.as_ptr().add(slot.offset).cast::<T>() };
        // SAFETY: the memory is the frame's own.
        unsafe { fill(place, value) };
    }

    /// The arguments as words, where each has exactly one: scalars, pointers and small structs. The
    /// fastest way for an interpreter, which copies its own words there.
    ///
    /// A value narrower than a word stands in the word's first bytes, and the others do not count.
    ///
    /// ```
    /// use trampette::Library;
    ///
    /// let abs = Library::process().bind("int abs(int)")?;
    /// let mut frame = abs.frame();
    /// frame.words().expect("one word for each argument")[0].write(7);
    /// // SAFETY: this is the signature of `abs`, and its argument is set.
    /// assert_eq!(unsafe { abs.call_frame::<i32>(&mut frame) }, 7);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    #[must_use]
    pub fn words(&mut self) -> Option<&mut [MaybeUninit<u64>]> {
        let offsets = self.stub.frame().arguments();
        let one_each = self
            .stub
            .shape()
            .params()
            .iter()
            .all(|layout| (1..=8).contains(&layout.size()));
        if !one_each
            || offsets
                .iter()
                .enumerate()
                .any(|(index, offset)| *offset != 8 * index)
        {
            return None;
        }
        let start = self.memory.as_ptr().cast();
        // SAFETY: the first slots of the frame are these words, and whoever reads them must know that
        // they may be uninitialised.
        Some(unsafe { std::slice::from_raw_parts_mut(start, offsets.len()) })
    }

    /// Where an argument stands, at the width of its type, in a slot that is padded to eight bytes.
    ///
    /// # Panics
    ///
    /// When there is no argument of this index.
    #[must_use]
    pub fn argument_ptr(&mut self, index: usize) -> *mut u8 {
        let offset = self.stub.frame().argument(index);
        // SAFETY: every slot lies inside the frame.
        unsafe { self.memory.as_ptr().add(offset) }
    }

    /// The bytes of the result, after a call that left it in place.
    pub(crate) fn result_bytes(&self) -> &[u8] {
        let (start, size) = (
            self.stub.frame().result(),
            self.stub.shape().result().size(),
        );
        // SAFETY: the result's slot lies inside the frame.
        let start = unsafe { self.memory.as_ptr().add(start) };
        // SAFETY: the slot has at least `size` bytes, which were zero before C or a stub wrote them.
        unsafe { std::slice::from_raw_parts(start, size) }
    }

    /// The result that [`call_frame_in_place`](crate::Function::call_frame_in_place) left.
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`].
    ///
    /// # Safety
    ///
    /// A call has left a result of this type here.
    pub unsafe fn result<R: CValue>(&self) -> Result<R, Error> {
        let layout = self.stub.shape().result();
        if !R::matches(layout) {
            return Err(Error::ValueType {
                at: Position::Result,
                expected: layout.to_string(),
                found: R::c_type().to_string(),
            });
        }
        // SAFETY: the result's bytes are as many and as aligned as those of an `R`, and the caller says
        // that C left a valid one.
        Ok(unsafe { self.result_bytes().as_ptr().cast::<R>().read() })
    }

    /// The start of the frame, for code that places arguments by [`layout`](Self::layout) itself.
    #[inline]
    #[must_use]
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.memory.as_ptr()
    }
}

/// Where an argument of type `T`, or a field of one, stands in the frames of one shape. Made by [`Frame::slot`] and
/// [`Function::field_slot`](crate::Function::field_slot).
#[derive(Debug)]
pub struct Slot<T> {
    offset: usize,
    ty: PhantomData<fn(T)>,
}

impl<T> Slot<T> {
    pub(crate) fn at(offset: usize) -> Self {
        Self {
            offset,
            ty: PhantomData,
        }
    }

    /// Where the argument begins, in bytes from the start of the frame.
    #[inline]
    #[must_use]
    pub fn offset(self) -> usize {
        self.offset
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slot<T> {}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: the memory was allocated with this very layout, and nobody has it any more.
        unsafe { dealloc(self.memory.as_ptr(), self.allocation) };
    }
}
