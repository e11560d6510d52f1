//! Rust closures as C functions: for each closure type, the functions that thunks and entry adapters
//! enter.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use trampette_types::{CType, Signature};

use super::Fault;
use super::context::{Context, DispatcherCell, Flight, Head, Slot, Table};
use super::invoke::Invoke;
use super::kind::{Dispatcher, Kind};
use crate::error::Error;
use crate::typed::CValue;
use crate::{errno, fence};

/// A closure that C can call: it takes up to 16 [`CValue`]s, and gives one.
///
/// Closures implement it by themselves; nothing else can.
pub trait Closure<Args>: Invoke<Args> {
    /// The functions that lead to closures of this type.
    #[doc(hidden)]
    const ENTRIES: Entries;

    /// The kind of callback that it makes.
    #[doc(hidden)]
    fn kind() -> Result<&'static Kind, Error>;
}

/// The functions that lead to closures of one type, and the tables of their contexts.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Entries {
    /// Entered with the context as last argument; uncounted, and counting calls in flight.
    pub(super) injected: [*const (); 2],
    /// Called by an entry adapter; uncounted, and counting calls in flight.
    pub(super) dispatched: [Dispatcher; 2],
    pub(super) injected_table: &'static Table,
    pub(super) adapted_table: &'static Table,
}

/// A value in its slot of an argument frame.
#[repr(C, align(8))]
struct Word<T>(T);

/// Runs the closure: its result, or its fallback when it panics or is refused.
#[inline(always)]
fn run<Args, F: Closure<Args>>(closure: &F, arguments: Args) -> F::Result {
    match errno::known() {
        Some(errno) => run_keeping(errno, closure, arguments),
        None => run_first(closure, arguments),
    }
}

/// The first call on a thread. Apart, so that the other calls need not save their arguments for it.
#[cold]
#[inline(never)]
fn run_first<Args, F: Closure<Args>>(closure: &F, arguments: Args) -> F::Result {
    run_keeping(errno::Place::find(), closure, arguments)
}

#[inline(always)]
fn run_keeping<Args, F: Closure<Args>>(
    errno: errno::Place,
    closure: &F,
    arguments: Args,
) -> F::Result {
    errno.keep(|| {
        let name = || F::kind().map_or_else(|_| String::new(), |kind| kind.signature().to_string());
        let result = fence::contain(|| closure.invoke(arguments), name);
        result.flatten().unwrap_or_else(|| closure.fallback())
    })
}

/// Says which callback was called after its end, and ends the process.
#[cold]
fn stale(kind: Result<&'static Kind, Error>) -> ! {
    let signature = kind.map_or_else(|_| String::new(), |kind| kind.signature().to_string());
    eprintln!("trampette: a freed callback {signature} was called: aborting");
    std::process::abort();
}

/// What the table's `kind` does for typed closures: the kind was made when the callback was.
///
/// # Safety
///
/// As [`Table::kind`] says.
unsafe fn table_kind<Args, F: Closure<Args>>(_: NonNull<Head>) -> &'static Kind {
    F::kind().expect("the kind was made with the first callback of it, and kinds are kept")
}

/// # Safety
///
/// As [`Table::take_fault`] says.
unsafe fn take_fault<D, Args, F: Invoke<Args>>(head: NonNull<Head>) -> Option<Fault> {
    // SAFETY: the caller says that this is a context of this type, which lives.
    unsafe { Context::<D, F>::closure(head) }.take_fault()
}

/// # Safety
///
/// As [`Table::leak`] says.
unsafe fn leak_injected<Args, F: Closure<Args>>(head: NonNull<Head>) {
    // SAFETY: the caller says that this is a context of this type, which lives.
    unsafe { Context::<(), F>::set_code(head, F::ENTRIES.injected[0]) };
}

/// # Safety
///
/// As [`Table::leak`] says.
unsafe fn leak_adapted<Args, F: Closure<Args>>(head: NonNull<Head>) {
    // SAFETY: the caller says that this is a context of this type, which lives.
    unsafe { Context::<DispatcherCell, F>::set_dispatcher(head, F::ENTRIES.dispatched[0]) };
}

macro_rules! closures {
    ($abi:literal; $($last:tt: $($name:ident $index:tt $arg:ident),*;)*) => {
        $(closures!(@one $abi; $last: $($name $index $arg),*);)*
    };
    (@one $abi:literal; $last:tt: $($name:ident $index:tt $arg:ident),*) => {
        const _: () = {
            type Args<$($name),*> = ($($name,)*);

            /// Entered through a thunk that injects the context as last argument.
            unsafe extern "C" fn injected<Func, Ret, $($name: CValue),*>($($arg: $name,)* slot: Slot) -> Ret
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                // SAFETY: the thunk passes the slot's word, that of a living context of this type.
                let closure = unsafe { Context::<(), Func>::closure_of(slot) };
                run(closure, ($($arg,)*))
            }

            /// The same, counting calls in flight.
            unsafe extern "C" fn injected_counted<Func, Ret, $($name: CValue),*>(
                $($arg: $name,)* slot: Slot
            ) -> Ret
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                // SAFETY: the thunk passes the slot's word, that of a context of this type.
                let flight = unsafe { Flight::begin::<(), Func>(slot) };
                let Some(_flight) = flight else { stale(Func::kind()) };
                // SAFETY: as above, and it lives as long as the flight.
                let closure = unsafe { Context::<(), Func>::closure_of(slot) };
                run(closure, ($($arg,)*))
            }

            /// The frame that an entry adapter gathers.
            #[repr(C)]
            struct Frame<$($name,)* Ret>($(Word<$name>,)* Word<MaybeUninit<Ret>>);

            /// Called by an entry adapter.
            unsafe extern $abi fn dispatched<Func, Ret, $($name: CValue),*>(slot: Slot, frame: *mut u8)
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                let frame = frame.cast::<Frame<$($name,)* Ret>>();
                // SAFETY: the adapter passes the slot's word, that of a living context of this type.
                let closure = unsafe { Context::<DispatcherCell, Func>::closure_of(slot) };
                $(
                    // SAFETY: the frame has this layout, and C filled it in.
                    let $arg = unsafe { (&raw const (*frame).$index.0).read() };
                )*
                let result = run(closure, ($($arg,)*));
                // SAFETY: the frame has this layout.
                unsafe { (&raw mut (*frame).$last.0).write(MaybeUninit::new(result)) };
            }

            /// The same, counting calls in flight.
            unsafe extern $abi fn dispatched_counted<Func, Ret, $($name: CValue),*>(
                slot: Slot,
                frame: *mut u8,
            )
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                // SAFETY: the adapter passes the slot's word, that of a context of this type.
                let flight = unsafe { Flight::begin::<DispatcherCell, Func>(slot) };
                let Some(_flight) = flight else { stale(Func::kind()) };
                // SAFETY: as for the uncounted one; the context lives as long as the flight.
                unsafe { dispatched::<Func, Ret, $($name),*>(slot, frame) };
            }

            /// Entered through a freed callback's thunk that injects.
            unsafe extern "C" fn dead<Ret: CValue, $($name: CValue),*>($(_: $name,)* _: Slot) -> Ret {
                stale(kind_of::<Ret, $($name),*>())
            }

            /// Called by an entry adapter for a freed callback.
            unsafe extern $abi fn dead_dispatched<Ret: CValue, $($name: CValue),*>(_: Slot, _: *mut u8) {
                stale(kind_of::<Ret, $($name),*>())
            }

            fn kind_of<Ret: CValue, $($name: CValue),*>() -> Result<&'static Kind, Error> {
                Kind::typed::<fn($($name),*) -> Ret>(
                    || Ok(Signature::new(vec![$($name::c_type()),*] as Vec<CType>, Ret::c_type())?),
                    dead::<Ret, $($name),*> as *const (),
                    dead_dispatched::<Ret, $($name),*>,
                )
            }

            impl<Func, Ret: CValue, $($name: CValue),*> Closure<Args<$($name),*>> for Func
            where
                Func: Invoke<Args<$($name),*>, Result = Ret>,
            {
                const ENTRIES: Entries = Entries {
                    injected: [
                        injected::<Func, Ret, $($name),*> as *const (),
                        injected_counted::<Func, Ret, $($name),*> as *const (),
                    ],
                    dispatched: [
                        dispatched::<Func, Ret, $($name),*>,
                        dispatched_counted::<Func, Ret, $($name),*>,
                    ],
                    injected_table: &Table {
                        kind: table_kind::<Args<$($name),*>, Func>,
                        destroy: Context::<(), Func>::destroy,
                        calls: Context::<(), Func>::calls,
                        leak: leak_injected::<Args<$($name),*>, Func>,
                        take_fault: take_fault::<(), Args<$($name),*>, Func>,
                    },
                    adapted_table: &Table {
                        kind: table_kind::<Args<$($name),*>, Func>,
                        destroy: Context::<DispatcherCell, Func>::destroy,
                        calls: Context::<DispatcherCell, Func>::calls,
                        leak: leak_adapted::<Args<$($name),*>, Func>,
                        take_fault: take_fault::<DispatcherCell, Args<$($name),*>, Func>,
                    },
                };

                fn kind() -> Result<&'static Kind, Error> {
                    kind_of::<Ret, $($name),*>()
                }
            }
        };
    };
}

/// Expands to the functions of every arity, the dispatchers in the convention that entry adapters call
/// them in.
macro_rules! every_arity {
    ($abi:literal) => {
        closures! {
            $abi;
            0: ;
            1: A 0 a;
            2: A 0 a, B 1 b;
            3: A 0 a, B 1 b, C 2 c;
            4: A 0 a, B 1 b, C 2 c, D 3 d;
            5: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e;
            6: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f;
            7: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g;
            8: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h;
            9: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i;
            10: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j;
            11: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k;
            12: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l;
            13: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m;
            14: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m, N 13 n;
            15: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m, N 13 n, O 14 o;
            16: A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m, N 13 n, O 14 o, P 15 p;
        }
    };
}

every_arity!("C");
