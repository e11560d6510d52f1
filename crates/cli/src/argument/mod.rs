//! Arguments as text, turned into values by the type of their parameter.
//!
//! Text is taken as bytes, since C's strings are bytes; everything but strings is ASCII.

mod buffer;
mod cursor;
mod escape;
mod float;
mod nested;
mod scalar;
mod variadic;

use std::fmt;

use trampette::cdecl::{ConstantValue, Declarations};
use trampette::{CType, Error, F80, F128, Scalar, Value};

pub(crate) use buffer::{Buffer, Buffers, Contents};
pub(crate) use variadic::parse_variadic;

use buffer::{ArgumentBuffers, Holds};
use cursor::Cursor;

/// What is wrong with an argument, behind the names of the parts that it is wrong in.
#[derive(Debug)]
pub(crate) struct Problem(String);

impl Problem {
    fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }

    /// The same about a part of the argument.
    fn inside(self, part: impl fmt::Display) -> Self {
        Self(format!("{part}: {}", self.0))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::new(error)
    }
}

/// What the text of an argument is read with.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// Where its buffers go.
    pub(crate) buffers: ArgumentBuffers<'a>,
    /// What the names of constants mean.
    pub(crate) declarations: &'a Declarations,
}

impl Context<'_> {
    /// A number, a truth value or a character, or the name of a constant.
    fn scalar(&self, word: &[u8], ty: &CType) -> Result<Value, Problem> {
        match self.constant(word) {
            Some(number) => scalar::value(number.as_bytes(), ty),
            None => scalar::value(word, ty),
        }
    }

    /// The number that a name stands for, as text.
    fn constant(&self, name: &[u8]) -> Option<String> {
        let name = std::str::from_utf8(name).ok()?;
        match self.declarations.constant(name).ok()?.value {
            ConstantValue::Integer { value, .. } => Some(value.to_string()),
            ConstantValue::Float(value) => Some(value.to_string()),
            ConstantValue::Extended { format, bits } => Some(match format {
                Scalar::F80 => F80::from_bits(bits).to_string(),
                _ => F128::from_bits(bits).to_string(),
            }),
            _ => None,
        }
    }
}

/// The value of a whole argument. Only here is a string the text as it stands: inside braces it is
/// quoted.
pub(crate) fn parse_argument(
    text: &[u8],
    ty: &CType,
    context: &mut Context<'_>,
) -> Result<Value, Problem> {
    match ty {
        CType::String | CType::Pointer(_) => whole_pointer(text, ty, &mut context.buffers),
        CType::Struct(_)
        | CType::Union(_)
        | CType::Array(_)
        | CType::Complex(_)
        | CType::Vector(_) => {
            let mut cursor = Cursor::new(text);
            let value = nested::value(&mut cursor, ty, context)?;
            cursor.expect_end()?;
            Ok(value)
        }
        CType::VaList => Err(Problem::new(
            "a `va_list` cannot be written as text: call the function that takes `...` instead",
        )),
        _ => context.scalar(text, ty),
    }
}

fn whole_pointer(
    text: &[u8],
    ty: &CType,
    buffers: &mut ArgumentBuffers<'_>,
) -> Result<Value, Problem> {
    if let Some(size) = text.strip_prefix(b"buf:") {
        return buffers.allocate(size, Holds::behind(ty));
    }
    if let Some(text) = text.strip_prefix(b"str:") {
        return escape::string(text);
    }
    if let Some(address) = text.strip_prefix(b"ptr:") {
        return scalar::address(address);
    }
    match ty {
        CType::String if text != b"null" => escape::string(text),
        _ => scalar::address(text),
    }
}
