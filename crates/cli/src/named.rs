//! Types in a few words.

use std::fmt::{self, Write as _};

use trampette::CType;

use crate::charset::PAGE;

/// A type by its tag, if it has one; else as compact text, as far as a line shows it.
pub(crate) fn named(ty: &CType) -> String {
    let (keyword, tag) = match ty {
        CType::Struct(record) => ("struct", record.tag()),
        CType::Union(record) => ("union", record.tag()),
        CType::Enum(enumeration) => ("enum", enumeration.tag()),
        _ => ("", None),
    };
    if let Some(tag) = tag {
        return format!("{keyword} {tag}");
    }
    let mut line = Line(String::new());
    // An error says that the line is full.
    let _ = write!(line, "{ty}");
    line.0
}

/// The start of a text, one character longer than a page. The whole text of a type may be longer than
/// memory.
struct Line(String);

impl fmt::Write for Line {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = PAGE + 1 - self.0.chars().count();
        self.0.extend(more.chars().take(room));
        if more.chars().count() > room {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}
