//! Single moves: from the argument frame to a register or to the stack.
//!
//! The bytes are put together here and not by dynasm, whose register operands that are known only at
//! run time take the longest encoding: twice the bytes, and up to 14 % of a call's time.

use dynasmrt::DynasmApi;
use trampette_abi::{Bank, Extend, Register};

use super::{Assembler, OutOfReach, displacement};

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
}

/// An instruction that takes a register and a memory operand.
struct Opcode {
    prefix: Option<u8>,
    /// REX.W: the operand has 64 bits.
    wide: bool,
    bytes: &'static [u8],
}

impl Opcode {
    const fn new(bytes: &'static [u8]) -> Self {
        Self {
            prefix: None,
            wide: false,
            bytes,
        }
    }

    const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    const fn prefixed(self, prefix: u8) -> Self {
        Self {
            prefix: Some(prefix),
            ..self
        }
    }
}

const MOV_R32_M32: Opcode = Opcode::new(&[0x8B]);
const MOV_R64_M64: Opcode = Opcode::new(&[0x8B]).wide();
const MOV_M64_R64: Opcode = Opcode::new(&[0x89]).wide();
const MOVZX_R32_M8: Opcode = Opcode::new(&[0x0F, 0xB6]);
const MOVZX_R32_M16: Opcode = Opcode::new(&[0x0F, 0xB7]);
const MOVSX_R32_M8: Opcode = Opcode::new(&[0x0F, 0xBE]);
const MOVSX_R32_M16: Opcode = Opcode::new(&[0x0F, 0xBF]);
const MOVSS_X_M32: Opcode = Opcode::new(&[0x0F, 0x10]).prefixed(0xF3);
const MOVSD_X_M64: Opcode = Opcode::new(&[0x0F, 0x10]).prefixed(0xF2);
const MOVUPS_X_M128: Opcode = Opcode::new(&[0x0F, 0x10]);
const LEA_R64: Opcode = Opcode::new(&[0x8D]).wide();

/// Loads `size` bytes into a register. Sizes between the powers of two read up to the next eight: the
/// frame pads every slot to that.
pub(super) fn load(
    code: &mut Assembler,
    to: Register,
    from: Memory,
    size: usize,
    extend: Extend,
) -> Result<(), OutOfReach> {
    let opcode = match (to.bank, size, extend) {
        (Bank::Vector, 4, _) => MOVSS_X_M32,
        (Bank::Vector, 8, _) => MOVSD_X_M64,
        (Bank::Vector, ..) => MOVUPS_X_M128,
        (_, 1, Extend::Sign) => MOVSX_R32_M8,
        (_, 1, _) => MOVZX_R32_M8,
        (_, 2, Extend::Sign) => MOVSX_R32_M16,
        (_, 2, _) => MOVZX_R32_M16,
        (_, 4, _) => MOV_R32_M32,
        _ => MOV_R64_M64,
    };
    instruction(code, &opcode, to, from)
}

/// Loads the address of memory.
pub(super) fn load_address(
    code: &mut Assembler,
    to: Register,
    of: Memory,
) -> Result<(), OutOfReach> {
    instruction(code, &LEA_R64, to, of)
}

/// Stores the eight bytes of an integer register.
pub(super) fn store(code: &mut Assembler, to: Memory, from: Register) -> Result<(), OutOfReach> {
    instruction(code, &MOV_M64_R64, from, to)
}

/// `[prefix] [REX] opcode ModRM [SIB] [displacement]` (Intel SDM volume 2, chapter 2), each part only
/// where it is needed.
fn instruction(
    code: &mut Assembler,
    opcode: &Opcode,
    register: Register,
    memory: Memory,
) -> Result<(), OutOfReach> {
    let (reg, base) = (register.number, memory.base.number);
    let rex = 0x40 | u8::from(opcode.wide) << 3 | (reg >> 3) << 2 | base >> 3;
    code.extend(opcode.prefix);
    code.extend((rex != 0x40).then_some(rex));
    code.extend(opcode.bytes);
    operand(code, reg & 7, base & 7, displacement(memory.offset)?);
    Ok(())
}

/// ModRM, SIB and displacement. A base whose low bits are 4 (rsp, r12) needs an SIB byte, one whose low
/// bits are 5 (rbp, r13) a displacement.
fn operand(code: &mut Assembler, reg: u8, base: u8, offset: i32) {
    let short = i8::try_from(offset).ok();
    let mode = match short {
        Some(0) if base != 5 => 0b00,
        Some(_) => 0b01,
        None => 0b10,
    };
    code.push(mode << 6 | reg << 3 | base);
    if base == 4 {
        code.push(0x24);
    }
    match (mode, short) {
        (0b00, _) => {}
        (_, Some(short)) => code.push_i8(short),
        (_, None) => code.push_i32(offset),
    }
}
