//! What variables begin with, as far as the length of an array depends on it.

use super::Expr;

#[derive(Debug)]
pub(crate) enum Initialiser<'a> {
    /// `{ ... }`
    List(Vec<Item<'a>>),
    One(Initial<'a>),
}

/// What stands between the commas of a list.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    /// Those in front of it, if there are some.
    pub(crate) designators: Option<Box<[Designator<'a>]>>,
    pub(crate) value: Initial<'a>,
}

/// Which part of the whole an item is for.
#[derive(Debug)]
pub(crate) enum Designator<'a> {
    /// `[4]`, or GNU C's `[1 ... 4]`, by the last.
    Index(Expr<'a>),
    /// `.x`, or GNU C's `x:`
    Member(&'a str),
}

/// A value.
#[derive(Debug)]
pub(crate) enum Initial<'a> {
    /// A list, which is all of what it is for.
    List,
    /// A number or a pointer.
    Scalar,
    /// String literals, as expressions have them.
    Text(Box<[&'a str]>),
    /// What may be a struct.
    Value(Box<Expr<'a>>),
    /// An expression of other forms.
    Unknown,
}
