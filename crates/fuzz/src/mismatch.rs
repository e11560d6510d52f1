//! Where the engine and a C compiler disagree.

use std::error::Error;
use std::fmt;

use trampette::Signature;

use crate::compiler::Build;

/// One difference between what one side sent and the other received.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// The signature of the call.
    pub signature: Signature,
    /// The compiler that made the C side.
    pub build: Build,
    /// Who called whom.
    pub direction: Direction,
    /// What of the call differs.
    pub position: Position,
    /// How.
    pub difference: Difference,
}

/// Who calls whom, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Rust calls C with values.
    Values,
    /// Rust calls C through an argument frame.
    Frame,
    /// C calls a dynamic callback.
    Callback,
    /// Rust calls C by Rust types, and C calls closures of such types.
    Typed,
    /// C calls a callback of ours that calls C.
    Relay,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Self; 5] = [
        Self::Values,
        Self::Frame,
        Self::Callback,
        Self::Typed,
        Self::Relay,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Frame => "frame",
            Self::Callback => "callback",
            Self::Typed => "typed",
            Self::Relay => "relay",
        }
    }

    /// The direction of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|direction| direction.name() == name)
    }
}

/// What of a call differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Position {
    /// An argument, by its index.
    Argument(usize),
    /// The result.
    Result,
    /// The call as a whole: registers, the stack, how often it ran, a crash.
    Call,
}

/// How it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Byte by byte. More bytes than the type of an integer has are the integer as C extends it: its own
    /// bytes are right then, and what stands above them is not.
    Bytes {
        /// What was sent.
        expected: Vec<u8>,
        /// What was received.
        found: Vec<u8>,
        /// Which of their bits mean something: the others are padding.
        meaning: Vec<u8>,
    },
    /// In another way, in words.
    Other(String),
}

/// One difference, whoever called whom.
///
/// ```
/// use trampette_fuzz::mismatch::{Difference, Discrepancy, Position};
///
/// let difference = Difference::between(&[1, 2], &[1, 3], &[0xFF, 0xFF]).unwrap_err();
/// let discrepancy = Discrepancy { position: Position::Argument(4), difference };
/// assert_eq!(discrepancy.to_string(), "argument 4: bytes 0..2 are [01, 03], not [01, 02]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// What of the call differs.
    pub position: Position,
    /// How.
    pub difference: Difference,
}

impl Discrepancy {
    /// What is wrong with the call as a whole.
    #[must_use]
    pub fn of_call(words: impl Into<String>) -> Self {
        Self::in_words(Position::Call, words)
    }

    /// What bytes do not tell.
    #[must_use]
    pub fn in_words(position: Position, words: impl Into<String>) -> Self {
        Self {
            position,
            difference: Difference::Other(words.into()),
        }
    }
}

impl Difference {
    /// Compares the bits that mean something, which `meaning` has a byte of for each byte.
    ///
    /// # Errors
    ///
    /// The difference.
    pub fn between(expected: &[u8], found: &[u8], meaning: &[u8]) -> Result<(), Self> {
        if expected.len() != found.len() {
            let words = format!("{} bytes, not {}", found.len(), expected.len());
            return Err(Self::Other(words));
        }
        if first_different(expected, found, meaning).is_none() {
            return Ok(());
        }
        Err(Self::Bytes {
            expected: expected.into(),
            found: found.into(),
            meaning: meaning.into(),
        })
    }
}

fn first_different(expected: &[u8], found: &[u8], meaning: &[u8]) -> Option<usize> {
    let mut bytes = expected.iter().zip(found).zip(meaning);
    bytes.position(|((expected, found), means)| (expected ^ found) & means != 0)
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(index) => write!(f, "argument {index}"),
            Self::Result => f.write_str("result"),
            Self::Call => f.write_str("call"),
        }
    }
}

/// The words, or the bytes around the first that differs.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, found, meaning) = match self {
            Self::Other(words) => return f.write_str(words),
            Self::Bytes {
                expected,
                found,
                meaning,
            } => (expected, found, meaning),
        };
        let at = first_different(expected, found, meaning).unwrap_or(0) & !7;
        let around = at..(at + 16).min(expected.len()).min(found.len());
        let (expected, found) = (&expected[around.clone()], &found[around.clone()]);
        write!(f, "bytes {around:?} are {found:02x?}, not {expected:02x?}")
    }
}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Position::Call => write!(f, "{}", self.difference),
            position => write!(f, "{position}: {}", self.difference),
        }
    }
}

impl Error for Discrepancy {}
