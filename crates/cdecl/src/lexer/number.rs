use crate::error::{ErrorKind, Fault};
use crate::span::Span;

/// The value of an integer constant (C11 6.4.4.1), with C23's and GNU's `0b`.
pub(crate) fn integer(text: &str, span: Span) -> Result<u64, Fault> {
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
    if !is_suffix(suffix) || (digits.is_empty() && !zero) {
        let text = text.to_string();
        return Err(Fault::new(ErrorKind::BadNumber { text }, span));
    }
    if zero {
        return Ok(0);
    }
    u64::from_str_radix(digits, radix).map_err(|_| {
        let text = text.to_string();
        Fault::new(ErrorKind::NumberTooLarge { text }, span)
    })
}

fn is_suffix(suffix: &str) -> bool {
    const SUFFIXES: [&str; 9] = ["", "u", "l", "ll", "ul", "ull", "lu", "llu", "z"];
    SUFFIXES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(suffix))
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
}
