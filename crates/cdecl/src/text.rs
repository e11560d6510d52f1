//! The characters of literals.

/// The bytes between the quotes of a literal, escapes resolved (C11 6.4.4.4); `None` where one is no escape
/// or no byte.
pub(crate) fn bytes(body: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(character) = rest.chars().next() {
        if character != '\\' {
            bytes.extend_from_slice(&rest.as_bytes()[..character.len_utf8()]);
            rest = &rest[character.len_utf8()..];
            continue;
        }
        let (value, is_code_point, after) = escape(rest)?;
        match is_code_point {
            true => {
                let character = char::from_u32(value)?;
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            false => bytes.push(u8::try_from(value).ok()?),
        }
        rest = after;
    }
    Some(bytes)
}

/// The one wide character between the quotes of a constant.
pub(crate) fn wide(body: &str) -> Option<u32> {
    let first = body.chars().next()?;
    let (value, rest) = match first {
        '\\' => {
            let (value, _, rest) = escape(body)?;
            (value, rest)
        }
        _ => (first.into(), &body[first.len_utf8()..]),
    };
    rest.is_empty().then_some(value)
}

/// How many characters of so many bytes the ones between the quotes of a literal are: UTF-8, UTF-16 or UTF-32 (C11
/// 6.4.5, 6).
pub(crate) fn units(body: &str, size: usize) -> Option<usize> {
    let (mut count, mut rest) = (0, body);
    while let Some(first) = rest.chars().next() {
        let (character, after) = match first {
            '\\' => {
                let (value, is_code_point, after) = escape(rest)?;
                let character = is_code_point.then(|| char::from_u32(value));
                (character.map_or(Some('\0'), |character| character)?, after)
            }
            _ => (first, &rest[first.len_utf8()..]),
        };
        count += match size {
            1 => character.len_utf8(),
            2 => character.len_utf16(),
            _ => 1,
        };
        rest = after;
    }
    Some(count)
}

/// The value of an escape sequence, whether it is a character's and no byte's, and what follows.
fn escape(text: &str) -> Option<(u32, bool, &str)> {
    let rest = text.strip_prefix('\\')?;
    let letter = rest.chars().next()?;
    let behind = &rest[letter.len_utf8()..];
    let simple = |value: u32| Some((value, false, behind));
    match letter {
        'n' => simple(10),
        't' => simple(9),
        'r' => simple(13),
        'a' => simple(7),
        'b' => simple(8),
        'f' => simple(12),
        'v' => simple(11),
        'e' => simple(27),
        '\\' | '\'' | '"' | '?' => simple(letter.into()),
        '0'..='7' => {
            let count = rest
                .bytes()
                .take(3)
                .take_while(|byte| matches!(byte, b'0'..=b'7'))
                .count();
            let value = u32::from_str_radix(&rest[..count], 8).ok()?;
            Some((value, false, &rest[count..]))
        }
        'x' => {
            let count = behind.bytes().take_while(u8::is_ascii_hexdigit).count();
            let value = u32::from_str_radix(&behind[..count], 16).ok()?;
            Some((value, false, &behind[count..]))
        }
        'u' | 'U' => {
            let count = if letter == 'u' { 4 } else { 8 };
            let value = u32::from_str_radix(behind.get(..count)?, 16).ok()?;
            Some((value, true, &behind[count..]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, wide};

    #[test]
    fn escapes_have_their_values() {
        assert_eq!(
            bytes(r"a\n\0\x41\101\u00e9é\\"),
            Some("a\n\0AA\u{e9}é\\".as_bytes().to_vec())
        );
        assert_eq!(bytes(r"\xff\377"), Some(vec![255, 255]));
        for bad in [r"\", r"\q", r"\x", r"\400", r"\u12", r"\x100"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
        assert_eq!(wide("é"), Some(0xe9));
        assert_eq!(wide(r"\uFFFD"), Some(0xfffd));
        assert_eq!(wide("ab"), None);
    }
}
