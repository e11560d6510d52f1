//! What calls and callbacks of the Microsoft x64 convention leave as it was: on a System V host, and on
//! Windows, where they are the system's own.

#![cfg(all(target_arch = "x86_64", any(target_os = "linux", windows)))]

use std::ffi::c_void;

use trampette::{Callback, Function};
use trampette_exec::CodeMemory;
use trampette_fuzz::case::Case;
use trampette_fuzz::crash;
use trampette_fuzz::registers::win64::{
    Survivors, call_watched, clobber, second_integer, second_vector,
};
use trampette_fuzz::{registers, stubs};
use trampette_tests::proof;

/// One of every kind of stub: jumping, with a frame, with copies, with a copy loop, with stack probes,
/// aligned anew, variadic, with a hidden result.
const CALLS: [&str; 9] = [
    "win64 () -> void",
    "win64 (i64, f64, i8, f32) -> void",
    "win64 (i64, i64, i64, i64, i64, i16, u8) -> void",
    "win64 ({i64, f64}, {[i8; 3]}) -> void",
    "win64 (i8, i8, i8, i8, {[u8; 100]}, {[u8; 200]}, f64) -> void",
    "win64 ({[u8; 20000]}, f64) -> void",
    "win64 (i32, {[i64; 4]} align(32), i8, {[f64; 8]} align(64)) -> void",
    "win64 (ptr, ..., f64, i32, f64, {i64, i64, i64}) -> void",
    "win64 (i64, {f64, f64}, i64, i64, i64, i64, i64) -> {i64, i64, i64}",
];

#[test]
fn hard_case_17_callee_saved_state_survives_a_stub_and_nothing_above_the_home_space_is_written() {
    let cases: Vec<Case> = proof::parse(CALLS).iter().map(Case::of).collect();
    let signatures: Vec<_> = cases.iter().map(|case| case.signature.clone()).collect();
    let memory = CodeMemory::new();
    for (stub, case) in stubs::publish(&memory, &signatures).iter().zip(&cases) {
        crash::note(&case.signature.to_string());
        let (mut frame, mut found) = (stub.frame_for(case), Survivors::POISON);
        let (entry, target) = (stub.entry.as_ptr(), clobber as *const c_void);
        // SAFETY: the stub is entered with a frame of its own and a callee of any signature.
        unsafe { call_watched(entry, frame.as_mut_ptr(), target, &raw mut found) };
        assert_eq!(found.check(), Ok(()), "{}", case.signature);
        for (passed, &at) in case.arguments.iter().zip(stub.frame.arguments()) {
            let now = frame.bytes(at, passed.bytes.len());
            assert_eq!(now, passed.bytes, "{}", case.signature);
        }
    }
}

/// The other side of it: what a System V caller is owed is kept as well.
#[test]
fn hard_case_17_callee_saved_state_survives_the_ways_to_call() {
    extern "sysv64" fn call(function: *mut Function, _: *const c_void) -> u64 {
        // SAFETY: the caller passes a function.
        let function = unsafe { &*function };
        let mut frame = function.frame();
        // SAFETY: an all-zero frame has every argument set, and the callee takes any.
        unsafe { function.call_frame_in_place(&mut frame) };
        1
    }
    for text in CALLS {
        crash::note(text);
        let signature = text.parse().unwrap();
        let mut function = Function::from_pointer(clobber as *const c_void, &signature).unwrap();
        let mut found = registers::Survivors::default();
        let (entry, context) = (call as *const (), (&raw mut function).cast());
        // SAFETY: `call` is a function of two pointers, the first to a function.
        unsafe { registers::call_watched(entry, context, std::ptr::null(), &raw mut found) };
        assert_eq!(found.check(), Ok(()), "{text}");
    }
}

/// What code of Windows is owed is kept by calls of either convention.
#[test]
fn hard_case_17_rdi_rsi_and_xmm6_to_xmm15_survive_the_ways_to_call() {
    extern "win64" fn call(function: *mut Function, _: *const c_void) -> u64 {
        // SAFETY: the caller passes a function.
        let function = unsafe { &*function };
        let mut frame = function.frame();
        // SAFETY: an all-zero frame has every argument set, and the callee takes any.
        unsafe { function.call_frame_in_place(&mut frame) };
        1
    }
    let of_system_v = |text: &str| text.replace("win64", "sysv64");
    let callees = [
        clobber as *const c_void,
        registers::clobber as *const c_void,
    ];
    for text in CALLS {
        for (text, callee) in [text.to_owned(), of_system_v(text)].iter().zip(callees) {
            crash::note(text);
            let mut function = Function::from_pointer(callee, &text.parse().unwrap()).unwrap();
            let mut found = Survivors::POISON;
            let (entry, context) = (call as *const (), (&raw mut function).cast());
            // SAFETY: `call` is a function of two pointers, the first to a function.
            unsafe { call_watched(entry, context, std::ptr::null(), &raw mut found) };
            assert_eq!(found.check(), Ok(()), "{text}");
        }
    }
}

/// One of every kind of entry adapter.
const CALLBACKS: [&str; 10] = [
    "win64 () -> void",
    "win64 (i64, f64) -> i8",
    "win64 (i64, f64, f32, i16) -> f64",
    "win64 (i64, i64, i64, i64, i64, i64, i64, i16, u8) -> f32",
    "win64 () -> {[u8; 20000]}",
    "win64 (ptr) -> {[f64; 8]} align(64)",
    "win64 (i64) -> {[u8; 17]}",
    "win64 (i64) -> {[i64; 20]}",
    "win64 (ptr) -> {[i16; 4]}",
    "win64 (ptr) -> {[u8; 3]}",
];

/// Room for the result of any of them.
#[repr(align(64))]
struct Room([u8; 20_480]);

/// Calls a callback of any signature from poisoned registers, with a place for a result in memory as
/// first argument, as a caller of its own convention does.
fn watch(callback: *const c_void) -> Survivors {
    let (mut room, mut found) = (Room([0; 20_480]), Survivors::POISON);
    let (entry, place) = (callback.cast(), room.0.as_mut_ptr());
    // SAFETY: the closures here take no notice of their arguments, which are numbers.
    unsafe { call_watched(entry, place, std::ptr::null(), &raw mut found) };
    found
}

#[test]
fn hard_case_17_rdi_rsi_and_xmm6_to_xmm15_survive_a_callback_of_system_v_code() {
    for text in CALLBACKS {
        crash::note(text);
        // The closure runs System V code that destroys all that such code may.
        let callback = Callback::new(&text.parse().unwrap(), |_| registers::clobber()).unwrap();
        assert_eq!(watch(callback.as_ptr()).check(), Ok(()), "{text}");
        assert_eq!(watch(callback.leak()).check(), Ok(()), "{text}, leaked");
    }
}

/// Windows' own callbacks by Rust types: with the context in a register, and through adapters.
#[cfg(windows)]
#[test]
fn hard_case_17_rdi_rsi_and_xmm6_to_xmm15_survive_typed_callbacks() {
    #[derive(Clone, Copy)]
    #[repr(C)]
    struct Large {
        words: [u64; 5],
    }

    trampette::c_struct!(Large { words: [u64; 5] });

    let large = || {
        registers::clobber();
        Large { words: [1; 5] }
    };
    let five = |a: i64, _: i64, _: i64, _: i64, _: i64| {
        registers::clobber();
        a
    };
    let singles = |_: f64, _: f64, _: f64, _: f64| registers::clobber();
    let injected = |_: *mut u8| registers::clobber();
    let scoped = Callback::scoped(&injected).unwrap();
    assert_eq!(watch(scoped.as_ptr()).check(), Ok(()));
    for callback in [
        Callback::from_fn(injected).unwrap(),
        Callback::from_fn(large).unwrap(),
        Callback::from_fn(five).unwrap(),
        Callback::from_fn(singles).unwrap(),
    ] {
        let name = callback.signature().to_string();
        assert_eq!(watch(callback.as_ptr()).check(), Ok(()), "{name}");
    }
}

/// A check that cannot fail is none.
#[test]
fn hard_case_17_the_harness_sees_what_does_not_survive() {
    for (entry, what) in [
        (registers::clobber as *const c_void, "System V code"),
        (
            over_the_home_space as *const c_void,
            "a write above the home space",
        ),
    ] {
        assert!(watch(entry).check().is_err(), "{what}");
    }
}

/// A callee that takes its caller for one with 40 bytes of home space.
#[unsafe(naked)]
extern "win64" fn over_the_home_space() {
    std::arch::naked_asm!("mov [rsp + 40], rsp", "ret")
}

#[test]
fn hard_case_11_a_variadic_double_travels_in_both_registers_of_its_position() {
    for (callee, kind) in [
        (second_integer as *const c_void, "integer"),
        (second_vector as *const c_void, "vector"),
    ] {
        for signature in [
            "win64 (ptr, ..., f64) -> u64",
            "win64 (..., int, f64) -> u64",
        ] {
            let function = Function::from_pointer(callee, &signature.parse().unwrap()).unwrap();
            let mut frame = function.frame();
            frame.set(1, -2.5f64).unwrap();
            // SAFETY: the callee looks at its second argument only.
            let bits = unsafe { function.call_frame::<u64>(&mut frame) };
            assert_eq!(f64::from_bits(bits), -2.5, "{kind} register, {signature}");
        }
    }
}

#[test]
fn hard_case_16_movaps_works_in_the_callee_and_below_the_closure_for_every_count_of_arguments() {
    for kinds in [
        ["i64", "i64"],
        ["f64", "f32"],
        ["i8", "{i64, i64, i8}"],
        ["{f32}", "{[u8; 40]} align(32)"],
    ] {
        for count in 0..=40 {
            let params: Vec<&str> = kinds.into_iter().cycle().take(count).collect();
            let text = format!("win64 ({}) -> i32", params.join(", "));
            crash::note(&text);
            let signature = text.parse().unwrap();
            let aligned = registers::aligned_stack;
            let callback = Callback::new(&signature, move |call| {
                call.set_result(aligned()).unwrap();
            })
            .unwrap();
            for target in [aligned as *const c_void, callback.as_ptr()] {
                let function = Function::from_pointer(target, &signature).unwrap();
                // SAFETY: the callee has any signature, and an all-zero frame has every argument set.
                let result = unsafe { function.call_frame::<i32>(&mut function.frame()) };
                assert_eq!(result, 16, "{text}");
            }
        }
    }
}
