//! Floating-point numbers of constant expressions, in the formats of C's types: each operation rounds to the nearest, as
//! compilers do it for the platform that they compile for.

use std::cmp::Ordering;

use rustc_apfloat::ieee::{BFloat, Double, Half, Quad, Single, X87DoubleExtended};
use rustc_apfloat::{Float, FloatConvert, Round};
use trampette_types::Scalar;

use crate::ast::Binary;

/// The longest text of a number, in bytes: reading takes the square of the digits. The smallest difference between two
/// numbers of 128 bits shows long before.
const MAX_LEN: usize = 1 << 13;

/// A number of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Real {
    pub(crate) bits: u128,
    /// One of those of floating-point numbers.
    pub(crate) format: Scalar,
}

/// Something for the type of numbers that a format has.
macro_rules! in_format {
    ($format:expr, $number:ident => $body:expr) => {
        match $format {
            Scalar::F16 => {
                type $number = Half;
                $body
            }
            Scalar::BF16 => {
                type $number = BFloat;
                $body
            }
            Scalar::F32 => {
                type $number = Single;
                $body
            }
            Scalar::F80 => {
                type $number = X87DoubleExtended;
                $body
            }
            Scalar::F128 => {
                type $number = Quad;
                $body
            }
            _ => {
                type $number = Double;
                $body
            }
        }
    };
}

impl Real {
    /// The number of a text without a suffix: decimal, or hexadecimal with `0x` and an exponent.
    pub(crate) fn parse(text: &str, format: Scalar) -> Option<Self> {
        if text.len() > MAX_LEN {
            return None;
        }
        in_format!(format, Number => {
            let number = Number::from_str_r(text, Round::NearestTiesToEven);
            Some(Self::of(number.ok()?.value, format))
        })
    }

    pub(crate) fn zero(format: Scalar) -> Self {
        Self { bits: 0, format }
    }

    /// The nearest number to a signed integer, or to an unsigned one that is cast.
    pub(crate) fn of_integer(value: i128, is_unsigned: bool, format: Scalar) -> Self {
        in_format!(format, Number => {
            let number = match is_unsigned {
                true => Number::from_u128(value.cast_unsigned()),
                false => Number::from_i128(value),
            };
            Self::of(number.value, format)
        })
    }

    fn of<F: Float>(number: F, format: Scalar) -> Self {
        let bits = number.to_bits();
        Self { bits, format }
    }

    /// The nearest number of another format.
    pub(crate) fn cast(self, format: Scalar) -> Self {
        in_format!(self.format, From => {
            let number = From::from_bits(self.bits);
            in_format!(format, To => {
                let mut loses = false;
                let converted: To = FloatConvert::convert(number, &mut loses).value;
                Self::of(converted, format)
            })
        })
    }

    /// The nearest `f64`.
    pub(crate) fn to_f64(self) -> f64 {
        #[expect(clippy::cast_possible_truncation, reason = "a double has 64 bits")]
        f64::from_bits(self.cast(Scalar::F64).bits as u64)
    }

    /// "The fractional part is discarded" (C11 6.3.1.4, 1); what no integer is becomes the nearest one.
    pub(crate) fn truncated(self, is_unsigned: bool) -> i128 {
        in_format!(self.format, Number => {
            let number = Number::from_bits(self.bits);
            match is_unsigned {
                true => number.to_u128(128).value.cast_signed(),
                false => number.to_i128(128).value,
            }
        })
    }

    pub(crate) fn negated(self) -> Self {
        in_format!(self.format, Number => Self::of(-Number::from_bits(self.bits), self.format))
    }

    pub(crate) fn is_zero(self) -> bool {
        in_format!(self.format, Number => Number::from_bits(self.bits).is_zero())
    }

    /// The format that two have in common: "if the corresponding real type of either operand is long double, the other
    /// operand is converted [...] to a type whose corresponding real type is long double", and so on (C11 6.3.1.8).
    pub(crate) fn common(one: Scalar, other: Scalar) -> Scalar {
        match (one, other) {
            (Scalar::F16, Scalar::BF16) | (Scalar::BF16, Scalar::F16) => Scalar::F32,
            _ if rank(one) < rank(other) => other,
            _ => one,
        }
    }

    /// What an operator of arithmetic makes of two numbers of one format.
    pub(crate) fn calculated(self, operator: Binary, other: Self) -> Option<Self> {
        in_format!(self.format, Number => {
            let (one, other) = (Number::from_bits(self.bits), Number::from_bits(other.bits));
            let result = match operator {
                Binary::Add => one + other,
                Binary::Subtract => one - other,
                Binary::Multiply => one * other,
                Binary::Divide => one / other,
                _ => return None,
            };
            Some(Self::of(result.value, self.format))
        })
    }

    /// How it compares with one of the same format; nothing if one of them is no number.
    pub(crate) fn compared(self, other: Self) -> Option<Ordering> {
        in_format!(self.format, Number => {
            Number::from_bits(self.bits).partial_cmp(&Number::from_bits(other.bits))
        })
    }
}

fn rank(format: Scalar) -> u8 {
    match format {
        Scalar::F16 | Scalar::BF16 => 0,
        Scalar::F32 => 1,
        Scalar::F64 => 2,
        Scalar::F80 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_their_formats() {
        let bits = |text: &str, format| Real::parse(text, format).map(|real| real.bits);
        let tenth = [
            (Scalar::F16, 0x2e66),
            (Scalar::BF16, 0x3dcd),
            (Scalar::F32, 0x3dcc_cccd),
            (Scalar::F64, 0x3fb9_9999_9999_999a),
            (Scalar::F80, 0x3ffb_cccc_cccc_cccc_cccd),
            (Scalar::F128, 0x3ffb_9999_9999_9999_9999_9999_9999_999a),
        ];
        for (format, expected) in tenth {
            assert_eq!(bits("0.1", format), Some(expected), "{format:?}");
        }
        let most = bits("1.18973149535723176502126385303097021e+4932", Scalar::F80);
        assert_eq!(most, Some(0x7ffe_ffff_ffff_ffff_ffff));
        assert_eq!(bits("0x1.8p3", Scalar::F64), Some(12f64.to_bits().into()));
        // A bit far behind decides between two numbers.
        let text = "0x1.00000000000008000000000000000000000001p0";
        assert_eq!(bits(text, Scalar::F64), Some(0x3ff0_0000_0000_0001));
        assert_eq!(
            bits("1e99999999999999999999", Scalar::F64),
            Some(f64::INFINITY.to_bits().into())
        );
        assert_eq!(bits(&"1".repeat(MAX_LEN + 1), Scalar::F64), None);
    }

    #[test]
    fn arithmetic_rounds_once() {
        let of = |text: &str| Real::parse(text, Scalar::F80).expect("it is a number");
        let third = of("1")
            .calculated(Binary::Divide, of("3"))
            .expect("it has one");
        assert_eq!(third.bits, 0x3ffd_aaaa_aaaa_aaaa_aaab);
        assert_eq!(of("-2.9").truncated(false), -2);
        assert_eq!(of("1e27").truncated(false), 10i128.pow(27));
        assert_eq!(third.compared(of("0.25")), Some(Ordering::Greater));
        assert!(of("-0.0").is_zero() && !third.is_zero());
        assert_eq!(third.negated().to_f64(), -1.0 / 3.0);
    }
}
