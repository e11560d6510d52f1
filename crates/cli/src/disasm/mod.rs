//! `trampette disasm`: where arguments and result travel, and the code that carries them.
//!
//! ```text
//! text ---> Subject: convention, CallLayout ---> Code: stub, adapter, thunks ---> text or JSON
//!                                           ---> picture: rows of cells
//! ```
//!
//! Nothing here runs what it shows, so every convention is shown on every host.

mod code;
mod comments;
mod conventions;
mod json;
mod listing;
mod picture;
mod pieces;
mod sections;
mod subject;
mod text;

use std::io::{self, BufWriter, Write};

use crate::args;
use crate::charset::Charset;
use crate::failure::Failure;
use code::Code;
use subject::Subject;

pub(crate) fn run(disasm: &args::Disasm) -> Result<(), Failure> {
    let subject = Subject::of(disasm)?;
    let code = Code::of(&subject)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if disasm.json {
        writeln!(out, "{}", json::json(&subject, &code))?;
    } else {
        let charset = if disasm.ascii {
            &Charset::ASCII
        } else {
            &Charset::UNICODE
        };
        text::write(&mut out, &subject, &code, charset)?;
    }
    Ok(out.flush()?)
}
