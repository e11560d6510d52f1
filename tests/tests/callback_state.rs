//! What a callback leaves as it was, and what its closure meets.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use trampette::{Callback, Function};
use trampette_fuzz::crash;
use trampette_fuzz::registers::{
    Survivors, WATCHED_CONTROL_WORDS, aligned_stack, call_watched, clobber, control_words,
};
use trampette_tests::matrix::{SYSTEM_V, in_system_v};

/// One of every kind of entry adapter: without a frame to speak of, with stack arguments, with a copy
/// loop, with stack probes, aligned anew, with results in one register, in two, and in memory.
const KINDS: [&str; 12] = [
    "() -> void",
    "(i64, i64, i64, i64, i64, i64) -> void",
    "(i8, f32, {i64, f64}) -> {i64, f64}",
    "(i64, i64, i64, i64, i64, i64, i64, i16, u8) -> i8",
    "(f64, f64, f64, f64, f64, f64, f64, f64, f64, f32) -> {f64, f64}",
    "({[u8; 30]}, {[u8; 40]} packed, i32) -> {i64, i64}",
    "({[u8; 200]}) -> void",
    "() -> {[u8; 20000]}",
    "(ptr) -> {[f64; 8]} align(64)",
    "(f64, f64) -> {[u8; 17]}",
    "(i64) -> {[i64; 20]}",
    "(i64, f64, {[i64; 4]} align(32)) -> {i64, f64} packed",
];

/// Room for the result of any of them.
#[repr(align(64))]
struct Room([u8; 20_480]);

/// Calls a callback of any signature from poisoned registers, with a place for a result in memory as
/// first argument, and as the address of whatever travels by reference. Stack arguments are what stands
/// on the stack.
fn watch(callback: *const c_void) -> (u64, Survivors) {
    let (mut room, mut found) = (Room([0; 20_480]), Survivors::default());
    let (entry, place) = (callback.cast(), room.0.as_mut_ptr());
    // SAFETY: the closures here take no notice of their arguments, which are few.
    let result = unsafe { call_watched(entry, place, place.cast(), &raw mut found) };
    (result, found)
}

#[test]
fn hard_case_17_callee_saved_state_survives_dynamic_callbacks() {
    for text in in_system_v(KINDS) {
        crash::note(&text);
        let callback = Callback::new(&text.parse().unwrap(), |_| clobber()).unwrap();
        assert_eq!(watch(callback.as_ptr()).1.check(), Ok(()), "{text}");
        assert_eq!(watch(callback.leak()).1.check(), Ok(()), "{text}, leaked");
    }
}

/// Where they are of System V's convention; those of Windows are watched in `win64_state`.
#[cfg(not(windows))]
#[test]
fn hard_case_17_callee_saved_state_survives_typed_callbacks() {
    #[derive(Clone, Copy)]
    #[repr(C)]
    struct Large {
        words: [u64; 5],
    }

    trampette::c_struct!(Large { words: [u64; 5] });

    let large = || {
        clobber();
        Large { words: [1; 5] }
    };
    let seven = |a: i64, _: i64, _: i64, _: i64, _: i64, _: i64, _: i64| {
        clobber();
        a
    };
    let (injected, adapted) = (|_: *mut u8| clobber(), seven);
    let scoped = Callback::scoped(&injected).unwrap();
    assert_eq!(watch(scoped.as_ptr()).1.check(), Ok(()));
    for callback in [
        Callback::from_fn(injected).unwrap(),
        Callback::from_fn(large).unwrap(),
        Callback::from_fn(adapted).unwrap(),
    ] {
        let name = callback.signature().to_string();
        assert_eq!(watch(callback.as_ptr()).1.check(), Ok(()), "{name}");
    }
}

#[test]
fn hard_case_17_the_closure_meets_the_callers_control_words() {
    for text in in_system_v(KINDS) {
        let seen = Arc::new(AtomicU32::new(0));
        let words = seen.clone();
        let look = move |_: &mut trampette::CallbackFrame<'_>| {
            words.store(control_words(), Ordering::Relaxed);
        };
        let callback = Callback::new(&text.parse().unwrap(), look).unwrap();
        assert_eq!(watch(callback.as_ptr()).1.check(), Ok(()), "{text}");
        assert_eq!(
            seen.load(Ordering::Relaxed),
            WATCHED_CONTROL_WORDS,
            "{text}"
        );
    }
    #[cfg(not(windows))]
    {
        let callback = Callback::from_fn(|| control_words()).unwrap();
        assert_eq!(watch(callback.as_ptr()).0, u64::from(WATCHED_CONTROL_WORDS));
    }
}

#[test]
fn hard_case_16_movaps_works_below_the_closure_for_every_count_of_arguments() {
    for kinds in [
        ["i64", "i64"],
        ["f64", "f32"],
        ["i8", "{i64, i64, i8}"],
        ["{f32}", "{[u8; 40]} align(32)"],
    ] {
        for count in 0..=40 {
            let params: Vec<&str> = kinds.into_iter().cycle().take(count).collect();
            for result in ["i32", "{i32, [i64; 4]}"] {
                below_the_closure(&format!("{SYSTEM_V}({}) -> {result}", params.join(", ")));
            }
        }
    }
}

fn below_the_closure(text: &str) {
    crash::note(text);
    let signature = text.parse().unwrap();
    let closure = |call: &mut trampette::CallbackFrame<'_>| {
        let sixteen = aligned_stack();
        // SAFETY: the result begins with an `i32`.
        unsafe { call.result_ptr().cast::<i32>().write(sixteen) };
    };
    let callback = Callback::new(&signature, closure).unwrap();
    let function = Function::from_pointer(callback.as_ptr(), &signature).unwrap();
    let mut frame = function.frame();
    // SAFETY: the callback has this signature, and an all-zero frame has every argument set.
    unsafe { function.call_frame_in_place(&mut frame) };
    let result = frame.layout().result();
    // SAFETY: the result's slot lies in the frame.
    let place = unsafe { frame.as_mut_ptr().add(result) };
    // SAFETY: it begins with an `i32`.
    let sixteen = unsafe { place.cast::<i32>().read() };
    assert_eq!(sixteen, 16, "{text}");
}

#[test]
fn hard_case_16_movaps_works_below_typed_closures_too() {
    macro_rules! check {
        ($($($ty:ident)*;)*) => {$({
            let callback = Callback::from_fn(|$(_: $ty),*| aligned_stack()).unwrap();
            let name = callback.signature().to_string();
            crash::note(&name);
            let function = Function::from_pointer(callback.as_ptr(), callback.signature()).unwrap();
            let typed = function.typed::<($($ty,)*), i32>().unwrap();
            // SAFETY: the callback has this signature.
            assert_eq!(unsafe { typed.call(($($ty::default(),)*)) }, 16, "{name}");
        })*};
    }
    check! {
        ;
        i64;
        i64 i64;
        i64 i64 i64;
        i64 i64 i64 i64;
        i64 i64 i64 i64 i64;
        i64 i64 i64 i64 i64 i64;
        i64 i64 i64 i64 i64 i64 i64;
        i64 i64 i64 i64 i64 i64 i64 i64;
        f64 f64 f64 f64 f64 f64 f64 f64;
        f64 f64 f64 f64 f64 f64 f64 f64 f64;
        f64 f64 f64 f64 f64 f64 f64 f64 f64 f32;
    }
}
