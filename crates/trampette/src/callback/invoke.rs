//! What runs when C calls: a closure, or a closure under a condition.

use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use super::fault::Fault;
use crate::typed::CValue;

/// Something that C can call with these arguments.
pub trait Invoke<Args> {
    /// What it gives.
    type Result: CValue;

    /// Runs it; `None` when the call is refused.
    fn invoke(&self, arguments: Args) -> Option<Self::Result>;

    /// What was refused since somebody last asked.
    fn take_fault(&self) -> Option<Fault> {
        None
    }
}

/// A closure that runs on the thread where it was made, and refuses others.
pub struct Local<F> {
    closure: ManuallyDrop<F>,
    home: ThreadId,
    fault: Mutex<Option<Fault>>,
}

// SAFETY: other threads touch the fault only: whoever runs or drops the closure asks for its home.
unsafe impl<F> Send for Local<F> {}

// SAFETY: as above.
unsafe impl<F> Sync for Local<F> {}

impl<F> Local<F> {
    pub(super) fn new(closure: F) -> Self {
        let closure = ManuallyDrop::new(closure);
        Self {
            closure,
            home: thread::current().id(),
            fault: Mutex::new(None),
        }
    }

    fn is_home(&self) -> bool {
        thread::current().id() == self.home
    }
}

impl<Args, F: Invoke<Args>> Invoke<Args> for Local<F> {
    type Result = F::Result;

    #[inline]
    fn invoke(&self, arguments: Args) -> Option<F::Result> {
        if !self.is_home() {
            note(&self.fault, Fault::ForeignThread);
            return None;
        }
        self.closure.invoke(arguments)
    }

    fn take_fault(&self) -> Option<Fault> {
        take(&self.fault)
    }
}

impl<F> Drop for Local<F> {
    /// On a foreign thread the closure is leaked: it must not be dropped there.
    fn drop(&mut self) {
        if self.is_home() {
            // SAFETY: the closure is not used again.
            unsafe { ManuallyDrop::drop(&mut self.closure) };
        }
    }
}

/// A closure that changes what it captured, and so refuses to be called while it runs.
pub struct Exclusive<F> {
    closure: UnsafeCell<F>,
    busy: AtomicBool,
    fault: Mutex<Option<Fault>>,
}

// SAFETY: the closure is reached by one call at a time, whatever its thread; `F: Send` allows that.
unsafe impl<F: Send> Sync for Exclusive<F> {}

impl<F> Exclusive<F> {
    pub(super) fn new(closure: F) -> Self {
        let closure = UnsafeCell::new(closure);
        Self {
            closure,
            busy: AtomicBool::new(false),
            fault: Mutex::new(None),
        }
    }

    /// Runs something with the closure, unless it runs already.
    #[inline]
    fn enter<R>(&self, run: impl FnOnce(&mut F) -> R) -> Option<R> {
        /// Lets the next call in, also after a panic.
        struct Leave<'a>(&'a AtomicBool);
        impl Drop for Leave<'_> {
            #[inline]
            fn drop(&mut self) {
                self.0.store(false, Ordering::Release);
            }
        }

        if self.busy.swap(true, Ordering::Acquire) {
            note(&self.fault, Fault::Reentered);
            return None;
        }
        let _leave = Leave(&self.busy);
        // SAFETY: nobody else is in here until `busy` is false again.
        Some(run(unsafe { &mut *self.closure.get() }))
    }
}

fn note(place: &Mutex<Option<Fault>>, fault: Fault) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
}

fn take(place: &Mutex<Option<Fault>>) -> Option<Fault> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

macro_rules! invokes {
    ($($($name:ident $arg:ident),*;)*) => {
        $(
            impl<Func, Ret, $($name),*> Invoke<($($name,)*)> for Func
            where
                Func: Fn($($name),*) -> Ret,
                Ret: CValue,
            {
                type Result = Ret;

                #[inline(always)]
                fn invoke(&self, ($($arg,)*): ($($name,)*)) -> Option<Ret> {
                    Some(self($($arg),*))
                }
            }

            impl<Func, Ret, $($name),*> Invoke<($($name,)*)> for Exclusive<Func>
            where
                Func: FnMut($($name),*) -> Ret,
                Ret: CValue,
            {
                type Result = Ret;

                #[inline]
                fn invoke(&self, ($($arg,)*): ($($name,)*)) -> Option<Ret> {
                    self.enter(|closure| closure($($arg),*))
                }

                fn take_fault(&self) -> Option<Fault> {
                    take(&self.fault)
                }
            }
        )*
    };
}

invokes! {
    ;
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
    A a, B b, C c, D d, E e, F f;
    A a, B b, C c, D d, E e, F f, G g;
    A a, B b, C c, D d, E e, F f, G g, H h;
    A a, B b, C c, D d, E e, F f, G g, H h, I i;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m, N n;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m, N n, O o;
    A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l, M m, N n, O o, P p;
}
