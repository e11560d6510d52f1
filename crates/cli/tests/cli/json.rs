//! `--json`.

use serde_json::{Value, json};

use crate::command::{called, fixture, trampette};

fn parsed(library: &str, signature: &str, arguments: &[&str]) -> Value {
    let text = called(library, signature, &[&["--json"], arguments].concat());
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn result_and_type_are_all_there_is() {
    let args = [
        "call",
        "libm.so.6",
        "double pow(double, double)",
        "2",
        "10",
        "--json",
    ];
    assert_eq!(
        trampette(&args).stdout,
        "{\"result\":1024.0,\"type\":\"f64\"}\n"
    );
    assert_eq!(
        parsed(fixture(), "void nothing(void)", &[]),
        json!({"result": null, "type": "void"})
    );
    assert_eq!(
        parsed(fixture(), "bool negate(bool)", &["0"]),
        json!({"result": true, "type": "bool"})
    );
}

#[test]
fn integers_are_exact() {
    let largest = "18446744073709551615";
    let text = called(
        fixture(),
        "uint64_t same_u64(uint64_t)",
        &["--json", largest],
    );
    assert_eq!(text, "{\"result\":18446744073709551615,\"type\":\"u64\"}\n");
    let smallest = parsed(
        fixture(),
        "int64_t same_i64(int64_t)",
        &["--", "-9223372036854775808"],
    );
    assert_eq!(smallest, json!({"result": i64::MIN, "type": "i64"}));
}

#[test]
fn floats_are_short_and_what_json_lacks_is_a_string() {
    let text = called(fixture(), "float same_float(float)", &["--json", "0.1"]);
    assert_eq!(text, "{\"result\":0.1,\"type\":\"f32\"}\n");
    let same = "double same_double(double)";
    assert_eq!(parsed(fixture(), same, &["1e300"])["result"], json!(1e300));
    assert_eq!(parsed(fixture(), same, &["inf"])["result"], json!("inf"));
    assert_eq!(
        parsed(fixture(), same, &["--", "-inf"])["result"],
        json!("-inf")
    );
    assert_eq!(parsed(fixture(), same, &["nan"])["result"], json!("NaN"));
}

#[test]
fn strings_are_strings_and_null_is_null() {
    let same = "const char *same_text(const char *)";
    let text = "line\\n\\\"\\u00e9\\x01";
    assert_eq!(
        parsed(fixture(), same, &[text]),
        json!({"result": "line\n\"é\u{1}", "type": "str"})
    );
    assert_eq!(
        parsed(fixture(), same, &["null"]),
        json!({"result": null, "type": "str"})
    );
    assert_eq!(
        parsed(fixture(), same, &["\\xff"]),
        json!({"result": [255], "type": "str"})
    );
    let pointer = parsed(fixture(), "void *same_pointer(void *)", &["0xff"]);
    assert_eq!(pointer, json!({"result": "0xff", "type": "ptr"}));
}

#[test]
fn structs_are_objects_and_fields_without_names_make_arrays() {
    let text = called(
        "libc.so.6",
        "struct { int quot; int rem; } div(int, int)",
        &["7", "2", "--json"],
    );
    assert_eq!(
        text,
        "{\"result\":{\"quot\":3,\"rem\":1},\"type\":\"{quot: int, rem: int}\"}\n"
    );
    let unnamed = parsed("libc.so.6", "div(int, int) -> {int, int}", &["7", "2"]);
    assert_eq!(unnamed, json!({"result": [3, 1], "type": "{int, int}"}));
    let deep = "same_deep({at: {x: f32, y: f64}, n: [int; 3], name: [char; 4]}) -> \
                {at: {x: f32, y: f64}, n: [int; 3], name: [char; 4]}";
    let result = &parsed(fixture(), deep, &["{{0.5, 2}, [3], \"a\"}"])["result"];
    assert_eq!(
        *result,
        json!({"at": {"x": 0.5, "y": 2.0}, "n": [3, 0, 0], "name": [97, 0, 0, 0]})
    );
}

#[test]
fn buffers_name_their_argument_and_have_value_and_bytes() {
    let modf = parsed(
        "libm.so.6",
        "double modf(double, double *)",
        &["3.25", "buf:8"],
    );
    let buffers = json!([{"argument": 2, "value": 3.0, "hex": "0000000000000840"}]);
    assert_eq!(
        modf,
        json!({"result": 0.25, "type": "f64", "buffers": buffers})
    );
    let memset = "void memset(void *, int, size_t)";
    let text = parsed("libc.so.6", memset, &["buf:3", "'a'", "2"]);
    assert_eq!(
        text["buffers"],
        json!([{"argument": 1, "value": "aa", "hex": "616100"}])
    );
    let bytes = parsed("libc.so.6", memset, &["buf:1", "0xff", "1"]);
    assert_eq!(
        bytes["buffers"],
        json!([{"argument": 1, "value": null, "hex": "ff"}])
    );
}

#[test]
fn errors_are_the_same_as_without() {
    let args = ["call", "self", "int abs(int)", "x"];
    assert_eq!(
        trampette(&[&args[..], &["--json"]].concat()),
        trampette(&args)
    );
}
