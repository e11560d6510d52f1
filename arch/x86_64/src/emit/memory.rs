//! Moves between registers and memory, and from memory to memory.
//!
//! The bytes of single moves are put together here and not by dynasm, whose register operands that are known only at
//! run time take the longest encoding: twice the bytes, and up to 14 % of a call's time.

use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use trampette_abi::plant::Plant;
use trampette_abi::{Bank, Extend, Place, Register, Row};

use super::{Assembler, OutOfReach, displacement};
use crate::registers::RAX;

/// The bytes of a vector register that instructions before AVX know.
const XMM_BYTES: usize = 16;

/// Up to this many bytes are copied by straight-line code.
const STRAIGHT_COPY: usize = 128;

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
const MOV_M32_R32: Opcode = Opcode::new(&[0x89]);
const MOV_M16_R16: Opcode = Opcode::new(&[0x89]).prefixed(0x66);
const MOV_M8_R8: Opcode = Opcode::new(&[0x88]);
const MOVSD_M64_X: Opcode = Opcode::new(&[0x0F, 0x11]).prefixed(0xF2);
const MOVZX_R32_M8: Opcode = Opcode::new(&[0x0F, 0xB6]);
const MOVZX_R32_M16: Opcode = Opcode::new(&[0x0F, 0xB7]);
const MOVSX_R32_M8: Opcode = Opcode::new(&[0x0F, 0xBE]);
const MOVSX_R32_M16: Opcode = Opcode::new(&[0x0F, 0xBF]);
const MOVSS_X_M32: Opcode = Opcode::new(&[0x0F, 0x10]).prefixed(0xF3);
const MOVSD_X_M64: Opcode = Opcode::new(&[0x0F, 0x10]).prefixed(0xF2);
const MOVUPS_X_M128: Opcode = Opcode::new(&[0x0F, 0x10]);
const MOVUPS_M128_X: Opcode = Opcode::new(&[0x0F, 0x11]);
const X87: Opcode = Opcode::new(&[0xDB]);
/// What stands in the place of a register and says what the instruction does.
const FLD_M80: Register = Register::integer(5);
const FSTP_M80: Register = Register::integer(7);
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
        (Bank::Vector, ..=4, _) => MOVSS_X_M32,
        (Bank::Vector, 5..=8, _) => MOVSD_X_M64,
        (Bank::Vector, 9..=16, _) => MOVUPS_X_M128,
        (Bank::Vector, size, _) => return wide_move(code, Width::of(size), VMOVUPS_LOAD, to, from),
        (Bank::X87, ..) => return instruction(code, &X87, FLD_M80, from),
        (_, 1 | 2, Extend::Zero) if Plant::SysvGarbage.is_on() => MOV_R32_M32,
        (Bank::Integer, 1, Extend::Sign) => MOVSX_R32_M8,
        (Bank::Integer, 1, _) => MOVZX_R32_M8,
        (Bank::Integer, 2, Extend::Sign) => MOVSX_R32_M16,
        (Bank::Integer, 2, _) => MOVZX_R32_M16,
        (Bank::Integer, 4, _) => MOV_R32_M32,
        (Bank::Integer, ..) => MOV_R64_M64,
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

/// Stores the low eight bytes of a register.
pub(super) fn store(code: &mut Assembler, to: Memory, from: Register) -> Result<(), OutOfReach> {
    let opcode = match from.bank {
        Bank::Vector => MOVSD_M64_X,
        Bank::Integer | Bank::X87 => MOV_M64_R64,
    };
    instruction(code, &opcode, from, to)
}

/// Stores what a register carries of a value of `size` bytes, in whole words. Of the x87's registers it
/// takes the one on top away, so they are stored in order; and loaded from the last.
pub(super) fn store_value(
    code: &mut Assembler,
    to: Memory,
    from: Register,
    size: usize,
) -> Result<(), OutOfReach> {
    match (from.bank, size) {
        (Bank::X87, _) => instruction(code, &X87, FSTP_M80, to),
        (_, ..=8) => store(code, to, from),
        (Bank::Vector, 17..) => wide_move(code, Width::of(size), VMOVUPS_STORE, from, to),
        _ => store_whole(code, to, from),
    }
}

/// Whether anything travels in the upper halves of vector registers, those behind the first 16 bytes.
pub(super) fn uses_upper_halves(rows: &[Row]) -> bool {
    let is_wide =
        |row: &Row| matches!(row.place, Place::Register(_)) && row.part.size() > XMM_BYTES;
    rows.iter().any(is_wide)
}

/// Ends the use of the upper halves of vector registers, as compilers do before code that does not know of
/// them: instructions for the lower halves are slow while those hold anything.
pub(super) fn clear_upper_halves(code: &mut Assembler) {
    dynasm!(code; .arch x64; vzeroupper);
}

/// Stores a whole register.
pub(super) fn store_whole(
    code: &mut Assembler,
    to: Memory,
    from: Register,
) -> Result<(), OutOfReach> {
    let opcode = match from.bank {
        Bank::Vector => MOVUPS_M128_X,
        Bank::Integer | Bank::X87 => MOV_M64_R64,
    };
    instruction(code, &opcode, from, to)
}

/// Copies a multiple of eight bytes, eight at a time: slots that were just filled in eights are read
/// back fastest so. Uses rax and r11.
pub(super) fn copy(
    code: &mut Assembler,
    to: Memory,
    from: Memory,
    size: usize,
) -> Result<(), OutOfReach> {
    if size > STRAIGHT_COPY {
        return copy_loop(code, to, from, size);
    }
    for offset in (0..size).step_by(8) {
        load(code, RAX, from.plus(offset), 8, Extend::None)?;
        store(code, to.plus(offset), RAX)?;
    }
    Ok(())
}

/// Writes zeroes to a multiple of eight bytes. Uses rax and r11.
pub(super) fn clear(code: &mut Assembler, at: Memory, size: usize) -> Result<(), OutOfReach> {
    if size == 0 {
        return Ok(());
    }
    dynasm!(code; .arch x64; xor eax, eax);
    if size <= STRAIGHT_COPY {
        return (0..size)
            .step_by(8)
            .try_for_each(|offset| store(code, at.plus(offset), RAX));
    }
    let (base, at) = (at.base.number, displacement(at.offset)?);
    dynasm!(code
        ; .arch x64
        ; mov r11d, displacement(size)?
        ; again:
        ; mov [Rq(base) + r11 + at - 8], rax
        ; sub r11d, 8
        ; jnz <again
    );
    Ok(())
}

/// Copies exactly `size` bytes, whatever follows them. Uses rax and r11.
pub(super) fn copy_exactly(
    code: &mut Assembler,
    to: Memory,
    from: Memory,
    size: usize,
) -> Result<(), OutOfReach> {
    let mut done = size / 8 * 8;
    copy(code, to, from, done)?;
    for (piece, opcode) in [(4, MOV_M32_R32), (2, MOV_M16_R16), (1, MOV_M8_R8)] {
        if size - done >= piece {
            load(code, RAX, from.plus(done), piece, Extend::None)?;
            instruction(code, &opcode, RAX, to.plus(done))?;
            done += piece;
        }
    }
    Ok(())
}

/// The same in a loop, from the end down: eax counts the bytes that remain.
fn copy_loop(
    code: &mut Assembler,
    to: Memory,
    from: Memory,
    size: usize,
) -> Result<(), OutOfReach> {
    let (from_base, to_base) = (from.base.number, to.base.number);
    let (from, to) = (displacement(from.offset)?, displacement(to.offset)?);
    let size = size - Plant::LargeCopyShort.pick(0, 8);
    dynasm!(code
        ; .arch x64
        ; mov eax, displacement(size)?
        ; again:
        ; mov r11, [Rq(from_base) + rax + from - 8]
        ; mov [Rq(to_base) + rax + to - 8], r11
        ; sub eax, 8
        ; jnz <again
    );
    Ok(())
}

/// Which of the larger vector registers: those of AVX, or those of AVX-512.
#[derive(Clone, Copy)]
enum Width {
    Ymm,
    Zmm,
}

impl Width {
    fn of(size: usize) -> Self {
        match size {
            ..=32 => Self::Ymm,
            _ => Self::Zmm,
        }
    }
}

const VMOVUPS_LOAD: u8 = 0x10;
const VMOVUPS_STORE: u8 = 0x11;

/// `vmovups` between memory and one of the first sixteen vector registers at its whole width: `VEX opcode
/// ModRM [SIB] [displacement]`, or with EVEX in its place (Intel SDM volume 2, 2.3 and 2.7). Both begin with
/// the upper bits of the registers' numbers, inverted, and name the map `0F` and no register more. (dynasm
/// has no instructions of AVX-512.)
fn wide_move(
    code: &mut Assembler,
    width: Width,
    opcode: u8,
    register: Register,
    memory: Memory,
) -> Result<(), OutOfReach> {
    const MAP_0F: u8 = 0b00001;
    const NO_THIRD_REGISTER: u8 = 0b0111_1000;
    const L256: u8 = 0b100;
    const UNMASKED_512: u8 = 0b0100_1000;
    let (reg, base) = (register.number, memory.base.number);
    let upper = 0b0100_0000 | u8::from(reg < 8) << 7 | u8::from(base < 8) << 5;
    let offset = displacement(memory.offset)?;
    match width {
        Width::Ymm => {
            code.extend([0xC4, upper | MAP_0F, NO_THIRD_REGISTER | L256, opcode]);
            operand(code, reg & 7, base & 7, offset, 1);
        }
        Width::Zmm => {
            let (upper, third) = (upper | 0b1_0000, NO_THIRD_REGISTER | 0b100);
            code.extend([0x62, upper | MAP_0F, third, UNMASKED_512, opcode]);
            operand(code, reg & 7, base & 7, offset, 64);
        }
    }
    Ok(())
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
    operand(code, reg & 7, base & 7, displacement(memory.offset)?, 1);
    Ok(())
}

/// ModRM, SIB and displacement. A base whose low bits are 4 (rsp, r12) needs an SIB byte, one whose low
/// bits are 5 (rbp, r13) a displacement. A displacement of one byte counts in `unit`s.
fn operand(code: &mut Assembler, reg: u8, base: u8, offset: i32, unit: i32) {
    let short = i8::try_from(offset / unit).ok();
    let short = short.filter(|_| offset % unit == 0);
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
