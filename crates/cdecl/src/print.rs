//! Types back to C.

use std::collections::HashMap;
use std::fmt::Write;

use trampette_types::{Abi, CType, Field, Pointee, Record, Signature};

use crate::declaration::{Declaration, Prototype, Variable};
use crate::declarations::Declarations;

/// Writes types as C has them. A struct, union or enum is written by its tag, where it has one; without a tag by the
/// typedef that it is known by, or with its members.
///
/// ```
/// use trampette_cdecl::{Declarations, Options, Printer};
/// use trampette_types::DataModel;
///
/// let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
/// declarations.parse("
///     typedef struct { double x, y; } point;
///     struct shape { int kind : 3; point points[2]; };
///     int draw(struct shape *shape, point at, void (*done)(int), ...);
/// ")?;
/// let printer = Printer::of(&declarations);
/// let draw = declarations.function("draw")?;
/// assert_eq!(
///     printer.prototype(draw).as_deref(),
///     Some("int draw(struct shape *shape, point at, void (*done)(int), ...)"),
/// );
/// let shape = declarations.ty("struct shape")?;
/// let written = "struct shape {\n    int kind : 3;\n    point points[2];\n};";
/// assert_eq!(printer.definition(&shape).as_deref(), Some(written));
/// assert_eq!(Printer::default().declare(&"[*(i32) -> ptr; 4]".parse()?, "table").as_deref(),
///     Some("void *(*table[4])(int32_t)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What C has no way to write is `None`: a field without a name that is no struct, union or bit-field, a limit of
/// `#pragma pack` inside of another declaration, a calling convention that no attribute names. An enum without a tag
/// is written as the integer that it is.
#[derive(Debug, Default)]
pub struct Printer<'a> {
    names: HashMap<&'a CType, &'a str>,
}

impl<'a> Printer<'a> {
    /// One that knows the typedefs among declarations.
    #[must_use]
    pub fn of(declarations: &'a Declarations) -> Self {
        let mut names = HashMap::new();
        for entry in declarations.iter() {
            if let Declaration::Type(definition) = entry.declaration()
                && let (Some(name), Some(ty)) = (&definition.name, &definition.ty)
                && is_untagged(ty)
            {
                names.entry(ty).or_insert(name.as_str());
            }
        }
        Self { names }
    }

    /// The declaration of something of this type by this name; without one, the type's name.
    #[must_use]
    pub fn declare(&self, ty: &CType, name: &str) -> Option<String> {
        self.declared(ty, name.to_string(), None)
    }

    /// A function with the names of its parameters.
    #[must_use]
    pub fn prototype(&self, prototype: &Prototype) -> Option<String> {
        let name = prototype.name.clone().unwrap_or_default();
        let signature = &prototype.signature;
        let inner = format!("{}{name}", attribute(signature.abi())?);
        let list = self.parameters(signature, &prototype.parameter_names, None)?;
        self.declared(signature.result(), format!("{inner}({list})"), None)
    }

    /// A variable, as it is declared.
    #[must_use]
    pub fn variable(&self, variable: &Variable) -> Option<String> {
        let declared = self.declare(&variable.ty, &variable.name)?;
        Some(format!("extern {declared}"))
    }

    /// The definition of a struct or union, with its members and a semicolon. `#pragma pack` stands on lines
    /// around it.
    #[must_use]
    pub fn definition(&self, ty: &CType) -> Option<String> {
        let (CType::Struct(record) | CType::Union(record)) = ty else {
            return None;
        };
        let text = self.members(ty, record, record.packed().filter(|&limit| limit > 1))?;
        Some(match record.packed() {
            Some(limit) if limit > 1 => {
                format!("#pragma pack(push, {limit})\n{text};\n#pragma pack(pop)\n")
            }
            _ => format!("{text};"),
        })
    }

    /// The type around a declarator: what it is made of stands around the name, from inside to outside. `pragma` is
    /// the limit of `#pragma pack` that is around it all.
    fn declared(&self, ty: &CType, inner: String, pragma: Option<usize>) -> Option<String> {
        match ty {
            CType::Array(array) => {
                let len = match array.is_flexible() {
                    true => String::new(),
                    false => array.len().to_string(),
                };
                self.declared(array.element(), format!("{inner}[{len}]"), pragma)
            }
            CType::Pointer(pointer) => match pointer.pointee() {
                None => Some(spaced("void", &format!("*{inner}"))),
                Some(Pointee::Type(ty)) => {
                    let is_array = matches!(ty, CType::Array(_));
                    let inner = match is_array {
                        true => format!("(*{inner})"),
                        false => format!("*{inner}"),
                    };
                    self.declared(ty, inner, pragma)
                }
                Some(Pointee::Function(signature)) => {
                    let list = self.parameters(signature, &[], pragma)?;
                    let inner = format!("({}*{inner})({list})", attribute(signature.abi())?);
                    self.declared(signature.result(), inner, pragma)
                }
                Some(_) => None,
            },
            CType::String => Some(spaced("char", &format!("*{inner}"))),
            CType::Vector(vector) => {
                let lane = self.base(&vector.lane(), pragma)?;
                let len = vector.len();
                let base = format!("{lane} __attribute__((vector_size({len} * sizeof({lane}))))");
                Some(spaced(&base, &inner))
            }
            _ => Some(spaced(&self.base(ty, pragma)?, &inner)),
        }
    }

    fn base(&self, ty: &CType, pragma: Option<usize>) -> Option<String> {
        Some(match ty {
            CType::Void => "void".into(),
            CType::Bool => "_Bool".into(),
            CType::Int(int) => int.c_name().into(),
            CType::Float(float) => float.c_name().into(),
            CType::Complex(float) => format!("{} _Complex", float.c_name()),
            CType::VaList => "va_list".into(),
            CType::Enum(enumeration) => match enumeration.tag() {
                Some(tag) => format!("enum {tag}"),
                None => match self.names.get(ty) {
                    Some(name) => (*name).into(),
                    None => enumeration.int().c_name().into(),
                },
            },
            CType::Struct(record) | CType::Union(record) => match record.tag() {
                Some(tag) => format!("{} {tag}", keyword(ty)),
                None => match self.names.get(ty) {
                    Some(name) => (*name).into(),
                    None => self.members(ty, record, pragma)?,
                },
            },
            _ => return None,
        })
    }

    /// A struct or union with its members; `pragma` is the limit that stands around it.
    fn members(&self, ty: &CType, record: &Record, pragma: Option<usize>) -> Option<String> {
        let mut text = keyword(ty).to_string();
        if let Some(tag) = record.tag() {
            text += &format!(" {tag}");
        }
        text += " {\n";
        for field in record.fields() {
            let member = self.member(field, pragma)?.replace('\n', "\n    ");
            writeln!(text, "    {member};").ok()?;
        }
        text += "}";
        match (record.packed(), pragma) {
            (Some(1), None) => text += " __attribute__((packed))",
            (limit, pragma) if limit == pragma => {}
            _ => return None,
        }
        if let Some(align) = record.align() {
            text += &format!(" __attribute__((aligned({align})))");
        }
        Some(text)
    }

    fn member(&self, field: &Field, pragma: Option<usize>) -> Option<String> {
        let mut text = match (field.name(), field.ty()) {
            (Some(name), ty) => self.declared(ty, name.to_string(), pragma)?,
            (None, ty) if field.bits().is_some() => self.declared(ty, String::new(), pragma)?,
            (None, CType::Struct(record) | CType::Union(record)) if record.tag().is_none() => {
                return match field.align() {
                    None => self.members(field.ty(), record, pragma),
                    Some(_) => None,
                };
            }
            (None, _) => return None,
        };
        if let Some(bits) = field.bits() {
            text += &format!(" : {bits}");
        }
        if let Some(align) = field.align() {
            text += &format!(" __attribute__((aligned({align})))");
        }
        Some(text)
    }

    fn parameters(
        &self,
        signature: &Signature,
        names: &[Option<String>],
        pragma: Option<usize>,
    ) -> Option<String> {
        let mut list = Vec::new();
        for (index, ty) in signature.fixed_params().iter().enumerate() {
            let name = names.get(index).and_then(Option::as_deref);
            let name = name.unwrap_or_default().to_string();
            list.push(self.declared(ty, name, pragma)?);
        }
        if signature.is_variadic() {
            list.push("...".into());
        }
        Some(match list.is_empty() && !signature.is_unprototyped() {
            true => "void".into(),
            false => list.join(", "),
        })
    }
}

fn is_untagged(ty: &CType) -> bool {
    match ty {
        CType::Struct(record) | CType::Union(record) => record.tag().is_none(),
        CType::Enum(enumeration) => enumeration.tag().is_none(),
        _ => false,
    }
}

fn keyword(ty: &CType) -> &'static str {
    match ty {
        CType::Union(_) => "union",
        _ => "struct",
    }
}

fn spaced(base: &str, declarator: &str) -> String {
    match declarator.is_empty() {
        true => base.to_string(),
        false => format!("{base} {declarator}"),
    }
}

/// What names a calling convention, with a space behind it; nothing for the platform's own.
fn attribute(abi: Option<Abi>) -> Option<&'static str> {
    match abi {
        None => Some(""),
        Some(Abi::Win64) => Some("__attribute__((ms_abi)) "),
        Some(Abi::SysV64) => Some("__attribute__((sysv_abi)) "),
        Some(_) => None,
    }
}
