//! The same in the Microsoft x64 convention, where rdi, rsi and xmm6 to xmm15 are preserved as well, and
//! the callee may write to 32 bytes above its return address, but no further.

mod watch;

use std::arch::naked_asm;
use std::ffi::c_void;

use super::x86_64::{DIRECTION, MXCSR, MXCSR_CONTROL, X87};

pub(super) use watch::Registers as Checkpoint;

/// Registers that a call must preserve, and memory that it must not touch: poisoned before it, and what
/// was found there afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Survivors {
    /// rbx, rbp, rdi, rsi, r12, r13 and r14.
    pub saved: [u64; 7],
    /// How far the stack pointer moved; it was kept in r15.
    pub stack_moved: u64,
    /// xmm6 to xmm15.
    pub vectors: [[u64; 2]; 10],
    /// The caller's own memory, right above the home space.
    pub above_home: [u64; 4],
    flags: u64,
    mxcsr: u32,
    x87: u16,
}

impl Survivors {
    /// What every register and word holds before the call: no two the same.
    pub const POISON: Self = Self {
        saved: poison(0x0A0A),
        stack_moved: 0,
        vectors: {
            let (low, high) = (poison::<10>(0x0B0B), poison::<10>(0x0C0C));
            let (mut vectors, mut index) = ([[0; 2]; 10], 0);
            while index < vectors.len() {
                vectors[index] = [low[index], high[index]];
                index += 1;
            }
            vectors
        },
        above_home: poison(0x0D0D),
        flags: 0,
        mxcsr: MXCSR,
        x87: X87,
    };

    /// What did not survive, in words.
    ///
    /// # Errors
    ///
    /// All that was found, where anything is not as it was.
    pub fn check(&self) -> Result<(), String> {
        // The other bits are the call's own.
        let kept = Self {
            flags: self.flags & DIRECTION,
            mxcsr: self.mxcsr & MXCSR_CONTROL,
            ..*self
        };
        if kept == Self::POISON {
            return Ok(());
        }
        Err(format!("not as it was: {kept:x?}"))
    }
}

const fn poison<const COUNT: usize>(mark: u64) -> [u64; COUNT] {
    let (mut words, mut index) = ([0; COUNT], 0);
    while index < COUNT {
        words[index] = (mark << 48) | (0x1111_1111 * (index as u64 + 1));
        index += 1;
    }
    words
}

/// Calls `entry(first, second)`, a function of the Microsoft convention, with all that it must preserve
/// as `found` says, and writes down there what is left of that. Gives what came back in rax.
///
/// # Safety
///
/// `entry` is a function of two pointers, and may be called with these.
#[unsafe(naked)]
pub unsafe extern "sysv64" fn call_watched(
    entry: *const (),
    first: *mut u8,
    second: *const c_void,
    found: *mut Survivors,
) -> u64 {
    naked_asm!(
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        // Home space, 32 bytes above it, `found`, the control words, and 16 bytes that align the stack.
        "sub rsp, 104",
        "mov [rsp + 64], rcx",
        "stmxcsr [rsp + 72]",
        "fnstcw [rsp + 80]",
        "ldmxcsr [rcx + 264]",
        "fldcw [rcx + 268]",
        "movups xmm0, [rcx + 224]",
        "movups [rsp + 32], xmm0",
        "movups xmm0, [rcx + 240]",
        "movups [rsp + 48], xmm0",
        "movups xmm6, [rcx + 64]",
        "movups xmm7, [rcx + 80]",
        "movups xmm8, [rcx + 96]",
        "movups xmm9, [rcx + 112]",
        "movups xmm10, [rcx + 128]",
        "movups xmm11, [rcx + 144]",
        "movups xmm12, [rcx + 160]",
        "movups xmm13, [rcx + 176]",
        "movups xmm14, [rcx + 192]",
        "movups xmm15, [rcx + 208]",
        "mov rax, rdi",
        "mov r10, rcx",
        "mov rcx, rsi",
        "mov rbx, [r10]",
        "mov rbp, [r10 + 8]",
        "mov rdi, [r10 + 16]",
        "mov rsi, [r10 + 24]",
        "mov r12, [r10 + 32]",
        "mov r13, [r10 + 40]",
        "mov r14, [r10 + 48]",
        "mov r15, rsp",
        "call rax",
        "sub r15, rsp",
        "mov rcx, [rsp + 64]",
        "mov [rcx], rbx",
        "mov [rcx + 8], rbp",
        "mov [rcx + 16], rdi",
        "mov [rcx + 24], rsi",
        "mov [rcx + 32], r12",
        "mov [rcx + 40], r13",
        "mov [rcx + 48], r14",
        "mov [rcx + 56], r15",
        "movups [rcx + 64], xmm6",
        "movups [rcx + 80], xmm7",
        "movups [rcx + 96], xmm8",
        "movups [rcx + 112], xmm9",
        "movups [rcx + 128], xmm10",
        "movups [rcx + 144], xmm11",
        "movups [rcx + 160], xmm12",
        "movups [rcx + 176], xmm13",
        "movups [rcx + 192], xmm14",
        "movups [rcx + 208], xmm15",
        "movups xmm0, [rsp + 32]",
        "movups [rcx + 224], xmm0",
        "movups xmm0, [rsp + 48]",
        "movups [rcx + 240], xmm0",
        "pushfq",
        "pop r11",
        "cld",
        "mov [rcx + 256], r11",
        "stmxcsr [rcx + 264]",
        "fnstcw [rcx + 268]",
        "ldmxcsr [rsp + 72]",
        "fldcw [rsp + 80]",
        "add rsp, 104",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
    )
}

/// A callee of any signature that destroys all that a callee may: the caller-saved registers, and its
/// home space. Gives garbage.
#[unsafe(naked)]
pub extern "win64" fn clobber() {
    naked_asm!(
        "movabs rax, 0xA1A1A1A1A1A1A1A1",
        "mov rcx, rax",
        "mov rdx, rax",
        "mov r8, rax",
        "mov r9, rax",
        "mov r10, rax",
        "mov r11, rax",
        "mov [rsp + 8], rax",
        "mov [rsp + 16], rax",
        "mov [rsp + 24], rax",
        "mov [rsp + 32], rax",
        "pcmpeqd xmm0, xmm0",
        "pcmpeqd xmm1, xmm1",
        "pcmpeqd xmm2, xmm2",
        "pcmpeqd xmm3, xmm3",
        "pcmpeqd xmm4, xmm4",
        "pcmpeqd xmm5, xmm5",
        "add al, 0x7F",
        "ret",
    )
}

/// A variadic callee of two arguments: gives the second one's integer register.
#[unsafe(naked)]
pub extern "win64" fn second_integer() -> u64 {
    naked_asm!("mov rax, rdx", "ret")
}

/// A variadic callee of two arguments: gives the second one's vector register.
#[unsafe(naked)]
pub extern "win64" fn second_vector() -> u64 {
    naked_asm!("movq rax, xmm1", "ret")
}
