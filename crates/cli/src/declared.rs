//! The text of a signature: which function is called, and what it takes and gives.

use std::ffi::OsStr;
use std::ops::Range;

use trampette::cdecl::{Options, parse_prototype};
use trampette::{MODEL, Signature, TypeError};

use crate::failure::Failure;

/// A function as its declaration has it.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) signature: Signature,
    /// The names of the parameters, as far as they have any.
    parameter_names: Vec<Option<String>>,
}

impl Declared {
    /// Reads a C prototype, or a name and compact text: only the latter has an arrow.
    pub(crate) fn parse(text: &OsStr) -> Result<Self, Failure> {
        let Some(text) = text.to_str() else {
            let shown = text.to_string_lossy().into_owned();
            let at = shown.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
            let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
            return Err(malformed(&shown, span, "the signature is not UTF-8"));
        };
        if text.contains("->") {
            Self::parse_compact(text)
        } else {
            Self::parse_c(text)
        }
    }

    fn parse_c(text: &str) -> Result<Self, Failure> {
        let prototype = parse_prototype(text, &Options::new(MODEL))
            .map_err(|error| malformed(text, error.span(), &error.kind().to_string()))?;
        let Some(name) = prototype.name else {
            return Err(malformed(
                text,
                0..text.len(),
                "expected the name of the function as well",
            ));
        };
        let (signature, parameter_names) = (prototype.signature, prototype.parameter_names);
        Ok(Self {
            name,
            signature,
            parameter_names,
        })
    }

    fn parse_compact(text: &str) -> Result<Self, Failure> {
        let start = text.len() - text.trim_start().len();
        let is_end = |character: char| character == '(' || character.is_whitespace();
        let end = text[start..]
            .find(is_end)
            .map_or(text.len(), |length| start + length);
        if start == end {
            return Err(malformed(
                text,
                start..end,
                "expected the name of the function first",
            ));
        }
        let signature: Signature =
            text[end..]
                .parse()
                .map_err(|error: trampette::ParseError| {
                    let span = error.span();
                    malformed(
                        text,
                        end + span.start..end + span.end,
                        &error.kind().to_string(),
                    )
                })?;
        if let Err(error) = signature.shape(&MODEL) {
            return Err(malformed(text, end..text.len(), &words(&error)));
        }
        Ok(Self {
            name: text[start..end].into(),
            signature,
            parameter_names: Vec::new(),
        })
    }

    /// What a message calls an argument, counted from one: ``argument 2 (`exponent`)``.
    pub(crate) fn argument(&self, index: usize) -> String {
        match self.parameter_names.get(index) {
            Some(Some(name)) => format!("argument {} (`{name}`)", index + 1),
            _ => format!("argument {}", index + 1),
        }
    }
}

fn malformed(text: &str, span: Range<usize>, message: &str) -> Failure {
    Failure::Signature {
        text: text.into(),
        span,
        message: message.into(),
    }
}

/// The command counts from one.
fn words(error: &TypeError) -> String {
    match error {
        TypeError::Unpromoted {
            index,
            found,
            expected,
        } => {
            format!(
                "parameter {} is variadic: C passes `{found}` there as `{expected}`",
                index + 1
            )
        }
        _ => error.to_string(),
    }
}
