//! Where members are: `offsetof`, and addresses as those who had no `offsetof` wrote them.

use trampette_types::{CType, Pointee, Record};

use super::constant::not_constant;
use super::{Scope, Ty, value};
use crate::ast::{Expr, ExprKind, Unary};
use crate::error::{ErrorKind, Fault};
use crate::span::Span;

/// A member, as it is found by its name.
struct Found {
    /// Its offset in the whole, in bytes.
    offset: usize,
    ty: CType,
    /// Whether it is a bit-field, which has no address.
    is_bit_field: bool,
}

impl<'a> Scope<'a> {
    /// The offset of what a path names in a type: `a.b[3].c`.
    pub(crate) fn offset_in(&mut self, ty: CType, path: &Expr<'a>) -> Result<usize, Fault> {
        self.part_of(ty, path).map(|(offset, _)| offset)
    }

    /// What a path names in a type, and its offset.
    pub(crate) fn part_of(&mut self, ty: CType, path: &Expr<'a>) -> Result<(usize, CType), Fault> {
        match &path.kind {
            ExprKind::Name(name) => self.member(&ty, name, 0, path),
            ExprKind::Member(whole, name) => {
                let (offset, ty) = self.part_of(ty, whole)?;
                self.member(&ty, name, offset, path)
            }
            ExprKind::Index(parts) => {
                let (offset, ty) = self.part_of(ty, &parts.0)?;
                let CType::Array(array) = &ty else {
                    return Err(not_constant("an element of what is no array", path));
                };
                let element = array.element().clone();
                let size = self.layout(&element, path.span)?.size();
                let index = self.count(&parts.1)?;
                let offset = index
                    .checked_mul(size)
                    .and_then(|by| offset.checked_add(by));
                let offset = offset.ok_or_else(|| too_large(&parts.1))?;
                Ok((offset, element))
            }
            _ => Err(not_constant("the path", path)),
        }
    }

    fn member(
        &mut self,
        whole: &CType,
        name: &str,
        base: usize,
        path: &Expr<'a>,
    ) -> Result<(usize, CType), Fault> {
        let found = self.find(whole, name, path.span)?;
        match found {
            Some(found) if !found.is_bit_field => {
                let offset = base.checked_add(found.offset);
                Ok((offset.ok_or_else(|| too_large(path))?, found.ty))
            }
            Some(_) => Err(Fault::invalid("a bit-field has no offset", path.span)),
            None => Err(no_such_member(name, path)),
        }
    }

    pub(super) fn member_type_of(
        &mut self,
        whole: &CType,
        name: &str,
        expr: &Expr<'a>,
    ) -> Result<CType, Fault> {
        let found = self.find(whole, name, expr.span)?;
        found
            .map(|found| found.ty)
            .ok_or_else(|| no_such_member(name, expr))
    }

    /// The member of this name, also one of a member without a name (C11 6.7.2.1, 13).
    fn find(&mut self, whole: &CType, name: &str, span: Span) -> Result<Option<Found>, Fault> {
        let (CType::Struct(record) | CType::Union(record)) = whole else {
            return Ok(None);
        };
        if !has(record, name) {
            return Ok(None);
        }
        let layout = self.layout(whole, span)?;
        for (field, member) in record.members().zip(layout.members()) {
            if field.name() == Some(name) {
                return Ok(Some(Found {
                    offset: member.offset,
                    ty: field.ty().clone(),
                    is_bit_field: member.bits.is_some(),
                }));
            }
            if field.name().is_none()
                && let Some(found) = self.find(field.ty(), name, span)?
            {
                let offset = member.offset + found.offset;
                return Ok(Some(Found { offset, ..found }));
            }
        }
        Ok(None)
    }

    /// The address of something that stands at a constant address: `&((struct s *)0)->member`.
    pub(super) fn address_of(&mut self, place: &Expr<'a>) -> Result<usize, Fault> {
        self.located(place).map(|(address, _)| address)
    }

    fn located(&mut self, place: &Expr<'a>) -> Result<(usize, CType), Fault> {
        match &place.kind {
            ExprKind::Arrow(pointer, name) => {
                let (base, ty) = self.pointed(pointer, place)?;
                self.member(&ty, name, base, place)
            }
            ExprKind::Member(whole, name) => {
                let (base, ty) = self.located(whole)?;
                self.member(&ty, name, base, place)
            }
            ExprKind::Unary(Unary::Dereference, pointer) => self.pointed(pointer, place),
            ExprKind::Index(parts) => {
                let (base, ty) = self.located(&parts.0)?;
                let CType::Array(array) = &ty else {
                    return Err(not_constant("the address", place));
                };
                let element = array.element().clone();
                let size = self.layout(&element, place.span)?.size();
                let by = self.count(&parts.1)?.checked_mul(size);
                let address = by.and_then(|by| base.checked_add(by));
                Ok((address.ok_or_else(|| too_large(place))?, element))
            }
            _ => Err(not_constant("the address", place)),
        }
    }

    /// The value of a pointer, and what it points to.
    fn pointed(&mut self, pointer: &Expr<'a>, whole: &Expr<'a>) -> Result<(usize, CType), Fault> {
        let address = self.count(pointer)?;
        let typed = self.type_of(pointer)?;
        match typed.ty {
            Ty::Complete(CType::Pointer(ref to)) => match to.pointee() {
                Some(Pointee::Type(ty)) => Ok((address, ty.clone())),
                _ => Err(not_constant("the address", whole)),
            },
            _ => {
                value(typed)?;
                Err(not_constant("the address", whole))
            }
        }
    }
}

pub(super) fn has(record: &Record, name: &str) -> bool {
    record
        .members()
        .any(|field| match (field.name(), field.ty()) {
            (Some(found), _) => found == name,
            (None, CType::Struct(record) | CType::Union(record)) => has(record, name),
            _ => false,
        })
}

fn no_such_member(name: &str, path: &Expr<'_>) -> Fault {
    let name = name.to_string();
    Fault::new(ErrorKind::NoSuchMember { name }, path.span)
}

fn too_large(path: &Expr<'_>) -> Fault {
    let text = "the offset".to_string();
    Fault::new(ErrorKind::NumberTooLarge { text }, path.span)
}
