use alloc::vec::Vec;

/// A register of an instruction set, by bank and hardware number.
///
/// Its name is the business of the [`Isa`](crate::Isa).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Register {
    /// Which bank it belongs to.
    pub bank: Bank,
    /// Its number in instructions.
    pub number: u8,
}

/// A bank of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bank {
    /// General-purpose registers of 8 bytes.
    Integer,
    /// Vector registers, of up to 64 bytes.
    Vector,
    /// The x87's stack of registers of 10 bytes, numbered from its top.
    X87,
}

impl Bank {
    /// How many bytes a register of the bank holds at most.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Integer => 8,
            Self::Vector => 64,
            Self::X87 => 10,
        }
    }
}

impl Register {
    /// The integer register of this number.
    #[must_use]
    pub const fn integer(number: u8) -> Self {
        Self {
            bank: Bank::Integer,
            number,
        }
    }

    /// The vector register of this number.
    #[must_use]
    pub const fn vector(number: u8) -> Self {
        Self {
            bank: Bank::Vector,
            number,
        }
    }

    /// The x87 register that stands so many below the top.
    #[must_use]
    pub const fn x87(number: u8) -> Self {
        Self {
            bank: Bank::X87,
            number,
        }
    }

    /// How many bytes it holds at most.
    #[must_use]
    pub fn size(self) -> usize {
        self.bank.size()
    }
}

/// Registers that a callee leaves as it found them, by number. The stack pointer is not among them: it
/// is the same after every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preserved {
    /// The integer registers: bit `n` stands for number `n`.
    pub integers: u32,
    /// The vector registers.
    pub vectors: u32,
    /// How many bytes of each of these vector registers, from the lowest on.
    pub vector_bytes: usize,
}

impl Preserved {
    /// How many bytes of a register are preserved.
    ///
    /// ```
    /// use trampette_abi::{Preserved, Register};
    ///
    /// let aapcs64 = Preserved { integers: 0x1FF8_0000, vectors: 0xFF00, vector_bytes: 8 };
    /// assert_eq!(aapcs64.bytes_of(Register::integer(19)), 8);
    /// assert_eq!(aapcs64.bytes_of(Register::integer(0)), 0);
    /// assert_eq!(aapcs64.bytes_of(Register::vector(8)), 8);
    /// ```
    #[must_use]
    pub fn bytes_of(&self, register: Register) -> usize {
        let (set, bytes) = match register.bank {
            Bank::Integer => (self.integers, Bank::Integer.size()),
            Bank::Vector => (self.vectors, self.vector_bytes),
            Bank::X87 => return 0,
        };
        let is_in = set.checked_shr(register.number.into()).unwrap_or(0) & 1 == 1;
        if is_in { bytes } else { 0 }
    }

    /// The registers that a function of this convention must save itself if it calls one of `other`.
    ///
    /// ```
    /// use trampette_abi::{Preserved, Register};
    ///
    /// let none = Preserved { integers: 0, vectors: 0, vector_bytes: 0 };
    /// let some = Preserved { integers: 1 << 3, vectors: 1 << 6, vector_bytes: 16 };
    /// assert_eq!(some.unless_by(&none), [Register::integer(3), Register::vector(6)]);
    /// assert_eq!(some.unless_by(&some), []);
    /// ```
    #[must_use]
    pub fn unless_by(&self, other: &Self) -> Vec<Register> {
        let numbers = 0..32;
        let all = numbers
            .clone()
            .map(Register::integer)
            .chain(numbers.map(Register::vector));
        all.filter(|&register| self.bytes_of(register) > other.bytes_of(register))
            .collect()
    }
}
