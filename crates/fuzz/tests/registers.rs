//! The checkpoint sees what a callback loses, keeps the caller whole, and changes no argument.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::arch::naked_asm;

use trampette::Abi;
use trampette_fuzz::registers::Watch;

/// Functions that keep everything, and functions that lose one thing each.
macro_rules! callbacks {
    ($abi:literal: $($name:ident: $($line:literal),*;)*) => {
        $(
            #[unsafe(naked)]
            extern $abi fn $name(_: u64, _: u64) -> u64 {
                naked_asm!($($line),*)
            }
        )*
    };
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use super::*;

    callbacks! { "sysv64":
        sum: "lea rax, [rdi + rsi]", "ret";
        loses_rbx: "inc rbx", "lea rax, [rdi + rsi]", "ret";
        loses_rbp: "mov rbp, rsp", "lea rax, [rdi + rsi]", "ret";
        loses_r15: "xor r15d, r15d", "lea rax, [rdi + rsi]", "ret";
        sets_direction: "std", "lea rax, [rdi + rsi]", "ret";
        rounds: "mov dword ptr [rsp - 8], 0x1F80", "ldmxcsr [rsp - 8]", "lea rax, [rdi + rsi]", "ret";
        is_precise: "fninit", "lea rax, [rdi + rsi]", "ret";
    }

    callbacks! { "win64":
        win64_sum: "lea rax, [rcx + rdx]", "ret";
        loses_rdi: "mov rdi, rcx", "lea rax, [rcx + rdx]", "ret";
        loses_rsi: "mov rsi, rcx", "lea rax, [rcx + rdx]", "ret";
        loses_xmm6: "xorps xmm6, xmm6", "lea rax, [rcx + rdx]", "ret";
        loses_xmm15: "movq xmm15, rcx", "lea rax, [rcx + rdx]", "ret";
        win64_sets_direction: "std", "lea rax, [rcx + rdx]", "ret";
        win64_is_precise: "fninit", "lea rax, [rcx + rdx]", "ret";
    }

    type SysV = extern "sysv64" fn(u64, u64) -> u64;
    type Win = extern "win64" fn(u64, u64) -> u64;

    #[test]
    fn the_checkpoint_of_system_v_sees_what_is_lost() {
        let all: [(SysV, bool); 7] = [
            (sum, true),
            (loses_rbx, false),
            (loses_rbp, false),
            (loses_r15, false),
            (sets_direction, false),
            (rounds, false),
            (is_precise, false),
        ];
        for (number, (callback, keeps)) in all.into_iter().enumerate() {
            let watch = Watch::over(callback as *const _, Abi::SysV64);
            assert!(watch.check().is_err(), "nothing was called yet");
            // SAFETY: the checkpoint goes on to a function of this type.
            let call: SysV = unsafe { std::mem::transmute(watch.checkpoint()) };
            assert_eq!(call(40, 2), 42);
            let outcome = watch.check();
            assert_eq!(outcome.is_ok(), keeps, "{number}: {outcome:?}");
        }
    }

    #[test]
    fn the_checkpoint_of_windows_sees_what_is_lost() {
        let all: [(Win, bool); 7] = [
            (win64_sum, true),
            (loses_rdi, false),
            (loses_rsi, false),
            (loses_xmm6, false),
            (loses_xmm15, false),
            (win64_sets_direction, false),
            (win64_is_precise, false),
        ];
        for (number, (callback, keeps)) in all.into_iter().enumerate() {
            let watch = Watch::over(callback as *const _, Abi::Win64);
            // SAFETY: the checkpoint goes on to a function of this type.
            let call: Win = unsafe { std::mem::transmute(watch.checkpoint()) };
            assert_eq!(call(40, 2), 42);
            let outcome = watch.check();
            assert_eq!(outcome.is_ok(), keeps, "{number}: {outcome:?}");
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod aarch64 {
    use super::*;

    callbacks! { "C":
        sum: "add x0, x0, x1", "ret";
        loses_x19: "mov x19, x0", "add x0, x0, x1", "ret";
        loses_x28: "mov x28, x0", "add x0, x0, x1", "ret";
        loses_x29: "mov x29, sp", "add x0, x0, x1", "ret";
        loses_d8: "fmov d8, x0", "add x0, x0, x1", "ret";
        loses_d15: "fmov d15, x0", "add x0, x0, x1", "ret";
        rounds: "msr fpcr, xzr", "add x0, x0, x1", "ret";
    }

    #[test]
    fn the_checkpoint_sees_what_is_lost() {
        let all: [(extern "C" fn(u64, u64) -> u64, bool); 7] = [
            (sum, true),
            (loses_x19, false),
            (loses_x28, false),
            (loses_x29, false),
            (loses_d8, false),
            (loses_d15, false),
            (rounds, false),
        ];
        for (number, (callback, keeps)) in all.into_iter().enumerate() {
            let watch = Watch::over(callback as *const _, Abi::Aapcs64);
            assert!(watch.check().is_err(), "nothing was called yet");
            // SAFETY: the checkpoint goes on to a function of this type.
            let call: extern "C" fn(u64, u64) -> u64 =
                unsafe { std::mem::transmute(watch.checkpoint()) };
            assert_eq!(call(40, 2), 42);
            let outcome = watch.check();
            assert_eq!(outcome.is_ok(), keeps, "{number}: {outcome:?}");
        }
    }
}
