//! The directives that preprocessors leave in their output: where lines come from, and with `-dD` what is
//! defined.

use super::{Lexer, count, word_len};
use crate::span::Span;

/// A directive that was passed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Directive {
    /// The line that begins there has this number in this file; without a name, in the same as before.
    Line {
        begin: usize,
        line: usize,
        file: Option<Span>,
    },
    /// `#define name body`, of a name without parameters.
    Define { name: Span, body: Span },
    /// `#undef name`, or one that gets parameters.
    Undefine { name: Span },
}

impl Directive {
    /// Where it stands, roughly: later ones are further on.
    pub(crate) fn place(&self) -> usize {
        match self {
            Self::Line { begin, .. } => *begin,
            Self::Define { name, .. } | Self::Undefine { name } => name.start(),
        }
    }
}

impl Lexer<'_> {
    /// Skips the directive that begins here, if it is one on a line of its own that says nothing about what
    /// is declared. `#pragma pack` is the parser's, others are for preprocessors.
    pub(super) fn skip_directive(&mut self) -> bool {
        if !self.is_at_line_start() {
            return false;
        }
        let end = self.line_end();
        let line = Span::new(self.at + 1, end);
        let (word, rest) = self.word_of(line);
        let rest = match self.slice(word) {
            "" => rest,
            "line" | "define" | "undef" | "ident" | "sccs" => rest,
            "pragma" if self.slice(self.word_of(rest).0) != "pack" => rest,
            _ => return false,
        };
        let directive = match self.slice(word) {
            "" if rest.start() == rest.end() => None,
            "" | "line" => match self.marker(rest, end) {
                None => return false,
                found => found,
            },
            "define" => self.definition(rest),
            "undef" => Some(Directive::Undefine {
                name: self.word_of(rest).0,
            }),
            _ => None,
        };
        self.directives.extend(directive);
        self.at = end;
        true
    }

    /// Whether nothing but space stands before this on its line.
    fn is_at_line_start(&self) -> bool {
        let before = &self.text[..self.at];
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let before = before.bytes().rev();
        let mut before = before.skip_while(|byte| matches!(byte, b' ' | b'\t'));
        matches!(before.next(), None | Some(b'\n'))
    }

    /// Where this line ends, and those that it is spliced with.
    fn line_end(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        loop {
            at += count(&bytes[at..], |byte| byte != b'\n');
            let line = bytes[..at].strip_suffix(b"\r").unwrap_or(&bytes[..at]);
            if at == bytes.len() || !line.ends_with(b"\\") {
                return at;
            }
            at += 1;
        }
    }

    /// The word at the beginning of a part of a line, and the rest.
    fn word_of(&self, part: Span) -> (Span, Span) {
        let part = self.trimmed(part);
        let len = word_len(self.slice(part));
        let is_number = self
            .slice(part)
            .starts_with(|first: char| first.is_ascii_digit());
        let len = if is_number { 0 } else { len };
        let middle = part.start() + len;
        (
            Span::new(part.start(), middle),
            self.trimmed(Span::new(middle, part.end())),
        )
    }

    fn trimmed(&self, part: Span) -> Span {
        let text = self.slice(part);
        let start = part.start() + text.len() - text.trim_start().len();
        Span::new(start, start + text.trim().len())
    }

    /// `12 "file.h"`, with flags behind it or without.
    fn marker(&self, rest: Span, end: usize) -> Option<Directive> {
        let text = self.slice(rest);
        let digits = count(text.as_bytes(), |byte| byte.is_ascii_digit());
        let line = text[..digits].parse().ok()?;
        let name = self.trimmed(Span::new(rest.start() + digits, rest.end()));
        let file = self.slice(name).strip_prefix('"').and_then(|name| {
            let (name, _) = name.split_once('"')?;
            Some(name.len())
        });
        let file = file.map(|len| Span::new(name.start() + 1, name.start() + 1 + len));
        Some(Directive::Line {
            begin: end + 1,
            line,
            file,
        })
    }

    /// A macro without parameters. One with parameters hides what the name was defined as.
    fn definition(&self, rest: Span) -> Option<Directive> {
        let text = self.slice(rest);
        let len = word_len(text);
        let name = Span::new(rest.start(), rest.start() + len);
        if text[len..].starts_with('(') {
            return Some(Directive::Undefine { name });
        }
        let body = self.trimmed(Span::new(name.end(), rest.end()));
        Some(Directive::Define { name, body })
    }
}
