//! Numbers, truth values, characters and addresses.

use std::num::IntErrorKind;

use trampette::{CType, MODEL, Scalar, Value};

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
            let number = integer(text).or_else(|| character(text).map(Some));
            let number = number.ok_or_else(|| unexpected("an integer", text, ty))?;
            number
                .and_then(|number| fit(number, scalar))
                .ok_or_else(|| out_of_range(text, scalar, ty))
        }
        None => Err(Problem::new(format_args!(
            "values of type `{ty}` cannot be written as text"
        ))),
    }
}

fn unexpected(what: &str, text: &[u8], ty: &CType) -> Problem {
    Problem::new(format_args!(
        "expected {what} (`{ty}`), found {}",
        Quoted(text)
    ))
}

fn out_of_range(text: &[u8], scalar: Scalar, ty: &CType) -> Problem {
    let text = Quoted(text);
    if scalar.is_float() {
        return Problem::new(format_args!("{text} is too large for `{ty}`"));
    }
    let (low, high) = range(scalar);
    Problem::new(format_args!(
        "{text} does not fit `{ty}`, which holds {low} to {high}"
    ))
}

/// Decimal, or with one of the prefixes `0x`, `0o` and `0b`; with or without a sign. `None` if the text
/// is no integer, `Some(None)` if it is one of more than 127 bits.
pub(super) fn integer(text: &[u8]) -> Option<Option<i128>> {
    let text = std::str::from_utf8(text).ok()?;
    let (negative, text) = match text.strip_prefix('-') {
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
    match i128::from_str_radix(digits, radix) {
        Ok(number) => Some(Some(if negative { -number } else { number })),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Some(None),
        Err(_) => None,
    }
}

/// The code of a character in single quotes, with C's escapes.
fn character(text: &[u8]) -> Option<i128> {
    let quoted = text.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let bytes = escape::unescape(quoted).ok()?;
    if let [byte] = *bytes {
        return Some(byte.into());
    }
    let mut characters = std::str::from_utf8(&bytes).ok()?.chars();
    let code = u32::from(characters.next()?);
    characters.next().is_none().then_some(code.into())
}

/// The smallest and largest integer of a type.
fn range(scalar: Scalar) -> (i128, i128) {
    let bits = 8 * scalar.size();
    if scalar.is_signed() {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else {
        (0, (1 << bits) - 1)
    }
}

/// The number at the width of its type, if it fits.
fn fit(number: i128, scalar: Scalar) -> Option<Value> {
    Some(match scalar {
        Scalar::I8 => Value::I8(number.try_into().ok()?),
        Scalar::U8 => Value::U8(number.try_into().ok()?),
        Scalar::I16 => Value::I16(number.try_into().ok()?),
        Scalar::U16 => Value::U16(number.try_into().ok()?),
        Scalar::I32 => Value::I32(number.try_into().ok()?),
        Scalar::U32 => Value::U32(number.try_into().ok()?),
        Scalar::I64 => Value::I64(number.try_into().ok()?),
        Scalar::U64 => Value::U64(number.try_into().ok()?),
        _ => return None,
    })
}

fn truth(text: &[u8], ty: &CType) -> Result<Value, Problem> {
    match text {
        b"true" | b"1" => Ok(Value::Bool(true)),
        b"false" | b"0" => Ok(Value::Bool(false)),
        _ => Err(unexpected("`true`, `false`, 1 or 0", text, ty)),
    }
}

/// A `float` is rounded once, from the text.
fn float(text: &[u8], scalar: Scalar, ty: &CType) -> Result<Value, Problem> {
    let wrong = || unexpected("a number", text, ty);
    let number = std::str::from_utf8(text).map_err(|_| wrong())?;
    let (value, infinite) = if scalar == Scalar::F32 {
        let number: f32 = number.parse().map_err(|_| wrong())?;
        (Value::F32(number), number.is_infinite())
    } else {
        let number: f64 = number.parse().map_err(|_| wrong())?;
        (Value::F64(number), number.is_infinite())
    };
    // Only words are meant to be infinite: `inf`, `-Infinity`.
    if infinite && text.iter().any(u8::is_ascii_digit) {
        return Err(out_of_range(text, scalar, ty));
    }
    Ok(value)
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
            let address = number.and_then(|number| usize::try_from(number).ok());
            let address =
                address.ok_or_else(|| out_of_range(text, Scalar::U64, &CType::POINTER))?;
            Ok(Value::Pointer(std::ptr::with_exposed_provenance_mut(
                address,
            )))
        }
        _ => Err(wrong()),
    }
}
