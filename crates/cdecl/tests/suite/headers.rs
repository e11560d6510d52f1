//! Headers of this machine, through its compiler's preprocessor.
#![cfg(unix)]

use trampette_cdecl::{ConstantValue, Declarations, Header, HeaderError, Options};
use trampette_types::DataModel;

fn linux() -> Declarations {
    Declarations::new(Options::new(DataModel::LINUX_X86_64))
}

/// `None` where there is no compiler.
fn with(header: &Header) -> Option<Declarations> {
    let mut declarations = linux();
    match declarations.header(header) {
        Ok(()) => Some(declarations),
        Err(HeaderError::NoCompiler { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_standard_headers_are_read_as_they_are() {
    let Some(mut declarations) = with(&Header::new("stdio.h")) else {
        return;
    };
    declarations
        .header(&Header::new("stdlib.h"))
        .expect("texts may repeat each other");
    let printf = declarations.function("printf").expect("it is declared");
    assert_eq!(printf.signature.to_string(), "(str, ...) -> int");
    let eof = declarations.constant("EOF").expect("it is defined");
    assert_eq!(eof.value.integer(), Some(-1));
    let exit = declarations
        .entry("exit")
        .expect("it is declared")
        .location();
    assert!(exit.file.ends_with("stdlib.h") && exit.line > 1, "{exit}");
    assert_eq!(declarations.size_of("div_t"), Ok(8));
}

#[test]
fn a_path_is_a_header_with_the_macros_and_folders_that_are_given() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("headers");
    std::fs::create_dir_all(folder.join("inner")).expect("it is ours");
    let (outer, inner) = (folder.join("outer.h"), folder.join("inner/inner.h"));
    std::fs::write(&outer, "#include <inner.h>\nextern int array[SIZE];\n").expect("it is ours");
    std::fs::write(&inner, "#define NAME \"a\" \"\\n\"\ntypedef int inner;\n").expect("it is ours");
    let header = Header::new(outer.to_str().expect("it is text"))
        .define("SIZE=3")
        .include(folder.join("inner"));
    let Some(declarations) = with(&header) else {
        return;
    };
    let array = declarations.variable("array").expect("it is declared");
    assert_eq!(array.ty.to_string(), "[int; 3]");
    let name = declarations.constant("NAME").expect("it is defined").value;
    assert_eq!(name, ConstantValue::Text(b"a\n".to_vec()));
}

#[test]
fn a_header_behind_another_finds_what_that_defines() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("behind");
    std::fs::create_dir_all(&folder).expect("it is ours");
    let file = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).expect("it is ours");
        folder.join(name).to_str().expect("it is text").to_owned()
    };
    let first = file("first.h", "#define ITEM struct item\nITEM { int a; };\n");
    let second = file("second.h", "ITEM *next(ITEM *);\n");
    let header = Header::new(first).and(second).and("stddef.h");
    let Some(declarations) = with(&header) else {
        return;
    };
    let next = declarations.function("next").expect("it is declared");
    assert_eq!(next.signature.params().len(), 1);
    assert_eq!(declarations.size_of("struct item"), Ok(4));
    assert_eq!(declarations.size_of("size_t"), Ok(8));
    let bad = linux()
        .header(&header.and("a>b"))
        .map_err(|error| error.code());
    assert_eq!(bad, Err("bad-header-name"));
}

#[test]
fn what_goes_wrong_is_told_apart() {
    let code = |header: &Header| linux().header(header).map_err(|error| error.code());
    assert_eq!(code(&Header::new("a\"b")), Err("bad-header-name"));
    assert_eq!(code(&Header::new("")), Err("bad-header-name"));
    let nowhere = Header::new("stdio.h").compiler("no-such-compiler-anywhere");
    // Emulated processes learn of a program that is not there by an exit status alone.
    if std::env::var_os("TRAMPETTE_EMULATOR").is_none() {
        assert_eq!(code(&nowhere), Err("no-compiler"));
    }
    let missing = code(&Header::new("no/such/header.h"));
    assert!(
        matches!(missing, Err("preprocessor" | "no-compiler")),
        "{missing:?}"
    );
}

/// GCC's preprocessor writes `\U000000e9` for `é` in names, and Clang's the character.
#[test]
fn names_beyond_ascii_are_those_of_the_header() {
    // Emulated processes do not tell a compiler that is not there from one that refuses.
    if std::env::var_os("TRAMPETTE_EMULATOR").is_some() {
        return;
    }
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("names");
    std::fs::create_dir_all(&folder).expect("it is ours");
    let path = folder.join("names.h");
    let text = "#define größe 5\n#define TEXT \"é\"\nstruct ñ { int länge[größe]; };\nint caf\\u00e9(int é);\n";
    std::fs::write(&path, text).expect("it is ours");
    let header = Header::new(path.to_str().expect("it is text"));
    for compiler in ["gcc", "clang"] {
        let Some(declarations) = with(&header.clone().compiler(compiler)) else {
            continue;
        };
        let function = declarations.function("café").expect("it is declared");
        assert_eq!(function.parameter_names, [Some("é".to_string())]);
        assert_eq!(declarations.offset_of("struct ñ", "länge[4]"), Ok(16));
        let value = |name: &str| declarations.constant(name).map(|found| found.value);
        let text = ConstantValue::Text("é".as_bytes().to_vec());
        assert_eq!(value("TEXT"), Ok(text));
        assert_eq!(value("größe").map(|size| size.integer()), Ok(Some(5)));
        let place = declarations
            .entry("café")
            .expect("it is declared")
            .location();
        assert_eq!((place.line, place.column), (4, 5));
    }
}

#[test]
fn gnu_source_is_defined_unless_told_otherwise() {
    let Some(declarations) = with(&Header::new("string.h")) else {
        return;
    };
    assert!(!cfg!(target_env = "gnu") || declarations.function("memrchr").is_ok());
    let plain = with(
        &Header::new("string.h")
            .gnu_source(false)
            .argument("-std=c11"),
    );
    let plain = plain.expect("there is a compiler");
    assert!(plain.function("memcpy").is_ok() && plain.function("memrchr").is_err());
}
