//! The compact text of types and signatures, both ways.

mod display;
mod error;
mod parse;

pub(crate) use display::{brief, write_signature};
pub use error::{ParseError, ParseErrorKind};
