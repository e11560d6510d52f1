//! `--json`: numbers for programs.

use serde_json::{Value, json};

use crate::command::shown;

fn parsed(args: &[&str]) -> Value {
    let line = shown(&[args, &["--json"]].concat());
    assert_eq!(line.lines().count(), 1);
    serde_json::from_str(&line).expect("JSON")
}

#[test]
fn members_have_offsets_from_the_start_of_the_whole_and_members_of_their_own() {
    let c = "struct s { char c; struct { int a : 3; short b[2]; } in; union { int i; float f; }; }";
    let all = parsed(&["--model", "linux-x86_64", c]);
    let plain = |name: &str, ty: &str, offset: u64, size: u64| {
        json!({
            "name": name, "type": ty, "offset": offset, "size": size,
            "bit_offset": null, "bit_width": null,
        })
    };
    let mut inner = plain("in", "{a: int:3, b: [short; 2]}", 4, 8);
    inner["fields"] = json!([
        {"name": "a", "type": "int", "offset": 4, "size": 4, "bit_offset": 0, "bit_width": 3},
        plain("b", "[short; 2]", 6, 4),
    ]);
    let mut union = plain("", "union {i: int, f: f32}", 12, 4);
    union["name"] = Value::Null;
    union["fields"] = json!([plain("i", "int", 12, 4), plain("f", "f32", 12, 4)]);
    let fields = json!([plain("c", "char", 0, 1), inner, union]);
    assert_eq!(
        all,
        json!({
            "name": "struct s",
            "type": "{c: char, in: {a: int:3, b: [short; 2]}, union {i: int, f: f32}}",
            "model": "linux-x86_64",
            "size": 16,
            "align": 4,
            "fields": fields,
        })
    );
}

#[test]
fn bits_are_counted_in_the_storage_of_their_type() {
    let c = "struct { unsigned char a : 3; unsigned b : 20; unsigned short c : 7; }";
    let all = parsed(&["--model", "linux-x86_64", c]);
    let bits = |index: usize| {
        let field = &all["fields"][index];
        ["offset", "size", "bit_offset", "bit_width"].map(|key| field[key].as_u64())
    };
    assert_eq!(bits(0), [0, 1, 0, 3].map(Some));
    assert_eq!(bits(1), [0, 4, 3, 20].map(Some));
    assert_eq!(bits(2), [2, 2, 7, 7].map(Some));
    assert_eq!(all["fields"][3], Value::Null);
}

#[test]
fn an_array_of_structs_has_the_members_of_its_first_element() {
    let all = parsed(&["struct { int n; struct { char c; int x; } a[2][3]; int m[4]; }"]);
    let array = &all["fields"][1];
    assert_eq!((&array["offset"], &array["size"]), (&json!(4), &json!(48)));
    assert_eq!(array["fields"][1]["name"], "x");
    assert_eq!(array["fields"][1]["offset"], 8);
    assert_eq!(all["fields"][2].get("fields"), None);
}

#[test]
fn what_has_no_members_has_no_fields() {
    for (text, name, size) in [
        ("long double", Value::Null, 8),
        ("typedef int v[4];", json!("v"), 16),
        ("enum e { A }", json!("enum e"), 4),
        ("{}", Value::Null, 4),
    ] {
        let all = parsed(&["--model", "windows-msvc", text]);
        assert_eq!(all["fields"], json!([]), "{text}");
        assert_eq!(
            (&all["name"], &all["size"]),
            (&name, &json!(size)),
            "{text}"
        );
    }
}

#[test]
fn names_of_keys_are_those_of_the_readme() {
    let readme = include_str!("../../README.md");
    let section = readme
        .split("## `trampette layout")
        .nth(1)
        .expect("it is there");
    let all = parsed(&["struct { struct { int a : 3; } in; }"]);
    for object in [&all, &all["fields"][0]] {
        for key in object.as_object().expect("an object").keys() {
            assert!(
                section.contains(&format!("`{key}`")),
                "{key} is not documented"
            );
        }
    }
}
