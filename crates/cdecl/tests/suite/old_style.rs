//! Definitions without a prototype, in Kernighan and Ritchie's way.

use trampette_cdecl::{Declarations, Options, parse_declarations};
use trampette_types::DataModel;

fn declared(text: &str) -> Result<Declarations, String> {
    let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    let parsed = declarations.parse(text);
    parsed.map_err(|error| error.first().map_or("", |first| first.code()).to_string())?;
    Ok(declarations)
}

fn signature(text: &str) -> Result<String, String> {
    let declarations = declared(text)?;
    let prototype = declarations.function("f").expect("it is declared");
    assert!(prototype.prototyped && prototype.has_body, "{text}");
    Ok(prototype.signature.to_string())
}

/// "The type of each prototype parameter shall be compatible with the type that results from the application of the
/// default argument promotions to the type of the corresponding identifier." (C11 6.7.6.3, 15)
#[test]
fn a_definition_without_a_prototype_has_the_types_that_arguments_are_promoted_to() {
    for (text, expected) in [
        ("int f(a) float a; {}", "(f64) -> int"),
        (
            "int f(a, b, c) short b; char c; _Bool a; {}",
            "(int, int, int) -> int",
        ),
        ("f_t f(a) long a; {}", "(long) -> f64"),
        (
            "float f(a, b) f_t b; enum e a; {}",
            "(enum(uint), f64) -> f32",
        ),
        (
            "char *f(a, b) register char *a, **b; {}",
            "(str, *str) -> str",
        ),
        (
            "int (*f(a))(int) int (*a)(char); {}",
            "(*(char) -> int) -> *(int) -> int",
        ),
        (
            "int f(a, b) int a[4], b(); {}",
            "(*int, *unprototyped () -> int) -> int",
        ),
        ("int f(n, m) int n, m[n][n]; {}", "(int, ptr) -> int"),
        ("int f(argc, argv) char **argv; {}", "(int, *str) -> int"),
        (
            "static int f(bool) char *bool; { return *bool; }",
            "(str) -> int",
        ),
        (
            "int f(s, t) struct s s; struct s *t; {}",
            "({c: char, f: f32}, *{c: char, f: f32}) -> int",
        ),
        (
            "int f(a) later a; {} struct later { int i; };",
            "unknown-type",
        ),
        (
            "int f(a) struct later a; {} struct later { int i; };",
            "({i: int}) -> int",
        ),
    ] {
        let text = format!("typedef double f_t; struct s {{ char c; float f; }}; {text}");
        assert_eq!(
            signature(&text).unwrap_or_else(|code| code),
            expected,
            "{text}"
        );
    }
}

/// A prototype that stands before it outweighs it, and one behind it says the same: as GCC and Clang have it.
#[test]
fn prototypes_go_with_definitions_without_one() {
    for (text, expected) in [
        ("int f(); int f(a) float a; {}", "(f64) -> int"),
        ("int f(a) float a; {} int f();", "(f64) -> int"),
        ("int f(double); int f(a) float a; {}", "(f64) -> int"),
        ("int f(float); int f(a) float a; {}", "(f32) -> int"),
        (
            "int f(short, double); int f(a, b) short a; float b; {}",
            "(short, f64) -> int",
        ),
        ("int f(a) float a; {} int f(double);", "(f64) -> int"),
        ("int f(int); int f(a) float a; {}", "conflicting"),
        ("int f(short); int f(a) char a; {}", "conflicting"),
        ("int f(int, int); int f(a) int a; {}", "conflicting"),
        ("int f(int, ...); int f(a) int a; {}", "(int, ...) -> int"),
        ("long f(int); int f(a) int a; {}", "conflicting"),
        ("int f(a) short a; {} int f(short);", "conflicting"),
        ("int f(a) int a; {} int f(char *);", "conflicting"),
    ] {
        assert_eq!(
            signature(text).unwrap_or_else(|code| code),
            expected,
            "{text}"
        );
    }
}

#[test]
fn parameters_are_named_and_others_are_not_hidden_by_them() {
    let text = "typedef char t; int f(a, b) char *b; { return 0; } int g(t), a; t h(void);";
    let declarations = declared(text).expect("it is C");
    let f = declarations.function("f").expect("it is declared");
    let names: Vec<_> = f.parameter_names.iter().flatten().collect();
    assert_eq!(names, ["a", "b"]);
    let g = declarations.function("g").expect("it is declared");
    assert_eq!(g.signature.to_string(), "(char) -> int");
    assert!(declarations.variable("a").is_ok());
    assert!(declarations.variable("b").is_err());
    let all = parse_declarations(text, declarations.options()).expect("it is C");
    assert_eq!(all.len(), 5);
}
