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
//!            | stack arguments  |
//!     rsp -> +------------------+
//! ```
//!
//! In both, the result stays in the registers that the convention returns it in.

use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use trampette_abi::{CallLayout, FrameLayout, Part, Place, Register, Row};

use super::load::{Memory, load, load_address, store};
use super::{Assembler, OutOfReach, displacement, landing_pad};
use crate::registers::{R11, RAX};

/// The stack pointer, as the base of stores.
const RSP: Register = Register::integer(4);

/// What the prologue leaves the stack pointer aligned to: return address and rbp are 16 bytes.
const PROLOGUE_ALIGN: usize = 16;

/// The granularity of guard pages: no stub moves the stack pointer further without touching memory.
const PROBE: usize = 4096;

/// Aggregates up to this size are copied to the stack by straight-line code.
const STRAIGHT_COPY: usize = 128;

pub(super) fn stub(
    code: &mut Assembler,
    layout: &CallLayout,
    frame: &FrameLayout,
) -> Result<(), OutOfReach> {
    let stub = Stub { layout, frame };
    landing_pad(code);
    if layout.is_register_only() {
        stub.jump(code)
    } else {
        stub.call(code)
    }
}

struct Stub<'a> {
    layout: &'a CallLayout,
    frame: &'a FrameLayout,
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
        self.reserve_stack(code)?;
        for row in &self.layout.arguments {
            self.store_to_stack(code, row)?;
        }
        let target = self.keep_target(code);
        self.load_registers(code)?;
        dynasm!(code; .arch x64; call Rq(target.number); leave; ret);
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
        dynasm!(code; .arch x64; mov Rq(R11.number), Rq(target.number));
        R11
    }

    /// Lowers the stack pointer, touching every page on the way: the guard page must be hit, not
    /// jumped over.
    fn reserve_stack(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let (size, align) = (self.layout.stack_size, self.layout.stack_align);
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
                load(code, to, from, row.part.size(), row.extend)
            }
            (Place::Register(to), Source::Address(of)) => load_address(code, to, of),
            _ => Ok(()),
        }
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
                load(code, RAX, from, row.part.size(), row.extend)?;
                store(code, to, RAX)
            }
            Source::Value(from) => copy(code, to, from, row.part.size().next_multiple_of(8)),
        }
    }

    fn source(&self, part: &Part) -> Source {
        let base = self.layout.entry.frame;
        match *part {
            Part::Argument { index, offset, .. } => Source::Value(Memory {
                base,
                offset: self.frame.argument(index) + offset,
            }),
            _ => Source::Address(Memory {
                base,
                offset: self.frame.result(),
            }),
        }
    }
}

/// Where the bytes of a row come from.
enum Source {
    /// They stand in the frame.
    Value(Memory),
    /// They are the address of something in the frame.
    Address(Memory),
}

/// Copies a multiple of eight bytes, eight at a time: slots that were just filled in eights are read
/// back fastest so.
fn copy(code: &mut Assembler, to: Memory, from: Memory, size: usize) -> Result<(), OutOfReach> {
    if size > STRAIGHT_COPY {
        return copy_loop(code, to, from, size);
    }
    for offset in (0..size).step_by(8) {
        load(code, RAX, from.plus(offset), 8, trampette_abi::Extend::None)?;
        store(code, to.plus(offset), RAX)?;
    }
    Ok(())
}

/// The same in a loop, from the end down: r10 counts the bytes that remain.
fn copy_loop(
    code: &mut Assembler,
    to: Memory,
    from: Memory,
    size: usize,
) -> Result<(), OutOfReach> {
    let from_base = from.base.number;
    let (from, to) = (displacement(from.offset)?, displacement(to.offset)?);
    dynasm!(code
        ; .arch x64
        ; mov r10d, displacement(size)?
        ; again:
        ; mov rax, [Rq(from_base) + r10 + from - 8]
        ; mov [rsp + r10 + to - 8], rax
        ; sub r10d, 8
        ; jnz <again
    );
    Ok(())
}
