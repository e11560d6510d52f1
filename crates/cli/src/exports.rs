//! `trampette exports`: what a library offers.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::json;
use trampette::cdecl::{Declaration, Declarations, Printer};
use trampette::{Error, Export, ExportKind, Library, MODEL, exports_of_file};

use crate::args;
use crate::failure::{Failure, Printable};
use crate::headers;

pub(crate) fn run(exports: &args::Exports) -> Result<(), Failure> {
    let list = match args::library(&exports.library) {
        Some(name) => exports_of(name)?,
        None => Library::process().exports()?,
    };
    let declarations = exports.headers.read(&MODEL)?;
    let declared = declarations.as_ref().map(declared).unwrap_or_default();
    let out = BufWriter::new(io::stdout().lock());
    let printed = if exports.json {
        print_json(&list, &declared, declarations.is_some(), out)
    } else {
        print_plain(&list, &declared, out)
    };
    Ok(printed?)
}

/// What headers declare, as C, by the names that linkers know.
fn declared(declarations: &Declarations) -> HashMap<&str, String> {
    let printer = Printer::of(declarations);
    let mut declared = HashMap::new();
    for (symbol, declaration) in headers::by_symbol(declarations) {
        let text = match declaration {
            Declaration::Function(prototype) => printer.prototype(prototype),
            Declaration::Variable(variable) => printer.variable(variable),
            _ => None,
        };
        declared.extend(text.map(|text| (symbol, text)));
    }
    declared
}

/// A path is read and not loaded, so that it may be of any platform. A bare name is the loader's; if the
/// loader finds no such library, it may still be a file here.
fn exports_of(name: &OsStr) -> Result<Vec<Export>, Error> {
    let path = Path::new(name);
    if path.components().count() > 1 || path.has_root() {
        return exports_of_file(path);
    }
    // SAFETY: running this library's initialisers is what the user asks for by the loader's name.
    match unsafe { Library::open(name) } {
        Ok(library) => library.exports(),
        Err(Error::LibraryNotFound { .. }) if path.exists() => exports_of_file(path),
        Err(error) => Err(error),
    }
}

/// Columns: kind, address, size, then the name with what belongs to it.
fn print_plain(
    list: &[Export],
    declared: &HashMap<&str, String>,
    mut out: impl Write,
) -> io::Result<()> {
    let rows: Vec<[String; 4]> = list.iter().map(row).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (kinds, addresses, sizes) = (width(0), width(1), width(2));
    let names = if declared.is_empty() { 0 } else { width(3) };
    for (export, [kind, address, size, name]) in list.iter().zip(&rows) {
        write!(
            out,
            "{kind:kinds$}  {address:>addresses$}  {size:>sizes$}  "
        )?;
        match declared.get(&*export.name) {
            Some(text) => writeln!(out, "{name:names$}  {text}")?,
            None => writeln!(out, "{name}")?,
        }
    }
    out.flush()
}

fn row(export: &Export) -> [String; 4] {
    let weak = if export.weak { "weak-" } else { "" };
    let size = export.size.map_or("-".into(), |size| size.to_string());
    [
        format!("{weak}{}", kind(export.kind)),
        format!("{:#x}", export.address),
        size,
        full_name(export),
    ]
}

/// Versions as linkers write them, `@@` before the one that a bare name finds.
fn full_name(export: &Export) -> String {
    let mut name = Printable(&export.name).to_string();
    if let Some(version) = &export.version {
        name += if export.default { "@@" } else { "@" };
        name += &Printable(version).to_string();
    }
    if let Some(ordinal) = export.ordinal {
        let space = if name.is_empty() { "" } else { " " };
        name += &format!("{space}#{ordinal}");
    }
    if let Some(forward) = &export.forward {
        name += &format!(" -> {}", Printable(forward));
    }
    name
}

/// A JSON array with one export on each line.
fn print_json(
    list: &[Export],
    declared: &HashMap<&str, String>,
    has_headers: bool,
    mut out: impl Write,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (index, export) in list.iter().enumerate() {
        let comma = if index == 0 { "\n" } else { ",\n" };
        let mut object = json!({
            "name": export.name,
            "kind": kind(export.kind),
            "weak": export.weak,
            "version": export.version,
            "default": export.default,
            "size": export.size,
            "address": format!("{:#x}", export.address),
            "ordinal": export.ordinal,
            "forward": export.forward,
        });
        if has_headers {
            object["declaration"] = json!(declared.get(&*export.name));
        }
        write!(out, "{comma}{object}")?;
    }
    out.write_all(if list.is_empty() { b"]\n" } else { b"\n]\n" })?;
    out.flush()
}

fn kind(kind: ExportKind) -> &'static str {
    match kind {
        ExportKind::Function => "function",
        ExportKind::Variable => "variable",
        ExportKind::Indirect => "indirect",
        ExportKind::ThreadLocal => "thread-local",
        ExportKind::Forward => "forward",
        _ => "other",
    }
}
