//! Call stubs: from the argument frame to registers and stack, and on to the target.
//!
//! A stub whose arguments all travel in registers jumps: it has no stack frame, and the target returns
//! straight to the stub's caller. The others call from a frame of their own:
//!
//! ```text
//!            | return address   |
//!            +------------------+
//!     rbp -> | caller's rbp     |
//!            +------------------+
//!            | gap to alignment |
//!            +------------------+
//!            | copies           |  of arguments that travel by reference
//!            +------------------+
//!            | stack arguments  |
//!            +------------------+
//!            | home space       |  where the convention has one
//!     rsp -> +------------------+
//! ```
//!
//! Where the frame [holds pointers](FrameLayout::holds_pointers), each argument's address passes through r10.
//!
//! In both, the result stays in the registers that the convention returns it in; but where those hold
//! more than words, the frame's address is kept between rbp and the gap, and the result stored there.

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::plant::Plant;
use trampette_abi::{CallLayout, Copies, Extend, FrameLayout, Part, Place, Register, Row};

use super::memory::{
    Memory, clear_upper_halves, copy, load, load_address, store, store_value, uses_upper_halves,
};
use super::stack::reserve;
use super::{Assembler, OutOfReach, landing_pad};
use crate::registers::{R10, R11, RAX, RBX, RSP};

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
        let target = self.keep_target(code);
        self.load_registers(code)?;
        dynasm!(code; .arch x64; jmp Rq(target.number));
        Ok(())
    }

    fn call(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        dynasm!(code; .arch x64; push rbp; mov rbp, rsp);
        let size = self.copies.size() + Plant::StubMisaligned.pick(0, 8);
        let stores_result = self.layout.stores_result();
        let kept = if stores_result { KEPT } else { 0 };
        reserve(code, size + kept, self.copies.align())?;
        if stores_result {
            let frame = self.layout.entry.frame.number;
            dynasm!(code; .arch x64; mov [rbp - 8], Rq(frame));
        }
        for row in &self.layout.arguments {
            self.make_copy(code, row)?;
            self.store_to_stack(code, row)?;
        }
        let target = self.keep_target(code);
        self.load_registers(code)?;
        dynasm!(code; .arch x64; call Rq(target.number));
        if stores_result {
            self.store_result(code)?;
        }
        dynasm!(code; .arch x64; leave; ret);
        Ok(())
    }

    /// The result, from its registers to the frame.
    fn store_result(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        dynasm!(code; .arch x64; mov r11, [rbp - 8]);
        let slot = Memory {
            base: R11,
            offset: self.frame.result(),
        };
        for row in &self.layout.result {
            if let (Place::Register(from), Part::Result { offset, size }) = (row.place, row.part) {
                store_value(code, slot.plus(offset), from, size)?;
            }
        }
        if uses_upper_halves(&self.layout.result) {
            clear_upper_halves(code);
        }
        Ok(())
    }

    /// The target moves out of the way where an argument needs its register.
    fn keep_target(&self, code: &mut Assembler) -> Register {
        let target = self.layout.entry.target;
        let needed = self
            .layout
            .arguments
            .iter()
            .any(|row| row.place == Place::Register(target));
        if !needed {
            return target;
        }
        let free = Plant::StubRegisterLost.pick(R11, RBX);
        dynasm!(code; .arch x64; mov Rq(free.number), Rq(target.number));
        free
    }

    /// Registers, the one that carries the frame last.
    fn load_registers(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let frame = Place::Register(self.layout.entry.frame);
        let (last, others): (Vec<&Row>, Vec<&Row>) = self
            .layout
            .arguments
            .iter()
            .partition(|row| row.place == frame);
        for row in others.into_iter().chain(last) {
            self.load_register(code, row)?;
        }
        if let Some((register, count)) = self.layout.vector_count {
            dynasm!(code; .arch x64; mov Rd(register.number), i32::from(count));
        }
        Ok(())
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
        let from = self.argument(index);
        copy(code, to, from, size.next_multiple_of(8))
    }

    fn store_to_stack(&self, code: &mut Assembler, row: &Row) -> Result<(), OutOfReach> {
        let Place::Stack(offset) = row.place else {
            return Ok(());
        };
        let to = Memory { base: RSP, offset };
        match self.source(&row.part) {
            Source::Address(of) => {
                load_address(code, RAX, of)?;
                store(code, to, RAX)
            }
            Source::Value(from) if row.part.size() <= 8 => {
                let from = self.reach(code, from)?;
                load(code, RAX, from, row.part.size(), row.extend)?;
                store(code, to, RAX)
            }
            Source::Value(from) => {
                let from = self.reach(code, from)?;
                copy(code, to, from, row.part.size().next_multiple_of(8))
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
                base: RSP,
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
        load(code, R10, value.slot, 8, Extend::None)?;
        Ok(Memory {
            base: R10,
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
