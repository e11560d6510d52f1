//! What a name may be declared as, when it is declared already.

use std::sync::Arc;

use super::Scope;
use crate::ast::{self, Name};
use crate::error::{ErrorKind, Fault};
use crate::names::{Incomplete, Known, Ordinary, Ty, What};
use crate::value::Number;

impl<'a> Scope<'a> {
    /// Gives a name its meaning, which is the one that it has, if it has one. "All declarations that refer to
    /// the same object or function shall have compatible type" (C11 6.2.7, 2), and a typedef may be repeated
    /// "to denote the same type as it currently does" (C11 6.7, 3).
    pub(super) fn define(&mut self, name: Name<'a>, what: What) -> Result<(), Fault> {
        let place = self.place(name.span);
        let Some(before) = self.ordinary(name.text) else {
            let entry = None;
            let ordinary = Ordinary { what, place, entry };
            self.names.ordinary.insert(Arc::from(name.text), ordinary);
            return Ok(());
        };
        let (other, entry) = (before.place, before.entry);
        match self.merged(&before.what, &what) {
            Some(Merge::Keep) => Ok(()),
            Some(Merge::Replace) => {
                let place = other;
                let ordinary = Ordinary { what, place, entry };
                self.names.ordinary.insert(Arc::from(name.text), ordinary);
                Ok(())
            }
            None => {
                let is_defined = matches!(
                    (&before.what, &what),
                    (What::Typedef(_), What::Typedef(_)) | (What::Enumerator(_), _)
                );
                let text = name.text.to_string();
                let kind = match is_defined {
                    true => ErrorKind::Redefined { name: text },
                    false => ErrorKind::Conflicting { name: text },
                };
                Err(Fault::new(kind, name.span).with_other(other))
            }
        }
    }

    /// What becomes of two meanings of one name, if they go together.
    fn merged(&self, before: &What, now: &What) -> Option<Merge> {
        match (before, now) {
            (What::Refused(_), _) => Some(Merge::Replace),
            (_, What::Refused(_)) => Some(Merge::Keep),
            (What::Typedef(one), What::Typedef(other)) => {
                let is_same = one.key == other.key
                    || (self.is_header && self.completed(one) == self.completed(other));
                is_same.then_some(Merge::Replace)
            }
            (What::Object(one), What::Object(other)) => self.composite(one, other),
            (What::Enumerator(one), What::Enumerator(other)) => {
                let value = |number: &Number| match number {
                    Number::Integer(integer) => Some(integer.value),
                    Number::Float(_) => None,
                };
                (self.is_header && value(one) == value(other)).then_some(Merge::Keep)
            }
            _ => None,
        }
    }

    fn completed(&self, known: &Known) -> Ty {
        self.resolved(known.ty.clone())
    }

    /// Notes that nothing of a declaration can be used.
    pub(super) fn refuse_all(
        &mut self,
        declaration: &ast::Declaration<'a>,
        fault: Fault,
    ) -> Result<(), Fault> {
        let is_typedef = declaration.specifiers.is_typedef();
        for declarator in &declaration.declarators {
            self.refuse_name(declarator, is_typedef, fault.clone())?;
        }
        Ok(())
    }

    /// Notes why a name cannot be used: a typedef is a type without values, anything else is an error for those
    /// who ask for it.
    pub(super) fn refuse_name(
        &mut self,
        declarator: &ast::Declarator<'a>,
        is_typedef: bool,
        fault: Fault,
    ) -> Result<(), Fault> {
        let Some(name) = declarator.name else {
            return Err(fault);
        };
        let why = Arc::new(fault.into_kind());
        let what = match is_typedef {
            true => What::Typedef(Known {
                ty: Ty::Incomplete(Incomplete::Refused(why)),
                key: crate::names::Key::of(name.text),
                align: None,
                certainty: crate::names::Certainty::Exact,
                is_open: false,
            }),
            false => What::Refused(why),
        };
        self.define(name, what)
    }

    /// "A type that is compatible with both of the two types" (C11 6.2.7, 3): which of them says more.
    fn composite(&self, one: &Known, other: &Known) -> Option<Merge> {
        match (&one.ty, &other.ty) {
            (Ty::Function(first), Ty::Function(second)) => {
                if !first.prototyped || !second.prototyped {
                    // "If one type has a parameter type list and the other type is specified by a function declarator
                    // that is not part of a function definition and that contains an empty identifier list" (C11
                    // 6.7.6.3, 15)
                    let merge = match first.prototyped {
                        true => Merge::Keep,
                        false => Merge::Replace,
                    };
                    return (first.result == second.result).then_some(merge);
                }
                match (&first.old_style, &second.old_style) {
                    (None, Some(_)) => self
                        .goes_with(first, one.key, second, true)
                        .then_some(Merge::Keep),
                    (Some(_), None) => self
                        .goes_with(second, other.key, first, false)
                        .then_some(Merge::Replace),
                    _ => (one.key == other.key).then_some(Merge::Replace),
                }
            }
            (Ty::Incomplete(Incomplete::Array(_)), Ty::Complete(_)) => Some(Merge::Replace),
            (Ty::Complete(_), Ty::Incomplete(Incomplete::Array(_))) => Some(Merge::Keep),
            _ => (one.key == other.key).then_some(Merge::Keep),
        }
    }
}

enum Merge {
    /// The first says all.
    Keep,
    /// The second says more.
    Replace,
}
