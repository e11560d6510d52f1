//! ELF files, compared with `nm`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use trampette::{Export, ExportKind, Library, exports_of_file};

use crate::fixture::Fixture;
use crate::{find, images, one, open};

#[test]
fn system_libraries_export_what_nm_lists() {
    if Command::new("nm").arg("--version").output().is_err() {
        println!("skipped: `nm` is not installed");
        return;
    }
    for name in ["libc.so.6", "libm.so.6"] {
        let library = open(name);
        let path = library.path().unwrap();
        let ours: BTreeSet<String> = library.exports().unwrap().iter().map(as_nm).collect();
        assert!(ours.len() > 500, "{name} has only {} exports", ours.len());
        let difference: Vec<_> = ours.symmetric_difference(&nm(&path)).cloned().collect();
        assert!(difference.is_empty(), "{name}: {difference:?}");
    }
}

/// An export as `nm` shows it, its type letter reduced to what an export says.
fn as_nm(export: &Export) -> String {
    let at = if export.default { "@@" } else { "@" };
    // Of a symbol that names a version, nm leaves the version out.
    let version = export
        .version
        .as_ref()
        .filter(|&version| *version != export.name);
    let version = version
        .map(|version| format!("{at}{version}"))
        .unwrap_or_default();
    let kind = match export.kind {
        ExportKind::Indirect => "i",
        ExportKind::Other => "A",
        _ if export.weak => "w",
        ExportKind::Function => "T",
        _ => "D",
    };
    format!("{:016x} {kind} {}{version}", export.address, export.name)
}

fn nm(path: &Path) -> BTreeSet<String> {
    let output = Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(path)
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let lines = output.lines().map(|line| {
        let [address, kind, name] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let kind = match kind {
            "W" | "V" => "w",
            "B" | "D" | "R" | "G" | "u" => "D",
            other => other,
        };
        format!("{address} {kind} {name}")
    });
    lines.collect()
}

#[test]
fn the_default_exports_are_those_that_the_loader_finds() {
    for name in ["libc.so.6", "libm.so.6"] {
        let library = open(name);
        let exports = library.exports().unwrap();
        let found: BTreeSet<_> = exports
            .iter()
            .filter(|export| export.default)
            .map(|export| &export.name)
            .collect();
        for export in exports
            .iter()
            .filter(|export| export.kind != ExportKind::Other)
        {
            assert_eq!(
                library.has_symbol(&export.name),
                found.contains(&export.name),
                "{export:?}"
            );
        }
    }
}

#[test]
fn exports_are_sorted_by_name() {
    let exports = open("libc.so.6").exports().unwrap();
    assert!(exports.is_sorted_by(|a, b| a.name <= b.name));
}

const KINDS: &str = r#"
    #include <stddef.h>
    int variable = 7;
    const char constant[12] = "hello";
    int zeroed[3];
    __thread long per_thread = 1;
    int function(void) { return variable; }
    __attribute__((weak)) int weak_function(void) { return 2; }
    __attribute__((weak)) int weak_variable = 3;
    static int hidden_static(void) { return 4; }
    __attribute__((visibility("hidden"))) int hidden(void) { return hidden_static(); }
    __attribute__((visibility("protected"))) int protected(void) { return hidden(); }
    extern int absent(void) __attribute__((weak));
    extern size_t strlen(const char *);
    size_t uses(const char *text) { return absent ? absent() : strlen(text); }
    static int chosen(void) { return 5; }
    static int (*choose(void))(void) { return chosen; }
    int indirect(void) __attribute__((ifunc("choose")));
    __asm__(".text\n.globl untyped\nuntyped: nop\n");
"#;

fn kinds(fixture: &Fixture, options: &[&str]) -> PathBuf {
    let options: Vec<_> = ["-Wl,--defsym=absolute=0x1234", "-Wl,--defsym=zero=0"]
        .iter()
        .chain(options)
        .copied()
        .collect();
    fixture.library("libkinds.so", KINDS, &options)
}

fn check_kinds(exports: &[Export]) {
    let expected = [
        ("absolute", ExportKind::Other, false),
        ("constant", ExportKind::Variable, false),
        ("function", ExportKind::Function, false),
        ("indirect", ExportKind::Indirect, false),
        ("per_thread", ExportKind::ThreadLocal, false),
        ("protected", ExportKind::Function, false),
        ("untyped", ExportKind::Function, false),
        ("uses", ExportKind::Function, false),
        ("variable", ExportKind::Variable, false),
        ("weak_function", ExportKind::Function, true),
        ("weak_variable", ExportKind::Variable, true),
        ("zero", ExportKind::Other, false),
        ("zeroed", ExportKind::Variable, false),
    ];
    let found = exports
        .iter()
        .map(|export| (export.name.as_str(), export.kind, export.weak));
    let found: Vec<_> = found.filter(|(name, ..)| !name.starts_with('_')).collect();
    assert_eq!(found, expected);
    assert_eq!(one(exports, "constant").size, Some(12));
    assert_eq!(one(exports, "zeroed").size, Some(12));
    assert_eq!(one(exports, "untyped").size, None);
    assert_eq!(one(exports, "absolute").address, 0x1234);
    assert!(
        exports
            .iter()
            .all(|export| export.default && export.version.is_none())
    );
    assert!(
        exports
            .iter()
            .all(|export| export.ordinal.is_none() && export.forward.is_none())
    );
}

#[test]
fn each_kind_of_symbol_is_told_and_imports_are_left_out() {
    let fixture = Fixture::new();
    for style in ["gnu", "sysv", "both"] {
        let path = kinds(&fixture, &[&format!("-Wl,--hash-style={style}")]);
        check_kinds(&exports_of_file(&path).unwrap());
    }
}

#[test]
fn section_headers_are_not_needed() {
    let fixture = Fixture::new();
    let mut bytes = fs::read(kinds(&fixture, &[])).unwrap();
    // e_shoff, e_shnum and e_shstrndx of a 64-bit header.
    bytes[0x28..0x30].fill(0);
    bytes[0x3c..0x40].fill(0);
    check_kinds(&exports_of_file(fixture.file("libstripped.so", bytes)).unwrap());
}

#[test]
fn each_version_of_a_symbol_is_listed() {
    let fixture = Fixture::new();
    let source = r#"
        int first(void) { return 1; }
        int second(void) { return 2; }
        int plain(void) { return 3; }
        __asm__(".symver first, answer@V_1");
        __asm__(".symver second, answer@@V_2");
    "#;
    let script = fixture.file(
        "versions",
        "V_1 { global: plain; answer; local: *; }; V_2 { global: answer; } V_1;",
    );
    let script = format!("-Wl,--version-script={}", script.display());
    let path = fixture.library("libversions.so", source, &[&script]);
    let exports = exports_of_file(&path).unwrap();

    let answers: Vec<_> = find(&exports, "answer")
        .iter()
        .map(|e| (e.version.as_deref(), e.default))
        .collect();
    assert_eq!(answers, [(Some("V_2"), true), (Some("V_1"), false)]);
    assert_eq!(one(&exports, "plain").version.as_deref(), Some("V_1"));
    assert!(find(&exports, "first").is_empty());
    let marks: Vec<_> = exports
        .iter()
        .filter(|e| e.kind == ExportKind::Other)
        .map(|e| &e.name)
        .collect();
    assert_eq!(marks, ["V_1", "V_2"]);
}

#[test]
fn a_file_is_found_by_the_librarys_name_alone() {
    let libm = open("libm.so.6");
    assert_eq!(
        libm.exports().unwrap(),
        exports_of_file(libm.path().unwrap()).unwrap()
    );
    assert!(libm.path().unwrap().is_absolute());
    assert_eq!(libm.path().unwrap().file_name().unwrap(), "libm.so.6");
}

#[test]
fn the_process_lists_its_own_program() {
    let exports = Library::process().exports().unwrap();
    assert_eq!(
        exports,
        exports_of_file(std::env::current_exe().unwrap()).unwrap()
    );
    assert!(find(&exports, "gnu_get_libc_version").is_empty());
}

#[test]
fn a_program_exports_what_it_is_linked_to_export() {
    let fixture = Fixture::new();
    let source = r#"
        #include <stdio.h>
        int offered(void) { return 1; }
        int main(void) { fputs("", stdout); return 0; }
    "#;
    for options in [
        &["-rdynamic", "-no-pie", "-fno-pie"][..],
        &["-rdynamic", "-pie", "-fPIE"],
    ] {
        let exports = exports_of_file(fixture.compile("program", source, options)).unwrap();
        assert_eq!(one(&exports, "offered").kind, ExportKind::Function);
        assert!(find(&exports, "fputs").is_empty());
    }
    let silent = exports_of_file(fixture.compile("program", source, &["-static"])).unwrap();
    assert_eq!(silent, []);
}

#[test]
fn a_replaced_file_is_read_as_it_stands_now() {
    let fixture = Fixture::new();
    let path = fixture.library("libgone.so", "int one(void) { return 1; }", &[]);
    let library = open(&path);
    assert_eq!(
        one(&library.exports().unwrap(), "one").kind,
        ExportKind::Function
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(library.exports().unwrap_err().code(), "library-not-found");
}

#[test]
fn what_is_no_library_is_unreadable() {
    let fixture = Fixture::new();
    let object = fixture.compile("object.o", "int one(void) { return 1; }", &["-c"]);
    let pipe = fixture.path("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let others = [
        object,
        pipe,
        fixture.path("."),
        fixture.file("empty", ""),
        fixture.file("text", "GROUP ( /lib/libm.so.6 )"),
        fixture.file("archive.a", "!<arch>\n"),
        PathBuf::from("/dev/zero"),
    ];
    for path in others {
        let error = exports_of_file(&path).unwrap_err();
        assert_eq!(error.code(), "unreadable-library", "{error}");
        assert!(
            error.to_string().contains(&*path.to_string_lossy()),
            "{error}"
        );
    }
    assert_eq!(
        exports_of_file(fixture.path("absent")).unwrap_err().code(),
        "library-not-found"
    );
}

#[test]
fn damaged_files_never_panic() {
    let fixture = Fixture::new();
    let whole = fs::read(kinds(&fixture, &[])).unwrap();
    images::damage(&fixture, &whole, 3000);
}
