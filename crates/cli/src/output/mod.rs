//! Results and output buffers, as text and as JSON; bytes as digits.

mod json;
mod plain;

use std::fmt;

pub(crate) use json::print_json;
pub(crate) use plain::print_plain;

/// Bytes as hexadecimal digits, two for each, with this between them.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8], pub(crate) &'a str);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { self.1 })?;
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}
