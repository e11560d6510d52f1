//! C prototypes and what becomes of them.

use trampette_cdecl::{CharPointers, Options, parse_prototype};
use trampette_types::{Abi, CType, DataModel, LongDouble, Signature};

use crate::corpus;

fn linux() -> Options {
    Options::new(DataModel::LINUX_X86_64)
}

#[test]
fn prototypes_of_real_headers_have_their_signatures() {
    let mut wrong = Vec::new();
    for entry in corpus::accepted() {
        let found = parse_prototype(&entry.text, &linux());
        let found = found.map(|prototype| prototype.signature.to_string());
        if found.as_deref().ok() != Some(entry.expected) {
            wrong.push(format!("{}\n   {found:?}", entry.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn compact_text_of_a_prototype_has_the_same_shape() {
    let model = DataModel::LINUX_X86_64;
    for entry in corpus::accepted() {
        let prototype = parse_prototype(&entry.text, &linux()).expect("the table has C");
        let again: Signature = entry.expected.parse().expect("the table has compact text");
        assert_eq!(
            again.shape(&model),
            prototype.signature.shape(&model),
            "{}",
            entry.text
        );
    }
}

#[test]
fn names_are_kept() {
    let prototype = parse_prototype("void *f(int a, char *, int (*cmp)(int x))", &linux());
    let prototype = prototype.expect("it is C");
    assert_eq!(prototype.name.as_deref(), Some("f"));
    let names: Vec<_> = prototype
        .parameter_names
        .iter()
        .map(Option::as_deref)
        .collect();
    assert_eq!(names, [Some("a"), None, Some("cmp")]);

    let unnamed = parse_prototype("int (int x)", &linux()).expect("it is C");
    assert_eq!(unnamed.name, None);

    let text = "typedef int compare(int a, int b); compare by_name";
    let by_typedef = parse_prototype(text, &linux()).expect("it is C");
    assert_eq!(by_typedef.name.as_deref(), Some("by_name"));
    assert_eq!(by_typedef.parameter_names, [None, None]);
}

#[test]
fn empty_parentheses_are_no_prototype() {
    for (text, prototyped) in [
        ("int f()", false),
        ("int f(void)", true),
        ("int f(...)", true),
    ] {
        let prototype = parse_prototype(text, &linux()).expect("it is C");
        assert_eq!(prototype.prototyped, prototyped, "{text}");
        assert!(prototype.parameter_names.is_empty());
    }
}

#[test]
fn tags_are_kept() {
    let text = "struct point { int x; }; enum color { RED }; struct point f(enum color)";
    let signature = parse_prototype(text, &linux()).expect("it is C").signature;
    assert!(matches!(signature.result(), CType::Struct(record) if record.tag() == Some("point")));
    assert!(matches!(&signature.params()[0], CType::Enum(color) if color.tag() == Some("color")));
}

#[test]
fn char_pointers_are_strings_only_on_request() {
    let pointers = linux().with_char_pointers(CharPointers::Pointers);
    let signature = parse_prototype("char *f(const char *, char **, char [4])", &pointers)
        .expect("it is C")
        .signature;
    assert_eq!(signature.to_string(), "(*char, **char, *char) -> *char");
}

#[test]
fn enums_follow_the_data_model() {
    let table = [
        ("enum { A }", "enum(uint)", "enum(int)"),
        ("enum { A = -1 }", "enum(int)", "enum(int)"),
        ("enum { A = 2147483648 }", "enum(uint)", "enum(int)"),
        ("enum { A = -1, B = 2147483648 }", "enum(long)", "enum(int)"),
        ("enum { A = 4294967296 }", "enum(ulong)", "enum(int)"),
        (
            "enum { A = 0xffffffffffffffff }",
            "enum(ulong)",
            "enum(int)",
        ),
        ("enum later", "enum(uint)", "enum(int)"),
    ];
    for (c, gnu, msvc) in table {
        let text = format!("{c} f(void)");
        for (model, expected) in [
            (DataModel::LINUX_X86_64, gnu),
            (DataModel::WINDOWS_MSVC, msvc),
        ] {
            let prototype = parse_prototype(&text, &Options::new(model)).expect("it is C");
            assert_eq!(prototype.signature.result().to_string(), expected, "{text}");
        }
    }
    let mingw = Options::new(DataModel::WINDOWS_GNU);
    let wide = parse_prototype("enum { A = 4294967296 } f(void)", &mingw).expect("it is C");
    assert_eq!(wide.signature.result().to_string(), "enum(ulonglong)");
}

#[test]
fn the_mode_of_the_x87_is_where_long_double_is_its_number() {
    let text = "typedef float t __attribute__((mode(XF))); t f(void)";
    for model in DataModel::ALL {
        let prototype = parse_prototype(text, &Options::new(model));
        if model.long_double == LongDouble::X87 {
            let prototype = prototype.expect("GCC has it there");
            assert_eq!(*prototype.signature.result(), CType::LONG_DOUBLE);
        } else {
            let error = prototype.expect_err("no compiler has it there");
            assert_eq!(error.code(), "unsupported", "{}", model.name);
        }
    }
}

/// What GCC 12 compiles each of these to.
#[test]
fn calling_conventions_belong_to_the_function_that_gcc_gives_them_to() {
    for (text, expected) in [
        ("A void (*f(int))(int)", "win64 (int) -> *(int) -> void"),
        ("void (*f(int))(int) A", "win64 (int) -> *(int) -> void"),
        ("int * A f(int)", "win64 (int) -> *int"),
        ("int A *f(int)", "win64 (int) -> *int"),
        ("int *(A f(int))", "win64 (int) -> *int"),
        ("int (A *f(int))(char)", "(int) -> *win64 (char) -> int"),
        ("int (* A f(int))(char)", "(int) -> *win64 (char) -> int"),
        ("int (* A *f(int))(char)", "(int) -> **win64 (char) -> int"),
        ("void f(A int (*)(int))", "(*win64 (int) -> int) -> void"),
        ("void f(int (A *)(int))", "(*win64 (int) -> int) -> void"),
        (
            "void f(int (*(A *)(int))(char))",
            "(*win64 (int) -> *(char) -> int) -> void",
        ),
    ] {
        let text = text.replace('A', "__attribute__((ms_abi))");
        let signature = parse_prototype(&text, &linux()).expect("it is C").signature;
        assert_eq!(signature.to_string(), expected, "{text}");
    }
    let text = "__attribute__((ms_abi)) int f(int)";
    let signature = parse_prototype(text, &linux()).expect("it is C").signature;
    assert_eq!(signature.abi(), Some(Abi::Win64));
}
