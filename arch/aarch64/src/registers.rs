//! The registers by number and name.

use trampette_abi::{Bank, Register};

pub(crate) const X0: Register = Register::integer(0);
pub(crate) const X1: Register = Register::integer(1);
/// "Indirect result location register" (table 2 of AAPCS64).
pub(crate) const X8: Register = Register::integer(8);
/// A temporary register that no call hands over anything in.
pub(crate) const X9: Register = Register::integer(9);
/// Copies pass through it.
pub(crate) const X10: Register = Register::integer(10);
/// The source of a copying loop.
pub(crate) const X11: Register = Register::integer(11);
/// Its destination.
pub(crate) const X12: Register = Register::integer(12);
/// Its count.
pub(crate) const X13: Register = Register::integer(13);
/// Addresses that came from memory.
pub(crate) const X14: Register = Register::integer(14);
/// Targets, to which guarded code may jump through this register and the next alone (`bti c`); behind
/// the call, the frame.
pub(crate) const X16: Register = Register::integer(16);
/// Addresses that no single instruction reaches.
pub(crate) const X17: Register = Register::integer(17);
/// The frame pointer.
pub(crate) const X29: Register = Register::integer(29);
/// The stack pointer, where an instruction's encoding of 31 means that.
pub(crate) const SP: Register = Register::integer(31);
/// Zero, where it means that.
pub(crate) const ZERO: Register = Register::integer(31);

/// What assemblers call the low `size` bytes of a register; odd sizes take the next larger name.
pub(crate) fn name(register: Register, size: usize) -> String {
    let prefix = match (register.bank, size) {
        (Bank::Vector, 0..=1) => 'b',
        (Bank::Vector, 2) => 'h',
        (Bank::Vector, 3..=4) => 's',
        (Bank::Vector, 5..=8) => 'd',
        (Bank::Vector, _) => 'q',
        (Bank::Integer | Bank::X87, 0..=4) => 'w',
        (Bank::Integer | Bank::X87, _) => 'x',
    };
    match (register, prefix) {
        (SP, 'x') => "sp".into(),
        _ => format!("{prefix}{}", register.number),
    }
}
