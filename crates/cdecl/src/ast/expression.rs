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
    /// `a = b`, `++a`, `a--` and their like, of `a`.
    Changed(Box<Expr<'a>>),
    /// A function that compilers know, of one number.
    Builtin(Builtin, Box<Expr<'a>>),
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

/// Functions of GCC and Clang that constants have (GCC, "Other Built-in Functions").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    /// Whether its argument is a constant.
    IsConstant,
    /// A function of the bits of an unsigned integer.
    Bits(Bits, Width),
    /// The bytes of an unsigned integer of this many bits, the other way round.
    Swap(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bits {
    /// How many are ones.
    Ones,
    /// How many zeroes lead; of zero there is no answer.
    Leading,
    /// How many zeroes trail; of zero there is no answer.
    Trailing,
    /// The place of the lowest one, counted from one; of zero, zero.
    First,
    /// Whether the number of ones is odd.
    Parity,
}

/// What an argument is converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Int,
    Long,
    LongLong,
}

impl Builtin {
    /// The one of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let name = name.strip_prefix("__builtin_")?;
        let swap = match name {
            "constant_p" => return Some(Self::IsConstant),
            "bswap16" => Some(16),
            "bswap32" => Some(32),
            "bswap64" => Some(64),
            _ => None,
        };
        if let Some(bits) = swap {
            return Some(Self::Swap(bits));
        }
        const BITS: [(&str, Bits); 5] = [
            ("popcount", Bits::Ones),
            ("clz", Bits::Leading),
            ("ctz", Bits::Trailing),
            ("ffs", Bits::First),
            ("parity", Bits::Parity),
        ];
        let (suffix, bits) = BITS
            .iter()
            .find_map(|(known, bits)| Some((name.strip_prefix(known)?, *bits)))?;
        let width = match suffix {
            "" => Width::Int,
            "l" => Width::Long,
            "ll" => Width::LongLong,
            _ => return None,
        };
        Some(Self::Bits(bits, width))
    }
}
