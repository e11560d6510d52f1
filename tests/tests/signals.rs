//! Calls under a storm of signals whose handler uses all the stack below the one that it interrupts.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::cell::Cell;
use std::ffi::c_int;
use std::time::Duration;

use trampette::{Callback, Function};
use trampette_fuzz::case::Case;
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::way::Way;
use trampette_fuzz::witness::{Places, Witness};
use trampette_fuzz::{c, compiler};
use trampette_tests::matrix;
use trampette_tests::process::Running;
use trampette_tests::proof;

thread_local! {
    static CAUGHT: Cell<usize> = const { Cell::new(0) };
}

/// Overwrites 16 KiB of stack: the kernel has spared the red zone, and nothing else.
extern "C" fn dirty_the_stack(_: c_int) {
    let mut dirt = std::hint::black_box([0xD1u8; 16 << 10]);
    std::hint::black_box(&mut dirt);
    CAUGHT.set(CAUGHT.get() + 1);
}

fn install(signal: c_int) {
    // SAFETY: an all-zero `sigaction` is a valid one.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = dirty_the_stack as extern "C" fn(c_int) as usize;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the handler does nothing that a handler may not.
    let installed = unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
    assert_eq!(installed, 0, "sigaction");
}

/// One of every kind of stub: jumping, with a frame, with a copy loop, with stack probes, aligned anew,
/// variadic, with a hidden result.
const KINDS: [&str; 8] = [
    "(i64, f64, i8, f32) -> i64",
    "({f64, i32}, i64, {f32, f32}) -> {f64, f64}",
    "(i64, i64, i64, i64, i64, i64, i64, i64, f64, {i8, i64} packed) -> {i64, f64}",
    "({[u8; 300]}, i32, {[u8; 100]}) -> {[u8; 40]}",
    "({[u8; 9000]}, f64) -> f32",
    "(i32, {[i64; 4]} align(32), i8) -> u16",
    "(ptr, ..., f64, int, {i64, i64, i64}) -> i32",
    "() -> {[u8; 2000]}",
];

#[test]
fn hard_case_18_a_signal_storm_of_10_khz_over_calls() {
    let signatures = proof::parse(matrix::in_every_convention(&KINDS));
    let cases: Vec<Case> = signatures.iter().map(Case::of).collect();
    let compiled = compiler::compile("signals", &c::fixture(&cases, c::Packing::Attribute));
    storm_over(|| call_on(&compiled, &cases));
}

#[test]
fn hard_case_18_a_signal_storm_of_10_khz_over_callbacks() {
    let signatures = proof::parse(matrix::in_every_convention(&KINDS));
    let mut cases: Vec<Case> = signatures.iter().map(Case::both_ways).collect();
    cases.retain(|case| case.is_called_back);
    let compiled = compiler::compile("storm", &c::fixture(&cases, c::Packing::Attribute));
    storm_over(|| call_back_on(&compiled, &cases));
}

/// Runs `body`, which counts its calls, on this thread, while another one sends it signals.
fn storm_over(body: impl FnOnce() -> usize) {
    install(libc::SIGUSR1);
    // SAFETY: no preconditions.
    let thread = unsafe { libc::pthread_self() };
    let running = Running::new();
    let calls = std::thread::scope(|scope| {
        scope.spawn(|| {
            // SAFETY: numbers only; sleeps end on time afterwards.
            unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1_000_u64) };
            while running.goes_on() {
                // SAFETY: the thread waits for this one.
                unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
                std::thread::sleep(Duration::from_micros(60));
            }
        });
        running.during(body)
    });
    println!("{calls} calls, {} signals", CAUGHT.get());
}

/// How many signals are a storm: on a busy machine they come less often, and it lasts longer.
const SIGNALS: usize = 5000;

/// Whether this thread has not caught as many yet.
fn it_storms() -> bool {
    CAUGHT.get() < SIGNALS
}

/// Has every caller call back again and again while it storms, and compares each time.
fn call_back_on(compiled: &[compiler::Compiled], cases: &[Case]) -> usize {
    let witnesses = cases.iter().map(|case| Witness::of(case).unwrap());
    let witnesses: Vec<Witness> = witnesses.collect();
    let place = Places::for_any_of(cases);
    let mut calls = 0;
    while it_storms() {
        for compiled in compiled {
            let fixture = Fixture::of(compiled);
            for (index, (case, witness)) in cases.iter().zip(&witnesses).enumerate() {
                let outcome = witness.check(&fixture, &c::caller_name(index), case, &place);
                let build = compiled.build;
                assert_eq!(outcome, Ok(()), "{build}: {}", case.signature);
                calls += 1;
            }
        }
        calls += call_back_tightly();
    }
    calls
}

/// A loop with little in it but callbacks: injected, and through an adapter.
fn call_back_tightly() -> usize {
    const CALLS: i64 = 10_000;
    let injected = |a: i64, b: f64| if b == 0.5 { a } else { -1 };
    let injected = Callback::scoped(&injected).unwrap();
    let adapted = Callback::from_fn(|a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64| {
        a + b + c + d + e + f + g
    });
    let adapted = adapted.unwrap();
    let first = Function::from_pointer(injected.as_ptr(), injected.signature()).unwrap();
    let first = first.typed::<(i64, f64), i64>().unwrap();
    let second = Function::from_pointer(adapted.as_ptr(), adapted.signature()).unwrap();
    let second = second.typed::<(i64, i64, i64, i64, i64, i64, i64), i64>();
    let second = second.unwrap();
    for number in 0..CALLS {
        // SAFETY: this is the callback's signature.
        assert_eq!(unsafe { first.call((number, 0.5)) }, number);
        // SAFETY: as above.
        let sum = unsafe { second.call((number, 1, 2, 3, 4, 5, 6)) };
        assert_eq!(sum, number + 21);
    }
    2 * usize::try_from(CALLS).unwrap()
}

/// Calls every callee again and again while it storms, and compares each time.
fn call_on(compiled: &[compiler::Compiled], cases: &[Case]) -> usize {
    let mut calls = 0;
    while it_storms() {
        for compiled in compiled {
            let fixture = Fixture::of(compiled);
            for (index, case) in cases.iter().enumerate() {
                for way in [Way::Values, Way::Frame] {
                    let outcome = way.check(&fixture, &c::callee_name(index), case);
                    assert_eq!(
                        outcome,
                        Ok(()),
                        "{}, {way:?}: {}",
                        compiled.build,
                        case.signature
                    );
                    calls += 1;
                }
            }
        }
        calls += call_tightly(&compiled[0]);
    }
    calls
}

/// A loop with little in it but calls.
fn call_tightly(compiled: &compiler::Compiled) -> usize {
    const CALLS: usize = 20_000;
    let function = compiled
        .library
        .function("f0", &KINDS[0].parse().unwrap())
        .unwrap();
    let mut frame = function.frame();
    // SAFETY: the frame is the function's own, and its arguments are zero.
    let first = unsafe { function.call_frame::<i64>(&mut frame) };
    for _ in 1..CALLS {
        // SAFETY: as above.
        assert_eq!(unsafe { function.call_frame::<i64>(&mut frame) }, first);
    }
    CALLS
}
