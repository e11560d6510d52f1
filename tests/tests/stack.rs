//! Huge arguments and results on a small stack: the guard page is hit, and nothing below it is written.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::c_void;

use trampette::{Callback, Frame, Function};
#[cfg(target_arch = "x86_64")]
use trampette_fuzz::registers;
use trampette_fuzz::registers::clobber;
use trampette_tests::{matrix, process};

const PAGE: usize = 4096;

/// Memory below the guard page: whoever jumps over the guard lands here.
const BELOW: usize = 8 << 20;

const STACK: usize = 256 << 10;

/// What the memory below holds.
const CANARY: u8 = 0x77;

/// `[ memory below | guard page | stack ]`, shared with children.
struct SmallStack {
    start: *mut u8,
}

impl SmallStack {
    fn new() -> Self {
        let (size, rights) = (BELOW + PAGE + STACK, libc::PROT_READ | libc::PROT_WRITE);
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping disturbs nobody.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), size, rights, flags, -1, 0) };
        assert_ne!(start, libc::MAP_FAILED, "mmap");
        let stack = Self {
            start: start.cast(),
        };
        // SAFETY: the memory below is part of the mapping.
        unsafe { stack.start.write_bytes(CANARY, BELOW) };
        // SAFETY: so is the guard page.
        let guarded = unsafe { libc::mprotect(stack.guard().cast(), PAGE, libc::PROT_NONE) };
        assert_eq!(guarded, 0, "mprotect");
        stack
    }

    fn guard(&self) -> *mut u8 {
        self.start.wrapping_add(BELOW)
    }

    fn is_whole(&self) -> bool {
        // SAFETY: the memory below is part of the mapping, and nobody uses it now.
        let below = unsafe { std::slice::from_raw_parts(self.start, BELOW) };
        below.iter().all(|&byte| byte == CANARY)
    }

    /// Runs the call on a thread with this stack.
    fn run(&self, call: &mut Call) {
        // SAFETY: an all-zero attribute object is initialised next.
        let mut attributes: libc::pthread_attr_t = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        unsafe { libc::pthread_attr_init(&raw mut attributes) };
        let lowest = self.guard().wrapping_add(PAGE).cast();
        // SAFETY: the stack is memory that nobody else uses.
        let set = unsafe { libc::pthread_attr_setstack(&raw mut attributes, lowest, STACK) };
        assert_eq!(set, 0, "pthread_attr_setstack");
        let mut thread = 0;
        let call = std::ptr::from_mut(call).cast();
        // SAFETY: the thread is joined while the call lives.
        let made =
            unsafe { libc::pthread_create(&raw mut thread, &raw const attributes, run_call, call) };
        assert_eq!(made, 0, "pthread_create");
        // SAFETY: the thread was made above.
        unsafe { libc::pthread_join(thread, std::ptr::null_mut()) };
    }
}

struct Call {
    function: Function,
    frame: Frame,
}

extern "C" fn run_call(call: *mut c_void) -> *mut c_void {
    // SAFETY: the thread's maker passes a call that nobody else uses meanwhile.
    let call = unsafe { &mut *call.cast::<Call>() };
    // SAFETY: the callee has any signature, and an all-zero frame has every argument set.
    unsafe { call.function.call_frame_in_place(&mut call.frame) };
    std::ptr::null_mut()
}

/// How a child ends that makes the call on the small stack.
fn call_in_child(stack: &SmallStack, signature: &str, target: *const c_void) -> i32 {
    let function = Function::from_pointer(target, &signature.parse().unwrap()).unwrap();
    let frame = function.frame();
    let mut call = Call { function, frame };
    process::wait(process::fork(20, || {
        // SAFETY: the child's own faults shall end it.
        unsafe { libc::signal(libc::SIGSEGV, libc::SIG_DFL) };
        stack.run(&mut call);
        true
    }))
}

#[test]
fn hard_case_19_huge_arguments_hit_the_guard_page_and_nothing_below_it() {
    let stack = SmallStack::new();
    let many = format!("({}) -> void", vec!["{[u8; 5000]}"; 100].join(", "));
    for signature in [
        "({[u8; 1048576]}) -> void",
        "({[u8; 270000]}) -> void",
        "({[u8; 1048576]}, {[i64; 4]} align(4096)) -> void",
        "({[u8; 1048576]}, {[u8; 1048576]}, {[u8; 1048576]}) -> {[u8; 64]}",
        &many,
    ] {
        for (signature, callee) in in_every_convention(signature) {
            let status = call_in_child(&stack, &signature, callee);
            assert_eq!(status & 0x7F, libc::SIGSEGV, "{signature}: {status:#x}");
            assert!(
                stack.is_whole(),
                "{signature}: written below the guard page"
            );
        }
    }
}

/// The signature in each convention, with a callee that takes anything.
fn in_every_convention(signature: &str) -> Vec<(String, *const c_void)> {
    const CALLEES: &[*const c_void] = &[
        clobber as *const c_void,
        #[cfg(target_arch = "x86_64")]
        (registers::win64::clobber as *const c_void),
    ];
    let signatures = matrix::in_every_convention(&[signature]);
    signatures
        .into_iter()
        .zip(CALLEES.iter().copied())
        .collect()
}

#[test]
fn hard_case_19_what_fits_the_small_stack_is_called() {
    let stack = SmallStack::new();
    for signature in [
        "({[u8; 150000]}) -> void",
        "(i32, {[i64; 4]} align(4096)) -> void",
    ] {
        for (signature, callee) in in_every_convention(signature) {
            let status = call_in_child(&stack, &signature, callee);
            assert_eq!(status, 0, "{signature}");
        }
    }
    assert!(stack.is_whole());
}

/// A callback that does nothing: its adapter needs the stack.
fn idle(signature: &str) -> *const c_void {
    let callback = Callback::new(&signature.parse().unwrap(), |_| {});
    callback.unwrap().leak()
}

#[test]
fn hard_case_19_huge_results_of_callbacks_hit_the_guard_page_and_nothing_below_it() {
    let stack = SmallStack::new();
    for signature in [
        "() -> {[u8; 1048576]}",
        "() -> {[u8; 270000]}",
        "(i32, {[i64; 4]} align(4096)) -> {[u8; 300000]}",
        #[cfg(target_arch = "x86_64")]
        "win64 () -> {[u8; 1048576]}",
        #[cfg(target_arch = "x86_64")]
        "win64 (i32, {[i64; 4]} align(4096)) -> {[u8; 300000]}",
    ] {
        let status = call_in_child(&stack, signature, idle(signature));
        assert_eq!(status & 0x7F, libc::SIGSEGV, "{signature}: {status:#x}");
        assert!(
            stack.is_whole(),
            "{signature}: written below the guard page"
        );
    }
    for signature in [
        "() -> {[u8; 150000]}",
        "(i32, {[i64; 4]} align(4096)) -> {[i64; 4]} align(4096)",
        #[cfg(target_arch = "x86_64")]
        "win64 () -> {[u8; 150000]}",
        #[cfg(target_arch = "x86_64")]
        "win64 (i32, {[i64; 4]} align(4096)) -> {[i64; 4]} align(4096)",
    ] {
        let status = call_in_child(&stack, signature, idle(signature));
        assert_eq!(status, 0, "{signature}");
    }
    assert!(stack.is_whole());
}
