//! Which types expressions choose by: `_Generic`.

use trampette_types::CType;

use super::constant::not_constant;
use super::kind::{certainty, is_pointer, pointer, simple};
use super::{Scope, Typed};
use crate::ast::{Expr, Generic, Parameter};
use crate::error::Fault;
use crate::names::{Certainty, Incomplete, Key, Ty};

impl<'a> Scope<'a> {
    /// "If a generic selection has a generic association with a type name that is compatible with the type of the
    /// controlling expression, then the result expression of the generic selection is the expression in that generic
    /// association." (C11 6.5.1.1, 3) The others have no value. Where qualifiers decide, which are not known here, it is
    /// no constant.
    pub(super) fn chosen<'e>(
        &mut self,
        generic: &'e Generic<'a>,
        whole: &Expr<'a>,
    ) -> Result<&'e Expr<'a>, Fault> {
        let control = self.type_of(&generic.control)?;
        let control = self.converted_value(control);
        let (mut chosen, mut default, mut is_sure) = (Vec::new(), None, true);
        for (ty, value) in &generic.associations {
            let Some(ty) = ty else {
                default = Some(value);
                continue;
            };
            match self.is_of(ty, &control)? {
                Some(true) => chosen.push(value),
                Some(false) => {}
                None => is_sure = false,
            }
        }
        // "No two generic associations [...] shall specify compatible types." (C11 6.5.1.1, 2)
        let found = match chosen.as_slice() {
            [] => default.filter(|_| is_sure),
            [only] => Some(*only),
            _ => None,
        };
        found.ok_or_else(|| not_constant("the selection", whole))
    }

    /// "You can use the built-in function __builtin_choose_expr to evaluate code depending on the value of a constant
    /// expression" (GCC, "Other Built-in Functions"). Its type is that of the one that it chooses.
    pub(super) fn chosen_by_value<'e>(
        &mut self,
        parts: &'e (Expr<'a>, Expr<'a>, Expr<'a>),
    ) -> Result<&'e Expr<'a>, Fault> {
        Ok(match self.number(&parts.0)?.is_true() {
            true => &parts.1,
            false => &parts.2,
        })
    }

    /// Whether a value is of this type; nothing where that cannot be told.
    fn is_of(&mut self, ty: &Parameter<'a>, control: &Typed) -> Result<Option<bool>, Fault> {
        let typed = self.type_of_name(ty)?;
        Ok(match &typed.ty {
            // No value is an array or a function.
            Ty::Function(_)
            | Ty::Complete(CType::Array(_))
            | Ty::Incomplete(Incomplete::Array(_)) => Some(false),
            // None is qualified itself either.
            _ if typed.certainty == Certainty::Unqualified => {
                self.is_same(&typed, control).filter(|is_same| !is_same)
            }
            _ => self.is_same(&typed, control),
        })
    }

    /// Whether two types are compatible, qualifiers of their own aside; nothing where that cannot be told.
    fn is_same(&self, one: &Typed, other: &Typed) -> Option<bool> {
        let least = one.certainty.max(other.certainty);
        let points = |typed: &Typed| match &typed.ty {
            Ty::Complete(ty) => is_pointer(ty),
            _ => false,
        };
        let is_equal = one.key == other.key
            || self.key_of_enum(one) == Some(other.key)
            || self.key_of_enum(other) == Some(one.key);
        match (is_equal, least) {
            (_, Certainty::Unknown) => None,
            (true, Certainty::Unqualified) if points(one) || points(other) => None,
            (is_equal, _) => Some(is_equal),
        }
    }

    /// "Each enumerated type shall be compatible with char, a signed integer type, or an unsigned integer type." (C11
    /// 6.7.2.2, 4)
    fn key_of_enum(&self, typed: &Typed) -> Option<Key> {
        match &typed.ty {
            Ty::Complete(CType::Enum(found)) => {
                Some(simple(&CType::Int(found.int()), self.options.model()))
            }
            _ => None,
        }
    }

    /// The type of the value of something: arrays and functions are pointers then (C11 6.3.2.1).
    pub(super) fn converted_value(&self, typed: Typed) -> Typed {
        let (ty, key, certainty) = match &typed.ty {
            Ty::Function(_) => (CType::POINTER, typed.key, typed.certainty),
            Ty::Complete(ty @ CType::Array(array)) => {
                let element = array.element();
                let key = simple(element, self.options.model());
                let certainty = certainty(element).max(typed.certainty);
                (self.decayed(ty.clone()), key, certainty)
            }
            _ => return typed,
        };
        Typed {
            ty: Ty::Complete(ty),
            key: pointer(key),
            certainty,
            ..typed
        }
    }

    /// "This built-in function ignores top level qualifiers (e.g., const, volatile). For example, int is equivalent to
    /// const int. The type int[] and int[5] are compatible." (GCC, "Other Built-in Functions")
    pub(super) fn are_compatible(
        &mut self,
        one: &Parameter<'a>,
        other: &Parameter<'a>,
        whole: &Expr<'a>,
    ) -> Result<bool, Fault> {
        let (one, other) = (self.type_of_name(one)?, self.type_of_name(other)?);
        let found = match (&one.ty, &other.ty) {
            (Ty::Incomplete(Incomplete::Array(_)), Ty::Complete(CType::Array(_)))
            | (Ty::Complete(CType::Array(_)), Ty::Incomplete(Incomplete::Array(_))) => None,
            _ => self.is_same(&one, &other),
        };
        found.ok_or_else(|| not_constant("the comparison", whole))
    }
}
