use trampette_types::CType;

use super::arithmetic::arithmetic;
use super::{Incomplete, Scope, Ty, Typed};
use crate::ast::{Base, Name, Specifiers, TagKind};
use crate::error::{At, ErrorKind, Fault};
use crate::lower::Tag;
use crate::span::Span;
use crate::standard::{Standard, standard};

impl<'a> Scope<'a> {
    /// The type that specifiers name.
    pub(super) fn base(&mut self, specifiers: &Specifiers<'a>) -> Result<Typed<'a>, Fault> {
        let ty = match &specifiers.base {
            Base::Words(words) => match arithmetic(*words) {
                Some(ty) => Ok(Ty::Complete(ty)),
                None => {
                    let text = specifiers.text.to_string();
                    Err(Fault::new(
                        ErrorKind::BadSpecifiers { text },
                        specifiers.span,
                    ))
                }
            },
            Base::Name(name) => self.named(name, specifiers.span),
            Base::Record(record) => self.record(record),
            Base::Enum(enumeration) => self.enumeration(enumeration),
        }?;
        let base = Typed {
            ty,
            span: specifiers.span,
        };
        self.vectorized(base, &specifiers.attributes)
    }

    fn named(&self, name: &'a str, span: Span) -> Result<Ty<'a>, Fault> {
        if let Some(ty) = self.typedefs.get(name) {
            return Ok(self.resolved(ty.clone()));
        }
        match standard(name) {
            Some(Standard::Type(ty)) => Ok(Ty::Complete(ty.clone())),
            Some(Standard::Vector(lane, len)) => {
                CType::vector(lane.clone(), *len).at(span).map(Ty::Complete)
            }
            Some(Standard::Opaque) => Ok(Ty::Incomplete(Incomplete::Opaque(name))),
            None => {
                let name = name.to_string();
                Err(Fault::new(ErrorKind::UnknownType { name }, span))
            }
        }
    }

    /// The type with what is known by now: in `typedef struct point point; struct point { ... };` the
    /// struct is completed behind its typedef.
    pub(super) fn resolved(&self, ty: Ty<'a>) -> Ty<'a> {
        match &ty {
            Ty::Incomplete(Incomplete::Tag(_, tag)) => match self.tags.get(tag) {
                Some(Tag {
                    ty: Some(known), ..
                }) => Ty::Complete(known.clone()),
                _ => ty,
            },
            _ => ty,
        }
    }

    /// Declares a tag, unless it is declared; it must be of this kind then.
    pub(super) fn declare_tag(&mut self, kind: TagKind, tag: Name<'a>) -> Result<&Tag, Fault> {
        let declared = self.tags.entry(tag.text).or_insert(Tag { kind, ty: None });
        if declared.kind != kind {
            let first = format!("{} {}", declared.kind.keyword(), tag.text);
            return Err(Fault::new(ErrorKind::TagMismatch { first }, tag.span));
        }
        Ok(declared)
    }

    /// Gives a tag its type, which it must not have yet.
    pub(super) fn define_tag(
        &mut self,
        kind: TagKind,
        tag: Name<'a>,
        ty: &trampette_types::CType,
    ) -> Result<(), Fault> {
        if self.declare_tag(kind, tag)?.ty.is_some() {
            let name = format!("{} {}", kind.keyword(), tag.text);
            return Err(Fault::new(ErrorKind::Redefined { name }, tag.span));
        }
        let ty = Some(ty.clone());
        self.tags.insert(tag.text, Tag { kind, ty });
        Ok(())
    }
}
