use std::sync::Arc;

use trampette_types::CType;

use super::arithmetic::{arithmetic, rank};
use super::kind::{key_of_tag, simple};
use super::{Scope, Typed};
use crate::ast::{Base, Name, Specifiers, TagKind};
use crate::error::{At, ErrorKind, Fault};
use crate::names::{Certainty, Incomplete, Key, Known, Tag, Ty, What};
use crate::span::Span;
use crate::standard::{Standard, standard};
use crate::words::{Word, Words};

impl<'a> Scope<'a> {
    /// The type that specifiers name.
    pub(super) fn base(&mut self, specifiers: &Specifiers<'a>) -> Result<Typed, Fault> {
        let span = specifiers.span;
        let base = match &specifiers.base {
            Base::Words(words) => self.words(*words, specifiers)?,
            Base::Name(name) => self.named(name, span)?,
            Base::Record(record) => self.record(record)?,
            Base::Enum(enumeration) => self.enumeration(enumeration)?,
            Base::Type(ty) => self.type_of_name(ty)?,
            Base::TypeOf(value) => self.type_of(value)?,
            Base::Unlaid(name) => {
                let what = format!("values of the type `{name}`");
                let why = Arc::new(ErrorKind::Unsupported { what });
                Typed {
                    ty: Ty::Incomplete(Incomplete::Refused(why)),
                    key: Key::of(name),
                    align: None,
                    certainty: Certainty::Exact,
                    span,
                }
            }
        };
        let mut base = self.shaped(Typed { span, ..base }, &specifiers.attributes)?;
        if specifiers.qualified {
            base.certainty = base.certainty.max(Certainty::Unqualified);
        }
        match specifiers.atomic {
            None => Ok(base),
            Some(atomic) => self.atomic(base, atomic),
        }
    }

    fn words(&self, words: Words, specifiers: &Specifiers<'a>) -> Result<Typed, Fault> {
        let span = specifiers.span;
        let Some(ty) = arithmetic(words) else {
            // GNU C has them (GCC, "Complex Data Types").
            let part = words.without_one(Word::Complex).and_then(arithmetic);
            if let Some(CType::Int(_)) = part {
                return Err(Fault::unsupported("complex integers", span));
            }
            let text = specifiers.text.to_string();
            return Err(Fault::new(ErrorKind::BadSpecifiers { text }, span));
        };
        let key = simple(&ty, self.options.model());
        let key = match ty {
            // Integers have none.
            CType::Float(_) | CType::Complex(_) => match rank(words) {
                0 => key,
                rank => key.and(rank),
            },
            _ => key,
        };
        Ok(Typed {
            ty: Ty::Complete(ty),
            key,
            align: None,
            certainty: Certainty::Exact,
            span,
        })
    }

    /// "The size, representation, and alignment of an atomic type need not be the same as those of the
    /// corresponding unqualified type" (C11 6.2.5, 27); those of a scalar are.
    fn atomic(&self, base: Typed, span: Span) -> Result<Typed, Fault> {
        let is_same = match &base.ty {
            Ty::Complete(ty) => ty
                .layout(self.options.model())
                .at(span)?
                .as_scalar()
                .is_some(),
            _ => false,
        };
        match is_same {
            true => Ok(base),
            false => Err(Fault::unsupported("atomic types that are no scalars", span)),
        }
    }

    fn named(&mut self, name: &'a str, span: Span) -> Result<Typed, Fault> {
        if let Some(What::Typedef(known)) = self.ordinary(name).map(|found| &found.what) {
            let Known {
                ty,
                key,
                align,
                certainty,
                is_open,
            } = known.clone();
            self.is_open |= is_open;
            let ty = match ty {
                // Its place is in the declaration that is read, and not in an earlier one.
                Ty::Incomplete(Incomplete::Function(why, _)) => {
                    Ty::Incomplete(Incomplete::Function(why, span))
                }
                ty => self.resolved(ty),
            };
            return Ok(Typed {
                ty,
                key,
                align,
                certainty,
                span,
            });
        }
        let (ty, key) = match standard(name) {
            Some(Standard::Type(ty)) => {
                let key = simple(ty, self.options.model());
                (Ty::Complete(ty.clone()), key)
            }
            Some(Standard::Vector(lane, len)) => {
                let ty = CType::vector(lane.clone(), *len).at(span)?;
                let key = simple(&ty, self.options.model());
                (Ty::Complete(ty), key)
            }
            Some(Standard::Opaque(name)) => {
                (Ty::Incomplete(Incomplete::Opaque(name)), Key::of(name))
            }
            None => {
                let unknown = ErrorKind::UnknownType {
                    name: name.to_string(),
                };
                if !self.options.unknown_pointers() {
                    return Err(Fault::new(unknown, span));
                }
                let refused = Incomplete::Refused(Arc::new(unknown));
                (Ty::Incomplete(refused), Key::of(name))
            }
        };
        Ok(Typed {
            ty,
            key,
            align: None,
            certainty: Certainty::Exact,
            span,
        })
    }

    /// The type with what is known by now: in `typedef struct point point; struct point { ... };` the
    /// struct is completed behind its typedef.
    pub(super) fn resolved(&self, ty: Ty) -> Ty {
        let Ty::Incomplete(Incomplete::Tag(_, name)) = &ty else {
            return ty;
        };
        match self.tag(name) {
            Some(Tag {
                ty: Some(known), ..
            }) => Ty::Complete(known.clone()),
            Some(Tag {
                refused: Some(why), ..
            }) => Ty::Incomplete(Incomplete::Refused(Arc::clone(why))),
            _ => ty,
        }
    }

    /// Declares a tag, unless it is declared; it must be of this kind then. What it stands for by now.
    pub(super) fn declare_tag(&mut self, kind: TagKind, tag: Name<'a>) -> Result<Typed, Fault> {
        let key = key_of_tag(kind, tag.text);
        let typed = |ty| Typed {
            ty,
            key,
            align: None,
            certainty: Certainty::Exact,
            span: tag.span,
        };
        let Some(declared) = self.tag(tag.text) else {
            let name: Arc<str> = Arc::from(tag.text);
            let declared = Tag {
                kind,
                ty: None,
                definition: Key::default(),
                refused: None,
                place: self.place(tag.span),
                entry: None,
            };
            self.names.tags.insert(Arc::clone(&name), declared);
            return Ok(typed(Ty::Incomplete(Incomplete::Tag(kind, name))));
        };
        if declared.kind != kind {
            let first = format!("{} {}", declared.kind.keyword(), tag.text);
            let fault = Fault::new(ErrorKind::TagMismatch { first }, tag.span);
            return Err(fault.with_other(declared.place));
        }
        Ok(typed(match (&declared.ty, &declared.refused) {
            (Some(ty), _) => Ty::Complete(ty.clone()),
            (None, Some(why)) => Ty::Incomplete(Incomplete::Refused(Arc::clone(why))),
            (None, None) => Ty::Incomplete(Incomplete::Tag(kind, Arc::from(tag.text))),
        }))
    }

    /// Gives a tag its type. In a header it may have it already: C23 lets equal definitions be repeated, and
    /// so do those who give us the same header twice.
    pub(super) fn define_tag(
        &mut self,
        kind: TagKind,
        tag: Name<'a>,
        defined: Result<&CType, Arc<ErrorKind>>,
        definition: Key,
    ) -> Result<(), Fault> {
        self.declare_tag(kind, tag)?;
        let declared = self.tag(tag.text);
        let entry = declared.and_then(|declared| declared.entry);
        if let Some(before) = declared.filter(|tag| tag.ty.is_some()) {
            if self.is_header && before.definition == definition {
                if let (Ok(ty), true) = (defined, self.is_closing) {
                    let known = Tag {
                        ty: Some(ty.clone()),
                        ..before.clone()
                    };
                    self.names.tags.insert(Arc::from(tag.text), known);
                }
                return Ok(());
            }
            let name = format!("{} {}", kind.keyword(), tag.text);
            let fault = Fault::new(ErrorKind::Redefined { name }, tag.span);
            return Err(fault.with_other(before.place));
        }
        let (ty, refused) = match defined {
            Ok(ty) => (Some(ty.clone()), None),
            Err(why) => (None, Some(why)),
        };
        let defined = Tag {
            kind,
            ty,
            definition,
            refused,
            place: self.place(tag.span),
            entry,
        };
        self.names.tags.insert(Arc::from(tag.text), defined);
        Ok(())
    }
}
