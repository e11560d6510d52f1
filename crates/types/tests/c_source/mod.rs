//! Types as C source, with assertions that the C compiler checks.
//!
//! Every record and array gets a `typedef` of its own, so that a field is always `T name`, and its
//! attributes can only mean the field. No header is needed: C's names come from predefined macros, so
//! that a compiler without a C library can be asked too.

use std::fmt::Write;

use trampette_types::{Array, CType, DataModel, Enum, EnumRule, Field, Int, Pointee, Record};

/// The names that C takes from headers, by GCC's and Clang's predefined macros.
pub(crate) const PRELUDE: &str = "\
typedef __INT8_TYPE__ int8_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __INT16_TYPE__ int16_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __INT32_TYPE__ int32_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ssize_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __WCHAR_TYPE__ wchar_t;
";

/// A C file that grows declaration by declaration.
pub(crate) struct Source {
    pub(crate) text: String,
    names: usize,
    model: DataModel,
}

impl Source {
    pub(crate) fn new(model: DataModel) -> Self {
        Self {
            text: PRELUDE.to_owned(),
            names: 0,
            model,
        }
    }

    /// Adds a type and all that stands in it, each with its size, alignment and offsets as this crate
    /// computes them. Returns its name in C. C has no offsets of bit-fields.
    pub(crate) fn assert_layout(&mut self, ty: &CType) -> String {
        let name = self.declare(ty);
        let layout = ty.layout(&self.model).expect("test types have a size");
        // The record of a flexible array has a size, the array has none.
        if matches!(ty, CType::Array(array) if array.is_flexible()) {
            return name;
        }
        self.assert(ty, &format!("sizeof({name})"), layout.size());
        self.assert(ty, &format!("_Alignof({name})"), layout.align());
        for (index, member) in layout.members().iter().enumerate() {
            if member.bits.is_none() {
                let offset = format!("__builtin_offsetof({name}, m{index})");
                self.assert(ty, &offset, member.offset);
            }
        }
        name
    }

    pub(crate) fn assert(&mut self, ty: &CType, expression: &str, value: usize) {
        self.line(&format!(
            "_Static_assert({expression} == {value}, \"{expression} is {value} in {ty}\");"
        ));
    }

    fn declare(&mut self, ty: &CType) -> String {
        match ty {
            CType::Void => "void".to_owned(),
            CType::Bool => "_Bool".to_owned(),
            CType::Int(int) => int.c_name().to_owned(),
            CType::Float(float) => float.c_name().to_owned(),
            CType::Complex(float) => format!("_Complex {}", float.c_name()),
            CType::String => self.typedef("char *", ""),
            CType::Pointer(pointer) => self.pointer(pointer.pointee()),
            CType::Array(array) => self.array(array),
            CType::Struct(record) => self.record("struct", record),
            CType::Union(record) => self.record("union", record),
            CType::Enum(enumeration) => self.enumeration(enumeration),
            other => panic!("no C for {other}"),
        }
    }

    fn pointer(&mut self, pointee: Option<&Pointee>) -> String {
        match pointee {
            Some(Pointee::Type(ty)) => {
                let pointee = self.assert_layout(ty);
                self.typedef(&format!("{pointee} *"), "")
            }
            Some(Pointee::Function(_)) => {
                let name = self.name();
                self.line(&format!("typedef void (*{name})(void);"));
                name
            }
            _ => self.typedef("void *", ""),
        }
    }

    fn array(&mut self, array: &Array) -> String {
        let element = self.assert_layout(array.element());
        if array.is_flexible() {
            return self.typedef(&element, "[]");
        }
        self.typedef(&element, &format!("[{}]", array.len()))
    }

    fn record(&mut self, keyword: &str, record: &Record) -> String {
        let fields: Vec<_> = record
            .fields()
            .iter()
            .map(|field| self.field(field))
            .collect();
        let name = self.name();
        // `packed` is an attribute, which `aligned` on a member outweighs; other limits are a pragma.
        let (attribute, pragma) = match record.packed() {
            Some(1) => ("__attribute__((packed)) ", None),
            limit => ("", limit),
        };
        if let Some(limit) = pragma {
            self.line(&format!("#pragma pack(push, {limit})"));
        }
        let align = record.align().map(aligned).unwrap_or_default();
        self.line(&format!("typedef {keyword} {attribute}{align}{name}_ {{"));
        let mut members = 0..record.fields().len();
        for (field, (ty, align)) in record.fields().iter().zip(fields) {
            let name = field.is_member().then(|| members.next()).flatten();
            let name = name.map(|index| format!("m{index}")).unwrap_or_default();
            let bits = field.bits().map(|width| format!(" : {width}"));
            let bits = bits.unwrap_or_default();
            self.line(&format!("    {ty} {align}{name}{bits};"));
        }
        self.line(&format!("}} {name};"));
        if pragma.is_some() {
            self.line("#pragma pack(pop)");
        }
        name
    }

    /// The C type of a field and its attribute.
    fn field(&mut self, field: &Field) -> (String, String) {
        let align = field.align().map(aligned).unwrap_or_default();
        (self.assert_layout(field.ty()), align)
    }

    /// An enumeration whose values need that integer type, by the rules of GCC and Clang; where every
    /// enumeration is an `int`, the type is named.
    fn enumeration(&mut self, enumeration: &Enum) -> String {
        let int = enumeration.int();
        let (attribute, value) = match int {
            Int::I32 => ("", "-1"),
            Int::U32 => ("", "1"),
            Int::I8 => ("__attribute__((packed)) ", "-1"),
            Int::U16 => ("__attribute__((packed)) ", "0xffff"),
            Int::U64 => ("", "0xffffffffffffffffull"),
            other => panic!("no C for enum({})", other.name()),
        };
        let name = self.name();
        let head = match self.model.enums {
            EnumRule::Int => format!("{name}_ : {}", int.c_name()),
            _ => attribute.to_owned(),
        };
        self.line(&format!(
            "typedef enum {head} {{ {name}_a = {value} }} {name};"
        ));
        name
    }

    fn typedef(&mut self, ty: &str, declarator: &str) -> String {
        let name = self.name();
        self.line(&format!("typedef {ty} {name}{declarator};"));
        name
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("t{}", self.names)
    }

    pub(crate) fn line(&mut self, line: &str) {
        writeln!(self.text, "{line}").expect("writing to a string works");
    }
}

fn aligned(align: usize) -> String {
    format!("__attribute__((aligned({align}))) ")
}
