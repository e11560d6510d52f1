//! Moves from memory to memory. They use x10 to x13, and x17.

use dynasmrt::{DynasmLabelApi, dynasm};
use trampette_abi::Extend;
use trampette_abi::plant::Plant;

use super::memory::{Memory, load, load_address, load_number, store};
use super::{Assembler, OutOfReach};
use crate::registers::{X10, X11, X12, X13, ZERO};

/// Up to this many bytes are copied by straight-line code.
const STRAIGHT_COPY: usize = 128;

/// The bytes of a register.
const WORD: usize = 8;

/// Copies exactly `size` bytes, whatever follows them; eight at a time: slots that were just filled in
/// eights are read back fastest so.
pub(super) fn copy_exactly(
    code: &mut Assembler,
    to: Memory,
    from: Memory,
    size: usize,
) -> Result<(), OutOfReach> {
    let mut done = size / WORD * WORD;
    if done > STRAIGHT_COPY {
        copy_loop(code, to, from, done)?;
    } else {
        copy_straight(code, to, from, done)?;
    }
    for piece in [4, 2, 1] {
        if size - done >= piece {
            load(code, X10, from.plus(done), piece, Extend::None)?;
            store(code, to.plus(done), X10, piece)?;
            done += piece;
        }
    }
    Ok(())
}

/// Writes zeroes to a multiple of eight bytes.
pub(super) fn clear(code: &mut Assembler, at: Memory, size: usize) -> Result<(), OutOfReach> {
    if size <= STRAIGHT_COPY {
        return (0..size)
            .step_by(WORD)
            .try_for_each(|offset| store(code, at.plus(offset), ZERO, WORD));
    }
    load_address(code, X12, at)?;
    load_number(code, X13, size)?;
    dynasm!(code
        ; .arch aarch64
        ; again:
        ; str xzr, [x12], 8
        ; subs x13, x13, 8
        ; b.ne <again
    );
    Ok(())
}

fn copy_straight(
    code: &mut Assembler,
    to: Memory,
    from: Memory,
    size: usize,
) -> Result<(), OutOfReach> {
    for offset in (0..size).step_by(WORD) {
        load(code, X10, from.plus(offset), WORD, Extend::None)?;
        store(code, to.plus(offset), X10, WORD)?;
    }
    Ok(())
}

/// The same in a loop.
fn copy_loop(
    code: &mut Assembler,
    to: Memory,
    from: Memory,
    size: usize,
) -> Result<(), OutOfReach> {
    let size = size - Plant::LargeCopyShort.pick(0, WORD);
    load_address(code, X11, from)?;
    load_address(code, X12, to)?;
    load_number(code, X13, size)?;
    dynasm!(code
        ; .arch aarch64
        ; again:
        ; ldr x10, [x11], 8
        ; str x10, [x12], 8
        ; subs x13, x13, 8
        ; b.ne <again
    );
    Ok(())
}
