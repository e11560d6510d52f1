//! Whole outputs, as files that a person can look at. `BLESS=1 cargo test -p trampette-cli` writes them
//! anew.

use std::path::Path;

use crate::command::shown;

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

#[test]
fn outputs_are_as_blessed() {
    let wrong: Vec<String> = GOLDENS
        .iter()
        .filter_map(|(abi, signatures)| {
            let texts = signatures.iter().map(|signature| {
                let output = shown(&["--abi", abi, signature]);
                format!("$ trampette disasm --abi {abi} '{signature}'\n{output}\n")
            });
            bless(abi, &texts.collect::<String>()).err()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Compares with the golden of this name, or writes it.
fn bless(name: &str, text: &str) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/disasm/goldens");
    let path = folder.join(name).with_extension("txt");
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(&path, text).map_err(|error| error.to_string());
    }
    if std::fs::read_to_string(&path).unwrap_or_default() == text {
        return Ok(());
    }
    Err(format!(
        "{name} is not as blessed (BLESS=1 writes it anew):\n{text}"
    ))
}

#[test]
fn no_line_is_longer_than_a_page_and_none_ends_in_space() {
    for (abi, signatures) in GOLDENS {
        for signature in *signatures {
            for line in shown(&["--abi", abi, signature]).lines() {
                assert!(line.chars().count() <= 100, "{line}");
                assert_eq!(line.trim_end(), line);
            }
        }
    }
}

#[test]
fn ascii_is_the_same_picture() {
    for (abi, signatures) in GOLDENS {
        for signature in *signatures {
            let ascii = shown(&["--ascii", "--abi", abi, signature]);
            assert!(ascii.is_ascii(), "{ascii}");
            let unicode = shown(&["--abi", abi, signature]);
            let widths = |text: &str| text.lines().map(|line| line.chars().count()).collect();
            let (ascii, unicode): (Vec<_>, Vec<_>) = (widths(&ascii), widths(&unicode));
            assert_eq!(ascii, unicode);
        }
    }
}
