//! What cannot be shown: one message, nothing on stdout, and which exit status.

use crate::command::layout;

/// The message for these arguments, whose exit status is 1.
fn refused(args: &[&str]) -> String {
    let (status, stdout, stderr) = layout(args);
    assert_eq!((status, stdout.as_str()), (Some(1), ""), "{args:?}");
    stderr
}

#[test]
fn an_unknown_model_is_wrong_usage_and_the_known_ones_are_listed() {
    let (status, stdout, stderr) = layout(&["--model", "plan9", "int"]);
    assert_eq!((status, stdout.as_str()), (Some(2), ""));
    let known = "linux-x86_64, linux-aarch64, apple-x86_64, apple-arm64, windows-msvc, windows-gnu";
    assert!(
        stderr.contains(known) && stderr.contains("'plan9'"),
        "{stderr}"
    );
}

#[test]
fn malformed_c_is_shown_with_line_and_caret() {
    assert_eq!(
        refused(&["struct s { int a; duoble b; }"]),
        "\
error: unknown type `duoble`
 --> <declaration>:1:19
  |
1 | struct s { int a; duoble b; }
  |                   ^^^^^^
"
    );
    assert_eq!(
        refused(&["--model", "windows-msvc", "struct s {\n  long a : 33;\n}"]),
        "\
error: `a: long:33` is wider than its type, which has 32 bits
 --> <declaration>:2:12
  |
2 |   long a : 33;
  |            ^^
"
    );
}

#[test]
fn malformed_compact_text_is_shown_with_line_and_caret() {
    assert_eq!(
        refused(&["{i8, f46}"]),
        "\
error: unknown type `f46`
 --> <declaration>:1:6
  |
1 | {i8, f46}
  |      ^^^
"
    );
    assert!(refused(&["[i8; 4"]).starts_with("error: expected `]`, found the end of the text\n"));
    let message = refused(&["--model", "windows-msvc", "{long:33}"]);
    assert!(message.starts_with("error: `long:33` is wider than its type, which has 32 bits\n"));
}

#[test]
fn what_has_no_size_is_named() {
    for (text, message) in [
        ("", "expected a type with a size, found the end of the text"),
        ("void", "`void` is not a value"),
        ("struct s;", "`struct s` is incomplete here"),
        ("FILE", "`FILE` is incomplete here"),
        (
            "typedef struct s t;",
            "expected a type with a size, found one without a size",
        ),
        (
            "typedef int f(int);",
            "expected a type with a size, found one without a size",
        ),
        (
            "int f(int)",
            "expected a type with a size, found a function",
        ),
        ("int a[];", "`[]` is incomplete here"),
        ("f", "unknown type `f`"),
        ("struct s { char a[0x7fffffffffffffff], b; }", "the size of"),
        ("{[u8; 9223372036854775807], u8}", "the size of"),
        ("struct s { char data[]; }", "`data: [char]` has no length"),
        ("(i32) -> i32", "expected a type, found `(`"),
    ] {
        let found = refused(&[text]);
        assert!(
            found.starts_with(&format!("error: {message}")),
            "{text}: {found}"
        );
        assert!(found.contains("--> <declaration>:1:"), "{found}");
    }
}

#[cfg(unix)]
#[test]
fn text_that_is_no_utf_8_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let text = std::ffi::OsStr::from_bytes(b"struct \xff { int a; }");
    let output = crate::command::command(&[])
        .arg(text)
        .output()
        .expect("the command runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        message.starts_with("error: the declaration is not UTF-8\n"),
        "{message}"
    );
}
