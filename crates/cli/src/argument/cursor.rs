//! The marks and words of values in braces and brackets.

use super::Problem;
use crate::failure::Quoted;

/// A place in the text of an argument.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self
            .rest()
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
    }

    /// The next byte that is no space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.rest().first().copied()
    }

    pub(super) fn eat(&mut self, mark: &[u8]) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    pub(super) fn expect(&mut self, mark: &[u8], what: &str) -> Result<(), Problem> {
        if self.eat(mark) {
            Ok(())
        } else {
            Err(self.expected(what))
        }
    }

    pub(super) fn expect_end(&mut self) -> Result<(), Problem> {
        if self.peek().is_none() {
            Ok(())
        } else {
            Err(self.expected("the end of the argument"))
        }
    }

    /// The problem that something else was expected here.
    pub(super) fn expected(&mut self, what: &str) -> Problem {
        self.skip_space();
        match self.rest() {
            [] => Problem::new(format_args!(
                "expected {what}, found the end of the argument"
            )),
            rest => Problem::new(format_args!("expected {what}, found {}", Quoted(rest))),
        }
    }

    /// A name and its colon, if that is what stands here and `accept` takes the name.
    pub(super) fn name(&mut self, accept: impl Fn(&str) -> bool) -> Option<&'a str> {
        self.skip_space();
        let start = self.at;
        let is_name =
            |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || !byte.is_ascii();
        let length = self.rest().iter().take_while(is_name).count();
        let name = std::str::from_utf8(&self.rest()[..length]).ok()?;
        self.at += length;
        if length > 0 && self.eat(b":") && accept(name) {
            return Some(name);
        }
        self.at = start;
        None
    }

    /// A number, or a character in single quotes: everything up to a mark or space.
    pub(super) fn word(&mut self) -> &'a [u8] {
        self.skip_space();
        let rest = self.rest();
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || b",{}[]()".contains(byte);
        let length = match rest {
            [b'\'', quoted @ ..] => quoted_length(quoted, b'\'').map(|length| length + 2),
            _ => None,
        };
        let length = length
            .or_else(|| rest.iter().position(is_end))
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// What stands between double quotes, escapes as they are.
    pub(super) fn quoted(&mut self) -> Result<&'a [u8], Problem> {
        self.expect(b"\"", "text in double quotes")?;
        let rest = self.rest();
        let Some(length) = quoted_length(rest, b'"') else {
            return Err(Problem::new("text in double quotes does not end"));
        };
        self.at += length + 1;
        Ok(&rest[..length])
    }
}

/// How many bytes stand before the closing quote, which no backslash precedes.
fn quoted_length(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
}
