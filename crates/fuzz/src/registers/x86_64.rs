//! System V x86_64: the registers, the direction flag, and the control bits of MXCSR and of the x87 unit
//! (psABI 3.2.1).

mod watch;

use std::arch::naked_asm;
use std::ffi::c_void;

pub(super) use watch::Registers as Checkpoint;

/// What a watched call found in registers afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Survivors {
    /// rbx, rbp, r12, r13 and r14.
    pub saved: [u64; 5],
    /// How far the stack pointer moved; it was kept in r15.
    pub stack_moved: u64,
    flags: u64,
    mxcsr: u32,
    x87: u16,
}

const RBX: u64 = 0x0B0B_0B0B_1111_1111;
const RBP: u64 = 0x0C0C_0C0C_2222_2222;
const R12: u64 = 0x0D0D_0D0D_3333_3333;
const R13: u64 = 0x0E0E_0E0E_4444_4444;
const R14: u64 = 0x0F0F_0F0F_5555_5555;

/// Round toward zero, flush to zero, denormals are zero; every exception masked.
pub(super) const MXCSR: u32 = 0xFFC0;

/// The bits of MXCSR below are status: any call may change them.
pub(super) const MXCSR_CONTROL: u32 = 0xFFC0;

/// Round up, 53 bits; every exception masked.
pub(super) const X87: u16 = 0x0A7F;

pub(super) const DIRECTION: u64 = 1 << 10;

impl Survivors {
    /// What did not survive, in words.
    ///
    /// # Errors
    ///
    /// The first that did not.
    pub fn check(&self) -> Result<(), String> {
        if self.saved != [RBX, RBP, R12, R13, R14] {
            return Err(format!("callee-saved registers are {:x?}", self.saved));
        }
        if self.stack_moved != 0 {
            return Err(format!(
                "the stack pointer moved, or r15 is lost: {:#x}",
                self.stack_moved
            ));
        }
        if self.flags & DIRECTION != 0 {
            return Err("the direction flag is set".into());
        }
        if self.mxcsr & MXCSR_CONTROL != MXCSR {
            return Err(format!("MXCSR is {:#x}", self.mxcsr));
        }
        if self.x87 != X87 {
            return Err(format!("the x87 control word is {:#x}", self.x87));
        }
        Ok(())
    }
}

/// Calls `entry(first, second)` with every callee-saved register and control word poisoned, and zero in
/// al, and writes down what is left of that. Gives what came back in rax.
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
        "sub rsp, 24",
        "stmxcsr [rsp]",
        "fnstcw [rsp + 4]",
        "mov [rsp + 8], rcx",
        "mov dword ptr [rsp + 16], {mxcsr}",
        "ldmxcsr [rsp + 16]",
        "mov word ptr [rsp + 16], {x87}",
        "fldcw [rsp + 16]",
        "mov r11, rdi",
        "mov rdi, rsi",
        "mov rsi, rdx",
        "xor eax, eax",
        "movabs rbx, {rbx}",
        "movabs rbp, {rbp}",
        "movabs r12, {r12}",
        "movabs r13, {r13}",
        "movabs r14, {r14}",
        "mov r15, rsp",
        "call r11",
        "sub r15, rsp",
        "mov rcx, [rsp + 8]",
        "mov [rcx], rbx",
        "mov [rcx + 8], rbp",
        "mov [rcx + 16], r12",
        "mov [rcx + 24], r13",
        "mov [rcx + 32], r14",
        "mov [rcx + 40], r15",
        "pushfq",
        "pop r11",
        "cld",
        "mov [rcx + 48], r11",
        "stmxcsr [rcx + 56]",
        "fnstcw [rcx + 60]",
        "ldmxcsr [rsp]",
        "fldcw [rsp + 4]",
        "add rsp, 24",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
        rbx = const RBX,
        rbp = const RBP,
        r12 = const R12,
        r13 = const R13,
        r14 = const R14,
        mxcsr = const MXCSR,
        x87 = const X87,
    )
}

/// A callee of any signature that destroys every caller-saved register, and gives garbage.
#[unsafe(naked)]
pub extern "sysv64" fn clobber() {
    naked_asm!(
        "movabs rax, 0xA1A1A1A1A1A1A1A1",
        "mov rcx, rax",
        "mov rdx, rax",
        "mov rsi, rax",
        "mov rdi, rax",
        "mov r8, rax",
        "mov r9, rax",
        "mov r10, rax",
        "mov r11, rax",
        "pcmpeqd xmm0, xmm0",
        "pcmpeqd xmm1, xmm1",
        "pcmpeqd xmm2, xmm2",
        "pcmpeqd xmm3, xmm3",
        "pcmpeqd xmm4, xmm4",
        "pcmpeqd xmm5, xmm5",
        "pcmpeqd xmm6, xmm6",
        "pcmpeqd xmm7, xmm7",
        "pcmpeqd xmm8, xmm8",
        "pcmpeqd xmm9, xmm9",
        "pcmpeqd xmm10, xmm10",
        "pcmpeqd xmm11, xmm11",
        "pcmpeqd xmm12, xmm12",
        "pcmpeqd xmm13, xmm13",
        "pcmpeqd xmm14, xmm14",
        "pcmpeqd xmm15, xmm15",
        "add al, 0x7F",
        "ret",
    )
}

/// A callee that gives MXCSR's control bits as it found them, above the x87 control word.
#[unsafe(naked)]
pub extern "sysv64" fn control_words() -> u32 {
    naked_asm!(
        "stmxcsr [rsp - 8]",
        "fnstcw [rsp - 16]",
        "mov eax, [rsp - 8]",
        "and eax, 0xFFC0",
        "shl eax, 16",
        "mov ax, [rsp - 16]",
        "ret",
    )
}

/// What [`control_words`] gives in a watched call.
pub const WATCHED_CONTROL_WORDS: u32 = MXCSR << 16 | X87 as u32;

/// A callee of any signature that faults unless the stack is aligned as the psABI says: `rsp + 8` is a
/// multiple of 16 at its entry. Gives 16.
#[unsafe(naked)]
pub extern "sysv64" fn aligned_stack() -> i32 {
    naked_asm!("movaps [rsp - 24], xmm0", "mov eax, 16", "ret")
}

/// A variadic callee of any signature: gives what al says about vector registers.
#[unsafe(naked)]
pub extern "sysv64" fn vector_count() -> u32 {
    naked_asm!("movzx eax, al", "ret")
}
