//! ELF libraries, and the words of glibc's loader.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use trampette::{Error, Value};

use crate::fixture::Fixture;
use crate::{ONE, call_int, open, refused, try_open};

#[test]
fn a_name_that_the_loader_does_not_know_is_not_found() {
    let error = refused("libno.so.such", "cannot open shared object file");
    assert!(matches!(error, Error::LibraryNotFound { library, .. } if library == "libno.so.such"));
}

#[test]
fn a_path_without_a_file_is_not_found() {
    let fixture = Fixture::new();
    let error = refused(fixture.path("libabsent.so"), "No such file or directory");
    assert_eq!(error.code(), "library-not-found");
    let error = refused(
        "no/such/directory/libabsent.so",
        "No such file or directory",
    );
    assert_eq!(error.code(), "library-not-found");
}

#[cfg(feature = "exports")]
#[test]
fn a_file_that_is_no_library_is_told() {
    let fixture = Fixture::new();
    let program = "int main(void) { return 0; }";
    let files = [
        (
            fixture.file("text.so", "int one(void) { return 1; }\n".repeat(9)),
            "invalid ELF header",
        ),
        (fixture.file("empty.so", ""), "file too short"),
        (fixture.path("."), "Is a directory"),
        (
            fixture.compile("object.o", ONE, &["-c"]),
            "only ET_DYN and ET_EXEC can be loaded",
        ),
        (
            fixture.compile("fixed", program, &["-no-pie"]),
            "cannot dynamically load",
        ),
        (
            fixture.compile("movable", program, &["-pie", "-fPIE"]),
            "cannot dynamically load",
        ),
    ];
    for (path, words) in files {
        let error = refused(&path, words);
        assert_eq!(error.code(), "not-a-library", "{error}");
    }
}

#[test]
fn a_directory_with_a_slash_is_no_missing_library() {
    let fixture = Fixture::new();
    let name = format!("{}/", fixture.path("").display());
    assert_eq!(refused(name, "Is a directory").code(), "not-a-library");
}

#[test]
fn a_damaged_library_fails_in_the_loaders_words() {
    let fixture = Fixture::new();
    let whole = fs::read(fixture.library("libone.so", ONE, &[])).unwrap();
    let error = refused(fixture.file("libcut.so", &whole[..200]), "libcut.so");
    assert_eq!(error.code(), "load-failed", "{error}");
}

#[cfg(feature = "exports")]
#[test]
fn a_library_for_another_machine_is_told() {
    let fixture = Fixture::new();
    let whole = fs::read(fixture.library("libone.so", ONE, &[])).unwrap();
    let check = |name: &str, offset: usize, bytes: &[u8], machine: &str| {
        let mut patched = whole.clone();
        patched[offset..offset + bytes.len()].copy_from_slice(bytes);
        let error = refused(fixture.file(name, patched), name);
        let Error::WrongArchitecture {
            found, expected, ..
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!(
            (found.as_str(), *expected),
            (machine, std::env::consts::ARCH)
        );
    };
    // e_machine stands at 18, the class at 4 and the byte order at 5.
    check("libriscv.so", 18, &[243, 0], "riscv64");
    check("libodd.so", 18, &[0x34, 0x12], "machine 4660");
    if cfg!(target_arch = "x86_64") {
        check("libarm.so", 18, &[183, 0], "aarch64");
        check("libx32.so", 4, &[1], "x86_64 of another pointer width");
        check(
            "libbig.so",
            5,
            &[2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62],
            "x86_64 of the other byte order",
        );
    }

    // A 32-bit header of an i386 library, and nothing else.
    let mut header = vec![0; 0x200];
    header[..7].copy_from_slice(b"\x7fELF\x01\x01\x01");
    header[16..22].copy_from_slice(&[3, 0, 3, 0, 1, 0]);
    let error = refused(fixture.file("libold.so", header), "wrong ELF class");
    assert!(matches!(error, Error::WrongArchitecture { found, .. } if found == "x86"));
}

#[test]
fn a_missing_dependency_is_named_and_the_library_itself_is_not_blamed() {
    let fixture = Fixture::new();
    let inner = fixture.library("libinner.so", "int inner(void) { return 2; }", &[]);
    let source = "extern int inner(void); int outer(void) { return inner(); }";
    let outer = fixture.library(
        "libouter.so",
        source,
        &["-L.", "-linner", "-Wl,-rpath,$ORIGIN"],
    );
    assert_eq!(call_int(&open(&outer), "outer"), Value::I32(2));

    fs::write(&inner, "no library").unwrap();
    let Error::MissingDependency {
        library,
        dependency,
        ..
    } = refused(&outer, "libinner.so: file too short")
    else {
        panic!("a damaged dependency is one that cannot be loaded");
    };
    assert_eq!(
        (Path::new(&library), Path::new(&dependency)),
        (&*outer, &*inner)
    );

    fs::remove_file(&inner).unwrap();
    let error = refused(&outer, "libinner.so: cannot open shared object file");
    assert!(
        matches!(error, Error::MissingDependency { dependency, .. } if dependency == "libinner.so")
    );

    fs::remove_file(&outer).unwrap();
    let error = refused(&outer, "libouter.so: cannot open shared object file");
    assert_eq!(error.code(), "library-not-found");
}

#[test]
fn an_undefined_symbol_fails_in_the_loaders_words() {
    let fixture = Fixture::new();
    let source = "extern int nowhere(void); int uses(void) { return nowhere(); }";
    let path = fixture.library("libwants.so", source, &["-Wl,-z,now"]);
    let error = refused(&path, "undefined symbol: nowhere");
    assert!(
        matches!(&error, Error::LoadFailed { library, .. } if Path::new(library) == path),
        "{error:?}"
    );
}

#[test]
fn a_version_that_a_dependency_lacks_fails_in_the_loaders_words() {
    let fixture = Fixture::new();
    let version = |name: &str| {
        let script = fixture.file("versions", format!("{name} {{ global: *; }};"));
        format!("-Wl,--version-script={}", script.display())
    };
    fixture.library(
        "libinner.so",
        "int inner(void) { return 2; }",
        &[&version("NEW")],
    );
    let source = "extern int inner(void); int outer(void) { return inner(); }";
    let outer = fixture.library(
        "libouter.so",
        source,
        &["-L.", "-linner", "-Wl,-rpath,$ORIGIN"],
    );
    fixture.library(
        "libinner.so",
        "int inner(void) { return 2; }",
        &[&version("OLD")],
    );
    assert_eq!(
        refused(outer, "version `NEW' not found").code(),
        "load-failed"
    );
}

#[test]
fn a_path_that_is_no_text_opens_like_any_other() {
    use std::os::unix::ffi::OsStrExt;

    let fixture = Fixture::new();
    let odd = fixture.path("").join(OsStr::from_bytes(b"lib\xff.so"));
    fs::rename(fixture.library("libone.so", ONE, &[]), &odd).unwrap();
    let library = open(&odd);
    assert_eq!(call_int(&library, "one"), Value::I32(1));
    assert_eq!(library.path(), Some(odd.clone()));

    // Never under a loaded library, which would fault.
    drop(library);
    fs::write(&odd, "").unwrap();
    let error = try_open(&odd).unwrap_err();
    assert_ne!(error.code(), "library-not-found", "{error}");
}

#[test]
fn a_relative_path_is_kept_absolute() {
    let fixture = Fixture::new();
    let path = fixture.library("libone.so", ONE, &[]);
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let relative = up.join(path.strip_prefix("/").unwrap());
    let found = open(&relative).path().unwrap();
    assert!(found.is_absolute());
    assert_eq!(found.canonicalize().unwrap(), path.canonicalize().unwrap());
}

#[test]
fn an_unknown_symbol_is_named_in_the_loaders_words() {
    let fixture = Fixture::new();
    let path = fixture.library("libone.so", ONE, &[]);
    let error = open(&path).symbol("two").unwrap_err();
    assert_eq!(error.code(), "symbol-not-found");
    assert!(
        error.to_string().contains("undefined symbol: two"),
        "{error}"
    );
}
