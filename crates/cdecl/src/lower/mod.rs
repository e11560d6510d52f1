//! The syntax tree to types: what the declarations of a text mean, one after the other.
//!
//! Tags and typedef names have one scope, the text. (C ends the scope of a tag that is first written
//! between the parentheses of a prototype at their end, where nobody could use it any more.)

mod alignment;
mod arithmetic;
mod base;
mod builtin;
mod constant;
mod derive;
mod enumeration;
mod generic;
mod initialiser;
mod kind;
mod measure;
mod members;
mod old_style;
mod place;
mod prune;
mod record;
mod redeclare;
mod type_of;
mod vector;

use std::sync::Arc;

use trampette_types::{CType, Signature};

use crate::ast::{self, Base, DerivationKind, Name, TagKind};
use crate::declaration::{Declaration, Prototype, TypeDefinition, Variable};
use crate::error::{At, ErrorKind, Fault};
use crate::names::{Certainty, Incomplete, Key, Known, Names, Place, Tag, Ty, What};
use crate::options::Options;
use crate::span::Span;
use record::refuse;

pub(crate) use constant::type_of_integer;
pub(crate) use type_of::text_of;

/// The names that a text declares, on top of those that were there before.
pub(crate) struct Scope<'a> {
    options: &'a Options,
    /// What other texts have declared.
    base: Option<&'a Names>,
    names: Names,
    /// The number of this text.
    source: u32,
    /// How many parameter lists are around what is read.
    prototypes: u32,
    /// Whether equal definitions may be repeated, and what is not supported concerns only those who ask for
    /// it: so are headers read.
    is_header: bool,
    /// Whether the declaration that is read says less than it could, for something in it is not defined yet.
    is_open: bool,
    /// Whether such declarations are read again, behind all others.
    is_closing: bool,
    /// The enumerators of this text, in order.
    pub(crate) enumerators: Vec<(Arc<str>, i128, Place)>,
    /// How large types are that were measured, and how much work that was.
    measured: measure::Measured,
}

/// A type, and the part of the declaration that makes it so: what an error about it points at.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    ty: Ty,
    key: Key,
    /// The alignment that a typedef gives it.
    align: Option<u16>,
    certainty: Certainty,
    span: Span,
}

/// A declaration and where it stands.
pub(crate) struct Item {
    pub(crate) declaration: Declaration,
    pub(crate) span: Span,
    /// Where its name stands, if it has one.
    pub(crate) name: Span,
}

impl<'a> Scope<'a> {
    /// The scope of one text alone.
    pub(crate) fn new(options: &'a Options) -> Self {
        Self {
            options,
            base: None,
            names: Names::default(),
            source: 0,
            prototypes: 0,
            is_header: false,
            is_open: false,
            is_closing: false,
            enumerators: Vec::new(),
            measured: measure::Measured::default(),
        }
    }

    /// The scope of a header, behind others.
    pub(crate) fn of_header(options: &'a Options, base: &'a Names, source: u32) -> Self {
        Self {
            base: Some(base),
            source,
            is_header: true,
            ..Self::new(options)
        }
    }

    /// Whether something in the last declaration was not defined yet, so that it should be read once more at the
    /// end.
    pub(crate) fn was_open(&mut self) -> bool {
        std::mem::take(&mut self.is_open)
    }

    /// The end of the text: what follows is declarations that were open.
    pub(crate) fn close(&mut self) {
        self.is_closing = true;
    }

    /// What the text has declared.
    pub(crate) fn into_names(self) -> Names {
        self.names
    }

    fn place(&self, span: Span) -> Place {
        let source = self.source;
        Place { source, span }
    }

    fn ordinary(&self, name: &str) -> Option<&crate::names::Ordinary> {
        let own = self.names.ordinary.get(name);
        own.or_else(|| self.base?.ordinary.get(name))
    }

    fn tag(&self, name: &str) -> Option<&Tag> {
        let own = self.names.tags.get(name);
        own.or_else(|| self.base?.tags.get(name))
    }

    /// Declares what stands at file level, and hands each of its items to `sink`.
    pub(crate) fn external(
        &mut self,
        external: &ast::External<'a>,
        sink: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        match external {
            ast::External::Declaration(declaration) => self.declare(declaration, sink),
            ast::External::Assertion(assertion) => self.assert(assertion),
        }
    }

    /// Declares what a declaration declares, and hands each of its items to `sink`.
    fn declare(
        &mut self,
        declaration: &ast::Declaration<'a>,
        sink: &mut Vec<Item>,
    ) -> Result<(), Fault> {
        let specifiers = &declaration.specifiers;
        let base = match self.base(specifiers) {
            Err(fault) if self.is_header && fault.is_unsupported() => {
                return self.refuse_all(declaration, fault);
            }
            base => base?,
        };
        if declaration.declarators.is_empty() {
            let what = "attributes of a type stand behind its keyword, or behind its closing brace";
            if !self.is_header {
                refuse(specifiers.attributes.layout(), what)?;
            }
            sink.extend(self.standalone(specifiers, base.ty.clone())?);
        }
        for declarator in &declaration.declarators {
            match self.declarator(declaration, declarator, base.clone()) {
                Err(fault) if self.is_header && fault.is_unsupported() => {
                    self.refuse_name(declarator, specifiers.is_typedef(), fault)?;
                }
                item => sink.extend(item?),
            }
        }
        Ok(())
    }

    /// What one declarator declares; nothing if it has no value that anybody could use.
    fn declarator(
        &mut self,
        declaration: &ast::Declaration<'a>,
        declarator: &ast::Declarator<'a>,
        base: Typed,
    ) -> Result<Option<Item>, Fault> {
        let specifiers = &declaration.specifiers;
        let base = self.shaped(base, &declarator.attributes)?;
        let mut derived = self.derive(base, &declarator.derivations)?;
        for attributes in [&specifiers.attributes, &declarator.attributes] {
            self.check_attributes(attributes, specifiers, &mut derived)?;
        }
        if let Some(initialiser) = declarator.initialiser() {
            derived = self.completed_by(derived, Some(initialiser))?;
        }
        let declared = match declarator.name {
            Some(name) if specifiers.is_typedef() => self.typedef(name, derived)?,
            None if specifiers.is_typedef() => return Err(nameless(declarator.span)),
            name => match self.object(name, derived, declaration, declarator)? {
                Some(declared) => declared,
                None => return Ok(None),
            },
        };
        Ok(Some(Item {
            declaration: declared,
            span: declarator.span,
            name: declarator.name.map_or(declarator.span, |name| name.span),
        }))
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
                let base = self.shaped(base, &declarator.attributes)?;
                complete(self.derive(base, &declarator.derivations)?)
            }
        }
    }

    /// The type of a type name, and the alignment that a typedef gives it.
    pub(crate) fn typed_name(
        &mut self,
        declaration: &ast::Declaration<'a>,
    ) -> Result<(CType, Option<usize>), Fault> {
        let base = self.base(&declaration.specifiers)?;
        let typed = match declaration.declarators.first() {
            None => base,
            Some(declarator) => {
                let base = self.shaped(base, &declarator.attributes)?;
                self.derive(base, &declarator.derivations)?
            }
        };
        let align = typed.align;
        Ok((complete(typed)?, align.map(usize::from)))
    }

    /// A type name, as a parameter has it.
    pub(crate) fn type_of_name(&mut self, ty: &ast::Parameter<'a>) -> Result<Typed, Fault> {
        if let Some(name) = ty.declarator.name {
            let what = "a type name has no name in it";
            return Err(Fault::invalid(what, name.span));
        }
        let base = self.base(&ty.specifiers)?;
        let base = self.shaped(base, &ty.declarator.attributes)?;
        self.derive(base, &ty.declarator.derivations)
    }

    /// `_Static_assert`: compilers hold a text to it, and so do we where we can tell.
    fn assert(&mut self, assertion: &ast::Assertion<'a>) -> Result<(), Fault> {
        match self.number(&assertion.condition) {
            Ok(value) if !value.is_true() => {
                let text = match assertion.text {
                    "" => "false",
                    text => text,
                };
                let text = text.to_string();
                Err(Fault::new(
                    ErrorKind::StaticAssertion { text },
                    assertion.span,
                ))
            }
            Err(fault) if !self.is_header => Err(fault),
            _ => Ok(()),
        }
    }

    /// A variable may be aligned as it likes: its type stays what it is. `packed` is ignored by compilers
    /// everywhere here, which nobody means who writes it.
    fn check_attributes(
        &mut self,
        attributes: &ast::Attributes<'a>,
        specifiers: &ast::Specifiers<'a>,
        typed: &mut Typed,
    ) -> Result<(), Fault> {
        if let Some(span) = attributes.packed.filter(|_| !self.is_header) {
            let what = "`packed` stands behind `struct` or `union`, or behind the closing brace";
            return Err(Fault::invalid(what, span));
        }
        if let Some(span) = attributes.overloadable {
            return Err(Fault::unsupported("functions that share a name", span));
        }
        let Some(alignment) = attributes.alignments.first() else {
            return Ok(());
        };
        if specifiers.is_typedef() && alignment.spelling == ast::Spelling::C {
            let what = "a typedef has no alignment specifier";
            return Err(Fault::invalid(what, alignment.span));
        }
        let (is_function, span) = (matches!(typed.ty, Ty::Function(_)), alignment.span);
        if is_function && !self.is_header {
            let what = "functions with an alignment of their own";
            return Err(Fault::unsupported(what, span));
        }
        let align = self.alignment(attributes, None)?;
        if specifiers.is_typedef() && !is_function {
            // The most is far less.
            let align = align.and_then(|align| u16::try_from(align).ok());
            typed.align = align.max(typed.align);
        }
        Ok(())
    }

    fn typedef(&mut self, name: Name<'a>, typed: Typed) -> Result<Declaration, Fault> {
        let complete = match &typed.ty {
            Ty::Complete(ty) => Some(ty.clone()),
            _ => None,
        };
        let known = Known {
            is_open: self.is_open,
            ..typed.into_known()
        };
        self.define(name, What::Typedef(known))?;
        Ok(Declaration::Type(TypeDefinition {
            name: Some(name.text.to_string()),
            ty: complete,
        }))
    }

    /// The item of a declaration without declarators: it must at least say a tag, or list enumerators.
    fn standalone(&self, specifiers: &ast::Specifiers<'_>, ty: Ty) -> Result<Option<Item>, Fault> {
        let (kind, tag, anonymous) = match &specifiers.base {
            Base::Record(record) => (record.kind, record.tag, false),
            Base::Enum(enumeration) => (TagKind::Enum, enumeration.tag, true),
            _ => (TagKind::Struct, None, false),
        };
        if specifiers.is_typedef() || (tag.is_none() && !anonymous) {
            // Compilers say no more than that it is useless.
            return match (self.is_header, &specifiers.base) {
                (true, Base::Record(_) | Base::Enum(_)) => Ok(None),
                _ => Err(Fault::new(ErrorKind::NothingDeclared, specifiers.span)),
            };
        }
        let ty = match ty {
            Ty::Complete(ty) => Some(ty),
            _ => None,
        };
        let name = tag.map(|tag| kind.tagged(tag.text));
        Ok(Some(Item {
            declaration: Declaration::Type(TypeDefinition { name, ty }),
            span: specifiers.span,
            name: tag.map_or(specifiers.span, |tag| tag.span),
        }))
    }

    /// The function or variable that a declarator declares; nothing for a variable of a type that is not
    /// defined, which headers have.
    fn object(
        &mut self,
        name: Option<Name<'a>>,
        typed: Typed,
        declaration: &ast::Declaration<'a>,
        declarator: &ast::Declarator<'a>,
    ) -> Result<Option<Declaration>, Fault> {
        let Some(name) = name else {
            return match typed.ty {
                Ty::Function(function) => Ok(Some(Declaration::Function(Prototype {
                    name: None,
                    parameter_names: parameter_names(&function.signature, declarator),
                    signature: function.signature.clone(),
                    prototyped: function.prototyped,
                    symbol: None,
                    has_body: false,
                }))),
                Ty::Incomplete(open @ Incomplete::Function(..)) => {
                    Err(valueless(open, declarator.span))
                }
                _ => Err(nameless(declarator.span)),
            };
        };
        let symbol = declarator.label.map(str::to_string);
        if let (Ty::Incomplete(Incomplete::Function(why, _)), true) = (&typed.ty, self.is_header) {
            // It may be complete at the end.
            self.is_open = true;
            if self.is_closing {
                self.define(name, What::Refused(Arc::clone(why)))?;
            }
            return Ok(None);
        }
        let known = typed.clone().into_known();
        if let Ty::Function(mut function) = typed.ty {
            self.define(name, What::Object(known))?;
            if function.old_style.is_some() {
                function = self.with_prototype(name.text, function);
            }
            return Ok(Some(Declaration::Function(Prototype {
                name: Some(name.text.to_string()),
                parameter_names: parameter_names(&function.signature, declarator),
                signature: function.signature.clone(),
                prototyped: function.prototyped,
                symbol,
                has_body: declaration.has_body,
            })));
        }
        let ty = match &typed.ty {
            Ty::Incomplete(Incomplete::Array(element)) if self.is_header => {
                CType::flexible_array(element.clone()).at(typed.span)?
            }
            Ty::Incomplete(Incomplete::Tag(..) | Incomplete::Opaque(_)) if self.is_header => {
                self.is_open = true;
                self.define(name, What::Object(known))?;
                return Ok(None);
            }
            _ => value(typed)?,
        };
        self.define(name, What::Object(known))?;
        let name = name.text.to_string();
        Ok(Some(Declaration::Variable(Variable { name, ty, symbol })))
    }
}

impl Typed {
    /// The same, of which less is known.
    fn uncertain(self, certainty: Certainty) -> Self {
        Self {
            certainty: self.certainty.max(certainty),
            ..self
        }
    }

    fn into_known(self) -> Known {
        let Self {
            ty,
            key,
            align,
            certainty,
            ..
        } = self;
        Known {
            ty,
            key,
            align,
            certainty,
            is_open: false,
        }
    }
}

/// The error that a declaration has no name.
pub(crate) fn nameless(span: Span) -> Fault {
    Fault::invalid("a declaration has a name", span)
}

/// The names of the parameters: none where the function's type comes from a typedef.
fn parameter_names(signature: &Signature, declarator: &ast::Declarator<'_>) -> Vec<Option<String>> {
    let written = |name: Option<Name<'_>>| name.map(|name| name.text.to_string());
    let mut names: Vec<_> = match declarator.derivations.first().map(|first| &first.kind) {
        Some(DerivationKind::Function(function)) => match &function.old_style {
            None => {
                let parameters = function.parameters.iter();
                parameters
                    .map(|parameter| written(parameter.declarator.name))
                    .collect()
            }
            Some(old) => old.names.iter().map(|&name| written(Some(name))).collect(),
        },
        _ => Vec::new(),
    };
    names.resize(signature.params().len(), None);
    names
}

/// The type of a value: neither void, nor incomplete, nor a function.
#[inline]
fn value(typed: Typed) -> Result<CType, Fault> {
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
#[inline]
fn complete(Typed { ty, span, .. }: Typed) -> Result<CType, Fault> {
    match ty {
        Ty::Complete(ty) => Ok(ty),
        Ty::Function(_) => Err(Fault::invalid(
            "a function is not a value, a pointer to it is",
            span,
        )),
        Ty::Incomplete(incomplete) => Err(valueless(incomplete, span)),
    }
}

/// The error that a type has no values.
fn valueless(incomplete: Incomplete, span: Span) -> Fault {
    let name = match incomplete {
        Incomplete::Tag(kind, tag) => format!("{} {tag}", kind.keyword()),
        Incomplete::Opaque(name) => name.to_string(),
        Incomplete::Array(_) => "[]".to_string(),
        Incomplete::Variable => return Fault::unsupported("computed array lengths", span),
        Incomplete::Function(why, place) => return Fault::new((*why).clone(), place),
        Incomplete::Refused(why) => return Fault::new((*why).clone(), span),
    };
    Fault::new(ErrorKind::IncompleteType { name }, span)
}
