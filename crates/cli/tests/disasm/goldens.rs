//! Whole outputs, as files that a person can look at. `BLESS=1 cargo test -p trampette-cli` writes them
//! anew.

use crate::command::shown;
use crate::drawing::{assert_on_a_page, assert_same_picture, bless};

/// Conventions, and signatures that show what is particular to each.
const GOLDENS: &[(&str, &[&str])] = &[
    (
        "sysv64",
        &[
            "double area(struct rect { double width; int height; } r, signed char unit, _Bool *ok)",
            "printf(str, ..., int, f64, f64) -> int",
            "({[i64; 3]}, i64, i64, i64, i64, i64, i64, {i64, i64}, i8) -> {[i64; 3]}",
            "struct { char text[13]; } f(union { double d; int i; } u, struct { char c; short s; } p)",
            "(i64, i64, i64, i64, i64, i64, {[i8; 1000]}, {i64} align(64)) -> void",
            "void nothing(void)",
            "void f(struct { char none[0]; } nothing, short s)",
        ],
    ),
    (
        "win64",
        &[
            "float mixed(int i, double d, char *p, float f, short s, _Bool b)",
            "int printf(const char *format, ...)",
            "(str, ..., f64, {i64, i64}, f64) -> {i64, i64}",
            "(i64, i64, i64, i64, {[i8; 6]}, {i64} align(64)) -> {[i64; 4]}",
        ],
    ),
    (
        "win64-gnu",
        &["struct pair { long a, b; } f(struct pair p, wchar_t c, enum { LOW, HIGH } level)"],
    ),
    (
        "aapcs64",
        &[
            "struct hfa { float x, y, z; } f(struct hfa v, char c, struct { long a, b; } pair)",
            "(i64, {i64} align(16), {[i64; 3]}, i64, i64, i64, i64, {i64, i64}, i8) -> {[i64; 3]}",
            "printf(str, ..., int, f64) -> int",
        ],
    ),
    (
        "apple-arm64",
        &[
            "long f(long, long, long, long, long, long, long, long, char a, short b, int c, _Bool d)",
            "printf(str, ..., int, f64) -> int",
        ],
    ),
    (
        "win-arm64",
        &[
            "long f(long n, struct { double x, y; } p, short s)",
            "(ptr, ..., f64, {f64, f64}, {[i8; 300]}) -> {f32, f32}",
        ],
    ),
];

/// Every signature, with the option that names its convention.
fn examples() -> impl Iterator<Item = [&'static str; 3]> {
    let of = |&(abi, signatures): &(&'static str, &'static [&'static str])| {
        signatures.iter().map(move |text| ["--abi", abi, text])
    };
    GOLDENS.iter().flat_map(of)
}

#[test]
fn outputs_are_as_blessed() {
    let outputs = GOLDENS.iter().map(|(abi, signatures)| {
        let texts = signatures.iter().map(|signature| {
            let output = shown(&["--abi", abi, signature]);
            format!("$ trampette disasm --abi {abi} '{signature}'\n{output}\n")
        });
        ((*abi).to_string(), texts.collect())
    });
    bless("disasm", outputs);
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
