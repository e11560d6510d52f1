//! Constant expressions (C11 6.6), and what `sizeof` and `typeof` look at.

use trampette_types::TypeError;

use super::Parser;
use crate::ast::{Binary, Builtin, Expr, ExprKind, Parameter, Unary};
use crate::error::{At, Fault};
use crate::lexer::{Keyword, Token, TokenKind};
use crate::span::Span;

/// The most levels of an expression: those who walk it recurse.
const MAX_LEVELS: u32 = 200;

/// The operators of two operands, those that bind more tightly first (C11 6.5.5 to 6.5.14). Of operators that
/// begin alike, the longer one is first.
const OPERATORS: [(&str, Binary, u8); 18] = [
    ("*", Binary::Multiply, 10),
    ("/", Binary::Divide, 10),
    ("%", Binary::Remainder, 10),
    ("+", Binary::Add, 9),
    ("-", Binary::Subtract, 9),
    ("<<", Binary::ShiftLeft, 8),
    (">>", Binary::ShiftRight, 8),
    ("<=", Binary::AtMost, 7),
    (">=", Binary::AtLeast, 7),
    ("<", Binary::Less, 7),
    (">", Binary::Greater, 7),
    ("==", Binary::Equal, 6),
    ("!=", Binary::Unequal, 6),
    ("&&", Binary::Both, 2),
    ("||", Binary::Either, 1),
    ("&", Binary::And, 5),
    ("^", Binary::Xor, 4),
    ("|", Binary::Or, 3),
];

/// The operators of one operand that are one character.
const PREFIXES: [(u8, Unary); 6] = [
    (b'+', Unary::Plus),
    (b'-', Unary::Minus),
    (b'!', Unary::Not),
    (b'~', Unary::Complement),
    (b'&', Unary::AddressOf),
    (b'*', Unary::Dereference),
];

/// What may stand in front of a string literal or a character constant (C11 6.4.5).
const PREFIXES_OF_TEXT: [&str; 4] = ["L", "u", "U", "u8"];

impl<'a> Parser<'a> {
    /// An expression, which is expected here as `what`.
    pub(super) fn expression(&mut self, what: &'static str) -> Result<Expr<'a>, Fault> {
        let nothing = matches!(
            self.token.kind,
            TokenKind::End | TokenKind::Punct(b')' | b']' | b'}' | b',' | b';' | b':')
        );
        if nothing {
            return Err(self.unexpected(what));
        }
        self.nested(Self::choice)
    }

    /// `a ? b : c`, or less. GNU C leaves `b` out where it is `a`.
    fn choice(&mut self) -> Result<Expr<'a>, Fault> {
        let condition = self.binary(1)?;
        if !self.eat(b'?')? {
            return Ok(condition);
        }
        let yes = match self.is(b':') {
            true => None,
            false => Some(self.nested(Self::choice)?),
        };
        self.expect(b':', "`:`")?;
        let no = self.nested(Self::choice)?;
        let span = condition.span.to(no.span);
        let depth = yes.as_ref().map_or(0, |yes| yes.depth);
        let depth = condition.depth.max(depth).max(no.depth);
        self.expr(
            ExprKind::Choice(Box::new((condition, yes, no))),
            span,
            depth,
        )
    }

    /// Operands with operators of at least this precedence between them.
    fn binary(&mut self, least: u8) -> Result<Expr<'a>, Fault> {
        let mut left = self.unary()?;
        while let Some((operator, precedence)) = self.operator().filter(|found| found.1 >= least) {
            for _ in 0..operator.0.len() {
                self.advance()?;
            }
            let right = self.nested(|parser| parser.binary(precedence + 1))?;
            let span = left.span.to(right.span);
            let depth = left.depth.max(right.depth);
            let operands = Box::new((left, right));
            left = self.expr(ExprKind::Binary(operator.1, operands), span, depth)?;
        }
        Ok(left)
    }

    /// The operator of two operands that comes next, and how tightly it binds.
    fn operator(&self) -> Option<((&'static str, Binary), u8)> {
        let TokenKind::Punct(_) = self.token.kind else {
            return None;
        };
        let rest = &self.lexer.text()[self.token.span.start()..];
        let is_assignment = |text: &str| rest[text.len()..].starts_with('=');
        let found = OPERATORS.iter().find(|entry| rest.starts_with(entry.0))?;
        let compares = matches!(found.0, "<=" | ">=" | "==" | "!=" | "<" | ">");
        if is_assignment(found.0) && !compares {
            return None;
        }
        Some(((found.0, found.1), found.2))
    }

    fn unary(&mut self) -> Result<Expr<'a>, Fault> {
        let start = self.token.span;
        match self.token.kind {
            TokenKind::Punct(b'+' | b'-') if self.is_step() => {
                self.advance()?;
                self.advance()?;
                let operand = self.nested(Self::unary)?;
                let (span, depth) = (start.to(operand.span), operand.depth);
                self.expr(ExprKind::Changed(Box::new(operand)), span, depth)
            }
            TokenKind::Punct(byte) if PREFIXES.iter().any(|entry| entry.0 == byte) => {
                let operator = PREFIXES.iter().find(|entry| entry.0 == byte);
                self.advance()?;
                let operand = self.nested(Self::unary)?;
                let (span, depth) = (start.to(operand.span), operand.depth);
                let operator = operator.map_or(Unary::Plus, |entry| entry.1);
                self.expr(ExprKind::Unary(operator, Box::new(operand)), span, depth)
            }
            TokenKind::Keyword(Keyword::Sizeof) => {
                self.measured(Unary::SizeOf, ExprKind::SizeOfType)
            }
            TokenKind::Keyword(Keyword::Alignof) => {
                self.measured(Unary::AlignOf, ExprKind::AlignOfType)
            }
            TokenKind::Keyword(Keyword::Function) => {
                // `__extension__`
                self.advance()?;
                self.nested(Self::unary)
            }
            TokenKind::Punct(b'(') if self.second_begins_type() => self.cast(),
            _ => self.postfix(),
        }
    }

    /// `sizeof` and `_Alignof`, of a type in parentheses or of an expression.
    fn measured(
        &mut self,
        of_value: Unary,
        of_type: fn(Box<Parameter<'a>>) -> ExprKind<'a>,
    ) -> Result<Expr<'a>, Fault> {
        let start = self.advance()?.span;
        let operand = if self.is(b'(') && self.second_begins_type() {
            let begin = self.token.span;
            let (ty, depth) = self.levelled_type()?;
            if !self.is(b'{') {
                return self.expr(of_type(Box::new(ty)), start.to(self.end()), depth);
            }
            self.literal(ty, depth, begin)?
        } else {
            self.nested(Self::unary)?
        };
        let (span, depth) = (start.to(operand.span), operand.depth);
        self.expr(ExprKind::Unary(of_value, Box::new(operand)), span, depth)
    }

    /// `(type) operand`, or a compound literal.
    fn cast(&mut self) -> Result<Expr<'a>, Fault> {
        let start = self.token.span;
        let (ty, depth) = self.levelled_type()?;
        if self.is(b'{') {
            return self.literal(ty, depth, start);
        }
        let operand = self.nested(Self::unary)?;
        let (span, depth) = (start.to(operand.span), operand.depth.max(depth));
        self.expr(ExprKind::Cast(Box::new(ty), Box::new(operand)), span, depth)
    }

    /// A compound literal whose type is read, with what stands behind it; the opening brace comes next.
    fn literal(&mut self, ty: Parameter<'a>, depth: u32, start: Span) -> Result<Expr<'a>, Fault> {
        let (list, inner) = self.list_of(&ty)?;
        let literal = ExprKind::Literal(Box::new((ty, list)));
        let whole = self.expr(literal, start.to(self.end()), depth.max(inner))?;
        self.behind(whole)
    }

    pub(super) fn type_in_parentheses(&mut self) -> Result<Parameter<'a>, Fault> {
        self.levelled_type().map(|(ty, _)| ty)
    }

    fn levelled_type(&mut self) -> Result<(Parameter<'a>, u32), Fault> {
        self.expect(b'(', "`(`")?;
        let ty = self.type_with_levels()?;
        self.expect(b')', "`)`")?;
        Ok(ty)
    }

    /// An operand, with what stands behind it.
    fn postfix(&mut self) -> Result<Expr<'a>, Fault> {
        let whole = self.primary()?;
        self.behind(whole)
    }

    /// An operand with what stands behind it, which is read.
    fn behind(&mut self, mut whole: Expr<'a>) -> Result<Expr<'a>, Fault> {
        loop {
            let (start, depth) = (whole.span, whole.depth);
            let kind = if self.eat(b'[')? {
                let index = self.expression("an index")?;
                self.expect(b']', "`]`")?;
                let depth = depth.max(index.depth);
                let kind = ExprKind::Index(Box::new((whole, index)));
                whole = self.expr(kind, start.to(self.end()), depth)?;
                continue;
            } else if let (ExprKind::Name(name), true) = (&whole.kind, self.is(b'('))
                && let Some(builtin) = Builtin::of(name)
            {
                self.advance()?;
                let argument = self.expression("an expression")?;
                self.expect(b')', "`)`")?;
                let depth = depth.max(argument.depth);
                let kind = ExprKind::Builtin(builtin, Box::new(argument));
                whole = self.expr(kind, start.to(self.end()), depth)?;
                continue;
            } else if self.eat(b'(')? {
                self.skip_to(b')', "`)`")?;
                ExprKind::Call(Box::new(whole))
            } else if self.is_step() {
                self.advance()?;
                self.advance()?;
                ExprKind::Changed(Box::new(whole))
            } else if self.is_arrow() {
                self.advance()?;
                self.advance()?;
                ExprKind::Arrow(Box::new(whole), self.member_name()?)
            } else if self.eat(b'.')? {
                ExprKind::Member(Box::new(whole), self.member_name()?)
            } else {
                return Ok(whole);
            };
            whole = self.expr(kind, start.to(self.end()), depth)?;
        }
    }

    /// Whether `++` or `--` comes next.
    fn is_step(&self) -> bool {
        let rest = &self.lexer.text()[self.token.span.start()..];
        (self.is(b'+') || self.is(b'-')) && (rest.starts_with("++") || rest.starts_with("--"))
    }

    fn is_arrow(&self) -> bool {
        self.is(b'-') && self.lexer.text()[self.token.span.start()..].starts_with("->")
    }

    pub(super) fn member_name(&mut self) -> Result<&'a str, Fault> {
        if self.token.kind != TokenKind::Identifier {
            return Err(self.unexpected("the name of a member"));
        }
        let token = self.advance()?;
        Ok(self.text_of(token))
    }

    fn primary(&mut self) -> Result<Expr<'a>, Fault> {
        let token = self.token;
        let text = self.text_of(token);
        let kind = match token.kind {
            TokenKind::Number => ExprKind::Number(text),
            TokenKind::Literal(b'"') => return self.text("", token.span),
            TokenKind::Literal(_) => ExprKind::Character(text),
            TokenKind::Identifier if text == "__builtin_offsetof" => return self.offset_of(),
            TokenKind::Identifier if text == "__builtin_types_compatible_p" => {
                return self.compatible();
            }
            TokenKind::Identifier if text == "__builtin_choose_expr" => return self.choose(),
            TokenKind::Identifier => return self.name(),
            TokenKind::Punct(b'(') => return self.parentheses(),
            TokenKind::Keyword(Keyword::Statement) if text == "_Generic" => return self.generic(),
            _ => return Err(self.unexpected("an expression")),
        };
        self.advance()?;
        self.expr(kind, token.span, 0)
    }

    /// A name, or the prefix of a literal.
    fn name(&mut self) -> Result<Expr<'a>, Fault> {
        let token = self.advance()?;
        let text = self.text_of(token);
        let is_prefix = PREFIXES_OF_TEXT.contains(&text);
        match self.token.kind {
            TokenKind::Literal(quote)
                if is_prefix && self.token.span.start() == token.span.end() =>
            {
                let span = token.span.to(self.token.span);
                if quote == b'"' {
                    return self.text(text, span);
                }
                self.advance()?;
                self.expr(ExprKind::Character(self.lexer.slice(span)), span, 0)
            }
            _ => self.expr(ExprKind::Name(text), token.span, 0),
        }
    }

    /// String literals side by side, which are one; the prefix of the first is read.
    fn text(&mut self, prefix: &'a str, first: Span) -> Result<Expr<'a>, Fault> {
        let mut pieces = vec![prefix];
        loop {
            if self.token.kind == TokenKind::Literal(b'"') {
                let token = self.advance()?;
                pieces.push(self.text_of(token));
            } else if self.begins_text() {
                // "If any of the tokens has an encoding prefix, the resulting [...] character sequence is treated as
                // having the same prefix" (C11 6.4.5, 5).
                let token = self.advance()?;
                if prefix.is_empty() {
                    pieces[0] = self.text_of(token);
                }
            } else {
                break;
            }
        }
        self.expr(ExprKind::Text(pieces), first.to(self.end()), 0)
    }

    /// Whether the prefix of a string literal comes next.
    fn begins_text(&self) -> bool {
        let is_behind = |second: Token| {
            second.kind == TokenKind::Literal(b'"') && second.span.start() == self.token.span.end()
        };
        self.token.kind == TokenKind::Identifier
            && PREFIXES_OF_TEXT.contains(&self.text_of(self.token))
            && self.second().is_some_and(is_behind)
    }

    fn parentheses(&mut self) -> Result<Expr<'a>, Fault> {
        let start = self.advance()?.span;
        if self.eat(b'{')? {
            self.skip_to(b'}', "`}`")?;
            self.expect(b')', "`)`")?;
            return self.expr(ExprKind::Other, start.to(self.end()), 0);
        }
        let mut inner = self.full_expression("an expression")?;
        self.expect(b')', "`)`")?;
        inner.span = start.to(self.end());
        Ok(inner)
    }

    /// An expression with assignments and commas, as between parentheses.
    pub(super) fn full_expression(&mut self, what: &'static str) -> Result<Expr<'a>, Fault> {
        let mut whole = self.assignment(what)?;
        while self.eat(b',')? {
            let last = self.assignment("an expression")?;
            let (span, depth) = (last.span, last.depth);
            whole = self.expr(ExprKind::Comma(Box::new(last)), span, depth)?;
        }
        Ok(whole)
    }

    fn assignment(&mut self, what: &'static str) -> Result<Expr<'a>, Fault> {
        let place = self.expression(what)?;
        let rest = &self.lexer.text()[self.token.span.start()..];
        let operators = [
            "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=",
        ];
        let found = operators
            .iter()
            .find(|operator| rest.starts_with(**operator) && !rest.starts_with("=="));
        let (Some(operator), TokenKind::Punct(_)) = (found, self.token.kind) else {
            return Ok(place);
        };
        for _ in 0..operator.len() {
            self.advance()?;
        }
        let value = self.nested(|parser| parser.assignment("an expression"))?;
        let (span, depth) = (place.span.to(value.span), place.depth);
        self.expr(ExprKind::Changed(Box::new(place)), span, depth)
    }

    fn offset_of(&mut self) -> Result<Expr<'a>, Fault> {
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        let (ty, depth) = self.type_with_levels()?;
        self.expect(b',', "`,`")?;
        let path = self.nested(Self::postfix)?;
        self.expect(b')', "`)`")?;
        let (span, depth) = (start.to(self.end()), path.depth.max(depth));
        self.expr(
            ExprKind::OffsetOf(Box::new(ty), Box::new(path)),
            span,
            depth,
        )
    }

    /// Whether the token behind the next one begins a type name.
    fn second_begins_type(&self) -> bool {
        self.second().is_some_and(|second| self.begins_type(second))
    }

    /// Whether this token begins a type name, and no expression.
    pub(super) fn begins_type(&self, token: Token) -> bool {
        match token.kind {
            TokenKind::Identifier => self.is_type_name(self.text_of(token)),
            TokenKind::Keyword(keyword) => {
                !matches!(
                    keyword,
                    Keyword::Statement | Keyword::Sizeof | Keyword::Alignof
                ) && self.text_of(token) != "__extension__"
            }
            _ => false,
        }
    }

    /// An expression around others of so many levels.
    pub(super) fn expr(
        &mut self,
        kind: ExprKind<'a>,
        span: Span,
        inner: u32,
    ) -> Result<Expr<'a>, Fault> {
        let depth = inner + 1;
        if depth > MAX_LEVELS {
            return Err(TypeError::TooDeep).at(span);
        }
        self.levels = self.levels.max(depth);
        Ok(Expr { kind, span, depth })
    }

    /// A type, and the levels of the expressions in it: who walks it walks them.
    pub(super) fn type_with_levels(&mut self) -> Result<(Parameter<'a>, u32), Fault> {
        let outer = std::mem::take(&mut self.levels);
        let ty = self.nested(Self::parameter)?;
        let inner = self.levels;
        self.levels = outer.max(inner);
        Ok((ty, inner))
    }
}
