//! The ways in, for C: entry adapters and thunks.
//!
//! An entry adapter is a call stub read backwards. It gathers the arguments into an argument frame on
//! the stack, calls the context's dispatcher, and hands back what stands in the frame's result slot:
//!
//! ```text
//!            | stack arguments  |
//!            +------------------+
//!            | return address   |
//!            +------------------+
//!     rbp -> | caller's rbp     |
//!            +------------------+
//!            | gap to alignment |
//!            +------------------+
//!            | result's address |  where the caller passed one
//!            +------------------+
//!            | argument frame   |
//!     rsp -> +------------------+
//! ```

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::{CallLayout, Extend, FrameLayout, Part, Place, Register, Row, THUNK_SIZE};

use super::memory::{Memory, copy, copy_exactly, load, store};
use super::stack::reserve;
use super::{Assembler, OutOfReach, landing_pad};
use crate::registers::{R10, RBP, RSP};

/// Return address and caller's rbp, between rbp and the stack arguments.
const LINKAGE: usize = 16;

/// Where a context holds the address of its dispatcher.
const DISPATCHER: i8 = 8;

pub(super) fn adapter(
    code: &mut Assembler,
    layout: &CallLayout,
    frame: &FrameLayout,
) -> Result<(), OutOfReach> {
    let adapter = Adapter { layout, frame };
    landing_pad(code);
    dynasm!(code; .arch x64; push rbp; mov rbp, rsp);
    reserve(code, adapter.room().next_multiple_of(16), frame.align())?;
    for row in &layout.arguments {
        adapter.gather(code, row)?;
    }
    dynasm!(code; .arch x64; mov rdi, r10; mov rsi, rsp; call QWORD [BYTE r10 + DISPATCHER]);
    adapter.hand_back(code)?;
    dynasm!(code; .arch x64; leave; ret);
    Ok(())
}

struct Adapter<'a> {
    layout: &'a CallLayout,
    frame: &'a FrameLayout,
}

impl Adapter<'_> {
    /// How much of the stack it needs, in bytes.
    fn room(&self) -> usize {
        let kept = if self.layout.has_result_address() {
            size_of::<u64>()
        } else {
            0
        };
        self.result_address().offset + kept
    }

    /// Where the address of the caller's memory for the result is kept.
    fn result_address(&self) -> Memory {
        Memory {
            base: RSP,
            offset: self.frame.size().next_multiple_of(8),
        }
    }

    fn slot(&self, row: &Row) -> Memory {
        let offset = match row.part {
            Part::Argument { index, offset, .. } => self.frame.argument(index) + offset,
            Part::Result { offset, .. } => self.frame.result() + offset,
            Part::ResultAddress => return self.result_address(),
        };
        Memory { base: RSP, offset }
    }

    /// One row of arguments. Slots are padded to words, so whole words are moved: what stands above a
    /// narrow argument does not count.
    fn gather(&self, code: &mut Assembler, row: &Row) -> Result<(), OutOfReach> {
        match row.place {
            Place::Register(from) => store(code, self.slot(row), from),
            Place::Stack(offset) => {
                let from = Memory {
                    base: RBP,
                    offset: LINKAGE + offset,
                };
                copy(
                    code,
                    self.slot(row),
                    from,
                    row.part.size().next_multiple_of(8),
                )
            }
        }
    }

    /// The result, from the frame to its registers, or to the caller's memory, whose address goes back
    /// in rax (psABI 3.2.3: "On return %rax will contain the address that has been passed in by the
    /// caller in %rdi").
    fn hand_back(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        for row in &self.layout.result {
            if let Place::Register(to) = row.place {
                load(code, to, self.slot(row), row.part.size(), row.extend)?;
            }
        }
        if self.layout.has_result_address() {
            let from = Memory {
                base: RSP,
                offset: self.frame.result(),
            };
            load(code, R10, self.result_address(), 8, Extend::None)?;
            copy_exactly(
                code,
                Memory {
                    base: R10,
                    offset: 0,
                },
                from,
                self.layout.result_size,
            )?;
            dynasm!(code; .arch x64; mov rax, r10);
        }
        Ok(())
    }
}

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
