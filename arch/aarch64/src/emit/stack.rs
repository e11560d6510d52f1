//! Stack frames.

use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};

use super::memory::load_number;
use super::{Assembler, OutOfReach, twelve_bits};
use crate::registers::X10;

/// What the stack pointer is aligned to at every entry.
const ENTRY_ALIGN: usize = 16;

/// The granularity of guard pages: no code moves the stack pointer further without touching memory.
const PROBE: usize = 4096;

/// Begins a frame: the caller's x29 and the return address, and room for `size` bytes below them, a
/// multiple of 16. Touches every page on the way: the guard page must be hit, not jumped over. Uses x10.
pub(super) fn enter(code: &mut Assembler, size: usize, align: usize) -> Result<(), OutOfReach> {
    dynasm!(code; .arch aarch64; stp x29, x30, [sp, -16]!; mov x29, sp);
    let (pages, rest) = (size / PROBE, size % PROBE);
    if pages > 0 {
        load_number(code, X10, pages)?;
        dynasm!(code
            ; .arch aarch64
            ; probe:
            ; sub sp, sp, 1, lsl 12
            ; str xzr, [sp]
            ; subs w10, w10, 1
            ; b.ne <probe
        );
    }
    if rest > 0 {
        dynasm!(code; .arch aarch64; sub sp, sp, twelve_bits(rest, 0)?);
    }
    if align > ENTRY_ALIGN {
        let mask = !(align as u64 - 1);
        dynasm!(code; .arch aarch64; str xzr, [sp]; mov x10, sp; and sp, x10, mask);
    }
    if pages > 0 || align > ENTRY_ALIGN {
        dynasm!(code; .arch aarch64; str xzr, [sp]);
    }
    Ok(())
}

/// Ends a frame and returns, where `above` bytes of the stack were reserved before the frame: a multiple of 16,
/// less than 256.
pub(super) fn leave(code: &mut Assembler, above: usize) {
    #[expect(clippy::cast_possible_truncation, reason = "a few registers")]
    let above = above as u32;
    dynasm!(code; .arch aarch64; mov sp, x29; ldp x29, x30, [sp], 16);
    if above > 0 {
        dynasm!(code; .arch aarch64; add sp, sp, above);
    }
    dynasm!(code; .arch aarch64; ret);
}
