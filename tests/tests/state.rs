//! What a call leaves as it was.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::c_void;

use trampette::{Function, Value};
use trampette_exec::CodeMemory;
use trampette_fuzz::case::Case;
use trampette_fuzz::crash;
use trampette_fuzz::registers::{
    Survivors, WATCHED_CONTROL_WORDS, aligned_stack, call_watched, clobber, control_words,
};
use trampette_fuzz::{stubs, watched};
use trampette_tests::matrix::{SYSTEM_V, in_system_v};
use trampette_tests::proof;

/// One of every kind of stub: jumping, with a frame, with a copy loop, with stack probes, aligned anew,
/// variadic, with a hidden result.
const KINDS: [&str; 10] = [
    "() -> void",
    "(i64, i64, i64, i64, i64, i64) -> void",
    "(i8, f32, {i64, f64}) -> void",
    "(i64, i64, i64, i64, i64, i64, i64, i16, u8) -> void",
    "(f64, f64, f64, f64, f64, f64, f64, f64, f64, f32, {i8, f64} packed) -> void",
    "({[u8; 100]}, {[u8; 200]}, i32) -> void",
    "({[u8; 20000]}, f64) -> void",
    "(i32, {[i64; 4]} align(32), i8, {[f64; 8]} align(64)) -> void",
    "(ptr, ..., f64, i32, f64, {i64, i64, i64}) -> void",
    "(i64, {f64, f64}, i64, i64, i64, i64, i64) -> {i64, i64, i64}",
];

#[test]
fn hard_case_17_callee_saved_state_survives_a_stub() {
    let cases: Vec<Case> = proof::parse(in_system_v(KINDS))
        .iter()
        .map(Case::of)
        .collect();
    let signatures: Vec<_> = cases.iter().map(|case| case.signature.clone()).collect();
    let memory = CodeMemory::new();
    for (stub, case) in stubs::publish(&memory, &signatures).iter().zip(&cases) {
        crash::note(&case.signature.to_string());
        let (mut frame, mut found) = (stub.frame_for(case), Survivors::default());
        let (entry, target) = (stub.entry.as_ptr(), clobber as *const c_void);
        // SAFETY: the stub is entered with a frame of its own and a callee of any signature.
        unsafe { call_watched(entry, frame.as_mut_ptr(), target, &raw mut found) };
        assert_eq!(found.check(), Ok(()), "{}", case.signature);
        for (passed, &at) in case.arguments.iter().zip(stub.frame.arguments()) {
            assert_eq!(
                frame.bytes(at, passed.bytes.len()),
                passed.bytes,
                "{}",
                case.signature
            );
        }
    }
}

#[test]
fn hard_case_17_the_callee_meets_the_callers_control_words() {
    let memory = CodeMemory::new();
    let texts = ["() -> u32", "(i64, i64, i64, i64, i64, i64, i64) -> u32"];
    let cases = proof::parse(in_system_v(texts));
    for (stub, signature) in stubs::publish(&memory, &cases).iter().zip(&cases) {
        let (mut frame, mut found) = (stub.frame_for(&Case::of(signature)), Survivors::default());
        let (entry, target) = (stub.entry.as_ptr(), control_words as *const c_void);
        // SAFETY: the stub is entered with a frame of its own and a callee that takes no notice of it.
        let words = unsafe { call_watched(entry, frame.as_mut_ptr(), target, &raw mut found) };
        assert_eq!(words, u64::from(WATCHED_CONTROL_WORDS));
    }
}

#[test]
fn hard_case_17_callee_saved_state_survives_the_ways_to_call() {
    for text in in_system_v(KINDS) {
        let signature = text.parse().unwrap();
        let case = Case::of(&signature);
        let function = Function::from_pointer(clobber as *const c_void, &signature).unwrap();
        let mut context = (function, case);
        let mut found = Survivors::default();
        let context = (&raw mut context).cast();
        // SAFETY: `facade` is a function of two pointers, the first to such a context.
        unsafe {
            call_watched(
                facade as *const (),
                context,
                std::ptr::null(),
                &raw mut found,
            )
        };
        assert_eq!(found.check(), Ok(()), "{text}");
    }
}

watched! {
fn facade(context: *mut (Function, Case), _: *const c_void) -> u64 {
    // SAFETY: the caller passes such a context, which nobody else has meanwhile.
    let (function, case) = unsafe { &*context };
    let arguments = case.arguments.iter();
    let values: Vec<Value> = arguments
        .map(|passed| trampette_fuzz::values::value(&passed.ty, &passed.bytes))
        .collect();
    // SAFETY: the callee has any signature, and the values are of the function's.
    let called = unsafe { function.call(&values) };
    let mut frame = function.frame();
    // SAFETY: an all-zero frame has every argument set, and the callee takes any.
    unsafe { function.call_frame_in_place(&mut frame) };
    u64::from(called.is_ok())
}
}

#[test]
fn hard_case_16_movaps_works_in_the_callee_for_every_count_of_arguments() {
    for kinds in [
        ["i64", "i64"],
        ["f64", "f32"],
        ["i8", "{i64, i64, i8}"],
        ["{f32}", "{[u8; 40]} align(32)"],
    ] {
        for count in 0..=40 {
            let params: Vec<&str> = kinds.into_iter().cycle().take(count).collect();
            let text = format!("{SYSTEM_V}({}) -> i32", params.join(", "));
            crash::note(&text);
            let signature = text.parse().unwrap();
            let function =
                Function::from_pointer(aligned_stack as *const c_void, &signature).unwrap();
            // SAFETY: the callee has any signature, and an all-zero frame has every argument set.
            let result = unsafe { function.call_frame::<i32>(&mut function.frame()) };
            assert_eq!(result, 16, "{text}");
        }
    }
}
