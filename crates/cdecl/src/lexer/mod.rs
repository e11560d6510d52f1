//! Text to tokens. Nothing is copied: a token is a kind and a range of bytes.

mod directive;
mod keyword;
mod number;

use crate::error::{ErrorKind, Fault};
use crate::span::Span;

pub(crate) use directive::Directive;
pub(crate) use keyword::{Keyword, Storage};
pub(crate) use number::{Constant, constant, integer};

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Identifier,
    Keyword(Keyword),
    /// A preprocessing number: anything that begins with a digit (C11 6.4.8).
    Number,
    /// A string literal or character constant, by its quote.
    Literal(u8),
    /// One character.
    Punct(u8),
    /// `...`
    Ellipsis,
    End,
}

/// The tokens of a text, one at a time, and the directives that it has passed.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    directives: Vec<Directive>,
}

/// Where a lexer is in its text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    at: usize,
    /// How many directives it has passed.
    directives: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self::at(text, 0)
    }

    /// One that begins at a byte of the text.
    pub(crate) fn at(text: &'a str, at: usize) -> Self {
        let directives = Vec::new();
        Self {
            text,
            at,
            directives,
        }
    }

    /// Where it is.
    pub(crate) fn position(&self) -> Position {
        Position {
            at: self.at,
            directives: self.directives.len(),
        }
    }

    /// Goes back to where it was. Directives are passed once more then.
    pub(crate) fn rewind(&mut self, position: Position) {
        self.at = position.at;
        self.directives.truncate(position.directives);
    }

    /// One that looks ahead from here.
    pub(crate) fn ahead(&self) -> Self {
        Self::at(self.text, self.at)
    }

    /// The directives that were passed and not taken yet.
    pub(crate) fn take_directives(&mut self) -> Vec<Directive> {
        std::mem::take(&mut self.directives)
    }

    /// Gives back those that were taken before.
    pub(crate) fn give_directives(&mut self, passed: Vec<Directive>) {
        self.directives = passed;
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The text of a span.
    pub(crate) fn slice(&self, span: Span) -> &'a str {
        &self.text[span.range()]
    }

    /// The next token; at the end of the text [`TokenKind::End`], again and again.
    pub(crate) fn token(&mut self) -> Result<Token, Fault> {
        loop {
            let start = self.at;
            let Some(&byte) = self.text.as_bytes().get(start) else {
                return Ok(self.ended(start, TokenKind::End));
            };
            let kind = match Start::of(byte) {
                Start::Space => {
                    self.at += 1;
                    continue;
                }
                Start::Word => self.word(),
                Start::Digit => self.number(),
                Start::Quote => self.literal(byte)?,
                Start::Punct => self.punct(byte),
                Start::Other => match self.other()? {
                    Some(kind) => kind,
                    None => continue,
                },
            };
            return Ok(self.ended(start, kind));
        }
    }

    /// What begins with a byte that more than one thing begins with; nothing where it is a comment, a line
    /// splice or a directive, which is skipped.
    fn other(&mut self) -> Result<Option<TokenKind>, Fault> {
        match self.rest() {
            [b'/', b'/', ..] => self.at += count(self.rest(), |byte| byte != b'\n'),
            [b'/', b'*', ..] => self.skip_comment()?,
            [b'\\', b'\n', ..] => self.at += 2,
            [b'\\', b'\r', b'\n', ..] => self.at += 3,
            [b'#', ..] if self.skip_directive() => {}
            // The mark that files in UTF-8 may begin with.
            [0xef, 0xbb, 0xbf, ..] if self.at == 0 => self.at = 3,
            [b'.', b'.', b'.', ..] => {
                self.at += 3;
                return Ok(Some(TokenKind::Ellipsis));
            }
            [b'.', b'0'..=b'9', ..] => {
                self.at += 1;
                return Ok(Some(self.number()));
            }
            [byte @ (b'/' | b'#' | b'.'), ..] => return Ok(Some(self.punct(*byte))),
            [0x80..=0xff, ..] if self.begins_word() => {
                return Ok(Some(self.word_beyond(self.at)));
            }
            _ => return Err(self.bad_character()),
        }
        Ok(None)
    }

    /// Whether a character beyond ASCII begins an identifier here: "the first character [...] shall have the XID_Start
    /// property" (C23, annex D). C11 had more, such as emoji, and compilers still take those.
    fn begins_word(&self) -> bool {
        let first = self.text[self.at..].chars().next();
        first.is_some_and(unicode_ident::is_xid_start)
    }

    fn punct(&mut self, byte: u8) -> TokenKind {
        self.at += 1;
        TokenKind::Punct(byte)
    }

    fn ended(&self, start: usize, kind: TokenKind) -> Token {
        Token {
            kind,
            span: Span::new(start, self.at),
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        self.at += count(self.rest(), is_word);
        if matches!(self.rest(), [0x80..=0xff, ..]) {
            return self.word_beyond(start);
        }
        match Keyword::of(&self.text.as_bytes()[start..self.at]) {
            Some(keyword) => TokenKind::Keyword(keyword),
            None => TokenKind::Identifier,
        }
    }

    /// A word with characters beyond ASCII, which no keyword has.
    #[cold]
    fn word_beyond(&mut self, start: usize) -> TokenKind {
        self.at = start + word_len(&self.text[start..]);
        TokenKind::Identifier
    }

    /// "pp-number: digit, . digit, pp-number digit, pp-number identifier-nondigit, pp-number e sign,
    /// pp-number E sign, pp-number p sign, pp-number P sign, pp-number ." (C11 6.4.8) "pp-number ' digit, pp-number '
    /// nondigit" (C23 6.4.9): before, no character constant could stand behind a number either.
    fn number(&mut self) -> TokenKind {
        loop {
            self.at += count(self.rest(), |byte| is_word(byte) || byte == b'.');
            let exponent = matches!(self.text.as_bytes()[self.at - 1] | 0x20, b'e' | b'p');
            if matches!(self.rest(), [b'\'', next, ..] if is_word(*next)) {
                self.at += 1;
                continue;
            }
            let sign = matches!(self.rest(), [b'+' | b'-', ..]);
            if !exponent || !sign {
                return TokenKind::Number;
            }
            self.at += 1;
        }
    }

    fn literal(&mut self, quote: u8) -> Result<TokenKind, Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.rest() {
                [b'\\', next, ..] if next.is_ascii() => self.at += 2,
                [] | [b'\n', ..] => break,
                [byte, ..] => {
                    self.at += 1;
                    if *byte == quote {
                        return Ok(TokenKind::Literal(quote));
                    }
                }
            }
        }
        let what = match quote {
            b'"' => "the string literal",
            _ => "the character constant",
        };
        Err(Fault::new(
            ErrorKind::Unterminated { what },
            Span::new(start, self.at),
        ))
    }

    fn skip_comment(&mut self) -> Result<(), Fault> {
        let start = self.at;
        match self.text[start + 2..].find("*/") {
            Some(len) => {
                self.at = start + 2 + len + 2;
                Ok(())
            }
            None => Err(Fault::new(
                ErrorKind::Unterminated {
                    what: "the comment",
                },
                Span::new(start, start + 2),
            )),
        }
    }

    fn bad_character(&self) -> Fault {
        let character = self.text[self.at..].chars().next().unwrap_or_default();
        let span = Span::new(self.at, self.at + character.len_utf8());
        Fault::new(ErrorKind::BadCharacter { character }, span)
    }
}

fn count(bytes: &[u8], accept: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|&byte| !accept(byte))
        .unwrap_or(bytes.len())
}

fn is_word(byte: u8) -> bool {
    const WORD: [bool; 256] = {
        let (mut table, mut byte) = ([false; 256], 0u8);
        while byte < 128 {
            table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
            byte += 1;
        }
        table
    };
    WORD[usize::from(byte)]
}

/// How many bytes of a text the word has that it begins with.
#[inline]
fn word_len(text: &str) -> usize {
    let len = count(text.as_bytes(), is_word);
    match text.as_bytes().get(len) {
        Some(0x80..) => word_len_beyond(text, len),
        _ => len,
    }
}

/// The same beyond ASCII: "each character [...] shall have the XID_Continue property" (C23, annex D).
#[cold]
fn word_len_beyond(text: &str, mut len: usize) -> usize {
    while let Some(next) = text[len..].chars().next().filter(|next| !next.is_ascii())
        && unicode_ident::is_xid_continue(next)
    {
        len += next.len_utf8();
        len += count(&text.as_bytes()[len..], is_word);
    }
    len
}

/// What begins with a byte, as far as that alone tells.
#[derive(Clone, Copy)]
enum Start {
    Space,
    Word,
    Digit,
    Quote,
    Punct,
    /// Several things, or none.
    Other,
}

impl Start {
    fn of(byte: u8) -> Self {
        const STARTS: [Start; 256] = {
            let (mut table, mut byte) = ([Start::Other; 256], 0u8);
            while byte < 128 {
                table[byte as usize] = match byte {
                    b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Start::Space,
                    b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'$' => Start::Word,
                    b'0'..=b'9' => Start::Digit,
                    b'"' | b'\'' => Start::Quote,
                    b'/' | b'#' | b'.' | b'\\' | b'@' | b'`' => Start::Other,
                    b'!'..=b'~' => Start::Punct,
                    _ => Start::Other,
                };
                byte += 1;
            }
            table
        };
        STARTS[usize::from(byte)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices(text: &str) -> Vec<&str> {
        let mut lexer = Lexer::new(text);
        let mut slices = Vec::new();
        loop {
            let token = lexer.token().expect("the text has only good tokens");
            if token.kind == TokenKind::End {
                return slices;
            }
            slices.push(lexer.slice(token.span));
        }
    }

    #[test]
    fn a_text_falls_into_its_tokens() {
        assert_eq!(
            slices("f(int*a,...)"),
            "f ( int * a , ... )".split(' ').collect::<Vec<_>>()
        );
        assert_eq!(slices("a/* b */c // d\ne\\\nf"), ["a", "c", "e", "f"]);
        assert_eq!(
            slices("0x1e+5 1.5e-3f 1+2"),
            ["0x1e+5", "1.5e-3f", "1", "+", "2"]
        );
        assert_eq!(slices(r#""a\"b" 'c' '\''"#), [r#""a\"b""#, "'c'", r"'\''"]);
        assert_eq!(slices(" /**/ /***/ "), [""; 0]);
        assert_eq!(
            slices("größe=µs+数_1,_é"),
            ["größe", "=", "µs", "+", "数_1", ",", "_é"]
        );
        assert_eq!(slices("\u{feff}int a"), ["int", "a"]);
        assert_eq!(slices("\u{feff}#define A 1\nint a"), ["int", "a"]);
    }

    #[test]
    fn text_that_cannot_end_is_refused() {
        for text in ["/* a", "/*/", "\"a", "'\\", "\"a\nb\""] {
            let error = Lexer::new(text).token().unwrap_err();
            assert!(
                matches!(error.kind, ErrorKind::Unterminated { .. }),
                "{text}"
            );
        }
        for text in [
            "\0",
            "€",
            "\u{301}",
            "\\u00e9",
            " \u{feff}",
            "@",
            "`",
            "\\",
            "\u{7f}",
        ] {
            let error = Lexer::new(text).token().unwrap_err();
            assert!(
                matches!(error.kind, ErrorKind::BadCharacter { .. }),
                "{text}"
            );
        }
    }
}
