//! Variables, type names and lists of declarations.

use trampette_cdecl::{
    Declaration, Declarations, Options, parse_declarations, parse_type, parse_variable,
};
use trampette_types::DataModel;

fn linux() -> Options {
    Options::new(DataModel::LINUX_X86_64)
}

#[test]
fn variables_have_names_and_types() {
    for (c, name, compact) in [
        ("extern int errno_like;", "errno_like", "int"),
        ("int table[4]", "table", "[int; 4]"),
        ("const char *version", "version", "str"),
        ("char const *const names[2][3]", "names", "[[str; 3]; 2]"),
        ("static void (*hook)(int)", "hook", "*(int) -> void"),
        ("FILE *stdin", "stdin", "ptr"),
        ("struct point { int x; } origin", "origin", "{x: int}"),
        (
            "struct point { int x; }; struct point a[2];",
            "a",
            "[{x: int}; 2]",
        ),
        ("int zero[0]", "zero", "[int; 0]"),
        ("int eleven[0xBu]", "eleven", "[int; 11]"),
        ("union { int i; float f; } u", "u", "union {i: int, f: f32}"),
    ] {
        let variable = parse_variable(c, &linux()).unwrap_or_else(|error| panic!("{c}: {error}"));
        assert_eq!(
            (variable.name.as_str(), variable.ty.to_string().as_str()),
            (name, compact)
        );
    }
}

#[test]
fn type_names_are_types() {
    for (c, compact) in [
        ("void", "void"),
        ("void *", "ptr"),
        ("unsigned long *", "*ulong"),
        ("const char *const", "str"),
        ("struct { int a; }", "{a: int}"),
        ("struct point { int x; };", "{x: int}"),
        ("struct point { int x; }; struct point *", "*{x: int}"),
        ("struct point *", "ptr"),
        ("int (*)(int)", "*(int) -> int"),
        ("int (*(*)[3])(void)", "*[*() -> int; 3]"),
        ("char [16]", "[char; 16]"),
        ("enum e", "enum(uint)"),
    ] {
        let ty = parse_type(c, &linux()).unwrap_or_else(|error| panic!("{c}: {error}"));
        assert_eq!(ty.to_string(), compact, "{c}");
    }
}

#[test]
fn a_text_yields_its_declarations_in_order() {
    let text = "
        struct opaque;
        enum { FIRST, SECOND };
        typedef struct list { struct list *next; } list, *lists;
        typedef int callback(void *);
        extern int a, *b, c[2], d(void);
        list head;
    ";
    let found: Vec<String> = parse_declarations(text, &linux())
        .expect("it is C")
        .iter()
        .map(|declaration| match declaration {
            Declaration::Function(f) => format!("{:?} {}", f.name, f.signature),
            Declaration::Variable(v) => format!("{} {}", v.name, v.ty),
            Declaration::Type(t) => {
                let ty = t.ty.as_ref().map(ToString::to_string);
                format!("{:?} = {ty:?}", t.name)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        r#"Some("struct opaque") = None"#,
        r#"None = Some("enum(uint)")"#,
        r#"Some("list") = Some("{next: ptr}")"#,
        r#"Some("lists") = Some("*{next: ptr}")"#,
        r#"Some("callback") = None"#,
        "a int",
        "b *int",
        "c [int; 2]",
        r#"Some("d") () -> int"#,
        "head {next: ptr}",
    ];
    assert_eq!(found, expected);
}

#[test]
fn names_may_have_characters_beyond_ascii() {
    let text = "
#define größe 5
#define weg 1
#undef weg
        typedef struct größen { int länge, 幅[5]; } größen_t;
        enum ñ { Ä = sizeof(größen_t) };
        größen_t *μ(größen_t *größe_2, int é);
    ";
    let mut declarations = Declarations::new(linux());
    declarations.parse(text).expect("it is C");
    let function = declarations.function("μ").expect("it is declared");
    let names: Vec<_> = function.parameter_names.iter().flatten().collect();
    assert_eq!(names, ["größe_2", "é"]);
    let value = |name: &str| declarations.constant(name).ok()?.value.integer();
    assert_eq!(value("größe"), Some(5));
    assert_eq!(value("weg"), None);
    assert_eq!(value("Ä"), Some(24));
    assert_eq!(declarations.offset_of("größen_t", "幅[4]"), Ok(20));
}

/// What is not known may change a layout: of what it stands on, and of nothing else.
#[test]
fn attributes_that_nobody_knows_concern_what_they_stand_on() {
    let text = "
        typedef int own __attribute__((bitwise)), other;
        struct __attribute__((packed, strange(4))) s { int a; };
        struct t { int a __attribute__((__strange__)); };
        typedef struct { int a; } __attribute__((strange)) u;
        enum __attribute__((strange)) e { A, B };
        enum __attribute__((aligned(8))) aligned { C = B + 1 };
        void takes_enum(enum e), takes_aligned(enum aligned);
        __attribute__((signal)) void vector(void);
        void takes(int a __attribute__((strange)), int b);
        extern int [[gnu::strange]] type, x [[gnu::strange]], y;
        struct s *pointer(struct t *, u *, own *, struct __attribute__((strange)) later *);
        struct later { int b; };
        void after(other a, struct later b) __attribute__((unused));
    ";
    let mut declarations = Declarations::new(linux());
    declarations.parse(text).expect("it is C");
    for name in ["vector", "takes", "takes_enum", "takes_aligned", "type"] {
        let error = declarations.function(name).expect_err("it is unknown");
        assert_eq!(error.code(), "unsupported", "{name}");
    }
    for name in ["own", "struct s", "struct t", "u", "enum e", "enum aligned"] {
        let error = declarations.size_of(name).expect_err("it is unknown");
        assert_eq!(error.code(), "unsupported", "{name}");
    }
    let c = declarations.constant("C").expect("it is declared").value;
    assert_eq!(c.integer(), Some(2));
    let pointer = declarations.function("pointer").expect("it is declared");
    assert_eq!(pointer.signature.to_string(), "(ptr, ptr, ptr, ptr) -> ptr");
    let after = declarations.function("after").expect("it is declared");
    assert_eq!(after.signature.to_string(), "(int, {b: int}) -> void");
    for text in [
        "typedef int own __attribute__((bitwise));",
        "struct __attribute__((strange)) s;",
        "struct __attribute__((strange)) s { int a; };",
        "enum __attribute__((strange)) e { A };",
        "void f(int a [[gnu::strange]]);",
        "int *__attribute__((strange)) p;",
    ] {
        let error = parse_declarations(text, &linux()).expect_err("it is unknown");
        assert_eq!(error.code(), "unsupported", "{text}");
    }
}

#[test]
fn typedefs_may_be_repeated_and_completed() {
    let text = "typedef struct s s; typedef struct s s; struct s { int x; }; typedef s s; s v;";
    assert_eq!(
        parse_declarations(text, &linux()).expect("it is C").len(),
        5
    );
    assert!(
        parse_declarations("", &linux())
            .expect("it is C")
            .is_empty()
    );
    assert!(
        parse_declarations(" ;; /* */ ", &linux())
            .expect("it is C")
            .is_empty()
    );
}

#[test]
fn microsofts_structs_have_members_of_any_struct_without_a_name() {
    let text =
        "struct a { int x; }; typedef struct a b; struct s { struct a; b; struct c { int y; }; };";
    let windows = Options::new(DataModel::WINDOWS_MSVC);
    let all = parse_declarations(text, &windows).expect("it is Microsoft's C");
    let Some(Declaration::Type(last)) = all.last() else {
        panic!("a struct");
    };
    let ty = last.ty.as_ref().expect("it is defined").to_string();
    assert_eq!(ty, "{{x: int}, {x: int}, {y: int}}");
    let error = parse_declarations(text, &Options::new(DataModel::LINUX_X86_64)).unwrap_err();
    assert_eq!(error.code(), "nothing-declared");
}

/// "The parameters in a parameter type list in a function declarator that is part of a definition of that function
/// shall not have incomplete type" (C11 6.7.6.3, 4); in other declarations they may.
#[test]
fn what_takes_returns_or_is_a_struct_may_stand_before_its_definition() {
    let mut declarations = Declarations::new(linux());
    let text = "
        struct s;
        int take(struct s), take_all(struct s, ...);
        struct s give(union u);
        extern struct s x;
        typedef struct s (*callback)(union u);
        typedef int function(struct s);
        function by_typedef;
        callback register_it(const callback *);
        struct t { callback first; int (*second)(struct t, enum { A, B } e); };
        struct s { int a; };
        union u { int a; double b; };
        int never(struct unknown);
        extern struct unknown y;
    ";
    declarations.parse(text).expect("it is C");
    for (name, signature) in [
        ("take", "({a: int}) -> int"),
        ("take_all", "({a: int}, ...) -> int"),
        ("give", "(union {a: int, b: f64}) -> {a: int}"),
        ("by_typedef", "({a: int}) -> int"),
        (
            "register_it",
            "(**(union {a: int, b: f64}) -> {a: int}) -> *(union {a: int, b: f64}) -> {a: int}",
        ),
    ] {
        let prototype = declarations.function(name).expect("it is declared");
        assert_eq!(prototype.signature.to_string(), signature, "{name}");
    }
    let x = declarations.variable("x").expect("it is declared");
    assert_eq!(x.ty.to_string(), "{a: int}");
    let ty = |text: &str| declarations.ty(text).map(|ty| ty.to_string());
    let callback = "*(union {a: int, b: f64}) -> {a: int}";
    assert_eq!(ty("callback").as_deref(), Ok(callback));
    assert_eq!(declarations.size_of("struct t"), Ok(16));
    let names: Vec<_> = declarations
        .iter()
        .filter_map(|entry| entry.declaration().name())
        .collect();
    assert_eq!(names[..3], ["take", "take_all", "give"]);
    assert_eq!(
        declarations
            .constants()
            .filter(|found| &*found.name == "B")
            .count(),
        1
    );
    for name in ["never", "y"] {
        let error = declarations
            .function(name)
            .expect_err("it is nowhere defined");
        assert_eq!(error.code(), "incomplete-type");
        assert!(error.to_string().contains("`struct unknown`"), "{error}");
    }
    // A pointer to such a function is a pointer.
    let ty = parse_type("struct s { int (*f)(struct s); }", &linux()).expect("it is C");
    assert_eq!(ty.to_string(), "{f: ptr}");
    let error = parse_declarations("struct s; int f(struct s); int g(struct t);", &linux());
    let error = error.expect_err("nobody can call it");
    assert_eq!((error.code(), error.column()), ("incomplete-type", 17));
}

#[test]
fn what_is_declared_before_a_struct_is_defined_is_held_to_it() {
    let mut declarations = Declarations::new(linux());
    let text = "int f(struct s); struct s { int a; }; int f(int);";
    let error = declarations.parse(text).expect_err("they differ");
    assert_eq!(error.first().map(|first| first.code()), Some("conflicting"));
}

/// "An identifier that can be interpreted either as a typedef name or as a parameter name shall be taken as a typedef
/// name" (C11 6.7.6.3, 11), but a typedef and a member have a name.
#[test]
fn the_name_of_a_type_in_parentheses_is_declared_again() {
    let text = "
        typedef int (f)(int);
        typedef int (*(p))(void), (a)[2], (i);
        struct s { int (f); int (a)[3]; int (*(p))(void); int (*i)(f); };
    ";
    let mut declarations = Declarations::new(linux());
    for _ in 0..2 {
        declarations.parse(text).expect("it is C");
    }
    let ty = |text: &str| declarations.ty(text).map(|ty| ty.to_string());
    assert_eq!(ty("f *").as_deref(), Ok("*(int) -> int"));
    assert_eq!(ty("p").as_deref(), Ok("*() -> int"));
    assert_eq!(ty("a").as_deref(), Ok("[int; 2]"));
    assert_eq!(declarations.offset_of("struct s", "i"), Ok(24));
    let ty = ty("struct s");
    let members = "{f: int, a: [int; 3], p: *() -> int, i: *(*(int) -> int) -> int}";
    assert_eq!(ty.as_deref(), Ok(members));
}

#[test]
fn a_pack_that_changes_nothing_does_not_make_another_definition() {
    let text = "typedef struct s { char c; int a; struct { double d; } b; } t;";
    let mut declarations = Declarations::new(linux());
    declarations.parse(text).expect("it is C");
    for limit in [16, 8] {
        let packed = format!("#pragma pack(push, {limit})\n{text}\n#pragma pack(pop)\n");
        declarations.parse(&packed).expect("it is the same");
    }
    let packed = format!("#pragma pack(4)\n{text}\n");
    let error = declarations.parse(&packed).expect_err("it is another");
    assert_eq!(error.first().map(|first| first.code()), Some("redefined"));
    // Bit-fields are packed by a limit of any size.
    let bits = "struct b { char c; int a : 3; };";
    declarations.parse(bits).expect("it is C");
    let error = declarations.parse(&format!("#pragma pack(8)\n{bits}\n"));
    assert!(error.is_err());
}
