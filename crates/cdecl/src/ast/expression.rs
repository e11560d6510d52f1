//! Expressions: those that are constants, and operands of `sizeof` and `typeof`.

use super::{Initialiser, Parameter};
use crate::span::Span;

/// An expression, where it is written.
#[derive(Debug)]
pub(crate) struct Expr<'a> {
    pub(crate) kind: ExprKind<'a>,
    pub(crate) span: Span,
    /// How many levels of expressions are in it, itself included.
    pub(crate) depth: u32,
}

#[derive(Debug)]
pub(crate) enum ExprKind<'a> {
    Number(&'a str),
    /// A character constant, with its prefix and quotes.
    Character(&'a str),
    /// String literals, each with its prefix and quotes.
    Text(Vec<&'a str>),
    Name(&'a str),
    Unary(Unary, Box<Expr<'a>>),
    Binary(Binary, Box<(Expr<'a>, Expr<'a>)>),
    /// `a ? b : c`, or GNU C's `a ?: c`.
    Choice(Box<(Expr<'a>, Option<Expr<'a>>, Expr<'a>)>),
    Cast(Box<Parameter<'a>>, Box<Expr<'a>>),
    SizeOfType(Box<Parameter<'a>>),
    AlignOfType(Box<Parameter<'a>>),
    /// `__builtin_offsetof(type, a.b[3])`, the path as an expression.
    OffsetOf(Box<Parameter<'a>>, Box<Expr<'a>>),
    /// `a.b`
    Member(Box<Expr<'a>>, &'a str),
    /// `a->b`
    Arrow(Box<Expr<'a>>, &'a str),
    /// `a[b]`
    Index(Box<(Expr<'a>, Expr<'a>)>),
    Call(Box<Expr<'a>>),
    /// `(a, b)`, by the last.
    Comma(Box<Expr<'a>>),
    /// `__builtin_choose_expr(condition, a, b)`
    Choose(Box<(Expr<'a>, Expr<'a>, Expr<'a>)>),
    /// `(type){ ... }`, the list where it may say how long an array is.
    Literal(Box<(Parameter<'a>, Option<Initialiser<'a>>)>),
    Generic(Box<Generic<'a>>),
    /// `__builtin_types_compatible_p(type, type)`
    Compatible(Box<(Parameter<'a>, Parameter<'a>)>),
    /// What no constant is made of: a statement in parentheses.
    Other,
}

/// `_Generic(control, type: value, default: value)`.
#[derive(Debug)]
pub(crate) struct Generic<'a> {
    pub(crate) control: Expr<'a>,
    /// The values with their types; one may have none.
    pub(crate) associations: Vec<(Option<Parameter<'a>>, Expr<'a>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Plus,
    Minus,
    Not,
    Complement,
    AddressOf,
    Dereference,
    SizeOf,
    AlignOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    Greater,
    AtMost,
    AtLeast,
    Equal,
    Unequal,
    And,
    Xor,
    Or,
    Both,
    Either,
}
