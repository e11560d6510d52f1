//! Call stubs: from the argument frame to registers and stack, and on to the target.
//!
//! A stub whose arguments all travel in registers jumps: it has no stack frame, and the target returns
//! straight to the stub's caller. The others call from a frame of their own:
//!
//! ```text
//!            | return address   |
//!            +------------------+
//!     x29 -> | caller's x29     |
//!            +------------------+
//!            | gap to alignment |
//!            +------------------+
//!            | copies           |  of arguments that travel by reference
//!            +------------------+
//!            | stack arguments  |
//!     sp  -> +------------------+
//! ```
//!
//! Where the frame [holds pointers](FrameLayout::holds_pointers), each argument's address passes through x14.
//!
//! In both, the result stays in the registers that the convention returns it in; but where those hold
//! more than words, the frame's address is kept between x29 and the gap, and the result stored there.

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::plant::Plant;
use trampette_abi::{CallLayout, Copies, Extend, FrameLayout, Part, Place, Row};

use super::copy::copy_exactly;
use super::memory::{Memory, load, load_address, store};
use super::{Assembler, OutOfReach, landing_pad, stack};
use crate::registers::{SP, X10, X14, X16};

/// What keeping the frame's address takes up.
const KEPT: usize = 16;

pub(super) fn stub(
    code: &mut Assembler,
    layout: &CallLayout,
    frame: &FrameLayout,
) -> Result<(), OutOfReach> {
    let stub = Stub {
        layout,
        frame,
        copies: layout.copies(),
    };
    landing_pad(code);
    if layout.jumps() {
        stub.jump(code)
    } else {
        stub.call(code)
    }
}

struct Stub<'a> {
    layout: &'a CallLayout,
    frame: &'a FrameLayout,
    copies: Copies,
}

impl Stub<'_> {
    fn jump(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        self.keep_target(code);
        self.load_registers(code)?;
        dynasm!(code; .arch aarch64; br x16);
        Ok(())
    }

    fn call(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let size = self.copies.size() + Plant::StubMisaligned.pick(0, 8);
        let stores_result = self.layout.stores_result();
        let kept = if stores_result { KEPT } else { 0 };
        stack::enter(code, size + kept, self.copies.align())?;
        if stores_result {
            let frame = self.layout.entry.frame.number;
            dynasm!(code; .arch aarch64; stur X(frame), [x29, -8]);
        }
        for row in &self.layout.arguments {
            self.make_copy(code, row)?;
            self.store_to_stack(code, row)?;
        }
        self.keep_target(code);
        self.load_registers(code)?;
        dynasm!(code; .arch aarch64; blr x16);
        if stores_result {
            self.store_result(code)?;
        }
        stack::leave(code, 0);
        Ok(())
    }

    /// The result, from its registers to the frame.
    fn store_result(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        dynasm!(code; .arch aarch64; ldur x16, [x29, -8]);
        let slot = Memory {
            base: X16,
            offset: self.frame.result(),
        };
        for row in &self.layout.result {
            if let (Place::Register(from), Part::Result { offset, size }) = (row.place, row.part) {
                store(code, slot.plus(offset), from, size.next_power_of_two())?;
            }
        }
        Ok(())
    }

    /// The target moves out of the arguments' way, to a register through which guarded code may jump.
    fn keep_target(&self, code: &mut Assembler) {
        let target = self.layout.entry.target.number;
        if Plant::StubRegisterLost.is_on() {
            dynasm!(code; .arch aarch64; mov x19, X(target));
        }
        if Plant::StubVectorLost.is_on() {
            dynasm!(code; .arch aarch64; fmov d8, X(target));
        }
        dynasm!(code; .arch aarch64; mov x16, X(target));
    }

    /// Registers, the one that carries the frame last.
    fn load_registers(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let frame = Place::Register(self.layout.entry.frame);
        let (last, others): (Vec<&Row>, Vec<&Row>) = self
            .layout
            .arguments
            .iter()
            .partition(|row| row.place == frame);
        let mut rows = others.into_iter().chain(last);
        rows.try_for_each(|row| self.load_register(code, row))
    }

    fn load_register(&self, code: &mut Assembler, row: &Row) -> Result<(), OutOfReach> {
        match (row.place, self.source(&row.part)) {
            (Place::Register(to), Source::Value(from)) => {
                let from = self.reach(code, from)?;
                load(code, to, from, row.part.size(), row.extend)
            }
            (Place::Register(to), Source::Address(of)) => load_address(code, to, of),
            _ => Ok(()),
        }
    }

    fn make_copy(&self, code: &mut Assembler, row: &Row) -> Result<(), OutOfReach> {
        let (Part::ArgumentAddress { index, size, .. }, Source::Address(to)) =
            (row.part, self.source(&row.part))
        else {
            return Ok(());
        };
        copy_exactly(code, to, self.argument(index), size.next_multiple_of(8))
    }

    /// Exactly the part's bytes: its neighbours on the stack may follow at once.
    fn store_to_stack(&self, code: &mut Assembler, row: &Row) -> Result<(), OutOfReach> {
        let Place::Stack(offset) = row.place else {
            return Ok(());
        };
        let to = Memory { base: SP, offset };
        match self.source(&row.part) {
            Source::Address(of) => {
                load_address(code, X10, of)?;
                store(code, to, X10, 8)
            }
            Source::Value(from) => {
                let from = self.reach(code, from)?;
                copy_exactly(code, to, from, row.part.size())
            }
        }
    }

    fn source(&self, part: &Part) -> Source {
        match *part {
            Part::Argument { index, offset, .. } | Part::Duplicate { index, offset, .. } => {
                Source::Value(Value {
                    slot: self.argument(index),
                    offset,
                })
            }
            Part::ArgumentAddress { index, .. } if Plant::CopyNotMade.is_on() => {
                Source::Address(self.argument(index))
            }
            Part::ArgumentAddress { index, .. } => Source::Address(Memory {
                base: SP,
                offset: self.copies.offset(index).unwrap_or_default(),
            }),
            Part::Result { .. } | Part::ResultAddress => Source::Address(Memory {
                base: self.layout.entry.frame,
                offset: self.frame.result(),
            }),
        }
    }

    /// Where the bytes stand: in the frame, or where a pointer in it points.
    fn reach(&self, code: &mut Assembler, value: Value) -> Result<Memory, OutOfReach> {
        if !self.frame.holds_pointers() {
            return Ok(value.slot.plus(value.offset));
        }
        load(code, X14, value.slot, 8, Extend::None)?;
        Ok(Memory {
            base: X14,
            offset: value.offset,
        })
    }

    /// An argument in the argument frame.
    fn argument(&self, index: usize) -> Memory {
        let stale = if index == 4 { 3 } else { index };
        let index = Plant::StaleSlot.pick(index, stale);
        Memory {
            base: self.layout.entry.frame,
            offset: self.frame.argument(index),
        }
    }
}

/// Where the bytes of a row come from.
enum Source {
    /// They belong to an argument.
    Value(Value),
    /// They are this address, of the result's slot or of a copy.
    Address(Memory),
}

/// Bytes of an argument: from this offset on, in it.
#[derive(Clone, Copy)]
struct Value {
    /// Its slot in the frame.
    slot: Memory,
    offset: usize,
}
