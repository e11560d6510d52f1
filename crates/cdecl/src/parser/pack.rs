use trampette_types::TypeError;

use super::Parser;
use crate::error::{At, Fault};
use crate::lexer::{TokenKind, integer};
use crate::span::Span;

/// How many limits are kept by `push` at most.
const MAX_PUSHED: usize = 1024;

/// What `#pragma pack` has said so far.
#[derive(Default)]
pub(super) struct Pack {
    limit: Option<usize>,
    pushed: Vec<Option<usize>>,
}

impl Pack {
    /// The most bytes that a member is aligned to, if limited.
    pub(super) fn limit(&self) -> Option<usize> {
        self.limit
    }
}

impl Parser<'_> {
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
        let (left, right) = (before..start.start, span.end..self.token.span.start);
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
        let mut ahead = self.lexer.clone();
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
                self.pack.pushed.push(self.pack.limit);
                if self.eat(b',')? {
                    self.pack.limit = Some(self.pack_limit()?);
                }
            }
            TokenKind::Identifier if word == "pop" => {
                self.advance()?;
                let Some(limit) = self.pack.pushed.pop() else {
                    let what = "`#pragma pack(pop)` follows a `#pragma pack(push)`";
                    return Err(Fault::invalid(what, start.to(self.end())));
                };
                self.pack.limit = limit;
            }
            _ => return Err(self.unexpected("a number of bytes, `push` or `pop`")),
        }
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
