use std::fmt::{self, Write};
use std::ops::{Deref, Range};

use trampette_types::TypeError;
use trampette_types::limits::MAX_TEXT;

use crate::names::Place;
use crate::render::Renderer;
use crate::span::{Span, locate};

/// Why a text is not the declaration that was asked for, and where.
///
/// ```
/// use trampette_cdecl::{Options, parse_prototype};
/// use trampette_types::DataModel;
///
/// let text = "int puts(const char *text;";
/// let error = parse_prototype(text, &Options::new(DataModel::LINUX_X86_64)).unwrap_err();
/// assert_eq!(error.to_string(), "expected `,` or `)`, found `;` at line 1, column 26");
/// assert_eq!(error.code(), "syntax");
/// assert_eq!(error.span(), 25..26);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    span: Span,
    line: usize,
    column: usize,
}

/// The kinds of [`Error`].
///
/// ```
/// use trampette_cdecl::{ErrorKind, Options, parse_type};
/// use trampette_types::DataModel;
///
/// let error = parse_type("GLuint", &Options::new(DataModel::LINUX_X86_64)).unwrap_err();
/// let ErrorKind::UnknownType { name } = error.kind() else {
///     panic!("the type is unknown");
/// };
/// assert_eq!(name, "GLuint");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Something else was expected here.
    Expected {
        /// What was expected, in words.
        what: &'static str,
        /// What stands there instead; empty at the end of the text.
        found: String,
    },
    /// The text is well-formed, and declares something other than what was asked for.
    Wanted {
        /// What was asked for, in words.
        what: &'static str,
        /// What the text declares, in words.
        found: &'static str,
    },
    /// No type has this name.
    UnknownType {
        /// The name.
        name: String,
    },
    /// C that is understood, and not supported yet.
    Unsupported {
        /// What it is, in words.
        what: String,
    },
    /// A value of a type that is not defined, or not defined yet.
    IncompleteType {
        /// The type, as C writes it.
        name: String,
    },
    /// Specifiers that make no type together, such as `int double`.
    BadSpecifiers {
        /// The specifiers.
        text: String,
    },
    /// A declarator that C has no meaning for, such as a function that returns an array.
    InvalidDeclarator {
        /// What is wrong, in words.
        what: &'static str,
    },
    /// Something is defined twice.
    Redefined {
        /// Its name.
        name: String,
    },
    /// Something is declared again, as something else.
    Conflicting {
        /// Its name.
        name: String,
    },
    /// An expression that is to be constant, and is not.
    NotConstant {
        /// The expression, or the part of it that has no value.
        text: String,
    },
    /// A constant expression that C gives no value, such as a division by zero.
    BadArithmetic {
        /// What is wrong, in words.
        what: &'static str,
    },
    /// `_Static_assert` of something that does not hold.
    StaticAssertion {
        /// What it says then.
        text: String,
    },
    /// A member that a struct or union does not have.
    NoSuchMember {
        /// Its name.
        name: String,
    },
    /// One tag for two kinds of type, as in `struct a; union a;`.
    TagMismatch {
        /// The type as it was declared first.
        first: String,
    },
    /// A declaration without a name or a tag.
    NothingDeclared,
    /// A character that begins nothing in C.
    BadCharacter {
        /// The character.
        character: char,
    },
    /// A comment or a literal without an end.
    Unterminated {
        /// What it is, in words.
        what: &'static str,
    },
    /// A number that is not an integer.
    BadNumber {
        /// The number.
        text: String,
    },
    /// An integer that does not fit where it stands.
    NumberTooLarge {
        /// The number.
        text: String,
    },
    /// An array of fewer than no elements.
    NegativeLength,
    /// The text is longer than [`MAX_TEXT`].
    TooLong,
    /// The text is well-formed, and means no type.
    Type(TypeError),
}

/// An error on its way to the surface, where the text is known and it becomes an [`Error`]. It is small, for
/// everything returns it or something else.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    report: Box<Report>,
}

/// What a [`Fault`] says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Report {
    pub(crate) kind: ErrorKind,
    pub(crate) span: Span,
    /// Where the other side of a conflict is.
    pub(crate) other: Option<Place>,
}

impl Deref for Fault {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.report
    }
}

impl Fault {
    pub(crate) fn new(kind: ErrorKind, span: Span) -> Self {
        let other = None;
        let report = Box::new(Report { kind, span, other });
        Self { report }
    }

    /// What it is, without its place.
    pub(crate) fn into_kind(self) -> ErrorKind {
        self.report.kind
    }

    /// The same with a note at another place.
    pub(crate) fn with_other(mut self, other: Place) -> Self {
        self.report.other = Some(other);
        self
    }

    /// Whether it is C, and only not supported.
    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Unsupported { .. } | ErrorKind::Type(TypeError::BadVector { .. })
        )
    }

    pub(crate) fn unsupported(what: impl Into<String>, span: Span) -> Self {
        Self::new(ErrorKind::Unsupported { what: what.into() }, span)
    }

    pub(crate) fn invalid(what: &'static str, span: Span) -> Self {
        Self::new(ErrorKind::InvalidDeclarator { what }, span)
    }
}

/// Gives a [`TypeError`] its place.
pub(crate) trait At<T> {
    fn at(self, span: Span) -> Result<T, Fault>;
}

impl<T> At<T> for Result<T, TypeError> {
    fn at(self, span: Span) -> Result<T, Fault> {
        self.map_err(|error| Fault::new(ErrorKind::Type(error), span))
    }
}

impl Error {
    pub(crate) fn new(fault: Fault, text: &str) -> Self {
        let span = fault.span;
        let (line, column) = locate(text, span.start());
        let kind = fault.into_kind();
        Self {
            kind,
            span,
            line,
            column,
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// Where it is wrong: a range of bytes in the text, empty at its end.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.range()
    }

    /// The line where it is wrong, counted from one.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column where it is wrong: characters of the line, counted from one.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The error with the line that it stands in and a caret below, for people; `text` is the text that
    /// was parsed. [`Renderer`] does the same with colors, or a file's name.
    ///
    /// ```
    /// use trampette_cdecl::{Options, parse_type};
    /// use trampette_types::DataModel;
    ///
    /// let text = "unsigned lnog";
    /// let error = parse_type(text, &Options::new(DataModel::LINUX_X86_64)).unwrap_err();
    /// let expected = "\
    /// error: expected a type without a name, found `lnog`
    ///  --> <text>:1:10
    ///   |
    /// 1 | unsigned lnog
    ///   |          ^^^^";
    /// assert_eq!(error.render(text), expected);
    /// ```
    #[must_use]
    pub fn render(&self, text: &str) -> String {
        Renderer::plain().render_error(text, self)
    }
}

impl ErrorKind {
    /// A stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Expected { .. } => "syntax",
            Self::Wanted { .. } => "wrong-declaration",
            Self::UnknownType { .. } => "unknown-type",
            Self::Unsupported { .. } => "unsupported",
            Self::IncompleteType { .. } => "incomplete-type",
            Self::BadSpecifiers { .. } => "bad-specifiers",
            Self::InvalidDeclarator { .. } => "invalid-declarator",
            Self::Redefined { .. } => "redefined",
            Self::Conflicting { .. } => "conflicting",
            Self::NotConstant { .. } => "not-constant",
            Self::BadArithmetic { .. } => "bad-arithmetic",
            Self::StaticAssertion { .. } => "static-assertion",
            Self::NoSuchMember { .. } => "no-such-member",
            Self::TagMismatch { .. } => "tag-mismatch",
            Self::NothingDeclared => "nothing-declared",
            Self::BadCharacter { .. } => "bad-character",
            Self::Unterminated { .. } => "unterminated",
            Self::BadNumber { .. } => "bad-number",
            Self::NumberTooLarge { .. } => "number-too-large",
            Self::NegativeLength => "negative-length",
            Self::TooLong => "text-too-long",
            Self::Type(error) => error.code(),
        }
    }
}

/// The program's own words in a message: no more of them than fill a line.
struct Brief<'a>(&'a str);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WIDTH: usize = 80;
        for character in self.0.chars().take(WIDTH) {
            f.write_char(if character.is_whitespace() {
                ' '
            } else {
                character
            })?;
        }
        match self.0.char_indices().nth(WIDTH) {
            None => Ok(()),
            Some(_) => f.write_str("..."),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected { what, found } if found.is_empty() => {
                write!(f, "expected {what}, found the end of the text")
            }
            Self::Expected { what, found } => {
                write!(f, "expected {what}, found `{}`", Brief(found))
            }
            Self::Wanted { what, found } => write!(f, "expected {what}, found {found}"),
            Self::UnknownType { name } => write!(f, "unknown type `{}`", Brief(name)),
            Self::Unsupported { what } => write!(f, "{} are not supported yet", Brief(what)),
            Self::IncompleteType { name } => write!(
                f,
                "`{}` is incomplete here: there are pointers to it, but no values",
                Brief(name)
            ),
            Self::BadSpecifiers { text } => write!(f, "`{}` do not go together", Brief(text)),
            Self::InvalidDeclarator { what } => f.write_str(what),
            Self::Redefined { name } => write!(f, "`{}` is defined twice", Brief(name)),
            Self::Conflicting { name } => {
                write!(f, "`{}` is declared as something else", Brief(name))
            }
            Self::NotConstant { text } => write!(f, "`{}` is not a constant", Brief(text)),
            Self::BadArithmetic { what } => f.write_str(what),
            Self::StaticAssertion { text } => {
                write!(f, "the static assertion fails: {}", Brief(text))
            }
            Self::NoSuchMember { name } => write!(f, "there is no member `{}`", Brief(name)),
            Self::TagMismatch { first } => write!(f, "the tag belongs to `{}`", Brief(first)),
            Self::NothingDeclared => f.write_str("the declaration declares nothing"),
            Self::BadCharacter { character } => {
                write!(f, "the character {character:?} has no meaning here")
            }
            Self::Unterminated { what } => write!(f, "{what} does not end"),
            Self::BadNumber { text } => write!(f, "`{}` is not an integer", Brief(text)),
            Self::NumberTooLarge { text } => write!(f, "`{}` is too large", Brief(text)),
            Self::NegativeLength => f.write_str("the length of an array cannot be negative"),
            Self::TooLong => write!(f, "the text is longer than {MAX_TEXT} bytes"),
            Self::Type(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind, line, column, ..
        } = self;
        write!(f, "{kind} at line {line}, column {column}")
    }
}

impl std::error::Error for Error {}
