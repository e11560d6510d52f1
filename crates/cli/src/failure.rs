//! Why a command failed, and how that is said.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io::{self, ErrorKind, Write as _};
use std::ops::Range;
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use trampette::cdecl::{HeaderError, Renderer};

/// The most characters of somebody else's text that a message repeats.
const WIDTH: usize = 60;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something that Trampette refuses.
    Trampette(trampette::Error),
    /// The text of a signature or declaration, where and what is wrong with it.
    Text {
        /// What stands for a file's name above the line.
        origin: &'static str,
        text: String,
        span: Range<usize>,
        message: String,
    },
    /// A header cannot be read.
    Header(HeaderError),
    /// The arguments do not fit the signature.
    Arguments(String),
    /// Output cannot be written.
    Output(io::Error),
    /// Something that the prover refuses, or that it cannot go on without.
    Prover(Box<dyn Error>),
}

impl Failure {
    /// Tells the user, unless the reader of the output has gone, which is no failure.
    pub(crate) fn report(&self) -> ExitCode {
        let message = match self {
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Self::Output(error) => headed(&format!("the output cannot be written: {error}")),
            Self::Trampette(error) => headed(&error.to_string()),
            Self::Arguments(message) => headed(message),
            Self::Header(HeaderError::Text(diagnostics)) => diagnostics.styled(),
            Self::Header(HeaderError::Preprocessor { compiler, words }) => {
                let head = headed(&format!("{compiler} refuses the header:"));
                let lines = words.lines();
                lines.fold(head, |told, line| format!("{told}\n{}", Printable(line)))
            }
            Self::Header(error) => headed(&in_full(error)),
            Self::Prover(error) => headed(&in_full(&**error)),
            Self::Text {
                origin,
                text,
                span,
                message,
            } => Renderer::styled()
                .with_origin(*origin)
                .render(text, span.clone(), message),
        };
        // Nobody is left to tell when stderr is closed. Colours go to terminals only.
        let _ = writeln!(anstream::stderr(), "{message}");
        ExitCode::FAILURE
    }
}

impl From<trampette::Error> for Failure {
    fn from(error: trampette::Error) -> Self {
        Self::Trampette(error)
    }
}

impl From<HeaderError> for Failure {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// An error's message, and those of what caused it.
fn in_full(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    message
}

/// The message behind a red `error`, as signatures are shown; on one line, whatever names it repeats.
fn headed(message: &str) -> String {
    let style = Style::new()
        .bold()
        .fg_color(Some(AnsiColor::BrightRed.into()));
    let bold = Style::new().bold();
    format!(
        "{style}error{style:#}{bold}: {}{bold:#}",
        Printable(message)
    )
}

/// Text without control characters, which are shown as escapes: it stays on its line, and tells the
/// terminal nothing.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// Text of the user's in quotes, cut after a line's length; bytes that are no UTF-8 are replaced.
pub(crate) struct Quoted<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = &self.0[..self.0.len().min(4 * WIDTH)];
        let text = String::from_utf8_lossy(start);
        f.write_char('`')?;
        text.chars()
            .take(WIDTH)
            .try_for_each(|character| f.write_char(character))?;
        let cut = start.len() < self.0.len() || text.chars().nth(WIDTH).is_some();
        f.write_str(if cut { "...`" } else { "`" })
    }
}
