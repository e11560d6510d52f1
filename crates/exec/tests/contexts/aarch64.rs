//! The code of these thunks and contexts.

use trampette_exec::THUNK_SIZE;

/// `bti c; ldr x0, [x9, 8]; ret`
pub(crate) const RETURN_VALUE: &[u8] = &[
    0x5f, 0x24, 0x03, 0xd5, 0x20, 0x05, 0x40, 0xf9, 0xc0, 0x03, 0x5f, 0xd6,
];

/// `bti c; ldr x9, <slot>; ldr x17, [x9]; br x17`
pub(crate) fn plain(distance: i32) -> [u8; THUNK_SIZE] {
    let load = 0x5800_0009 | literal(distance);
    code(&[0xd503_245f, load, 0xf940_0131, 0xd61f_0220])
}

/// `bti c; adr x16, <slot>; again: ldaxp x0, x17, [x16]; add x17, x17, 1; stxp w10, x0, x17, [x16];
/// cbnz w10, again; ldr x17, [x0]; br x17`
pub(crate) fn counting(distance: i32) -> [u8; THUNK_SIZE] {
    code(&[
        0xd503_245f,
        0x1000_0010 | literal(distance),
        0xc87f_c600,
        0x9100_0631,
        0xc82a_4600,
        0x35ff_ffaa,
        0xf940_0011,
        0xd61f_0220,
    ])
}

/// The distance from the second instruction, in words, where the instruction has it.
fn literal(distance: i32) -> u32 {
    (distance / 4 - 1).cast_unsigned() << 5
}

fn code(instructions: &[u32]) -> [u8; THUNK_SIZE] {
    let mut code = [0; THUNK_SIZE];
    for (place, instruction) in code.chunks_exact_mut(4).zip(instructions) {
        place.copy_from_slice(&instruction.to_le_bytes());
    }
    code
}
