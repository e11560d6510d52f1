//! Why a library cannot be opened: the loader's words, sorted by what the file itself says.

use std::error::Error as _;
use std::ffi::OsStr;
use std::path::{Path, is_separator};

#[cfg(unix)]
use libloading::os::unix as os;
#[cfg(windows)]
use libloading::os::windows as os;

use crate::error::Error;

/// What a file is, to the loader of this process.
pub(crate) enum Nature {
    /// There is no such file.
    Missing,
    /// A file that is no library.
    #[cfg_attr(
        not(feature = "exports"),
        allow(dead_code, reason = "headers are not read")
    )]
    NoLibrary,
    /// Something for another machine, which is named.
    #[cfg_attr(
        not(feature = "exports"),
        allow(dead_code, reason = "headers are not read")
    )]
    Foreign(String),
    /// A library for this machine, or nothing is known.
    Unknown,
}

/// Has the loader load a library.
///
/// # Safety
///
/// The library's initialisers and finalisers are sound here.
#[cfg(unix)]
pub(crate) unsafe fn load(name: &OsStr) -> Result<os::Library, libloading::Error> {
    // SAFETY: the caller owes the same.
    unsafe { os::Library::new(name) }
}

/// Has the loader load a library. What a library that is opened by its path needs is looked for beside
/// it first; otherwise the loader would look beside the program.
///
/// # Safety
///
/// The library's initialisers and finalisers are sound here.
#[cfg(windows)]
pub(crate) unsafe fn load(name: &OsStr) -> Result<os::Library, libloading::Error> {
    let absolute = has_directory(&name.to_string_lossy())
        .then(|| std::path::absolute(name).ok())
        .flatten();
    let Some(path) = absolute else {
        // SAFETY: the caller owes the same.
        return unsafe { os::Library::new(name) };
    };
    // SAFETY: the caller owes the same.
    unsafe { os::Library::load_with_flags(path, os::LOAD_WITH_ALTERED_SEARCH_PATH) }
}

/// The loader's own words.
pub(crate) fn words(error: &libloading::Error) -> String {
    error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// Sorts a failure to open `name`. The loader names the file that it stumbled over, which is not the
/// library itself when something that it needs is missing; what is wrong with that file, its header
/// says.
pub(crate) fn diagnose(name: &OsStr, error: &libloading::Error) -> Error {
    let library = name.to_string_lossy().into_owned();
    let message = words(error);
    let culprit = culprit(&message, &library);
    if let Some(dependency) = culprit.filter(|file| !is_same(file, &library)) {
        let dependency = dependency.to_owned();
        return Error::MissingDependency {
            library,
            dependency,
            message,
        };
    }
    #[cfg(all(windows, feature = "exports"))]
    if let Some(dependency) = absent_dependency(Path::new(name), &message) {
        return Error::MissingDependency {
            library,
            dependency,
            message,
        };
    }
    // A library that the loader searched for by its bare name and found: its message has the path.
    let path = if has_directory(&library) {
        Path::new(name)
    } else {
        Path::new(culprit.unwrap_or(&library))
    };
    match nature_of(path) {
        Nature::Missing => Error::LibraryNotFound { library, message },
        Nature::NoLibrary => Error::NotALibrary { library, message },
        Nature::Foreign(found) => Error::WrongArchitecture {
            library,
            found,
            expected: std::env::consts::ARCH,
            message,
        },
        Nature::Unknown => Error::LoadFailed { library, message },
    }
}

/// The file that the loader stumbled over, where its message names one that it could not load.
///
/// - glibc: `FILE: what is wrong`;
/// - musl: `Error loading shared library FILE: what is wrong (needed by OTHER)`;
/// - macOS: `dlopen(LIBRARY, 0x1): Library not loaded: FILE` and more lines.
fn culprit<'a>(message: &'a str, library: &str) -> Option<&'a str> {
    if let Some((_, rest)) = message.split_once("Library not loaded: ") {
        return rest.lines().next();
    }
    // glibc says so of a library that is loaded and lacks a version: it is not the one to blame.
    if message.contains("(required by ") {
        return None;
    }
    let message = message
        .strip_prefix("Error loading shared library ")
        .unwrap_or(message);
    let message = message.strip_prefix("Error relocating ").unwrap_or(message);
    // Asked first, since a name may contain anything.
    if message
        .strip_prefix(library)
        .is_some_and(|rest| rest.starts_with(": "))
    {
        return message.get(..library.len());
    }
    let (file, _) = message.split_once(": ")?;
    let is_name = file.starts_with('/') || !file.contains(char::is_whitespace);
    (is_name && !file.is_empty()).then_some(file)
}

/// The first library that a file needs and the loader does not find. Windows' loader says of which file
/// it speaks no more than that it was "the specified module".
#[cfg(all(windows, feature = "exports"))]
fn absent_dependency(library: &Path, message: &str) -> Option<String> {
    /// ERROR_MOD_NOT_FOUND, as the words of such an error end in every language.
    const MODULE_NOT_FOUND: &str = "(os error 126)";

    if !message.ends_with(MODULE_NOT_FOUND) || !library.is_file() {
        return None;
    }
    let is_found = |name: &String| {
        // SAFETY: nothing of a library that is opened as data runs.
        let opened = unsafe { os::Library::load_with_flags(name, os::LOAD_LIBRARY_AS_DATAFILE) };
        library.with_file_name(name).is_file() || opened.is_ok()
    };
    crate::exports::needed_by(library)
        .into_iter()
        // These stand for parts of the system, and are no files.
        .filter(|name| !name.starts_with("api-ms-") && !name.starts_with("ext-ms-"))
        .find(|name| !is_found(name))
}

/// Whether the loader means the library itself. A path it repeats; a bare name it completes when it
/// finds such a file.
fn is_same(file: &str, library: &str) -> bool {
    let name = Path::new(file).file_name();
    file == library || (!has_directory(library) && name == Some(OsStr::new(library)))
}

/// Whether a name is a path: the loader searches for the others.
fn has_directory(name: &str) -> bool {
    name.contains(is_separator)
}

/// What a file is. The loader looked for a bare name alone: it was not found.
fn nature_of(path: &Path) -> Nature {
    if !has_directory(&path.to_string_lossy()) {
        return Nature::Missing;
    }
    match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Nature::Missing,
        Ok(file) if !file.is_file() => Nature::NoLibrary,
        Ok(_) => header_of(path),
        Err(_) => Nature::Unknown,
    }
}

#[cfg(feature = "exports")]
use crate::exports::nature_of as header_of;

#[cfg(not(feature = "exports"))]
fn header_of(_: &Path) -> Nature {
    Nature::Unknown
}
