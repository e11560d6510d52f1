//! Room on the stack.

use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};

use super::{Assembler, OutOfReach, displacement};

/// What `push rbp` leaves the stack pointer aligned to: return address and rbp are 16 bytes.
const PROLOGUE_ALIGN: usize = 16;

/// The granularity of guard pages: no code moves the stack pointer further without touching memory.
const PROBE: usize = 4096;

/// Lowers the stack pointer behind `push rbp; mov rbp, rsp`, touching every page on the way: the guard
/// page must be hit, not jumped over. `size` is a multiple of 16. Uses eax.
pub(super) fn reserve(code: &mut Assembler, size: usize, align: usize) -> Result<(), OutOfReach> {
    let (pages, rest) = (size / PROBE, size % PROBE);
    if pages > 0 {
        dynasm!(code
            ; .arch x64
            ; mov eax, displacement(pages)?
            ; probe:
            ; sub rsp, displacement(PROBE)?
            ; test [rsp], rsp
            ; dec eax
            ; jnz <probe
        );
    }
    if rest > 0 {
        dynasm!(code; .arch x64; sub rsp, displacement(rest)?);
    }
    if align > PROLOGUE_ALIGN {
        dynasm!(code; .arch x64; test [rsp], rsp; and rsp, -displacement(align)?; test [rsp], rsp);
    }
    Ok(())
}
