//! Whole outputs, as files that a person can look at. `BLESS=1 cargo test -p trampette-cli` writes them
//! anew.

use crate::command::shown;
use crate::drawing::{assert_on_a_page, assert_same_picture, bless};

/// Every kind of member that there is.
const EVERYTHING: &str = "struct s { char c; double d; int bits : 3; unsigned more : 30; \
                          long double ld; struct { short a[3]; char z; } in; \
                          _Complex float cf; __int128 w; }";

/// Files, each with declarations for a model.
const GOLDENS: &[(&str, &str, &[&str])] = &[
    (
        "structs",
        "linux-x86_64",
        &[
            EVERYTHING,
            "struct empty {};",
            "struct small { char c; }",
            "typedef struct { int w, h; struct { float x, y; } origin; const char *title; } window;",
            "struct __attribute__((packed)) p { char a; int b; double c; char d[3]; long e; }",
            "#pragma pack(2)\nstruct p2 { char a; int b; double c; }",
            "struct far { char a; char b __attribute__((aligned(64))); }",
            "{i8, align(16) f64, {i8, {i16, i32}} packed}",
            "{u8, long_name_of_a_member: u8, {x: u8, long_name_of_a_member: u16}}",
        ],
    ),
    (
        "bits",
        "linux-x86_64",
        &[
            "struct ieee754 { unsigned long mantissa : 52, exponent : 11, sign : 1; };",
            "struct flags { unsigned a : 1, b : 1, c : 1, d : 1, mode : 4, : 8, kind : 8; int last : 3; }",
            "struct { unsigned char a : 6; unsigned short crossing : 9, b : 4; } __attribute__((packed))",
            "struct { char a : 3; int : 0; char b : 2; long wide : 60; _Bool is : 1; }",
            "union { unsigned all; struct { unsigned low : 12, high : 20; }; }",
        ],
    ),
    (
        "unions",
        "linux-x86_64",
        &[
            "union { char c; int i; struct { short a, b, c; } s; }",
            "struct value { enum { INT, TEXT } kind; union { long i; double d; struct { int len; char text[12]; } s; } as; }",
            "struct { union { int i; struct { char lo, hi; }; }; struct { int x, y; }; }",
            "union { struct { int a; } x[3]; double d; union { int p; char q; } inner; }",
        ],
    ),
    (
        "arrays",
        "linux-x86_64",
        &[
            "struct { char name[200]; int m[2][3]; double tail; }",
            "struct { struct { int x; double y; } a[100]; char tail; }",
            "struct { struct { char name[100]; int n; } big[2]; struct { char r, g, b; } px[40]; }",
            "struct message { int n; char kind; char data[]; }",
            "struct table { double d; struct { char c; int x; } rows[]; }",
            "struct page { char a; char b __attribute__((aligned(4096))); }",
            "{[u8; 9223372036854775807]}",
        ],
    ),
    (
        "types",
        "linux-x86_64",
        &[
            "long double",
            "enum color { RED, GREEN }",
            "int *[3]",
            "typedef struct point { int x, y; } point; point corners[4];",
            "void (*signal(int, void (*)(int)))(int); wchar_t",
        ],
    ),
    (
        "windows-msvc",
        "windows-msvc",
        &[
            EVERYTHING,
            "struct { long l; wchar_t w; enum { A } e; char c : 3; short s : 3; int : 0; int i : 3; }",
            "struct empty {};",
        ],
    ),
    (
        "apple-arm64",
        "apple-arm64",
        &["struct { char c; long double ld; int flag : 1; wchar_t w; }"],
    ),
];

/// Every declaration, with the option that names its model.
fn examples() -> impl Iterator<Item = [&'static str; 3]> {
    let of = |&(_, model, declarations): &(&str, &'static str, &'static [&'static str])| {
        declarations
            .iter()
            .map(move |text| ["--model", model, text])
    };
    GOLDENS.iter().flat_map(of)
}

#[test]
fn outputs_are_as_blessed() {
    let outputs = GOLDENS.iter().map(|(name, model, declarations)| {
        let texts = declarations.iter().map(|declaration| {
            let output = shown(&["--model", model, declaration]);
            format!("$ trampette layout --model {model} '{declaration}'\n{output}\n")
        });
        ((*name).to_string(), texts.collect())
    });
    bless("layout", outputs);
}

#[test]
fn no_line_is_longer_than_a_page_and_none_ends_in_space() {
    for example in examples() {
        assert_on_a_page(&shown(&example));
    }
}

#[test]
fn ascii_is_the_same_picture() {
    for example in examples() {
        let ascii = [&["--ascii"], &example[..]].concat();
        assert_same_picture(&shown(&ascii), &shown(&example));
    }
}
