//! Callbacks that borrow what they run.

use std::ffi::c_void;
use std::marker::PhantomData;

use trampette_exec::Thunk;
use trampette_types::Signature;

use super::context::{Head, destroy};
use super::kind::{Kind, Life};
use super::registry::CallbackRef;
use super::{aside, declare_fallback};
use crate::error::Error;
use crate::value::Value;

/// A callback that runs a borrowed closure. Made by [`Callback::scoped`](super::Callback::scoped).
///
/// Calls are not counted: when it is dropped, C must be done with it. A call that begins after that ends
/// the process with a message, as with every callback.
#[derive(Debug)]
pub struct ScopedCallback<'f> {
    thunk: Thunk,
    closure: PhantomData<&'f ()>,
}

impl ScopedCallback<'_> {
    pub(super) fn new(thunk: Thunk) -> Self {
        Self {
            thunk,
            closure: PhantomData,
        }
    }

    /// The C function pointer.
    #[must_use]
    pub fn as_ptr(&self) -> *const c_void {
        self.thunk.as_ptr().cast()
    }

    /// The signature that C calls it by.
    #[must_use]
    pub fn signature(&self) -> &'static Signature {
        self.kind().signature()
    }

    /// Declares what C gets when the closure panics; see
    /// [`Callback::set_fallback`](super::Callback::set_fallback).
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`] and [`Error::ValueRange`].
    pub fn set_fallback(&self, result: &Value) -> Result<(), Error> {
        declare_fallback(self.thunk, result)
    }

    /// What a host may keep of it.
    #[must_use]
    pub fn to_ref(&self) -> CallbackRef {
        CallbackRef::new(self.thunk)
    }

    fn kind(&self) -> &'static Kind {
        // SAFETY: the thunk is a callback's.
        unsafe { Kind::of(self.thunk) }
    }
}

impl Drop for ScopedCallback<'_> {
    fn drop(&mut self) {
        let kind = self.kind();
        let Some(slot) = self.thunk.context() else {
            return;
        };
        drop(aside::take(self.thunk));
        // SAFETY: the slot is that of this callback's context.
        let head = unsafe { Head::of_slot(slot) };
        // SAFETY: the context is this value's own, and C is done with it. It is a reference: dropping it
        // runs nothing.
        unsafe { destroy(head) };
        let pool = kind.pool(Life::Uncounted);
        // SAFETY: the thunk is this value's own, and kinds are kept, and so are their tombstones.
        unsafe { pool.retire(self.thunk, kind.tombstone()) };
    }
}
