//! C23's attributes, `[[deprecated]]` and `[[gnu::packed]]`, which have places of their own.

use super::Parser;
use crate::ast::{Attributes, Spelling};
use crate::error::Fault;
use crate::lexer::TokenKind;

/// The prefixes of attributes that are GNU's and Clang's own by other means: "the attribute name is prefixed with
/// `gnu::`" (GCC, "Attribute Syntax").
const PREFIXES: [&str; 3] = ["gnu", "clang", "_Clang"];

impl<'a> Parser<'a> {
    /// Whether attributes in brackets come next. "Two consecutive left square bracket tokens shall only appear when
    /// introducing an attribute specifier" (C23 6.7.12.1).
    #[inline]
    pub(super) fn begins_brackets(&self) -> bool {
        self.is(b'[')
            && self
                .second()
                .is_some_and(|second| second.kind == TokenKind::Punct(b'['))
    }

    /// Any number of attributes in brackets.
    pub(super) fn brackets(&mut self) -> Result<Attributes<'a>, Fault> {
        let mut attributes = Attributes::default();
        while self.begins_brackets() {
            self.bracket(&mut attributes)?;
        }
        Ok(attributes)
    }

    /// Those behind specifiers, which belong to the type there. Where they would align or pack it, GCC and Clang
    /// differ.
    pub(super) fn brackets_of_type(&mut self) -> Result<Attributes<'a>, Fault> {
        let attributes = self.brackets()?;
        let convention = attributes.convention.map(|convention| convention.span);
        match attributes.alignment().or(convention) {
            Some(span) => Err(self.refused_attribute(span)),
            None => Ok(attributes),
        }
    }

    fn bracket(&mut self, attributes: &mut Attributes<'a>) -> Result<(), Fault> {
        const CLOSE: &str = "an attribute or `]]`";
        self.advance()?;
        self.advance()?;
        loop {
            match self.token.kind {
                TokenKind::Identifier | TokenKind::Keyword(_) => self.prefixed(attributes)?,
                TokenKind::Punct(b',') => {
                    self.advance()?;
                }
                _ => break,
            }
        }
        self.expect(b']', CLOSE)?;
        self.expect(b']', CLOSE)
    }

    /// One attribute with its prefix. Without one it is C's own, of which none changes a layout or a call; "unknown
    /// attributes are ignored" (C23 6.7.12.1), and so are those of other compilers.
    fn prefixed(&mut self, attributes: &mut Attributes<'a>) -> Result<(), Fault> {
        let first = self.advance()?;
        if self.is(b':') {
            self.advance()?;
            self.expect(b':', "`::`")?;
            let (TokenKind::Identifier | TokenKind::Keyword(_)) = self.token.kind else {
                return Err(self.unexpected("an attribute"));
            };
            let name = self.advance()?;
            let prefix = super::attributes::plain_name(self.text_of(first));
            if PREFIXES.contains(&prefix) {
                return self.attribute(name, attributes, Spelling::Gnu);
            }
        }
        match self.eat(b'(')? {
            true => self.skip_to(b')', "`)`"),
            false => Ok(()),
        }
    }
}
