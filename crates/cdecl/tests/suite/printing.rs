//! Types written as C, and read again.

use trampette_cdecl::{Declarations, Options, Printer, parse_prototype};
use trampette_types::{CType, DataModel};

use crate::corpus;

/// What has no way back: the integer behind an enum without a tag, what C cannot write.
fn is_lost(text: &str) -> bool {
    ["enum(", "packed(", "align(", "unprototyped"]
        .iter()
        .any(|lost| text.contains(lost))
}

#[test]
fn prototypes_are_the_same_when_they_are_written_and_read_again() {
    let linux = Options::new(DataModel::LINUX_X86_64);
    let mut count = 0;
    for entry in corpus::accepted() {
        let prototype = parse_prototype(&entry.text, &linux).expect("the table has C");
        // Structs are written by their tags: a text that defines some cannot be read without them.
        let Some(mut text) = Printer::default().prototype(&prototype) else {
            assert!(is_lost(entry.expected), "{}", entry.text);
            continue;
        };
        let mut defined = Vec::new();
        for ty in prototype
            .signature
            .params()
            .iter()
            .chain([prototype.signature.result()])
        {
            define(ty, &mut defined);
        }
        text = format!("{}{text}", defined.concat());
        let again = parse_prototype(&text, &linux);
        let again = again.unwrap_or_else(|error| panic!("{}", error.render(&text)));
        if !entry.expected.contains("enum(") {
            assert_eq!(again.signature, prototype.signature, "{text}");
            count += 1;
        }
        assert_eq!(again.parameter_names, prototype.parameter_names, "{text}");
    }
    assert!(count > 150, "{count}");
}

/// Adds the definitions of the structs and unions with tags in a type, inner ones first.
fn define(ty: &CType, defined: &mut Vec<String>) {
    let inner: Vec<CType> = match ty {
        CType::Array(array) => vec![array.element().clone()],
        CType::Struct(record) | CType::Union(record) => record
            .fields()
            .iter()
            .map(|field| field.ty().clone())
            .collect(),
        CType::Pointer(pointer) => match pointer.pointee() {
            Some(trampette_types::Pointee::Type(ty)) => vec![ty.clone()],
            Some(trampette_types::Pointee::Function(signature)) => {
                let mut all = signature.params().to_vec();
                all.push(signature.result().clone());
                all
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    for ty in &inner {
        define(ty, defined);
    }
    if let CType::Struct(record) | CType::Union(record) = ty
        && record.tag().is_some()
        && let Some(text) = Printer::default().definition(ty)
    {
        let text = format!("{text}\n");
        if !defined.contains(&text) {
            defined.push(text);
        }
    }
}

#[test]
fn declarations_are_written_by_the_names_that_they_have() {
    let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    let text = "typedef enum { A } e; typedef union { int i; } u; extern u *(*table[3])(e, u[2]);
        typedef struct __attribute__((packed, aligned(2))) { char c; int i : 5, : 3; } p;";
    declarations.parse(text).expect("it is C");
    let printer = Printer::of(&declarations);
    let table = declarations.variable("table").expect("it is declared");
    let written = printer.variable(table).expect("C has a way");
    assert_eq!(written, "extern u *(*table[3])(e, u *)");
    let p = declarations.ty("p").expect("it is declared");
    let expected = "struct {
    char c;
    int i : 5;
    int : 3;
} __attribute__((packed)) __attribute__((aligned(2)));";
    assert_eq!(printer.definition(&p).as_deref(), Some(expected));
    assert_eq!(printer.declare(&p, "x").as_deref(), Some("p x"));
}
