//! The code of these thunks and contexts.

use trampette_exec::{CALLS_OFFSET, THUNK_SIZE};

/// `mov rax, [r10 + 8]; ret`
pub(crate) const RETURN_VALUE: &[u8] = &[0x49, 0x8b, 0x42, 0x08, 0xc3];

/// `endbr64; mov r10, [rip + slot]; jmp [r10]`
pub(crate) fn plain(distance: i32) -> [u8; THUNK_SIZE] {
    let mut code = [0xcc; THUNK_SIZE];
    code[..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]);
    code[4..7].copy_from_slice(&[0x4c, 0x8b, 0x15]);
    code[7..11].copy_from_slice(&(distance - 11).to_le_bytes());
    code[11..14].copy_from_slice(&[0x41, 0xff, 0x22]);
    code
}

/// `endbr64; lock inc qword [rip + calls]; mov rdi, [rip + slot]; jmp [rdi]`
pub(crate) fn counting(distance: i32) -> [u8; THUNK_SIZE] {
    let mut code = [0xcc; THUNK_SIZE];
    code[..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]);
    code[4..8].copy_from_slice(&[0xf0, 0x48, 0xff, 0x05]);
    code[8..12].copy_from_slice(&(distance + CALLS_OFFSET - 12).to_le_bytes());
    code[12..15].copy_from_slice(&[0x48, 0x8b, 0x3d]);
    code[15..19].copy_from_slice(&(distance - 19).to_le_bytes());
    code[19..21].copy_from_slice(&[0xff, 0x27]);
    code
}
