//! The text of a signature: which function is called, and what it takes and gives.

use std::ffi::OsStr;
use std::ops::Range;

use trampette::cdecl::{Declarations, Options, parse_prototype};
use trampette::{Abi, DataModel, MODEL, Signature, TypeError};

use crate::failure::Failure;

/// What stands for a file's name above the line of a malformed signature.
const ORIGIN: &str = "<signature>";

/// A function as its declaration has it.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) name: Option<String>,
    pub(crate) signature: Signature,
    /// The names of the parameters, as far as they have any.
    pub(crate) parameter_names: Vec<Option<String>>,
}

impl Declared {
    /// Reads a C prototype or compact text, with the types of a platform. Only compact text has an
    /// arrow.
    pub(crate) fn parse(text: &OsStr, model: &DataModel) -> Result<Self, Failure> {
        let text = utf8(text)?;
        if is_compact(text) {
            Self::parse_compact(text, model)
        } else {
            Self::parse_c(text, model)
        }
    }

    /// Reads the signature of a function of this process, and its name, which must be there.
    pub(crate) fn parse_named(text: &OsStr) -> Result<(String, Self), Failure> {
        let mut declared = Self::parse(text, &MODEL)?;
        if let Some(name) = declared.name.take() {
            return Ok((name, declared));
        }
        let text = utf8(text)?;
        let start = text.len() - text.trim_start().len();
        Err(if is_compact(text) {
            malformed(
                text,
                start..start,
                "expected the name of the function first",
            )
        } else {
            malformed(
                text,
                0..text.len(),
                "expected the name of the function as well",
            )
        })
    }

    fn parse_c(text: &str, model: &DataModel) -> Result<Self, Failure> {
        let prototype = parse_prototype(text, &Options::new(*model))
            .map_err(|error| malformed(text, error.span(), &error.kind().to_string()))?;
        Ok(Self {
            name: prototype.name,
            signature: prototype.signature,
            parameter_names: prototype.parameter_names,
        })
    }

    fn parse_compact(text: &str, model: &DataModel) -> Result<Self, Failure> {
        let (name, start) = name_of(text);
        let signature: Signature =
            text[start..]
                .parse()
                .map_err(|error: trampette::ParseError| {
                    let span = error.span();
                    let span = start + span.start..start + span.end;
                    malformed(text, span, &error.kind().to_string())
                })?;
        if let Err(error) = signature.shape(model) {
            return Err(malformed(text, start..text.len(), &words(&error)));
        }
        Ok(Self {
            name,
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

/// What the text of a signature declares, as a header does: its enumerators may be arguments.
pub(crate) fn around(text: &OsStr) -> Declarations {
    let mut declarations = Declarations::new(Options::new(MODEL));
    let text = text.to_str().filter(|text| !is_compact(text));
    if let Some(text) = text {
        // It has been read as a prototype, which may end without its semicolon. One that is read as that alone
        // declares no constants.
        let _ = declarations.parse(&format!("{text};"));
    }
    declarations
}

/// Whether this is compact text and not C.
fn is_compact(text: &str) -> bool {
    text.contains("->")
}

/// The name before compact text, and where that begins. A calling convention is no name.
fn name_of(text: &str) -> (Option<String>, usize) {
    let start = text.len() - text.trim_start().len();
    let is_end = |character: char| character == '(' || character.is_whitespace();
    let end = text[start..]
        .find(is_end)
        .map_or(text.len(), |length| start + length);
    let (name, rest) = (&text[start..end], text[end..].trim_start());
    if name.is_empty() || (Abi::from_name(name).is_some() && rest.starts_with('(')) {
        (None, start)
    } else {
        (Some(name.into()), end)
    }
}

fn utf8(text: &OsStr) -> Result<&str, Failure> {
    text.to_str().ok_or_else(|| {
        let shown = text.to_string_lossy();
        let at = shown.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
        let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
        malformed(&shown, span, "the signature is not UTF-8")
    })
}

fn malformed(text: &str, span: Range<usize>, message: &str) -> Failure {
    Failure::Text {
        origin: ORIGIN,
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
