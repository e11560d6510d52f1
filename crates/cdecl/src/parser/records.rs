use super::specifiers::Place;
use super::{NO_FUNCTION, Parser};
use crate::ast::{
    Assertion, Attributes, Base, Declaration, Declarators, Enum, Enumerator, External, Name,
    Parameter, Record, TagKind,
};
use crate::error::Fault;
use crate::lexer::{Keyword, TokenKind};

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

    fn members(&mut self) -> Result<Vec<External<'a>>, Fault> {
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
            members.push(match self.assertion()? {
                Some(assertion) => External::Assertion(assertion),
                None => External::Declaration(self.member()?),
            });
        }
    }

    fn member(&mut self) -> Result<Declaration<'a>, Fault> {
        let specifiers = self.specifiers(Place::Member)?;
        let mut declarators = Declarators::new();
        if !self.is(b';') {
            self.declarators(&specifiers, Place::Member, &mut declarators)?;
        }
        self.expect(b';', "`;`")?;
        Ok(Declaration {
            specifiers,
            declarators,
            has_body: false,
        })
    }

    /// `enum tag`, `enum { ... }`, `enum tag { ... }`; the next token is the keyword.
    pub(super) fn enumeration(&mut self) -> Result<Base<'a>, Fault> {
        let start = self.advance()?.span;
        let mut attributes = self.attributes()?;
        let tag = self.tag()?;
        let underlying = self.underlying()?;
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
            underlying,
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
                Some(self.expression("an integer")?)
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

    /// `: type` behind the keyword or the tag of an enum: C23's, and before that Clang's and Microsoft's.
    fn underlying(&mut self) -> Result<Option<Box<Parameter<'a>>>, Fault> {
        if !self.is(b':') || !self.is_underlying() {
            return Ok(None);
        }
        self.advance()?;
        let start = self.token.span;
        let specifiers = self.specifiers(Place::Member)?;
        let declarator = self.abstract_nothing(&specifiers);
        Ok(Some(Box::new(Parameter {
            specifiers,
            declarator,
            span: start.to(self.end()),
        })))
    }

    /// Whether a type stands behind the colon, and no value: `_Generic(x, enum e: 1)`. The name of one that is unknown
    /// is followed by the enumerators.
    fn is_underlying(&self) -> bool {
        let mut ahead = self.lexer.ahead();
        let (second, third) = (ahead.token(), ahead.token());
        let is_list = third.is_ok_and(|third| third.kind == TokenKind::Punct(b'{'));
        second.is_ok_and(|second| {
            self.begins_type(second) || (second.kind == TokenKind::Identifier && is_list)
        })
    }

    /// `_Static_assert(condition, "text")`, without the semicolon, if that comes next.
    pub(super) fn assertion(&mut self) -> Result<Option<Assertion<'a>>, Fault> {
        if self.token.kind != TokenKind::Keyword(Keyword::Assertion) {
            return Ok(None);
        }
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        let condition = self.expression("a condition")?;
        let mut text = "";
        if self.eat(b',')? {
            text = self.text_of(self.token);
            while let TokenKind::Literal(_) | TokenKind::Identifier = self.token.kind {
                self.advance()?;
            }
        }
        self.expect(b')', "`)`")?;
        Ok(Some(Assertion {
            condition,
            text,
            span: start.to(self.end()),
        }))
    }
}
