//! What C calls instead of a callback of System V's convention.

use std::arch::naked_asm;
use std::mem::offset_of;

use super::{MXCSR, R12, R13, R14, RBP, RBX, Survivors, X87};
use crate::registers::watch::{Area, Watched};

/// Registers of the caller, and those that the callback leaves.
#[repr(C)]
pub(in crate::registers) struct Registers {
    target: u64,
    returns: u64,
    stack: u64,
    passes: u64,
    /// rbx, rbp, r12, r13, r14 and r15.
    kept: [u64; 6],
    kept_mxcsr: u32,
    kept_x87: u16,
    found: Survivors,
}

static AREA: Area<Registers> = Area::new(Registers {
    target: 0,
    returns: 0,
    stack: 0,
    passes: 0,
    kept: [0; 6],
    kept_mxcsr: 0,
    kept_x87: 0,
    found: Survivors {
        saved: [0; 5],
        stack_moved: 0,
        flags: 0,
        mxcsr: 0,
        x87: 0,
    },
});

static CONTROL_WORDS: (u32, u16) = (MXCSR, X87);

impl Watched for Registers {
    fn area() -> &'static Area<Self> {
        &AREA
    }

    fn entry() -> *const () {
        enter as *const ()
    }

    fn begin(&mut self, target: u64) {
        (self.target, self.passes) = (target, 0);
    }

    fn passes(&self) -> u64 {
        self.passes
    }

    fn check(&self) -> Result<(), String> {
        self.found.check()
    }
}

/// Poisons every callee-saved register and control word, and goes on to the target, with the arguments
/// and the stack as they are but for the return address, which is its own. What is left is written down,
/// and the caller finds its registers as they were, whatever the target did.
#[unsafe(naked)]
unsafe extern "sysv64" fn enter() {
    naked_asm!(
        "mov [rip + {area} + {kept}], rbx",
        "mov [rip + {area} + {kept} + 8], rbp",
        "mov [rip + {area} + {kept} + 16], r12",
        "mov [rip + {area} + {kept} + 24], r13",
        "mov [rip + {area} + {kept} + 32], r14",
        "mov [rip + {area} + {kept} + 40], r15",
        "stmxcsr [rip + {area} + {kept_mxcsr}]",
        "fnstcw [rip + {area} + {kept_x87}]",
        "mov [rip + {area} + {stack}], rsp",
        "mov r11, [rsp]",
        "mov [rip + {area} + {returns}], r11",
        "lea r11, [rip + 2f]",
        "mov [rsp], r11",
        "ldmxcsr [rip + {words} + {mxcsr}]",
        "fldcw [rip + {words} + {x87}]",
        "movabs rbx, {rbx}",
        "movabs rbp, {rbp}",
        "movabs r12, {r12}",
        "movabs r13, {r13}",
        "movabs r14, {r14}",
        "lea r15, [rsp + 8]",
        "jmp [rip + {area} + {target}]",
        "2:",
        "mov [rip + {area} + {found}], rbx",
        "mov [rip + {area} + {found} + 8], rbp",
        "mov [rip + {area} + {found} + 16], r12",
        "mov [rip + {area} + {found} + 24], r13",
        "mov [rip + {area} + {found} + 32], r14",
        "sub r15, rsp",
        "mov [rip + {area} + {found} + 40], r15",
        "mov rsp, [rip + {area} + {stack}]",
        "pushfq",
        "pop r11",
        "cld",
        "mov [rip + {area} + {found} + 48], r11",
        "stmxcsr [rip + {area} + {found} + 56]",
        "fnstcw [rip + {area} + {found} + 60]",
        "ldmxcsr [rip + {area} + {kept_mxcsr}]",
        "fldcw [rip + {area} + {kept_x87}]",
        "mov rbx, [rip + {area} + {kept}]",
        "mov rbp, [rip + {area} + {kept} + 8]",
        "mov r12, [rip + {area} + {kept} + 16]",
        "mov r13, [rip + {area} + {kept} + 24]",
        "mov r14, [rip + {area} + {kept} + 32]",
        "mov r15, [rip + {area} + {kept} + 40]",
        "inc qword ptr [rip + {area} + {passes}]",
        "add rsp, 8",
        "jmp [rip + {area} + {returns}]",
        area = sym AREA,
        words = sym CONTROL_WORDS,
        mxcsr = const offset_of!((u32, u16), 0),
        x87 = const offset_of!((u32, u16), 1),
        target = const offset_of!(Registers, target),
        returns = const offset_of!(Registers, returns),
        stack = const offset_of!(Registers, stack),
        passes = const offset_of!(Registers, passes),
        kept = const offset_of!(Registers, kept),
        kept_mxcsr = const offset_of!(Registers, kept_mxcsr),
        kept_x87 = const offset_of!(Registers, kept_x87),
        found = const offset_of!(Registers, found),
        rbx = const RBX,
        rbp = const RBP,
        r12 = const R12,
        r13 = const R13,
        r14 = const R14,
    )
}
