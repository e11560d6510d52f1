//! Rust closures as C functions: for each closure type, the functions that thunks, injectors and entry
//! adapters enter.

use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use trampette_exec::Thunk;
use trampette_types::{CType, Signature};

use super::aside;
use super::context::{Context, DispatcherCell, Flight, Head, Slot, Table};
use super::fault::Fault;
use super::invoke::Invoke;
use super::kind::{Functions, Kind, Life, Passing, Way};
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
    /// For calls that are counted.
    owned: Functions,
    uncounted: Functions,
    injected_table: &'static Table,
    table: &'static Table,
}

impl Entries {
    #[inline]
    fn of_life(&self, life: Life) -> Functions {
        match life {
            Life::Owned => self.owned,
            Life::Uncounted => self.uncounted,
        }
    }
}

/// The context of a thunk that runs this closure.
#[inline]
pub(super) fn context<Args, F: Closure<Args>>(
    thunk: Thunk,
    way: Way,
    life: Life,
    closure: F,
) -> NonNull<()> {
    let entries = F::ENTRIES;
    let (code, next) = way.codes(entries.of_life(life));
    if let Way::Injected = way {
        return Context::allocate(thunk, entries.injected_table, code, (), closure);
    }
    let next = DispatcherCell::new(next.cast_mut());
    let context = Context::allocate(thunk, entries.table, code, next, closure);
    // A vector register carries the address as a number.
    context.as_ptr().expose_provenance();
    context
}

/// A value in its slot of an argument frame.
#[repr(C, align(8))]
struct Word<T>(T);

/// Runs the closure of a context, and counts the call out where its thunk has counted it in: the
/// closure's result, or the fallback when it panics or is refused.
///
/// # Safety
///
/// The slot is that of a living context of this type; if `COUNTED`, a thunk has counted the call.
#[inline(always)]
unsafe fn call<const COUNTED: bool, D, Args, F: Closure<Args>>(
    errno: errno::Place,
    slot: Slot,
    arguments: Args,
) -> F::Result {
    // SAFETY: the caller owes the same.
    let _flight = COUNTED.then(|| unsafe { Flight::begin(slot) });
    // SAFETY: the context lives: for the flight, or because nobody frees it.
    let closure = unsafe { Context::<D, F>::closure_of(slot) };
    errno.keep(|| {
        let result = fence::contain(|| closure.invoke(arguments), name::<Args, F>);
        result.flatten().unwrap_or_else(|| fallback(slot))
    })
}

fn name<Args, F: Closure<Args>>() -> String {
    F::kind().map_or_else(|_| String::new(), |kind| kind.signature().to_string())
}

/// What C gets when the call is refused, or panics: zero bytes unless declared otherwise.
#[cold]
#[inline(never)]
fn fallback<R: CValue>(slot: Slot) -> R {
    let slot = NonNull::new(slot.cast_mut()).map(NonNull::cast);
    let declared = slot.and_then(|slot| {
        // SAFETY: the slot is that of a context.
        let head = unsafe { Head::of_slot(slot) };
        // SAFETY: the context lives as long as the call.
        let thunk = unsafe { Head::thunk(head) };
        // SAFETY: the closure's result is the callback's.
        unsafe { aside::fallback(thunk) }
    });
    // SAFETY: `CValue` promises that zero bytes are a valid value.
    declared.unwrap_or_else(|| unsafe { MaybeUninit::zeroed().assume_init() })
}

/// Says which callback was called after its end, and ends the process.
#[cold]
fn stale(kind: Result<&'static Kind, Error>) -> ! {
    let signature = kind.map_or_else(|_| String::new(), |kind| kind.signature().to_string());
    eprintln!("trampette: a freed callback {signature} was called: aborting");
    std::process::abort();
}

/// The slot whose address a vector register carries.
#[inline(always)]
fn slot_in(register: f64) -> Slot {
    #[expect(clippy::cast_possible_truncation, reason = "an address")]
    ptr::with_exposed_provenance(register.to_bits() as usize)
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
    unsafe { Context::<(), F>::set_code(head, F::ENTRIES.uncounted.injected) };
}

/// # Safety
///
/// As [`Table::leak`] says.
unsafe fn leak<Args, F: Closure<Args>>(head: NonNull<Head>) {
    // SAFETY: the context lives.
    let thunk = unsafe { Head::thunk(head) };
    // SAFETY: the thunk is a callback's.
    let kind = unsafe { Kind::of(thunk) };
    let (_, next) = kind.way().codes(F::ENTRIES.uncounted);
    // SAFETY: the caller says that this is a context of this type, which lives.
    unsafe { Context::<DispatcherCell, F>::set_dispatcher(head, next) };
}

macro_rules! closures {
    ($abi:literal; $($($name:ident $index:tt $arg:ident),*;)*) => {
        $(closures!(@one $abi; $($name $index $arg),*);)*
    };
    (@one $abi:literal; $($name:ident $index:tt $arg:ident),*) => {
        const _: () = {
            type Args<$($name),*> = ($($name,)*);

            /// Entered through a thunk that injects the context as last argument.
            unsafe extern "C" fn injected<const COUNTED: bool, Func, Ret, $($name: CValue),*>(
                $($arg: $name,)* slot: Slot
            ) -> Ret
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                let Some(errno) = errno::known() else {
                    // SAFETY: the same call.
                    return unsafe { injected_first::<COUNTED, Func, Ret, $($name),*>($($arg,)* slot) };
                };
                // SAFETY: the thunk passes the slot's word, that of a living context of this type.
                unsafe { call::<COUNTED, (), Args<$($name),*>, Func>(errno, slot, ($($arg,)*)) }
            }

            /// The first call on a thread. Apart, and of the same type, so that the other calls need not
            /// save their arguments for it.
            #[cold]
            #[inline(never)]
            unsafe extern "C" fn injected_first<const COUNTED: bool, Func, Ret, $($name: CValue),*>(
                $($arg: $name,)* slot: Slot
            ) -> Ret
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                errno::Place::find();
                // SAFETY: the same call.
                unsafe { injected::<COUNTED, Func, Ret, $($name),*>($($arg,)* slot) }
            }

            /// The same with the context in a vector register.
            unsafe extern "C" fn vectored<const COUNTED: bool, Func, Ret, $($name: CValue),*>(
                $($arg: $name,)* slot: f64
            ) -> Ret
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                let Some(errno) = errno::known() else {
                    // SAFETY: the same call.
                    return unsafe { vectored_first::<COUNTED, Func, Ret, $($name),*>($($arg,)* slot) };
                };
                let slot = slot_in(slot);
                // SAFETY: as above.
                unsafe { call::<COUNTED, DispatcherCell, Args<$($name),*>, Func>(errno, slot, ($($arg,)*)) }
            }

            /// The first call on a thread, as above.
            #[cold]
            #[inline(never)]
            unsafe extern "C" fn vectored_first<const COUNTED: bool, Func, Ret, $($name: CValue),*>(
                $($arg: $name,)* slot: f64
            ) -> Ret
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                errno::Place::find();
                // SAFETY: the same call.
                unsafe { vectored::<COUNTED, Func, Ret, $($name),*>($($arg,)* slot) }
            }

            /// The frame that an entry adapter gathers.
            #[repr(C)]
            struct Frame<$($name),*>($(Word<$name>),*);

            /// Called by an entry adapter.
            unsafe extern $abi fn dispatched<const COUNTED: bool, Func, Ret, $($name: CValue),*>(
                slot: Slot,
                frame: *mut u8,
                result: *mut u8,
            )
            where
                Func: Closure<Args<$($name),*>, Result = Ret>,
            {
                let errno = errno::known().unwrap_or_else(errno::Place::find);
                let frame = frame.cast();
                let _: *mut Frame<$($name),*> = frame;
                $(
                    // SAFETY: the frame has this layout, and C filled it in.
                    let $arg = unsafe { (&raw const (*frame).$index.0).read() };
                )*
                // SAFETY: the adapter passes the slot's word, that of a living context of this type.
                let returned = unsafe {
                    call::<COUNTED, DispatcherCell, Args<$($name),*>, Func>(errno, slot, ($($arg,)*))
                };
                // SAFETY: the result's slot is that of a `Ret`.
                unsafe { result.cast::<Ret>().write(returned) };
            }

            /// Entered through a freed callback's thunk that injects.
            unsafe extern "C" fn dead<Ret: CValue, $($name: CValue),*>($(_: $name,)* _: Slot) -> Ret {
                stale(kind_of::<Ret, $($name),*>())
            }

            /// The same with the context in a vector register.
            unsafe extern "C" fn dead_vectored<Ret: CValue, $($name: CValue),*>(
                $(_: $name,)* _: f64
            ) -> Ret {
                stale(kind_of::<Ret, $($name),*>())
            }

            /// Called by an entry adapter for a freed callback.
            unsafe extern $abi fn dead_dispatched<Ret: CValue, $($name: CValue),*>(
                _: Slot, _: *mut u8, _: *mut u8
            ) {
                stale(kind_of::<Ret, $($name),*>())
            }

            #[inline(always)]
            fn kind_of<Ret: CValue, $($name: CValue),*>() -> Result<&'static Kind, Error> {
                Kind::typed::<fn($($name),*) -> Ret>(make_kind::<Ret, $($name),*>)
            }

            fn make_kind<Ret: CValue, $($name: CValue),*>() -> Result<&'static Kind, Error> {
                let params: Vec<CType> = vec![$($name::c_type()),*];
                let signature = Signature::new(params, Ret::c_type())?;
                let dead = Functions {
                    injected: dead::<Ret, $($name),*> as *const (),
                    vectored: dead_vectored::<Ret, $($name),*> as *const (),
                    dispatched: dead_dispatched::<Ret, $($name),*> as *const (),
                };
                let passing = match Ret::IS_NATIVE $(&& $name::IS_NATIVE)* {
                    true => Passing::Typed,
                    false => Passing::Framed,
                };
                Kind::new(&signature, dead, passing)
            }

            impl<Func, Ret: CValue, $($name: CValue),*> Closure<Args<$($name),*>> for Func
            where
                Func: Invoke<Args<$($name),*>, Result = Ret>,
            {
                const ENTRIES: Entries = Entries {
                    owned: Functions {
                        injected: injected::<true, Func, Ret, $($name),*> as *const (),
                        vectored: vectored::<true, Func, Ret, $($name),*> as *const (),
                        dispatched: dispatched::<true, Func, Ret, $($name),*> as *const (),
                    },
                    uncounted: Functions {
                        injected: injected::<false, Func, Ret, $($name),*> as *const (),
                        vectored: vectored::<false, Func, Ret, $($name),*> as *const (),
                        dispatched: dispatched::<false, Func, Ret, $($name),*> as *const (),
                    },
                    injected_table: &Table {
                        layout: Context::<(), Func>::LAYOUT,
                        destroy: Context::<(), Func>::destroy,
                        leak: leak_injected::<Args<$($name),*>, Func>,
                        take_fault: take_fault::<(), Args<$($name),*>, Func>,
                    },
                    table: &Table {
                        layout: Context::<DispatcherCell, Func>::LAYOUT,
                        destroy: Context::<DispatcherCell, Func>::destroy,
                        leak: leak::<Args<$($name),*>, Func>,
                        take_fault: take_fault::<DispatcherCell, Args<$($name),*>, Func>,
                    },
                };

                #[inline]
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
            ;
            A 0 a;
            A 0 a, B 1 b;
            A 0 a, B 1 b, C 2 c;
            A 0 a, B 1 b, C 2 c, D 3 d;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m, N 13 n;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m, N 13 n, O 14 o;
            A 0 a, B 1 b, C 2 c, D 3 d, E 4 e, F 5 f, G 6 g, H 7 h, I 8 i, J 9 j, K 10 k, L 11 l, M 12 m, N 13 n, O 14 o, P 15 p;
        }
    };
}

every_arity!("C");
