use super::specifiers::Place;
use super::{NO_FUNCTION, Parser};
use crate::ast::{Attributes, Base, Declaration, Enum, Enumerator, Name, Record, TagKind};
use crate::error::Fault;
use crate::lexer::{TokenKind, integer};

impl<'a> Parser<'a> {
    /// `struct tag`, `struct { ... }`, `struct tag { ... }`; the next token is the keyword.
    pub(super) fn record(&mut self, kind: TagKind) -> Result<Base<'a>, Fault> {
        let start = self.advance()?.span;
        let mut attributes = self.attributes()?;
        let tag = self.tag()?;
        let members = if self.is(b'{') {
            let members = self.nested(Self::members)?;
            attributes.extend(self.attributes_behind_brace()?);
            Some(members)
        } else if tag.is_some() {
            None
        } else {
            return Err(self.unexpected("a tag or `{`"));
        };
        Self::refuse_convention(&attributes)?;
        let span = start.to(self.end());
        Ok(Base::Record(Box::new(Record {
            kind,
            tag,
            members,
            attributes,
            pack: self.pack.limit(),
            span,
        })))
    }

    fn refuse_convention(attributes: &Attributes<'_>) -> Result<(), Fault> {
        match attributes.convention {
            Some(convention) => Err(Fault::invalid(NO_FUNCTION, convention.span)),
            None => Ok(()),
        }
    }

    fn tag(&mut self) -> Result<Option<Name<'a>>, Fault> {
        if self.token.kind != TokenKind::Identifier {
            return Ok(None);
        }
        let token = self.advance()?;
        Ok(Some(Name {
            text: self.text_of(token),
            span: token.span,
        }))
    }

    fn members(&mut self) -> Result<Vec<Declaration<'a>>, Fault> {
        self.expect(b'{', "`{`")?;
        let mut members = Vec::new();
        loop {
            while self.eat(b';')? {}
            if self.eat(b'}')? {
                return Ok(members);
            }
            if self.token.kind == TokenKind::End {
                return Err(self.unexpected("a member or `}`"));
            }
            members.push(self.member()?);
        }
    }

    fn member(&mut self) -> Result<Declaration<'a>, Fault> {
        let specifiers = self.specifiers(Place::Member)?;
        let mut declarators = Vec::new();
        if !self.is(b';') {
            self.declarators(&specifiers, Place::Member, &mut declarators)?;
        }
        self.expect(b';', "`;`")?;
        Ok(Declaration {
            specifiers,
            declarators,
        })
    }

    /// `enum tag`, `enum { ... }`, `enum tag { ... }`; the next token is the keyword.
    pub(super) fn enumeration(&mut self) -> Result<Base<'a>, Fault> {
        let start = self.advance()?.span;
        let mut attributes = self.attributes()?;
        let tag = self.tag()?;
        if self.is(b':') {
            let what = "enums of a type that they name";
            return Err(Fault::unsupported(what, self.token.span));
        }
        let enumerators = if self.is(b'{') {
            let enumerators = self.enumerators()?;
            attributes.extend(self.attributes_behind_brace()?);
            Some(enumerators)
        } else if tag.is_some() {
            None
        } else {
            return Err(self.unexpected("a tag or `{`"));
        };
        Self::refuse_convention(&attributes)?;
        let span = start.to(self.end());
        Ok(Base::Enum(Box::new(Enum {
            tag,
            enumerators,
            attributes,
            span,
        })))
    }

    fn enumerators(&mut self) -> Result<Vec<Enumerator<'a>>, Fault> {
        self.expect(b'{', "`{`")?;
        let mut enumerators = Vec::new();
        loop {
            let Some(name) = self.tag()? else {
                return Err(self.unexpected("an enumerator"));
            };
            self.harmless_attributes()?;
            let value = if self.eat(b'=')? {
                Some(self.enumerator_value()?)
            } else {
                None
            };
            enumerators.push(Enumerator { name, value });
            let comma = self.eat(b',')?;
            if self.eat(b'}')? {
                return Ok(enumerators);
            }
            if !comma {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    /// An integer with an optional sign. Any other constant expression is unsupported.
    fn enumerator_value(&mut self) -> Result<i128, Fault> {
        let start = self.token.span;
        let sign = match self.token.kind {
            TokenKind::Punct(b'-') => -1,
            _ => 1,
        };
        if self.is(b'-') || self.is(b'+') {
            self.advance()?;
        }
        let token = self.token;
        if matches!(token.kind, TokenKind::End | TokenKind::Punct(b',' | b'}')) {
            return Err(self.unexpected("an integer"));
        }
        let literal = token.kind == TokenKind::Number;
        if literal {
            self.advance()?;
        }
        let ends = matches!(
            self.token.kind,
            TokenKind::End | TokenKind::Punct(b',' | b'}' | b';')
        );
        if !literal || !ends {
            let span = start.to(self.token.span);
            return Err(Fault::unsupported("constant expressions", span));
        }
        Ok(sign * i128::from(integer(self.text_of(token), token.span)?))
    }
}
