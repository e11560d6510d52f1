//! Thunks: the pieces of code that C function pointers point to.

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::{Binding, Counting, Register, THUNK_SIZE, Thunk};

use super::entry::DISPATCHER;
use super::{Assembler, OutOfReach, landing_pad, load_x16};

/// `bti c`
const BTI_C: u32 = 0xD503_245F;
/// `adr x16, <here>`
const ADR_X16: u32 = 0x1000_0010;
/// `ldaxp x0, x17, [x16]`
const LDAXP: u32 = 0xC87F_C600;
/// `add x17, x17, 1`
const INCREMENT_X17: u32 = 0x9100_0631;
/// `stxp w10, x0, x17, [x16]`
const STXP: u32 = 0xC82A_4600;
/// `cbnz w10, <three instructions before>`
const CBNZ_W10: u32 = 0x35FF_FFAA;
/// `ldr x0, <here>`
const LDR_LITERAL: u32 = 0x5800_0000;
/// `ldr x17, [x0]`
const LDR_X17: u32 = 0xF940_0011;
/// `br x17`
const BR_X17: u32 = 0xD61F_0220;

/// `adr x9, <here>`
const ADR_X9: u32 = 0x1000_0009;
/// `ldr x17, [x9]`
const LDR_X17_X9: u32 = LDR_X17 | 9 << 5;

/// `bti c; adr x9, <word>; ldr x17, [x9]; br x17`
pub(super) fn trampoline(word: u8) -> Vec<u8> {
    let adr = ADR_X9 | (words(word.into(), 1) & 0x7_FFFF) << 5;
    [BTI_C, adr, LDR_X17_X9, BR_X17]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect()
}

/// The code of a thunk, and zeroes to the end, which are no instructions. (The words are put together
/// here because dynasm addresses labels, not distances.) The slot is within 1 MiB.
pub(super) fn thunk(thunk: Thunk) -> [u8; THUNK_SIZE] {
    match thunk.counting {
        Counting::None => bytes(&plain(thunk)),
        Counting::Shared | Counting::Biased => bytes(&counting(thunk)),
    }
}

/// `bti c; ldr register, <slot>; ldr x17, [register]; br x17`
fn plain(thunk: Thunk) -> [u32; 4] {
    let number = u32::from(thunk.register.number);
    let load = LDR_LITERAL | (words(thunk.slot, 1) & 0x7_FFFF) << 5 | number;
    [BTI_C, load, LDR_X17 | number << 5, BR_X17]
}

/// The same with the counter, which stands behind the slot, raised by the exclusive pair of accesses that
/// loads the slot: either nobody has changed the two meanwhile, or it is done again.
///
/// ```text
///        bti   c
///        adr   x16, <slot>
/// again: ldaxp register, x17, [x16]
///        add   x17, x17, 1
///        stxp  w10, register, x17, [x16]
///        cbnz  w10, again
///        ldr   x17, [register]
///        br    x17
/// ```
fn counting(thunk: Thunk) -> [u32; 8] {
    let number = u32::from(thunk.register.number);
    [
        BTI_C,
        // The slot's distance is a multiple of four: bits 0 and 1 of the immediate are zero.
        ADR_X16 | (words(thunk.slot, 1) & 0x7_FFFF) << 5,
        LDAXP | number,
        INCREMENT_X17,
        STXP | number,
        CBNZ_W10,
        LDR_X17 | number << 5,
        BR_X17,
    ]
}

/// The distance from the thunk's instruction of this index, in words.
fn words(distance: i32, index: i32) -> u32 {
    (distance / 4 - index).cast_unsigned()
}

fn bytes(words: &[u32]) -> [u8; THUNK_SIZE] {
    let mut code = [0; THUNK_SIZE];
    for (bytes, word) in code.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    code
}

/// `bti c; fmov d, x9; ldr x16, [x9, 8]; br x16`.
pub(super) fn vector_injector(code: &mut Assembler, register: Register) -> Result<(), OutOfReach> {
    landing_pad(code);
    dynasm!(code
        ; .arch aarch64
        ; fmov D(register.number), x9
        ; ldr x16, [x9, DISPATCHER]
        ; br x16
    );
    Ok(())
}

/// `bti c; mov register, context; mov x16, dispatcher; br x16`.
pub(super) fn bound_injector(
    code: &mut Assembler,
    register: Register,
    Binding {
        dispatcher,
        context,
    }: Binding,
) -> Result<(), OutOfReach> {
    landing_pad(code);
    dynasm!(code; .arch aarch64; mov X(register.number), X(context.number));
    load_x16(code, dispatcher);
    dynasm!(code; .arch aarch64; br x16);
    Ok(())
}
