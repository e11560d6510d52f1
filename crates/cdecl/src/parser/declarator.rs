use trampette_types::TypeError;
use trampette_types::limits::MAX_DEPTH;

use super::specifiers::Place;
use super::{NO_FUNCTION, Parser};
use crate::ast::{
    Attributes, Behind, Convention, Declarator, Declarators, Derivation, DerivationKind,
    Derivations, Expr, Function, Length, Name, Parameter, Specifiers,
};
use crate::error::{At, Fault};
use crate::lexer::{Keyword, TokenKind};
use crate::span::Span;

/// What a declarator read so far says.
#[derive(Default)]
struct Partial<'a> {
    name: Option<Name<'a>>,
    /// Whether it must have one, so that the name of a type is one.
    is_named: bool,
    derivations: Derivations<'a>,
    /// Calling conventions, each with the derivation from which on its function is looked for.
    conventions: Vec<(Convention, usize)>,
    /// Those that are its own and not a pointer's.
    attributes: Attributes<'a>,
}

impl<'a> Partial<'a> {
    fn push(&mut self, kind: DerivationKind<'a>, span: Span) -> Result<(), Fault> {
        if self.derivations.len() == MAX_DEPTH {
            return Err(TypeError::TooDeep).at(span);
        }
        self.derivations.push(Derivation { kind, span });
        Ok(())
    }

    /// Gives a function its calling convention: the first from there outward, or else the first of
    /// all, which is the one that is declared or pointed to.
    fn assign_convention(&mut self, convention: Convention, from: usize) -> Result<(), Fault> {
        let is_function =
            |derivation: &Derivation<'_>| matches!(derivation.kind, DerivationKind::Function(_));
        let outward = self.derivations.iter().skip(from).position(is_function);
        let index = match outward {
            Some(index) => Some(from + index),
            None => self.derivations.iter().position(is_function),
        };
        let derivation = index.and_then(|index| self.derivations.get_mut(index));
        let Some(DerivationKind::Function(function)) = derivation.map(|found| &mut found.kind)
        else {
            return Err(Fault::invalid(NO_FUNCTION, convention.span));
        };
        if function.convention.is_some_and(|abi| abi != convention.abi) {
            let what = "a function has one calling convention";
            return Err(Fault::invalid(what, convention.span));
        }
        function.convention = Some(convention.abi);
        Ok(())
    }
}

impl<'a> Parser<'a> {
    /// Declarators with names, up to the token behind the last.
    pub(super) fn declarators(
        &mut self,
        specifiers: &Specifiers<'a>,
        place: Place,
        declarators: &mut Declarators<'a>,
    ) -> Result<(), Fault> {
        loop {
            let mut declarator = self.declarator(specifiers, place)?;
            let says_nothing = declarator.derivations.is_empty() && declarator.behind.is_none();
            if declarator.name.is_none() && says_nothing {
                return Err(self.unexpected("a name"));
            }
            if place == Place::File && self.eat(b'=')? {
                declarator.behind = self.initialiser(specifiers, &declarator)?;
            }
            declarators.push(declarator);
            if !self.eat(b',')? {
                return Ok(());
            }
        }
    }

    /// One declarator, named or abstract, possibly empty (C11 6.7.6 and 6.7.7).
    pub(super) fn declarator(
        &mut self,
        specifiers: &Specifiers<'a>,
        place: Place,
    ) -> Result<Declarator<'a>, Fault> {
        let start = self.token.span;
        let before = self.last;
        let mut partial = Partial {
            is_named: specifiers.is_typedef()
                || matches!(place, Place::Member | Place::OldParameter),
            ..Partial::default()
        };
        self.declarator_level(&mut partial)?;
        let behind = if place == Place::Member && self.is(b':') {
            Some(Box::new(Behind::Width(self.width()?)))
        } else {
            None
        };
        let label = self.asm_label()?;
        let mut attributes = self.attributes()?;
        if let Some(convention) = specifiers.attributes.convention {
            partial.conventions.push((convention, 0));
        }
        if let Some(convention) = attributes.take_convention() {
            partial.conventions.push((convention, 0));
        }
        for (convention, from) in std::mem::take(&mut partial.conventions) {
            partial.assign_convention(convention, from)?;
        }
        partial.attributes.extend(attributes);
        let is_empty = self.last == before;
        Ok(Declarator {
            name: partial.name,
            derivations: partial.derivations,
            behind,
            label,
            attributes: partial.attributes,
            span: if is_empty {
                specifiers.span
            } else {
                start.to(self.end())
            },
        })
    }

    /// The declarator of a type name that is nothing but specifiers.
    pub(super) fn abstract_nothing(&self, specifiers: &Specifiers<'a>) -> Declarator<'a> {
        Declarator {
            name: None,
            derivations: Derivations::new(),
            behind: None,
            label: None,
            attributes: Attributes::default(),
            span: specifiers.span,
        }
    }

    /// Pointers, then a name or a declarator in parentheses, then arrays and functions. Read from the
    /// name outward, the pointers come last.
    ///
    /// A calling convention beside a star is that of the function that the star points to, and
    /// without a star that of the function declared: GCC's reading, tried on GCC 12.
    fn declarator_level(&mut self, partial: &mut Partial<'a>) -> Result<(), Fault> {
        let first = self.stars.len();
        let mut attributes = self.pointers(first)?;
        let has_stars = self.stars.len() > first;
        let convention = attributes.take_convention();
        partial.attributes.extend(attributes);
        if self.is_name() {
            let token = self.advance()?;
            let text = self.text_of(token);
            partial.name = Some(Name {
                text,
                span: token.span,
            });
            let mut behind = self.brackets()?;
            let own = behind.take_convention();
            partial.conventions.extend(own.map(|own| (own, 0)));
            partial.attributes.extend(behind);
        } else if self.is_grouping(partial.is_named) {
            self.advance()?;
            self.nested(|parser| parser.declarator_level(partial))?;
            self.expect(b')', "`)`")?;
        }
        self.suffixes(partial)?;
        while self.stars.len() > first {
            if let Some((span, qualified)) = self.stars.pop() {
                partial.push(DerivationKind::Pointer { qualified }, span)?;
            }
        }
        if let Some(convention) = convention {
            let outward = if has_stars {
                partial.derivations.len()
            } else {
                0
            };
            partial.conventions.push((convention, outward));
        }
        Ok(())
    }

    /// Whether a name comes next.
    fn is_name(&self) -> bool {
        match self.token.kind {
            TokenKind::Identifier => true,
            TokenKind::Keyword(Keyword::Word(word)) => word.may_be_defined(),
            _ => false,
        }
    }

    /// Stars with their qualifiers and attributes: the stars are kept from `first` on.
    fn pointers(&mut self, first: usize) -> Result<Attributes<'a>, Fault> {
        let mut attributes = Attributes::default();
        loop {
            match self.token.kind {
                TokenKind::Punct(b'*') if self.stars.len() == first + MAX_DEPTH => {
                    return Err(TypeError::TooDeep).at(self.token.span);
                }
                TokenKind::Punct(b'*') => {
                    let star = self.advance()?.span;
                    self.stars.push((star, false));
                }
                TokenKind::Punct(b'^') => {
                    return Err(Fault::unsupported("block pointers", self.token.span));
                }
                TokenKind::Keyword(Keyword::Qualifier | Keyword::Atomic) => {
                    self.advance()?;
                    if let Some(star) = self.stars.get_mut(first..).and_then(<[_]>::last_mut) {
                        star.1 = true;
                    }
                }
                TokenKind::Keyword(Keyword::Convention) => {
                    self.advance()?;
                }
                TokenKind::Keyword(Keyword::Attribute | Keyword::Declspec) => {
                    let more = self.attributes()?;
                    if let Some(span) = more.layout().filter(|_| self.stars.len() > first) {
                        return Err(self.refused_attribute(span));
                    }
                    attributes.extend(more);
                }
                TokenKind::Punct(b'[') if self.stars.len() > first && self.begins_brackets() => {
                    self.harmless_attributes()?;
                }
                TokenKind::Keyword(Keyword::Refused(_)) => return Err(self.unexpected("a name")),
                _ => return Ok(attributes),
            }
        }
    }

    /// Whether `(` begins a declarator in parentheses, and not the parameters of an abstract function:
    /// "an identifier that can be interpreted either as a typedef name or as a parameter name shall be
    /// taken as a typedef name" (C11 6.7.6.3, 11). A declarator that must have a name has it there.
    fn is_grouping(&self, is_named: bool) -> bool {
        if !self.is(b'(') {
            return false;
        }
        let Some(second) = self.second() else {
            return true;
        };
        match second.kind {
            TokenKind::Identifier => is_named || !self.is_type_name(self.text_of(second)),
            TokenKind::Keyword(Keyword::Attribute | Keyword::Convention) => true,
            TokenKind::Keyword(_) | TokenKind::Ellipsis | TokenKind::Punct(b')') => false,
            _ => true,
        }
    }

    fn suffixes(&mut self, partial: &mut Partial<'a>) -> Result<(), Fault> {
        loop {
            let start = self.token.span;
            let kind = match self.token.kind {
                TokenKind::Punct(b'[') if self.begins_brackets() => {
                    self.brackets_behind(partial)?;
                    continue;
                }
                TokenKind::Punct(b'[') => DerivationKind::Array(self.length()?),
                TokenKind::Punct(b'(') => {
                    DerivationKind::Function(Box::new(self.nested(Self::function)?))
                }
                _ => return Ok(()),
            };
            partial.push(kind, start.to(self.end()))?;
        }
    }

    /// Attributes of the array or function that stands before them.
    fn brackets_behind(&mut self, partial: &mut Partial<'a>) -> Result<(), Fault> {
        let mut attributes = self.brackets()?;
        if let Some(span) = attributes.layout() {
            return Err(self.refused_attribute(span));
        }
        let from = partial.derivations.len().saturating_sub(1);
        let own = attributes.take_convention();
        partial.conventions.extend(own.map(|own| (own, from)));
        Ok(())
    }

    fn length(&mut self) -> Result<Length<'a>, Fault> {
        const CLOSE: &str = "`]`";
        self.expect(b'[', "`[`")?;
        while let TokenKind::Keyword(Keyword::Qualifier | Keyword::Storage(_)) = self.token.kind {
            self.advance()?;
        }
        if self.eat(b']')? {
            return Ok(Length::Absent);
        }
        let second = self.second().map(|second| second.kind);
        if self.is(b'*') && second == Some(TokenKind::Punct(b']')) {
            self.advance()?;
            self.advance()?;
            return Ok(Length::Any);
        }
        let length = self.expression(CLOSE)?;
        self.expect(b']', CLOSE)?;
        Ok(Length::Given(Box::new(length)))
    }

    /// The width of a bit-field, with the colon.
    fn width(&mut self) -> Result<Expr<'a>, Fault> {
        self.expect(b':', "`:`")?;
        self.expression("a number of bits")
    }

    /// A parameter list with its parentheses.
    fn function(&mut self) -> Result<Function<'a>, Fault> {
        self.expect(b'(', "`(`")?;
        let mut function = Function {
            parameters: Vec::new(),
            variadic: false,
            prototyped: true,
            convention: None,
            old_style: None,
        };
        if self.eat(b')')? {
            function.prototyped = false;
            return Ok(function);
        }
        loop {
            if self.token.kind == TokenKind::Ellipsis {
                self.advance()?;
                function.variadic = true;
                self.expect(b')', "`)`")?;
                return Ok(function);
            }
            function.parameters.push(self.parameter()?);
            if self.eat(b')')? {
                return Ok(function);
            }
            self.expect(b',', "`,` or `)`")?;
        }
    }

    /// A parameter, or a type name in parentheses.
    pub(super) fn parameter(&mut self) -> Result<Parameter<'a>, Fault> {
        let start = self.token.span;
        let specifiers = self.specifiers(Place::Parameter)?;
        let declarator = self.declarator(&specifiers, Place::Parameter)?;
        if self.is(b'=') {
            return Err(Fault::unsupported("initialisers", self.token.span));
        }
        Ok(Parameter {
            specifiers,
            declarator,
            span: start.to(self.end()),
        })
    }
}
