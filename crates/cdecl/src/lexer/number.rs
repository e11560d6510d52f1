use crate::error::{ErrorKind, Fault};
use crate::span::Span;

/// The value of a number, and what its spelling says of its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constant {
    Integer {
        value: u64,
        is_unsigned: bool,
        /// How many `l` it ends with, or two for another type of 64 bits.
        longs: u8,
        is_decimal: bool,
    },
    Float {
        /// Its digits, without the suffix and quotes.
        digits: String,
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
        let (digits, suffix) = float(text).ok_or_else(|| not_an_integer(text, span))?;
        return Ok(Constant::Float { digits, suffix });
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

/// The digits of a floating-point constant, decimal or hexadecimal, of any suffix that compilers have, and the suffix.
fn float(text: &str) -> Option<(String, &'static str)> {
    let lower = text.to_ascii_lowercase();
    let has_x = lower.starts_with("0x");
    let (number, suffix) = [
        "f128", "f64x", "f32x", "f64", "f32", "bf16", "f16", "f", "l", "q", "w",
    ]
    .into_iter()
    .filter(|suffix| !has_x || lower.contains('p') || !suffix.starts_with('f'))
    .find_map(|suffix| Some((lower.strip_suffix(suffix)?, suffix)))
    .unwrap_or((&lower, ""));
    let is_number = match number.strip_prefix("0x") {
        Some(digits) => is_hexadecimal(digits),
        None => {
            number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
                && number.contains(['.', 'e'])
                && number.parse::<f64>().is_ok()
        }
    };
    is_number.then(|| (number.to_string(), suffix))
}

/// `1.8p3`: digits, and an exponent of two.
fn is_hexadecimal(digits: &str) -> bool {
    let Some((mantissa, exponent)) = digits.split_once('p') else {
        return false;
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    all(whole)
        && all(fraction)
        && whole.len() + fraction.len() > 0
        && exponent.parse::<i32>().is_ok()
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
    fn floating_point_numbers_have_their_digits_and_suffixes() {
        let digits = |text: &str| match constant(text, Span::new(0, text.len())) {
            Ok(Constant::Float { digits, suffix }) => Some((digits, suffix)),
            _ => None,
        };
        for (text, number, suffix) in [
            ("1.5", "1.5", ""),
            ("1e3f", "1e3", "f"),
            ("2.L", "2.", "l"),
            ("0x1.8p3", "0x1.8p3", ""),
            ("0x1p-1074", "0x1p-1074", ""),
            ("0X1FP0F", "0x1fp0", "f"),
            ("3.0f128", "3.0", "f128"),
            ("1.5E+3", "1.5e+3", ""),
        ] {
            assert_eq!(digits(text), Some((number.to_string(), suffix)), "{text}");
        }
        for bad in ["1.5x", "0x1.8", "1e", "0x.p1"] {
            assert_eq!(digits(bad), None, "{bad}");
        }
    }
}
