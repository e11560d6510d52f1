//! Calls in calls: a C function calls a Rust function that calls through Trampette again.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::c_void;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread::JoinHandle;

use trampette::{Aggregate, Callback, Closure, Function, Value, c_struct};
use trampette_fuzz::compiler::{self, Compiled};

const DEPTH: i64 = 1000;

fn library() -> &'static Compiled {
    static LIBRARY: OnceLock<Vec<Compiled>> = OnceLock::new();
    let compile = || compiler::compile("recursion", include_str!("../fixtures/recursion.c"));
    LIBRARY
        .get_or_init(compile)
        .last()
        .expect("at least one build")
}

fn dive() -> &'static Function {
    static DIVE: OnceLock<Function> = OnceLock::new();
    DIVE.get_or_init(|| {
        library()
            .library
            .function("dive", &"(i64, ptr) -> i64".parse().unwrap())
            .unwrap()
    })
}

extern "C" fn dive_by_values(depth: i64) -> i64 {
    let again = Value::Pointer(dive_by_values as *mut c_void);
    // SAFETY: this is the function's signature, and the pointer is to such a function.
    match unsafe { dive().call(&[depth.into(), again]) } {
        Ok(Value::I64(reached)) => reached,
        _ => -1,
    }
}

extern "C" fn dive_typed(depth: i64) -> i64 {
    let typed = dive().typed::<(i64, *const c_void), i64>().unwrap();
    // SAFETY: as above.
    unsafe { typed.call((depth, dive_typed as *const c_void)) }
}

extern "C" fn dive_by_frame(depth: i64) -> i64 {
    let mut frame = dive().frame();
    frame.set(0, depth).unwrap();
    frame.set(1, dive_by_frame as *const c_void).unwrap();
    // SAFETY: the frame is the function's own; as above.
    unsafe { dive().call_frame(&mut frame) }
}

/// Runs on a thread with room for so many frames of unoptimised code.
fn with_a_large_stack<T: Send + 'static>(
    body: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(body)
        .unwrap()
}

#[test]
fn hard_case_33_1000_calls_deep_through_one_stub() {
    for dive in [
        dive_by_values as extern "C" fn(i64) -> i64,
        dive_typed,
        dive_by_frame,
    ] {
        assert_eq!(
            with_a_large_stack(move || dive(DEPTH)).join().unwrap(),
            DEPTH
        );
    }
}

const LOADED: &str =
    "(i64, f64, i64, {words: [i64; 5]}, i64, ptr, i64, i64, f32) -> {words: [i64; 5]}";

fn dive_loaded() -> &'static Function {
    static DIVE: OnceLock<Function> = OnceLock::new();
    DIVE.get_or_init(|| {
        library()
            .library
            .function("dive_loaded", &LOADED.parse().unwrap())
            .unwrap()
    })
}

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Load {
    words: [i64; 5],
}

c_struct!(Load { words: [i64; 5] });

extern "C" fn loaded_level(depth: i64) -> Load {
    loaded_level_by(loaded_level as *mut c_void, depth)
}

/// One level: every number in it depends on the depth. C calls `again` for the next.
fn loaded_level_by(again: *mut c_void, depth: i64) -> Load {
    let load: Vec<u8> = (1..=5)
        .flat_map(|factor| (factor * depth).to_le_bytes())
        .collect();
    let ty = &dive_loaded().signature().params()[3];
    let load = Aggregate::from_bytes(ty, &load).unwrap();
    let again = Value::Pointer(again);
    let arguments = [
        depth.into(),
        2.0.into(),
        (depth * 2).into(),
        load.into(),
        depth.into(),
        again,
        (depth * 3).into(),
        (depth * 4).into(),
        0.5f32.into(),
    ];
    // SAFETY: this is the function's signature, and the pointer is to such a function.
    let Ok(Value::Struct(sum)) = (unsafe { dive_loaded().call(&arguments) }) else {
        return Load { words: [-1; 5] };
    };
    // SAFETY: the struct has as many bytes, of which any are valid.
    unsafe { sum.bytes().as_ptr().cast::<Load>().read_unaligned() }
}

#[test]
fn hard_case_33_arguments_on_the_stack_survive_the_calls_within() {
    let depth = 300;
    let sum = with_a_large_stack(move || loaded_level(depth));
    check_loaded(depth, sum.join().unwrap());
}

fn check_loaded(depth: i64, sum: Load) {
    let levels = depth * (depth + 1) / 2;
    // 1 from the load and 1 + 2 + 3 + 4 from the numbers, and 2.5 at each level cut to 2.
    assert_eq!(sum.words[0], 11 * levels + 2 * (depth + 1));
    assert_eq!(
        sum.words[1..],
        [2 * levels, 3 * levels, 4 * levels, 5 * levels]
    );
}

#[test]
fn hard_case_33_calls_in_calls_on_several_threads() {
    let dives = [
        dive_by_values as extern "C" fn(i64) -> i64,
        dive_typed,
        dive_by_frame,
        dive_by_values,
    ];
    for thread in dives.map(|dive| with_a_large_stack(move || dive(DEPTH))) {
        assert_eq!(thread.join().unwrap(), DEPTH);
    }
}

/// A callback that is passed on to C with each call: it knows its own pointer.
struct Again {
    pointer: AtomicPtr<c_void>,
}

impl Again {
    /// Leaks the callback of a closure that takes this.
    fn leak<Args, F>(make: impl FnOnce(&'static Self) -> F) -> *mut c_void
    where
        F: Closure<Args> + Send + Sync + 'static,
    {
        let none = AtomicPtr::new(std::ptr::null_mut());
        let again: &'static Self = Box::leak(Box::new(Self { pointer: none }));
        again.keep(Callback::from_fn(make(again)).unwrap())
    }

    fn keep(&self, callback: Callback) -> *mut c_void {
        let pointer = callback.leak().cast_mut();
        self.pointer.store(pointer, Ordering::Relaxed);
        pointer
    }

    fn pointer(&self) -> *mut c_void {
        self.pointer.load(Ordering::Relaxed)
    }
}

fn dive_again(depth: i64, again: *mut c_void) -> i64 {
    // SAFETY: this is the function's signature, and the pointer is to such a callback.
    let reached = unsafe { dive().call(&[depth.into(), Value::Pointer(again)]) };
    reached
        .ok()
        .and_then(|value| value.as_integer())
        .map_or(-1, |reached| i64::try_from(reached).unwrap())
}

#[test]
fn hard_case_33_calls_in_callbacks_in_calls_1000_deep() {
    let injected = Again::leak(|again| move |depth: i64| dive_again(depth, again.pointer()));
    static DYNAMIC: Again = Again {
        pointer: AtomicPtr::new(std::ptr::null_mut()),
    };
    let closure = |arguments: &[Value]| {
        let Value::I64(depth) = arguments[0] else {
            return Value::I64(-1);
        };
        dive_again(depth, DYNAMIC.pointer()).into()
    };
    let dynamic = Callback::from_values(&"(i64) -> i64".parse().unwrap(), closure);
    let dynamic = DYNAMIC.keep(dynamic.unwrap());
    for again in [injected, dynamic] {
        let again = again.expose_provenance();
        let dive = move || dive_again(DEPTH, std::ptr::with_exposed_provenance_mut(again));
        assert_eq!(with_a_large_stack(dive).join().unwrap(), DEPTH);
    }
}

#[test]
fn hard_case_33_results_in_memory_survive_calls_in_callbacks() {
    let typed = Again::leak(|again| move |depth: i64| loaded_level_by(again.pointer(), depth));
    static DYNAMIC: Again = Again {
        pointer: AtomicPtr::new(std::ptr::null_mut()),
    };
    let signature = "(i64) -> {words: [i64; 5]}".parse().unwrap();
    let dynamic = Callback::new(&signature, |call| {
        let level = loaded_level_by(DYNAMIC.pointer(), call.argument(0).unwrap());
        call.set_result(level).unwrap();
    });
    let dynamic = DYNAMIC.keep(dynamic.unwrap());
    for again in [typed, dynamic] {
        let (depth, again) = (300, again.expose_provenance());
        let dive = move || loaded_level_by(std::ptr::with_exposed_provenance_mut(again), depth);
        check_loaded(depth, with_a_large_stack(dive).join().unwrap());
    }
}
