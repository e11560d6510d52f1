//! Signatures that are none: the line and a caret.

use crate::command::refused;

/// The message for a signature, without `error: ` and the empty line's bar.
fn check(signature: &str, expected: &str) {
    assert_eq!(
        refused("libm.so.6", signature, &[]),
        expected,
        "{signature}"
    );
}

#[test]
fn c_text_is_shown_with_line_and_caret() {
    check(
        "double pow(double, duoble)",
        "\
error: unknown type `duoble`
 --> <signature>:1:20
  |
1 | double pow(double, duoble)
  |                    ^^^^^^
",
    );
    check(
        "double pow(double,\n    double",
        "\
error: expected `,` or `)`, found the end of the text
 --> <signature>:2:11
  |
2 |     double
  |           ^
",
    );
    check(
        "double (double)",
        "\
error: expected the name of the function as well
 --> <signature>:1:1
  |
1 | double (double)
  | ^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn compact_text_is_shown_with_line_and_caret() {
    check(
        "pow(f64, f46) -> f64",
        "\
error: unknown type `f46`
 --> <signature>:1:10
  |
1 | pow(f64, f46) -> f64
  |          ^^^
",
    );
    check(
        "(f64) -> f64",
        "\
error: expected the name of the function first
 --> <signature>:1:1
  |
1 | (f64) -> f64
  | ^
",
    );
    check(
        "pow(f64) -> f64 x",
        "\
error: expected the end of the text, found `x`
 --> <signature>:1:17
  |
1 | pow(f64) -> f64 x
  |                 ^
",
    );
    check(
        "pow(str, ..., i8) -> int",
        "\
error: parameter 2 is variadic: C passes `i8` there as `int`
 --> <signature>:1:4
  |
1 | pow(str, ..., i8) -> int
  |    ^^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn an_empty_signature_names_what_is_missing() {
    let message = refused("libm.so.6", "", &[]);
    assert!(message.contains("<signature>:1:1"), "{message}");
    let message = refused("libm.so.6", "f ->", &[]);
    assert!(message.contains("<signature>:1:3"), "{message}");
}

#[test]
fn a_signature_of_other_bytes_is_not_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let args = ["call", "libm.so.6"].map(OsStr::new);
    let outcome =
        crate::command::trampette(&[&args[..], &[OsStr::from_bytes(b"int \xff()")]].concat());
    assert_eq!(outcome.status, Some(1));
    assert!(
        outcome
            .stderr
            .starts_with("error: the signature is not UTF-8\n --> <signature>:1:5\n")
    );
}

#[test]
fn limits_are_kept() {
    let many = vec!["int"; 1025].join(", ");
    let deep = "{".repeat(100) + "i32" + &"}".repeat(100);
    for (signature, message) in [
        (
            format!("int f({many})"),
            "1025 parameters, and at most 1024 are supported",
        ),
        (
            format!("f({many}) -> int"),
            "1025 parameters, and at most 1024 are supported",
        ),
        (
            format!("f({deep}) -> int"),
            "the type nests deeper than 64 levels",
        ),
        (
            "f({[i64; 9999999]}) -> int".into(),
            "`{[i64; 9999999]}` has 79999992 bytes, and at most 1048576 are",
        ),
        (
            "f() -> {[[[i64; 4294967296]; 4294967296]; 2]}".into(),
            "overflows",
        ),
        (
            "int f(struct { long a[4611686018427387904]; })".into(),
            "overflows",
        ),
        (
            "int f(struct { char a[99999999999999999999]; })".into(),
            "too large",
        ),
        (
            "f({[i8; 99999999999999999999]}) -> int".into(),
            "the number is too large",
        ),
    ] {
        let shown = refused("libm.so.6", &signature, &[]);
        assert!(
            shown.starts_with("error: ") && shown.contains(message),
            "{shown}"
        );
        assert!(shown.contains("--> <signature>:1:"), "{shown}");
    }
}
