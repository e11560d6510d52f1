//! Bad text is a typed error with the place where it is wrong.

use trampette_types::limits::MAX_TEXT;
use trampette_types::{CType, ParseError, ParseErrorKind, Signature, TypeError};

/// Text, code, what the span covers (with what stands before it, up to `|`), message.
const BAD_TYPES: &[(&str, &str, &str, &str)] = &[
    (
        "",
        "syntax",
        "|",
        "expected a type, found the end of the text",
    ),
    (
        "  ",
        "syntax",
        "  |",
        "expected a type, found the end of the text",
    ),
    (",", "syntax", "|,", "expected a type, found `,`"),
    ("i33", "unknown-type", "|i33", "unknown type `i33`"),
    ("{x: i33}", "unknown-type", "{x: |i33", "unknown type `i33`"),
    ("I32", "unknown-type", "|I32", "unknown type `I32`"),
    (
        "i32 i32",
        "syntax",
        "i32 |i32",
        "expected the end of the text, found `i32`",
    ),
    (
        "i32\0",
        "syntax",
        "i32|\0",
        "expected the end of the text, found `\0`",
    ),
    ("größe", "unknown-type", "|größe", "unknown type `größe`"),
    ("ö", "unknown-type", "|ö", "unknown type `ö`"),
    // Records.
    (
        "{i8",
        "syntax",
        "{i8|",
        "expected `,` or `}`, found the end of the text",
    ),
    ("{i8,}", "syntax", "{i8,|}", "expected a type, found `}`"),
    ("{x i8}", "unknown-type", "{|x", "unknown type `x`"),
    ("{x:}", "syntax", "{x:|}", "expected a type, found `}`"),
    ("{i8)", "syntax", "{i8|)", "expected `,` or `}`, found `)`"),
    (
        "union",
        "syntax",
        "union|",
        "expected `{`, found the end of the text",
    ),
    (
        "struct i8",
        "syntax",
        "struct |i8",
        "expected `{`, found `i8`",
    ),
    (
        "{i8, void}",
        "void-value",
        "{i8, |void",
        "`void` is not a value: it stands alone as a parameter list, or as a result",
    ),
    (
        "{x:  void }",
        "void-value",
        "{x:  |void",
        "`void` is not a value: it stands alone as a parameter list, or as a result",
    ),
    (
        "[{x: i8, x: i16}; 2]",
        "duplicate-field",
        "[|{x: i8, x: i16}",
        "two fields are named `x`",
    ),
    // Bit-fields.
    (
        "{x: i8:}",
        "syntax",
        "{x: i8:|}",
        "expected a number of bits, found `}`",
    ),
    ("{i8:x}", "unknown-type", "{i8:|x", "unknown type `x`"),
    (
        "{x: i8: y}",
        "syntax",
        "{x: i8: |y",
        "expected a number of bits, found `y`",
    ),
    (
        "{i8: -1}",
        "syntax",
        "{i8: |-",
        "expected a type, found `-`",
    ),
    ("{x: 3}", "unknown-type", "{|x", "unknown type `x`"),
    (
        "{i8:3:3}",
        "syntax",
        "{i8:3|:",
        "expected `,` or `}`, found `:`",
    ),
    (
        "{i8:3 packed}",
        "syntax",
        "{i8:3 |packed",
        "expected `,` or `}`, found `packed`",
    ),
    (
        "{x: i8:4294967296}",
        "bad-number",
        "{x: i8:|4294967296",
        "the number is too large",
    ),
    (
        "{u8, align(2) x: u8 : 9}",
        "bad-bit-field",
        "{u8, align(2) x: |u8 : 9",
        "`x: u8:9` is wider than its type, which has 8 bits",
    ),
    (
        "{bool:2}",
        "bad-bit-field",
        "{|bool:2",
        "`bool:2` is wider than its type, which has 1 bit",
    ),
    (
        "{enum(long):65}",
        "bad-bit-field",
        "{|enum(long):65",
        "`enum(long):65` is wider than its type, which has 64 bits",
    ),
    (
        "{u8:3, x: i32:0}",
        "bad-bit-field",
        "{u8:3, x: |i32:0",
        "`x: i32:0` has no bits, and so no name either",
    ),
    (
        "{f32:3}",
        "bad-bit-field",
        "{|f32:3",
        "`f32:3` is no bit-field: only integers, `bool` and enumerations are",
    ),
    (
        "{x: *i32:3}",
        "bad-bit-field",
        "{x: |*i32:3",
        "`x: *i32:3` is no bit-field: only integers, `bool` and enumerations are",
    ),
    (
        "{{u8:3}:0}",
        "bad-bit-field",
        "{|{u8:3}:0",
        "`{u8:3}:0` is no bit-field: only integers, `bool` and enumerations are",
    ),
    (
        "[u8:3; 2]",
        "syntax",
        "[u8|:",
        "expected `;` or `]`, found `:`",
    ),
    (
        "u8:3",
        "syntax",
        "u8|:",
        "expected the end of the text, found `:`",
    ),
    // Attributes.
    (
        "{i8} packed(3)",
        "bad-alignment",
        "{i8} |packed(3)",
        "3 is not an alignment: it must be a power of two up to 4096",
    ),
    (
        "{i8} align(0)",
        "bad-alignment",
        "{i8} |align(0)",
        "0 is not an alignment: it must be a power of two up to 4096",
    ),
    (
        "{i8, align(8192) i32}",
        "bad-alignment",
        "{i8, |align(8192) i32",
        "8192 is not an alignment: it must be a power of two up to 4096",
    ),
    (
        "{i8} align",
        "syntax",
        "{i8} align|",
        "expected `(`, found the end of the text",
    ),
    (
        "{i8} packed(x)",
        "syntax",
        "{i8} packed(|x",
        "expected a number, found `x`",
    ),
    (
        "{i8} aligned(4)",
        "syntax",
        "{i8} |aligned",
        "expected the end of the text, found `aligned`",
    ),
    (
        "i32 packed",
        "syntax",
        "i32 |packed",
        "expected the end of the text, found `packed`",
    ),
    // Arrays.
    (
        "[i8, 4]",
        "syntax",
        "[i8|,",
        "expected `;` or `]`, found `,`",
    ),
    (
        "{u8, [i8], u8}",
        "misplaced-flexible-array",
        "|{u8, [i8], u8}",
        "`[i8]` has no length, as only the last member of a struct with others may",
    ),
    (
        "{data: [i8]}",
        "misplaced-flexible-array",
        "|{data: [i8]}",
        "`data: [i8]` has no length, as only the last member of a struct with others may",
    ),
    (
        "{u8:3, [i8]}",
        "misplaced-flexible-array",
        "|{u8:3, [i8]}",
        "`[i8]` has no length, as only the last member of a struct with others may",
    ),
    (
        "{u8, union {u8, [i8]}}",
        "misplaced-flexible-array",
        "{u8, |union {u8, [i8]}",
        "`[i8]` has no length, as only the last member of a struct with others may",
    ),
    (
        "[[i8]; 2]",
        "misplaced-flexible-array",
        "|[[i8]; 2]",
        "`[i8]` has no length, as only the last member of a struct with others may",
    ),
    (
        "[void]",
        "void-value",
        "|[void]",
        "`void` is not a value: it stands alone as a parameter list, or as a result",
    ),
    (
        "[i8; ]",
        "syntax",
        "[i8; |]",
        "expected a number, found `]`",
    ),
    (
        "[i8; -1]",
        "syntax",
        "[i8; |-",
        "expected a number, found `-`",
    ),
    (
        "[i8; 0x10]",
        "syntax",
        "[i8; 0|x10",
        "expected `]`, found `x10`",
    ),
    (
        "[i8; 18446744073709551616]",
        "bad-number",
        "[i8; |18446744073709551616",
        "the number is too large",
    ),
    (
        "[void; 2]",
        "void-value",
        "|[void; 2]",
        "`void` is not a value: it stands alone as a parameter list, or as a result",
    ),
    // Enumerations.
    (
        "enum",
        "syntax",
        "enum|",
        "expected `(` and an integer type, found the end of the text",
    ),
    (
        "enum(f32)",
        "syntax",
        "enum(|f32",
        "expected an integer type, found `f32`",
    ),
    (
        "enum()",
        "syntax",
        "enum(|)",
        "expected an integer type, found `)`",
    ),
    // Pointers.
    (
        "*",
        "syntax",
        "*|",
        "expected a type, found the end of the text",
    ),
    (
        "*(i8)",
        "syntax",
        "*(i8)|",
        "expected `->` and a result type, found the end of the text",
    ),
    (
        "*win64",
        "syntax",
        "*win64|",
        "expected `(`, found the end of the text",
    ),
];

const BAD_SIGNATURES: &[(&str, &str, &str, &str)] = &[
    ("", "syntax", "|", "expected `(`, found the end of the text"),
    (
        "i32",
        "syntax",
        "|i32",
        "expected `(` or a calling convention, found `i32`",
    ),
    (
        "cdecl () -> void",
        "syntax",
        "|cdecl",
        "expected `(` or a calling convention, found `cdecl`",
    ),
    (
        "(",
        "syntax",
        "(|",
        "expected a type, found the end of the text",
    ),
    (
        "()",
        "syntax",
        "()|",
        "expected `->` and a result type, found the end of the text",
    ),
    (
        "() ->",
        "syntax",
        "() ->|",
        "expected a type, found the end of the text",
    ),
    (
        "() - > void",
        "syntax",
        "() |-",
        "expected `->` and a result type, found `-`",
    ),
    (
        "() -> void)",
        "syntax",
        "() -> void|)",
        "expected the end of the text, found `)`",
    ),
    (
        "(i8 i8) -> void",
        "syntax",
        "(i8 |i8",
        "expected `,` or `)`, found `i8`",
    ),
    (
        "(i8:3) -> void",
        "syntax",
        "(i8|:",
        "expected `,` or `)`, found `:`",
    ),
    (
        "(i8,) -> void",
        "syntax",
        "(i8,|)",
        "expected a type, found `)`",
    ),
    ("(a: i8) -> void", "unknown-type", "(|a", "unknown type `a`"),
    (
        "(..., ...) -> void",
        "syntax",
        "(..., |.",
        "expected a type, found `.`",
    ),
    (
        "(i8 ...) -> void",
        "syntax",
        "(i8 |.",
        "expected `,` or `)`, found `.`",
    ),
    (
        "(void , i8) -> void",
        "void-value",
        "(|void",
        "`void` is not a value: it stands alone as a parameter list, or as a result",
    ),
    (
        "(..., void) -> void",
        "void-value",
        "(..., |void",
        "`void` is not a value: it stands alone as a parameter list, or as a result",
    ),
    (
        "(i32, [i8; 4], i32) -> void",
        "array-by-value",
        "(i32, |[i8; 4]",
        "C passes no arrays by value: pass a pointer, or a struct around `[i8; 4]`",
    ),
    (
        "() -> [i8; 4]",
        "array-by-value",
        "() -> |[i8; 4]",
        "C passes no arrays by value: pass a pointer, or a struct around `[i8; 4]`",
    ),
];

#[test]
fn bad_types_say_what_is_wrong_and_where() {
    for row in BAD_TYPES {
        check(row, &row.0.parse::<CType>().expect_err(row.0));
    }
}

#[test]
fn bad_signatures_say_what_is_wrong_and_where() {
    for row in BAD_SIGNATURES {
        check(row, &row.0.parse::<Signature>().expect_err(row.0));
    }
}

fn check(row: &(&str, &str, &str, &str), error: &ParseError) {
    let (text, code, place, message) = *row;
    let (before, part) = place.split_once('|').expect("a place has a bar");
    assert_eq!(error.code(), code, "{text:?}: {error}");
    let span = before.len()..before.len() + part.len();
    assert_eq!(
        (error.span(), text.get(error.span())),
        (span.clone(), Some(part)),
        "{text:?}: {error}"
    );
    assert_eq!(error.kind().to_string(), message, "{text:?}");
    assert_eq!(
        error.to_string(),
        format!("{message} at column {}", span.start + 1)
    );
}

#[test]
fn hard_case_41_a_mebibyte_of_openings_is_an_error() {
    for opening in [
        "(",
        "{",
        "[",
        "*",
        "[[[[",
        "*(",
        "{{x:",
        "union{",
        "{align(1)",
        "{u8:1,",
        "u8:",
        "enum(",
        "...",
        "-",
        "a",
        "a-",
        "1",
        " ",
    ] {
        let text = opening.repeat(MAX_TEXT / opening.len());
        assert!(text.parse::<CType>().is_err(), "{opening}");
        assert!(text.parse::<Signature>().is_err(), "{opening}");
    }
}

#[test]
fn hard_case_41_nesting_in_text_ends_at_the_65th_opening() {
    for opening in ["{", "[", "*", "union {", "*(", "{x: [*"] {
        let error = opening.repeat(1000).parse::<CType>().unwrap_err();
        assert_eq!(
            error.kind(),
            &ParseErrorKind::Type(TypeError::TooDeep),
            "{opening}"
        );
        assert!(!error.span().is_empty(), "{opening}: {:?}", error.span());
    }
}

#[test]
fn hard_case_41_the_longest_text_parses_and_one_byte_more_does_not() {
    let longest = "i32".to_owned() + &" ".repeat(MAX_TEXT - 3);
    assert!(longest.parse::<CType>().is_ok());
    let error = (longest + " ").parse::<CType>().unwrap_err();
    assert_eq!(error.code(), "text-too-long");
    assert_eq!(
        error.to_string(),
        "the text is longer than 1048576 bytes at column 1"
    );
}

#[test]
fn what_stands_in_a_message_is_cut_to_a_line() {
    let long = "[i8; 4]".to_owned() + &"x".repeat(1000);
    let error = long.parse::<CType>().unwrap_err();
    assert!(error.to_string().len() < 200, "{error}");

    let field = format!("{{{}: f32:3}}", "x".repeat(1000));
    let error = field.parse::<CType>().unwrap_err();
    assert!(error.to_string().len() < 200, "{error}");

    let array = format!(
        "({{f: [{{{}}}; 2]}}) -> [i8; 3]",
        vec!["i64"; 500].join(", ")
    );
    let error = array.parse::<Signature>().unwrap_err();
    assert!(error.to_string().len() < 200, "{error}");
}
