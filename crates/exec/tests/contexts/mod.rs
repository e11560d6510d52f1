//! Thunks, and contexts that are a number.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::mem;
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use trampette_exec::{CodeMemory, Options, Thunk, ThunkKind, ThunkPool};

#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
mod machine;

/// Passes the context in a register that functions do not look at, for [`machine::RETURN_VALUE`].
pub(crate) const KIND: ThunkKind = ThunkKind {
    name: "plain",
    emit: machine::plain,
    biased: false,
};

/// Counts calls, and passes the context as the first argument.
pub(crate) const COUNTING: ThunkKind = ThunkKind {
    name: "counting",
    emit: machine::counting,
    biased: false,
};

/// The same, with the calls of the thread that took it counted apart.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(crate) const BIASED: ThunkKind = ThunkKind {
    name: "biased",
    emit: machine::biased,
    biased: true,
};

/// A context whose code returns `value`.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Context {
    code: *const (),
    pub(crate) value: u64,
}

// SAFETY: nobody writes to a context, and code may go anywhere.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Context {
    pub(crate) fn new(value: u64) -> Self {
        Self {
            code: code(),
            value,
        }
    }

    /// For ever, so that any call may find it.
    pub(crate) fn leaked(value: u64) -> &'static Self {
        Box::leak(Box::new(Self::new(value)))
    }

    pub(crate) fn as_context(&'static self) -> NonNull<()> {
        NonNull::from(self).cast()
    }
}

/// What retired thunks return.
pub(crate) const DEAD: u64 = 0xdead;

/// The context of all retired thunks.
pub(crate) fn tombstone() -> &'static Context {
    static TOMBSTONE: OnceLock<Context> = OnceLock::new();
    TOMBSTONE.get_or_init(|| Context::new(DEAD))
}

/// The code of contexts.
fn code() -> *const () {
    static MEMORY: CodeMemory = CodeMemory::new();
    static CODE: OnceLock<trampette_exec::CodePtr> = OnceLock::new();
    let code = CODE.get_or_init(|| {
        let code = MEMORY.publish(&[machine::RETURN_VALUE]);
        code.expect("published")[0]
    });
    code.as_ptr()
}

/// A pool of the test's own.
pub(crate) fn pool() -> &'static ThunkPool {
    pool_with(Options::new())
}

/// A pool of the test's own, whose thunks count calls.
pub(crate) fn counting_pool() -> &'static ThunkPool {
    Box::leak(Box::new(ThunkPool::new(COUNTING)))
}

/// The context of a counting thunk: its code gives the number.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Counted {
    code: extern "C" fn(&Counted) -> u64,
    number: AtomicU64,
    pool: &'static ThunkPool,
    thunk: Thunk,
}

impl Counted {
    /// In memory that stays, so that a late look at it does no harm, and is noticed.
    pub(crate) fn leaked(pool: &'static ThunkPool, number: u64) -> &'static Self {
        let mut made = None;
        let point = |thunk| {
            let number = AtomicU64::new(number);
            let counted = Self {
                code: Self::run,
                number,
                pool,
                thunk,
            };
            let counted: &'static Self = Box::leak(Box::new(counted));
            NonNull::from(*made.insert(counted)).cast()
        };
        // SAFETY: the context lasts for ever.
        let thunk = unsafe { pool.take(0, point) };
        thunk.expect("a thunk");
        made.expect("pointed to")
    }

    pub(crate) fn thunk(&self) -> Thunk {
        self.thunk
    }

    pub(crate) fn is_freed(&self) -> bool {
        self.number.load(Ordering::Relaxed) == FREED
    }

    pub(crate) fn close(&'static self) {
        // SAFETY: each is closed once, and the tombstone lasts for ever.
        if unsafe { self.thunk.close(Self::tombstone()) } {
            self.free();
        }
    }

    fn tombstone() -> NonNull<()> {
        extern "C" fn dead(_: &Counted) -> u64 {
            DEAD
        }
        static TOMBSTONE: [extern "C" fn(&Counted) -> u64; 1] = [dead];
        NonNull::from(&TOMBSTONE).cast()
    }

    /// What a call runs.
    extern "C" fn run(&self) -> u64 {
        let number = self.number.load(Ordering::Relaxed);
        // SAFETY: the thunk has counted this call.
        if unsafe { self.thunk.leave() } {
            self.free();
        }
        number
    }

    fn free(&self) {
        assert_ne!(
            self.number.swap(FREED, Ordering::Relaxed),
            FREED,
            "freed twice"
        );
        // SAFETY: who frees is told so once, and the tombstone lasts for ever.
        unsafe { self.pool.retire(self.thunk, Self::tombstone()) };
    }
}

/// The number in a context that was freed.
const FREED: u64 = 0xf1ee;

/// A pool of the test's own.
pub(crate) fn pool_with(options: Options) -> &'static ThunkPool {
    tombstone(); // makes the code, which must not count as the pool's doing
    let pool = ThunkPool::with_options(KIND, options);
    Box::leak(Box::new(pool.expect("good options")))
}

/// Takes a thunk for a context that lasts for ever.
pub(crate) fn take(pool: &'static ThunkPool, context: &'static Context) -> Thunk {
    try_take(pool, context).expect("a thunk")
}

/// Takes a thunk for a context that lasts for ever, if there is one.
pub(crate) fn try_take(
    pool: &'static ThunkPool,
    context: &'static Context,
) -> Result<Thunk, trampette_exec::ExecError> {
    // SAFETY: such a context is as the pool wants it, for ever.
    unsafe { pool.take(0, |_| context.as_context()) }
}

/// Retires a thunk that the caller has taken and not retired yet.
pub(crate) fn retire(pool: &'static ThunkPool, thunk: Thunk) {
    // SAFETY: the caller's promise (these are tests), and the tombstone lasts for ever.
    unsafe { pool.retire(thunk, tombstone().as_context()) };
}

/// Calls a thunk.
pub(crate) fn call(thunk: Thunk) -> u64 {
    // SAFETY: all contexts in these tests have code of this type.
    let function: extern "C" fn() -> u64 = unsafe { mem::transmute(thunk.as_ptr()) };
    function()
}

/// The number in a context of these tests.
pub(crate) fn value(context: NonNull<()>) -> u64 {
    // SAFETY: all contexts in these tests are of this type, and last for ever.
    unsafe { context.cast::<Context>().as_ref() }.value
}
