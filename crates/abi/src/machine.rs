use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use crate::frame::FrameLayout;
use crate::layout::{CallLayout, Extend, Part, Place, Row};
use crate::register::Register;

/// An abstract machine that carries bytes along rows: what hardware does at a call, without hardware.
///
/// A caller's [`pass`](Self::pass) followed by a callee's [`receive`](Self::receive) must give the
/// arguments back, and so for [`give_back`](Self::give_back) and [`take_back`](Self::take_back) and
/// the result. Every byte that no row writes is poison, so that nothing passes by luck. The rows must
/// have passed [`verify`](crate::verify); others may panic here.
///
/// ```
/// # use trampette_abi::*;
/// # use trampette_types::{Abi, DataModel, Signature};
/// # let xmm0 = Register::vector(0);
/// # let part = Part::Argument { index: 0, offset: 0, size: 8 };
/// # let layout = CallLayout {
/// #     abi: Abi::SysV64,
/// #     arguments: vec![Row { part, place: Place::Register(xmm0), extend: Extend::None }],
/// #     result: vec![],
/// #     result_size: 0,
/// #     stack_size: 0,
/// #     home: 0,
/// #     stack_align: 16,
/// #     vector_size: 16,
/// #     vector_count: None,
/// #     preserved: Preserved { integers: 0, vectors: 0, vector_bytes: 0 },
/// #     entry: Entry { frame: Register::integer(7), target: Register::integer(6) },
/// # };
/// let signature: Signature = "(f64) -> void".parse()?;
/// let frame = FrameLayout::of(&signature.shape(&DataModel::LINUX_X86_64)?);
/// let argument = 2.5f64.to_le_bytes();
///
/// let machine = Machine::pass(&layout, &frame, &argument);
/// assert_eq!(machine.register(xmm0).unwrap()[..8], argument);
/// assert_eq!(machine.receive(&layout, &frame)[..8], argument);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Machine {
    registers: BTreeMap<Register, [u8; 64]>,
    stack: Vec<u8>,
}

/// What stands where nothing was written.
const POISON: u8 = 0xA5;

/// What stands in a register that carries the address of the result.
const RESULT_ADDRESS: u64 = 0x5E5E_5E5E_5E5E_5E5E;

/// What the stack pointer is at the call.
const STACK_POINTER: u64 = 0x57AC_0000_0000_0000;

impl Machine {
    /// The machine at the moment of the call: the arguments of `frame` stand where the rows say.
    #[must_use]
    pub fn pass(layout: &CallLayout, frame: &FrameLayout, arguments: &[u8]) -> Self {
        let copies = layout.copies();
        let mut machine = Self::poisoned(copies.size());
        for row in &layout.arguments {
            let address = match row.part {
                Part::ResultAddress => RESULT_ADDRESS,
                Part::ArgumentAddress { index, size, .. } => {
                    let start = copies.offset(index).unwrap_or(copies.size());
                    let argument = in_frame(&row.part, frame);
                    machine.stack[start..start + size].copy_from_slice(&arguments[argument]);
                    STACK_POINTER + start as u64
                }
                _ => {
                    machine.write(row, &arguments[in_frame(&row.part, frame)]);
                    continue;
                }
            };
            machine.write(row, &address.to_le_bytes());
        }
        machine
    }

    /// The frame that the callee gathers: arguments at their offsets, poison elsewhere.
    #[must_use]
    pub fn receive(&self, layout: &CallLayout, frame: &FrameLayout) -> Vec<u8> {
        let mut bytes = vec![POISON; frame.size()];
        for row in &layout.arguments {
            let received = match row.part {
                Part::ResultAddress | Part::Duplicate { .. } => continue,
                Part::ArgumentAddress { size, .. } => self.behind(self.read(row), size),
                _ => self.read(row),
            };
            bytes[in_frame(&row.part, frame)].copy_from_slice(received);
        }
        bytes
    }

    /// The machine at the moment of the return: the result of `frame` stands where the rows say.
    #[must_use]
    pub fn give_back(layout: &CallLayout, frame: &FrameLayout, result: &[u8]) -> Self {
        let mut machine = Self::poisoned(0);
        for row in &layout.result {
            machine.write(row, &result[in_frame(&row.part, frame)]);
        }
        machine
    }

    /// The frame that the caller gathers: the result at its offset, poison elsewhere.
    #[must_use]
    pub fn take_back(&self, layout: &CallLayout, frame: &FrameLayout) -> Vec<u8> {
        let mut bytes = vec![POISON; frame.size()];
        for row in &layout.result {
            bytes[in_frame(&row.part, frame)].copy_from_slice(self.read(row));
        }
        bytes
    }

    /// What stands in a register; `None` if no row wrote to it.
    #[must_use]
    pub fn register(&self, register: Register) -> Option<&[u8]> {
        self.registers
            .get(&register)
            .map(|bytes| &bytes[..register.size()])
    }

    /// The bytes of the stack from the stack pointer up: home space, arguments, and copies of those that
    /// travel by reference.
    #[must_use]
    pub fn stack(&self) -> &[u8] {
        &self.stack
    }

    fn poisoned(stack_size: usize) -> Self {
        Self {
            registers: BTreeMap::new(),
            stack: vec![POISON; stack_size],
        }
    }

    fn write(&mut self, row: &Row, bytes: &[u8]) {
        let place = match row.place {
            Place::Register(register) => {
                &mut self.registers.entry(register).or_insert([POISON; 64])[..register.size()]
            }
            Place::Stack(offset) => &mut self.stack[offset..],
        };
        let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
        let filler = match row.extend {
            Extend::None => None,
            Extend::Zero => Some(0),
            Extend::Sign => Some(if negative { 0xFF } else { 0 }),
        };
        if let Some(filler) = filler {
            place[..4].fill(filler);
        }
        place[..bytes.len()].copy_from_slice(bytes);
    }

    /// The bytes on the stack that an address points to.
    fn behind(&self, address: &[u8], size: usize) -> &[u8] {
        let mut word = [0; 8];
        word.copy_from_slice(address);
        let offset = usize::try_from(u64::from_le_bytes(word) - STACK_POINTER);
        let start = offset.unwrap_or(usize::MAX);
        &self.stack[start..start + size]
    }

    fn read(&self, row: &Row) -> &[u8] {
        let size = row.part.size();
        match row.place {
            Place::Register(register) => &self.registers[&register][..size],
            Place::Stack(offset) => &self.stack[offset..offset + size],
        }
    }
}

/// Where the bytes stand in the frame that a part carries, or that its address is of.
fn in_frame(part: &Part, frame: &FrameLayout) -> Range<usize> {
    let (start, size) = match *part {
        Part::Argument {
            index,
            offset,
            size,
        }
        | Part::Duplicate {
            index,
            offset,
            size,
        } => (frame.argument(index) + offset, size),
        Part::ArgumentAddress { index, size, .. } => (frame.argument(index), size),
        Part::Result { offset, size } => (frame.result() + offset, size),
        Part::ResultAddress => (frame.result(), 0),
    };
    start..start + size
}
