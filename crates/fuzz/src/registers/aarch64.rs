//! AAPCS64: r19-r29 and SP, the low halves of v8-v15, and FPCR.

mod watch;

use std::arch::naked_asm;
use std::ffi::c_void;

pub(super) use watch::Registers as Checkpoint;

/// What a watched call found in registers afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Survivors {
    /// x19 to x27, then x29, then d8 to d15.
    pub saved: [u64; 18],
    /// How far the stack pointer moved; it was kept in x28.
    pub stack_moved: u64,
    fpcr: u64,
}

/// What is in them before.
static POISON: [u64; 18] = {
    let (mut poison, mut index) = ([0; 18], 0);
    while index < poison.len() {
        poison[index] = 0x0B0B_1111_2222_0019 + 0x0101_0101_0101 * index as u64;
        index += 1;
    }
    poison
};

/// Round toward zero, flush to zero, default NaN.
const FPCR: u32 = 0x03C0_0000;

impl Survivors {
    /// What did not survive, in words.
    ///
    /// # Errors
    ///
    /// The first that did not.
    pub fn check(&self) -> Result<(), String> {
        if self.saved != POISON {
            return Err(format!("callee-saved registers are {:x?}", self.saved));
        }
        if self.stack_moved != 0 {
            return Err(format!(
                "the stack pointer moved, or x28 is lost: {:#x}",
                self.stack_moved
            ));
        }
        if self.fpcr != u64::from(FPCR) {
            return Err(format!("FPCR is {:#x}", self.fpcr));
        }
        Ok(())
    }
}

/// Calls `entry(first, second)` with every callee-saved register and control word poisoned, and `first`
/// as the place of a result in memory too; writes down what is left of that. Gives what came back in x0.
///
/// # Safety
///
/// `entry` is a function of two pointers, and may be called with these.
#[unsafe(naked)]
pub unsafe extern "C" fn call_watched(
    entry: *const (),
    first: *mut u8,
    second: *const c_void,
    found: *mut Survivors,
) -> u64 {
    naked_asm!(
        "stp x29, x30, [sp, -176]!",
        "stp x19, x20, [sp, 16]",
        "stp x21, x22, [sp, 32]",
        "stp x23, x24, [sp, 48]",
        "stp x25, x26, [sp, 64]",
        "stp x27, x28, [sp, 80]",
        "stp d8, d9, [sp, 96]",
        "stp d10, d11, [sp, 112]",
        "stp d12, d13, [sp, 128]",
        "stp d14, d15, [sp, 144]",
        "mrs x9, fpcr",
        "stp x9, x3, [sp, 160]",
        "adrp x9, {poison}",
        "add x9, x9, :lo12:{poison}",
        "ldp x19, x20, [x9]",
        "ldp x21, x22, [x9, 16]",
        "ldp x23, x24, [x9, 32]",
        "ldp x25, x26, [x9, 48]",
        "ldp x27, x29, [x9, 64]",
        "ldp d8, d9, [x9, 80]",
        "ldp d10, d11, [x9, 96]",
        "ldp d12, d13, [x9, 112]",
        "ldp d14, d15, [x9, 128]",
        "mov x9, {fpcr}",
        "msr fpcr, x9",
        "mov x28, sp",
        "mov x16, x0",
        "mov x0, x1",
        "mov x8, x1",
        "mov x1, x2",
        "blr x16",
        "mov x9, sp",
        "sub x28, x28, x9",
        "ldp x11, x10, [sp, 160]",
        "stp x19, x20, [x10]",
        "stp x21, x22, [x10, 16]",
        "stp x23, x24, [x10, 32]",
        "stp x25, x26, [x10, 48]",
        "stp x27, x29, [x10, 64]",
        "stp d8, d9, [x10, 80]",
        "stp d10, d11, [x10, 96]",
        "stp d12, d13, [x10, 112]",
        "stp d14, d15, [x10, 128]",
        "mrs x9, fpcr",
        "stp x28, x9, [x10, 144]",
        "msr fpcr, x11",
        "ldp x19, x20, [sp, 16]",
        "ldp x21, x22, [sp, 32]",
        "ldp x23, x24, [sp, 48]",
        "ldp x25, x26, [sp, 64]",
        "ldp x27, x28, [sp, 80]",
        "ldp d8, d9, [sp, 96]",
        "ldp d10, d11, [sp, 112]",
        "ldp d12, d13, [sp, 128]",
        "ldp d14, d15, [sp, 144]",
        "ldp x29, x30, [sp], 176",
        "ret",
        poison = sym POISON,
        fpcr = const FPCR,
    )
}

/// A callee of any signature that destroys every caller-saved register, and gives garbage. (The platform
/// register is not one.)
#[unsafe(naked)]
pub extern "C" fn clobber() {
    naked_asm!(
        "mov x0, 0xE1E1E1E1E1E1E1E1",
        "mov x1, x0",
        "mov x2, x0",
        "mov x3, x0",
        "mov x4, x0",
        "mov x5, x0",
        "mov x6, x0",
        "mov x7, x0",
        "mov x8, x0",
        "mov x9, x0",
        "mov x10, x0",
        "mov x11, x0",
        "mov x12, x0",
        "mov x13, x0",
        "mov x14, x0",
        "mov x15, x0",
        "mov x16, x0",
        "mov x17, x0",
        "dup v0.2d, x0",
        "dup v1.2d, x0",
        "dup v2.2d, x0",
        "dup v3.2d, x0",
        "dup v4.2d, x0",
        "dup v5.2d, x0",
        "dup v6.2d, x0",
        "dup v7.2d, x0",
        // "only the bottom 64 bits of each value stored in v8-v15 need to be preserved"
        "mov v8.d[1], x0",
        "mov v9.d[1], x0",
        "mov v10.d[1], x0",
        "mov v11.d[1], x0",
        "mov v12.d[1], x0",
        "mov v13.d[1], x0",
        "mov v14.d[1], x0",
        "mov v15.d[1], x0",
        "dup v16.2d, x0",
        "dup v17.2d, x0",
        "dup v18.2d, x0",
        "dup v19.2d, x0",
        "dup v20.2d, x0",
        "dup v21.2d, x0",
        "dup v22.2d, x0",
        "dup v23.2d, x0",
        "dup v24.2d, x0",
        "dup v25.2d, x0",
        "dup v26.2d, x0",
        "dup v27.2d, x0",
        "dup v28.2d, x0",
        "dup v29.2d, x0",
        "dup v30.2d, x0",
        "dup v31.2d, x0",
        "adds xzr, x0, x0",
        "ret",
    )
}

/// A callee that gives FPCR as it found it.
#[unsafe(naked)]
pub extern "C" fn control_words() -> u32 {
    naked_asm!("mrs x0, fpcr", "ret")
}

/// What [`control_words`] gives in a watched call.
pub const WATCHED_CONTROL_WORDS: u32 = FPCR;

/// A callee of any signature that tells whether the stack is aligned: "SP mod 16 = 0" at every public
/// interface. Gives 16 then.
#[unsafe(naked)]
pub extern "C" fn aligned_stack() -> i32 {
    naked_asm!(
        "mov x9, sp",
        "tst x9, 15",
        "mov w0, 16",
        "csel w0, w0, wzr, eq",
        "ret",
    )
}

/// A variadic callee of any signature: gives how many of the first two vector registers carry something.
#[unsafe(naked)]
pub extern "C" fn vector_count() -> u32 {
    naked_asm!(
        "fmov x9, d0",
        "cmp x9, 0",
        "cset w0, ne",
        "fmov x9, d1",
        "cmp x9, 0",
        "cinc w0, w0, ne",
        "ret",
    )
}
