//! What a person is shown of a mismatch.

use std::fmt;

use crate::mismatch::{Difference, Mismatch, Position};

/// Shows a mismatch to a person.
#[must_use]
pub fn explain(mismatch: &Mismatch) -> Explained<'_> {
    Explained(mismatch)
}

/// A mismatch in words.
#[derive(Debug)]
pub struct Explained<'a>(&'a Mismatch);

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch {
            signature,
            build,
            direction,
            position,
            difference,
        } = self.0;
        writeln!(f, "{signature}")?;
        write!(f, "  {build}, {direction:?}, ")?;
        match position {
            Position::Argument(index) => write!(f, "argument {}", index + 1)?,
            Position::Result => f.write_str("result")?,
            Position::Call => f.write_str("call")?,
        }
        match difference {
            Difference::Bytes {
                expected, found, ..
            } => write!(f, ": {found:02x?} came, {expected:02x?} was sent"),
            Difference::Other(words) => write!(f, ": {words}"),
        }
    }
}
