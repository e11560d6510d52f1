//! C function pointers that run Rust closures.

mod closure;
mod context;
mod dynamic;
mod invoke;
mod kind;

use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::ptr::NonNull;

use trampette_exec::Thunk;
use trampette_types::Signature;

use crate::error::Error;
use context::{Context, DispatcherCell, Head};
use invoke::{Exclusive, Local};
use kind::Kind;

pub use closure::Closure;
pub use dynamic::CallbackFrame;
pub use invoke::Invoke;

/// A C function pointer that runs a Rust closure, for as long as this value lives.
///
/// Making and dropping one is a matter of nanoseconds: no code is written, no memory is protected
/// anew. Dropping it while it runs, from inside itself or from another thread, is fine: the closure
/// lives until the last call in flight has left. A call that begins after that ends the process with a
/// message that names the signature, and never runs another closure.
///
/// One gap is known: a call that another thread begins in the very nanoseconds in which the callback is
/// dropped, after the thunk has loaded the context and before the call is counted, may touch the freed
/// context. Until that is closed, do not drop a callback that another thread may be about to enter.
///
/// | life | made by | costs |
/// |---|---|---|
/// | owned | [`from_fn`](Self::from_fn), [`new`](Self::new) and the like | counts calls in flight |
/// | leaked | [`leak`](Self::leak) | nothing |
/// | scoped | [`scoped`](Self::scoped) | nothing |
///
/// Narrow integers come as C callers pass them, extended to 32 bits: typed callbacks are compiled by
/// rustc, which relies on that as clang does.
///
/// A panic does not cross C: C gets a fallback result, zero bytes, and the panic goes on at the nearest
/// [`fence`](crate::fence()). `errno` is left as it was.
///
/// # Thread safety
///
/// C may call a callback on any thread, so closures are `Send + Sync`;
/// [`from_fn_mut`](Self::from_fn_mut) and [`local`](Self::local) take others, and refuse what they
/// cannot do.
///
/// ```
/// use trampette::{Callback, Library, Value};
///
/// let compare = Callback::from_fn(|a: *const i32, b: *const i32| {
///     // SAFETY: `qsort` passes pointers to two of the numbers.
///     unsafe { i32::cmp(&*a, &*b) as i32 }
/// })?;
///
/// let mut numbers = [3, 1, 2];
/// let qsort = Library::process().bind("void qsort(void *, size_t, size_t, int (*)(const void *, const void *))")?;
/// let arguments = [
///     Value::Pointer(numbers.as_mut_ptr().cast()),
///     Value::from(3u64),
///     Value::from(4u64),
///     Value::from(&compare),
/// ];
/// // SAFETY: this is the signature of `qsort`, and the array has three elements of four bytes.
/// unsafe { qsort.call(&arguments)? };
/// assert_eq!(numbers, [1, 2, 3]);
/// # Ok::<(), trampette::Error>(())
/// ```
pub struct Callback {
    thunk: Thunk,
}

// SAFETY: a callback is an address; those that make one ask for a closure that any thread may run and
// drop, or guard it.
unsafe impl Send for Callback {}

// SAFETY: as above.
unsafe impl Sync for Callback {}

impl Callback {
    /// A callback that runs a closure with the signature of its own Rust types.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let add = Callback::from_fn(|a: i32, b: i32| a + b)?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32, i32) -> i32 = unsafe { std::mem::transmute(add.as_ptr()) };
    /// assert_eq!(function(20, 22), 42);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::AbiUnavailable`] where callbacks cannot be made at all, [`Error::Exec`] without memory
    /// for them.
    pub fn from_fn<Args, F>(closure: F) -> Result<Self, Error>
    where
        F: Closure<Args> + Send + Sync + 'static,
    {
        // SAFETY: the closure is `'static`.
        unsafe { Self::make(closure, true) }
    }

    /// A callback that runs a closure which changes what it captured. A call that comes while it runs
    /// is refused: C gets zero bytes, and [`take_fault`](Self::take_fault) tells.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let mut count = 0;
    /// let counter = Callback::from_fn_mut(move || {
    ///     count += 1;
    ///     count
    /// })?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn() -> i32 = unsafe { std::mem::transmute(counter.as_ptr()) };
    /// assert_eq!((function(), function()), (1, 2));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`from_fn`](Self::from_fn).
    pub fn from_fn_mut<Args, F>(closure: F) -> Result<Self, Error>
    where
        Exclusive<F>: Closure<Args>,
        F: Send + 'static,
    {
        // SAFETY: the closure is `'static`.
        unsafe { Self::make(Exclusive::new(closure), true) }
    }

    /// A callback that runs a closure on this thread only. A call from another thread is refused: C
    /// gets zero bytes, and [`take_fault`](Self::take_fault) tells.
    ///
    /// Dropped on another thread, it leaks its closure.
    ///
    /// # Errors
    ///
    /// As for [`from_fn`](Self::from_fn).
    pub fn local<Args, F>(closure: F) -> Result<Self, Error>
    where
        Local<F>: Closure<Args>,
        F: 'static,
    {
        // SAFETY: the closure is `'static`.
        unsafe { Self::make(Local::new(closure), true) }
    }

    /// A callback that runs a borrowed closure, and cannot outlive it. Calls are not counted, so they
    /// cost nothing beyond the closure's own.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let offset = 40;
    /// let add = |a: i32| a + offset;
    /// let scoped = Callback::scoped(&add)?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32) -> i32 = unsafe { std::mem::transmute(scoped.as_ptr()) };
    /// assert_eq!(function(2), 42);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`from_fn`](Self::from_fn).
    pub fn scoped<'f, Args, F>(closure: &'f F) -> Result<ScopedCallback<'f>, Error>
    where
        &'f F: Closure<Args>,
        F: Sync,
    {
        // SAFETY: the closure lives as long as the scoped callback may.
        let callback = unsafe { Self::make(closure, false)? };
        Ok(ScopedCallback {
            callback,
            closure: PhantomData,
        })
    }

    /// # Safety
    ///
    /// The callback does not outlive the closure.
    unsafe fn make<Args, F: Closure<Args>>(closure: F, counted: bool) -> Result<Self, Error> {
        let (kind, entries) = (F::kind()?, F::ENTRIES);
        let way = usize::from(counted);
        let head = match kind.adapter() {
            None => {
                let (table, code) = (entries.injected_table, entries.injected[way]);
                Context::<(), F>::allocate(table, code, (), closure)
            }
            Some(adapter) => {
                let (table, dispatcher) = (entries.adapted_table, entries.dispatched[way]);
                let dispatcher = DispatcherCell::new(dispatcher as *mut ());
                Context::allocate(table, adapter.as_ptr(), dispatcher, closure)
            }
        };
        Self::with_context(kind, head)
    }

    /// Points a thunk to a context, or frees the context.
    fn with_context(kind: &'static Kind, head: NonNull<Head>) -> Result<Self, Error> {
        // SAFETY: the context lives until the thunk is retired, and begins with its code.
        match unsafe { kind.pool().take(Head::slot(head)) } {
            Ok(thunk) => Ok(Self { thunk }),
            Err(error) => {
                // SAFETY: nobody else has the context.
                unsafe { context::free(head) };
                Err(error.into())
            }
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

    /// What was refused since somebody last asked.
    #[must_use]
    pub fn take_fault(&self) -> Option<Fault> {
        let head = self.head();
        // SAFETY: the context lives as long as this value.
        let table = unsafe { Head::table(head) };
        // SAFETY: the table is the context's own.
        unsafe { (table.take_fault)(head) }
    }

    /// Keeps the callback for ever, and gives its pointer. Calls are no longer counted.
    #[must_use = "the pointer is all that is left of it"]
    pub fn leak(self) -> *const c_void {
        let (pointer, head) = (self.as_ptr(), self.head());
        // SAFETY: the context lives as long as this value.
        let table = unsafe { Head::table(head) };
        // SAFETY: the table is the context's own, and from now on nobody frees it.
        unsafe { (table.leak)(head) };
        mem::forget(self);
        pointer
    }

    fn head(&self) -> NonNull<Head> {
        // SAFETY: the thunk's slot points to this callback's context.
        unsafe { Head::of_slot(self.thunk.context()) }
    }

    fn kind(&self) -> &'static Kind {
        let head = self.head();
        // SAFETY: the context lives as long as this value.
        let table = unsafe { Head::table(head) };
        // SAFETY: the table is the context's own.
        unsafe { (table.kind)(head) }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        let (head, kind) = (self.head(), self.kind());
        // SAFETY: the thunk is this value's own, and kinds are kept, and so are their tombstones.
        unsafe { kind.pool().retire(self.thunk, kind.tombstone()) };
        // SAFETY: the context is this value's own, and its thunk leads elsewhere now.
        unsafe { context::free(head) };
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("pointer", &self.as_ptr())
            .field("signature", &format_args!("{}", self.signature()))
            .finish()
    }
}

/// A callback that runs a borrowed closure. Made by [`Callback::scoped`].
#[derive(Debug)]
pub struct ScopedCallback<'f> {
    callback: Callback,
    closure: PhantomData<&'f ()>,
}

impl ScopedCallback<'_> {
    /// The C function pointer.
    #[must_use]
    pub fn as_ptr(&self) -> *const c_void {
        self.callback.as_ptr()
    }

    /// The signature that C calls it by.
    #[must_use]
    pub fn signature(&self) -> &'static Signature {
        self.callback.signature()
    }
}

/// Why a callback refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It came while the closure ran, and the closure changes what it captured.
    Reentered,
    /// It came from another thread than the closure's own.
    ForeignThread,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reentered => {
                "the callback was called while it ran, which its closure does not allow"
            }
            Self::ForeignThread => {
                "the callback was called on another thread than its closure's own"
            }
        })
    }
}

impl std::error::Error for Fault {}
