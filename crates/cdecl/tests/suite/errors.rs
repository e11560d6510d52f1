//! What is refused, why, and where.

use trampette_cdecl::{
    Error, Options, parse_declarations, parse_prototype, parse_type, parse_variable,
};
use trampette_types::DataModel;
use trampette_types::limits::{MAX_PARAMS, MAX_TEXT};

use crate::corpus::{self, Entry};

fn error_of(entry: &Entry) -> Option<Error> {
    let (text, linux) = (&entry.text, Options::new(DataModel::LINUX_X86_64));
    match entry.kind {
        'p' => parse_prototype(text, &linux).err(),
        'v' => parse_variable(text, &linux).err(),
        't' => parse_type(text, &linux).err(),
        _ => parse_declarations(text, &linux).err(),
    }
}

#[test]
fn bad_texts_are_refused_with_a_reason_and_a_place() {
    let mut wrong = Vec::new();
    for entry in corpus::refused() {
        let found = error_of(&entry).map(|error| {
            let (code, line, column) = (error.code(), error.line(), error.column());
            format!("{code} {line}:{column} {}", error.kind())
        });
        if found.as_deref() != Some(entry.expected) {
            wrong.push(format!("{}\n   {found:?}", entry.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn spans_are_within_the_text_and_agree_with_line_and_column() {
    for entry in corpus::refused() {
        let error = error_of(&entry).expect("the table has bad texts");
        let before = &entry.text[..error.span().start];
        assert!(entry.text.get(error.span()).is_some(), "{}", entry.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        assert_eq!(error.line(), before.matches('\n').count() + 1);
        assert_eq!(error.column(), before[line_start..].chars().count() + 1);
    }
}

#[test]
fn the_limits_hold() {
    let linux = Options::new(DataModel::LINUX_X86_64);
    let code = |text: &str| {
        let result = parse_prototype(text, &linux);
        result.err().map_or("fine", |error| error.code())
    };
    let parameters = |count| format!("void f({}int)", "int, ".repeat(count - 1));
    assert_eq!(code(&parameters(MAX_PARAMS)), "fine");
    assert_eq!(code(&parameters(MAX_PARAMS + 1)), "too-many-params");

    let stars = |count| format!("void f(int {})", "*".repeat(count));
    assert_eq!(code(&stars(63)), "fine");
    assert_eq!(code(&stars(64)), "too-deep");
    assert_eq!(code(&stars(1_000_000)), "too-deep");

    let fill = |len: usize| format!("int f(void){}", " ".repeat(len - 11));
    assert_eq!(code(&fill(MAX_TEXT)), "fine");
    assert_eq!(code(&fill(MAX_TEXT + 1)), "text-too-long");
}

#[test]
fn types_that_double_with_every_line_are_refused() {
    let mut text = "struct s0 { int a, b; }; ".to_string();
    for level in 1..40 {
        let inner = level - 1;
        text += &format!("struct s{level} {{ struct s{inner} a, b; }}; ");
    }
    let error = parse_prototype(&text, &Options::new(DataModel::LINUX_X86_64)).unwrap_err();
    assert_eq!(error.code(), "too-many-nodes");
}
