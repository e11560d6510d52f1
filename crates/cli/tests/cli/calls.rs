//! Results as people read them.

use crate::command::{called, fixture, trampette};

#[test]
fn numbers_are_written_as_people_write_them() {
    assert_eq!(
        called("libm.so.6", "double pow(double, double)", &["2", "10"]),
        "1024\n"
    );
    assert_eq!(
        called("libm.so.6", "double pow(double, double)", &["12.25", "0.5"]),
        "3.5\n"
    );
    assert_eq!(
        called("libm.so.6", "double pow(double, double)", &["10", "300"]),
        "1e300\n"
    );
    assert_eq!(called("libm.so.6", "double log(double)", &["0"]), "-inf\n");
    assert_eq!(called("libm.so.6", "double acos(double)", &["2"]), "NaN\n");
    assert_eq!(
        called("libm.so.6", "float fabsf(float)", &["-0.1"]),
        "0.1\n"
    );
    assert_eq!(
        called("libc.so.6", "size_t strlen(const char *)", &["hello"]),
        "5\n"
    );
    assert_eq!(called("libc.so.6", "int abs(int)", &["-7"]), "7\n");
    assert_eq!(called(fixture(), "bool negate(bool)", &["true"]), "false\n");
}

#[test]
fn structs_and_unions_show_their_fields() {
    let div = "struct { int quot; int rem; } div(int, int)";
    assert_eq!(called("libc.so.6", div, &["7", "2"]), "{quot: 3, rem: 1}\n");
    assert_eq!(
        called("libc.so.6", "div(int, int) -> {int, int}", &["7", "2"]),
        "{3, 1}\n"
    );
    let same = "union { int i; float f; } same_union(union { int i; float f; })";
    assert_eq!(
        called(fixture(), same, &["{f: 1}"]),
        "{i: 1065353216, f: 1}\n"
    );
}

#[test]
fn strings_are_text_and_pointers_are_addresses() {
    let same_text = "const char *same_text(const char *text)";
    assert_eq!(
        called(fixture(), same_text, &["a line\\nand another"]),
        "a line\nand another\n"
    );
    assert_eq!(called(fixture(), same_text, &[""]), "\n");
    assert_eq!(called(fixture(), same_text, &["null"]), "null\n");
    let same_pointer = "void *same_pointer(void *)";
    assert_eq!(
        called(fixture(), same_pointer, &["0xDEADbeef"]),
        "0xdeadbeef\n"
    );
    assert_eq!(called(fixture(), same_pointer, &["null"]), "0x0\n");
}

#[test]
fn void_prints_nothing() {
    assert_eq!(called(fixture(), "void nothing(void)", &[]), "");
    assert_eq!(called(fixture(), "nothing() -> void", &[]), "");
}

#[test]
fn output_of_c_comes_before_the_result() {
    let printf = "int printf(const char *, ...)";
    let printed = called(
        "libc.so.6",
        printf,
        &["x=%d y=%.2f\\n", "int:42", "double:2.5"],
    );
    assert_eq!(printed, "x=42 y=2.50\n12\n");
    assert_eq!(
        called(fixture(), "void print_unflushed(void)", &[]),
        "from C"
    );
}

#[test]
fn the_process_itself_is_a_library() {
    assert_eq!(called("self", "int abs(int)", &["-7"]), "7\n");
}

#[test]
fn compact_text_is_told_by_its_arrow() {
    assert_eq!(
        called("libm.so.6", "pow(f64, f64) -> f64", &["2", "10"]),
        "1024\n"
    );
    assert_eq!(
        called("libm.so.6", "  pow ( f64,f64 )->f64", &["2", "10"]),
        "1024\n"
    );
    let named = format!("pow {} (f64, f64) -> f64", trampette::ABI.name());
    assert_eq!(called("libm.so.6", &named, &["2", "10"]), "1024\n");
    assert_eq!(
        called(
            "libc.so.6",
            "snprintf(ptr, size_t, str, ..., int) -> int",
            &["0", "0", "%d", "42"]
        ),
        "2\n"
    );
}

#[test]
fn what_a_prototype_needs_may_stand_before_it() {
    let swap = "typedef struct { float x; double y; } point; point swap(point);";
    assert_eq!(called(fixture(), swap, &["{1.5, 2}"]), "{x: 2, y: 1.5}\n");
}

#[test]
fn strings_that_are_no_utf_8_pass_through() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let bytes = OsStr::from_bytes(b"\xff\xfe \x80");
    let args = ["call", fixture(), "const char *same_text(const char *)"].map(OsStr::new);
    let output = crate::command::command(&[&args[..], &[bytes]].concat())
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"\xff\xfe \x80\n");
    assert!(output.status.success());
}

#[test]
fn the_exit_status_of_a_function_that_exits_is_its_own() {
    let outcome = trampette(&["call", "self", "void exit(int)", "42"]);
    assert_eq!(
        (
            outcome.status,
            outcome.stdout.as_str(),
            outcome.stderr.as_str()
        ),
        (Some(42), "", "")
    );
}
