//! Universal character names, which GCC's preprocessor writes for every character beyond ASCII in a name: `int \U000000e9;`
//! for `int é;` (C11 6.4.3).

/// The text with the characters themselves in its names; literals stay as they are.
pub(crate) fn spelled_out(text: String) -> String {
    if !text.contains(r"\U") {
        return text;
    }
    let (mut spelled, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(at) = rest.find(['\\', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        spelled.push_str(before);
        let is_in_number = before.ends_with(|last: char| last.is_ascii_alphanumeric());
        let len = match from.as_bytes()[0] {
            b'"' => literal_len(from),
            // C23 parts digits by quotes.
            b'\'' if !is_in_number || is_prefix(before) => literal_len(from),
            _ => 1,
        };
        match universal(from) {
            Some((character, behind)) => {
                spelled.push(character);
                rest = behind;
            }
            None => {
                spelled.push_str(&from[..len]);
                rest = &from[len..];
            }
        }
    }
    spelled.push_str(rest);
    spelled
}

/// Whether the prefix of a character constant stands at the end.
fn is_prefix(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next();
    matches!(word, Some("L" | "u" | "U" | "u8"))
}

/// The character of the universal character name that a text begins with, and what follows.
fn universal(text: &str) -> Option<(char, &str)> {
    let digits = text.strip_prefix(r"\U")?.get(..8)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
    let character = char::from_u32(code).filter(|&found| unicode_ident::is_xid_continue(found))?;
    Some((character, &text[10..]))
}

/// The length of the literal that a text begins with, up to the end of the line if it has no end.
fn literal_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => break,
            _ if byte == bytes[0] => return at + 1,
            _ => at += 1,
        }
    }
    crate::span::char_boundary(text, at)
}

#[cfg(test)]
mod tests {
    use super::spelled_out;

    #[test]
    fn names_have_their_characters_and_literals_stay() {
        for (text, expected) in [
            (r"int na\U000000efve, \U000003a9;", "int naïve, Ω;"),
            (
                r#"char s[] = "\U000000e9\\\"\U000000e9" \U000000e9"#,
                r#"char s[] = "\U000000e9\\\"\U000000e9" é"#,
            ),
            (
                r"'\U000000e9' L'\U000000e9' 1'000'\U000000e9 '\'' \U000000e9",
                r"'\U000000e9' L'\U000000e9' 1'000'é '\'' é",
            ),
            ("\"open \\U000000e9\n\\U000000e9", "\"open \\U000000e9\né"),
            (
                r"\U00000024 \U0000d800 \U00e9 \U \Uffffffff \U+00000e9 \U000000e",
                r"\U00000024 \U0000d800 \U00e9 \U \Uffffffff \U+00000e9 \U000000e",
            ),
            ("\"\\é\" \\U", "\"\\é\" \\U"),
        ] {
            assert_eq!(spelled_out(text.to_string()), expected, "{text}");
        }
    }
}
