use alloc::string::String;
use core::fmt;
use core::ops::Range;

use crate::error::TypeError;

/// Why a compact text is not a type or signature, and where.
///
/// ```
/// use trampette_types::Signature;
///
/// let error = "(i32, f46) -> void".parse::<Signature>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown type `f46` at column 7");
/// assert_eq!(error.span(), 6..9);
/// assert_eq!(error.code(), "unknown-type");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    pub(super) kind: ParseErrorKind,
    pub(super) span: Range<usize>,
}

/// The kinds of [`ParseError`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Something else was expected here.
    Expected {
        /// What was expected, in words.
        what: &'static str,
        /// What stands there instead; empty at the end of the text.
        found: String,
    },
    /// No type has this name.
    UnknownType {
        /// The name.
        name: String,
    },
    /// A number that is too large.
    BadNumber,
    /// The text is longer than [`MAX_TEXT`](crate::limits::MAX_TEXT).
    TooLong,
    /// The text is well-formed, and means no type.
    Type(TypeError),
}

impl ParseError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ParseErrorKind {
        &self.kind
    }

    /// Where it is wrong: a range of bytes in the text, empty at its end.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ParseErrorKind::Expected { .. } => "syntax",
            ParseErrorKind::UnknownType { .. } => "unknown-type",
            ParseErrorKind::BadNumber => "bad-number",
            ParseErrorKind::TooLong => "text-too-long",
            ParseErrorKind::Type(error) => error.code(),
        }
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected { what, found } if found.is_empty() => {
                write!(f, "expected {what}, found the end of the text")
            }
            Self::Expected { what, found } => write!(f, "expected {what}, found `{found}`"),
            Self::UnknownType { name } => write!(f, "unknown type `{name}`"),
            Self::BadNumber => f.write_str("the number is too large"),
            Self::TooLong => write!(
                f,
                "the text is longer than {} bytes",
                crate::limits::MAX_TEXT
            ),
            Self::Type(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}", self.kind, self.span.start + 1)
    }
}

impl core::error::Error for ParseError {}
