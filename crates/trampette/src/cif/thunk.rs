//! Function pointers whose contexts are somebody else's memory.

use std::ffi::c_void;
use std::ptr::NonNull;

use trampette_abi::{Counting, THUNK_SIZE};
use trampette_exec::{Thunk, ThunkKind, ThunkPool};

use crate::error::Error;
use crate::native;

/// Apart from those of callbacks, which are asked for their kind.
static POOL: ThunkPool = ThunkPool::new(ThunkKind {
    name: "context",
    emit,
    biased: false,
});

fn emit(slot: i32) -> [u8; THUNK_SIZE] {
    native::isa().map_or([0; THUNK_SIZE], |isa| {
        isa.thunk(trampette_abi::Thunk {
            register: isa.context_register(),
            slot,
            counting: Counting::None,
        })
    })
}

/// A C function pointer that leads to a context in memory of its owner: a word that holds the address of an
/// [entry](super::Cif::entry), with whatever [`Dispatch`](super::Dispatch) wants to find beside it.
///
/// It is what a closure of libffi needs: the pointer is there before anybody knows what it calls, and the
/// context is a C struct. Nothing is counted; whoever retires one knows that no call is in flight, or lets the
/// context live on. [`Callback`](crate::Callback) is the better choice for all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextThunk(Thunk);

impl ContextThunk {
    /// A pointer that leads to this context.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`] without memory for it.
    ///
    /// # Safety
    ///
    /// The context begins with the address of code that expects it, and stays as long as anybody may call the
    /// pointer before it leads elsewhere.
    pub unsafe fn take(context: NonNull<c_void>) -> Result<Self, Error> {
        // SAFETY: the caller owes the same.
        Ok(Self(unsafe { POOL.take(0, |_| context.cast()) }?))
    }

    /// The C function pointer.
    #[must_use]
    pub fn as_ptr(self) -> *mut c_void {
        self.0.as_ptr().cast_mut().cast()
    }

    /// Makes the pointer lead to another context.
    ///
    /// # Safety
    ///
    /// As for [`take`](Self::take), and it was not retired.
    pub unsafe fn retarget(self, context: NonNull<c_void>) {
        // SAFETY: the caller owes the same.
        let _ = unsafe { self.0.retarget(context.cast()) };
    }

    /// Gives the pointer back: calls go to `tombstone` until it is used for another context, long after.
    ///
    /// # Safety
    ///
    /// As for [`take`](Self::take), for ever; and it is retired once.
    pub unsafe fn retire(self, tombstone: NonNull<c_void>) {
        // SAFETY: the caller owes the same.
        unsafe { POOL.retire(self.0, tombstone.cast()) };
    }

    /// The thunk that begins at this address, if it is taken or was. Any address may be asked about.
    #[must_use]
    pub fn find(address: *const c_void) -> Option<Self> {
        POOL.find(address.cast()).map(Self)
    }

    /// Where the pointer leads now.
    #[must_use]
    pub fn context(self) -> Option<NonNull<c_void>> {
        self.0.context().map(NonNull::cast)
    }
}
