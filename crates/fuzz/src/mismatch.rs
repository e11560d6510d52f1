//! Where the engine and a C compiler disagree.

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
    /// C calls a typed closure.
    Typed,
    /// C calls a callback of ours that calls C.
    Relay,
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
    /// Byte by byte.
    Bytes {
        /// What was sent.
        expected: Vec<u8>,
        /// What was received.
        found: Vec<u8>,
        /// Which of them mean something: the others are padding.
        meaning: Vec<bool>,
    },
    /// In another way, in words.
    Other(String),
}
