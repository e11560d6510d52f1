//! Opening libraries, and why one cannot be opened.
#![cfg(any(all(target_os = "linux", target_env = "gnu"), windows))]

#[cfg(target_os = "linux")]
#[path = "open/elf.rs"]
mod elf;
mod fixture;
#[cfg(windows)]
#[path = "open/pe.rs"]
mod pe;

use std::ffi::OsStr;
use std::path::Path;

use trampette::{Error, Library, Value};

const ONE: &str = "int one(void) { return 1; }";

fn try_open(name: impl AsRef<OsStr>) -> Result<Library, Error> {
    // SAFETY: the libraries of these tests run nothing when they are loaded.
    unsafe { Library::open(name) }
}

fn open(path: &Path) -> Library {
    try_open(path).unwrap()
}

/// The error, after checking that its message names the library and has the loader's own words.
fn refused(name: impl AsRef<OsStr>, words: &str) -> Error {
    let name = name.as_ref();
    let error = try_open(name).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(&*name.to_string_lossy()), "{message}");
    assert!(message.contains(words), "{message}");
    error
}

/// Calls a function without arguments.
fn call_int(library: &Library, symbol: &str) -> Value {
    let function = library
        .function(symbol, &"() -> int".parse().unwrap())
        .unwrap();
    // SAFETY: the functions of these tests have this signature.
    unsafe { function.call(&[]) }.unwrap()
}

#[test]
fn the_empty_name_is_not_found() {
    let error = refused("", "the name is empty");
    assert_eq!(error.code(), "library-not-found");
}

#[test]
fn a_nul_in_a_name_is_refused_before_the_loader_sees_it() {
    let error = try_open("libm.so.6\0.so").unwrap_err();
    assert!(matches!(error, Error::NulInString { position: 9 }));
    let error = Library::process().symbol("mal\0loc").unwrap_err();
    assert!(matches!(error, Error::NulInString { position: 3 }));
}
