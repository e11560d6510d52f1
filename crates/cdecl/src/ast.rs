//! The syntax tree: what was written, in C's own shape, with its place in the text.
//!
//! A declaration is specifiers, which give a base type, and declarators, each of which derives a type
//! from it around a name. C nests declarators like the expressions that use them; here one is flat, a
//! list of derivations read from the name outward: `int *(*table[4])(void)` is "an array of 4, of
//! pointers, to functions, returning pointers" to the base type.

use trampette_types::Abi;

use crate::lexer::Storage;
use crate::span::Span;
use crate::words::Words;

/// Specifiers with their declarators, up to `;`. At file level and in a struct alike.
#[derive(Debug)]
pub(crate) struct Declaration<'a> {
    pub(crate) specifiers: Specifiers<'a>,
    pub(crate) declarators: Vec<Declarator<'a>>,
}

#[derive(Debug)]
pub(crate) struct Specifiers<'a> {
    pub(crate) storage: Option<(Storage, Span)>,
    pub(crate) base: Base<'a>,
    /// A calling convention that stands among the specifiers: that of what is declared.
    pub(crate) convention: Option<Convention>,
    /// The base type as written, and where.
    pub(crate) text: &'a str,
    pub(crate) span: Span,
}

impl Specifiers<'_> {
    pub(crate) fn is_typedef(&self) -> bool {
        matches!(self.storage, Some((Storage::Typedef, _)))
    }
}

/// The type that specifiers name.
#[derive(Debug)]
pub(crate) enum Base<'a> {
    Words(Words),
    Name(&'a str),
    Record(Box<Record<'a>>),
    Enum(Box<Enum<'a>>),
}

#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) kind: TagKind,
    pub(crate) tag: Option<Name<'a>>,
    /// Its members, where they are listed.
    pub(crate) members: Option<Vec<Declaration<'a>>>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Enum<'a> {
    pub(crate) tag: Option<Name<'a>>,
    /// Its enumerators, where they are listed.
    pub(crate) enumerators: Option<Vec<Enumerator<'a>>>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Enumerator<'a> {
    pub(crate) name: Name<'a>,
    /// The value, where it is given.
    pub(crate) value: Option<i128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagKind {
    Struct,
    Union,
    Enum,
}

impl TagKind {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Struct => "struct",
            Self::Union => "union",
            Self::Enum => "enum",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    pub(crate) text: &'a str,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Declarator<'a> {
    /// The name; an abstract declarator has none.
    pub(crate) name: Option<Name<'a>>,
    /// From the name outward.
    pub(crate) derivations: Vec<Derivation<'a>>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Derivation<'a> {
    pub(crate) kind: DerivationKind<'a>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum DerivationKind<'a> {
    Pointer,
    Array(Length),
    Function(Box<Function<'a>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// `[]`
    Absent,
    /// `[16]`
    Literal(u64),
    /// `[n]`, `[2 * N]`, `[*]`
    Computed,
}

#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) variadic: bool,
    /// False for `()`.
    pub(crate) prototyped: bool,
    pub(crate) convention: Option<Abi>,
}

#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    pub(crate) specifiers: Specifiers<'a>,
    pub(crate) declarator: Declarator<'a>,
    pub(crate) span: Span,
}

/// A calling convention, where it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Convention {
    pub(crate) abi: Abi,
    pub(crate) span: Span,
}
