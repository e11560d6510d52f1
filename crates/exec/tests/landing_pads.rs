//! Guarded pages: branches into them go to landing pads, or nowhere.

#![cfg(all(target_os = "linux", target_arch = "aarch64"))]

mod machine_code;
mod process;

use std::ffi::c_int;

use machine_code::{BTI_C, RET, call, publish, words};
use process::{fork, wait};
use trampette_exec::{CodeMemory, Options, Strategy};

/// How a process ends that branches elsewhere.
const ILLEGAL: c_int = libc::SIGILL;

#[test]
fn hard_case_37_guarded_pages_refuse_code_without_a_landing_pad() {
    for strategy in Strategy::known().iter().copied() {
        let memory = CodeMemory::with_options(Options::new().strategy(strategy)).unwrap();
        assert_eq!(call(publish(&memory, 37)), 37, "{strategy}");
        if !memory.report().is_guarded() {
            println!("skipped: this processor does not check branches");
            return;
        }
        let unmarked = memory.publish(&[&words(&[RET])]).unwrap()[0];
        let child = fork(60, || {
            call(unmarked);
        });
        assert_eq!(wait(child) & 0x7f, ILLEGAL, "{strategy}");
    }
}

#[test]
fn hard_case_37_code_in_guarded_pages_jumps_to_landing_pads_through_x16_and_x17() {
    /// `br x0`; the register's number goes to bits 5 to 9.
    const BR: u32 = 0xd61f_0000;
    /// `mov x0, x0`, its first register's number in bits 0 to 4.
    const MOV_FROM_X0: u32 = 0xaa00_03e0;
    let memory = CodeMemory::new();
    let target = publish(&memory, 16);
    for (register, ends) in [(9, ILLEGAL), (15, ILLEGAL), (16, 0), (17, 0)] {
        let jump = [BTI_C, MOV_FROM_X0 | register, BR | register << 5];
        let jump = memory.publish(&[&words(&jump)]).unwrap()[0];
        if !memory.report().is_guarded() {
            println!("skipped: this processor does not check branches");
            return;
        }
        // SAFETY: the code jumps to its argument, which is a function that gives a number.
        let jump: extern "C" fn(*const ()) -> u32 = unsafe { std::mem::transmute(jump.as_ptr()) };
        let child = fork(60, || assert_eq!(jump(target.as_ptr()), 16));
        assert_eq!(wait(child) & 0x7f, ends, "x{register}");
    }
}
