//! C function pointers that run Rust closures.

mod aside;
mod closure;
mod context;
mod dynamic;
mod fault;
mod frame;
mod invoke;
mod kind;
mod pools;
mod registry;
mod rest;
mod scoped;

use std::ffi::c_void;
use std::fmt;
use std::mem;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use trampette_exec::Thunk;
use trampette_types::Signature;

use crate::error::{Error, Position};
use crate::value::{Strings, Value, encode};
use context::Head;
use invoke::{Exclusive, Local};
use kind::{Kind, Life};

pub use closure::Closure;
pub use fault::Fault;
pub use frame::{CallbackFrame, StringOwner};
pub use invoke::Invoke;
pub use registry::CallbackRef;
pub use scoped::ScopedCallback;

/// A C function pointer that runs a Rust closure, for as long as this value lives.
///
/// Making and dropping one is a matter of nanoseconds: no code is written, no memory is protected
/// anew. Dropping it while it runs, from inside itself or from another thread, is fine: the closure
/// lives until the last call in flight has left, and the thunk counts a call before it looks for the
/// closure. A call that begins after that ends the process with a message that names the signature, and
/// never runs another closure.
///
/// | life | made by | costs |
/// |---|---|---|
/// | owned | [`from_fn`](Self::from_fn), [`new`](Self::new) and the like | counts calls in flight |
/// | leaked | [`leak`](Self::leak) | nothing |
/// | scoped | [`scoped`](Self::scoped), [`new_scoped`](Self::new_scoped) | nothing |
///
/// Narrow integers come as they are, whatever C left in the bits above them where its convention lets it.
///
/// A panic does not cross C: C gets the [fallback](Self::set_fallback), zero bytes unless declared, and
/// the panic goes on at the nearest [`fence`](crate::fence()). `errno` is left as it was.
///
/// # Thread safety
///
/// C may call a callback on any thread, so closures are `Send + Sync`;
/// [`from_fn_mut`](Self::from_fn_mut) and [`local`](Self::local) take others, and refuse what they
/// cannot do.
///
/// Calls of an owned one are counted. On Linux for x86-64 the thread that made it counts its own without an
/// atomic operation; in return another thread that drops it waits for a barrier in every thread, about a
/// microsecond, and where a sandbox has come to forbid `membarrier` by then, the closure is leaked. A call
/// ends on the thread where it began: stacks must not move to another thread meanwhile.
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
    /// The thunk's address, and in its lowest bit whether anybody was told of it.
    pointer: AtomicPtr<()>,
}

/// Set in the address when somebody was told of it.
const TOLD: usize = 1;

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
        unsafe { take(Life::Owned, closure) }.map(Self::of_thunk)
    }

    /// A callback that runs a closure which changes what it captured. A call that comes while it runs
    /// is refused: C gets the fallback, and [`take_fault`](Self::take_fault) tells.
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
        unsafe { take(Life::Owned, Exclusive::new(closure)) }.map(Self::of_thunk)
    }

    /// A callback that runs a closure on this thread only. A call from another thread is refused: C
    /// gets the fallback, and [`take_fault`](Self::take_fault) tells.
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
        unsafe { take(Life::Owned, Local::new(closure)) }.map(Self::of_thunk)
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
        unsafe { take(Life::Uncounted, closure) }.map(ScopedCallback::new)
    }

    /// A callback of this signature that runs a closure of Rust types, which are compared with it: for
    /// signatures that come from elsewhere.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let signature = "(i32, f64) -> i32".parse()?;
    /// assert!(Callback::typed(&signature, |a: i32, _: f64| a).is_ok());
    /// let error = Callback::typed(&signature, |a: i64, _: f64| a).unwrap_err();
    /// assert_eq!(error.code(), "signature-mismatch");
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`]; otherwise as for [`from_fn`](Self::from_fn).
    pub fn typed<Args, F>(signature: &Signature, closure: F) -> Result<Self, Error>
    where
        F: Closure<Args> + Send + Sync + 'static,
    {
        let callback = Self::from_fn(closure)?;
        callback.require(signature)?;
        Ok(callback)
    }

    #[inline]
    fn of_thunk(thunk: Thunk) -> Self {
        Self {
            pointer: AtomicPtr::new(thunk.as_ptr().cast_mut()),
        }
    }

    /// The C function pointer.
    #[inline]
    #[must_use]
    pub fn as_ptr(&self) -> *const c_void {
        self.tell();
        self.thunk().as_ptr().cast()
    }

    /// Notes that somebody is told of the pointer.
    #[inline]
    fn tell(&self) {
        let told = self.pointer.load(Ordering::Relaxed);
        let told = told.map_addr(|address| address | TOLD);
        self.pointer.store(told, Ordering::Relaxed);
    }

    /// The signature that C calls it by.
    #[must_use]
    pub fn signature(&self) -> &'static Signature {
        self.kind().signature()
    }

    /// What a host may keep of it.
    #[must_use]
    pub fn to_ref(&self) -> CallbackRef {
        self.tell();
        CallbackRef::new(self.thunk())
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

    /// Declares what C gets when a call panics or is refused: a value of the result's type. It may be
    /// declared anew at any time.
    ///
    /// ```
    /// use trampette::{Callback, Value, fence};
    ///
    /// let callback = Callback::from_fn(|| -> i32 { panic!("no number today") })?;
    /// callback.set_fallback(&Value::from(-1))?;
    /// # std::panic::set_hook(Box::new(|_| {}));
    /// # let outcome = std::panic::catch_unwind(|| fence(|| {
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn() -> i32 = unsafe { std::mem::transmute(callback.as_ptr()) };
    /// assert_eq!(function(), -1);
    /// # }));
    /// # assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"no number today"));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`] and [`Error::ValueRange`].
    pub fn set_fallback(&self, result: &Value) -> Result<(), Error> {
        declare_fallback(self.thunk(), result)
    }

    /// Makes the pointer run what another callback runs, which is used up. The closure of before is
    /// dropped when none of its calls is in flight: now, or when the pointer is retargeted again or freed.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let callback = Callback::from_fn(|a: i32| a + 1)?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32) -> i32 = unsafe { std::mem::transmute(callback.as_ptr()) };
    /// assert_eq!(function(1), 2);
    /// callback.retarget(Callback::from_fn(|a: i32| a * 10)?)?;
    /// assert_eq!(function(1), 10);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::SignatureMismatch`] when the other callback has another signature, or one is typed and the
    /// other is not; [`Error::CallbackBusy`] when a call of the other one is in flight.
    pub fn retarget(&self, with: Self) -> Result<(), Error> {
        let (kind, new) = (self.kind(), with.head());
        if !std::ptr::eq(kind, with.kind()) {
            return Err(Error::SignatureMismatch {
                signature: kind.signature().to_string(),
                found: with.signature().to_string(),
            });
        }
        let (mine, other) = (self.thunk(), with.thunk());
        mem::forget(with);
        // SAFETY: the thunk is the other callback's own, and tombstones are kept.
        if !unsafe { other.close(kind.tombstone()) } {
            return Err(Error::CallbackBusy {
                signature: kind.signature().to_string(),
            });
        }
        // SAFETY: no call of the context is in flight, or can begin.
        let new = unsafe { Head::move_to(new, mine) };
        drop(aside::take(other));
        // SAFETY: the thunk is closed, and its context is elsewhere.
        unsafe { kind.pool(Life::Owned).retire(other, kind.tombstone()) };
        let swap = || {
            // SAFETY: the thunk is this callback's own, and the context one of its kind.
            let before = unsafe { mine.retarget(Head::slot(new)) };
            // SAFETY: the slot of a taken thunk is that of a context.
            unsafe { Head::of_slot(before.unwrap_or(Head::slot(new))) }
        };
        for context in aside::replace(mine, new, swap) {
            // SAFETY: it was replaced, and none of its calls is in flight.
            unsafe { context::destroy(context) };
        }
        Ok(())
    }

    /// Keeps the callback for ever, and gives its pointer. Calls leave uncounted from now on; and if
    /// nobody was told of the pointer before, they come in uncounted as well, and cost nothing beyond
    /// the closure's own. (What [`live`](Self::live) shows does not count as told.)
    #[must_use = "the pointer is all that is left of it"]
    pub fn leak(self) -> *const c_void {
        let (head, thunk) = (self.head(), self.thunk());
        let told = self.pointer.load(Ordering::Relaxed).addr() & TOLD != 0;
        let kind = self.kind();
        mem::forget(self);
        // SAFETY: the context lives, and from now on nobody frees it.
        let table = unsafe { Head::table(head) };
        // SAFETY: the table is the context's own.
        unsafe { (table.leak)(head) };
        if told {
            return thunk.as_ptr().cast();
        }
        let point = |other| {
            // SAFETY: nobody was told of the thunk that led to the context.
            Head::slot(unsafe { Head::move_to(head, other) })
        };
        // SAFETY: the context is never freed.
        let Ok(other) = (unsafe { kind.take(Life::Uncounted, point) }) else {
            return thunk.as_ptr().cast();
        };
        aside::rename(thunk, other);
        // SAFETY: the thunk is this value's own, and leads nowhere that anybody knows of.
        unsafe { kind.pool(Life::Owned).retire(thunk, kind.tombstone()) };
        other.as_ptr().cast()
    }

    fn require(&self, signature: &Signature) -> Result<(), Error> {
        if CallbackRef::new(self.thunk()).suits(signature)? {
            return Ok(());
        }
        Err(Error::SignatureMismatch {
            signature: signature.to_string(),
            found: self.signature().to_string(),
        })
    }

    #[inline]
    fn thunk(&self) -> Thunk {
        let pointer = self.pointer.load(Ordering::Relaxed);
        let pointer = pointer.map_addr(|address| address & !TOLD);
        // SAFETY: a thunk's address is not null.
        let pointer = unsafe { NonNull::new_unchecked(pointer) };
        // SAFETY: it came from a thunk.
        unsafe { Thunk::from_ptr(pointer) }
    }

    #[inline]
    fn head(&self) -> NonNull<Head> {
        let slot = self.thunk().context();
        // SAFETY: a thunk that was taken has a context.
        let slot = unsafe { slot.unwrap_unchecked() };
        // SAFETY: the thunk's slot points to this callback's context.
        unsafe { Head::of_slot(slot) }
    }

    #[inline]
    fn kind(&self) -> &'static Kind {
        // SAFETY: the thunk is a callback's.
        unsafe { Kind::of(self.thunk()) }
    }
}

/// Takes a thunk for a closure.
///
/// # Safety
///
/// The callback does not outlive the closure.
#[inline]
unsafe fn take<Args, F: Closure<Args>>(life: Life, closure: F) -> Result<Thunk, Error> {
    let kind = F::kind()?;
    let point = |thunk| closure::context(thunk, kind.way(), life, closure);
    // SAFETY: the context is as the thunks of this pool want it, and lives until its thunk is closed
    // and its last call has left, or is retired.
    unsafe { kind.take(life, point) }
}

/// Declares the fallback of a callback, encoded as its result.
fn declare_fallback(thunk: Thunk, result: &Value) -> Result<(), Error> {
    // SAFETY: the thunk is a callback's.
    let kind = unsafe { Kind::of(thunk) };
    let (ty, layout) = (kind.signature().result(), kind.shape().result());
    let pointer = match result {
        Value::String(text) => Value::Pointer(aside::keep_string(thunk, text).cast_mut().cast()),
        other => other.clone(),
    };
    let mut bytes = vec![0; layout.size()].into_boxed_slice();
    let (strings, at) = (&mut Strings::default(), &Position::Result);
    encode(&pointer, ty, layout, &mut bytes, strings, at)?;
    aside::declare_fallback(thunk, bytes);
    Ok(())
}

impl Drop for Callback {
    #[inline]
    fn drop(&mut self) {
        let (head, thunk) = (self.head(), self.thunk());
        // SAFETY: the thunk is this value's own, and kinds are kept, and so are their tombstones.
        if unsafe { thunk.close(self.kind().tombstone()) } {
            // SAFETY: no call is in flight, and no other can begin.
            unsafe { context::end(head) };
        }
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
