//! Floating-point numbers that Rust has no type for.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rustc_apfloat::ieee::{Double, Quad, X87DoubleExtended};
use rustc_apfloat::{Float as _, FloatConvert as _, Round};

/// The x87's number of 80 bits, C's `long double` on x86-64 Linux and with GCC for Windows: 16 bytes, of
/// which the last six mean nothing.
///
/// ```
/// use trampette::F80;
///
/// let tenth: F80 = "0.1".parse()?;
/// assert_eq!(tenth.to_bits(), 0x3FFB_CCCC_CCCC_CCCC_CCCD);
/// assert_eq!(tenth.to_f64(), 0.1);
/// assert_eq!(F80::from(1.5).to_string(), "1.5");
/// assert_eq!("1e4000".parse::<F80>()?.to_string(), "1e4000");
/// # Ok::<(), trampette::ParseFloatError>(())
/// ```
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub struct F80([u8; 16]);

/// IEEE 754 binary128: C's `long double` on 64-bit ARM Linux, and `_Float128`.
///
/// ```
/// use trampette::F128;
///
/// let tenth: F128 = "0.1".parse()?;
/// assert_eq!(tenth.to_bits(), 0x3FFB_9999_9999_9999_9999_9999_9999_999A);
/// assert_eq!(tenth.to_f64(), 0.1);
/// assert_eq!(F128::from(1.5).to_string(), "1.5");
/// # Ok::<(), trampette::ParseFloatError>(())
/// ```
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub struct F128([u8; 16]);

/// A text that is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFloatError(());

impl fmt::Display for ParseFloatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a floating-point number")
    }
}

impl std::error::Error for ParseFloatError {}

/// More digits than any number needs to be read back: 36 are enough for binary128.
const MOST_DIGITS: usize = 37;

/// How many bits of an [`F80`] mean something.
const F80_BITS: u128 = (1 << 80) - 1;

/// As many digits decide how a number is rounded, and whether all behind them are zero: the middle between two numbers
/// of binary128 has up to 11,564.
const DECIDING_DIGITS: usize = 12_000;

/// A decimal number that is rounded as this one is, without the digits that decide nothing: the time that a text takes
/// grows with the square of its length.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= DECIDING_DIGITS {
        return text.into();
    }
    let (sign, number) = match text.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", text),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let digits = digits.trim_start_matches('0');
    let (kept, dropped) = digits.split_at(digits.len().min(DECIDING_DIGITS));
    // What is longer than an `i64` is as far beyond every format.
    let far = if exponent.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    let exponent = exponent.parse().unwrap_or(far);
    let places = |digits: &str| i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let exponent = exponent
        .saturating_sub(places(fraction))
        .saturating_add(places(dropped));
    if dropped.bytes().any(|digit| digit != b'0') {
        return format!("{sign}{kept}1e{}", exponent.saturating_sub(1)).into();
    }
    format!("{sign}0{kept}e{exponent}").into()
}

macro_rules! extended {
    ($ty:ident, $format:ident, $mask:expr) => {
        impl $ty {
            /// The number of these bits, those of the exponent and of the sign on top.
            #[must_use]
            pub const fn from_bits(bits: u128) -> Self {
                Self((bits & $mask).to_le_bytes())
            }

            /// Its bits.
            #[must_use]
            pub const fn to_bits(self) -> u128 {
                u128::from_le_bytes(self.0) & $mask
            }

            /// The nearest `f64`.
            #[must_use]
            pub fn to_f64(self) -> f64 {
                let mut loses = false;
                let number: Double = self.number().convert(&mut loses).value;
                #[expect(clippy::cast_possible_truncation, reason = "a double has 64 bits")]
                f64::from_bits(number.to_bits() as u64)
            }

            /// Whether it is neither infinite nor NaN.
            #[must_use]
            pub fn is_finite(self) -> bool {
                self.number().is_finite()
            }

            fn number(self) -> $format {
                $format::from_bits(self.to_bits())
            }
        }

        /// Exact.
        impl From<f64> for $ty {
            fn from(number: f64) -> Self {
                let mut loses = false;
                let number = Double::from_bits(number.to_bits().into());
                let number: $format = number.convert(&mut loses).value;
                Self::from_bits(number.to_bits())
            }
        }

        /// Decimal, with or without an exponent, or a word: `inf`, `nan`. Rounded to the nearest.
        impl FromStr for $ty {
            type Err = ParseFloatError;

            fn from_str(text: &str) -> Result<Self, ParseFloatError> {
                // Rust's own parser knows the words, and what is a number at all.
                let approximate: f64 = text.parse().map_err(|_| ParseFloatError(()))?;
                if !text.bytes().any(|byte| byte.is_ascii_digit()) {
                    return Ok(approximate.into());
                }
                let text = text.strip_prefix('+').unwrap_or(text);
                let number = $format::from_str_r(&shortened(text), Round::NearestTiesToEven);
                let number = number.map_err(|_| ParseFloatError(()))?;
                Ok(Self::from_bits(number.value.to_bits()))
            }
        }

        /// Bits, as no arithmetic is done here: a NaN is equal to itself, and the zeroes are different.
        impl PartialEq for $ty {
            fn eq(&self, other: &Self) -> bool {
                self.to_bits() == other.to_bits()
            }
        }

        impl Eq for $ty {}

        /// The shortest text that is read back as the same number.
        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if !self.is_finite() {
                    return write!(f, "{}", self.to_f64());
                }
                let number = self.number();
                let texts = (1..MOST_DIGITS).map(|digits| format!("{number:.digits$}"));
                let mut same = texts.filter(|text| text.parse() == Ok(*self));
                let text = same.next().unwrap_or_else(|| number.to_string());
                // Exponents as Rust writes them.
                f.write_str(
                    &text
                        .replace(".0E", "E")
                        .replace("E+", "e")
                        .replace('E', "e"),
                )
            }
        }

        impl fmt::Debug for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($ty), "({})"), self)
            }
        }
    };
}

extended!(F80, X87DoubleExtended, F80_BITS);
extended!(F128, Quad, u128::MAX);
