//! A text that was parsed, and where its lines come from.

use std::sync::{Arc, OnceLock};

use crate::lexer::Directive;
use crate::span::{Span, char_boundary};

/// A place in a file, counted as people do.
///
/// ```
/// use trampette_cdecl::{Declarations, Options};
/// use trampette_types::DataModel;
///
/// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
/// declarations.parse("# 41 \"include/point.h\"\n\n  struct point { int x; };")?;
/// let point = declarations.iter().next().expect("one declaration");
/// assert_eq!(point.location().to_string(), "include/point.h:42:10");
/// # Ok::<(), trampette_cdecl::Diagnostics>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Location {
    /// The name of the file: of the text, or what a line marker in it says.
    pub file: Arc<str>,
    /// The line, counted from one.
    pub line: usize,
    /// The column, counted from one in characters.
    pub column: usize,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, line, column } = self;
        write!(f, "{file}:{line}:{column}")
    }
}

/// A text and its line markers.
#[derive(Clone, Debug)]
pub(super) struct Source {
    text: Arc<str>,
    markers: Vec<Marker>,
    /// Where lines begin, from when somebody asks.
    lines: OnceLock<Vec<usize>>,
}

/// From this byte on, lines are of this file and counted from this number.
#[derive(Clone, Debug)]
struct Marker {
    begin: usize,
    line: usize,
    file: Arc<str>,
}

impl Source {
    pub(super) fn new(origin: &str, text: &str, directives: &[Directive]) -> Self {
        let text: Arc<str> = Arc::from(text);
        let mut markers = vec![Marker {
            begin: 0,
            line: 1,
            file: Arc::from(origin),
        }];
        for directive in directives {
            if let Directive::Line { begin, line, file } = *directive {
                let before = &markers[markers.len() - 1].file;
                let name = file.map(|name| &text[name.range()]);
                let file = match name {
                    Some(name) if **before != *name => Arc::from(name),
                    _ => Arc::clone(before),
                };
                markers.push(Marker { begin, line, file });
            }
        }
        Self {
            text,
            markers,
            lines: OnceLock::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    pub(super) fn locate(&self, at: usize) -> Location {
        let index = self.markers.partition_point(|marker| marker.begin <= at);
        let marker = &self.markers[index.saturating_sub(1)];
        let lines = self.lines.get_or_init(|| {
            let newlines = self
                .text
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n');
            newlines.map(|(at, _)| at + 1).collect()
        });
        let line_of = |at: usize| lines.partition_point(|&begin| begin <= at);
        let line = line_of(at) - line_of(marker.begin.min(at));
        let begin = lines[..line_of(at)].last().copied().unwrap_or(0);
        let end = char_boundary(&self.text, at);
        Location {
            file: Arc::clone(&marker.file),
            line: marker.line.saturating_add(line),
            column: self.text[begin..end].chars().count() + 1,
        }
    }

    /// The lines that a span begins in and where it is in them: no more than the first, and no more of a long
    /// one than is around the span.
    pub(super) fn line(&self, span: Span) -> (&str, Span) {
        const AROUND: usize = 400;
        let start = char_boundary(&self.text, span.start());
        let floor = char_boundary(&self.text, start.saturating_sub(AROUND));
        let begin = self.text[floor..start]
            .rfind('\n')
            .map_or(floor, |at| floor + at + 1);
        let ceiling = char_boundary(&self.text, start + AROUND);
        let end = self.text[start..ceiling]
            .find('\n')
            .map_or(ceiling, |at| start + at);
        let stop = char_boundary(&self.text, span.end()).clamp(start, end);
        (
            &self.text[begin..end],
            Span::new(start - begin, stop - begin),
        )
    }
}
