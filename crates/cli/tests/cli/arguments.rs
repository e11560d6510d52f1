//! Arguments by the type of their parameter.

use crate::command::{called, fixture, refused};

/// What a function that returns its argument returns.
fn same(signature: &str, argument: &str) -> String {
    called(fixture(), signature, &["--", argument])
        .trim_end()
        .to_owned()
}

/// Why it does not take an argument.
fn refusal(signature: &str, argument: &str) -> String {
    let message = refused(fixture(), signature, &["--", argument]);
    let message = message
        .strip_prefix("error: argument 1: ")
        .unwrap_or_else(|| panic!("{message}"));
    message.trim_end().to_owned()
}

const I64: &str = "int64_t same_i64(int64_t)";
const U64: &str = "uint64_t same_u64(uint64_t)";
const U8: &str = "uint8_t same_u8(uint8_t)";
const I128: &str = "__int128 same_i128(__int128)";
const U128: &str = "unsigned __int128 same_u128(unsigned __int128)";
const LONG_DOUBLE: &str = "long double same_long_double(long double)";
const COMPLEX: &str = "float _Complex same_complex(float _Complex)";
const VECTOR: &str =
    "short __attribute__((vector_size(8))) same_vector(short __attribute__((vector_size(8))))";
const FLOAT: &str = "float same_float(float)";
const DOUBLE: &str = "double same_double(double)";
const TEXT: &str = "const char *same_text(const char *)";
const POINTER: &str = "void *same_pointer(void *)";
const DEEP: &str = "struct point { float x; double y; };
    struct deep { struct point at; int numbers[3]; char name[4]; } same_deep(struct deep)";

#[test]
fn integers_of_128_bits_are_read_and_written_whole() {
    let most = "340282366920938463463374607431768211455";
    assert_eq!(same(U128, most), most);
    assert_eq!(same(U128, "0xffffffffffffffffffffffffffffffff"), most);
    let least = "-170141183460469231731687303715884105728";
    assert_eq!(same(I128, least), least);
    let message = format!(
        "`{most}` does not fit `i128`, which holds {least} to {}",
        i128::MAX
    );
    assert_eq!(refusal(I128, most), message);
}

#[test]
fn long_double_is_rounded_once_and_complex_numbers_are_pairs() {
    for text in ["0.1", "-2.5", "inf"] {
        assert_eq!(same(LONG_DOUBLE, text).to_lowercase(), text);
    }
    for (text, value) in [
        ("(3, -4.5)", "(3, -4.5)"),
        ("( 1e3,0 )", "(1000, 0)"),
        ("2.5", "(2.5, 0)"),
        ("1+2i", "(1, 2)"),
        ("-2.5e-1-1e+1i", "(-0.25, -10)"),
        ("0x1p-1-0x1.8p+1i", "(0.5, -3)"),
        ("2i", "(0, 2)"),
        ("-i", "(0, -1)"),
        ("1e-2i", "(0, 0.01)"),
        ("nan-infi", "(NaN, -inf)"),
    ] {
        assert_eq!(same(COMPLEX, text), value);
    }
    let message = "expected a complex number such as `1+2i` or `(1, 2)`";
    for text in ["1+2j", "+", "1++2i", "ii", "1+2"] {
        let message = format!("{message} (`complex(f32)`), found `{text}`");
        assert_eq!(refusal(COMPLEX, text), message);
    }
    assert_eq!(
        refusal(COMPLEX, "{1, 2}"),
        format!("{message}, found `{{1, 2}}`")
    );
    for (text, message) in [
        ("1-1e39i", "imaginary part: `-1e39` is too large for `f32`"),
        ("(1 2)", "expected `,` and the imaginary part, found `2)`"),
        (
            "(1, x)",
            "imaginary part: expected a number (`f32`), found `x`",
        ),
        (
            "(1, 2",
            "expected `)` behind the imaginary part, found the end of the argument",
        ),
    ] {
        assert_eq!(refusal(COMPLEX, text), message);
    }
}

#[test]
fn hexadecimal_numbers_are_what_c_makes_of_them() {
    for (text, value) in [
        ("0x1.8p3", "12"),
        ("-0X.8P1", "-1"),
        ("+0x10", "16"),
        ("0x1.8", "1.5"),
        ("0x1p-1074", "5e-324"),
        ("0x1p-1075", "0"),
        ("0x1.fffffffffffffp1023", "1.7976931348623157e308"),
        // Rounded to even, and up where there is more behind the middle.
        ("0x1.00000000000008p0", "1"),
        ("0x1.000000000000080000000000001p0", "1.0000000000000002"),
    ] {
        assert_eq!(same(DOUBLE, text), value, "{text}");
    }
    assert_eq!(same(FLOAT, "0x1.fffffep127"), "3.4028235e38");
    assert_eq!(same(FLOAT, "0x1.0000010000001p0"), "1.0000001");
    assert_eq!(same(LONG_DOUBLE, "0x1.8p1"), "3");
    for text in [
        "0x1p1024",
        "0x1.fffffffffffff8p1023",
        "0x1p99999999999999999999",
    ] {
        let message = format!("`{text}` is too large for `f64`");
        assert_eq!(refusal(DOUBLE, text), message);
    }
    for text in [
        "0x",
        "0xp1",
        "0x.p1",
        "0x1p",
        "0x1p+",
        "0x1.2.3p1",
        "0x1g",
        "0x1p1f",
        "0x-1",
        "--0x1",
    ] {
        let message = format!("expected a number (`f64`), found `{text}`");
        assert_eq!(refusal(DOUBLE, text), message);
    }
}

#[test]
fn a_character_of_one_byte_fills_a_byte() {
    // `next_i8` adds one.
    assert_eq!(same("int8_t next_i8(int8_t)", "'\\xff'"), "0");
    assert_eq!(same("int8_t next_i8(int8_t)", "'\\x80'"), "-127");
    assert_eq!(same(U8, "'\\xff'"), "255");
    assert_eq!(same(I64, "'\\xff'"), "255");
    let message = "`'é'` does not fit `i8`, which holds -128 to 127";
    assert_eq!(refusal("int8_t next_i8(int8_t)", "'é'"), message);
}

#[test]
fn fields_of_members_without_a_name_are_given_by_theirs() {
    let union = "union { int32_t i; struct { unsigned char r, g; }; } same_union(\
                 union { int32_t i; struct { unsigned char r, g; }; })";
    assert_eq!(same(union, "{g: 2}"), "{i: 512, {r: 0, g: 2}}");
    assert_eq!(same(union, "{i: 513}"), "{i: 513, {r: 1, g: 2}}");
    let record = "struct { struct { float x; }; union { double y; long n; }; int numbers[3]; char name[4]; } \
                  same_deep(struct { struct { float x; }; union { double y; long n; }; int numbers[3]; char name[4]; })";
    let result =
        "{{x: 1.5}, {y: 0.5, n: 4602678819172646912}, numbers: [7, 0, 0], name: [0, 0, 0, 0]}";
    assert_eq!(same(record, "{numbers: [7], y: 0.5, x: 1.5}"), result);
    assert_eq!(same(record, "{{1.5}, {0.5}, [7]}"), result);
    assert_eq!(refusal(record, "{x: 1, x: 2}"), "field `x` is given twice");
    assert_eq!(refusal(record, "{z: 1}"), "there is no field `z`");
    let message = "the fields of a struct are given all by name, or all in order";
    assert_eq!(refusal(record, "{x: 1, {0.5}}"), message);
}

#[test]
fn enumerators_of_the_signature_are_numbers_at_any_depth() {
    let colors = "enum color { RED = -1, GREEN = 5, BLUE };";
    let color = format!("{colors} int64_t same_i64(int64_t);");
    assert_eq!(same(&color, "RED"), "-1");
    assert_eq!(same(&color, "BLUE"), "6");
    let float = format!("{colors} float same_float(float)");
    assert_eq!(same(&float, "GREEN"), "5");
    let deep = format!("{colors} {DEEP}");
    assert_eq!(
        same(&deep, "{{GREEN, RED}, [BLUE, 0], \"a\"}"),
        "{at: {x: 5, y: -1}, numbers: [6, 0, 0], name: [97, 0, 0, 0]}"
    );
    let union = format!("{colors} union number {{ int32_t i; float f; }} same_union(union number)");
    assert_eq!(same(&union, "{i: RED}").split(',').next(), Some("{i: -1"));
    let printf = format!("{colors} int printf(const char *, ...)");
    let printed = called(
        "libc.so.6",
        &printf,
        &["%d %.1f", "int:GREEN", "double:RED"],
    );
    assert!(printed.starts_with("5 -1.0"), "{printed}");
    let message = "expected an integer (`i64`), found `BLACK`";
    assert_eq!(refusal(&color, "BLACK"), message);
    assert_eq!(
        refusal(I64, "GREEN"),
        "expected an integer (`i64`), found `GREEN`"
    );
}

#[test]
fn vectors_are_written_as_arrays() {
    assert_eq!(same(VECTOR, "[1, -2, 3, 32767]"), "[1, -2, 3, 32767]");
    // What is missing is zero.
    assert_eq!(same(VECTOR, "[7]"), "[7, 0, 0, 0]");
    for (text, message) in [
        (
            "1",
            "expected elements in brackets, such as `[1, 2]`, found `1`",
        ),
        ("[1, 2, 3, 4, 5]", "there are no more than 4 elements"),
        (
            "[1, 32768]",
            "element 2: `32768` does not fit `short`, which holds -32768 to 32767",
        ),
    ] {
        assert_eq!(refusal(VECTOR, text), message);
    }
}

#[test]
fn integers_have_signs_and_bases() {
    for (text, value) in [
        ("42", "42"),
        ("+42", "42"),
        ("-42", "-42"),
        ("0x2a", "42"),
        ("-0X2A", "-42"),
        ("0o52", "42"),
        ("0b101010", "42"),
        ("010", "10"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("'a'", "97"),
        ("'\\n'", "10"),
        ("'\\0'", "0"),
        ("'é'", "233"),
    ] {
        assert_eq!(same(I64, text), value, "{text}");
    }
    assert_eq!(same(U64, "18446744073709551615"), "18446744073709551615");
    for text in [
        "", "-", "0x", "--1", "-+1", "0x-1", "1.5", "1_000", " 1", "abc", "'ab'", "''", "'",
    ] {
        assert_eq!(
            refusal(I64, text),
            format!("expected an integer (`i64`), found `{text}`")
        );
    }
}

#[test]
fn integers_are_checked_against_the_range_of_their_type() {
    assert_eq!(
        refusal(U8, "256"),
        "`256` does not fit `u8`, which holds 0 to 255"
    );
    assert_eq!(
        refusal(U8, "-1"),
        "`-1` does not fit `u8`, which holds 0 to 255"
    );
    let next = "int8_t next_i8(int8_t)";
    assert_eq!(same(next, "-128"), "-127");
    assert_eq!(
        refusal(next, "128"),
        "`128` does not fit `i8`, which holds -128 to 127"
    );
    let beyond = "9".repeat(50);
    let message = format!("`{beyond}` does not fit `u64`, which holds 0 to 18446744073709551615");
    assert_eq!(refusal(U64, &beyond), message);
}

#[test]
fn truth_values_are_words_or_digits() {
    let negate = "bool negate(bool)";
    for (text, value) in [
        ("true", "false"),
        ("1", "false"),
        ("false", "true"),
        ("0", "true"),
    ] {
        assert_eq!(same(negate, text), value);
    }
    assert_eq!(
        refusal(negate, "2"),
        "expected `true`, `false`, 1 or 0 (`bool`), found `2`"
    );
}

#[test]
fn numbers_may_be_infinite_by_name_only() {
    for (text, value) in [
        ("1e3", "1000"),
        ("-.5", "-0.5"),
        ("inf", "inf"),
        ("-Infinity", "-inf"),
        ("nan", "NaN"),
        ("7", "7"),
    ] {
        assert_eq!(same(DOUBLE, text), value, "{text}");
    }
    assert_eq!(same(FLOAT, "0.1"), "0.1");
    assert_eq!(refusal(FLOAT, "1e39"), "`1e39` is too large for `f32`");
    assert_eq!(refusal(DOUBLE, "1e309"), "`1e309` is too large for `f64`");
    assert_eq!(
        refusal(DOUBLE, "two"),
        "expected a number (`f64`), found `two`"
    );
}

#[test]
fn strings_have_the_escapes_of_c() {
    for (text, value) in [
        ("plain", "plain"),
        ("a\\tb", "a\tb"),
        ("\\\\n", "\\n"),
        ("\\\"\\'\\?", "\"'?"),
        ("\\x41\\x4a4", "AJ4"),
        ("\\101\\1012", "AA2"),
        ("\\u00e9\\U0001F600", "é😀"),
        ("str:str:x", "str:x"),
        ("str:null", "null"),
        ("str:buf:4", "buf:4"),
        ("0", "0"),
        ("\"quoted\"", "\"quoted\""),
    ] {
        assert_eq!(same(TEXT, text), value, "{text}");
    }
}

#[test]
fn escapes_that_mean_nothing_are_refused() {
    let nul = |at| format!("a NUL at byte {at} of the string, which C would take for its end");
    assert_eq!(refusal(TEXT, "ab\\0cd"), nul(2));
    assert_eq!(refusal(TEXT, "\\x00"), nul(0));
    assert_eq!(refusal(TEXT, "é\\u0000"), nul(2));
    for unknown in ["\\q", "\\", "\\x", "\\9"] {
        let shown = &unknown[..unknown.len().min(2)];
        assert_eq!(
            refusal(TEXT, unknown),
            format!("unknown escape `{shown}`; a backslash is written `\\\\`")
        );
    }
    assert_eq!(refusal(TEXT, "\\u12"), "`\\u` needs 4 hexadecimal digits");
    assert_eq!(refusal(TEXT, "\\ud800"), "there is no character U+D800");
    assert_eq!(
        refusal(TEXT, "\\777"),
        "the escape `\\777` is more than a byte"
    );
}

#[test]
fn pointers_are_addresses_or_strings() {
    assert_eq!(same(POINTER, "0"), "0x0");
    assert_eq!(same(POINTER, "null"), "0x0");
    assert_eq!(same(POINTER, "0x10"), "0x10");
    assert_eq!(same(POINTER, "ptr:0x10"), "0x10");
    assert_eq!(
        same("const char *same_text(const void *)", "str:text\\n!"),
        "text\n!"
    );
    let expected = "expected `0x...`, `0`, `null`, `str:TEXT` or `buf:SIZE`, found";
    for text in ["16", "-1", "text", "0xno", ""] {
        assert_eq!(refusal(POINTER, text), format!("{expected} `{text}`"));
    }
    let message = "`0x10000000000000000` does not fit `ptr`, which holds 0 to 18446744073709551615";
    assert_eq!(refusal(POINTER, "0x10000000000000000"), message);
}

#[test]
fn structs_are_given_in_order_or_by_name_and_filled_up_with_zeros() {
    let swap = "struct { float x; double y; } swap(struct { float x; double y; })";
    for (text, value) in [
        ("{1, 2.5}", "{x: 2.5, y: 1}"),
        ("  { 1 ,2.5 } ", "{x: 2.5, y: 1}"),
        ("{y: 7}", "{x: 7, y: 0}"),
        ("{y: 7, x: 1}", "{x: 7, y: 1}"),
        ("{1}", "{x: 0, y: 1}"),
        ("{}", "{x: 0, y: 0}"),
    ] {
        assert_eq!(same(swap, text), value, "{text}");
    }
    for (text, message) in [
        (
            "1",
            "expected a struct in braces, such as `{1, 2}`, found `1`",
        ),
        ("{1", "expected `,` or `}`, found the end of the argument"),
        ("{1, }", "expected a value, found `}`"),
        ("{1 2}", "expected `,` or `}`, found `2}`"),
        ("{1} x", "expected the end of the argument, found `x`"),
        ("{1, 2, 3}", "the struct has no more than 2 fields"),
        ("{z: 1}", "there is no field `z`"),
        ("{x: 1, x: 2}", "field `x` is given twice"),
        (
            "{x: 1, 2}",
            "the fields of a struct are given all by name, or all in order",
        ),
        ("{x: 1e39}", "field `x`: `1e39` is too large for `f32`"),
    ] {
        assert_eq!(refusal(swap, text), message, "{text}");
    }
}

#[test]
fn structs_nest_and_hold_arrays() {
    for (text, value) in [
        (
            "{{1, 2}, [3, 4, 5], \"abc\"}",
            "{at: {x: 1, y: 2}, numbers: [3, 4, 5], name: [97, 98, 99, 0]}",
        ),
        (
            "{numbers: [3], at: {y: 2}}",
            "{at: {x: 0, y: 2}, numbers: [3, 0, 0], name: [0, 0, 0, 0]}",
        ),
        (
            "{name: ['a', ',', '\\'', 1]}",
            "{at: {x: 0, y: 0}, numbers: [0, 0, 0], name: [97, 44, 39, 1]}",
        ),
        (
            "{name: \"\\\"}\\\\\\0\"}",
            "{at: {x: 0, y: 0}, numbers: [0, 0, 0], name: [34, 125, 92, 0]}",
        ),
    ] {
        assert_eq!(same(DEEP, text), value, "{text}");
    }
    for (text, message) in [
        (
            "{numbers: [1, 2, 3, 4]}",
            "field `numbers`: there are no more than 3 elements",
        ),
        (
            "{numbers: [1, x]}",
            "field `numbers`: element 2: expected an integer (`int`), found `x`",
        ),
        (
            "{numbers: 1}",
            "field `numbers`: expected elements in brackets, such as `[1, 2]`, found `1}`",
        ),
        (
            "{numbers: \"abc\"}",
            "field `numbers`: expected an array of `int`, found text",
        ),
        (
            "{name: \"abcde\"}",
            "field `name`: text of 5 bytes does not fit 4",
        ),
        (
            "{name: \"abc}",
            "field `name`: text in double quotes does not end",
        ),
        ("{at: {z: 1}}", "field `at`: there is no field `z`"),
    ] {
        assert_eq!(refusal(DEEP, text), message, "{text}");
    }
}

#[test]
fn strings_inside_structs_are_quoted() {
    let length = "int name_length(struct { const char *name; int id; })";
    for (text, value) in [
        ("{\"four\", 1}", "5"),
        ("{name: \"a, }\", id: 10}", "14"),
        ("{name: str:\"two\"}", "3"),
        ("{null, 1}", "-1"),
        ("{ptr:0, 1}", "-1"),
    ] {
        assert_eq!(same(length, text), value, "{text}");
    }
    let message = refusal(length, "{four, 1}");
    assert!(
        message.starts_with("field `name`: expected `0x...`"),
        "{message}"
    );
}

#[test]
fn unions_are_given_by_one_member() {
    let union = "union { int i; float f; } same_union(union { int i; float f; })";
    assert_eq!(same(union, "{f: 0.5}"), "{i: 1056964608, f: 0.5}");
    assert_eq!(same(union, "{i: -1}"), "{i: -1, f: NaN}");
    let message = "expected `}` behind the one member of a union, found `, f: 2}`";
    assert_eq!(refusal(union, "{i: 1, f: 2}"), message);
    assert_eq!(refusal(union, "{g: 1}"), "there is no field `g`");
}

#[test]
fn messages_name_the_parameter_and_keep_to_one_line() {
    let message = refused(
        "libm.so.6",
        "double pow(double base, double exponent)",
        &["2", "x\n\x1b[31m"],
    );
    let expected =
        "error: argument 2 (`exponent`): expected a number (`f64`), found `x\\n\\u{1b}[31m`\n";
    assert_eq!(message, expected);
    let message = refused("libm.so.6", "double sqrt(double)", &[&"9x".repeat(60_000)]);
    assert!(
        message.len() < 200 && message.ends_with("...`\n"),
        "{message}"
    );
}

#[test]
fn arguments_that_begin_with_a_minus_follow_two() {
    assert_eq!(called("self", "int abs(int)", &["--", "-0x7"]), "7\n");
    assert_eq!(
        called("self", "size_t strlen(const char *)", &["--", "--json"]),
        "6\n"
    );
    assert_eq!(called("self", "int abs(int)", &["-7"]), "7\n");
    assert_eq!(
        called("libm.so.6", "double fabs(double)", &["-1.5"]),
        "1.5\n"
    );
}
