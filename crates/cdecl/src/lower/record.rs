use std::sync::Arc;

use trampette_types::limits::MAX_NODES;
use trampette_types::{BitFieldRule, CType, Field, TypeError};

use super::members::Members;
use super::prune::pruned_field;
use super::{Scope, Typed, value};
use crate::ast::{
    self, Attributes, Base, Declaration, Declarator, Expr, External, Spelling, TagKind,
};
use crate::error::{At, ErrorKind, Fault};
use crate::names::{Certainty, Incomplete, Key, Ty};
use crate::span::Span;

/// A member as it is declared.
pub(super) struct Member {
    pub(super) field: Field,
    /// Where it is said to be packed by itself.
    pub(super) packed: Option<Span>,
    /// The alignment that its type has of a typedef.
    pub(super) typedef_align: Option<usize>,
    /// The alignment of its type, where some member is packed or has another by a typedef.
    pub(super) natural: usize,
    pub(super) key: Key,
    pub(super) span: Span,
}

impl<'a> Scope<'a> {
    /// The struct or union of these specifiers: defined here, or known by its tag, or incomplete.
    pub(super) fn record(&mut self, record: &ast::Record<'a>) -> Result<Typed, Fault> {
        let typed = |ty, key| Typed {
            ty,
            key,
            align: None,
            certainty: Certainty::Exact,
            span: record.span,
        };
        match (&record.members, record.tag) {
            (None, None) => Err(Fault::new(ErrorKind::NothingDeclared, record.span)),
            (None, Some(tag)) => {
                if !self.is_header {
                    refuse_unknown(&record.attributes)?;
                    refuse(
                        record.attributes.layout(),
                        "the attributes of a struct or union stand where it is defined",
                    )?;
                }
                self.declare_tag(record.kind, tag)
            }
            (Some(members), None) => {
                let (ty, key) = self.defined(record, members)?;
                Ok(typed(Ty::Complete(ty), key))
            }
            (Some(members), Some(tag)) => {
                let key = self.declare_tag(record.kind, tag)?.key;
                let ty = match self.defined(record, members) {
                    Ok((ty, definition)) => {
                        self.define_tag(record.kind, tag, Ok(&ty), definition)?;
                        Ty::Complete(ty)
                    }
                    Err(fault) if self.is_header && fault.is_unsupported() => {
                        let why = Arc::new(fault.into_kind());
                        let key = Key::default();
                        self.define_tag(record.kind, tag, Err(Arc::clone(&why)), key)?;
                        Ty::Incomplete(Incomplete::Refused(why))
                    }
                    Err(fault) => return Err(fault),
                };
                Ok(typed(ty, key))
            }
        }
    }

    fn defined(
        &mut self,
        record: &ast::Record<'a>,
        members: &[External<'a>],
    ) -> Result<(CType, Key), Fault> {
        let mut declared = Vec::with_capacity(members.len());
        for member in members {
            match member {
                External::Declaration(member) => self.declared_member(member, &mut declared)?,
                External::Assertion(assertion) => self.assert(assertion)?,
            }
        }
        let align = self.alignment(&record.attributes, None)?;
        refuse_vector(&record.attributes)?;
        let pack = self.effective(record.pack, &declared);
        let key = self.key_of(record, &declared, align, pack);
        if self.is_header {
            prune(&mut declared, record.span)?;
        }
        self.measure_members(&mut declared)?;
        let members = Members {
            kind: record.kind,
            declared,
            packed: record.attributes.packed,
            pragma: pack,
            model: self.options.model(),
        };
        let mut built = members.record(record.span)?;
        if let Some(align) = align {
            built = built.with_align(align).at(record.span)?;
        }
        if let Some(tag) = record.tag {
            built = built.with_tag(tag.text);
        }
        let ty = match record.kind {
            TagKind::Union => CType::Union(built),
            _ => CType::Struct(built),
        };
        Ok((ty, key))
    }

    /// Finds the alignments of the members' types, where anything depends on them.
    fn measure_members(&mut self, members: &mut [Member]) -> Result<(), Fault> {
        let depends = |member: &Member| member.packed.is_some() || member.typedef_align.is_some();
        if !members.iter().any(depends) {
            return Ok(());
        }
        for member in members {
            let measured = self.measure(member.field.ty(), member.key, member.span);
            member.natural = match measured {
                Ok((_, natural)) => natural,
                // It is refused where the whole is laid out.
                Err(fault) if is_too_large(&fault) => 1,
                Err(fault) => return Err(fault),
            };
        }
        Ok(())
    }

    /// The limit of `#pragma pack`, where some member is above it: a definition without any is the same with it and
    /// without.
    fn effective(&mut self, limit: Option<usize>, members: &[Member]) -> Option<usize> {
        let within = |limit: usize| {
            members.iter().all(|member| {
                let (field, own) = (&member.field, member.field.align());
                let natural = self.measure(field.ty(), member.key, member.span);
                field.bits().is_none()
                    && own.max(member.typedef_align) <= Some(limit)
                    && natural.is_ok_and(|(_, natural)| natural <= limit)
            })
        };
        match limit.is_some_and(within) {
            true => None,
            false => limit,
        }
    }

    /// What a definition says.
    fn key_of(
        &self,
        record: &ast::Record<'a>,
        members: &[Member],
        align: Option<usize>,
        pack: Option<usize>,
    ) -> Key {
        let number = |align: Option<usize>| align.map_or(0, |align| align as u64 + 1);
        let mut key = Key::of(record.kind.keyword())
            .and(number(align))
            .and(number(pack))
            .and(u64::from(record.attributes.packed.is_some()));
        for member in members {
            let field = &member.field;
            key = key
                .with(Key::of(field.name().unwrap_or_default()))
                .with(member.key)
                .and(number(field.align()))
                .and(number(member.typedef_align))
                .and(field.bits().map_or(0, |bits| u64::from(bits) + 1))
                .and(u64::from(member.packed.is_some()));
        }
        key
    }

    fn declared_member(
        &mut self,
        member: &Declaration<'a>,
        members: &mut Vec<Member>,
    ) -> Result<(), Fault> {
        let base = self.base(&member.specifiers)?;
        let common = &member.specifiers.attributes;
        if member.declarators.is_empty() {
            let (span, key) = (base.span, base.key);
            let Some(field) = self.anonymous(member, base.clone())? else {
                return Ok(());
            };
            refuse_ignored(common)?;
            let align = self.alignment(common, Some(&field))?;
            members.push(Member {
                field: aligned(field, align, span)?,
                packed: None,
                typedef_align: None,
                natural: 1,
                key,
                span,
            });
        }
        for declarator in &member.declarators {
            let base = self.shaped(base.clone(), &declarator.attributes)?;
            let (ty, typedef_align, key) = self.member_type(base, declarator)?;
            let field = match declarator.name {
                Some(name) => Field::named(name.text, ty),
                None if declarator.width().is_some() => Field::unnamed(ty),
                None => return Err(Fault::invalid("a member has a name", declarator.span)),
            };
            let field = self.bit_field(field, declarator.width())?;
            let own = &declarator.attributes;
            let align = self.alignment(common, Some(&field))?;
            let align = align.max(self.alignment(own, Some(&field))?);
            let name = declarator.name.map(|name| name.span);
            members.push(Member {
                typedef_align,
                natural: 1,
                field: aligned(field, align, declarator.span)?,
                packed: common.packed.or(own.packed),
                key,
                span: name.unwrap_or(declarator.span),
            });
        }
        Ok(())
    }

    fn member_type(
        &mut self,
        base: Typed,
        declarator: &Declarator<'a>,
    ) -> Result<(CType, Option<usize>, Key), Fault> {
        let derived = self.derive(base, &declarator.derivations)?;
        let (align, key) = (derived.align.map(usize::from), derived.key);
        let ty = match derived.ty {
            Ty::Incomplete(Incomplete::Array(element)) => {
                CType::flexible_array(element).at(derived.span)
            }
            Ty::Function(_) | Ty::Incomplete(Incomplete::Function(..)) => Err(Fault::invalid(
                "a member cannot be a function, only a pointer to one",
                declarator.span,
            )),
            _ => value(derived),
        }?;
        Ok((ty, align, key))
    }

    /// The field with the width that is written, which its type must have on this platform.
    fn bit_field(&mut self, field: Field, width: Option<&Expr<'a>>) -> Result<Field, Fault> {
        let Some(width) = width else {
            return Ok(field);
        };
        let (bits, span) = (self.integer(width)?.value, width.span);
        if bits < 0 {
            let what = "the width of a bit-field cannot be negative";
            return Err(Fault::invalid(what, span));
        }
        let Ok(bits) = u32::try_from(bits) else {
            let text = bits.to_string();
            return Err(Fault::new(ErrorKind::NumberTooLarge { text }, span));
        };
        let field = field.with_bits(bits).at(span)?;
        let alone = CType::structure([field.clone()]).at(span)?;
        alone.layout(self.options.model()).at(span)?;
        Ok(field)
    }

    /// "An unnamed member whose type specifier is a structure specifier with no tag is called an anonymous
    /// structure member" (C11 6.7.2.1, 13), and so for unions. Microsoft has any struct or union for one, with a
    /// tag or by a typedef's name, as GCC does on Windows (GCC, "Unnamed Structure and Union Fields"). Elsewhere a
    /// tag or the list of an enum that is declared among members is no member, as compilers warn; anything else
    /// without a name is wrong.
    fn anonymous(&self, member: &Declaration<'_>, typed: Typed) -> Result<Option<Field>, Fault> {
        let is_record = matches!(&typed.ty, Ty::Complete(CType::Struct(_) | CType::Union(_)));
        let is_microsofts = self.options.model().bit_fields == BitFieldRule::Msvc;
        match &member.specifiers.base {
            Base::Record(record) if record.tag.is_none() => {
                value(typed).map(Field::unnamed).map(Some)
            }
            Base::Record(_) | Base::Name(_) if is_microsofts && is_record => {
                value(typed).map(Field::unnamed).map(Some)
            }
            Base::Record(_) | Base::Enum(_) if self.is_header => Ok(None),
            _ => Err(Fault::new(ErrorKind::NothingDeclared, typed.span)),
        }
    }
}

fn is_too_large(fault: &Fault) -> bool {
    matches!(fault.kind, ErrorKind::Type(TypeError::SizeOverflow { .. }))
}

/// Leaves out what pointers point to where all of it would be too much for one type.
fn prune(members: &mut [Member], span: Span) -> Result<(), Fault> {
    let most = MAX_NODES / (members.len() + 1);
    for member in members {
        if member.field.ty().nodes() > most {
            member.field = pruned_field(&member.field).at(span)?;
        }
    }
    Ok(())
}

fn aligned(field: Field, align: Option<usize>, span: Span) -> Result<Field, Fault> {
    match align {
        Some(align) => field.with_align(align).at(span),
        None => Ok(field),
    }
}

/// Refuses attributes that may change a layout, for all that is known.
pub(super) fn refuse_unknown(attributes: &Attributes<'_>) -> Result<(), Fault> {
    match attributes.unknown {
        Some(name) => {
            let what = format!("attributes such as `{}`", name.text);
            Err(Fault::unsupported(what, name.span))
        }
        None => Ok(()),
    }
}

/// Refuses `vector_size` of a type that is none of a number, and what nobody knows.
pub(super) fn refuse_vector(attributes: &Attributes<'_>) -> Result<(), Fault> {
    refuse_unknown(attributes)?;
    let vector = attributes.vector.as_ref().map(|vector| vector.span);
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
