//! Windows' libraries, and the words of its loader.

use std::fs;

use trampette::{Error, Library, Value};

use crate::fixture::Fixture;
use crate::{ONE, call_int, open, refused, try_open};

/// How the loader's words end for these errors; the words themselves are in the system's language.
const NOT_FOUND: &str = "(os error 126)";
const BAD_FORMAT: &str = "(os error 193)";

#[test]
fn a_name_that_the_loader_does_not_know_is_not_found() {
    let error = refused("no-such.dll", NOT_FOUND);
    assert!(matches!(error, Error::LibraryNotFound { library, .. } if library == "no-such.dll"));
}

#[test]
fn a_path_without_a_file_is_not_found() {
    let fixture = Fixture::new();
    let error = refused(fixture.path("absent.dll"), NOT_FOUND);
    assert_eq!(error.code(), "library-not-found");
    let error = refused(r"no\such\directory\absent.dll", NOT_FOUND);
    assert_eq!(error.code(), "library-not-found");
}

#[test]
fn a_file_that_is_no_library_is_told() {
    let fixture = Fixture::new();
    let files = [
        fixture.file("text.dll", "int one(void) { return 1; }\n".repeat(9)),
        fixture.file("empty.dll", ""),
        fixture.compile("object.o", ONE, &["-c"]),
    ];
    for path in files {
        let error = refused(&path, "(os error ");
        assert_eq!(error.code(), "not-a-library", "{error}");
    }
    let error = refused(fixture.path("."), "(os error ");
    assert_eq!(error.code(), "not-a-library", "{error}");
}

#[cfg(feature = "exports")]
#[test]
fn a_library_for_another_machine_is_told() {
    let fixture = Fixture::new();
    let whole = fs::read(fixture.library("one.dll", ONE, &[])).unwrap();
    // Where the header stands that begins with the machine.
    let header = u32::from_le_bytes(whole[0x3c..0x40].try_into().unwrap()) as usize + 4;
    for (machine, name) in [(0xAA64_u16, "aarch64"), (0x1C4, "arm")] {
        let mut patched = whole.clone();
        patched[header..header + 2].copy_from_slice(&machine.to_le_bytes());
        let error = refused(fixture.file(&format!("{name}.dll"), patched), BAD_FORMAT);
        let Error::WrongArchitecture {
            found, expected, ..
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!((found.as_str(), *expected), (name, "x86_64"));
    }
}

#[cfg(feature = "exports")]
#[test]
fn a_missing_dependency_is_named_and_the_library_itself_is_not_blamed() {
    let fixture = Fixture::new();
    fixture.library("inner.dll", "int inner(void) { return 2; }", &[]);
    let source = "extern int inner(void); int outer(void) { return inner(); }";
    let outer = fixture.library("outer.dll", source, &["-L.", "-l:inner.dll"]);
    let elsewhere = Fixture::new();
    let alone = elsewhere.path("outer.dll");
    fs::copy(&outer, &alone).unwrap();
    let error = refused(&alone, NOT_FOUND);
    assert!(
        matches!(&error, Error::MissingDependency { dependency, .. } if dependency == "inner.dll"),
        "{error:?}"
    );
    assert_eq!(call_int(&open(&outer), "outer"), Value::I32(2));
}

#[test]
fn a_path_that_is_not_ascii_opens_like_any_other() {
    let fixture = Fixture::new();
    let odd = fixture.path("\u{43E}\u{434}\u{438}\u{43D}.dll");
    fs::rename(fixture.library("one.dll", ONE, &[]), &odd).unwrap();
    let library = open(&odd);
    assert_eq!(call_int(&library, "one"), Value::I32(1));
    assert_eq!(library.path().unwrap().file_name(), odd.file_name());
}

#[test]
fn a_relative_path_is_kept_absolute() {
    let fixture = Fixture::new();
    let path = fixture.library("one.dll", ONE, &[]);
    // Folders on another drive have no relative path.
    let relative = path.to_str().unwrap().split_once(':').unwrap().1;
    std::env::set_current_dir(path.ancestors().last().unwrap()).unwrap();
    let found = open(relative.as_ref()).path().unwrap();
    assert!(found.is_absolute());
    assert_eq!(found.canonicalize().unwrap(), path.canonicalize().unwrap());
}

#[test]
fn an_unknown_symbol_is_named_in_the_loaders_words() {
    let fixture = Fixture::new();
    let path = fixture.library("one.dll", ONE, &[]);
    let error = open(&path).symbol("two").unwrap_err();
    assert_eq!(error.code(), "symbol-not-found");
    let message = error.to_string();
    assert!(
        message.contains("`two`") && message.contains("(os error 127)"),
        "{message}"
    );
}

#[test]
fn a_symbol_of_any_loaded_library_is_one_of_the_process() {
    let process = Library::process();
    for symbol in ["malloc", "Sleep", "NtClose"] {
        assert!(process.has_symbol(symbol), "{symbol}");
    }
    let fixture = Fixture::new();
    let source = "int only_in_this_test(void) { return 5; }";
    assert!(!process.has_symbol("only_in_this_test"));
    let library = open(&fixture.library("only.dll", source, &[]));
    assert_eq!(call_int(&process, "only_in_this_test"), Value::I32(5));
    drop(library);
    assert!(!process.has_symbol("only_in_this_test"));
    assert!(
        try_open("kernel32").is_ok(),
        "the loader adds what is missing"
    );
}
