//! What variables begin with. It is skipped, but where it says how long an array is.

use super::Parser;
use crate::ast::{
    Base, Behind, Declarator, DerivationKind, Designator, Expr, ExprKind, Initial, Initialiser,
    Item, Length, Parameter, Specifiers, Unary,
};
use crate::error::Fault;
use crate::lexer::{Position, Token, TokenKind};

/// Where the parser goes back to.
struct Mark {
    position: Position,
    token: Token,
    last: usize,
    depth: usize,
    levels: u32,
    stars: usize,
}

impl<'a> Parser<'a> {
    /// The initialiser of a declarator, behind the `=`; nothing where it says nothing about the type.
    pub(super) fn initialiser(
        &mut self,
        specifiers: &Specifiers<'a>,
        declarator: &Declarator<'a>,
    ) -> Result<Option<Box<Behind<'a>>>, Fault> {
        match is_wanted(specifiers, declarator) {
            true => self.counted(),
            false => self.skip_initialiser().map(|()| None),
        }
    }

    fn counted(&mut self) -> Result<Option<Box<Behind<'a>>>, Fault> {
        let mark = self.mark();
        let ends = |parser: &Self| {
            matches!(
                parser.token.kind,
                TokenKind::End | TokenKind::Punct(b',' | b';')
            )
        };
        match self.list_or_value() {
            Ok(found) if ends(self) => Ok(Some(Box::new(Behind::Initialiser(found)))),
            _ => {
                self.rewind(mark);
                self.skip_initialiser().map(|()| None)
            }
        }
    }

    fn list_or_value(&mut self) -> Result<Initialiser<'a>, Fault> {
        match self.eat(b'{')? {
            true => self.list().map(Initialiser::List),
            false => self.initial().map(Initialiser::One),
        }
    }

    /// The list of a compound literal of this type, which comes next, and the levels of the expressions in it; no list
    /// where it says nothing about the type.
    pub(super) fn list_of(
        &mut self,
        ty: &Parameter<'a>,
    ) -> Result<(Option<Initialiser<'a>>, u32), Fault> {
        let mark = self.mark();
        self.expect(b'{', "`{`")?;
        if is_wanted(&ty.specifiers, &ty.declarator) {
            let outer = std::mem::take(&mut self.levels);
            if let Ok(items) = self.nested(Self::list) {
                let inner = self.levels;
                self.levels = outer.max(inner);
                return Ok((Some(Initialiser::List(items)), inner));
            }
            self.rewind(mark);
            self.advance()?;
        }
        self.skip_to(b'}', "`}`")?;
        Ok((None, 0))
    }

    /// The items of a list, up to and with its closing brace; the opening one is read.
    pub(super) fn list(&mut self) -> Result<Vec<Item<'a>>, Fault> {
        let mut items = Vec::new();
        while !self.eat(b'}')? {
            let designators = self.designators()?;
            let value = self.initial()?;
            items.push(Item { designators, value });
            if !self.eat(b',')? && !self.is(b'}') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        Ok(items)
    }

    /// "designation: designator-list =" (C11 6.7.9); GNU C's older ways are `[4] value` and `member: value` (GCC,
    /// "Designated Initializers").
    fn designators(&mut self) -> Result<Option<Box<[Designator<'a>]>>, Fault> {
        let is_label = |second: Token| second.kind == TokenKind::Punct(b':');
        if self.token.kind == TokenKind::Identifier && self.second().is_some_and(is_label) {
            let name = self.advance()?;
            self.advance()?;
            let member = Designator::Member(self.text_of(name));
            return Ok(Some(Box::new([member])));
        }
        let mut designators = Vec::new();
        loop {
            if self.eat(b'.')? {
                designators.push(Designator::Member(self.member_name()?));
            } else if self.eat(b'[')? {
                let mut last = self.expression("an index")?;
                if self.token.kind == TokenKind::Ellipsis {
                    self.advance()?;
                    last = self.expression("an index")?;
                }
                self.expect(b']', "`]`")?;
                designators.push(Designator::Index(last));
            } else {
                break;
            }
        }
        if designators.is_empty() {
            return Ok(None);
        }
        self.eat(b'=')?;
        Ok(Some(designators.into()))
    }

    fn initial(&mut self) -> Result<Initial<'a>, Fault> {
        if self.eat(b'{')? {
            self.skip_to(b'}', "`}`")?;
            return Ok(Initial::List);
        }
        let mark = self.mark();
        let ends = |parser: &Self| {
            matches!(
                parser.token.kind,
                TokenKind::End | TokenKind::Punct(b',' | b';' | b'}')
            )
        };
        match self.expression("a value") {
            Ok(value) if ends(self) => Ok(initial_of(value)),
            _ => {
                self.rewind(mark);
                self.skip_value()?;
                Ok(Initial::Unknown)
            }
        }
    }

    /// Skips what a variable begins with: up to a comma or semicolon outside of brackets.
    fn skip_initialiser(&mut self) -> Result<(), Fault> {
        if let TokenKind::End | TokenKind::Punct(b',' | b';' | b'}' | b')' | b']') = self.token.kind
        {
            return Err(self.unexpected("a value"));
        }
        self.skip_value()?;
        match self.token.kind {
            TokenKind::Punct(b')' | b']' | b'}') => Err(self.unexpected("`;`")),
            _ => Ok(()),
        }
    }

    /// Skips up to a comma, a semicolon or a closing bracket, outside of brackets.
    fn skip_value(&mut self) -> Result<(), Fault> {
        loop {
            let close = match self.token.kind {
                TokenKind::Punct(b'(') => b')',
                TokenKind::Punct(b'[') => b']',
                TokenKind::Punct(b'{') => b'}',
                TokenKind::End | TokenKind::Punct(b',' | b';' | b')' | b']' | b'}') => {
                    return Ok(());
                }
                _ => {
                    self.advance()?;
                    continue;
                }
            };
            self.advance()?;
            self.skip_to(close, "the end of the value")?;
        }
    }

    fn mark(&self) -> Mark {
        Mark {
            position: self.lexer.position(),
            token: self.token,
            last: self.last,
            depth: self.depth,
            levels: self.levels,
            stars: self.stars.len(),
        }
    }

    /// Goes back to where the parser was. What begins there is skipped then, so that nothing is read more often than it
    /// has brackets around it.
    fn rewind(&mut self, mark: Mark) {
        self.lexer.rewind(mark.position);
        self.token = mark.token;
        self.last = mark.last;
        self.depth = mark.depth;
        self.levels = mark.levels;
        self.stars.truncate(mark.stars);
    }
}

/// Whether what begins something of this type may say how long it is.
fn is_wanted(specifiers: &Specifiers<'_>, declarator: &Declarator<'_>) -> bool {
    match declarator.derivations.first().map(|first| &first.kind) {
        Some(DerivationKind::Array(Length::Absent)) => true,
        Some(_) => false,
        // The name may be that of an array.
        None => matches!(
            specifiers.base,
            Base::Name(_) | Base::Type(_) | Base::TypeOf(_)
        ),
    }
}

/// What matters of a value.
fn initial_of(value: Expr<'_>) -> Initial<'_> {
    match value.kind {
        ExprKind::Text(pieces) => Initial::Text(pieces.into()),
        ExprKind::Name(_)
        | ExprKind::Choice(_)
        | ExprKind::Cast(..)
        | ExprKind::Call(_)
        | ExprKind::Member(..)
        | ExprKind::Arrow(..)
        | ExprKind::Index(_)
        | ExprKind::Literal(_)
        | ExprKind::Comma(_)
        | ExprKind::Changed(_)
        | ExprKind::Choose(_)
        | ExprKind::Generic(_)
        | ExprKind::Unary(Unary::Dereference, _) => Initial::Value(Box::new(value)),
        ExprKind::Other => Initial::Unknown,
        _ => Initial::Scalar,
    }
}
