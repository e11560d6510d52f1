//! What C calls instead of a callback of the Microsoft x64 convention.

use std::arch::naked_asm;
use std::mem::offset_of;

use super::Survivors;
use crate::registers::watch::{Area, Watched};

/// Registers of the caller, and those that the callback leaves.
#[repr(C)]
pub(in crate::registers) struct Registers {
    target: u64,
    returns: u64,
    stack: u64,
    passes: u64,
    /// rbx, rbp, rdi, rsi, r12, r13, r14 and r15.
    kept: [u64; 8],
    /// xmm6 to xmm15.
    kept_vectors: [[u64; 2]; 10],
    kept_mxcsr: u32,
    kept_x87: u16,
    found: Survivors,
}

static AREA: Area<Registers> = Area::new(Registers {
    target: 0,
    returns: 0,
    stack: 0,
    passes: 0,
    kept: [0; 8],
    kept_vectors: [[0; 2]; 10],
    kept_mxcsr: 0,
    kept_x87: 0,
    found: Survivors::POISON,
});

static POISON: Survivors = Survivors::POISON;

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
unsafe extern "win64" fn enter() {
    naked_asm!(
        "mov [rip + {area} + {kept}], rbx",
        "mov [rip + {area} + {kept} + 8], rbp",
        "mov [rip + {area} + {kept} + 16], rdi",
        "mov [rip + {area} + {kept} + 24], rsi",
        "mov [rip + {area} + {kept} + 32], r12",
        "mov [rip + {area} + {kept} + 40], r13",
        "mov [rip + {area} + {kept} + 48], r14",
        "mov [rip + {area} + {kept} + 56], r15",
        "movups [rip + {area} + {vectors}], xmm6",
        "movups [rip + {area} + {vectors} + 16], xmm7",
        "movups [rip + {area} + {vectors} + 32], xmm8",
        "movups [rip + {area} + {vectors} + 48], xmm9",
        "movups [rip + {area} + {vectors} + 64], xmm10",
        "movups [rip + {area} + {vectors} + 80], xmm11",
        "movups [rip + {area} + {vectors} + 96], xmm12",
        "movups [rip + {area} + {vectors} + 112], xmm13",
        "movups [rip + {area} + {vectors} + 128], xmm14",
        "movups [rip + {area} + {vectors} + 144], xmm15",
        "stmxcsr [rip + {area} + {kept_mxcsr}]",
        "fnstcw [rip + {area} + {kept_x87}]",
        "mov [rip + {area} + {stack}], rsp",
        "mov r11, [rsp]",
        "mov [rip + {area} + {returns}], r11",
        "lea r11, [rip + 2f]",
        "mov [rsp], r11",
        "ldmxcsr [rip + {poison} + 264]",
        "fldcw [rip + {poison} + 268]",
        "mov rbx, [rip + {poison}]",
        "mov rbp, [rip + {poison} + 8]",
        "mov rdi, [rip + {poison} + 16]",
        "mov rsi, [rip + {poison} + 24]",
        "mov r12, [rip + {poison} + 32]",
        "mov r13, [rip + {poison} + 40]",
        "mov r14, [rip + {poison} + 48]",
        "lea r15, [rsp + 8]",
        "movups xmm6, [rip + {poison} + 64]",
        "movups xmm7, [rip + {poison} + 80]",
        "movups xmm8, [rip + {poison} + 96]",
        "movups xmm9, [rip + {poison} + 112]",
        "movups xmm10, [rip + {poison} + 128]",
        "movups xmm11, [rip + {poison} + 144]",
        "movups xmm12, [rip + {poison} + 160]",
        "movups xmm13, [rip + {poison} + 176]",
        "movups xmm14, [rip + {poison} + 192]",
        "movups xmm15, [rip + {poison} + 208]",
        "jmp [rip + {area} + {target}]",
        "2:",
        "mov [rip + {area} + {found}], rbx",
        "mov [rip + {area} + {found} + 8], rbp",
        "mov [rip + {area} + {found} + 16], rdi",
        "mov [rip + {area} + {found} + 24], rsi",
        "mov [rip + {area} + {found} + 32], r12",
        "mov [rip + {area} + {found} + 40], r13",
        "mov [rip + {area} + {found} + 48], r14",
        "sub r15, rsp",
        "mov [rip + {area} + {found} + 56], r15",
        "mov rsp, [rip + {area} + {stack}]",
        "movups [rip + {area} + {found} + 64], xmm6",
        "movups [rip + {area} + {found} + 80], xmm7",
        "movups [rip + {area} + {found} + 96], xmm8",
        "movups [rip + {area} + {found} + 112], xmm9",
        "movups [rip + {area} + {found} + 128], xmm10",
        "movups [rip + {area} + {found} + 144], xmm11",
        "movups [rip + {area} + {found} + 160], xmm12",
        "movups [rip + {area} + {found} + 176], xmm13",
        "movups [rip + {area} + {found} + 192], xmm14",
        "movups [rip + {area} + {found} + 208], xmm15",
        "pushfq",
        "pop r11",
        "cld",
        "mov [rip + {area} + {found} + 256], r11",
        "stmxcsr [rip + {area} + {found} + 264]",
        "fnstcw [rip + {area} + {found} + 268]",
        "ldmxcsr [rip + {area} + {kept_mxcsr}]",
        "fldcw [rip + {area} + {kept_x87}]",
        "mov rbx, [rip + {area} + {kept}]",
        "mov rbp, [rip + {area} + {kept} + 8]",
        "mov rdi, [rip + {area} + {kept} + 16]",
        "mov rsi, [rip + {area} + {kept} + 24]",
        "mov r12, [rip + {area} + {kept} + 32]",
        "mov r13, [rip + {area} + {kept} + 40]",
        "mov r14, [rip + {area} + {kept} + 48]",
        "mov r15, [rip + {area} + {kept} + 56]",
        "movups xmm6, [rip + {area} + {vectors}]",
        "movups xmm7, [rip + {area} + {vectors} + 16]",
        "movups xmm8, [rip + {area} + {vectors} + 32]",
        "movups xmm9, [rip + {area} + {vectors} + 48]",
        "movups xmm10, [rip + {area} + {vectors} + 64]",
        "movups xmm11, [rip + {area} + {vectors} + 80]",
        "movups xmm12, [rip + {area} + {vectors} + 96]",
        "movups xmm13, [rip + {area} + {vectors} + 112]",
        "movups xmm14, [rip + {area} + {vectors} + 128]",
        "movups xmm15, [rip + {area} + {vectors} + 144]",
        "inc qword ptr [rip + {area} + {passes}]",
        "add rsp, 8",
        "jmp [rip + {area} + {returns}]",
        area = sym AREA,
        poison = sym POISON,
        target = const offset_of!(Registers, target),
        returns = const offset_of!(Registers, returns),
        stack = const offset_of!(Registers, stack),
        passes = const offset_of!(Registers, passes),
        kept = const offset_of!(Registers, kept),
        vectors = const offset_of!(Registers, kept_vectors),
        kept_mxcsr = const offset_of!(Registers, kept_mxcsr),
        kept_x87 = const offset_of!(Registers, kept_x87),
        found = const offset_of!(Registers, found),
    )
}
