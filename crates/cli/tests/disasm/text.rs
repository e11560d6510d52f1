//! What the text depends on: the convention, the types, names, and sizes that no page holds.

use trampette::{ABI, MODEL};

use crate::command::shown;

/// The first lines, which say what is shown.
fn heading(args: &[&str]) -> String {
    shown(args).lines().take(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_default_is_this_platform() {
    let expected = format!(
        "abs(int) -> int\n{}, with the types of {}",
        ABI.name(),
        MODEL.name
    );
    assert_eq!(heading(&["int abs(int)"]), expected);
}

#[test]
fn a_signature_may_name_its_convention() {
    for args in [
        &["win64 (i32) -> i32"][..],
        &[" win64(i32) -> i32"],
        &["--abi", "win64", "win64 (i32) -> i32"],
        &["--abi", "win64", "(i32) -> i32"],
    ] {
        assert_eq!(
            heading(args),
            "(i32) -> i32\nwin64, with the types of windows-msvc",
            "{args:?}"
        );
    }
    let c = "int __attribute__((ms_abi)) f(int)";
    assert_eq!(
        heading(&[c]),
        "f(int) -> int\nwin64, with the types of windows-msvc"
    );
    assert_eq!(
        heading(&["f apple-arm64 (i32) -> i32"]),
        "f(i32) -> i32\napple-arm64, with the types of apple-arm64"
    );
}

#[test]
fn types_follow_the_convention_unless_another_platform_is_named() {
    let long = |args: &[&str]| {
        let args = [args, &["--json", "long f(long)"]].concat();
        let all: serde_json::Value = serde_json::from_str(&shown(&args)).unwrap();
        all["result"]["size"].as_u64()
    };
    assert_eq!(long(&["--abi", "win64"]), Some(4));
    assert_eq!(long(&["--abi", "sysv64"]), Some(8));
    assert_eq!(
        long(&["--abi", "win64", "--model", "linux-x86_64"]),
        Some(8)
    );
}

/// The instructions that a comment stands behind, as `comment <- instruction`.
fn comments(abi: &str, signature: &str) -> Vec<String> {
    let text = shown(&["--abi", abi, signature]);
    let commented = text.lines().filter_map(|line| line.split_once("  ; "));
    let instruction = |line: &str| {
        line.rsplit("  ")
            .find(|part| !part.is_empty())
            .map(String::from)
    };
    commented
        .map(|(line, name)| format!("{name} <- {}", instruction(line.trim_end()).unwrap()))
        .collect()
}

#[test]
fn comments_say_what_instructions_do_to_the_frame_and_to_nothing_else() {
    let signature = "f(i32, {x: f64, y: i64}, i64, i64, i64, i64) -> i64";
    assert_eq!(
        comments("win64", signature),
        [
            "#2.x <- mov rax, [rcx+8]",
            "#2.y <- mov rax, [rcx+0x10]",
            "#5 <- mov rax, [rcx+0x28]",
            "#6 <- mov rax, [rcx+0x30]",
            "#3 <- mov r8, [rcx+0x18]",
            "#4 <- mov r9, [rcx+0x20]",
            "#1 <- mov ecx, [rcx]",
            "#1 <- mov [rsp+0x20], rcx",
            "#2.x <- mov [rsp+0x28], rax",
            "#2.y <- mov [rsp+0x30], rax",
            "#3 <- mov [rsp+0x38], r8",
            "#4 <- mov [rsp+0x40], r9",
            "#5 <- mov [rsp+0x48], rax",
            "#6 <- mov [rsp+0x50], rax",
            "result <- mov [rsp+0x58], rax",
            "the frame <- lea rdx, [rsp+0x20]",
            "result <- lea r8, [rsp+0x58]",
            "result <- mov rax, [rsp+0x58]",
        ]
    );
    let all = comments("aapcs64", "f({x: f32, y: f32}) -> void");
    assert_eq!(
        all,
        [
            "#1.x <- ldr s0, [x0]",
            "#1.y <- ldr s1, [x0, #0x4]",
            "#1.x <- str s0, [sp]",
            "#1.y <- str s1, [sp, #0x4]",
        ]
    );
}

#[test]
fn what_has_many_rows_is_cut() {
    let text = shown(&["--abi", "sysv64", "({[i8; 1000000]}, i64) -> void"]);
    assert!(text.contains("rsp+0"), "{text}");
    assert!(text.contains("  999968 bytes more\n"), "{text}");
    assert!(text.contains("rsp+999992"), "{text}");
    assert!(text.lines().count() < 120, "{text}");
}

#[test]
fn a_thousand_parameters_are_shown() {
    let signature = format!("({}) -> void", vec!["{i8, i32}"; 1024].join(", "));
    for abi in trampette::Abi::ALL {
        let text = shown(&["--abi", abi.name(), &signature]);
        assert!(text.contains("#1024"), "{abi:?}");
        assert!(text.lines().all(|line| line.chars().count() <= 100));
    }
}

#[test]
fn a_long_type_is_cut_wherever_it_is_named() {
    let fields = ["u64"; 60].join(", ");
    for ty in [format!("{{{fields}}}"), format!("{{[{{{fields}}}; 0]}}")] {
        let text = shown(&["--abi", "sysv64", &format!("({ty}) -> {ty}")]);
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
}

#[test]
fn names_with_control_characters_tell_the_terminal_nothing() {
    let text = shown(&["\x1b[31mf(i32) -> i32"]);
    assert!(!text.contains('\x1b'), "{text}");
    assert!(text.starts_with("\\u{1b}[31mf(i32) -> i32\n"), "{text}");
}

#[test]
fn long_names_are_cut_in_their_boxes() {
    let name = "n".repeat(200);
    let text = shown(&[
        "--abi",
        "sysv64",
        &format!("void f(int {name}, struct {{ int {name}; }} s)"),
    ]);
    assert!(text.contains("│nnn") || text.contains("│ nnn"), "{text}");
    let pictures = text.lines().filter(|line| line.contains('│'));
    assert!(pictures.clone().count() >= 2);
    assert!(
        pictures.clone().all(|line| line.chars().count() <= 100),
        "{text}"
    );
}
