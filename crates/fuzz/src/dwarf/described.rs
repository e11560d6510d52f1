//! Types, as debugging information describes them.

use std::ops::Range;

/// A type as a compiler describes it. Typedefs and qualifiers are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Described {
    /// What has no parts.
    Scalar {
        /// Of which kind.
        kind: Kind,
        /// Its size in bytes.
        size: u64,
    },
    /// An array.
    Array {
        /// The type of its elements.
        element: Box<Described>,
        /// How many there are.
        len: u64,
    },
    /// A struct or a union.
    Record {
        /// Which of both.
        keyword: Keyword,
        /// Its size in bytes.
        size: u64,
        /// Its alignment in bytes, where the compiler says it.
        align: Option<u64>,
        /// Its members, in the order of declaration.
        members: Vec<Part>,
    },
}

/// A member of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name; anonymous structs and unions have none.
    pub name: Option<String>,
    /// Its bits in the record.
    pub bits: Range<u64>,
    /// Its alignment in bytes, where the compiler says it.
    pub align: Option<u64>,
    /// Its type.
    pub ty: Described,
}

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `_Bool`.
    Bool,
    /// An integer with a sign.
    Signed,
    /// An integer without.
    Unsigned,
    /// A floating-point number.
    Float,
    /// A complex number.
    Complex,
    /// A pointer.
    Pointer,
    /// An enumeration, of which the compiler does not say whether it has a sign.
    Enum,
    /// Something that the engine knows nothing of.
    Other,
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// `struct`.
    Struct,
    /// `union`.
    Union,
}

impl Described {
    /// The size in bytes; as large as a number can be where it is larger.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self {
            Self::Scalar { size, .. } | Self::Record { size, .. } => *size,
            Self::Array { element, len } => element.size().saturating_mul(*len),
        }
    }

    /// What it is, in a word.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Scalar { .. } => "a scalar",
            Self::Array { .. } => "an array",
            Self::Record { keyword, .. } => match keyword {
                Keyword::Struct => "a struct",
                Keyword::Union => "a union",
            },
        }
    }
}
