//! Thunks: the pieces of code that C function pointers point to.

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::{
    Binding, CALLS_OFFSET, Counting, HOME_CALLS_OFFSET, HOME_OFFSET, Register, THUNK_SIZE, Thunk,
};

use super::entry::DISPATCHER;
use super::{Assembler, LANDING_PAD, OutOfReach, landing_pad};
use crate::registers::R10;

/// `endbr64; [lock inc qword [rip + calls];] mov register, [rip + slot]; jmp [register]`, and `int3` to
/// the end. (The bytes are put together here because dynasm addresses labels, not distances.)
///
/// A biased one counts so, with nothing but the register that it loads the slot into anyway:
///
/// ```text
///         mov  register, fs:[0]
///         cmp  register, [rip + home]
///         jne  shared
///         inc  dword [rip + home_calls]
/// load:   mov  register, [rip + slot]
///         jmp  [register]
/// shared: lock inc dword [rip + calls]
///         jmp  load
/// ```
pub(super) fn thunk(thunk: Thunk) -> [u8; THUNK_SIZE] {
    let (high, low) = (thunk.register.number >> 3, thunk.register.number & 7);
    let (wide, from_next) = (0x48 | high << 2, low << 3 | 0b101);
    let place = |offset| thunk.slot.wrapping_add(offset);
    let load = |code: &mut Vec<u8>| {
        relative(code, &[wide, 0x8B, from_next], thunk.slot);
        if high != 0 {
            code.push(0x41);
        }
        code.extend([0xFF, 0x20 | low]);
    };
    let mut code = Vec::from(LANDING_PAD);
    match thunk.counting {
        Counting::None => load(&mut code),
        Counting::Shared => {
            relative(&mut code, &[0xF0, 0x48, 0xFF, 0x05], place(CALLS_OFFSET));
            load(&mut code);
        }
        Counting::Biased => {
            code.extend([0x64, wide, 0x8B, low << 3 | 0b100, 0x25, 0, 0, 0, 0]);
            relative(&mut code, &[wide, 0x3B, from_next], place(HOME_OFFSET));
            let not_home = short_jump(&mut code, 0x75);
            relative(&mut code, &[0xFF, 0x05], place(HOME_CALLS_OFFSET));
            let loads = code.len();
            load(&mut code);
            land(&mut code, not_home);
            relative(&mut code, &[0xF0, 0xFF, 0x05], place(CALLS_OFFSET));
            let back = short_jump(&mut code, 0xEB);
            let distance = loads.wrapping_sub(code.len());
            [code[back], ..] = distance.to_le_bytes();
        }
    }
    let mut padded = [0xCC; THUNK_SIZE];
    padded[..code.len()].copy_from_slice(&code);
    padded
}

/// A jump within the thunk, to wherever the byte at the index given will say.
fn short_jump(code: &mut Vec<u8>, opcode: u8) -> usize {
    code.extend([opcode, 0]);
    code.len() - 1
}

/// Makes a jump lead here.
fn land(code: &mut [u8], jump: usize) {
    let distance = code.len() - (jump + 1);
    [code[jump], ..] = distance.to_le_bytes();
}

/// An instruction that ends in a distance: it counts from the instruction's end.
fn relative(code: &mut Vec<u8>, opcode: &[u8], distance: i32) {
    const DISPLACEMENT: usize = 4;
    code.extend(opcode);
    let end = code.len() + DISPLACEMENT;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "a thunk has 64 bytes"
    )]
    code.extend(distance.wrapping_sub(end as i32).to_le_bytes());
}

/// `endbr64; lea r10, [rip + word]; jmp [r10]`
pub(super) fn trampoline(word: u8) -> Vec<u8> {
    let mut code = Vec::from(LANDING_PAD);
    relative(&mut code, &[0x4C, 0x8D, 0x15], word.into());
    code.extend([0x41, 0xFF, 0x22]);
    code
}

/// `endbr64; movq xmm, r10; jmp [r10 + 8]`.
pub(super) fn vector_injector(code: &mut Assembler, register: Register) -> Result<(), OutOfReach> {
    landing_pad(code);
    dynasm!(code
        ; .arch x64
        ; movq Rx(register.number), Rq(R10.number)
        ; jmp QWORD [BYTE r10 + DISPATCHER]
    );
    Ok(())
}

/// `endbr64; mov register, context; mov rax, dispatcher; jmp rax`.
pub(super) fn bound_injector(
    code: &mut Assembler,
    register: Register,
    Binding {
        dispatcher,
        context,
    }: Binding,
) -> Result<(), OutOfReach> {
    landing_pad(code);
    dynasm!(code
        ; .arch x64
        ; mov Rq(register.number), Rq(context.number)
        ; mov rax, QWORD dispatcher.cast_signed()
        ; jmp rax
    );
    Ok(())
}
