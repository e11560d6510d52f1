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
    /// Vector registers, of which 16 bytes are counted.
    Vector,
}

impl Bank {
    /// How many bytes a register of the bank holds.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Integer => 8,
            Self::Vector => 16,
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

    /// How many bytes it holds.
    #[must_use]
    pub fn size(self) -> usize {
        self.bank.size()
    }
}
