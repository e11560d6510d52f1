//! Callbacks whose signatures are known only at run time.

use std::collections::HashMap;
use std::ptr::{self, NonNull};

use trampette_exec::{ForkLock, Thunk};
use trampette_types::Signature;

use super::context::{self, Context, DispatcherCell, Flight, Head, Table};
use super::fault::Fault;
use super::kind::{Dispatcher, Functions, Kind, Life, Passing};
use super::scoped::ScopedCallback;
use super::{Callback, CallbackFrame};
use crate::error::Error;
use crate::value::Value;
use crate::var_args::VarArgs;
use crate::words::{Word, with_words};
use crate::{errno, fence};

/// The kinds of dynamic callbacks, by signature. Like the code that they lead to, they are kept.
static KINDS: ForkLock<HashMap<Signature, &'static Kind>> = ForkLock::new(HashMap::new);

/// A closure with the kind of its callback.
struct Dynamic<F> {
    kind: &'static Kind,
    closure: F,
}

impl Callback {
    /// A callback of this signature that runs a closure over an argument frame. The result is zero
    /// bytes until the closure sets it.
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let add = Callback::new(&"(i32, i32) -> i32".parse()?, |call| {
    ///     let sum = call.argument::<i32>(0).unwrap() + call.argument::<i32>(1).unwrap();
    ///     call.set_result(sum).unwrap();
    /// })?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32, i32) -> i32 = unsafe { std::mem::transmute(add.as_ptr()) };
    /// assert_eq!(function(20, 22), 42);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Type`], [`Error::Abi`] and [`Error::AbiUnavailable`] when
    /// C cannot call anything of this signature here; [`Error::Exec`] without memory for it.
    pub fn new<F>(signature: &Signature, closure: F) -> Result<Self, Error>
    where
        F: Fn(&mut CallbackFrame<'_>) + Send + Sync + 'static,
    {
        let kind = kind_of(signature)?;
        // SAFETY: the closure is `'static`.
        unsafe { take(kind, Life::Owned, closure) }.map(Self::of_thunk)
    }

    /// The same with a borrowed closure, which it cannot outlive; see [`scoped`](Self::scoped).
    ///
    /// ```
    /// use trampette::Callback;
    ///
    /// let offset = 40;
    /// let add = |call: &mut trampette::CallbackFrame<'_>| {
    ///     call.set_result(call.argument::<i32>(0).unwrap() + offset).unwrap();
    /// };
    /// let scoped = Callback::new_scoped(&"(i32) -> i32".parse()?, &add)?;
    /// // SAFETY: this is the callback's signature.
    /// let function: extern "C" fn(i32) -> i32 = unsafe { std::mem::transmute(scoped.as_ptr()) };
    /// assert_eq!(function(2), 42);
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn new_scoped<'f, F>(
        signature: &Signature,
        closure: &'f F,
    ) -> Result<ScopedCallback<'f>, Error>
    where
        F: Fn(&mut CallbackFrame<'_>) + Sync,
    {
        let kind = kind_of(signature)?;
        // SAFETY: the closure lives as long as the scoped callback may.
        unsafe { take(kind, Life::Uncounted, closure) }.map(ScopedCallback::new)
    }

    /// A callback of this signature that runs a closure over [`Value`]s. Strings among the arguments
    /// are pointers: who knows whether they point anywhere. A string as result is kept as long as the
    /// callback lives; see [`CallbackFrame::set_string`]. A result that does not fit, or an error, gives C
    /// the fallback, and goes on as a panic does.
    ///
    /// ```
    /// use trampette::{Callback, Value};
    ///
    /// let signature = "({x: f64, y: f64}) -> f64".parse()?;
    /// let norm = Callback::from_values(&signature, |arguments| {
    ///     let point = arguments[0].as_aggregate().expect("a struct");
    ///     let square = |name| point.field(name).unwrap().as_float().unwrap().powi(2);
    ///     Value::F64((square("x") + square("y")).sqrt())
    /// })?;
    /// # let function = trampette::Function::from_pointer(norm.as_ptr(), &signature)?;
    /// # let point = trampette::Aggregate::of(&signature.params()[0], &[3.0.into(), 4.0.into()])?;
    /// // SAFETY: this is the callback's signature.
    /// assert_eq!(unsafe { function.call(&[point.into()])? }, Value::F64(5.0));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn from_values<F>(signature: &Signature, closure: F) -> Result<Self, Error>
    where
        F: Fn(&[Value]) -> Value + Send + Sync + 'static,
    {
        Self::new(signature, move |call| {
            let result = call
                .values()
                .and_then(|arguments| call.set_value(&closure(&arguments)));
            if let Err(error) = result {
                panic!("{error}");
            }
        })
    }

    /// The same for a variadic signature: the closure gets the arguments that have a name, and a reader of the
    /// others. [`VarArgs`] shows one.
    ///
    /// # Errors
    ///
    /// [`Error::NotVariadic`] when the signature has no `...`, or says what stands in its place; otherwise as
    /// for [`new`](Self::new).
    pub fn from_values_variadic<F>(signature: &Signature, closure: F) -> Result<Self, Error>
    where
        F: Fn(&[Value], &mut VarArgs<'_>) -> Value + Send + Sync + 'static,
    {
        if kind_of(signature)?.rest().is_none() {
            return Err(Error::NotVariadic {
                signature: signature.to_string(),
            });
        }
        Self::new(signature, move |call| {
            let answer = |call: &mut CallbackFrame<'_>| {
                let arguments = call.values()?;
                let result = closure(&arguments, &mut call.var_args()?);
                call.set_value(&result)
            };
            if let Err(error) = answer(call) {
                panic!("{error}");
            }
        })
    }
}

fn kind_of(signature: &Signature) -> Result<&'static Kind, Error> {
    let mut kinds = KINDS.lock();
    if let Some(kind) = kinds.get(signature) {
        return Ok(kind);
    }
    let dispatched = dead as Dispatcher as *const ();
    let dead = Functions {
        injected: dead_in_words as OfWords as *const (),
        vectored: dispatched,
        dispatched,
    };
    let kind = Kind::new(signature, dead, Passing::Dynamic)?;
    kinds.insert(signature.clone(), kind);
    Ok(kind)
}

/// Takes a thunk for a closure.
///
/// # Safety
///
/// The callback does not outlive the closure.
unsafe fn take<F>(kind: &'static Kind, life: Life, closure: F) -> Result<Thunk, Error>
where
    F: Fn(&mut CallbackFrame<'_>) + Send + Sync,
{
    let functions = match life {
        Life::Owned => entered_by::<true, F>(),
        Life::Uncounted => entered_by::<false, F>(),
    };
    let table = &Table {
        layout: Context::<DispatcherCell, Dynamic<F>>::LAYOUT,
        destroy: Context::<DispatcherCell, Dynamic<F>>::destroy,
        leak: leak::<F>,
        take_fault: no_fault,
    };
    let point = |thunk| {
        let (code, dispatcher) = kind.way().codes(functions);
        let dispatcher = DispatcherCell::new(dispatcher.cast_mut());
        let dynamic = Dynamic { kind, closure };
        Context::allocate(thunk, table, code, dispatcher, dynamic)
    };
    // SAFETY: the context is as the thunks of this pool want it, and lives until its thunk is closed
    // and its last call has left, or is retired.
    unsafe { kind.take(life, point) }
}

fn entered_by<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>() -> Functions {
    let dispatched = dispatch::<COUNTED, F> as Dispatcher as *const ();
    Functions {
        injected: in_words::<COUNTED, F> as OfWords as *const (),
        vectored: dispatched,
        dispatched,
    }
}

/// # Safety
///
/// As [`Table::leak`] says.
unsafe fn leak<F: Fn(&mut CallbackFrame<'_>)>(head: NonNull<Head>) {
    // SAFETY: the context lives.
    let thunk = unsafe { Head::thunk(head) };
    // SAFETY: the thunk is a callback's.
    let kind = unsafe { Kind::of(thunk) };
    let (code, next) = kind.way().codes(entered_by::<false, F>());
    // SAFETY: the caller says that this is a context of this type, which lives.
    unsafe { Context::<DispatcherCell, Dynamic<F>>::set_code(head, code) };
    // SAFETY: as above.
    unsafe { Context::<DispatcherCell, Dynamic<F>>::set_dispatcher(head, next) };
}

unsafe fn no_fault(_: NonNull<Head>) -> Option<Fault> {
    None
}

/// Called by the entry adapter.
unsafe extern "C" fn dispatch<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>(
    slot: context::Slot,
    frame: *mut u8,
    result: *mut u8,
) {
    let Some(errno) = errno::known() else {
        // SAFETY: the same call.
        return unsafe { dispatch_first::<COUNTED, F>(slot, frame, result) };
    };
    // SAFETY: the adapter passes the slot's word, and a frame with its result.
    unsafe { run::<COUNTED, F>(errno, slot, frame, result) };
}

/// The first call on a thread. Apart, so that the others need not keep anything for it.
#[cold]
#[inline(never)]
unsafe extern "C" fn dispatch_first<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>(
    slot: context::Slot,
    frame: *mut u8,
    result: *mut u8,
) {
    errno::Place::find();
    // SAFETY: the same call.
    unsafe { dispatch::<COUNTED, F>(slot, frame, result) };
}

/// Runs the closure of a context.
///
/// # Safety
///
/// The slot is that of a living context of this type; if `COUNTED`, a thunk has counted the call. `frame` is one
/// of its kind, filled in, and `result` a result of zero bytes.
#[inline(always)]
unsafe fn run<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>(
    errno: errno::Place,
    slot: context::Slot,
    frame: *mut u8,
    result: *mut u8,
) {
    // SAFETY: the caller owes the same.
    let _flight = COUNTED.then(|| unsafe { Flight::begin(slot) });
    // SAFETY: the context lives: for the flight, or because nobody frees it.
    let dynamic = unsafe { Context::<DispatcherCell, Dynamic<F>>::closure_of(slot) };
    // SAFETY: the caller owes the same.
    let mut call = unsafe { CallbackFrame::begin(dynamic.kind, slot, frame, result) };
    let name = || dynamic.kind.signature().to_string();
    errno.keep(|| {
        if fence::contain(|| (dynamic.closure)(&mut call), name).is_none() {
            call.fall_back();
        }
    });
}

/// Called by the entry adapter for a freed callback.
unsafe extern "C" fn dead(slot: context::Slot, _: *mut u8, _: *mut u8) {
    // SAFETY: the adapter passes the slot's word, which is that of a kind's tombstone.
    stale(unsafe { Kind::of_tombstone(slot) }.signature())
}

macro_rules! of_words {
    ($($word:ident),*) => {
        /// A function that gets every argument of its callback in a register.
        type OfWords = unsafe extern "C" fn($($word: Word,)* slot: context::Slot) -> Word;

        /// Entered through a thunk that injects the context behind the words: no adapter stands between, and
        /// the frame is made here.
        unsafe extern "C" fn in_words<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>(
            $($word: Word,)* slot: context::Slot
        ) -> Word {
            let Some(errno) = errno::known() else {
                // SAFETY: the same call.
                return unsafe { in_words_first::<COUNTED, F>($($word,)* slot) };
            };
            let mut frame = [$($word),*];
            let mut result: Word = ptr::null_mut();
            let (start, place) = ((&raw mut frame).cast(), (&raw mut result).cast());
            // SAFETY: the thunk passes the slot's word, and frames of this kind are these words.
            unsafe { run::<COUNTED, F>(errno, slot, start, place) };
            result
        }

        /// The first call on a thread, as above.
        #[cold]
        #[inline(never)]
        unsafe extern "C" fn in_words_first<const COUNTED: bool, F: Fn(&mut CallbackFrame<'_>)>(
            $($word: Word,)* slot: context::Slot
        ) -> Word {
            errno::Place::find();
            // SAFETY: the same call.
            unsafe { in_words::<COUNTED, F>($($word,)* slot) }
        }

        /// Entered through the thunk of a freed callback.
        unsafe extern "C" fn dead_in_words($($word: Word,)* slot: context::Slot) -> Word {
            let _ = [$($word),*];
            // SAFETY: the thunk passes the slot's word, which is that of a kind's tombstone.
            stale(unsafe { Kind::of_tombstone(slot) }.signature())
        }
    };
}

with_words!(of_words);

/// Says which callback was called after its end, and ends the process.
#[cold]
fn stale(signature: impl std::fmt::Display) -> ! {
    eprintln!("trampette: a freed callback {signature} was called: aborting");
    std::process::abort();
}
