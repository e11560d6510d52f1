//! Numbers as constant expressions have them (C11 6.6): integers of a type, wrapped to its width, and
//! floating-point numbers.

use trampette_types::Scalar;

use crate::real::Real;

/// The value of a constant expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Integer(Integer),
    Float(Real),
}

/// An integer, and the type that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Integer {
    /// The value; that of an unsigned integer of 128 bits, cast.
    pub(crate) value: i128,
    pub(crate) bits: u32,
    pub(crate) is_signed: bool,
}

impl Integer {
    /// An `int`.
    pub(crate) fn int(value: i32) -> Self {
        Self::wrapped(value.into(), 32, true)
    }

    /// A `size_t`.
    pub(crate) fn size(value: usize) -> Self {
        Self::wrapped(value as i128, 64, false)
    }

    /// What a type of so many bits has of a value.
    pub(crate) fn wrapped(value: i128, bits: u32, is_signed: bool) -> Self {
        let shift = 128 - bits.clamp(1, 128);
        let value = match is_signed {
            true => (value << shift) >> shift,
            false => ((value.cast_unsigned() << shift) >> shift).cast_signed(),
        };
        Self {
            value,
            bits,
            is_signed,
        }
    }

    /// What a scalar has of it; `None` for one that is no integer.
    pub(crate) fn cast(self, scalar: Scalar) -> Option<Self> {
        match scalar {
            Scalar::Bool => Some(Self::wrapped(i128::from(self.value != 0), 8, false)),
            Scalar::Pointer => Some(Self::wrapped(self.value, 64, false)),
            scalar if scalar.is_float() || scalar.size() > 16 => None,
            Scalar::V64 | Scalar::V128 => None,
            scalar => {
                let bits = u32::try_from(scalar.size()).ok()? * 8;
                Some(Self::wrapped(self.value, bits, scalar.is_signed()))
            }
        }
    }

    /// "If an int can represent all values of the original type [...], the value is converted to an int"
    /// (C11 6.3.1.1, 2).
    pub(crate) fn promoted(self) -> Self {
        match self.bits {
            ..32 => Self::wrapped(self.value, 32, true),
            _ => self,
        }
    }

    /// "The usual arithmetic conversions" (C11 6.3.1.8), of types whose widths rise with their ranks.
    pub(crate) fn balanced(self, other: Self) -> (Self, Self) {
        let (one, other) = (self.promoted(), other.promoted());
        let bits = one.bits.max(other.bits);
        let is_unsigned = |side: Self| side.bits == bits && !side.is_signed;
        let is_signed = !is_unsigned(one) && !is_unsigned(other);
        let to = |side: Self| Self::wrapped(side.value, bits, is_signed);
        (to(one), to(other))
    }

    /// The same type, another value.
    pub(crate) fn same(self, value: i128) -> Self {
        Self::wrapped(value, self.bits, self.is_signed)
    }

    /// The type of an enumerator or literal of this value, `int` if that holds it.
    pub(crate) fn fitting(value: i128) -> Self {
        let holds = |bits: u32, is_signed: bool| {
            let wrapped = Self::wrapped(value, bits, is_signed);
            wrapped.value == value
        };
        let types = [(32, true), (32, false), (64, true), (64, false)];
        let first = types
            .into_iter()
            .find(|&(bits, signed)| holds(bits, signed));
        let (bits, is_signed) = first.unwrap_or((128, true));
        Self::wrapped(value, bits, is_signed)
    }
}

impl Number {
    /// It as a floating-point number of a format.
    pub(crate) fn real(self, format: Scalar) -> Real {
        match self {
            Self::Float(value) => value.cast(format),
            Self::Integer(Integer {
                value,
                bits,
                is_signed,
            }) => Real::of_integer(value, bits == 128 && !is_signed, format),
        }
    }

    /// Its format, if it is a floating-point number.
    pub(crate) fn format(self) -> Option<Scalar> {
        match self {
            Self::Float(value) => Some(value.format),
            Self::Integer(_) => None,
        }
    }

    /// Whether it is not zero.
    pub(crate) fn is_true(self) -> bool {
        match self {
            Self::Float(value) => !value.is_zero(),
            Self::Integer(integer) => integer.value != 0,
        }
    }
}
