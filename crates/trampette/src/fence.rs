//! Fences: where a panic that a callback raised goes on, once C has returned.
//!
//! A panic must not unwind through C frames. So a callback catches it, keeps it, and gives C its
//! fallback result; C returns, sooner or later, to the Rust code that called it, and there the panic
//! resumes. That place is a fence: each checked call is one, [`fence`] opens one around any code, and
//! calls through frames resume what they find. Without any fence on the thread nobody would ever learn
//! of the panic, and the process aborts with a message.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;

type Payload = Box<dyn Any + Send>;

thread_local! {
    /// Whether a fence is open on this thread.
    static OPEN: Cell<bool> = const { Cell::new(false) };

    /// The panic that waits for a fence: a boxed [`Payload`], or null. (A bare pointer, since a value
    /// that must be dropped would make each look at it slower.)
    static PENDING: Cell<*mut Payload> = const { Cell::new(null_mut()) };
}

/// Runs code that calls C, and resumes a panic that a callback raised meanwhile.
///
/// A host opens a fence around its loop, or around calls that have none of their own: through
/// [`as_fn`](crate::Function::as_fn), through pointers that C keeps, or through other bindings.
///
/// ```
/// use trampette::{Callback, fence};
///
/// let callback = Callback::from_fn(|| -> () { panic!("no further") })?;
/// let caught = std::panic::catch_unwind(|| {
///     fence(|| {
///         // SAFETY: this is the callback's signature.
///         let function: extern "C" fn() = unsafe { std::mem::transmute(callback.as_ptr()) };
///         function(); // returns: the panic does not cross C
///     })
/// });
/// assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"no further"));
/// # Ok::<(), trampette::Error>(())
/// ```
#[inline]
pub fn fence<R>(run: impl FnOnce() -> R) -> R {
    /// Closes the fence also when `run` itself panics.
    struct Opened(bool);
    impl Drop for Opened {
        #[inline]
        fn drop(&mut self) {
            OPEN.set(self.0);
        }
    }

    let opened = Opened(OPEN.replace(true));
    let result = run();
    drop(opened);
    resume();
    result
}

/// Resumes the panic that a callback left, if there is one.
#[inline(always)]
pub(crate) fn resume() {
    let pending = PENDING.get();
    if !pending.is_null() {
        resume_now(pending);
    }
}

#[cold]
fn resume_now(pending: *mut Payload) {
    PENDING.set(null_mut());
    // SAFETY: the pointer came from a box, in `leave`, and was forgotten just now.
    let payload = unsafe { Box::from_raw(pending) };
    resume_unwind(*payload);
}

/// Runs a callback's closure: its result, or nothing if it panicked. `who` names the callback.
#[inline(always)]
pub(crate) fn contain<R>(run: impl FnOnce() -> R, who: impl FnOnce() -> String) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => Some(result),
        Err(payload) => {
            leave(payload, who);
            None
        }
    }
}

/// Leaves a panic for the nearest fence. The first one stays if there are two.
#[cold]
fn leave(payload: Payload, who: impl FnOnce() -> String) {
    if !OPEN.get() {
        eprintln!(
            "trampette: a callback {} panicked, and no fence is open on this thread: aborting",
            who()
        );
        std::process::abort();
    }
    if PENDING.get().is_null() {
        PENDING.set(Box::into_raw(Box::new(payload)));
    } else if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // Dropping a payload may panic in turn, which must not cross C either.
        std::mem::forget(again);
    }
}
