//! What few callbacks have, and so stands in no context: a declared fallback result, strings that C was
//! given, closures that were replaced while they ran.

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use trampette_exec::{ForkLock, Thunk};

use super::context::{Head, destroy};

/// What stands aside for one callback.
#[derive(Default)]
pub(super) struct Aside {
    fallback: Option<Box<[u8]>>,
    strings: HashSet<CString>,
    /// The context of now, where it is not that of the beginning.
    current: Option<NonNull<Head>>,
    /// Contexts that are waiting for their last call to leave.
    replaced: Vec<NonNull<Head>>,
}

// SAFETY: contexts may be freed by any thread.
unsafe impl Send for Aside {}

static ASIDE: ForkLock<HashMap<Thunk, Aside>> = ForkLock::new(HashMap::new);

/// How many there are. Most programs have none, and look no further.
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn with<R>(thunk: Thunk, act: impl FnOnce(&mut Aside) -> R) -> R {
    let mut all = ASIDE.lock();
    let result = act(all.entry(thunk).or_default());
    COUNT.store(all.len(), Ordering::Relaxed);
    result
}

fn look<R>(thunk: Thunk, look: impl FnOnce(&Aside) -> Option<R>) -> Option<R> {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return None;
    }
    ASIDE.lock().get(&thunk).and_then(look)
}

/// Takes what stands aside for a callback that ends.
#[inline]
pub(super) fn take(thunk: Thunk) -> Option<Aside> {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return None;
    }
    take_now(thunk)
}

#[cold]
fn take_now(thunk: Thunk) -> Option<Aside> {
    let mut all = ASIDE.lock();
    let taken = all.remove(&thunk);
    COUNT.store(all.len(), Ordering::Relaxed);
    taken
}

/// Gives what stands aside for one thunk to another.
pub(super) fn rename(from: Thunk, to: Thunk) {
    if let Some(aside) = take(from) {
        with(to, |place| *place = aside);
    }
}

/// Declares what C gets when a call is refused or panics.
pub(super) fn declare_fallback(thunk: Thunk, bytes: Box<[u8]>) {
    let _before = with(thunk, |aside| aside.fallback.replace(bytes));
}

/// The declared fallback: an `R`, as the caller says.
///
/// # Safety
///
/// The result of the callback is an `R`.
#[cold]
#[inline(never)]
pub(super) unsafe fn fallback<R>(thunk: Thunk) -> Option<R> {
    look(thunk, |aside| {
        let bytes = aside.fallback.as_deref()?;
        let mut result = MaybeUninit::<R>::zeroed();
        let count = bytes.len().min(size_of::<R>());
        let place = result.as_mut_ptr().cast::<u8>();
        // SAFETY: both have as many bytes.
        unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), count) };
        // SAFETY: the bytes were encoded as a value of the result's type, an `R` as the caller says.
        Some(unsafe { result.assume_init() })
    })
}

/// Writes the declared fallback, or zero bytes.
#[cold]
#[inline(never)]
pub(super) fn write_fallback(thunk: Thunk, out: &mut [u8]) {
    out.fill(0);
    look(thunk, |aside| {
        let bytes = aside.fallback.as_deref()?;
        out.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(())
    });
}

/// Keeps a string as long as the callback lives; equal ones once.
pub(super) fn keep_string(thunk: Thunk, text: &CStr) -> *const c_char {
    with(thunk, |aside| {
        if let Some(kept) = aside.strings.get(text) {
            return kept.as_ptr();
        }
        let text = text.to_owned();
        let pointer = text.as_ptr();
        aside.strings.insert(text);
        pointer
    })
}

/// Makes another context that of a thunk; `swap` does so and gives the one before. Gives those that can
/// be destroyed: all replaced so far, if no call of this thunk is in flight.
pub(super) fn replace(
    thunk: Thunk,
    new: NonNull<Head>,
    swap: impl FnOnce() -> NonNull<Head>,
) -> Vec<NonNull<Head>> {
    with(thunk, |aside| {
        aside.replaced.push(swap());
        aside.current = Some(new);
        if thunk.calls() == 0 {
            std::mem::take(&mut aside.replaced)
        } else {
            Vec::new()
        }
    })
}

impl Aside {
    /// Destroys the contexts of a callback that ends: `head` is the one that its last call found.
    ///
    /// # Safety
    ///
    /// Nobody uses any of them any more.
    pub(super) unsafe fn destroy_contexts(mut self, head: NonNull<Head>) {
        let current = self.current.unwrap_or(head);
        for context in self.replaced.drain(..).chain([current]) {
            // SAFETY: the caller says so, and each was made once and is kept in one place.
            unsafe { destroy(context) };
        }
    }
}
