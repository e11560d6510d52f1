//! Arguments that stand behind `...`.

use crate::command::{called, fixture, refused};

const PRINTF: &str = "int snprintf(char *, size_t, const char *, ...)";

/// What C prints for arguments of these types.
fn printed(format: &str, arguments: &[&str]) -> String {
    let printed = called(
        "libc.so.6",
        PRINTF,
        &[&["buf:512", "512", format], arguments].concat(),
    );
    printed
        .split_once('\n')
        .expect("two lines")
        .1
        .trim_end()
        .to_owned()
}

fn refusal(argument: &str) -> String {
    let message = refused("libc.so.6", PRINTF, &["buf:8", "8", "%d", argument]);
    let message = message
        .strip_prefix("error: argument 4: ")
        .unwrap_or_else(|| panic!("{message}"));
    message.trim_end().to_owned()
}

#[test]
fn every_type_has_its_name() {
    let arguments = [
        "int:-1",
        "uint:4294967295",
        "long:-2",
        "ulong:3",
        "longlong:-4",
        "size_t:5",
    ];
    assert_eq!(
        printed("%d %u %ld %lu %lld %zu", &arguments),
        "-1 4294967295 -2 3 -4 5"
    );
    assert_eq!(
        printed("%ld %lu", &["i64:-1", "u64:0xffffffffffffffff"]),
        "-1 18446744073709551615"
    );
    assert_eq!(printed("%g %g", &["double:2.5", "f64:-inf"]), "2.5 -inf");
    assert_eq!(printed("%s|%s", &["str:a: b\\t", "str:"]), "a: b\t|");
    assert_eq!(
        printed("%p %p %s", &["ptr:0x10", "ptr:null", "ptr:str:text"]),
        "0x10 (nil) text"
    );
    assert_eq!(printed("%c%d", &["int:'a'", "enum(uint):7"]), "a7");
    assert_eq!(printed("%s", &["*char:str:text"]), "text");
    let in_c = [
        "long double:2.5",
        "unsigned long long:3",
        "const char *:text",
    ];
    assert_eq!(printed("%.1Lf %llu %s", &in_c), "2.5 3 text");
    assert_eq!(printed("none", &[]), "none");
}

#[test]
fn registers_run_out_and_the_stack_goes_on() {
    let arguments: Vec<String> = (0..24)
        .flat_map(|n| [format!("int:{n}"), format!("double:{n}.5")])
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let expected: Vec<String> = (0..24).map(|n| format!("{n}{n}.5")).collect();
    assert_eq!(
        printed(&"%d%.1f ".repeat(24), &arguments),
        expected.join(" ")
    );
}

#[test]
fn the_type_is_never_guessed() {
    let form = "an argument for `...` is written with its type: `int:42`, `double:2.5`, `str:text`";
    assert_eq!(refusal("5"), format!("`5` has no type: {form}"));
    assert_eq!(refusal("http://x"), format!("`http` is not a type: {form}"));
    assert_eq!(refusal(":5"), format!("`` is not a type: {form}"));
    assert_eq!(refusal("{i32:5"), format!("`{{i32:5` has no type: {form}"));
}

#[test]
fn what_c_promotes_is_refused_by_the_name_of_what_it_becomes() {
    for (ty, promoted) in [
        ("char", "int"),
        ("i8", "int"),
        ("u16", "int"),
        ("bool", "int"),
        ("float", "double"),
        ("f32", "double"),
    ] {
        let shown = if ty == "float" { "f32" } else { ty };
        let message =
            format!("C passes `{shown}` behind `...` as `{promoted}`: write `{promoted}:...`");
        assert_eq!(refusal(&format!("{ty}:1")), message);
    }
    assert_eq!(refusal("void:"), "`void` is not the type of an argument");
    assert_eq!(
        refusal("[i32; 2]:[1, 2]"),
        "`[i32; 2]` is not the type of an argument"
    );
    assert_eq!(refusal("int:x"), "expected an integer (`int`), found `x`");
    assert_eq!(
        refusal("int:2147483648"),
        "`2147483648` does not fit `int`, which holds -2147483648 to 2147483647"
    );
}

#[test]
fn structs_are_typed_as_well() {
    // An unused argument is C's way to take any.
    assert_eq!(printed("%d", &["int:1", "{x: f64, y: int}:{y: 2}"]), "1");
    assert_eq!(refusal("{x: f64}:{y: 2}"), "there is no field `y`");
}

#[test]
fn functions_without_a_prototype_take_what_they_are_given() {
    let signature = "double no_prototype()";
    let result = called(fixture(), signature, &["int:40", "double:2.5"]);
    assert_eq!(result, "42.5\n");
    let error = refused(fixture(), signature, &["int:40", "float:2.5"]);
    let message = "argument 2: C passes `f32` behind `...` as `double`: write `double:...`";
    assert_eq!(error.trim_end(), format!("error: {message}"));
    let error = refused(fixture(), signature, &["40"]);
    assert!(error.contains("argument 1: `40` has no type"), "{error}");
    assert!(refused(fixture(), "void nothing(void)", &["int:1"]).contains("0 arguments"));
}

#[test]
fn types_of_the_signature_stand_behind_the_dots() {
    let signature = format!("typedef long distance; enum color {{ RED, GREEN = 5 }}; {PRINTF}");
    let arguments = ["buf:32", "32", "%ld %d", "distance:-3", "enum color:GREEN"];
    let text = called("libc.so.6", &signature, &arguments);
    assert_eq!(text.lines().nth(1), Some("-3 5"), "{text}");
}
