//! C's escapes in strings and characters.

use std::ffi::CString;

use trampette::Value;

use super::Problem;
use crate::failure::Quoted;

/// C's simple escapes (C11 6.4.4.4), and GNU's `\e`.
const SIMPLE: [(u8, u8); 12] = [
    (b'n', b'\n'),
    (b't', b'\t'),
    (b'r', b'\r'),
    (b'a', 0x07),
    (b'b', 0x08),
    (b'f', 0x0c),
    (b'v', 0x0b),
    (b'e', 0x1b),
    (b'\\', b'\\'),
    (b'"', b'"'),
    (b'\'', b'\''),
    (b'?', b'?'),
];

/// A string value: no NUL may be inside.
pub(super) fn string(text: &[u8]) -> Result<Value, Problem> {
    let bytes = unescape(text)?;
    let nul = |error: std::ffi::NulError| {
        let position = error.nul_position();
        Problem::new(format_args!(
            "a NUL at byte {position} of the string, which C would take for its end"
        ))
    };
    CString::new(bytes).map(Value::String).map_err(nul)
}

/// The bytes that a text with escapes stands for.
pub(super) fn unescape(text: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte == b'\\' {
            rest = escape(rest, &mut bytes)?;
        } else {
            bytes.push(byte);
        }
    }
    Ok(bytes)
}

/// One escape behind its backslash; gives what stands behind it.
fn escape<'a>(text: &'a [u8], bytes: &mut Vec<u8>) -> Result<&'a [u8], Problem> {
    let unknown = || {
        let mut shown = vec![b'\\'];
        shown.extend_from_slice(&text[..text.len().min(1)]);
        Problem::new(format_args!(
            "unknown escape {}; a backslash is written `\\\\`",
            Quoted(&shown)
        ))
    };
    let (&letter, rest) = text.split_first().ok_or_else(unknown)?;
    if let Some((_, byte)) = SIMPLE.iter().find(|(name, _)| *name == letter) {
        bytes.push(*byte);
        return Ok(rest);
    }
    match letter {
        b'0'..=b'7' => {
            let (value, rest) = number(text, 8, 3).ok_or_else(unknown)?;
            let too_large =
                || Problem::new(format_args!("the escape `\\{value:o}` is more than a byte"));
            bytes.push(u8::try_from(value).map_err(|_| too_large())?);
            Ok(rest)
        }
        b'x' => {
            let (value, rest) = number(rest, 16, 2).ok_or_else(unknown)?;
            bytes.extend(u8::try_from(value));
            Ok(rest)
        }
        b'u' | b'U' => {
            let digits = if letter == b'u' { 4 } else { 8 };
            let code =
                number(rest, 16, digits).filter(|(_, behind)| rest.len() - behind.len() == digits);
            let (value, rest) = code.ok_or_else(|| {
                Problem::new(format_args!(
                    "`\\{}` needs {digits} hexadecimal digits",
                    letter as char
                ))
            })?;
            let none = || Problem::new(format_args!("there is no character U+{value:04X}"));
            let character = char::from_u32(value).ok_or_else(none)?;
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            Ok(rest)
        }
        _ => Err(unknown()),
    }
}

/// A number of one to `most` digits, and what stands behind it.
fn number(text: &[u8], radix: u32, most: usize) -> Option<(u32, &[u8])> {
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let length = text.iter().take(most).take_while(is_digit).count();
    let digits = std::str::from_utf8(&text[..length]).ok()?;
    Some((u32::from_str_radix(digits, radix).ok()?, &text[length..]))
}
