//! Panics and backtraces pass published code that keeps frame pointers.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod machine_code;

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::catch_unwind;

use trampette_exec::{CodeMemory, CodePtr, Options};

static MEMORY: CodeMemory = CodeMemory::of_framed_code();

/// A function that calls its argument.
#[cfg(target_arch = "x86_64")]
fn calling() -> Vec<u8> {
    // endbr64; push rbp; mov rbp, rsp; call rdi; pop rbp; ret
    let code = [
        0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3,
    ];
    code.to_vec()
}

/// A function that calls its argument.
#[cfg(target_arch = "aarch64")]
fn calling() -> Vec<u8> {
    // bti c; stp x29, x30, [sp, #-16]!; mov x29, sp; blr x0; ldp x29, x30, [sp], #16; ret
    let (push, point, call, pop) = (0xa9bf_7bfd, 0x9100_03fd, 0xd63f_0000, 0xa8c1_7bfd);
    machine_code::words(&[
        machine_code::BTI_C,
        push,
        point,
        call,
        pop,
        machine_code::RET,
    ])
}

fn publish(memory: &CodeMemory) -> CodePtr {
    memory.publish(&[&calling()]).expect("published")[0]
}

fn call(entry: CodePtr, function: extern "C-unwind" fn()) {
    type Calling = extern "C-unwind" fn(extern "C-unwind" fn());
    // SAFETY: the code is a function of this type.
    let calling: Calling = unsafe { mem::transmute(entry.as_ptr()) };
    calling(function);
}

extern "C-unwind" fn panics() {
    std::panic::resume_unwind(Box::new("through code"));
}

fn message(entry: CodePtr) -> &'static str {
    let payload = catch_unwind(|| call(entry, panics)).expect_err("it panics");
    payload.downcast_ref::<&str>().expect("a text")
}

#[test]
fn panics_pass() {
    for _ in 0..100 {
        assert_eq!(message(publish(&MEMORY)), "through code");
    }
}

#[test]
fn hard_case_27_each_reservation_is_described_once_and_panics_pass_code_in_all() {
    let options = Options::new().frame_pointers().reservation(64 << 10);
    let memory = CodeMemory::with_options(options).expect("good options");
    let entries: Vec<_> = (0..3000).map(|_| publish(&memory)).collect();
    assert_eq!(memory.report().reserved(), 3 * (64 << 10));
    for entry in entries {
        assert_eq!(message(entry), "through code");
    }
}

#[test]
fn what_lives_in_frames_on_both_sides_is_dropped() {
    struct Noted(&'static str);
    thread_local!(static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });
    impl Drop for Noted {
        fn drop(&mut self) {
            DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
        }
    }

    extern "C-unwind" fn inner() {
        let _inner = Noted("inner");
        panics();
    }
    extern "C-unwind" fn outer() {
        let _outer = Noted("outer");
        call(publish(&MEMORY), inner);
    }

    let caught = catch_unwind(|| call(publish(&MEMORY), outer));
    assert!(caught.is_err());
    assert_eq!(DROPPED.take(), ["inner", "outer"]);
}

#[test]
fn a_backtrace_reaches_the_caller() {
    thread_local!(static FRAMES: Cell<usize> = const { Cell::new(0) });
    extern "C-unwind" fn look() {
        let frames = Backtrace::force_capture().to_string();
        // Each has a number. (Not all have names, under emulators.)
        let is_frame = |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        FRAMES.set(frames.lines().filter(is_frame).count());
    }

    look();
    let direct = FRAMES.take();
    call(publish(&MEMORY), look);
    let through_code = FRAMES.take();
    assert!(direct > 3, "{direct} frames");
    assert!(
        through_code > direct,
        "{through_code} frames, not more than {direct}"
    );
}
