use trampette_types::limits::MAX_TEXT;
use trampette_types::{CType, TypeError};

use crate::ast::{self, External};
use crate::declaration::{Declaration, NamedType, Prototype, TypeDefinition, Variable};
use crate::error::{At, Error, ErrorKind, Fault};
use crate::lower::{Item, Scope, nameless};
use crate::options::Options;
use crate::parser::Parser;
use crate::span::Span;

/// Every declaration of a text, in order. The last `;` may be missing.
///
/// ```
/// use trampette_cdecl::{Declaration, Options, parse_declarations};
/// use trampette_types::DataModel;
///
/// let text = "
///     typedef struct sqlite3 sqlite3;
///     int sqlite3_close(sqlite3 *);
///     extern const char sqlite3_version[8];
/// ";
/// let options = Options::new(DataModel::LINUX_X86_64);
/// let declarations = parse_declarations(text, &options)?;
/// let [Declaration::Type(_), Declaration::Function(close), Declaration::Variable(version)] =
///     &declarations[..]
/// else {
///     panic!("a typedef, a function, a variable");
/// };
/// assert_eq!(close.signature.to_string(), "(ptr) -> int");
/// assert_eq!(version.ty.to_string(), "[char; 8]");
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
///
/// # Errors
///
/// The first thing in the text that is not C, not understood, or against C's rules or the
/// [limits](trampette_types::limits). Whether the declared types have a size is not looked at here;
/// [`CType::layout`] and [`Signature::shape`](trampette_types::Signature::shape) tell.
pub fn parse_declarations(text: &str, options: &Options) -> Result<Vec<Declaration>, Error> {
    let parse = || {
        let mut items = Vec::new();
        let mut parser = parser(text)?;
        let mut scope = Scope::new(options);
        while let Some(declaration) = parser.declaration()? {
            scope.external(&declaration, &mut items)?;
        }
        if let Some(item) = items.iter().find(|item| is_nameless(&item.declaration)) {
            return Err(nameless(item.span));
        }
        Ok(items.into_iter().map(|item| item.declaration).collect())
    };
    parse().map_err(|fault| Error::new(fault, text))
}

/// The one function of a text. Typedefs, structs, unions and enums may stand beside it; its name and
/// those of its parameters may be missing.
///
/// ```
/// use trampette_cdecl::{Options, parse_prototype};
/// use trampette_types::DataModel;
///
/// let options = Options::new(DataModel::LINUX_X86_64);
/// let printf = parse_prototype("int printf(const char *format, ...)", &options)?;
/// assert_eq!(printf.signature.to_string(), "(str, ...) -> int");
///
/// let text = "struct point { double x, y; }; double norm(struct point);";
/// let norm = parse_prototype(text, &options)?;
/// assert_eq!(norm.signature.to_string(), "({x: f64, y: f64}) -> f64");
///
/// let variable = parse_prototype("int (*handler)(void)", &options).unwrap_err();
/// assert_eq!(variable.code(), "wrong-declaration");
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Wanted`] when the text declares a variable, several functions or none; otherwise as for
/// [`parse_declarations`], and a [`TypeError`](trampette_types::TypeError) when an argument's size is beyond the limits.
pub fn parse_prototype(text: &str, options: &Options) -> Result<Prototype, Error> {
    let what = "one function prototype";
    let parse = || {
        let item = only(text, options, what)?;
        match item.declaration {
            Declaration::Function(prototype) => {
                prototype.signature.shape(options.model()).at(item.span)?;
                Ok(prototype)
            }
            other => Err(wanted(what, name_of_kind(&other), item.span)),
        }
    };
    parse().map_err(|fault| Error::new(fault, text))
}

/// The one variable of a text. Typedefs, structs, unions and enums may stand beside it.
///
/// ```
/// use trampette_cdecl::{Options, parse_variable};
/// use trampette_types::DataModel;
///
/// let options = Options::new(DataModel::LINUX_X86_64);
/// let table = parse_variable("extern int (*table[4])(void);", &options)?;
/// assert_eq!(table.name, "table");
/// assert_eq!(table.ty.to_string(), "[*() -> int; 4]");
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
///
/// # Errors
///
/// [`ErrorKind::Wanted`] when the text declares a function, several variables or none; otherwise as for
/// [`parse_declarations`], and [`TypeError::SizeOverflow`](trampette_types::TypeError::SizeOverflow) when the variable is too large.
pub fn parse_variable(text: &str, options: &Options) -> Result<Variable, Error> {
    let what = "one variable";
    let parse = || {
        let item = only(text, options, what)?;
        match item.declaration {
            Declaration::Variable(variable) => {
                variable.ty.layout(options.model()).at(item.span)?;
                Ok(variable)
            }
            other => Err(wanted(what, name_of_kind(&other), item.span)),
        }
    };
    parse().map_err(|fault| Error::new(fault, text))
}

/// A type by itself, C's type name. Typedefs, structs, unions and enums may stand before it.
///
/// ```
/// use trampette_cdecl::{Options, parse_type};
/// use trampette_types::DataModel;
///
/// let options = Options::new(DataModel::LINUX_X86_64);
/// for (c, compact) in [
///     ("unsigned long *", "*ulong"),
///     ("char [16]", "[char; 16]"),
///     ("int (*)(int)", "*(int) -> int"),
///     ("struct { int a; }", "{a: int}"),
///     ("typedef struct { float x; } v; v *", "*{x: f32}"),
/// ] {
///     assert_eq!(parse_type(c, &options)?.to_string(), compact);
/// }
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
///
/// # Errors
///
/// As for [`parse_declarations`]; [`ErrorKind::Expected`] where a name stands,
/// [`TypeError::SizeOverflow`](trampette_types::TypeError::SizeOverflow) when the type is too large.
pub fn parse_type(text: &str, options: &Options) -> Result<CType, Error> {
    let what = "a type without a name";
    let parse = || {
        let mut parser = parser(text)?;
        let mut scope = Scope::new(options);
        let mut definitions = Vec::new();
        while let Some(declaration) = parser.declaration()? {
            if let External::Declaration(declaration) = &declaration
                && parser.is_done()?
            {
                if let Some(span) = not_a_type_name(declaration) {
                    let found = text[span.range()].to_string();
                    return Err(Fault::new(ErrorKind::Expected { what, found }, span));
                }
                let ty = scope.type_name(declaration)?;
                ty.layout(options.model()).at(declaration.specifiers.span)?;
                return Ok(ty);
            }
            scope.external(&declaration, &mut definitions)?;
            if let Some(item) = definitions.drain(..).find(is_no_type) {
                return Err(wanted(what, name_of_kind(&item.declaration), item.span));
            }
        }
        let found = String::new();
        Err(Fault::new(
            ErrorKind::Expected { what, found },
            parser.end(),
        ))
    };
    match parse() {
        Err(_) if options.unknown_pointers() && text.contains('*') => Ok(CType::POINTER),
        parsed => parsed.map_err(|fault| Error::new(fault, text)),
    }
}

/// The type that a text ends with, however it says it: as a type name, or as the definition of a struct,
/// union or enum, a typedef, or a variable. Other declarations may stand before it.
///
/// ```
/// use trampette_cdecl::{Options, parse_named_type};
/// use trampette_types::DataModel;
///
/// let options = Options::new(DataModel::LINUX_X86_64);
/// for (c, name, compact) in [
///     ("long double", None, "longdouble"),
///     ("struct point { double x, y; };", Some("struct point"), "{x: f64, y: f64}"),
///     ("typedef struct { int bits : 3; } flags", Some("flags"), "{bits: int:3}"),
///     ("typedef float v[4]; struct { v a, b; }", None, "{a: [f32; 4], b: [f32; 4]}"),
///     ("extern char **environ;", Some("environ"), "*str"),
/// ] {
///     let named = parse_named_type(c, &options)?;
///     assert_eq!(named.name.as_deref(), name);
///     assert_eq!(named.ty.to_string(), compact);
/// }
/// # Ok::<(), trampette_cdecl::Error>(())
/// ```
///
/// # Errors
///
/// As for [`parse_type`]; [`ErrorKind::Wanted`] when the text ends with a function, or with the name of
/// something that has no size.
pub fn parse_named_type(text: &str, options: &Options) -> Result<NamedType, Error> {
    let parse = || {
        let mut parser = parser(text)?;
        let mut scope = Scope::new(options);
        let mut items = Vec::new();
        while let Some(declaration) = parser.declaration()? {
            let is_last = parser.is_done()?;
            if let External::Declaration(declaration) = &declaration
                && is_last
                && not_a_type_name(declaration).is_none()
            {
                let ty = scope.type_name(declaration)?;
                let name = tagged(declaration);
                return sized(NamedType { name, ty }, declaration.specifiers.span, options);
            }
            items.clear();
            scope.external(&declaration, &mut items)?;
        }
        let Some(Item {
            declaration, span, ..
        }) = items.pop()
        else {
            let (what, found) = (A_TYPE, String::new());
            return Err(Fault::new(
                ErrorKind::Expected { what, found },
                parser.end(),
            ));
        };
        let named = match declaration {
            Declaration::Variable(Variable { name, ty, .. }) => NamedType {
                name: Some(name),
                ty,
            },
            Declaration::Type(TypeDefinition { name, ty: Some(ty) }) => NamedType { name, ty },
            Declaration::Type(_) => return Err(wanted(A_TYPE, "one without a size", span)),
            Declaration::Function(_) => return Err(wanted(A_TYPE, "a function", span)),
        };
        sized(named, span, options)
    };
    parse().map_err(|fault| Error::new(fault, text))
}

const A_TYPE: &str = "a type with a size";

/// Refuses what has no size, and what has too much.
fn sized(named: NamedType, span: Span, options: &Options) -> Result<NamedType, Fault> {
    if named.ty == CType::Void {
        return Err(TypeError::VoidValue).at(span);
    }
    named.ty.layout(options.model()).at(span)?;
    Ok(named)
}

/// What a type name calls its type, if that is a tag and nothing more.
fn tagged(declaration: &ast::Declaration<'_>) -> Option<String> {
    let (keyword, tag) = match &declaration.specifiers.base {
        _ if !declaration.declarators.is_empty() => return None,
        ast::Base::Record(record) => (record.kind.keyword(), record.tag),
        ast::Base::Enum(found) => (ast::TagKind::Enum.keyword(), found.tag),
        ast::Base::Name(name) => return Some((*name).to_string()),
        _ => return None,
    };
    tag.map(|tag| format!("{keyword} {}", tag.text))
}

fn parser(text: &str) -> Result<Parser<'_>, Fault> {
    if text.len() > MAX_TEXT {
        return Err(Fault::new(ErrorKind::TooLong, Span::new(0, 0)));
    }
    Ok(Parser::new(text))
}

/// What a declaration has and a type name has not: a storage class, a name, a second declarator.
fn not_a_type_name(declaration: &ast::Declaration<'_>) -> Option<Span> {
    let storage = declaration.specifiers.storage.map(|(_, span)| span);
    let mut names = declaration
        .declarators
        .iter()
        .filter_map(|found| found.name);
    let second = declaration.declarators.get(1).map(|found| found.span);
    storage.or(names.next().map(|name| name.span)).or(second)
}

/// The one item of a text that is not a type.
fn only(text: &str, options: &Options, what: &'static str) -> Result<Item, Fault> {
    let mut parser = parser(text)?;
    let mut scope = Scope::new(options);
    let (mut only, mut types, mut items) = (None, 0usize, Vec::new());
    while let Some(declaration) = parser.declaration()? {
        scope.external(&declaration, &mut items)?;
        for item in items.drain(..) {
            if !is_no_type(&item) {
                types += 1;
            } else if only.is_some() {
                return Err(wanted(what, "one more declaration", item.span));
            } else {
                only = Some(item);
            }
        }
    }
    match only {
        Some(item) => Ok(item),
        None if types > 0 => Err(wanted(what, "only types", parser.end())),
        None => {
            let found = String::new();
            Err(Fault::new(
                ErrorKind::Expected { what, found },
                parser.end(),
            ))
        }
    }
}

fn is_no_type(item: &Item) -> bool {
    !matches!(item.declaration, Declaration::Type(_))
}

fn is_nameless(declaration: &Declaration) -> bool {
    matches!(declaration, Declaration::Function(prototype) if prototype.name.is_none())
}

fn wanted(what: &'static str, found: &'static str, span: Span) -> Fault {
    Fault::new(ErrorKind::Wanted { what, found }, span)
}

fn name_of_kind(declaration: &Declaration) -> &'static str {
    match declaration {
        Declaration::Function(_) => "a function",
        Declaration::Variable(_) => "a variable",
        Declaration::Type(_) => "a type",
    }
}
