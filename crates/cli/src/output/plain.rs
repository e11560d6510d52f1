//! The result alone, then each output buffer on a line of its own.

use std::io::{self, Write};

use trampette::{CType, Value};

use super::Hex;
use crate::argument::{Buffers, Contents};

/// Prints nothing for void. Strings are the bytes that C gave; NULL in the place of one is `null`.
pub(crate) fn print_plain(result: &Value, ty: &CType, buffers: &Buffers) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match result {
        Value::Void => {}
        Value::String(text) => {
            out.write_all(text.as_bytes())?;
            out.write_all(b"\n")?;
        }
        Value::Pointer(_) if *ty == CType::String => writeln!(out, "null")?,
        value => writeln!(out, "{value}")?,
    }
    for buffer in buffers.iter() {
        let bytes = buffer.bytes();
        match buffer.contents(&bytes) {
            Contents::Text(text) => writeln!(out, "{text}")?,
            Contents::Values(value) => writeln!(out, "{value}")?,
            Contents::Bytes => writeln!(out, "{}", Hex(&bytes, " "))?,
        }
    }
    out.flush()
}
