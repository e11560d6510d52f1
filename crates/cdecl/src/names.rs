//! What names stand for: ordinary ones, and tags, each in a space of its own (C11 6.2.3).

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use trampette_types::{CType, Signature};

use crate::ast::TagKind;
use crate::error::ErrorKind;
use crate::span::Span;
use crate::value::Number;

/// A map of names: quick, and of random order, so that no text makes it slow.
pub(crate) type Map<K, V> = HashMap<K, V, RandomState>;

/// The names that texts have declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) ordinary: Map<Arc<str>, Ordinary>,
    pub(crate) tags: Map<Arc<str>, Tag>,
}

/// Where something is declared: in which of the texts, and where there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) source: u32,
    pub(crate) span: Span,
}

/// What a name is, and where it was declared first.
#[derive(Clone, Debug)]
pub(crate) struct Ordinary {
    pub(crate) what: What,
    pub(crate) place: Place,
    /// Which of the declarations it is, as soon as it is one.
    pub(crate) entry: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Typedef(Known),
    Enumerator(Number),
    /// A function or variable.
    Object(Known),
    /// A function or variable of a type that is not supported.
    Refused(Arc<ErrorKind>),
}

/// What a tag stands for: no type yet when only declared.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) kind: TagKind,
    pub(crate) ty: Option<CType>,
    /// What its definition says, without names of other types: equal definitions have equal ones.
    pub(crate) definition: Key,
    /// Why its definition is not supported.
    pub(crate) refused: Option<Arc<ErrorKind>>,
    pub(crate) place: Place,
    /// Which of the declarations it is, as soon as it is one.
    pub(crate) entry: Option<u32>,
}

/// A type that has a name.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) ty: Ty,
    pub(crate) key: Key,
    /// The alignment that a typedef gives it, more than its own or less.
    pub(crate) align: Option<u16>,
    pub(crate) certainty: Certainty,
    /// Whether it says less than it will at the end of the text.
    pub(crate) is_open: bool,
}

/// A type on its way: all that C knows as a type, whether it has values or not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ty {
    /// `void`, or a type that has values.
    Complete(CType),
    Incomplete(Incomplete),
    Function(Arc<Function>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Incomplete {
    /// `struct tag` that is not defined yet.
    Tag(TagKind, Arc<str>),
    /// A struct of the standard library that nobody looks into.
    Opaque(&'static str),
    /// An array of these, without a length.
    Array(CType),
    /// An array whose length is computed at run time, behind a parameter.
    Variable,
    /// A function that takes or returns what is not defined yet: why, and where it stands.
    Function(Arc<ErrorKind>, Span),
    /// A type that is known by name, and has no values for this reason.
    Refused(Arc<ErrorKind>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) signature: Signature,
    pub(crate) prototyped: bool,
    /// The key of its result.
    pub(crate) result: Key,
    /// Of a definition without a prototype, the keys of its parameters.
    pub(crate) old_style: Option<Box<[OldParameter]>>,
}

/// A parameter of a definition without a prototype.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OldParameter {
    /// The key of its type as it is written.
    pub(crate) written: Key,
    /// The key of what arguments of that type are promoted to.
    pub(crate) promoted: Key,
}

/// Which type something is: the same for compatible types (C11 6.2.7), qualifiers aside. A struct, union or
/// enum with a tag is its tag, so that a type may be compared before it is defined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Key(u64);

/// How much the key of a type says of which type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// All.
    Exact,
    /// All but the qualifiers, of which there may be some.
    Unqualified,
    /// Too little: it may be another.
    Unknown,
}

impl Key {
    /// The key of something that is made in this way from others.
    pub(crate) const fn of(what: &str) -> Self {
        let (bytes, mut key, mut index) = (what.as_bytes(), 0xcbf2_9ce4_8422_2325_u64, 0);
        while index < bytes.len() {
            key = (key ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
            index += 1;
        }
        Self(key)
    }

    /// The key of this with one more part.
    pub(crate) fn with(self, part: Self) -> Self {
        self.and(part.0)
    }

    /// The key of this with a number.
    pub(crate) fn and(self, number: u64) -> Self {
        let mixed = (self.0.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(mixed ^ (mixed >> 29))
    }
}

impl Names {
    /// Adds what others say, which outweighs what these say.
    pub(crate) fn extend(&mut self, more: Self) {
        if self.ordinary.is_empty() && self.tags.is_empty() {
            *self = more;
            return;
        }
        self.ordinary.extend(more.ordinary);
        self.tags.extend(more.tags);
    }

    /// Whether an ordinary name is that of a type.
    pub(crate) fn is_type(&self, name: &str) -> bool {
        let what = self.ordinary.get(name).map(|found| &found.what);
        matches!(what, Some(What::Typedef(_)))
    }

    /// Why nothing of this name can be used, if it is C and not supported.
    pub(crate) fn refused(&self, name: &str) -> Option<&ErrorKind> {
        match self.ordinary.get(name).map(|found| &found.what)? {
            What::Refused(why) => Some(why),
            What::Typedef(known) => match &known.ty {
                Ty::Incomplete(Incomplete::Refused(why)) => Some(why),
                _ => None,
            },
            _ => None,
        }
    }
}
