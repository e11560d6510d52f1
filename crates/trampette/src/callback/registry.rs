//! From a pointer back to its callback, and all of them.

use std::ffi::c_void;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use trampette_exec::Thunk;
use trampette_types::Signature;

use super::kind::Kind;
use super::{Callback, pools};
use crate::error::Error;

/// What a host may keep of a callback without keeping it alive: its pointer and signature, which hold
/// whatever becomes of it.
#[derive(Clone, Copy)]
pub struct CallbackRef {
    thunk: Thunk,
    kind: &'static Kind,
}

// It is an address and what never changes: a panic leaves nothing half-done in it.
impl UnwindSafe for CallbackRef {}
impl RefUnwindSafe for CallbackRef {}

impl CallbackRef {
    pub(super) fn new(thunk: Thunk) -> Self {
        // SAFETY: the thunk is a callback's.
        let kind = unsafe { Kind::of(thunk) };
        Self { thunk, kind }
    }

    /// The C function pointer.
    #[must_use]
    pub fn as_ptr(self) -> *const c_void {
        self.thunk.as_ptr().cast()
    }

    /// The signature that C calls it by.
    #[must_use]
    pub fn signature(self) -> &'static Signature {
        self.kind.signature()
    }

    /// Whether it can be called now. Another thread may free it the moment after.
    #[must_use]
    pub fn is_live(self) -> bool {
        self.thunk.mark() == self.kind.number() && is_live(self.thunk, self.kind)
    }

    /// Whether C may call it as a function of this signature.
    pub(crate) fn suits(self, signature: &Signature) -> Result<bool, Error> {
        let abi = signature.abi().unwrap_or(crate::native::ABI);
        Ok(self.kind.abi() == abi
            && *self.kind.shape() == signature.shape(&crate::native::MODEL)?)
    }
}

impl Callback {
    /// The callback of a C function pointer.
    ///
    /// ```
    /// use trampette::{Callback, Error};
    ///
    /// let add = Callback::from_fn(|a: i32, b: i32| a + b)?;
    /// let pointer = add.as_ptr();
    /// assert_eq!(Callback::find(pointer)?.signature().to_string(), "(i32, i32) -> i32");
    ///
    /// drop(add);
    /// assert_eq!(Callback::find(pointer).unwrap_err().code(), "freed-callback");
    /// let elsewhere = std::process::id as *const _;
    /// assert_eq!(Callback::find(elsewhere).unwrap_err().code(), "not-a-callback");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NotACallback`] for any other address, [`Error::FreedCallback`] for one that was freed, as
    /// long as its pointer is in quarantine.
    pub fn find(pointer: *const c_void) -> Result<CallbackRef, Error> {
        let found = pools::all().find_map(|(_, pool)| pool.find(pointer.cast()));
        let found = found.map(CallbackRef::new).ok_or(Error::NotACallback {
            address: pointer.addr(),
        })?;
        if found.is_live() {
            return Ok(found);
        }
        Err(Error::FreedCallback {
            signature: found.signature().to_string(),
        })
    }

    /// All callbacks that live, of every life, in no order that means anything. Those made or freed
    /// meanwhile may be there or not.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let add = Callback::from_fn(|a: i32, b: i32| a + b)?;
    /// assert!(Callback::live().any(|callback| callback.as_ptr() == add.as_ptr()));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    pub fn live() -> impl Iterator<Item = CallbackRef> {
        let taken = pools::all().flat_map(|(_, pool)| pool.live());
        taken
            .map(|(thunk, _)| CallbackRef::new(thunk))
            .filter(|callback| callback.is_live())
    }

    /// Sets how many callbacks are freed after one before its pointer is used again, and a stale call may
    /// reach another closure: 65,536 unless set, for callbacks of each way of being entered.
    ///
    /// ```
    /// trampette::Callback::set_quarantine(1_000_000); // for a program that hunts stale pointers
    /// ```
    pub fn set_quarantine(frees: usize) {
        pools::all().for_each(|(_, pool)| pool.set_quarantine(frees));
    }
}

fn is_live(thunk: Thunk, kind: &'static Kind) -> bool {
    thunk.context().is_some_and(|slot| slot != kind.tombstone())
}

impl PartialEq for CallbackRef {
    /// Whether it is the same pointer.
    fn eq(&self, other: &Self) -> bool {
        self.thunk == other.thunk
    }
}

impl Eq for CallbackRef {}

impl fmt::Debug for CallbackRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackRef")
            .field("pointer", &self.as_ptr())
            .field("signature", &format_args!("{}", self.signature()))
            .finish()
    }
}
