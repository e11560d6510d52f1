//! What the picture depends on: how a type is written, the model, and sizes that no page holds.

use trampette::MODEL;

use crate::command::shown;

fn heading(args: &[&str]) -> String {
    shown(args).lines().take(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_default_is_this_platform() {
    let expected = format!(
        "struct s: 4 bytes, aligned to 4\nwith the types of {}",
        MODEL.name
    );
    assert_eq!(heading(&["struct s { int a; }"]), expected);
}

#[test]
fn a_type_is_shown_however_it_is_written() {
    for (text, expected) in [
        (
            "struct s { char c; int i; };",
            "struct s: 8 bytes, aligned to 4, 3 bytes of padding",
        ),
        (
            "struct s { char c; int i; }",
            "struct s: 8 bytes, aligned to 4, 3 bytes of padding",
        ),
        ("typedef struct { int i; } t;", "t: 4 bytes, aligned to 4"),
        ("typedef struct { int i; } t; t", "t: 4 bytes, aligned to 4"),
        (
            "typedef struct { int i; } t; struct { t a, b; }",
            "{a: {i: int}, b: {i: int}}: 8 bytes, aligned to 4",
        ),
        ("extern char **environ;", "environ: 8 bytes, aligned to 8"),
        ("unsigned long long", "ulonglong: 8 bytes, aligned to 8"),
        (
            "{i8, i32:3}",
            "{i8, i32:3}: 2 bytes, aligned to 1, 1 byte of padding",
        ),
        (
            "{i8, x: i32:3}",
            "{i8, x: i32:3}: 4 bytes, aligned to 4, 2 bytes and 5 bits of padding",
        ),
        ("f64", "f64: 8 bytes, aligned to 8"),
        ("union {i8, i16}", "union {i8, i16}: 2 bytes, aligned to 2"),
        (
            "struct { char c[3]; } __attribute__((aligned(4)))",
            "{c: [char; 3]} align(4): 4 bytes, aligned to 4, 1 byte of padding",
        ),
    ] {
        let found = heading(&["--model", "linux-x86_64", text]);
        assert_eq!(found.lines().next(), Some(expected), "{text}");
    }
}

#[test]
fn c_is_read_as_the_platform_reads_it() {
    for (model, sizes) in [
        ("linux-x86_64", [8, 16, 4, 8]),
        ("linux-aarch64", [8, 16, 4, 8]),
        ("apple-arm64", [8, 8, 4, 8]),
        ("windows-msvc", [4, 8, 2, 4]),
        ("windows-gnu", [4, 16, 2, 8]),
    ] {
        let types = ["long", "long double", "wchar_t", "enum { A = 0x100000000 }"];
        for (ty, size) in types.iter().zip(sizes) {
            let found = heading(&["--model", model, ty]);
            assert!(
                found.contains(&format!(": {size} bytes,")),
                "{model}: {found}"
            );
        }
    }
}

#[test]
fn a_name_stands_once_in_the_boxes_that_hang_together() {
    let text = shown(&[
        "--model",
        "linux-x86_64",
        "struct { char c; char text[30]; int i; }",
    ]);
    assert_eq!(text.matches("text[30]").count(), 1, "{text}");
    let text = shown(&["--model", "linux-x86_64", "{i: i32, text: [u8; 7]}"]);
    assert_eq!(text.matches("text[7]").count(), 2, "{text}");
}

#[test]
fn what_is_long_is_folded() {
    for text in [
        "struct { char a[0x7ffffffffffffff0]; long n; }",
        "struct { struct { char c; long n; } a[0x7fffffffffffff]; char tail; }",
        "struct { struct { struct { int x[3]; char c; } a[1000]; } b[1000]; }",
        "union { char a[1000000]; struct { int x; } b[250000]; }",
        "struct { char c; struct { char d; } a[100000] __attribute__((aligned(4096))); }",
        "{[[[[[[[[{i8, i16}; 9]; 9]; 9]; 9]; 9]; 9]; 9]; 9]}",
        "{[{}; 9223372036854775807], i8}",
        "{i8, [{i8, [{i8, [{i8, [i64; 99]}; 99]}; 99]}; 99]}",
    ] {
        let shown = shown(&["--model", "linux-x86_64", text]);
        assert!(shown.lines().count() < 100, "{text}: {shown}");
        assert!(
            shown.lines().all(|line| line.chars().count() <= 100),
            "{shown}"
        );
    }
    let rows = shown(&["--model", "linux-x86_64", "struct { char a[1000]; }"]);
    assert!(
        rows.contains("... 984 bytes ...") && rows.contains("\n     992 │"),
        "{rows}"
    );
}

#[test]
fn thousands_of_members_and_the_deepest_types_are_shown() {
    // Windows takes command lines of 32,767 characters at most.
    let members: String = (0..2500).map(|index| format!("char m{index}; ")).collect();
    let text = shown(&[&format!("struct {{ {members} }}")]);
    assert!(text.contains("m2499: char"), "the last member");
    let deep = format!("{}i8{}", "{i8, ".repeat(62), "}".repeat(62));
    let text = shown(&[&deep]);
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let deep = format!("{}i8{}", "union {i64, ".repeat(62), "}".repeat(62));
    assert!(
        shown(&[&deep])
            .lines()
            .all(|line| line.chars().count() <= 100)
    );
    let arrays = format!("{{{}{{i8}}{}}}", "[".repeat(40), "; 2]".repeat(40));
    let text = shown(&[&arrays]);
    assert!(text.lines().count() < 200, "{text}");
}

#[test]
fn names_that_have_no_room_are_cut_or_lose_what_they_are_part_of() {
    let name = "n".repeat(300);
    let text = shown(&[&format!(
        "struct {{ char {name}; struct {{ char x; }} {name}2; }}"
    )]);
    assert!(text.contains("│nnnnnn…│  …x   │"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
}

#[test]
fn the_list_keeps_the_types_of_members_whose_names_have_no_room() {
    let name = "n".repeat(300);
    let text = shown(&[&format!(
        "struct {{ char {name}; struct {{ char last; }} {name}2; struct {{ char c; }} a[2]; }}"
    )]);
    let list: Vec<&str> = text
        .lines()
        .filter(|line| line.ends_with(": char"))
        .collect();
    assert_eq!(list.len(), 3, "{text}");
    assert!(
        list[0].contains(" …nnn") && list[0].ends_with("nnn: char"),
        "{text}"
    );
    assert!(list[1].ends_with("nnn2.last: char"), "{text}");
    assert_eq!(list[0].chars().count(), 100, "{text}");
    assert!(text.contains("a: [struct; 2], 1 byte each"), "{text}");
}
