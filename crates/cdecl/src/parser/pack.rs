use trampette_types::TypeError;

use super::Parser;
use crate::error::{At, Fault};
use crate::lexer::{TokenKind, integer};
use crate::span::Span;

/// How many limits are kept by `push` at most.
const MAX_PUSHED: usize = 1024;

/// What `#pragma pack` has said so far.
#[derive(Default)]
pub(super) struct Pack<'a> {
    limit: Option<usize>,
    /// The limits that are kept, with their names.
    pushed: Vec<(Option<usize>, Option<&'a str>)>,
}

impl Pack<'_> {
    /// The most bytes that a member is aligned to, if limited.
    pub(super) fn limit(&self) -> Option<usize> {
        self.limit
    }
}

impl<'a> Parser<'a> {
    /// Reads `#pragma pack(...)` on a line of its own, if that comes next. Between declarations all
    /// compilers mean the same by it; within one they do not, and it is refused there like any directive.
    pub(super) fn pragma_pack(&mut self) -> Result<bool, Fault> {
        if !self.is(b'#') || !self.is_pack() {
            return Ok(false);
        }
        let before = self.last;
        let start = self.advance()?.span;
        self.advance()?;
        self.advance()?;
        self.expect(b'(', "`(`")?;
        self.pack_arguments(start)?;
        self.expect(b')', "`)`")?;
        let span = start.to(self.end());
        let (left, right) = (before..start.start(), span.end()..self.token.span.start());
        let is_first = before == 0 || self.has_newline(left);
        let is_last = self.token.kind == TokenKind::End || self.has_newline(right);
        if !is_first || !is_last || self.has_newline(span.range()) {
            let what = "`#pragma pack` stands on a line of its own";
            return Err(Fault::invalid(what, span));
        }
        Ok(true)
    }

    /// Whether the next token is the `#` of this pragma.
    fn is_pack(&self) -> bool {
        let mut ahead = self.lexer.ahead();
        let mut next = || ahead.token().map(|token| ahead.slice(token.span));
        next() == Ok("pragma") && next() == Ok("pack")
    }

    fn has_newline(&self, range: std::ops::Range<usize>) -> bool {
        let text = self.lexer.slice(Span::new(range.start, range.end));
        text.contains('\n')
    }

    /// `n`, `push`, `push, n`, `pop`, or nothing, which lifts the limit.
    fn pack_arguments(&mut self, start: Span) -> Result<(), Fault> {
        let word = self.text_of(self.token);
        match self.token.kind {
            TokenKind::Punct(b')') => self.pack.limit = None,
            TokenKind::Number => self.pack.limit = Some(self.pack_limit()?),
            TokenKind::Identifier if word == "push" => {
                let span = self.advance()?.span;
                if self.pack.pushed.len() == MAX_PUSHED {
                    return Err(TypeError::TooDeep).at(span);
                }
                let name = self.pack_name()?;
                self.pack.pushed.push((self.pack.limit, name));
                if self.eat(b',')? {
                    self.pack.limit = Some(self.pack_limit()?);
                }
            }
            TokenKind::Identifier if word == "pop" => {
                self.advance()?;
                let name = self.pack_name()?;
                self.pop_pack(name, start)?;
                if self.eat(b',')? {
                    self.pack.limit = Some(self.pack_limit()?);
                }
            }
            _ => return Err(self.unexpected("a number of bytes, `push` or `pop`")),
        }
        Ok(())
    }

    /// The name behind `push` or `pop`, with the comma before it.
    fn pack_name(&mut self) -> Result<Option<&'a str>, Fault> {
        let second = self.second();
        if !self.is(b',') || !second.is_some_and(|token| token.kind == TokenKind::Identifier) {
            return Ok(None);
        }
        self.advance()?;
        let name = self.advance()?;
        Ok(Some(self.text_of(name)))
    }

    /// Pops up to the limit of that name, or the last one.
    fn pop_pack(&mut self, name: Option<&'a str>, start: Span) -> Result<(), Fault> {
        let pushed = &mut self.pack.pushed;
        let index = match name {
            None => pushed.len().checked_sub(1),
            Some(_) => pushed.iter().rposition(|entry| entry.1 == name),
        };
        let Some(index) = index else {
            let what = "`#pragma pack(pop)` follows a `#pragma pack(push)`";
            return Err(Fault::invalid(what, start.to(self.end())));
        };
        self.pack.limit = pushed[index].0;
        pushed.truncate(index);
        Ok(())
    }

    /// "The alignment of a member is on a boundary that's either a multiple of n, or a multiple of the size
    /// of the member, whichever is smaller." Valid are 1, 2, 4, 8 and 16. (Microsoft, "pack pragma")
    fn pack_limit(&mut self) -> Result<usize, Fault> {
        let token = self.token;
        if token.kind != TokenKind::Number {
            return Err(match token.kind {
                TokenKind::Identifier => Fault::unsupported("names in `#pragma pack`", token.span),
                _ => self.unexpected("a number of bytes"),
            });
        }
        let limit = integer(self.text_of(token), token.span)?;
        self.advance()?;
        match usize::try_from(limit) {
            Ok(limit @ (1 | 2 | 4 | 8 | 16)) => Ok(limit),
            _ => {
                let what = "`#pragma pack` takes 1, 2, 4, 8 or 16";
                Err(Fault::invalid(what, token.span))
            }
        }
    }
}
