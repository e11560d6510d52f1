use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Snippet};

use crate::error::Error;
use crate::span::char_boundary;

/// How errors are shown to people: the message, the place, the line and a caret below. Any text and
/// message can be shown so, the errors of compact signature text as well as those of C.
///
/// ```
/// use trampette_cdecl::Renderer;
/// use trampette_types::Signature;
///
/// let text = "(i32, f46) -> void";
/// let error = text.parse::<Signature>().unwrap_err();
/// let shown = Renderer::plain()
///     .with_origin("signatures.txt")
///     .render(text, error.span(), &error.kind().to_string());
/// let expected = "\
/// error: unknown type `f46`
///  --> signatures.txt:1:7
///   |
/// 1 | (i32, f46) -> void
///   |       ^^^";
/// assert_eq!(shown, expected);
/// ```
#[derive(Clone, Debug)]
pub struct Renderer {
    renderer: annotate_snippets::Renderer,
    origin: String,
}

impl Renderer {
    /// Without colors.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            renderer: annotate_snippets::Renderer::plain(),
            origin: "<text>".to_string(),
        }
    }

    /// With the colors of ANSI escape sequences, for terminals.
    #[must_use]
    pub fn styled() -> Self {
        Self {
            renderer: annotate_snippets::Renderer::styled(),
            ..Self::plain()
        }
    }

    /// The same for a text of this origin, a file's name as a rule. Otherwise it is `<text>`.
    #[must_use]
    pub fn with_origin(self, origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..self
        }
    }

    /// The same for lines of at most so many columns; 140 otherwise.
    #[must_use]
    pub fn with_width(self, columns: usize) -> Self {
        Self {
            renderer: self.renderer.term_width(columns),
            ..self
        }
    }

    /// A message about a range of bytes of a text. A range that is not within the text is moved into it.
    #[must_use]
    pub fn render(&self, text: &str, span: Range<usize>, message: &str) -> String {
        let start = char_boundary(text, span.start);
        let span = start..char_boundary(text, span.end).max(start);
        let snippet = Snippet::source(text)
            .path(self.origin.as_str())
            .annotation(AnnotationKind::Primary.span(span));
        self.renderer.render(&[Level::ERROR
            .primary_title(annotate_snippets::normalize_untrusted_str(message))
            .element(snippet)])
    }

    /// An [`Error`] of this crate; `text` is the text that was parsed.
    #[must_use]
    pub fn render_error(&self, text: &str, error: &Error) -> String {
        self.render(text, error.span(), &error.kind().to_string())
    }
}
