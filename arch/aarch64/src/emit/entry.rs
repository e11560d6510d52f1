//! Entry adapters: the ways in, for C.
//!
//! An entry adapter is a call stub read backwards. It gathers the arguments into an argument frame on
//! the stack, calls the context's dispatcher with the addresses of the context, the frame and its result
//! slot, and hands back what stands there:
//!
//! ```text
//!            | stack arguments  |
//!            +------------------+
//!            | saved registers  |  of a variadic function whose convention has them stand there
//!            +------------------+
//!            | return address   |
//!            +------------------+
//!     x29 -> | caller's x29     |
//!            +------------------+
//!            | gap to alignment |
//!            +------------------+
//!            | result's address |  where the caller passed one
//!            +------------------+
//!            | argument frame   |  with an area for arguments without a name, of a variadic function
//!     sp  -> +------------------+
//! ```

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::plant::Plant;
use trampette_abi::{Bank, Binding, CallLayout, Extend, FrameLayout, Part, Place, Register, Row};

use super::copy::{clear, copy_exactly};
use super::memory::{Memory, load, load_address, store, store_whole};
use super::{Assembler, OutOfReach, landing_pad, load_x16, stack, twelve_bits};
use crate::registers::{SP, X9, X10, X14, X29};

/// Return address and caller's x29, between x29 and what stands above.
const LINKAGE: usize = 16;

/// Where a context holds the address of its dispatcher.
pub(super) const DISPATCHER: u32 = 8;

/// How a dispatcher is called.
pub(super) struct Dispatcher {
    /// The register of its first argument.
    context: Register,
    /// The register of its second argument.
    frame: Register,
    /// The register of its third argument.
    result: Register,
    /// What it is called by, where the context does not say.
    binding: Option<Binding>,
}

impl Dispatcher {
    /// The dispatcher of this layout, as an adapter of `layout` may call it: it takes three pointers in
    /// registers, has no home space, and preserves what the adapter must, as all of AArch64 do.
    pub(super) fn of(dispatcher: &CallLayout, layout: &CallLayout) -> Option<Self> {
        let clobbered = layout.preserved.unless_by(&dispatcher.preserved);
        if dispatcher.home > 0 || !clobbered.is_empty() {
            return None;
        }
        Some(Self {
            context: dispatcher.argument_register(0)?,
            frame: dispatcher.argument_register(1)?,
            result: dispatcher.argument_register(2)?,
            binding: None,
        })
    }

    /// The same where the code knows the dispatcher.
    pub(super) fn bound(self, binding: Binding) -> Self {
        Self {
            binding: Some(binding),
            ..self
        }
    }
}

pub(super) fn adapter(
    code: &mut Assembler,
    layout: &CallLayout,
    frame: &FrameLayout,
    dispatcher: &Dispatcher,
) -> Result<(), OutOfReach> {
    let adapter = Adapter {
        layout,
        frame,
        dispatcher,
    };
    landing_pad(code);
    let room = adapter.room().next_multiple_of(16) + Plant::AdapterMisaligned.pick(0, 8);
    adapter.save_below_stack(code)?;
    stack::enter(code, room, frame.align())?;
    adapter.save_unnamed(code)?;
    for row in &layout.arguments {
        adapter.gather(code, row)?;
    }
    adapter.clear_result(code)?;
    adapter.dispatch(code)?;
    adapter.hand_back(code)?;
    if Plant::AdapterRegisterLost.is_on() {
        dynasm!(code; .arch aarch64; mov x19, sp);
    }
    if Plant::AdapterVectorLost.is_on() {
        dynasm!(code; .arch aarch64; fmov d8, x29);
    }
    stack::leave(code, adapter.below_stack());
    Ok(())
}

struct Adapter<'a> {
    layout: &'a CallLayout,
    frame: &'a FrameLayout,
    dispatcher: &'a Dispatcher,
}

impl Adapter<'_> {
    /// How many bytes of registers stand right below the stack arguments: a multiple of 16.
    fn below_stack(&self) -> usize {
        let area = self.frame.unnamed();
        area.map_or(0, |area| area.below_stack().len() * size_of::<u64>())
            .next_multiple_of(16)
    }

    /// Saves the registers that may carry arguments without a name where these stand in a row with those on
    /// the stack: above everything that the adapter keeps for itself.
    fn save_below_stack(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let Some(area) = self.frame.unnamed().filter(|_| self.below_stack() > 0) else {
            return Ok(());
        };
        let room = twelve_bits(self.below_stack(), 0)?;
        dynasm!(code; .arch aarch64; sub sp, sp, room);
        let registers = area.below_stack();
        let start = self.below_stack() - registers.len() * size_of::<u64>();
        for (index, register) in registers.iter().enumerate() {
            let offset = start + index * size_of::<u64>();
            store_whole(code, Memory { base: SP, offset }, *register)?;
        }
        Ok(())
    }

    /// The same for registers that have an area of their own. Uses x10.
    fn save_unnamed(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let Some(area) = self.frame.unnamed() else {
            return Ok(());
        };
        for (register, offset) in area.places() {
            store_whole(code, Memory { base: SP, offset }, register)?;
        }
        load_address(code, X10, self.on_stack(0))?;
        let offset = area.stack_address();
        store(code, Memory { base: SP, offset }, X10, 8)
    }

    /// A stack argument of the adapter's caller.
    fn on_stack(&self, offset: usize) -> Memory {
        Memory {
            base: X29,
            offset: LINKAGE + self.below_stack() + offset + Plant::AdapterStackOff.pick(0, 8),
        }
    }

    /// Where the address of the caller's memory for the result is kept.
    fn result_address(&self) -> Memory {
        Memory {
            base: SP,
            offset: self.frame.size().next_multiple_of(8),
        }
    }

    /// The frame's result slot.
    fn result(&self) -> Memory {
        Memory {
            base: SP,
            offset: self.frame.result(),
        }
    }

    /// How much of the stack it needs, in bytes.
    fn room(&self) -> usize {
        let kept = if self.layout.has_result_address() {
            size_of::<u64>()
        } else {
            0
        };
        self.result_address().offset + kept
    }

    fn slot(&self, row: &Row) -> Memory {
        let offset = match row.part {
            Part::Argument { index, offset, .. } | Part::Duplicate { index, offset, .. } => {
                let behind = if index == 3 { 8 } else { 0 };
                self.frame.argument(index) + offset + Plant::AdapterSlotOff.pick(0, behind)
            }
            Part::ArgumentAddress { index, .. } => self.frame.argument(index),
            Part::Result { offset, .. } => self.frame.result() + offset,
            Part::ResultAddress => return self.result_address(),
        };
        Memory { base: SP, offset }
    }

    /// One row of arguments. Slots are padded to words, so integer registers are stored whole: what
    /// stands above a narrow argument does not count.
    fn gather(&self, code: &mut Assembler, row: &Row) -> Result<(), OutOfReach> {
        let slot = self.slot(row);
        match (row.part, row.place) {
            (Part::Duplicate { .. }, _) => Ok(()),
            (Part::ArgumentAddress { size, .. }, Place::Register(base)) => {
                let size = Plant::AdapterReadsBeyond.pick(size, size.next_multiple_of(8));
                copy_exactly(code, slot, Memory { base, offset: 0 }, size)
            }
            (Part::ArgumentAddress { size, .. }, Place::Stack(offset)) => {
                load(code, X14, self.on_stack(offset), 8, Extend::None)?;
                let from = Memory {
                    base: X14,
                    offset: 0,
                };
                copy_exactly(code, slot, from, size)
            }
            (part, Place::Register(from)) => {
                let size = match from.bank {
                    Bank::Vector => part.size(),
                    Bank::Integer | Bank::X87 => 8,
                };
                store(code, slot, from, size)
            }
            (part, Place::Stack(offset)) => {
                copy_exactly(code, slot, self.on_stack(offset), part.size())
            }
        }
    }

    /// The dispatcher finds zero bytes for a result, and need not know how many.
    fn clear_result(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        clear(
            code,
            self.result(),
            self.layout.result_size.next_multiple_of(8),
        )
    }

    /// The context came in x9, or a register that is bound to it: nothing before has used either.
    fn dispatch(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let (context, frame) = (self.dispatcher.context.number, self.dispatcher.frame.number);
        let from = self.dispatcher.binding.map_or(X9, |bound| bound.context);
        dynasm!(code; .arch aarch64; mov X(context), X(from.number); mov XSP(frame), sp);
        load_address(code, self.dispatcher.result, self.result())?;
        match self.dispatcher.binding {
            None => dynasm!(code; .arch aarch64; ldr x16, [x9, DISPATCHER]),
            Some(Binding { dispatcher, .. }) => load_x16(code, dispatcher),
        }
        dynasm!(code; .arch aarch64; blr x16);
        Ok(())
    }

    /// The result, from the frame to its registers, or to the caller's memory.
    fn hand_back(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        for row in &self.layout.result {
            if let Place::Register(to) = row.place {
                load(code, to, self.slot(row), row.part.size(), row.extend)?;
            }
        }
        if !self.layout.has_result_address() {
            return Ok(());
        }
        load(code, X14, self.result_address(), 8, Extend::None)?;
        let to = Memory {
            base: X14,
            offset: 0,
        };
        let size = self.layout.result_size;
        let size = Plant::ResultBeyond.pick(size, size.next_multiple_of(8));
        copy_exactly(code, to, self.result(), size)
    }
}
