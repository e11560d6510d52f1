//! Why a library cannot be opened: the loader's words, sorted by what the file itself says.

use std::error::Error as _;
use std::path::Path;

use crate::error::Error;

/// What this process runs on, as [`Error::WrongArchitecture`] says it.
const EXPECTED: &str = std::env::consts::ARCH;

/// The loader's own words.
pub(crate) fn words(error: &libloading::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Sorts a failure to open `library`. The loader names the file that it stumbled over, which is not the
/// library itself when something that it needs is missing; what is wrong with that file, its header
/// says.
pub(crate) fn diagnose(library: String, error: &libloading::Error) -> Error {
    let message = words(error);
    let culprit = message.split(": ").next().unwrap_or_default();
    if is_file_name(culprit) && !same_file_name(culprit, &library) {
        let dependency = culprit.to_owned();
        return Error::MissingDependency { library, dependency, message };
    }
    let path = if is_file_name(culprit) { culprit } else { &library };
    match kind_of(Path::new(path)) {
        FileKind::Missing => Error::LibraryNotFound { library, message },
        FileKind::NoLibrary => Error::NotALibrary { library, message },
        FileKind::Foreign(found) => Error::WrongArchitecture { library, found, expected: EXPECTED, message },
        FileKind::Unknown => Error::LoadFailed { library, message },
    }
}

/// Whether the first words of a message are a file name, and not those of another kind of message.
fn is_file_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

fn same_file_name(one: &str, other: &str) -> bool {
    one == other || Path::new(one).file_name() == Path::new(other).file_name()
}

enum FileKind {
    Missing,
    NoLibrary,
    Foreign(String),
    /// A library for this machine, or nothing is known.
    Unknown,
}

/// What a file's header says. A name without a directory was looked up by the loader alone, and the
/// loader names the path of what it finds: such a name here was not found.
fn kind_of(path: &Path) -> FileKind {
    if path.components().count() < 2 {
        return FileKind::Missing;
    }
    match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => FileKind::Missing,
        Ok(file) if !file.is_file() => FileKind::NoLibrary,
        _ => header_of(path),
    }
}

#[cfg(feature = "exports")]
fn header_of(path: &Path) -> FileKind {
    use object::{Object, ObjectKind};

    let Ok(bytes) = std::fs::read(path) else { return FileKind::Unknown };
    let Ok(file) = object::File::parse(&*bytes) else {
        return if object::FileKind::parse(&*bytes).is_ok() { FileKind::Unknown } else { FileKind::NoLibrary };
    };
    let machine = format!("{:?}", file.architecture()).to_lowercase();
    if machine != EXPECTED {
        return FileKind::Foreign(machine);
    }
    match file.kind() {
        ObjectKind::Dynamic => FileKind::Unknown,
        _ => FileKind::NoLibrary,
    }
}

#[cfg(not(feature = "exports"))]
fn header_of(_: &Path) -> FileKind {
    FileKind::Unknown
}
