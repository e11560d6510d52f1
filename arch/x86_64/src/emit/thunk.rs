//! Thunks: the pieces of code that C function pointers point to.

use trampette_abi::{Register, THUNK_SIZE};

/// `endbr64; mov register, [rip + ...]; jmp [register]`, padded with `int3`.
pub(super) fn thunk(register: Register, distance: i32) -> [u8; THUNK_SIZE] {
    /// Where the load ends: its displacement counts from there.
    const LOAD_END: i32 = 11;
    let (high, low) = (register.number >> 3, register.number & 7);
    let [d0, d1, d2, d3] = distance.wrapping_sub(LOAD_END).to_le_bytes();
    let load = [0x48 | high << 2, 0x8B, low << 3 | 0b101, d0, d1, d2, d3];
    let mut code = [0xCC; THUNK_SIZE];
    code[..4].copy_from_slice(&super::LANDING_PAD);
    code[4..11].copy_from_slice(&load);
    if high == 0 {
        code[11..13].copy_from_slice(&[0xFF, 0x20 | low]);
    } else {
        code[11..14].copy_from_slice(&[0x41, 0xFF, 0x20 | low]);
    }
    code
}
