use trampette_types::{CType, Field};

use super::members::Members;
use super::{Incomplete, Scope, Ty, Typed, value};
use crate::ast::{self, Attributes, Base, Declaration, Declarator, Spelling, TagKind, Width};
use crate::error::{At, ErrorKind, Fault};
use crate::span::Span;

/// A member as it is declared.
pub(super) struct Member {
    pub(super) field: Field,
    /// Where it is said to be packed by itself.
    pub(super) packed: Option<Span>,
    pub(super) span: Span,
}

impl<'a> Scope<'a> {
    /// The struct or union of these specifiers: defined here, or known by its tag, or incomplete.
    pub(super) fn record(&mut self, record: &ast::Record<'a>) -> Result<Ty<'a>, Fault> {
        match (&record.members, record.tag) {
            (None, None) => Err(Fault::new(ErrorKind::NothingDeclared, record.span)),
            (None, Some(tag)) => {
                refuse(
                    record.attributes.layout(),
                    "the attributes of a struct or union stand where it is defined",
                )?;
                Ok(match &self.declare_tag(record.kind, tag)?.ty {
                    Some(ty) => Ty::Complete(ty.clone()),
                    None => Ty::Incomplete(Incomplete::Tag(record.kind, tag.text)),
                })
            }
            (Some(members), None) => self.defined(record, members).map(Ty::Complete),
            (Some(members), Some(tag)) => {
                self.declare_tag(record.kind, tag)?;
                let ty = self.defined(record, members)?;
                self.define_tag(record.kind, tag, &ty)?;
                Ok(Ty::Complete(ty))
            }
        }
    }

    fn defined(
        &mut self,
        record: &ast::Record<'a>,
        members: &[Declaration<'a>],
    ) -> Result<CType, Fault> {
        let mut declared = Vec::new();
        for member in members {
            self.member(member, &mut declared)?;
        }
        let align = self.alignment(&record.attributes, None)?;
        refuse_vector(&record.attributes)?;
        let members = Members {
            kind: record.kind,
            declared,
            packed: record.attributes.packed,
            pragma: record.pack,
            model: self.options.model(),
        };
        let mut built = members.record(record.span)?;
        if let Some(align) = align {
            built = built.with_align(align).at(record.span)?;
        }
        if let Some(tag) = record.tag {
            built = built.with_tag(tag.text);
        }
        Ok(match record.kind {
            TagKind::Union => CType::Union(built),
            _ => CType::Struct(built),
        })
    }

    fn member(&mut self, member: &Declaration<'a>, members: &mut Vec<Member>) -> Result<(), Fault> {
        let base = self.base(&member.specifiers)?;
        let common = &member.specifiers.attributes;
        if member.declarators.is_empty() {
            let span = base.span;
            let field = anonymous(member, base.clone())?;
            refuse_ignored(common)?;
            let align = self.alignment(common, Some(&field))?;
            members.push(Member {
                field: aligned(field, align, span)?,
                packed: None,
                span,
            });
        }
        for declarator in &member.declarators {
            let base = self.vectorized(base.clone(), &declarator.attributes)?;
            let ty = self.member_type(base, declarator)?;
            let field = match declarator.name {
                Some(name) => Field::named(name.text, ty),
                None if declarator.width.is_some() => Field::unnamed(ty),
                None => return Err(Fault::invalid("a member has a name", declarator.span)),
            };
            let field = self.bit_field(field, declarator.width)?;
            let own = &declarator.attributes;
            let align = self.alignment(common, Some(&field))?;
            let align = align.max(self.alignment(own, Some(&field))?);
            let name = declarator.name.map(|name| name.span);
            members.push(Member {
                field: aligned(field, align, declarator.span)?,
                packed: common.packed.or(own.packed),
                span: name.unwrap_or(declarator.span),
            });
        }
        Ok(())
    }

    fn member_type(
        &mut self,
        base: Typed<'a>,
        declarator: &Declarator<'a>,
    ) -> Result<CType, Fault> {
        let derived = self.derive(base, &declarator.derivations)?;
        match derived.ty {
            Ty::Incomplete(Incomplete::Array(element)) => {
                CType::flexible_array(element).at(derived.span)
            }
            Ty::Function(_) => Err(Fault::invalid(
                "a member cannot be a function, only a pointer to one",
                declarator.span,
            )),
            _ => value(derived),
        }
    }

    /// The field with the width that is written, which its type must have on this platform.
    fn bit_field(&self, field: Field, width: Option<Width>) -> Result<Field, Fault> {
        let Some(Width { bits, span }) = width else {
            return Ok(field);
        };
        let Ok(bits) = u32::try_from(bits) else {
            let text = bits.to_string();
            return Err(Fault::new(ErrorKind::NumberTooLarge { text }, span));
        };
        let field = field.with_bits(bits).at(span)?;
        let alone = CType::structure([field.clone()]).at(span)?;
        alone.layout(self.options.model()).at(span)?;
        Ok(field)
    }
}

fn aligned(field: Field, align: Option<usize>, span: Span) -> Result<Field, Fault> {
    match align {
        Some(align) => field.with_align(align).at(span),
        None => Ok(field),
    }
}

/// Refuses `vector_size` of a type that is none of a number.
pub(super) fn refuse_vector(attributes: &Attributes<'_>) -> Result<(), Fault> {
    let vector = attributes.vector.map(|vector| vector.span);
    refuse(vector, "vectors are made of numbers")
}

/// Refuses an attribute that changes a layout where none can.
pub(super) fn refuse(attribute: Option<Span>, why: &'static str) -> Result<(), Fault> {
    match attribute {
        Some(span) => Err(Fault::invalid(why, span)),
        None => Ok(()),
    }
}

/// GCC ignores attributes in front of a struct or union that is a member without a name, and Clang does not.
/// They agree about C's own specifier.
fn refuse_ignored(attributes: &Attributes<'_>) -> Result<(), Fault> {
    let mut alignments = attributes.alignments.iter();
    let ignored = alignments.find(|alignment| alignment.spelling != Spelling::C);
    let ignored = ignored.map(|alignment| alignment.span);
    match attributes.packed.or(ignored) {
        Some(span) => {
            let what = "attributes in front of a member without a name";
            Err(Fault::unsupported(what, span))
        }
        None => Ok(()),
    }
}

/// "An unnamed member whose type specifier is a structure specifier with no tag is called an anonymous
/// structure member" (C11 6.7.2.1, 13), and so for unions. Nothing else goes without a name.
fn anonymous(member: &Declaration<'_>, typed: Typed<'_>) -> Result<Field, Fault> {
    match &member.specifiers.base {
        Base::Record(record) if record.tag.is_none() => value(typed).map(Field::unnamed),
        _ => Err(Fault::new(ErrorKind::NothingDeclared, typed.span)),
    }
}
