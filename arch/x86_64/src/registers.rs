//! The registers by number and name.

use trampette_abi::{Bank, Register};

pub(crate) const RAX: Register = Register::integer(0);
pub(crate) const RCX: Register = Register::integer(1);
pub(crate) const RDX: Register = Register::integer(2);
pub(crate) const RBX: Register = Register::integer(3);
pub(crate) const RSP: Register = Register::integer(4);
pub(crate) const RBP: Register = Register::integer(5);
pub(crate) const RSI: Register = Register::integer(6);
pub(crate) const RDI: Register = Register::integer(7);
pub(crate) const R8: Register = Register::integer(8);
pub(crate) const R9: Register = Register::integer(9);
pub(crate) const R10: Register = Register::integer(10);
pub(crate) const R11: Register = Register::integer(11);
pub(crate) const R12: Register = Register::integer(12);
pub(crate) const R13: Register = Register::integer(13);
pub(crate) const R14: Register = Register::integer(14);
pub(crate) const R15: Register = Register::integer(15);
/// "If the class is X87, the value is returned on the X87 stack in %st0 as 80-bit x87 number." (psABI 3.2.3)
pub(crate) const ST0: Register = Register::x87(0);
pub(crate) const XMM0: Register = Register::vector(0);
pub(crate) const XMM1: Register = Register::vector(1);
pub(crate) const XMM2: Register = Register::vector(2);
pub(crate) const XMM3: Register = Register::vector(3);

/// The bytes of the largest vector registers, those of AVX-512.
pub(crate) const ZMM_BYTES: usize = 64;

/// Registers of one bank as a set: bit `n` stands for number `n`.
pub(crate) const fn set(registers: &[Register]) -> u32 {
    let (mut set, mut index) = (0, 0);
    while index < registers.len() {
        set |= 1 << registers[index].number;
        index += 1;
    }
    set
}

/// The legacy registers at each width, in the order of their numbers.
const LEGACY: [[&str; 4]; 8] = [
    ["al", "ax", "eax", "rax"],
    ["cl", "cx", "ecx", "rcx"],
    ["dl", "dx", "edx", "rdx"],
    ["bl", "bx", "ebx", "rbx"],
    ["spl", "sp", "esp", "rsp"],
    ["bpl", "bp", "ebp", "rbp"],
    ["sil", "si", "esi", "rsi"],
    ["dil", "di", "edi", "rdi"],
];

/// What assemblers call the low `size` bytes of a register; odd sizes take the next larger name.
pub(crate) fn name(register: Register, size: usize) -> String {
    let number = usize::from(register.number);
    match register.bank {
        Bank::Integer => {}
        Bank::Vector => match size {
            0..=16 => return format!("xmm{number}"),
            17..=32 => return format!("ymm{number}"),
            _ => return format!("zmm{number}"),
        },
        Bank::X87 => return format!("st{number}"),
    }
    let width = match size {
        0..=1 => 0,
        2 => 1,
        3..=4 => 2,
        _ => 3,
    };
    match LEGACY.get(number) {
        Some(names) => names[width].to_string(),
        None => format!("r{number}{}", ["b", "w", "d", ""][width]),
    }
}
