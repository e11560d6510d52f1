//! Entry adapters: the ways in, for C.
//!
//! An entry adapter is a call stub read backwards. It gathers the arguments into an argument frame on
//! the stack, calls the context's dispatcher with the addresses of the context, the frame and its result
//! slot, and hands back what stands there:
//!
//! ```text
//!            | stack arguments  |
//!            | and home space   |
//!            +------------------+
//!            | return address   |
//!            +------------------+
//!     rbp -> | caller's rbp     |
//!            +------------------+
//!            | gap to alignment |
//!            +------------------+
//!            | kept registers   |  the caller's, that the dispatcher may clobber
//!            +------------------+
//!            | result's address |  where the caller passed one
//!            +------------------+
//!            | argument frame   |  with an area for arguments without a name, of a variadic function
//!            +------------------+
//!            | home space       |  where the dispatcher's convention has one
//!     rsp -> +------------------+
//! ```

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::plant::Plant;
use trampette_abi::{Binding, CallLayout, Extend, FrameLayout, Part, Place, Register, Row};

use super::memory::{
    Memory, clear, clear_upper_halves, copy, copy_exactly, load, load_address, store_value,
    store_whole, uses_upper_halves,
};
use super::stack::reserve;
use super::{Assembler, OutOfReach, landing_pad};
use crate::registers::{R10, RAX, RBP, RCX, RSP};

/// Return address and caller's rbp, between rbp and the stack arguments.
const LINKAGE: usize = 16;

/// Where a context holds the address of its dispatcher.
pub(super) const DISPATCHER: i8 = 8;

/// What a kept register takes up; vector registers are kept whole.
const KEPT: usize = 16;

/// How a dispatcher is called.
pub(super) struct Dispatcher {
    /// The register of its first argument.
    pub(super) context: Register,
    /// The register of its second argument.
    pub(super) frame: Register,
    /// The register of its third argument.
    pub(super) result: Register,
    /// Its home space, in bytes.
    pub(super) home: usize,
    /// What it may clobber and the adapter may not.
    pub(super) clobbered: Vec<Register>,
    /// What it is called by, where the context does not say.
    pub(super) binding: Option<Binding>,
}

impl Dispatcher {
    /// The dispatcher of this layout, as an adapter of `layout` must call it; `None` when its arguments
    /// are not three registers.
    pub(super) fn of(dispatcher: &CallLayout, layout: &CallLayout) -> Option<Self> {
        Some(Self {
            context: dispatcher.argument_register(0)?,
            frame: dispatcher.argument_register(1)?,
            result: dispatcher.argument_register(2)?,
            home: dispatcher.home,
            clobbered: layout.preserved.unless_by(&dispatcher.preserved),
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
    dynasm!(code; .arch x64; push rbp; mov rbp, rsp);
    let room = adapter.room().next_multiple_of(16) + Plant::AdapterMisaligned.pick(0, 8);
    reserve(code, room, frame.align())?;
    adapter.keep(code)?;
    adapter.save_unnamed(code)?;
    adapter.gather(code)?;
    adapter.clear_result(code)?;
    adapter.dispatch(code)?;
    adapter.hand_back(code)?;
    adapter.restore(code)?;
    if Plant::AdapterRegisterLost.is_on() {
        dynasm!(code; .arch x64; mov rbx, rsp);
    }
    dynasm!(code; .arch x64; leave; ret);
    Ok(())
}

struct Adapter<'a> {
    layout: &'a CallLayout,
    frame: &'a FrameLayout,
    dispatcher: &'a Dispatcher,
}

impl Adapter<'_> {
    /// Where the argument frame begins.
    fn start(&self) -> Memory {
        Memory {
            base: RSP,
            offset: self.dispatcher.home.next_multiple_of(self.frame.align()),
        }
    }

    /// Where the address of the caller's memory for the result is kept.
    fn result_address(&self) -> Memory {
        self.start().plus(self.frame.size().next_multiple_of(8))
    }

    /// Where the caller's registers are kept.
    fn kept(&self) -> impl Iterator<Item = (Register, Memory)> {
        let start = self.result_address().plus(self.address_size());
        let registers = self.dispatcher.clobbered.iter().copied();
        registers
            .enumerate()
            .map(move |(index, register)| (register, start.plus(index * KEPT)))
    }

    fn address_size(&self) -> usize {
        if self.layout.has_result_address() {
            size_of::<u64>()
        } else {
            0
        }
    }

    /// How much of the stack it needs, in bytes.
    fn room(&self) -> usize {
        let kept = self.dispatcher.clobbered.len() * KEPT;
        self.result_address().offset + self.address_size() + kept
    }

    fn keep(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        self.kept()
            .try_for_each(|(register, place)| store_whole(code, place, register))
    }

    fn restore(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        self.kept().try_for_each(|(register, place)| {
            let size = self.layout.preserved.bytes_of(register);
            load(code, register, place, size, Extend::None)
        })
    }

    /// What may carry arguments without a name, before anything is changed. Uses rax.
    fn save_unnamed(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let Some(area) = self.frame.unnamed() else {
            return Ok(());
        };
        for (register, offset) in area.places() {
            store_whole(code, self.start().plus(offset), register)?;
        }
        let below = area.below_stack();
        let room = below.len() * size_of::<u64>();
        let start = self.layout.home.checked_sub(room);
        let start = start.ok_or(OutOfReach(room))?;
        for (index, register) in below.iter().enumerate() {
            let offset = start + index * size_of::<u64>();
            store_whole(code, on_stack(offset), *register)?;
        }
        load_address(code, RAX, on_stack(0))?;
        store_whole(code, self.start().plus(area.stack_address()), RAX)
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
        self.start().plus(offset)
    }

    /// All arguments. Those whose address stands on the stack come last: by then rcx, which carries an
    /// argument in every convention, is free.
    fn gather(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let (last, first): (Vec<&Row>, Vec<&Row>) = self.layout.arguments.iter().partition(|row| {
            matches!(
                (row.part, row.place),
                (Part::ArgumentAddress { .. }, Place::Stack(_))
            )
        });
        first
            .into_iter()
            .chain(last)
            .try_for_each(|row| self.gather_row(code, row))?;
        if uses_upper_halves(&self.layout.arguments) {
            clear_upper_halves(code);
        }
        Ok(())
    }

    /// One row of arguments. Slots are padded to words, so whole words are moved: what stands above a
    /// narrow argument does not count. What travels by reference may end where the memory does.
    fn gather_row(&self, code: &mut Assembler, row: &Row) -> Result<(), OutOfReach> {
        let slot = self.slot(row);
        match (row.part, row.place) {
            (Part::Duplicate { .. }, _) => Ok(()),
            (Part::ArgumentAddress { size, .. }, Place::Register(base)) => {
                let size = Plant::AdapterReadsBeyond.pick(size, size.next_multiple_of(8));
                copy_exactly(code, slot, Memory { base, offset: 0 }, size)
            }
            (Part::ArgumentAddress { size, .. }, Place::Stack(offset)) => {
                load(code, RCX, on_stack(offset), 8, Extend::None)?;
                let from = Memory {
                    base: RCX,
                    offset: 0,
                };
                copy_exactly(code, slot, from, size)
            }
            (_, Place::Register(from)) => store_value(code, slot, from, row.part.size()),
            (_, Place::Stack(offset)) => {
                let words = row.part.size().next_multiple_of(8);
                copy(code, slot, on_stack(offset), words)
            }
        }
    }

    /// The dispatcher finds zero bytes for a result, and need not know how many.
    fn clear_result(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let result = self.start().plus(self.frame.result());
        clear(code, result, self.layout.result_size.next_multiple_of(8))
    }

    fn dispatch(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        let (context, frame) = (self.dispatcher.context.number, self.dispatcher.frame);
        let from = self.dispatcher.binding.map_or(R10, |bound| bound.context);
        dynasm!(code; .arch x64; mov Rq(context), Rq(from.number));
        match self.start() {
            Memory { offset: 0, .. } => {
                dynasm!(code; .arch x64; mov Rq(frame.number), rsp);
            }
            start => load_address(code, frame, start)?,
        }
        let result = self.start().plus(self.frame.result());
        load_address(code, self.dispatcher.result, result)?;
        match self.dispatcher.binding {
            None => dynasm!(code; .arch x64; call QWORD [BYTE r10 + DISPATCHER]),
            Some(Binding { dispatcher, .. }) => {
                let address = dispatcher.cast_signed();
                dynasm!(code; .arch x64; mov rax, QWORD address; call rax);
            }
        }
        Ok(())
    }

    /// The result, from the frame to its registers, or to the caller's memory, whose address goes back
    /// in rax, as every convention of the instruction set asks.
    fn hand_back(&self, code: &mut Assembler) -> Result<(), OutOfReach> {
        for row in self.layout.result.iter().rev() {
            if let Place::Register(to) = row.place {
                load(code, to, self.slot(row), row.part.size(), row.extend)?;
            }
        }
        if self.layout.has_result_address() {
            let (base, size) = (R10, self.layout.result_size);
            let size = Plant::ResultBeyond.pick(size, size.next_multiple_of(8));
            let from = self.start().plus(self.frame.result());
            load(code, base, self.result_address(), 8, Extend::None)?;
            copy_exactly(code, Memory { base, offset: 0 }, from, size)?;
            if !Plant::ResultAddressLost.is_on() {
                dynasm!(code; .arch x64; mov rax, r10);
            }
        }
        Ok(())
    }
}

/// An argument on the stack, as its caller placed it.
fn on_stack(offset: usize) -> Memory {
    Memory {
        base: RBP,
        offset: LINKAGE + offset + Plant::AdapterStackOff.pick(0, 8),
    }
}
