//! Closures where C keeps the pointer: threads, and the end of the process. And why a signal handler
//! is refused.
//!
//! `cargo run -p trampette --example threads`

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trampette::{Callback, Error, Library, TypedFunction};

type Create = (*mut u64, *const c_void, *const c_void, *mut c_void);

fn main() -> Result<(), Error> {
    let process = Library::process();
    let create: TypedFunction<Create, i32> = process
        .bind("int pthread_create(unsigned long *, const void *, void *(*)(void *), void *)")?
        .typed()?;
    let join: TypedFunction<(u64, *mut *mut c_void), i32> = process
        .bind("int pthread_join(unsigned long, void **)")?
        .typed()?;

    // Any thread may call it: the closure is `Send + Sync`, and lives until the threads have ended.
    let sum = Arc::new(AtomicU64::new(0));
    let shared = sum.clone();
    let routine = Callback::from_fn(move |argument: *mut c_void| {
        shared.fetch_add(argument as u64, Ordering::Relaxed);
        argument
    })?;
    let mut threads = [0; 4];
    for (index, thread) in threads.iter_mut().enumerate() {
        let argument = (index + 1) as *mut c_void;
        // SAFETY: the routine has a thread's signature, and outlives the thread.
        let status = unsafe { create.call((thread, null(), routine.as_ptr(), argument)) };
        assert_eq!(status, 0);
    }
    for thread in threads {
        // SAFETY: the thread was created, and is joined once.
        assert_eq!(unsafe { join.call((thread, null_mut())) }, 0);
    }
    println!("four threads counted to {}", sum.load(Ordering::Relaxed));
    assert_eq!(sum.load(Ordering::Relaxed), 10);

    // Nobody frees what runs when the process ends: it is leaked on purpose. (glibc links `atexit` into
    // each program and exports what it stands for.)
    let atexit: TypedFunction<(*const c_void, *mut c_void, *mut c_void), i32> = process
        .bind("int __cxa_atexit(void (*)(void *), void *, void *)")?
        .typed()?;
    let goodbye = Callback::from_fn(|_: *mut c_void| println!("the process ends"))?.leak();
    // SAFETY: the callback has the signature of such a function, and is never freed.
    assert_eq!(unsafe { atexit.call((goodbye, null_mut(), null_mut())) }, 0);

    // A signal handler runs between any two instructions of a thread, inside `malloc` or while a lock
    // is held. A closure may allocate, lock or panic, and nothing can check that it does not; so pass
    // `sigaction` a plain `extern "C" fn` that keeps to what POSIX calls async-signal-safe (it may set
    // an atomic flag), and let a callback look at the flag later.
    Ok(())
}
