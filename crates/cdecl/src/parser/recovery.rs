//! Going on behind an error, so that one text gives several.

use super::Parser;
use crate::error::{ErrorKind, Fault};
use crate::lexer::{Directive, Lexer, Token, TokenKind};
use crate::span::Span;

impl<'a> Parser<'a> {
    /// The directives of the text so far.
    pub(crate) fn take_directives(&mut self) -> Vec<Directive> {
        self.lexer.take_directives()
    }

    /// Goes to the end of the declaration that is wrong: the first semicolon, or end of a body, that is outside
    /// of braces and not before `least`. Brackets and what no token begins with are passed over.
    pub(crate) fn recover(&mut self, least: usize) {
        let (text, mut braces, mut at) = (self.lexer.text(), 0usize, self.begin);
        let mut passed = self.lexer.take_directives();
        let mut lexer = Lexer::at(text, at);
        loop {
            let token = match lexer.token() {
                Ok(token) => token,
                Err(fault) => {
                    at = behind(text, &fault, at);
                    let directives = lexer.take_directives();
                    lexer = Lexer::at(text, at);
                    add(&mut passed, directives);
                    continue;
                }
            };
            at = token.span.end();
            match token.kind {
                TokenKind::Punct(b'{') => braces += 1,
                TokenKind::Punct(b'}') => braces = braces.saturating_sub(1),
                _ => {}
            }
            let ends = matches!(token.kind, TokenKind::Punct(b';'))
                || (token.kind == TokenKind::Punct(b'}') && ends_line(&text[at..]));
            if token.kind == TokenKind::End || (ends && braces == 0 && at >= least) {
                self.resume(token, lexer, passed);
                return;
            }
        }
    }

    /// Goes on behind a token.
    fn resume(&mut self, token: Token, mut lexer: Lexer<'_>, mut passed: Vec<Directive>) {
        add(&mut passed, lexer.take_directives());
        let end = token.span.end();
        self.lexer = Lexer::at(self.lexer.text(), end);
        self.lexer.give_directives(passed);
        (self.last, self.begin) = (end, end);
        self.depth = 0;
        self.stars.clear();
        self.token = Token {
            kind: TokenKind::Punct(b';'),
            span: Span::new(end, end),
        };
    }
}

/// Whether nothing more stands on the line. More space than this is no end.
fn ends_line(rest: &str) -> bool {
    const SPACE: usize = 100;
    let mut bytes = rest.bytes().take(SPACE);
    matches!(
        bytes.find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')),
        None | Some(b'\n')
    )
}

/// Directives may have been passed before the error as well.
fn add(passed: &mut Vec<Directive>, more: Vec<Directive>) {
    for directive in more {
        let is_new = passed
            .last()
            .is_none_or(|last| last.place() < directive.place());
        passed.extend(Some(directive).filter(|_| is_new));
    }
}

/// Where to go on behind what begins no token: at the next character, or where the search for an end has been in
/// vain. Nothing is searched twice, or a text of many beginnings would take the square of its length.
fn behind(text: &str, fault: &Fault, at: usize) -> usize {
    let start = fault.span.start().max(at);
    match fault.kind {
        ErrorKind::Unterminated { .. } if text[start..].starts_with("/*") => text.len(),
        ErrorKind::Unterminated { .. } => fault.span.end().max(start),
        _ => {
            let next = text[start..].chars().next().map_or(1, char::len_utf8);
            (start + next).min(text.len())
        }
    }
}
