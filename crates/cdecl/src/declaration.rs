use trampette_types::{CType, Signature};

/// What one declarator of a text declares.
///
/// ```
/// use trampette_cdecl::{Declaration, Options, parse_declarations};
/// use trampette_types::DataModel;
///
/// let text = "struct point { double x, y; }; double norm(struct point); extern int count;";
/// let options = Options::new(DataModel::LINUX_X86_64);
/// let names: Vec<_> = parse_declarations(text, &options)?
///     .iter()
///     .map(|declaration| declaration.name().unwrap_or_default().to_string())
///     .collect();
/// assert_eq!(names, ["struct point", "norm", "count"]);
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Declaration {
    /// A function.
    Function(Prototype),
    /// A variable.
    Variable(Variable),
    /// A typedef, or a struct, union or enum that stands by itself.
    Type(TypeDefinition),
}

/// A function's name, signature and parameter names.
///
/// ```
/// use trampette_cdecl::{Options, parse_prototype};
/// use trampette_types::DataModel;
///
/// let abs = parse_prototype("int abs(int number)", &Options::new(DataModel::WINDOWS_MSVC))?;
/// assert_eq!(abs.name.as_deref(), Some("abs"));
/// assert_eq!(abs.parameter_names, [Some("number".to_string())]);
/// assert!(abs.prototyped);
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prototype {
    /// The function's name, if the text has one: `double (double)` is a prototype without.
    pub name: Option<String>,
    /// Its signature.
    pub signature: Signature,
    /// The names of its parameters, one entry for each parameter of the signature.
    pub parameter_names: Vec<Option<String>>,
    /// Whether it says what its parameters are. `int f()` does not, until C23, and its signature is that of a
    /// [call without a prototype](Signature::unprototyped), without arguments. `int f(a) float a; { ... }` does, and
    /// its signature has the types that arguments are promoted to.
    pub prototyped: bool,
    /// The name that linkers know it by, where the text says `asm("name")`.
    pub symbol: Option<String>,
    /// Whether the text has its body, which is not read: an inline function is in no library as a rule.
    pub has_body: bool,
}

/// A variable's name and type.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type; arrays are arrays.
    pub ty: CType,
    /// The name that linkers know it by, where the text says `asm("name")`.
    pub symbol: Option<String>,
}

/// A name for a type.
///
/// ```
/// use trampette_cdecl::{Declaration, Options, parse_declarations};
/// use trampette_types::DataModel;
///
/// let text = "typedef struct { int x; } point; struct opaque;";
/// let declarations = parse_declarations(text, &Options::new(DataModel::LINUX_X86_64))?;
/// let [Declaration::Type(point), Declaration::Type(opaque)] = &declarations[..] else {
///     panic!("two types");
/// };
/// assert_eq!(point.name.as_deref(), Some("point"));
/// assert!(point.ty.is_some());
/// assert_eq!(opaque.name.as_deref(), Some("struct opaque"));
/// assert!(opaque.ty.is_none());
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TypeDefinition {
    /// The name as it is used: `point`, `struct point`; `None` for an enum without a tag.
    pub name: Option<String>,
    /// The type; `None` where it has no values: an incomplete type, or a function type.
    pub ty: Option<CType>,
}

/// A type, and what the text calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedType {
    /// The name of a typedef, of a variable, or with its tag of a struct, union or enum: `struct point`.
    pub name: Option<String>,
    /// The type, which has values and a size.
    pub ty: CType,
}

impl Declaration {
    /// The name that is declared.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Function(prototype) => prototype.name.as_deref(),
            Self::Variable(variable) => Some(&variable.name),
            Self::Type(definition) => definition.name.as_deref(),
        }
    }
}
