//! Expressions whose operands are types: `_Generic` and what GNU C had before it.

use super::Parser;
use crate::ast::{Expr, ExprKind, Generic};
use crate::error::Fault;
use crate::lexer::{Keyword, TokenKind};

impl<'a> Parser<'a> {
    /// "_Generic ( assignment-expression , generic-assoc-list )" (C11 6.5.1.1); the next token is the keyword.
    pub(super) fn generic(&mut self) -> Result<Expr<'a>, Fault> {
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        let control = self.expression("an expression")?;
        let mut depth = control.depth;
        let mut associations = Vec::new();
        while self.eat(b',')? {
            let is_default = self.token.kind == TokenKind::Keyword(Keyword::Statement)
                && self.text_of(self.token) == "default";
            let ty = match is_default {
                true => {
                    self.advance()?;
                    None
                }
                false => {
                    let (ty, inner) = self.type_with_levels()?;
                    depth = depth.max(inner);
                    Some(ty)
                }
            };
            self.expect(b':', "`:`")?;
            let value = self.expression("an expression")?;
            depth = depth.max(value.depth);
            associations.push((ty, value));
        }
        self.expect(b')', "`,` or `)`")?;
        let generic = Generic {
            control,
            associations,
        };
        let span = start.to(self.end());
        self.expr(ExprKind::Generic(Box::new(generic)), span, depth)
    }

    /// `__builtin_types_compatible_p(type, type)` (GCC, "Other Built-in Functions"), whose name comes next.
    pub(super) fn compatible(&mut self) -> Result<Expr<'a>, Fault> {
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        let (one, first) = self.type_with_levels()?;
        self.expect(b',', "`,`")?;
        let (other, second) = self.type_with_levels()?;
        self.expect(b')', "`)`")?;
        let (span, depth) = (start.to(self.end()), first.max(second));
        self.expr(ExprKind::Compatible(Box::new((one, other))), span, depth)
    }

    /// `__builtin_choose_expr(condition, a, b)` (GCC, "Other Built-in Functions"), whose name comes next.
    pub(super) fn choose(&mut self) -> Result<Expr<'a>, Fault> {
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        let condition = self.expression("a condition")?;
        self.expect(b',', "`,`")?;
        let yes = self.expression("an expression")?;
        self.expect(b',', "`,`")?;
        let no = self.expression("an expression")?;
        self.expect(b')', "`)`")?;
        let depth = condition.depth.max(yes.depth).max(no.depth);
        let parts = Box::new((condition, yes, no));
        let span = start.to(self.end());
        self.expr(ExprKind::Choose(parts), span, depth)
    }
}
