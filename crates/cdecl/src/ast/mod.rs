//! The syntax tree: what was written, in C's own shape, with its place in the text.
//!
//! A declaration is specifiers, which give a base type, and declarators, each of which derives a type
//! from it around a name. C nests declarators like the expressions that use them; here one is flat, a
//! list of derivations read from the name outward: `int *(*table[4])(void)` is "an array of 4, of
//! pointers, to functions, returning pointers" to the base type.

mod expression;
mod initialiser;

use std::ops::Deref;

use smallvec::SmallVec;
use trampette_types::Abi;

use crate::lexer::Storage;
use crate::span::Span;
use crate::words::Words;

pub(crate) use expression::{Binary, Bits, Builtin, Expr, ExprKind, Generic, Unary, Width};
pub(crate) use initialiser::{Designator, Initial, Initialiser, Item};

/// Specifiers with their declarators, up to `;`. At file level and in a struct alike.
#[derive(Debug)]
pub(crate) struct Declaration<'a> {
    pub(crate) specifiers: Specifiers<'a>,
    pub(crate) declarators: Declarators<'a>,
    /// Whether a function's body stands behind it.
    pub(crate) has_body: bool,
}

/// One, as a rule, in the declaration itself.
pub(crate) type Declarators<'a> = SmallVec<[Declarator<'a>; 1]>;

/// What stands at file level or in a struct.
#[derive(Debug)]
pub(crate) enum External<'a> {
    Declaration(Declaration<'a>),
    Assertion(Assertion<'a>),
}

/// `_Static_assert(condition, "text")`.
#[derive(Debug)]
pub(crate) struct Assertion<'a> {
    pub(crate) condition: Expr<'a>,
    /// With its quotes; empty if there is none.
    pub(crate) text: &'a str,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Specifiers<'a> {
    pub(crate) storage: Option<(Storage, Span)>,
    pub(crate) base: Base<'a>,
    /// Those of what is declared, that stand among the specifiers.
    pub(crate) attributes: Attributes<'a>,
    /// Whether there are qualifiers among them.
    pub(crate) qualified: bool,
    /// Where `_Atomic` stands as a qualifier.
    pub(crate) atomic: Option<Span>,
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
    /// `typeof(int)` and `_Atomic(int)`.
    Type(Box<Parameter<'a>>),
    /// `typeof(x)`.
    TypeOf(Box<Expr<'a>>),
    /// A type that is known by name only.
    Unlaid(&'a str),
}

#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) kind: TagKind,
    pub(crate) tag: Option<Name<'a>>,
    /// Its members, where they are listed.
    pub(crate) members: Option<Vec<External<'a>>>,
    pub(crate) attributes: Attributes<'a>,
    /// The limit of `#pragma pack` where it stands.
    pub(crate) pack: Option<usize>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Enum<'a> {
    pub(crate) tag: Option<Name<'a>>,
    /// The type that it names behind a colon.
    pub(crate) underlying: Option<Box<Parameter<'a>>>,
    /// Its enumerators, where they are listed.
    pub(crate) enumerators: Option<Vec<Enumerator<'a>>>,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Enumerator<'a> {
    pub(crate) name: Name<'a>,
    /// The value, where it is given.
    pub(crate) value: Option<Expr<'a>>,
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

    /// The type of this kind and tag, as C writes it.
    pub(crate) fn tagged(self, tag: &str) -> String {
        [self.keyword(), " ", tag].concat()
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
    pub(crate) derivations: Derivations<'a>,
    /// What stands behind it, besides attributes.
    pub(crate) behind: Option<Box<Behind<'a>>>,
    /// The name that assemblers and linkers know it by, `asm("name")`.
    pub(crate) label: Option<&'a str>,
    /// Those that stand with the declarator, but for calling conventions, which its functions have.
    pub(crate) attributes: Attributes<'a>,
    pub(crate) span: Span,
}

/// What stands behind the declarator of a member or a variable.
#[derive(Debug)]
pub(crate) enum Behind<'a> {
    /// The bits of a bit-field.
    Width(Expr<'a>),
    /// What a variable begins with, where that may say how long it is.
    Initialiser(Initialiser<'a>),
}

impl<'a> Declarator<'a> {
    /// The bits of a bit-field.
    pub(crate) fn width(&self) -> Option<&Expr<'a>> {
        match self.behind.as_deref() {
            Some(Behind::Width(width)) => Some(width),
            _ => None,
        }
    }

    /// What it begins with, where that may say how long it is.
    pub(crate) fn initialiser(&self) -> Option<&Initialiser<'a>> {
        match self.behind.as_deref() {
            Some(Behind::Initialiser(initialiser)) => Some(initialiser),
            _ => None,
        }
    }
}

/// Two at most, as a rule, in the declarator itself.
pub(crate) type Derivations<'a> = SmallVec<[Derivation<'a>; 2]>;

#[derive(Debug)]
pub(crate) struct Derivation<'a> {
    pub(crate) kind: DerivationKind<'a>,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum DerivationKind<'a> {
    Pointer { qualified: bool },
    Array(Length<'a>),
    Function(Box<Function<'a>>),
}

#[derive(Debug)]
pub(crate) enum Length<'a> {
    /// `[]`
    Absent,
    /// `[*]`
    Any,
    /// `[16]`, `[2 * N]`
    Given(Box<Expr<'a>>),
}

#[derive(Debug)]
pub(crate) struct Function<'a> {
    pub(crate) parameters: Vec<Parameter<'a>>,
    pub(crate) variadic: bool,
    /// False for `()`.
    pub(crate) prototyped: bool,
    pub(crate) convention: Option<Abi>,
    /// What stands in place of the parameters of a definition without a prototype.
    pub(crate) old_style: Option<Box<OldStyle<'a>>>,
}

/// The parameters of a definition without a prototype: `int f(a, b) int a; char *b; { ... }`.
#[derive(Debug)]
pub(crate) struct OldStyle<'a> {
    pub(crate) names: Vec<Name<'a>>,
    /// Their types, in any order.
    pub(crate) declarations: Vec<Declaration<'a>>,
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

/// What attributes and alignment specifiers say: nothing, as a rule, in little space.
#[derive(Debug, Default)]
pub(crate) struct Attributes<'a> {
    said: Option<Box<Said<'a>>>,
}

/// What is said by some.
#[derive(Debug, Default)]
pub(crate) struct Said<'a> {
    pub(crate) convention: Option<Convention>,
    /// Where `packed` stands, if it does.
    pub(crate) packed: Option<Span>,
    pub(crate) alignments: Vec<Alignment<'a>>,
    pub(crate) vector: Option<Box<VectorSize<'a>>>,
    /// Where `overloadable` stands, if it does: Clang's way to several functions of one name.
    pub(crate) overloadable: Option<Span>,
    /// `mode`, and where it stands.
    pub(crate) mode: Option<Mode<'a>>,
    /// The first that nobody here knows.
    pub(crate) unknown: Option<Name<'a>>,
}

/// `vector_size`, where it is written.
#[derive(Debug)]
pub(crate) struct VectorSize<'a> {
    pub(crate) bytes: Expr<'a>,
    /// Whether it is Clang's `ext_vector_type`, which counts numbers and no bytes.
    pub(crate) counts: bool,
    pub(crate) span: Span,
}

/// `mode`, which gives a number of the same kind another width.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode<'a> {
    pub(crate) name: &'a str,
    pub(crate) span: Span,
}

/// `aligned`, `align` or `_Alignas`, where it is written.
#[derive(Debug)]
pub(crate) struct Alignment<'a> {
    pub(crate) spelling: Spelling,
    pub(crate) value: AlignmentValue<'a>,
    pub(crate) span: Span,
}

/// Who aligns in this way, and so by whose rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    Gnu,
    Microsoft,
    /// `_Alignas`.
    C,
}

#[derive(Debug)]
pub(crate) enum AlignmentValue<'a> {
    /// `aligned` alone: as much as any type of the platform needs.
    Most,
    Bytes(Expr<'a>),
    /// That of a type.
    Type(Box<Parameter<'a>>),
}

impl<'a> Said<'a> {
    /// What is said by none.
    const NOTHING: &'a Self = &Self {
        convention: None,
        packed: None,
        alignments: Vec::new(),
        vector: None,
        overloadable: None,
        mode: None,
        unknown: None,
    };

    fn extend(&mut self, more: Self) {
        self.convention = more.convention.or(self.convention);
        self.packed = self.packed.or(more.packed);
        self.vector = self.vector.take().or(more.vector);
        self.mode = self.mode.or(more.mode);
        self.unknown = self.unknown.or(more.unknown);
        self.overloadable = self.overloadable.or(more.overloadable);
        self.alignments.extend(more.alignments);
    }
}

impl<'a> Deref for Attributes<'a> {
    type Target = Said<'a>;

    fn deref(&self) -> &Said<'a> {
        self.said.as_deref().unwrap_or(Said::NOTHING)
    }
}

impl<'a> Attributes<'a> {
    /// What they say, to add something.
    pub(crate) fn said(&mut self) -> &mut Said<'a> {
        self.said.get_or_insert_default()
    }

    /// Takes the calling convention out.
    pub(crate) fn take_convention(&mut self) -> Option<Convention> {
        self.said.as_mut()?.convention.take()
    }

    /// Where the first attribute stands that changes a layout.
    pub(crate) fn layout(&self) -> Option<Span> {
        self.alignment().or(self.shape())
    }

    /// Where the first attribute stands that packs or aligns.
    pub(crate) fn alignment(&self) -> Option<Span> {
        let first = self.alignments.first();
        self.packed.or(first.map(|alignment| alignment.span))
    }

    /// Where the first attribute stands that makes another type of a number, or may do so.
    pub(crate) fn shape(&self) -> Option<Span> {
        let vector = self.vector.as_ref().map(|vector| vector.span);
        let mode = self.mode.map(|mode| mode.span);
        vector.or(mode).or(self.unknown.map(|name| name.span))
    }

    /// Takes out those of Microsoft's alignments.
    pub(crate) fn take_microsofts(&mut self) -> Vec<Alignment<'a>> {
        let Some(said) = &mut self.said else {
            return Vec::new();
        };
        let is_microsofts = |alignment: &Alignment<'_>| alignment.spelling == Spelling::Microsoft;
        let all = std::mem::take(&mut said.alignments).into_iter();
        let (microsofts, others) = all.partition(is_microsofts);
        said.alignments = others;
        microsofts
    }

    /// Adds others.
    #[inline]
    pub(crate) fn extend(&mut self, more: Self) {
        match (&mut self.said, more.said) {
            (_, None) => {}
            (Some(said), Some(more)) => said.extend(*more),
            (said, more) => *said = more,
        }
    }
}
