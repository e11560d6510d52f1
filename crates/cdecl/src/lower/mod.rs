//! The syntax tree to types: what the declarations of a text mean, one after the other.
//!
//! Tags and typedef names have one scope, the text. (C ends the scope of a tag that is first written
//! between the parentheses of a prototype at their end, where nobody could use it any more.)

mod alignment;
mod arithmetic;
mod base;
mod derive;
mod enumeration;
mod members;
mod record;
mod vector;

use std::collections::{HashMap, HashSet};

use trampette_types::{CType, Signature};

use crate::ast::{self, Base, DerivationKind, Name, TagKind};
use crate::declaration::{Declaration, Prototype, TypeDefinition, Variable};
use crate::error::{ErrorKind, Fault};
use crate::options::Options;
use crate::span::Span;
use record::refuse;

/// The names that the text has declared so far.
pub(crate) struct Scope<'a> {
    options: &'a Options,
    typedefs: HashMap<&'a str, Ty<'a>>,
    tags: HashMap<&'a str, Tag>,
    enumerators: HashSet<&'a str>,
}

/// What a tag stands for: no type yet when only declared.
struct Tag {
    kind: TagKind,
    ty: Option<CType>,
}

/// A type on its way: all that C knows as a type, whether it has values or not.
#[derive(Clone, Debug, PartialEq)]
enum Ty<'a> {
    /// `void`, or a type that has values.
    Complete(CType),
    Incomplete(Incomplete<'a>),
    Function(Function),
}

/// A type, and the part of the declaration that makes it so: what an error about it points at.
#[derive(Clone, Debug)]
struct Typed<'a> {
    ty: Ty<'a>,
    span: Span,
}

#[derive(Clone, Debug, PartialEq)]
enum Incomplete<'a> {
    /// `struct tag` that is not defined yet.
    Tag(TagKind, &'a str),
    /// A struct of the standard library that nobody looks into.
    Opaque(&'a str),
    /// An array of these, without a length.
    Array(CType),
}

#[derive(Clone, Debug, PartialEq)]
struct Function {
    signature: Signature,
    prototyped: bool,
}

/// A declaration and where it stands.
pub(crate) struct Item {
    pub(crate) declaration: Declaration,
    pub(crate) span: Span,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        Self {
            options,
            typedefs: HashMap::new(),
            tags: HashMap::new(),
            enumerators: HashSet::new(),
        }
    }

    /// Declares what a declaration declares, and hands each of its items to `sink`.
    pub(crate) fn declare(
        &mut self,
        declaration: &ast::Declaration<'a>,
        sink: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let specifiers = &declaration.specifiers;
        let base = self.base(specifiers)?;
        if declaration.declarators.is_empty() {
            let what = "attributes of a type stand behind its keyword, or behind its closing brace";
            refuse(specifiers.attributes.layout(), what)?;
            sink.push(standalone(specifiers, base.ty.clone())?);
        }
        for declarator in &declaration.declarators {
            let base = self.vectorized(base.clone(), &declarator.attributes)?;
            let derived = self.derive(base, &declarator.derivations)?;
            for attributes in [&specifiers.attributes, &declarator.attributes] {
                self.check_attributes(attributes, specifiers, &derived.ty)?;
            }
            let declaration = match declarator.name {
                Some(name) if specifiers.is_typedef() => self.typedef(name, derived.ty)?,
                None if specifiers.is_typedef() => return Err(nameless(declarator.span)),
                name => item(name, derived, declarator)?,
            };
            sink.push(Item {
                declaration,
                span: declarator.span,
            });
        }
        Ok(())
    }

    /// The type of a type name: specifiers and an abstract declarator.
    pub(crate) fn type_name(&mut self, declaration: &ast::Declaration<'a>) -> Result<CType, Fault> {
        let specifiers = &declaration.specifiers;
        let base = self.base(specifiers)?;
        let what = "attributes of a type stand behind its keyword, or behind its closing brace";
        refuse(specifiers.attributes.alignment(), what)?;
        match declaration.declarators.first() {
            None => complete(base),
            Some(declarator) => {
                let base = self.vectorized(base, &declarator.attributes)?;
                complete(self.derive(base, &declarator.derivations)?)
            }
        }
    }

    /// A variable may be aligned as it likes: its type stays what it is. `packed` is ignored by compilers
    /// everywhere here, which nobody means who writes it.
    fn check_attributes(
        &mut self,
        attributes: &ast::Attributes<'a>,
        specifiers: &ast::Specifiers<'a>,
        ty: &Ty<'a>,
    ) -> Result<(), Fault> {
        if let Some(span) = attributes.packed {
            let what = "`packed` stands behind `struct` or `union`, or behind the closing brace";
            return Err(Fault::invalid(what, span));
        }
        let Some(alignment) = attributes.alignments.first() else {
            return Ok(());
        };
        if specifiers.is_typedef() {
            let what = "typedefs with an alignment of their own";
            return Err(Fault::unsupported(what, alignment.span));
        }
        if let Ty::Function(_) = ty {
            let what = "functions with an alignment of their own";
            return Err(Fault::unsupported(what, alignment.span));
        }
        self.alignment(attributes, None).map(drop)
    }

    fn typedef(&mut self, name: Name<'a>, ty: Ty<'a>) -> Result<Declaration, Fault> {
        let complete = match &ty {
            Ty::Complete(ty) => Some(ty.clone()),
            _ => None,
        };
        if let Some(before) = self.typedefs.insert(name.text, ty.clone())
            && self.resolved(before) != self.resolved(ty)
        {
            let name_text = name.text.to_string();
            return Err(Fault::new(
                ErrorKind::Redefined { name: name_text },
                name.span,
            ));
        }
        Ok(Declaration::Type(TypeDefinition {
            name: Some(name.text.to_string()),
            ty: complete,
        }))
    }
}

/// The item of a declaration without declarators: it must at least say a tag, or list enumerators.
fn standalone(specifiers: &ast::Specifiers<'_>, ty: Ty<'_>) -> Result<Item, Fault> {
    let (kind, tag, anonymous) = match &specifiers.base {
        Base::Record(record) => (record.kind, record.tag, false),
        Base::Enum(enumeration) => (TagKind::Enum, enumeration.tag, true),
        Base::Words(_) | Base::Name(_) => (TagKind::Struct, None, false),
    };
    if specifiers.is_typedef() || (tag.is_none() && !anonymous) {
        return Err(Fault::new(ErrorKind::NothingDeclared, specifiers.span));
    }
    let ty = match ty {
        Ty::Complete(ty) => Some(ty),
        _ => None,
    };
    let name = tag.map(|tag| format!("{} {}", kind.keyword(), tag.text));
    Ok(Item {
        declaration: Declaration::Type(TypeDefinition { name, ty }),
        span: specifiers.span,
    })
}

/// The function or variable that a declarator declares.
fn item(
    name: Option<Name<'_>>,
    typed: Typed<'_>,
    declarator: &ast::Declarator<'_>,
) -> Result<Declaration, Fault> {
    let name = name.map(|name| name.text.to_string());
    match (typed.ty, name) {
        (Ty::Function(function), name) => Ok(Declaration::Function(Prototype {
            name,
            parameter_names: parameter_names(&function.signature, declarator),
            signature: function.signature,
            prototyped: function.prototyped,
        })),
        (ty, Some(name)) => Ok(Declaration::Variable(Variable {
            name,
            ty: value(Typed { ty, ..typed })?,
        })),
        (_, None) => Err(nameless(declarator.span)),
    }
}

/// The error that a declaration has no name.
pub(crate) fn nameless(span: Span) -> Fault {
    Fault::invalid("a declaration has a name", span)
}

/// The names of the parameters: none where the function's type comes from a typedef.
fn parameter_names(signature: &Signature, declarator: &ast::Declarator<'_>) -> Vec<Option<String>> {
    let parameters = match declarator.derivations.first().map(|first| &first.kind) {
        Some(DerivationKind::Function(function)) => function.parameters.as_slice(),
        _ => &[],
    };
    let mut names: Vec<_> = parameters
        .iter()
        .map(|parameter| parameter.declarator.name.map(|name| name.text.to_string()))
        .collect();
    names.resize(signature.params().len(), None);
    names
}

/// The type of a value: neither void, nor incomplete, nor a function.
fn value(typed: Typed<'_>) -> Result<CType, Fault> {
    let span = typed.span;
    match complete(typed)? {
        CType::Void => {
            let error = trampette_types::TypeError::VoidValue;
            Err(Fault::new(ErrorKind::Type(error), span))
        }
        ty => Ok(ty),
    }
}

/// `void`, or the type of a value.
fn complete(Typed { ty, span }: Typed<'_>) -> Result<CType, Fault> {
    match ty {
        Ty::Complete(ty) => Ok(ty),
        Ty::Function(_) => Err(Fault::invalid(
            "a function is not a value, a pointer to it is",
            span,
        )),
        Ty::Incomplete(incomplete) => {
            let name = match incomplete {
                Incomplete::Tag(kind, tag) => format!("{} {tag}", kind.keyword()),
                Incomplete::Opaque(name) => name.to_string(),
                Incomplete::Array(_) => "[]".to_string(),
            };
            Err(Fault::new(ErrorKind::IncompleteType { name }, span))
        }
    }
}
