use super::Parser;
use crate::ast::{Attributes, Base, Specifiers, TagKind};
use crate::error::{ErrorKind, Fault};
use crate::lexer::{Keyword, Storage, TokenKind};
use crate::span::Span;
use crate::words::{Word, Words};

/// Where specifiers stand, which decides the storage classes among them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    File,
    Parameter,
    Member,
    /// Between the parentheses and the body of a definition without a prototype.
    OldParameter,
}

/// What the specifiers read so far say.
struct Partial<'a> {
    place: Place,
    base: Option<(Base<'a>, Span)>,
    storage: Option<(Storage, Span)>,
    attributes: Attributes<'a>,
    qualified: bool,
    atomic: Option<Span>,
}

/// Whether this word is the name that a typedef gives its type.
fn is_defined(partial: &Partial<'_>, word: Word) -> bool {
    let is_typedef = matches!(partial.storage, Some((Storage::Typedef, _)));
    let is_complex = Words::of(&[Word::Complex]);
    let has_type = match &partial.base {
        None => false,
        Some((Base::Words(words), _)) => *words != is_complex,
        Some(_) => true,
    };
    is_typedef && has_type && word.may_be_defined()
}

impl<'a> Parser<'a> {
    /// Declaration specifiers, in any order (C11 6.7).
    pub(super) fn specifiers(&mut self, place: Place) -> Result<Specifiers<'a>, Fault> {
        let mut partial = Partial {
            place,
            base: None,
            storage: None,
            attributes: Attributes::default(),
            qualified: false,
            atomic: None,
        };
        while self.specifier(&mut partial)? {}
        match partial.base {
            None => Err(self.unexpected("a type")),
            Some((base, span)) => Ok(Specifiers {
                storage: partial.storage,
                base,
                attributes: partial.attributes,
                qualified: partial.qualified,
                atomic: partial.atomic,
                text: self.lexer.slice(span),
                span,
            }),
        }
    }

    /// One specifier; false when the next token is none.
    fn specifier(&mut self, partial: &mut Partial<'a>) -> Result<bool, Fault> {
        match self.token.kind {
            TokenKind::Identifier if partial.base.is_none() => {
                let token = self.advance()?;
                partial.base = Some((Base::Name(self.text_of(token)), token.span));
            }
            TokenKind::Keyword(Keyword::Storage(storage)) => self.storage(partial, storage)?,
            TokenKind::Keyword(Keyword::Qualifier) => {
                self.advance()?;
                partial.qualified = true;
            }
            TokenKind::Keyword(Keyword::Function | Keyword::Convention) => {
                self.advance()?;
            }
            TokenKind::Keyword(Keyword::Word(word)) if is_defined(partial, word) => {
                return Ok(false);
            }
            TokenKind::Keyword(Keyword::Word(word)) => self.word(partial, word)?,
            TokenKind::Keyword(Keyword::Struct) => self.tagged(partial, TagKind::Struct)?,
            TokenKind::Keyword(Keyword::Union) => self.tagged(partial, TagKind::Union)?,
            TokenKind::Keyword(Keyword::Enum) => self.tagged(partial, TagKind::Enum)?,
            TokenKind::Keyword(Keyword::Attribute | Keyword::Declspec) => {
                let more = self.attributes()?;
                partial.attributes.extend(more);
            }
            TokenKind::Punct(b'[') if self.begins_brackets() => {
                let more = match partial.base {
                    None => self.brackets()?,
                    Some(_) => self.brackets_of_type()?,
                };
                partial.attributes.extend(more);
            }
            TokenKind::Keyword(Keyword::Alignas) => {
                let alignment = self.alignment_specifier()?;
                partial.attributes.said().alignments.push(alignment);
            }
            TokenKind::Keyword(Keyword::Atomic) => self.atomic(partial)?,
            TokenKind::Keyword(Keyword::Typeof) => self.type_of(partial)?,
            TokenKind::Keyword(Keyword::BitInt) => self.bit_int(partial)?,
            TokenKind::Keyword(Keyword::Unlaid) => {
                let token = self.advance()?;
                self.whole(partial, Base::Unlaid(self.text_of(token)), token.span)?;
            }
            TokenKind::Keyword(Keyword::Refused(_)) => return Err(self.unexpected("a type")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn storage(&mut self, partial: &mut Partial<'a>, storage: Storage) -> Result<(), Fault> {
        let allowed = match partial.place {
            Place::File => true,
            Place::Parameter | Place::OldParameter => storage == Storage::Register,
            Place::Member => false,
        };
        if !allowed {
            return Err(self.unexpected("a type"));
        }
        if let Some((_, first)) = partial.storage {
            return Err(self.bad_specifiers(first.to(self.token.span)));
        }
        let token = self.advance()?;
        partial.storage = Some((storage, token.span));
        if let TokenKind::Literal(_) = self.token.kind {
            return Err(Fault::unsupported("language linkages", self.token.span));
        }
        Ok(())
    }

    fn word(&mut self, partial: &mut Partial<'a>, word: Word) -> Result<(), Fault> {
        let span = self.token.span;
        let (words, first) = match &partial.base {
            None => (Words::NONE, span),
            Some((Base::Words(words), first)) => (*words, *first),
            Some((Base::Name(name), first)) if !self.is_type_name(name) => {
                let name = (*name).to_string();
                return Err(Fault::new(ErrorKind::UnknownType { name }, *first));
            }
            Some((_, first)) => return Err(self.bad_specifiers(first.to(span))),
        };
        self.advance()?;
        partial.base = Some((Base::Words(words.with(word)), first.to(span)));
        Ok(())
    }

    /// `_Atomic(type)`, which is a type, or `_Atomic`, which qualifies one.
    fn atomic(&mut self, partial: &mut Partial<'a>) -> Result<(), Fault> {
        let start = self.advance()?.span;
        partial.atomic = Some(start);
        if self.is(b'(') {
            let ty = self.type_in_parentheses()?;
            self.whole(partial, Base::Type(Box::new(ty)), start)?;
        }
        Ok(())
    }

    fn type_of(&mut self, partial: &mut Partial<'a>) -> Result<(), Fault> {
        let start = self.advance()?.span;
        if self.is(b'(') && self.second().is_some_and(|second| self.begins_type(second)) {
            let ty = self.type_in_parentheses()?;
            return self.whole(partial, Base::Type(Box::new(ty)), start);
        }
        self.expect(b'(', "`(`")?;
        let value = self.full_expression("a type or an expression")?;
        self.expect(b')', "`)`")?;
        self.whole(partial, Base::TypeOf(Box::new(value)), start)
    }

    /// `_BitInt(7)`, known by its name only. `unsigned` may stand around it.
    fn bit_int(&mut self, partial: &mut Partial<'a>) -> Result<(), Fault> {
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        self.skip_to(b')', "`)`")?;
        let signs = [Words::of(&[Word::Signed]), Words::of(&[Word::Unsigned])];
        if matches!(&partial.base, Some((Base::Words(words), _)) if signs.contains(words)) {
            partial.base = None;
        }
        let name = self.lexer.slice(start.to(self.end()));
        self.whole(partial, Base::Unlaid(name), start)?;
        if let TokenKind::Keyword(Keyword::Word(Word::Signed | Word::Unsigned)) = self.token.kind {
            self.advance()?;
        }
        Ok(())
    }

    /// Notes a base that is one by itself, and ends here.
    fn whole(
        &mut self,
        partial: &mut Partial<'a>,
        base: Base<'a>,
        start: Span,
    ) -> Result<(), Fault> {
        if let Some((_, first)) = partial.base {
            return Err(self.bad_specifiers(first.to(self.end())));
        }
        partial.base = Some((base, start.to(self.end())));
        Ok(())
    }

    fn tagged(&mut self, partial: &mut Partial<'a>, kind: TagKind) -> Result<(), Fault> {
        let start = self.token.span;
        if let Some((_, first)) = partial.base {
            return Err(self.bad_specifiers(first.to(start)));
        }
        let mut base = match kind {
            TagKind::Enum => self.enumeration()?,
            _ => self.record(kind)?,
        };
        // In front of a definition, Microsoft's are the type's.
        let defined = match &mut base {
            Base::Record(record) if record.members.is_some() => Some(&mut record.attributes),
            Base::Enum(found) if found.enumerators.is_some() => Some(&mut found.attributes),
            _ => None,
        };
        if let Some(attributes) = defined {
            let microsofts = partial.attributes.take_microsofts();
            if !microsofts.is_empty() {
                attributes.said().alignments.extend(microsofts);
            }
        }
        partial.base = Some((base, start.to(self.end())));
        Ok(())
    }

    fn bad_specifiers(&self, span: Span) -> Fault {
        let text = self.lexer.slice(span).to_string();
        Fault::new(ErrorKind::BadSpecifiers { text }, span)
    }
}
