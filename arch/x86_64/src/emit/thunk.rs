//! Thunks: the pieces of code that C function pointers point to.

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::{CALLS_OFFSET, Register, THUNK_SIZE, Thunk};

use super::entry::DISPATCHER;
use super::{Assembler, LANDING_PAD, OutOfReach, landing_pad};
use crate::registers::R10;

/// `endbr64; [lock inc qword [rip + calls];] mov register, [rip + slot]; jmp [register]`, and `int3` to
/// the end. (The bytes are put together here because dynasm addresses labels, not distances.)
pub(super) fn thunk(thunk: Thunk) -> [u8; THUNK_SIZE] {
    let (high, low) = (thunk.register.number >> 3, thunk.register.number & 7);
    let mut code = Vec::from(LANDING_PAD);
    if thunk.counts {
        let calls = thunk.slot.wrapping_add(CALLS_OFFSET);
        relative(&mut code, &[0xF0, 0x48, 0xFF, 0x05], calls);
    }
    let load = [0x48 | high << 2, 0x8B, low << 3 | 0b101];
    relative(&mut code, &load, thunk.slot);
    if high != 0 {
        code.push(0x41);
    }
    code.extend([0xFF, 0x20 | low]);
    let mut padded = [0xCC; THUNK_SIZE];
    padded[..code.len()].copy_from_slice(&code);
    padded
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
