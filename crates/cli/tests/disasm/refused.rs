//! What cannot be shown: one message, and which exit status.

use crate::command::disasm;

/// The message for these arguments, whose exit status is 1.
fn refused(args: &[&str]) -> String {
    let (status, stdout, stderr) = disasm(args);
    assert_eq!((status, stdout.as_str()), (Some(1), ""), "{args:?}");
    stderr
}

#[test]
fn an_unknown_convention_is_wrong_usage_and_the_known_ones_are_listed() {
    let (status, stdout, stderr) = disasm(&["--abi", "win46", "() -> void"]);
    assert_eq!((status, stdout.as_str()), (Some(2), ""));
    let known = "sysv64, win64, win64-gnu, aapcs64, apple-arm64, win-arm64";
    assert!(
        stderr.contains(known) && stderr.contains("'win46'"),
        "{stderr}"
    );
    let (status, _, stderr) = disasm(&["--model", "plan9", "() -> void"]);
    assert_eq!(status, Some(2));
    assert!(stderr.contains("windows-msvc"), "{stderr}");
}

#[test]
fn two_conventions_for_one_signature_are_a_conflict() {
    let message = "error: the signature is of the convention win64, and --abi says sysv64\n";
    assert_eq!(refused(&["--abi", "sysv64", "win64 (i32) -> i32"]), message);
    assert_eq!(
        refused(&["--abi", "sysv64", "f win64 (i32) -> i32"]),
        message
    );
    let c = "int __attribute__((ms_abi)) f(int)";
    assert_eq!(refused(&["--abi", "sysv64", c]), message);
}

#[test]
fn what_the_convention_does_not_define_is_named() {
    assert_eq!(
        refused(&["--abi", "win64-gnu", "() -> {}"]),
        "error: the calling convention win64-gnu does not define how `{}` is passed\n"
    );
}

#[test]
fn malformed_text_is_shown_with_line_and_caret() {
    assert_eq!(
        refused(&["double pow(double, duoble)"]),
        "\
error: unknown type `duoble`
 --> <signature>:1:20
  |
1 | double pow(double, duoble)
  |                    ^^^^^^
"
    );
    assert_eq!(
        refused(&["--abi", "win64", "  (f64, f46) -> f64"]),
        "\
error: unknown type `f46`
 --> <signature>:1:9
  |
1 |   (f64, f46) -> f64
  |         ^^^
"
    );
    assert_eq!(
        refused(&["f win46 (i32) -> i32"]),
        "\
error: expected `(` or a calling convention, found `win46`
 --> <signature>:1:3
  |
1 | f win46 (i32) -> i32
  |   ^^^^^
"
    );
    let message = refused(&["(str, ..., i8) -> int"]);
    assert!(
        message.starts_with("error: parameter 2 is variadic: C passes `i8` there as `int`\n"),
        "{message}"
    );
}
