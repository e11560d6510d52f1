//! Moves between registers and memory.

use dynasmrt::{DynasmApi, dynasm};
use trampette_abi::{Bank, Extend, Register};

use super::{Assembler, OutOfReach, twelve_bits};
use crate::registers::X17;

/// Bytes in memory: an offset from a base register.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub(super) base: Register,
    pub(super) offset: usize,
}

impl Memory {
    pub(super) fn plus(self, bytes: usize) -> Self {
        Self {
            offset: self.offset + bytes,
            ..self
        }
    }

    /// Whether one instruction reaches it: its offset is a multiple of the access' size, in twelve bits.
    fn is_near(self, size: usize) -> bool {
        self.offset.is_multiple_of(size) && self.offset / size < 1 << 12
    }

    /// The same memory as one instruction reaches it. Uses `scratch` where it is far.
    pub(super) fn near(
        self,
        code: &mut Assembler,
        size: usize,
        scratch: Register,
    ) -> Result<Self, OutOfReach> {
        if self.is_near(size) {
            return Ok(self);
        }
        load_address(code, scratch, self)?;
        Ok(Self {
            base: scratch,
            offset: 0,
        })
    }
}

/// Loads `size` bytes into a register. Sizes between the powers of two read up to the next eight: the
/// frame pads every slot to that. Uses x17.
pub(super) fn load(
    code: &mut Assembler,
    to: Register,
    from: Memory,
    size: usize,
    extend: Extend,
) -> Result<(), OutOfReach> {
    let width = size.next_power_of_two();
    let from = from.near(code, width, X17)?;
    let (to, base, offset) = (to, from.base.number, from.offset);
    let r = to.number;
    #[expect(clippy::cast_possible_truncation, reason = "the offset is near")]
    let offset = offset as u32;
    match (to.bank, width, extend) {
        (Bank::Vector, ..=2, _) => dynasm!(code; .arch aarch64; ldr H(r), [XSP(base), offset]),
        (Bank::Vector, 4, _) => dynasm!(code; .arch aarch64; ldr S(r), [XSP(base), offset]),
        (Bank::Vector, 8, _) => dynasm!(code; .arch aarch64; ldr D(r), [XSP(base), offset]),
        (Bank::Vector, ..) => dynasm!(code; .arch aarch64; ldr Q(r), [XSP(base), offset]),
        (Bank::Integer, 1, Extend::Sign) => {
            dynasm!(code; .arch aarch64; ldrsb W(r), [XSP(base), offset]);
        }
        (Bank::Integer, 1, _) => dynasm!(code; .arch aarch64; ldrb W(r), [XSP(base), offset]),
        (Bank::Integer, 2, Extend::Sign) => {
            dynasm!(code; .arch aarch64; ldrsh W(r), [XSP(base), offset]);
        }
        (Bank::Integer, 2, _) => dynasm!(code; .arch aarch64; ldrh W(r), [XSP(base), offset]),
        (Bank::Integer, 4, _) if size == 4 => {
            dynasm!(code; .arch aarch64; ldr W(r), [XSP(base), offset]);
        }
        (Bank::Integer | Bank::X87, ..) => {
            dynasm!(code; .arch aarch64; ldr X(r), [XSP(base), offset]);
        }
    }
    Ok(())
}

/// Stores the low `size` bytes of a register, where `size` is a power of two. Uses x17.
pub(super) fn store(
    code: &mut Assembler,
    to: Memory,
    from: Register,
    size: usize,
) -> Result<(), OutOfReach> {
    let to = to.near(code, size, X17)?;
    let (r, base, offset) = (from.number, to.base.number, to.offset);
    #[expect(clippy::cast_possible_truncation, reason = "the offset is near")]
    let offset = offset as u32;
    match (from.bank, size) {
        (Bank::Vector, ..=2) => dynasm!(code; .arch aarch64; str H(r), [XSP(base), offset]),
        (Bank::Vector, 4) => dynasm!(code; .arch aarch64; str S(r), [XSP(base), offset]),
        (Bank::Vector, 8) => dynasm!(code; .arch aarch64; str D(r), [XSP(base), offset]),
        (Bank::Vector, _) => dynasm!(code; .arch aarch64; str Q(r), [XSP(base), offset]),
        (Bank::Integer, 1) => dynasm!(code; .arch aarch64; strb W(r), [XSP(base), offset]),
        (Bank::Integer, 2) => dynasm!(code; .arch aarch64; strh W(r), [XSP(base), offset]),
        (Bank::Integer, 4) => dynasm!(code; .arch aarch64; str W(r), [XSP(base), offset]),
        (Bank::Integer | Bank::X87, _) => {
            dynasm!(code; .arch aarch64; str X(r), [XSP(base), offset]);
        }
    }
    Ok(())
}

/// Stores a whole register. Uses x17.
pub(super) fn store_whole(
    code: &mut Assembler,
    to: Memory,
    from: Register,
) -> Result<(), OutOfReach> {
    let size = match from.bank {
        Bank::Vector => 16,
        Bank::Integer | Bank::X87 => 8,
    };
    store(code, to, from, size)
}

/// Loads the address of memory: one addition, or two for more than twelve bits.
pub(super) fn load_address(
    code: &mut Assembler,
    to: Register,
    of: Memory,
) -> Result<(), OutOfReach> {
    let (to, mut base) = (to.number, of.base.number);
    let (high, low) = (
        twelve_bits(of.offset, 12)?,
        twelve_bits(of.offset & 0xFFF, 0)?,
    );
    if high > 0 {
        dynasm!(code; .arch aarch64; add XSP(to), XSP(base), high, lsl 12);
        base = to;
    }
    if low > 0 || high == 0 {
        dynasm!(code; .arch aarch64; add XSP(to), XSP(base), low);
    }
    Ok(())
}

/// Loads a number of up to 32 bits.
pub(super) fn load_number(
    code: &mut Assembler,
    to: Register,
    number: usize,
) -> Result<(), OutOfReach> {
    let number = u32::try_from(number).map_err(|_| OutOfReach(number))?;
    let (to, high, low) = (to.number, number >> 16, number & 0xFFFF);
    dynasm!(code; .arch aarch64; movz W(to), low);
    if high > 0 {
        dynasm!(code; .arch aarch64; movk W(to), high, lsl 16);
    }
    Ok(())
}
