//! Arrays that are as long as what they begin with. What GCC 12 and Clang 14 make of each is their size here.

use trampette_cdecl::{Declarations, Options, parse_variable};
use trampette_types::DataModel;

/// The size of the variable `a` of a text, in its type and by `sizeof`; nothing if it has none.
fn size(text: &str, model: DataModel) -> Option<usize> {
    let mut declarations = Declarations::new(Options::new(model));
    declarations
        .parse(&format!("{text}\nenum {{ SIZE = sizeof(a) }};"))
        .or_else(|_| declarations.parse(text))
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let variable = declarations.variable("a").expect("it is declared");
    let layout = variable.ty.layout(&model).expect("it is not too large");
    let size = declarations.constant("SIZE").ok()?;
    assert_eq!(size.value.integer(), i128::try_from(layout.size()).ok());
    Some(layout.size())
}

#[test]
fn arrays_are_as_long_as_their_initialisers() {
    for (text, expected) in [
        (r#"char a[] = "abc";"#, 4),
        (r#"char a[] = { "abc" };"#, 4),
        (r#"char a[] = { "ab" "cd", };"#, 5),
        (r#"char a[] = ("abc");"#, 4),
        (r#"char a[] = "a\x41\n\0b" "\0";"#, 7),
        (r#"signed char a[] = "ab";"#, 3),
        (r#"unsigned char a[] = u8"é";"#, 3),
        (r#"char a[] = "\u00e9";"#, 3),
        (r#"int a[] = L"abc";"#, 16),
        (r#"int a[] = L"ab" L"é";"#, 16),
        (r#"unsigned short a[] = u"a\U0001F600";"#, 8),
        (r#"unsigned a[] = U"a\xffffffff😀";"#, 16),
        (r#"const char *a[] = { "a", "b" "c" };"#, 16),
        (r#"char a[][8] = { "ab", "cd" };"#, 16),
        (r#"char a[][2][8] = { "ab", "cd", "e" };"#, 32),
        (r#"char a[][4] = { [2] = "abc" };"#, 12),
        ("char a[] = { 'a', 'b' };", 2),
        ("int a[] = { 1, 2, 3, };", 12),
        ("int a[] = {};", 0),
        ("int a[] = { [9] = 1 };", 40),
        ("int a[] = { [2] = 1, 2, [0] = 5 };", 16),
        ("int a[] = { [0 ... 9] = 1, 2 };", 44),
        ("int a[] = { [3] 5 };", 16),
        (
            "enum { A, B, C }; const char *a[] = { [A] = \"a\", [C] = \"c\" };",
            24,
        ),
        ("int x; int *a[] = { &x, &x + 1, (int *)0 };", 24),
        ("int (*a[])(void) = { 0, 0 };", 16),
        ("long double a[] = { 1, 2 };", 32),
        ("_Complex float a[] = { { 1, 2 }, 3 };", 16),
        ("int a[] = { ({ 1, 2; }), sizeof(int[]){ 1, 2 } };", 8),
        ("int a[] = { (1, 2), 3 };", 8),
        ("int a[] = (int[]){ 1, 2, 3 };", 12),
        ("int a[] = { 1, 2 }, b[sizeof(a)];", 8),
        ("typedef int v[]; v a = { 1, 2 }, b = { 1 };", 8),
        ("extern int a[]; int a[] = { 1, 2 };", 8),
        ("int a[] = { 1, 2 }; extern int a[];", 8),
        ("int a[][2] = { 1, 2, 3 };", 16),
        ("int a[][3] = { { 1 }, { 2 }, [4][1] = 3, 4, 5 };", 72),
        (
            "typedef int v __attribute__((vector_size(16))); v a[] = { 1, 2, 3, 4, 5 };",
            32,
        ),
        (
            "typedef int v __attribute__((vector_size(16))); v a[] = { { 1, 2 }, { 3 } };",
            32,
        ),
    ] {
        assert_eq!(
            size(text, DataModel::LINUX_X86_64),
            Some(expected),
            "{text}"
        );
    }
    let wide = r#"unsigned short a[] = L"a😀";"#;
    assert_eq!(size(wide, DataModel::WINDOWS_GNU), Some(8));
}

/// "Otherwise, only enough initializers from the list are taken to account for the elements or members of the
/// subaggregate [...]; any remaining initializers are left to initialize the next element" (C11 6.7.9, 20).
#[test]
fn braces_may_be_left_out() {
    for (text, expected) in [
        ("struct p { int x, y; } a[] = { 1, 2, 3 };", 16),
        ("struct p { int x, y; } a[] = { { 1 }, 2, 3, { 4 } };", 24),
        ("struct p { int x, y; } a[] = { 1, 2, { 3 } };", 16),
        ("struct p { int x, y; } a[] = { [1].y = 5, 6 };", 24),
        (
            "struct p { int x, y; } a[] = { [0].x = 1, [0].y = 2, [5] = { 1, 2 } };",
            48,
        ),
        (
            "struct p { int x, y; } a[] = { { x: 1, y: 2 }, { .y = 1 } };",
            16,
        ),
        (
            "struct p { int x; char *y; } a[] = { 1, \"a\", 2, \"b\", 3 };",
            48,
        ),
        (
            "struct p { int x; struct { char s[4]; int z; } q; } a[] = { 1, \"abc\", 2, 3 };",
            24,
        ),
        (
            "struct p { int x, y; } a[] = { (struct p){ 1, 2 }, (struct p){ 3, 4 } };",
            16,
        ),
        (
            "struct p { int x, y; }; struct o { struct p p; int z; } a[] = { (struct p){ 1 }, 1 };",
            12,
        ),
        ("struct e {} a[] = { {}, {} };", 0),
        (
            "struct u { union { int i; char c[8]; }; int k; } a[] = { 1, 2, 3 };",
            24,
        ),
        ("struct b { int a : 3, : 2, b : 4; } a[] = { 1, 2, 3 };", 8),
        (
            "struct p { _Bool x : 1; unsigned : 0; int y; } a[] = { 1, 2, 3 };",
            16,
        ),
        ("struct p { int n; char d[]; } a[] = { { 1 }, { 2 } };", 8),
        (
            "struct s { int k; int v[3]; } a[] = { [1].v[1] = 3, 4, 5, 6 };",
            48,
        ),
        (
            "struct p { union { struct { int a, b; }; long l; }; int c; } a[] = { 1, 2, 3, 4 };",
            32,
        ),
        (
            "struct p { union { int a; long l; }; int c; } a[] = { [2].l = 2, 3, 4 };",
            64,
        ),
        (
            "static const struct { const char *n; int v; } a[] = { { \"a\", 1 }, { 0 } };",
            32,
        ),
    ] {
        assert_eq!(
            size(text, DataModel::LINUX_X86_64),
            Some(expected),
            "{text}"
        );
    }
}

/// An array whose length cannot be told is one of unknown length, as it would be without an initialiser.
#[test]
fn what_is_not_understood_leaves_an_array_without_a_length() {
    for text in [
        "extern int a[];",
        "int a[] = { [X] = 1 };",
        "struct p { int x, y; } a[] = { call(1, 2), 3 };",
        "struct p { int x, y; } a[] = { (1, y), 3 };",
        "struct p { int x, y; } a[] = { [0].z = 3 };",
        "struct p { int x, y; } a[] = { .x = 3 };",
        "char a[] = L\"ab\";",
        "char a[] = _(\"ab\");",
        "int a[] = { [1 = 1 ] };",
    ] {
        assert_eq!(size(text, DataModel::LINUX_X86_64), None, "{text}");
    }
    let options = Options::new(DataModel::LINUX_X86_64);
    let error = parse_variable("int a[] = { [X] = 1 }", &options).expect_err("it has no length");
    assert_eq!(error.code(), "incomplete-type");
    let error = parse_variable("int a[] = { [1L << 61] = 1 }", &options);
    assert_eq!(error.expect_err("it is too long").code(), "size-overflow");
    let variable = parse_variable("static int a[] = { 1, 2 };", &options).expect("it is C");
    assert_eq!(variable.ty.to_string(), "[int; 2]");
}

/// Of lists in lists, and of items of very many parts.
#[test]
fn no_initialiser_takes_long() {
    let text = format!("int a[] = {{ {} }};", "1, ".repeat(300_000));
    assert_eq!(size(&text, DataModel::LINUX_X86_64), Some(1_200_000));
    let depth = 40;
    let lists = "(int[]){ ".repeat(depth) + &"} = ,".repeat(depth);
    assert_eq!(
        size(
            &format!("int a[] = {{ {lists} }};"),
            DataModel::LINUX_X86_64
        ),
        Some(4)
    );
    let members: String = (0..2000).map(|index| format!("int m{index};")).collect();
    let items = "[1].m1999 = 1, ".repeat(20_000);
    let text = format!("struct s {{ {members} }} a[] = {{ {items} }};");
    assert_eq!(size(&text, DataModel::LINUX_X86_64), Some(16_000));
}
