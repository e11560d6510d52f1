//! Numbers, truth values, characters and addresses.

use std::num::IntErrorKind;

use trampette::{CType, MODEL, Scalar, Value};

use super::float::float;
use super::{Problem, escape};
use crate::failure::Quoted;

/// The value of a text by its type.
pub(super) fn value(text: &[u8], ty: &CType) -> Result<Value, Problem> {
    let layout = ty.layout(&MODEL).map_err(Problem::new)?;
    match layout.as_scalar() {
        Some(Scalar::Bool) => truth(text, ty),
        Some(scalar) if scalar.is_float() => float(text, scalar, ty),
        Some(Scalar::Pointer) => address(text),
        Some(scalar) => {
            let number = integer(text).or_else(|| character(text, scalar).map(Some));
            let number = number.ok_or_else(|| unexpected("an integer", text, ty))?;
            number
                .and_then(|number| number.fit(scalar))
                .ok_or_else(|| out_of_range(text, scalar, ty))
        }
        None => Err(Problem::new(format_args!(
            "values of type `{ty}` cannot be written as text"
        ))),
    }
}

pub(super) fn unexpected(what: &str, text: &[u8], ty: &CType) -> Problem {
    Problem::new(format_args!(
        "expected {what} (`{ty}`), found {}",
        Quoted(text)
    ))
}

pub(super) fn out_of_range(text: &[u8], scalar: Scalar, ty: &CType) -> Problem {
    let text = Quoted(text);
    if scalar.is_float() {
        return Problem::new(format_args!("{text} is too large for `{ty}`"));
    }
    let (low, high) = range(scalar);
    Problem::new(format_args!(
        "{text} does not fit `{ty}`, which holds {low} to {high}"
    ))
}

/// An integer of any type.
#[derive(Clone, Copy)]
pub(super) struct Whole {
    is_negative: bool,
    magnitude: u128,
}

impl Whole {
    /// The number as a Rust integer, if it is one of that type.
    pub(super) fn get<T: TryFrom<i128> + TryFrom<u128>>(self) -> Option<T> {
        if self.is_negative {
            let number = 0_i128.checked_sub_unsigned(self.magnitude)?;
            return T::try_from(number).ok();
        }
        T::try_from(self.magnitude).ok()
    }

    /// The number at the width of its C type, if it fits.
    fn fit(self, scalar: Scalar) -> Option<Value> {
        Some(match scalar {
            Scalar::I8 => Value::I8(self.get()?),
            Scalar::U8 => Value::U8(self.get()?),
            Scalar::I16 => Value::I16(self.get()?),
            Scalar::U16 => Value::U16(self.get()?),
            Scalar::I32 => Value::I32(self.get()?),
            Scalar::U32 => Value::U32(self.get()?),
            Scalar::I64 => Value::I64(self.get()?),
            Scalar::U64 => Value::U64(self.get()?),
            Scalar::I128 => Value::I128(self.get()?),
            Scalar::U128 => Value::U128(self.get()?),
            _ => return None,
        })
    }
}

/// Decimal, or with one of the prefixes `0x`, `0o` and `0b`; with or without a sign. `None` if the text
/// is no integer, `Some(None)` if it is one of more than 128 bits.
pub(super) fn integer(text: &[u8]) -> Option<Option<Whole>> {
    let text = std::str::from_utf8(text).ok()?;
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefixed = text.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match prefixed.as_deref() {
        Some("0x") => (16, &text[2..]),
        Some("0o") => (8, &text[2..]),
        Some("0b") => (2, &text[2..]),
        _ => (10, text),
    };
    // A second sign is none of `from_str_radix`'s business.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    match u128::from_str_radix(digits, radix) {
        Ok(magnitude) => Some(Some(Whole {
            is_negative,
            magnitude,
        })),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Some(None),
        Err(_) => None,
    }
}

/// The code of a character in single quotes, with C's escapes. One byte fills a type of one byte, as in C: `'\xff'`
/// is -1 where that has a sign.
fn character(text: &[u8], scalar: Scalar) -> Option<Whole> {
    let quoted = text.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let bytes = escape::unescape(quoted).ok()?;
    if let [byte] = *bytes {
        let signed = byte.cast_signed();
        return Some(Whole {
            is_negative: scalar == Scalar::I8 && signed < 0,
            magnitude: match scalar {
                Scalar::I8 => signed.unsigned_abs().into(),
                _ => byte.into(),
            },
        });
    }
    let mut characters = std::str::from_utf8(&bytes).ok()?.chars();
    let code = u32::from(characters.next()?);
    characters.next().is_none().then_some(Whole {
        is_negative: false,
        magnitude: code.into(),
    })
}

/// The smallest and largest integer of a type.
fn range(scalar: Scalar) -> (i128, u128) {
    let spare = 8 * (16 - scalar.size());
    if scalar.is_signed() {
        (i128::MIN >> spare, i128::MAX.cast_unsigned() >> spare)
    } else {
        (0, u128::MAX >> spare)
    }
}

fn truth(text: &[u8], ty: &CType) -> Result<Value, Problem> {
    match text {
        b"true" | b"1" => Ok(Value::Bool(true)),
        b"false" | b"0" => Ok(Value::Bool(false)),
        _ => Err(unexpected("`true`, `false`, 1 or 0", text, ty)),
    }
}

/// An address: `0x...`, `0` or `null`. What it points to may be a long text, and is not named.
pub(super) fn address(text: &[u8]) -> Result<Value, Problem> {
    let wrong = || {
        let expected = "`0x...`, `0`, `null`, `str:TEXT` or `buf:SIZE`";
        Problem::new(format_args!("expected {expected}, found {}", Quoted(text)))
    };
    match text {
        b"null" | b"0" => Ok(Value::NULL),
        [b'0', b'x' | b'X', ..] => {
            let number = integer(text).ok_or_else(wrong)?;
            let address = number.and_then(Whole::get::<usize>);
            let address =
                address.ok_or_else(|| out_of_range(text, Scalar::U64, &CType::POINTER))?;
            Ok(Value::Pointer(std::ptr::with_exposed_provenance_mut(
                address,
            )))
        }
        _ => Err(wrong()),
    }
}
