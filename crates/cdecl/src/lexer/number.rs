use crate::error::{ErrorKind, Fault};
use crate::span::Span;

/// The value of a number, and what its spelling says of its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Constant {
    Integer {
        value: u64,
        is_unsigned: bool,
        /// How many `l` it ends with, or two for another type of 64 bits.
        longs: u8,
        is_decimal: bool,
    },
    Float {
        value: f64,
        /// Its suffix, in lower case.
        suffix: &'static str,
    },
}

/// The value of an integer constant (C11 6.4.4.1), with C23's and GNU's `0b`.
pub(crate) fn integer(text: &str, span: Span) -> Result<u64, Fault> {
    match constant(text, span)? {
        Constant::Integer { value, .. } => Ok(value),
        Constant::Float { .. } => Err(not_an_integer(text, span)),
    }
}

/// The value of a number (C11 6.4.4.1 and 6.4.4.2).
pub(crate) fn constant(text: &str, span: Span) -> Result<Constant, Fault> {
    // C23 parts digits by quotes.
    let plain = text.contains('\'').then(|| text.replace('\'', ""));
    let text = plain.as_deref().unwrap_or(text);
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', b'b' | b'B', ..] => (&text[2..], 2),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    let (digits, suffix) = digits.split_at(end);
    // The zero of `0` and `0L` is the prefix of no digits.
    let zero = radix == 8 && digits.is_empty();
    let suffix = integer_suffix(suffix);
    let Some((is_unsigned, longs)) = suffix.filter(|_| zero || !digits.is_empty()) else {
        let (value, suffix) = float(text).ok_or_else(|| not_an_integer(text, span))?;
        return Ok(Constant::Float { value, suffix });
    };
    let value = match zero {
        true => Ok(0),
        false => u64::from_str_radix(digits, radix),
    };
    let value = value.map_err(|_| {
        let text = text.to_string();
        Fault::new(ErrorKind::NumberTooLarge { text }, span)
    })?;
    Ok(Constant::Integer {
        value,
        is_unsigned,
        longs,
        is_decimal: radix == 10,
    })
}

pub(crate) fn not_an_integer(text: &str, span: Span) -> Fault {
    let text = text.to_string();
    Fault::new(ErrorKind::BadNumber { text }, span)
}

/// Whether it says `u`, and how often `l`; Microsoft's `i64` is `ll`, and so is C23's `z` wherever 64 bits count.
fn integer_suffix(suffix: &str) -> Option<(bool, u8)> {
    const SUFFIXES: [(&str, bool, u8); 18] = [
        ("", false, 0),
        ("u", true, 0),
        ("l", false, 1),
        ("ll", false, 2),
        ("ul", true, 1),
        ("ull", true, 2),
        ("lu", true, 1),
        ("llu", true, 2),
        ("z", false, 2),
        ("uz", true, 2),
        ("i8", false, 0),
        ("i16", false, 0),
        ("i32", false, 0),
        ("i64", false, 2),
        ("ui8", true, 0),
        ("ui16", true, 0),
        ("ui32", true, 0),
        ("ui64", true, 2),
    ];
    let found = SUFFIXES
        .iter()
        .find(|known| known.0.eq_ignore_ascii_case(suffix))?;
    Some((found.1, found.2))
}

/// A floating-point constant, decimal or hexadecimal, of any suffix that compilers have, and the suffix.
fn float(text: &str) -> Option<(f64, &'static str)> {
    let lower = text.to_ascii_lowercase();
    let has_x = lower.starts_with("0x");
    let (number, suffix) = [
        "f128", "f64x", "f32x", "f64", "f32", "bf16", "f16", "f", "l", "q", "w",
    ]
    .into_iter()
    .filter(|suffix| !has_x || lower.contains('p') || !suffix.starts_with('f'))
    .find_map(|suffix| Some((lower.strip_suffix(suffix)?, suffix)))
    .unwrap_or((&lower, ""));
    let value = match number.strip_prefix("0x") {
        Some(digits) => hexadecimal(digits),
        None if number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && number.contains(['.', 'e']) =>
        {
            number.parse().ok()
        }
        None => None,
    };
    Some((value?, suffix))
}

/// `1.8p3`: the digits, of which a `f64` holds what it can, times a power of two.
fn hexadecimal(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once('p')?;
    let mut exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0;
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    // In two steps, for half of the exponents of denormal numbers is no number.
    let half = exponent / 2;
    Some(value * 2f64.powi(half) * 2f64.powi(exponent - half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_their_values() {
        let value = |text: &str| integer(text, Span::new(0, text.len())).map_err(|e| e.kind.code());
        assert_eq!(value("0"), Ok(0));
        assert_eq!(value("0UL"), Ok(0));
        assert_eq!(value("017"), Ok(15));
        assert_eq!(value("0x1F"), Ok(31));
        assert_eq!(value("0b101u"), Ok(5));
        assert_eq!(value("42LL"), Ok(42));
        assert_eq!(value("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(value("18446744073709551616"), Err("number-too-large"));
        for bad in ["0x", "0b", "08", "1.5", "1e3", "0x1g", "4lul", "12abc"] {
            assert_eq!(value(bad), Err("bad-number"), "{bad}");
        }
    }

    #[test]
    fn floating_point_numbers_have_their_values() {
        let value = |text: &str| match constant(text, Span::new(0, text.len())) {
            Ok(Constant::Float { value, .. }) => Some(value),
            _ => None,
        };
        assert_eq!(value("1.5"), Some(1.5));
        assert_eq!(value("1e3f"), Some(1000.0));
        assert_eq!(value("2.L"), Some(2.0));
        assert_eq!(value("0x1.8p3"), Some(12.0));
        assert_eq!(value("0x1p-1074"), Some(f64::from_bits(1)));
        assert_eq!(value("0x1fp0f"), Some(31.0));
        assert_eq!(value("3.0f128"), Some(3.0));
        assert_eq!(value("1.5e+3"), Some(1500.0));
        for bad in ["1.5x", "0x1.8", "1e", "0x.p1"] {
            assert_eq!(value(bad), None, "{bad}");
        }
    }
}
