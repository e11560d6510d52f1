//! Output buffers.

use crate::command::{called, fixture, refused};

#[test]
fn buffers_are_printed_after_the_result() {
    let snprintf = "int snprintf(char *, size_t, const char *, ...)";
    let printed = called(
        "libc.so.6",
        snprintf,
        &["buf:64", "64", "%s-%d", "str:text", "int:-1"],
    );
    assert_eq!(printed, "7\ntext--1\n");
}

#[test]
fn buffers_behind_typed_pointers_are_values() {
    assert_eq!(
        called(
            "libm.so.6",
            "double modf(double, double *)",
            &["3.25", "buf:8"]
        ),
        "0.25\n3\n"
    );
    assert_eq!(
        called("libm.so.6", "double frexp(double, int *)", &["10", "buf:4"]),
        "0.625\n4\n"
    );
    let fill = "struct pair { int a; int b; }; void fill(struct pair *pairs, int count)";
    assert_eq!(
        called(fixture(), fill, &["buf:16", "2"]),
        "[{a: 0, b: 0}, {a: 1, b: 10}]\n"
    );
    let bytes = "00 00 00 00 00 00 00 00 01 00 00 00 0a 00 00 00 00
";
    assert_eq!(called(fixture(), fill, &["buf:17", "2"]), bytes);
}

#[test]
fn other_buffers_are_text_where_it_is_printable_and_bytes_where_not() {
    let memset = "void memset(void *, int, size_t)";
    assert_eq!(called("libc.so.6", memset, &["buf:4", "'x'", "2"]), "xx\n");
    assert_eq!(
        called("libc.so.6", memset, &["buf:4", "'x'", "4"]),
        "xxxx\n"
    );
    assert_eq!(
        called("libc.so.6", memset, &["buf:4", "0xff", "2"]),
        "ff ff 00 00\n"
    );
    assert_eq!(called("libc.so.6", memset, &["buf:4", "0", "0"]), "\n");
    assert_eq!(called("libc.so.6", memset, &["buf:0", "0", "0"]), "\n");
    assert_eq!(
        called(fixture(), "void put_bytes(unsigned char *)", &["buf:3"]),
        "00 ff 00\n"
    );
    assert_eq!(
        called(fixture(), "void put_bytes(char *)", &["buf:3"]),
        "\n"
    );
}

#[test]
fn every_buffer_has_its_line() {
    let memcpy = "void memccpy(void *, void *, int, size_t)";
    assert_eq!(
        called("libc.so.6", memcpy, &["buf:2", "buf:3", "0", "0"]),
        "\n\n"
    );
    let strcat = "void sprintf(char *, const char *, ...)";
    assert_eq!(
        called("libc.so.6", strcat, &["buf:8", "a%n", "buf:4"]),
        "a\n01 00 00 00\n"
    );
}

#[test]
fn buffers_stand_inside_structs() {
    let put = "struct view { void *bytes; size_t size; }; void put_text(struct view)";
    assert_eq!(called(fixture(), put, &["{buf:8, 8}"]), "inside\n");
    assert_eq!(
        called(fixture(), put, &["{size: 8, bytes: buf:8}"]),
        "inside\n"
    );
}

#[test]
fn buffers_of_no_size_and_too_much_are_refused() {
    let memset = "void memset(void *, int, size_t)";
    let limit = "all buffers together have at most 67108864";
    for size in [
        "99999999999999",
        "67108865",
        "-1",
        "99999999999999999999999999999999999999999999999",
    ] {
        let message = refused("libc.so.6", memset, &[&format!("buf:{size}"), "0", "0"]);
        assert_eq!(
            message,
            format!("error: argument 1: a buffer of `{size}` bytes is too large: {limit}\n")
        );
    }
    for size in ["", "x", "1k"] {
        let message = refused("libc.so.6", memset, &[&format!("buf:{size}"), "0", "0"]);
        assert_eq!(
            message,
            format!("error: argument 1: expected `buf:` and a size in bytes, found `{size}`\n")
        );
    }
    let memcpy = "void memcpy(void *, void *, size_t)";
    let message = refused("libc.so.6", memcpy, &["buf:1", "buf:67108864", "0"]);
    assert!(
        message.starts_with("error: argument 2: a buffer of `67108864` bytes"),
        "{message}"
    );
}
