//! What being called costs: a native C callback, the lives and kinds of Trampette's, and those of
//! closure-ffi (typed only) and libffi, in one process.
//!
//! `cargo bench -p trampette-benches --bench callbacks` prints nanoseconds and, in parentheses, the
//! ratio to a C function of the program itself that C calls through a pointer: as far from the caller, a
//! shared library, as the closures are.

use std::ffi::c_void;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use closure_ffi::BareFn;
use libffi::middle::{Builder, Type};
use trampette::{Callback, CallbackFrame, Error, Library, c_struct};
use trampette_benches::stopwatch::{Way, compare, print_header, print_row};
use trampette_benches::{fixture, native};

#[derive(Clone, Copy)]
#[repr(C)]
struct Triple {
    a: i64,
    b: i64,
    c: i64,
}

c_struct!(Triple {
    a: i64,
    b: i64,
    c: i64
});

fn main() -> Result<(), Error> {
    let library = fixture::load();
    println!("ns per call from C (times a C function)\n");
    print_header(
        "",
        &[
            "native",
            "scoped",
            "owned",
            "dynamic",
            "dynamic, owned",
            "closure-ffi",
            "libffi",
        ],
    );
    calls(&library)?;
    rest(&library)?;
    sort()?;
    println!("\nns for making a callback of int(int, int), calling it once, and dropping it\n");
    print_header("", &["trampette", "closure-ffi", "libffi"]);
    lives();
    crowd()
}

/// A way to be called: C repeats a call of this pointer.
fn way<'a>(
    name: &'static str,
    library: &Library,
    repeat: &str,
    pointer: *const c_void,
) -> Result<Way<'a>, Error> {
    let signature = "(ptr, u64) -> void".parse()?;
    let repeat = library.function(repeat, &signature)?;
    let repeat = *repeat.as_fn::<unsafe extern "C" fn(*const c_void, u64)>()?;
    Ok(Way::new(name, move |times| {
        // SAFETY: the pointer is of a function as `repeat` calls it; its own result does not count.
        unsafe { repeat(pointer, times) };
    }))
}

macro_rules! case {
    ($library:expr, $label:expr, $repeat:expr, $native:ident, $signature:expr, $closure:expr,
     $dynamic:expr, $ffi:expr, [$($ffi_type:expr),*] -> $ffi_result:expr) => {{
        let native = native::$native();
        let closure = $closure;
        let scoped = Callback::scoped(&closure)?;
        let owned = Callback::from_fn($closure)?;
        let bare = BareFn::new_c($closure);
        let dynamic = Callback::new(&$signature.parse()?, $dynamic)?.leak();
        let owned_dynamic = Callback::new(&$signature.parse()?, $dynamic)?;
        let cif = Builder::new().args([$($ffi_type),*] as [Type; <[&str]>::len(&[$(stringify!($ffi_type)),*])]).res($ffi_result);
        let ffi = cif.into_closure($ffi, &());
        // SAFETY: any function pointer is the address of a function.
        let ffi_pointer = unsafe { *std::ptr::from_ref(ffi.code_ptr()).cast::<*const c_void>() };
        let ways = vec![
            way("native", $library, $repeat, native)?,
            way("scoped", $library, $repeat, scoped.as_ptr())?,
            way("owned", $library, $repeat, owned.as_ptr())?,
            way("dynamic", $library, $repeat, dynamic)?,
            way("dynamic, owned", $library, $repeat, owned_dynamic.as_ptr())?,
            way("closure-ffi", $library, $repeat, bare.bare() as *const c_void)?,
            way("libffi", $library, $repeat, ffi_pointer)?,
        ];
        print_row($label, &compare(ways));
    }};
}

/// The argument of a libffi closure.
unsafe fn ffi_arg<T: Copy>(args: *const *const c_void, index: usize) -> T {
    // SAFETY: the caller says that there is such an argument.
    let place = unsafe { args.add(index) };
    // SAFETY: as above.
    let place = unsafe { place.read() };
    // SAFETY: the caller says that it is a `T`.
    unsafe { place.cast::<T>().read() }
}

unsafe extern "C" fn ffi_nothing(
    _: &libffi::low::ffi_cif,
    (): &mut (),
    _: *const *const c_void,
    (): &(),
) {
}

unsafe extern "C" fn ffi_add(
    _: &libffi::low::ffi_cif,
    result: &mut u64,
    args: *const *const c_void,
    (): &(),
) {
    // SAFETY: the closure has two arguments of this type.
    let sum = unsafe { ffi_arg::<i32>(args, 0) } + unsafe { ffi_arg::<i32>(args, 1) };
    *result = i64::from(sum).cast_unsigned();
}

unsafe extern "C" fn ffi_eight(
    _: &libffi::low::ffi_cif,
    result: &mut f64,
    args: *const *const c_void,
    (): &(),
) {
    // SAFETY: the closure has eight arguments of this type.
    *result = (0..8)
        .map(|index| unsafe { ffi_arg::<f64>(args, index) })
        .sum();
}

unsafe extern "C" fn ffi_twelve(
    _: &libffi::low::ffi_cif,
    result: &mut i64,
    args: *const *const c_void,
    (): &(),
) {
    // SAFETY: the closure has twelve arguments of this type.
    *result = (0..12)
        .map(|index| unsafe { ffi_arg::<i64>(args, index) })
        .sum();
}

unsafe extern "C" fn ffi_turn(
    _: &libffi::low::ffi_cif,
    result: &mut Triple,
    args: *const *const c_void,
    (): &(),
) {
    // SAFETY: the closure has one argument of this type.
    let Triple { a, b, c } = unsafe { ffi_arg::<Triple>(args, 0) };
    *result = Triple { a: b, b: c, c: a };
}

/// The sum of the arguments of a dynamic callback, all of this type, one to a word of the frame.
#[inline(always)]
fn sum<T: Copy + std::iter::Sum>(call: &CallbackFrame<'_>, count: usize) -> T {
    /// A word that begins with a `T`.
    #[derive(Clone, Copy)]
    #[repr(C, align(8))]
    struct Word<T>(T);

    let start = call.as_ptr().cast::<Word<T>>();
    // SAFETY: the frame has as many words, and each begins with a `T`.
    let words = unsafe { std::slice::from_raw_parts(start, count) };
    words.iter().map(|word| word.0).sum()
}

fn calls(library: &Library) -> Result<(), Error> {
    // What the typed closures capture: one without captures needs no context, which some peers make use of.
    let zero = black_box(0i32);
    case!(library, "void()", "repeat_nothing", nothing, "() -> void", move || assert_eq!(zero, 0),
        |_| (), ffi_nothing, [] -> Type::void());
    case!(library, "int(int, int)", "repeat_add", add, "(i32, i32) -> i32",
        move |a: i32, b: i32| a + b + zero,
        |call| {
            let sum = sum::<i32>(call, 2);
            // SAFETY: the signature says so.
            unsafe { call.put_result(sum) };
        },
        ffi_add, [Type::i32(), Type::i32()] -> Type::i32());
    case!(library, "8 x double", "repeat_eight", eight,
        "(f64, f64, f64, f64, f64, f64, f64, f64) -> f64",
        move |a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64| {
            a + b + c + d + e + f + g + h + f64::from(zero)
        },
        |call| {
            let sum = sum::<f64>(call, 8);
            // SAFETY: the signature says so.
            unsafe { call.put_result(sum) };
        },
        ffi_eight, [Type::f64(), Type::f64(), Type::f64(), Type::f64(),
                    Type::f64(), Type::f64(), Type::f64(), Type::f64()] -> Type::f64());
    case!(library, "12 x i64", "repeat_twelve", twelve,
        "(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64) -> i64",
        move |a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: i64, j: i64, k: i64, l: i64| {
            a + b + c + d + e + f + g + h + i + j + k + l + i64::from(zero)
        },
        |call| {
            let sum = sum::<i64>(call, 12);
            // SAFETY: the signature says so.
            unsafe { call.put_result(sum) };
        },
        ffi_twelve, [Type::i64(), Type::i64(), Type::i64(), Type::i64(), Type::i64(), Type::i64(),
                     Type::i64(), Type::i64(), Type::i64(), Type::i64(), Type::i64(), Type::i64()] -> Type::i64());
    case!(library, "{i64, i64, i64} twice", "repeat_turn", turn,
        "({i64, i64, i64}) -> {i64, i64, i64}",
        move |t: Triple| Triple { a: t.b, b: t.c, c: t.a + i64::from(zero) },
        |call| {
            // SAFETY: the frame begins with the struct.
            let t = unsafe { call.as_ptr().cast::<Triple>().read() };
            // SAFETY: the signature says so.
            unsafe { call.put_result(Triple { a: t.b, b: t.c, c: t.a }) };
        },
        ffi_turn, [Type::structure([Type::i64(), Type::i64(), Type::i64()])]
            -> Type::structure([Type::i64(), Type::i64(), Type::i64()]));
    Ok(())
}

/// Four arguments behind `...`, read one by one. No peer has callbacks of such functions.
fn rest(library: &Library) -> Result<(), Error> {
    let sum = |call: &mut CallbackFrame<'_>| {
        let count = call.argument::<i32>(0).expect("it is an int");
        let mut rest = call.var_args().expect("the signature is variadic");
        let sum: f64 = (0..count / 2)
            .map(|_| {
                // SAFETY: the caller passes a `long` and a `double` for each two.
                let long = unsafe { rest.next::<i64>() }.expect("C promotes none");
                // SAFETY: as above.
                let double = unsafe { rest.next::<f64>() }.expect("C promotes none");
                long as f64 + double
            })
            .sum();
        // SAFETY: the signature says so.
        unsafe { call.put_result(sum) };
    };
    let dynamic = Callback::new(&"(i32, ...) -> f64".parse()?, sum)?;
    let ways = vec![
        way("native", library, "repeat_rest", native::rest())?,
        way("dynamic, owned", library, "repeat_rest", dynamic.as_ptr())?,
    ];
    println!();
    print_header("", &["native", "dynamic, owned"]);
    print_row("4 behind ...", &compare(ways));
    Ok(())
}

fn lives() {
    // First, while few were ever retired: in quarantine they stay in turn.
    Callback::set_quarantine(0);
    let without = compare(life());
    Callback::set_quarantine(65_536);
    print_row("make, call, drop", &compare(life()));
    print_row("without quarantine", &without);
    thousands();
}

fn life() -> Vec<Way<'static>> {
    type Add = unsafe extern "C" fn(i32, i32) -> i32;
    let cif = || {
        Builder::new()
            .args([Type::i32(), Type::i32()])
            .res(Type::i32())
    };
    let zero = black_box(0i32);
    vec![
        Way::new("trampette", move |times| {
            for _ in 0..times {
                let callback = Callback::from_fn(move |a: i32, b: i32| a + b + zero);
                let callback = callback.expect("there is memory for one callback");
                // SAFETY: this is the callback's signature.
                let add: Add = unsafe { std::mem::transmute(callback.as_ptr()) };
                // SAFETY: the callback lives.
                black_box(unsafe { add(black_box(1), 2) });
            }
        }),
        Way::new("closure-ffi", move |times| {
            for _ in 0..times {
                let closure = BareFn::new_c(move |a: i32, b: i32| a + b + zero);
                let add = closure.bare();
                // SAFETY: the closure lives.
                black_box(unsafe { add(black_box(1), 2) });
            }
        }),
        Way::new("libffi", move |times| {
            for _ in 0..times {
                let closure = cif().into_closure(ffi_add, &());
                // SAFETY: this is the closure's signature.
                let add: &Add = unsafe { closure.instantiate_code_ptr() };
                // SAFETY: the closure lives.
                black_box(unsafe { add(black_box(1), 2) });
            }
        }),
    ]
}

/// A thousand are made, called once each, and dropped: nothing of any is warm at its first call.
fn thousands() {
    type Add = unsafe extern "C" fn(i32, i32) -> i32;
    const COUNT: u64 = 1000;
    let zero = black_box(0i32);
    let cif = || {
        Builder::new()
            .args([Type::i32(), Type::i32()])
            .res(Type::i32())
    };
    let ways = vec![
        Way::new("trampette", move |times| {
            for _ in 0..times {
                let make = |_| Callback::from_fn(move |a: i32, b: i32| a + b + zero);
                let all: Vec<_> = (0..COUNT).map(make).collect();
                for callback in all.iter().flatten() {
                    // SAFETY: this is the callback's signature.
                    let add: Add = unsafe { std::mem::transmute(callback.as_ptr()) };
                    // SAFETY: the callback lives.
                    black_box(unsafe { add(black_box(1), 2) });
                }
            }
        }),
        Way::new("closure-ffi", move |times| {
            for _ in 0..times {
                let make = |_| BareFn::new_c(move |a: i32, b: i32| a + b + zero);
                let all: Vec<_> = (0..COUNT).map(make).collect();
                for closure in &all {
                    let add = closure.bare();
                    // SAFETY: the closure lives.
                    black_box(unsafe { add(black_box(1), 2) });
                }
            }
        }),
        Way::new("libffi", move |times| {
            for _ in 0..times {
                let make = |_| cif().into_closure(ffi_add, &());
                let all: Vec<_> = (0..COUNT).map(make).collect();
                for closure in &all {
                    // SAFETY: this is the closure's signature.
                    let add: &Add = unsafe { closure.instantiate_code_ptr() };
                    // SAFETY: the closure lives.
                    black_box(unsafe { add(black_box(1), 2) });
                }
            }
        }),
    ];
    let mut rows = compare(ways);
    for row in &mut rows {
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let count = COUNT as f64;
        row.nanoseconds /= count;
    }
    print_row("the same by the 1000", &rows);
}

/// `qsort` of 10,000 numbers: nanoseconds for each comparison.
fn sort() -> Result<(), Error> {
    type Qsort = unsafe extern "C" fn(*mut c_void, u64, u64, *const c_void);
    let qsort = Library::process().function("qsort", &"(ptr, u64, u64, ptr) -> void".parse()?)?;
    let qsort = *qsort.as_fn::<Qsort>()?;
    let numbers: Vec<u32> = (0..10_000u32)
        .map(|n| n.wrapping_mul(2_654_435_761))
        .collect();
    let count = AtomicU64::new(0);
    let counting = |a: *const u32, b: *const u32| {
        count.fetch_add(1, Ordering::Relaxed);
        order(a, b)
    };
    let counting = Callback::scoped(&counting)?;
    // SAFETY: the array is as large as we say.
    unsafe {
        qsort(
            numbers.clone().as_mut_ptr().cast(),
            10_000,
            4,
            counting.as_ptr(),
        );
    };
    let comparisons = count.load(Ordering::Relaxed);

    let scoped = Callback::scoped(&order)?;
    let owned = Callback::from_fn(order)?;
    let bare = BareFn::new_c(order);
    let cif = Builder::new()
        .args([Type::pointer(), Type::pointer()])
        .res(Type::i32());
    let ffi = cif.into_closure(ffi_order, &());
    // SAFETY: any function pointer is the address of a function.
    let ffi_pointer = unsafe { *std::ptr::from_ref(ffi.code_ptr()).cast::<*const c_void>() };
    let way = |name, compare: *const c_void| {
        let numbers = &numbers;
        Way::new(name, move |times| {
            for _ in 0..times {
                let mut numbers = numbers.clone();
                // SAFETY: the array is as large as we say.
                unsafe { qsort(numbers.as_mut_ptr().cast(), 10_000, 4, compare) };
            }
        })
    };
    let ways = vec![
        way("native", native::compare()),
        way("scoped", scoped.as_ptr()),
        way("owned", owned.as_ptr()),
        way("closure-ffi", bare.bare() as *const c_void),
        way("libffi", ffi_pointer),
    ];
    println!();
    print_header("", &["native", "scoped", "owned", "closure-ffi", "libffi"]);
    let mut sorts = compare(ways);
    for sort in &mut sorts {
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let comparisons = comparisons as f64;
        sort.nanoseconds /= comparisons;
    }
    print_row("qsort, a comparison", &sorts);
    Ok(())
}

fn order(a: *const u32, b: *const u32) -> i32 {
    // SAFETY: `qsort` passes pointers to numbers.
    let (a, b) = (unsafe { *a }.cast_signed(), unsafe { *b }.cast_signed());
    i32::from(a > b) - i32::from(a < b)
}

unsafe extern "C" fn ffi_order(
    _: &libffi::low::ffi_cif,
    result: &mut u64,
    args: *const *const c_void,
    (): &(),
) {
    // SAFETY: the closure has two arguments of this type.
    let (a, b) = (unsafe { ffi_arg(args, 0) }, unsafe { ffi_arg(args, 1) });
    *result = i64::from(order(a, b)).cast_unsigned();
}

/// A million callbacks at once: what they cost in time and memory.
fn crowd() -> Result<(), Error> {
    const COUNT: u32 = 1_000_000;
    let (resident, maps) = (resident(), mappings());
    let start = Instant::now();
    let mut callbacks = Vec::with_capacity(COUNT as usize);
    for _ in 0..COUNT {
        callbacks.push(Callback::from_fn(|a: i32| a + 1)?);
    }
    let made = start.elapsed() / COUNT;
    let handles = size_of::<Callback>() as u64;
    let bytes = (self::resident() - resident) / u64::from(COUNT) - handles;
    let maps = mappings() - maps;
    let start = Instant::now();
    drop(callbacks);
    let dropped = start.elapsed() / COUNT;
    println!(
        "\n1,000,000 at once: {made:?} to make one, {dropped:?} to drop it, {bytes} bytes each,"
    );
    println!("besides the {handles} of its handle; {maps} mappings more than before");
    Ok(())
}

/// The resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps")
        .unwrap_or_default()
        .lines()
        .count()
}
