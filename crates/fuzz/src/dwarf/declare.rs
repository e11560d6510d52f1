//! Types as C source, each in one declaration: what stands in a record is declared there, and a record in
//! a record without a name of its own is an anonymous member.

use std::fmt;
use std::fmt::Write as _;

use trampette::{CType, DataModel, Enum, Field, Record, Scalar, TypeError};
use trampette_types::EnumRule;

/// The names that C takes from headers, by GCC's and Clang's predefined macros: so no header is needed, and
/// none of another target's.
pub(super) const PRELUDE: &str = "\
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

/// Why a type is not written in C.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unwritable {
    /// There are no values of it.
    Void,
    /// It has no layout.
    Type(TypeError),
    /// This module does not know how.
    Unknown,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Void => f.write_str("C has no values of type `void`"),
            Self::Type(error) => error.fmt(f),
            Self::Unknown => f.write_str("there is no C for it here"),
        }
    }
}

impl std::error::Error for Unwritable {}

/// A typedef of a type.
///
/// ```
/// use trampette::MODEL;
/// use trampette_fuzz::dwarf::declare;
///
/// let declared = declare(&"{i8, union {f32, f64}, [i16; 3]} packed".parse()?, "t", &MODEL)?;
/// let expected = "\
/// typedef struct {
///     int8_t m0;
///     union {
///         float m1;
///         double m2;
///     };
///     int16_t m3[3];
/// } __attribute__((packed)) t;
/// ";
/// assert_eq!(declared, expected);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// When C has no way to write it.
pub fn declare(ty: &CType, name: &str, model: &DataModel) -> Result<String, Unwritable> {
    if *ty == CType::Void {
        return Err(Unwritable::Void);
    }
    ty.layout(model).map_err(Unwritable::Type)?;
    let mut writer = Writer {
        out: String::new(),
        name,
        model,
        members: 0,
        enumerators: 0,
        indent: 0,
        is_packed: false,
    };
    writer.declaration("typedef ", ty, name, "", None)?;
    Ok(writer.out)
}

struct Writer<'a> {
    out: String,
    /// What is declared.
    name: &'a str,
    model: &'a DataModel,
    members: usize,
    enumerators: usize,
    indent: usize,
    /// Whether a `#pragma pack` is in force.
    is_packed: bool,
}

impl Writer<'_> {
    /// A declaration, between the pragmas that it needs: one that is in force would hold for all records
    /// within.
    fn declaration(
        &mut self,
        before: &str,
        ty: &CType,
        name: &str,
        bits: &str,
        align: Option<usize>,
    ) -> Result<(), Unwritable> {
        let (element, suffix) = element(ty);
        let limit = record(element)
            .and_then(Record::packed)
            .filter(|&limit| limit != 1);
        let outer = self.is_packed;
        let has_pragma = record(element).is_some() && (limit.is_some() || outer);
        match limit {
            Some(limit) => _ = writeln!(self.out, "#pragma pack(push, {limit})"),
            None if has_pragma => self.out += "#pragma pack(push)\n#pragma pack()\n",
            None => {}
        }
        self.is_packed = limit.is_some();
        self.start();
        self.out += before;
        self.specifier(element)?;
        let separator = if name.is_empty() { "" } else { " " };
        let align = aligned(align).map(|align| format!(" __attribute__(({align}))"));
        let align = align.unwrap_or_default();
        _ = writeln!(self.out, "{separator}{name}{suffix}{bits}{align};");
        if has_pragma {
            self.out += "#pragma pack(pop)\n";
        }
        self.is_packed = outer;
        Ok(())
    }

    fn specifier(&mut self, ty: &CType) -> Result<(), Unwritable> {
        match ty {
            CType::Bool => self.out += "_Bool",
            CType::Int(int) => self.out += int.c_name(),
            CType::Float(float) => self.out += float.c_name(),
            CType::Complex(float) => self.out += &format!("_Complex {}", float.c_name()),
            CType::Vector(vector) => {
                // Said of a declaration, the attribute makes GCC take an array of none for a flexible one.
                self.out += "__typeof__(";
                self.specifier(&vector.lane())?;
                let size = ty
                    .layout(self.model)
                    .map_err(|_| Unwritable::Unknown)?
                    .size();
                _ = write!(self.out, " __attribute__((vector_size({size}))))");
            }
            CType::Pointer(_) => self.out += "void *",
            CType::String => self.out += "char *",
            CType::Struct(record) => self.record("struct", record)?,
            CType::Union(record) => self.record("union", record)?,
            CType::Enum(enumeration) => self.enumeration(enumeration)?,
            CType::Void => return Err(Unwritable::Void),
            _ => return Err(Unwritable::Unknown),
        }
        Ok(())
    }

    fn record(&mut self, keyword: &str, record: &Record) -> Result<(), Unwritable> {
        _ = writeln!(self.out, "{keyword} {{");
        self.indent += 1;
        for field in record.fields() {
            let name = self.member(field);
            let bits = field.bits().map(|width| format!(" : {width}"));
            self.declaration(
                "",
                field.ty(),
                &name,
                &bits.unwrap_or_default(),
                field.align(),
            )?;
        }
        self.indent -= 1;
        self.start();
        self.out.push('}');
        let packed = record.packed().filter(|&limit| limit == 1);
        let attributes = [packed.map(|_| "packed".into()), aligned(record.align())];
        let attributes: Vec<String> = attributes.into_iter().flatten().collect();
        if !attributes.is_empty() {
            _ = write!(self.out, " __attribute__(({}))", attributes.join(", "));
        }
        Ok(())
    }

    /// The name of a member. An alignment of its own can only be one of a name's.
    fn member(&mut self, field: &Field) -> String {
        let is_anonymous = field.name().is_none() && field.align().is_none();
        if !field.is_member() {
            return String::new();
        }
        if is_anonymous && record(field.ty()).is_some() {
            return String::new();
        }
        self.members += 1;
        format!("m{}", self.members - 1)
    }

    /// An enumeration whose values need that integer type; where every enumeration is an `int`, the type
    /// is named.
    fn enumeration(&mut self, enumeration: &Enum) -> Result<(), Unwritable> {
        let (int, name) = (
            enumeration.int(),
            format!("{}_{}", self.name, self.enumerators),
        );
        self.enumerators += 1;
        let packed = "__attribute__((packed)) ";
        let (attribute, values) = match int.scalar(self.model) {
            Scalar::I8 => (packed, ["-1", "0"]),
            Scalar::U8 => (packed, ["1", "0xff"]),
            Scalar::I16 => (packed, ["-1", "0x7fff"]),
            Scalar::U16 => (packed, ["1", "0xffff"]),
            Scalar::I32 => ("", ["-1", "0"]),
            Scalar::U32 => ("", ["1", "0"]),
            Scalar::I64 => ("", ["-1", "0x7fffffffffffffffll"]),
            Scalar::U64 => ("", ["1", "0xffffffffffffffffull"]),
            _ => return Err(Unwritable::Unknown),
        };
        let head = match self.model.enums {
            EnumRule::Int => format!("{name} : {} ", int.c_name()),
            _ => attribute.to_owned(),
        };
        let [low, high] = values;
        _ = write!(
            self.out,
            "enum {head}{{ {name}_low = {low}, {name}_high = {high} }}"
        );
        Ok(())
    }

    fn start(&mut self) {
        self.out += &"    ".repeat(self.indent);
    }
}

/// What an array is of, and what stands behind its name.
fn element(mut ty: &CType) -> (&CType, String) {
    let mut suffix = String::new();
    while let CType::Array(array) = ty {
        let len = Some(array.len()).filter(|_| !array.is_flexible());
        let len = len.map(|len| len.to_string()).unwrap_or_default();
        _ = write!(suffix, "[{len}]");
        ty = array.element();
    }
    (ty, suffix)
}

fn record(ty: &CType) -> Option<&Record> {
    match ty {
        CType::Struct(record) | CType::Union(record) => Some(record),
        _ => None,
    }
}

fn aligned(align: Option<usize>) -> Option<String> {
    align.map(|align| format!("aligned({align})"))
}
