use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use super::source::{Location, Source};
use crate::error::{ErrorKind, Fault};
use crate::names::Place;
use crate::span::Span;

/// The most errors that one text is told.
pub(super) const MOST: usize = 20;

/// What is wrong with a text: one error or several, each with its place, as compilers print them.
///
/// ```
/// use trampette_cdecl::{Declarations, Options};
/// use trampette_types::DataModel;
///
/// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
/// declarations.parse_file("first.h", "int f(int);")?;
/// let error = declarations.parse_file("second.h", "\
/// int g(lnog);
/// int f(long);
/// ").unwrap_err();
/// let expected = "\
/// error: unknown type `lnog`
///  --> second.h:1:7
///   |
/// 1 | int g(lnog);
///   |       ^^^^
///
/// error: `f` is declared as something else
///  --> second.h:2:5
///   |
/// 2 | int f(long);
///   |     ^
///   |
/// note: it was declared here first
///  --> first.h:1:5
///   |
/// 1 | int f(int);
///   |     -";
/// assert_eq!(error.to_string(), expected);
/// # Ok::<(), trampette_cdecl::Diagnostics>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

/// One of the errors in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    kind: ErrorKind,
    shown: Shown,
    /// The other side of a conflict.
    other: Option<Shown>,
}

/// A place with the line that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    location: Location,
    line: String,
    span: Span,
}

impl Diagnostics {
    pub(super) fn new(
        faults: Vec<Fault>,
        source: &Source,
        locate: impl Fn(Place) -> Option<Other>,
    ) -> Self {
        let list = faults.into_iter().map(|fault| Diagnostic {
            shown: Shown::of(source, fault.span),
            other: fault.other.and_then(&locate).map(|shown| shown.0),
            kind: fault.into_kind(),
        });
        Self {
            list: list.collect(),
        }
    }

    /// The errors, in the order in which they stand; one at least.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self) -> Option<&Diagnostic> {
        self.list.first()
    }

    /// All of them as compilers print them, with colors for terminals.
    #[must_use]
    pub fn styled(&self) -> String {
        self.rendered(&annotate_snippets::Renderer::styled())
    }

    fn rendered(&self, renderer: &annotate_snippets::Renderer) -> String {
        let all: Vec<String> = self.list.iter().map(|one| one.rendered(renderer)).collect();
        all.join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rendered(&annotate_snippets::Renderer::plain()))
    }
}

impl std::error::Error for Diagnostics {}

/// What [`Diagnostics::new`] is told of another place.
pub(super) struct Other(Shown);

impl Other {
    pub(super) fn of(source: &Source, span: Span) -> Self {
        Self(Shown::of(source, span))
    }
}

impl Shown {
    fn of(source: &Source, span: Span) -> Self {
        let (line, within) = source.line(span);
        Self {
            location: source.locate(span.start()),
            line: line.to_string(),
            span: within,
        }
    }

    fn snippet(&self, kind: AnnotationKind) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        Snippet::source(self.line.as_str())
            .line_start(self.location.line)
            .path(&*self.location.file)
            .annotation(kind.span(self.span.range()))
    }
}

impl Diagnostic {
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

    /// Where it is wrong.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.shown.location
    }

    /// Where the other side of a conflict is: what was declared first.
    #[must_use]
    pub fn other(&self) -> Option<&Location> {
        self.other.as_ref().map(|other| &other.location)
    }

    fn rendered(&self, renderer: &annotate_snippets::Renderer) -> String {
        let message = annotate_snippets::normalize_untrusted_str(&self.kind.to_string());
        let primary = Level::ERROR
            .primary_title(message)
            .element(self.shown.snippet(AnnotationKind::Primary));
        let mut groups: Vec<Group<'_>> = vec![primary];
        if let Some(other) = &self.other {
            groups.push(
                Level::NOTE
                    .secondary_title("it was declared here first")
                    .element(other.snippet(AnnotationKind::Context)),
            );
        }
        renderer.render(&groups)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rendered(&annotate_snippets::Renderer::plain()))
    }
}
