//! Headers in the place of declarations.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::command::{Outcome, emulator, fixture, trampette};

/// Whether the headers of the machine are those of what runs here.
fn is_native() -> bool {
    emulator().is_none()
}

fn succeeded(args: &[&str]) -> String {
    let Outcome {
        status,
        stdout,
        stderr,
    } = trampette(args);
    assert_eq!((stderr.as_str(), status), ("", Some(0)), "{args:?}");
    stdout
}

fn failed(args: &[&str]) -> String {
    let outcome = trampette(args);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.status),
        ("", Some(1)),
        "{args:?}"
    );
    outcome.stderr
}

/// A header of this text.
fn header(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the folder is ours");
    path.to_str().expect("a path in UTF-8").to_string()
}

#[test]
fn functions_of_headers_are_called_by_name() {
    if !is_native() {
        return;
    }
    let called = succeeded(&["call", "--header", "stdlib.h", "self", "div", "7", "2"]);
    assert_eq!(called, "{quot: 3, rem: 1}\n");
    let own = header(
        "calls.h",
        "#include <string.h>\n#define NUMBER (SIGN 40 + 2)\nenum { LETTER = 'z' };
        int absolute(int) __asm__(\"abs\"); int toupper(int);",
    );
    let called = succeeded(&[
        "call", "--header", &own, "-DSIGN=-", "self", "absolute", "NUMBER",
    ]);
    assert_eq!(called, "38\n");
    let called = succeeded(&["call", "--header", &own, "self", "toupper", "LETTER"]);
    assert_eq!(called, "90\n");
    let behind = header("behind.h", "enum { BELOW = NUMBER - 1 };");
    let called = succeeded(&[
        "call", "--header", &own, "--header", &behind, "-DSIGN=-", "self", "absolute", "BELOW",
    ]);
    assert_eq!(called, "39\n");
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        let wide = header(
            "wide.h",
            "#include <float.h>\nlong double copysignl(long double, long double);",
        );
        let called = succeeded(&[
            "call",
            "--header",
            &wide,
            "self",
            "copysignl",
            "LDBL_MAX",
            "-1",
        ]);
        assert!(called.starts_with("-1.18973149535723176"), "{called}");
        assert!(called.ends_with("e4932\n"), "{called}");
    }
    let refused = failed(&["call", "--header", &own, "self", "strlne", "a"]);
    assert_eq!(refused, "error: no function `strlne` is declared\n");
    let refused = failed(&["call", "--header", &own, "self", "LETTER", "a"]);
    assert!(
        refused.starts_with("error: `LETTER` is a constant and no function"),
        "{refused}"
    );
}

#[test]
fn types_of_headers_are_drawn() {
    if !is_native() {
        return;
    }
    let own = header(
        "types.h",
        "struct pair { char c; int i; }; extern struct pair table[3];",
    );
    for (name, first) in [
        (
            "struct pair",
            "struct pair: 8 bytes, aligned to 4, 3 bytes of padding",
        ),
        (
            "pair",
            "struct pair: 8 bytes, aligned to 4, 3 bytes of padding",
        ),
        ("struct pair[2]", "struct pair[2]: 16 bytes, aligned to 4"),
        ("table", "table: 24 bytes, aligned to 4"),
    ] {
        let drawn = succeeded(&["layout", "--header", &own, name]);
        assert!(drawn.starts_with(first), "{drawn}");
    }
    let json = succeeded(&["layout", "--header", &own, "pair", "--json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["size"], 8);
    let refused = failed(&["layout", "--header", &own, "struct piar"]);
    assert!(
        refused.contains("`struct piar` is incomplete here"),
        "{refused}"
    );
}

#[test]
fn exports_are_shown_with_their_declarations() {
    if !is_native() {
        return;
    }
    let own = header(
        "exports.h",
        "typedef struct { int x; } *handle; extern int exported_variable; void no_such(handle);",
    );
    let plain = succeeded(&["exports", "--header", &own, fixture()]);
    let declared = plain
        .lines()
        .find(|line| line.contains("exported_variable"));
    let declared = declared.expect("the variable is exported");
    assert!(
        declared.ends_with("  extern int exported_variable"),
        "{declared}"
    );
    assert!(!plain.contains("no_such"));
    let json = succeeded(&["exports", "--header", &own, fixture(), "--json"]);
    let json: Vec<Value> = serde_json::from_str(&json).expect("JSON");
    let of = |name: &str| json.iter().find(|export| export["name"] == name);
    let variable = of("exported_variable").expect("the variable is exported");
    assert_eq!(variable["declaration"], "extern int exported_variable");
    assert!(json.iter().any(|export| export["declaration"].is_null()));
}

#[test]
fn errors_are_shown_in_the_header_itself() {
    if !is_native() {
        return;
    }
    let own = header("wrong.h", "int f(int);\nint g(lnog);\n\nlong f(int);\n");
    let refused = failed(&["call", "--header", &own, "self", "f", "1"]);
    let expected = format!(
        "\
error: unknown type `lnog`
 --> {own}:2:7
  |
2 | int g(lnog);
  |       ^^^^

error: `f` is declared as something else
 --> {own}:4:6
  |
4 | long f(int);
  |      ^
  |
note: it was declared here first
 --> {own}:1:5
  |
1 | int f(int);
  |     -
"
    );
    assert_eq!(refused, expected);
    let missing = failed(&["layout", "--header", "no/such.h", "int"]);
    assert!(missing.contains("refuses the header:\n"), "{missing}");
    assert!(!missing.contains("\\n"), "{missing}");
}

#[test]
fn what_belongs_to_headers_needs_one() {
    let outcome = trampette(&["layout", "-DA=1", "int"]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("--header"), "{}", outcome.stderr);
}
