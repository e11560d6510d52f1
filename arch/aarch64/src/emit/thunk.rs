//! Thunks.

use trampette_abi::{Register, THUNK_SIZE};

/// `bti c`
const BTI_C: u32 = 0xD503_245F;
/// `ldr x0, <literal>`
const LDR_LITERAL: u32 = 0x5800_0000;
/// `ldr x17, [x0]`
const LDR_X17: u32 = 0xF940_0011;
/// `br x17`
const BR_X17: u32 = 0xD61F_0220;

/// `bti c; ldr register, <slot>; ldr x17, [register]; br x17`. The slot is within 1 MiB.
pub(super) fn thunk(register: Register, distance: i32) -> [u8; THUNK_SIZE] {
    let number = u32::from(register.number);
    let load = LDR_LITERAL | literal(distance, 1) | number;
    let words = [BTI_C, load, LDR_X17 | number << 5, BR_X17];
    let mut code = [0; THUNK_SIZE];
    for (bytes, word) in code.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    code
}

/// The distance from the thunk's instruction of this index, in words, as `ldr` has it.
fn literal(distance: i32, index: i32) -> u32 {
    let words = distance / 4 - index;
    (words.cast_unsigned() & 0x7_FFFF) << 5
}
