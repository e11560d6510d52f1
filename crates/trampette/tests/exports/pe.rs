//! Windows' own libraries, and such as the C compiler makes, compared with what the loader finds.

use std::path::PathBuf;

use trampette::{Export, ExportKind, Library, exports_of_file};

use crate::fixture::Fixture;
use crate::{find, images, one, open};

/// What stands in a file, and is not another library's.
fn own(exports: &[Export]) -> impl Iterator<Item = &Export> {
    exports
        .iter()
        .filter(|export| export.kind != ExportKind::Forward)
}

#[test]
fn what_system_libraries_export_the_loader_finds_where_it_is_said_to_stand() {
    for name in ["kernel32.dll", "msvcrt.dll"] {
        let library = open(name);
        let exports = library.exports().unwrap();
        assert!(exports.len() > 500, "{name} has only {}", exports.len());
        let named = own(&exports).filter(|export| !export.name.is_empty());
        let places = named.map(|export| {
            let found = library.symbol(&export.name).unwrap().addr().get();
            found - usize::try_from(export.address).unwrap()
        });
        let mut bases: Vec<_> = places.collect();
        bases.dedup();
        assert_eq!(bases.len(), 1, "{name} is loaded once: {bases:x?}");
    }
}

#[test]
fn forwarded_symbols_are_found_through_the_loader() {
    let library = open("kernel32.dll");
    let exports = library.exports().unwrap();
    let forwarded = find(&exports, "HeapAlloc");
    if let [
        Export {
            forward: Some(to), ..
        },
    ] = forwarded[..]
    {
        assert!(to.to_lowercase().starts_with("ntdll!"), "{to}");
    }
    assert!(library.has_symbol("HeapAlloc"));
}

const KINDS: &str = r#"
    #include <string.h>
    #define SHARED __declspec(dllexport)
    SHARED int variable = 7;
    SHARED const char constant[12] = "hello";
    SHARED int function(void) { return variable; }
    int hidden(void) { return 4; }
    SHARED size_t uses(const char *text) { return strlen(text) + hidden(); }
"#;

fn kinds(fixture: &Fixture) -> PathBuf {
    fixture.library("kinds.dll", KINDS, &[])
}

#[test]
fn each_kind_of_symbol_is_told_and_imports_are_left_out() {
    let exports = exports_of_file(kinds(&Fixture::new())).unwrap();
    let found: Vec<_> = exports
        .iter()
        .map(|export| (export.name.as_str(), export.kind))
        .collect();
    let expected = [
        ("constant", ExportKind::Variable),
        ("function", ExportKind::Function),
        ("uses", ExportKind::Function),
        ("variable", ExportKind::Variable),
    ];
    assert_eq!(found, expected);
    let ordinals: Vec<_> = exports.iter().map(|export| export.ordinal).collect();
    assert_eq!(ordinals, [Some(1), Some(2), Some(3), Some(4)]);
}

#[test]
fn a_module_definition_names_ordinals_and_forwarders() {
    let fixture = Fixture::new();
    let definition = "EXPORTS\n  one @ 7\n  alone @ 9 NONAME\n  grown = kernel32.Sleep @ 11\n";
    let definition = fixture.file("odd.def", definition);
    let source = "int one(void) { return 1; } int alone(void) { return 2; }";
    let path = fixture.library("odd.dll", source, &[definition.to_str().unwrap()]);
    let exports = exports_of_file(path).unwrap();
    assert_eq!(one(&exports, "one").ordinal, Some(7));
    assert_eq!(one(&exports, "").ordinal, Some(9));
    let forward = one(&exports, "grown").forward.as_deref();
    assert_eq!(
        forward.map(str::to_lowercase).as_deref(),
        Some("kernel32!sleep")
    );
}

#[test]
fn a_file_is_found_by_the_librarys_name_alone() {
    let library = open("msvcrt.dll");
    let path = library.path().unwrap();
    assert!(path.is_absolute());
    assert_eq!(library.exports().unwrap(), exports_of_file(path).unwrap());
}

#[test]
fn the_process_lists_its_own_program() {
    let exports = Library::process().exports().unwrap();
    assert_eq!(
        exports,
        exports_of_file(std::env::current_exe().unwrap()).unwrap()
    );
    assert!(find(&exports, "malloc").is_empty());
}

#[test]
fn what_is_no_library_is_unreadable() {
    let fixture = Fixture::new();
    let object = fixture.compile("object.o", "int one(void) { return 1; }", &["-c"]);
    let others = [
        object,
        fixture.path("."),
        fixture.file("empty", ""),
        fixture.file("text", "not a library"),
        fixture.file("archive.a", "!<arch>\n"),
    ];
    for path in others {
        let error = exports_of_file(&path).unwrap_err();
        assert_eq!(error.code(), "unreadable-library", "{error}");
        let message = error.to_string();
        assert!(message.contains(&*path.to_string_lossy()), "{message}");
    }
    let error = exports_of_file(fixture.path("absent")).unwrap_err();
    assert_eq!(error.code(), "library-not-found");
}

#[test]
fn damaged_files_never_panic() {
    let fixture = Fixture::new();
    let whole = std::fs::read(kinds(&fixture)).unwrap();
    images::damage(&fixture, &whole, 3000);
}
