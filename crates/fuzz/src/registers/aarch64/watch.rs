//! What C calls instead of a callback of AAPCS64.

use std::arch::naked_asm;
use std::mem::offset_of;

use super::{FPCR, POISON, Survivors};
use crate::registers::watch::{Area, Watched};

/// Registers of the caller, and those that the callback leaves.
#[repr(C)]
pub(in crate::registers) struct Registers {
    target: u64,
    stack: u64,
    fpcr: u64,
    passes: u64,
    /// x19 to x30, then d8 to d15.
    kept: [u64; 20],
    found: Survivors,
}

static AREA: Area<Registers> = Area::new(Registers {
    target: 0,
    stack: 0,
    fpcr: 0,
    passes: 0,
    kept: [0; 20],
    found: Survivors {
        saved: [0; 18],
        stack_moved: 0,
        fpcr: 0,
    },
});

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

/// Poisons every callee-saved register and the control word, and goes on to the target, with the
/// arguments and the stack as they are; the return address is its own. What is left is written down, and
/// the caller finds its registers as they were, whatever the target did.
#[unsafe(naked)]
unsafe extern "C" fn enter() {
    naked_asm!(
        "adrp x16, {area}",
        "add x16, x16, :lo12:{area}",
        "add x17, x16, {kept}",
        "stp x19, x20, [x17]",
        "stp x21, x22, [x17, 16]",
        "stp x23, x24, [x17, 32]",
        "stp x25, x26, [x17, 48]",
        "stp x27, x28, [x17, 64]",
        "stp x29, x30, [x17, 80]",
        "stp d8, d9, [x17, 96]",
        "stp d10, d11, [x17, 112]",
        "stp d12, d13, [x17, 128]",
        "stp d14, d15, [x17, 144]",
        "mrs x17, fpcr",
        "str x17, [x16, {kept_fpcr}]",
        "mov x17, sp",
        "str x17, [x16, {stack}]",
        "mov x28, sp",
        "mov x17, {fpcr}",
        "msr fpcr, x17",
        "adrp x17, {poison}",
        "add x17, x17, :lo12:{poison}",
        "ldp x19, x20, [x17]",
        "ldp x21, x22, [x17, 16]",
        "ldp x23, x24, [x17, 32]",
        "ldp x25, x26, [x17, 48]",
        "ldp x27, x29, [x17, 64]",
        "ldp d8, d9, [x17, 80]",
        "ldp d10, d11, [x17, 96]",
        "ldp d12, d13, [x17, 112]",
        "ldp d14, d15, [x17, 128]",
        "adr x30, 2f",
        "ldr x16, [x16, {target}]",
        "br x16",
        "2:",
        "adrp x16, {area}",
        "add x16, x16, :lo12:{area}",
        "add x17, x16, {found}",
        "stp x19, x20, [x17]",
        "stp x21, x22, [x17, 16]",
        "stp x23, x24, [x17, 32]",
        "stp x25, x26, [x17, 48]",
        "stp x27, x29, [x17, 64]",
        "stp d8, d9, [x17, 80]",
        "stp d10, d11, [x17, 96]",
        "stp d12, d13, [x17, 112]",
        "stp d14, d15, [x17, 128]",
        "mov x19, sp",
        "sub x28, x28, x19",
        "mrs x19, fpcr",
        "stp x28, x19, [x17, 144]",
        "ldr x19, [x16, {kept_fpcr}]",
        "msr fpcr, x19",
        "ldr x19, [x16, {stack}]",
        "mov sp, x19",
        "ldr x19, [x16, {passes}]",
        "add x19, x19, 1",
        "str x19, [x16, {passes}]",
        "add x17, x16, {kept}",
        "ldp x19, x20, [x17]",
        "ldp x21, x22, [x17, 16]",
        "ldp x23, x24, [x17, 32]",
        "ldp x25, x26, [x17, 48]",
        "ldp x27, x28, [x17, 64]",
        "ldp x29, x30, [x17, 80]",
        "ldp d8, d9, [x17, 96]",
        "ldp d10, d11, [x17, 112]",
        "ldp d12, d13, [x17, 128]",
        "ldp d14, d15, [x17, 144]",
        "ret",
        area = sym AREA,
        poison = sym POISON,
        fpcr = const FPCR,
        target = const offset_of!(Registers, target),
        stack = const offset_of!(Registers, stack),
        kept_fpcr = const offset_of!(Registers, fpcr),
        passes = const offset_of!(Registers, passes),
        kept = const offset_of!(Registers, kept),
        found = const offset_of!(Registers, found),
    )
}
