use trampette_types::{CType, Field, TypeError};

use super::{Incomplete, Scope, Ty, Typed, value};
use crate::ast::{self, Base, Declaration, Declarator, TagKind};
use crate::error::{ErrorKind, Fault};
use crate::span::Span;

impl<'a> Scope<'a> {
    /// The struct or union of these specifiers: defined here, or known by its tag, or incomplete.
    pub(super) fn record(&mut self, record: &ast::Record<'a>) -> Result<Ty<'a>, Fault> {
        match (&record.members, record.tag) {
            (None, None) => Err(Fault::new(ErrorKind::NothingDeclared, record.span)),
            (None, Some(tag)) => Ok(match &self.declare_tag(record.kind, tag)?.ty {
                Some(ty) => Ty::Complete(ty.clone()),
                None => Ty::Incomplete(Incomplete::Tag(record.kind, tag.text)),
            }),
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
        let mut fields = Vec::new();
        for member in members {
            self.member(member, &mut fields)?;
        }
        let built = trampette_types::Record::new(fields).map_err(|error| {
            let span = culprit(&error, members).unwrap_or(record.span);
            Fault::new(ErrorKind::Type(error), span)
        })?;
        let built = match record.tag {
            Some(tag) => built.with_tag(tag.text),
            None => built,
        };
        Ok(match record.kind {
            TagKind::Union => CType::Union(built),
            _ => CType::Struct(built),
        })
    }

    fn member(&mut self, member: &Declaration<'a>, fields: &mut Vec<Field>) -> Result<(), Fault> {
        let base = self.base(&member.specifiers)?;
        if member.declarators.is_empty() {
            fields.push(anonymous(member, base.clone())?);
        }
        for declarator in &member.declarators {
            let ty = self.member_type(base.clone(), declarator)?;
            fields.push(match declarator.name {
                Some(name) => Field::named(name.text, ty),
                None => return Err(Fault::invalid("a member has a name", declarator.span)),
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
        match &derived.ty {
            Ty::Incomplete(Incomplete::Array) => Err(Fault::unsupported(
                "flexible array members",
                declarator.span,
            )),
            Ty::Function(_) => Err(Fault::invalid(
                "a member cannot be a function, only a pointer to one",
                declarator.span,
            )),
            _ => value(derived),
        }
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

/// Where a duplicate member stands: the second of its name.
fn culprit(error: &TypeError, members: &[Declaration<'_>]) -> Option<Span> {
    let TypeError::DuplicateField { name } = error else {
        return None;
    };
    members
        .iter()
        .flat_map(|member| &member.declarators)
        .filter_map(|declarator| declarator.name)
        .filter(|found| found.text == name)
        .nth(1)
        .map(|found| found.span)
}
