//! Definitions without a prototype: `int f(a, b) float a; char *b; { ... }`.
//!
//! Who calls such a function promotes the arguments (C11 6.5.2.2, 6), and it makes of them what its parameters are. So
//! its signature has the promoted types, as the prototype has that goes with it: "the type of each prototype parameter
//! shall be compatible with the type that results from the application of the default argument promotions to the type
//! of the corresponding identifier" (C11 6.7.6.3, 15).

use std::sync::Arc;

use trampette_types::{CType, Int};

use super::derive::{FUNCTION, key_of_function};
use super::kind::simple;
use super::{Scope, value};
use crate::ast;
use crate::error::{At, ErrorKind, Fault};
use crate::names::{Function, Incomplete, Key, Map, OldParameter, Ty, What};
use crate::span::Span;

/// The promoted type of a parameter, and its keys.
type Declared = (CType, OldParameter);

impl<'a> Scope<'a> {
    /// The parameters, in the order of the names between the parentheses. One that is not declared is an `int`, as in
    /// C before C99, and as compilers still have it that warn of it.
    pub(super) fn old_parameters(
        &mut self,
        old: &ast::OldStyle<'a>,
        open: &mut Option<Incomplete>,
    ) -> Result<(Vec<CType>, Box<[OldParameter]>), Fault> {
        let mut found: Map<&str, Option<Declared>> = Map::default();
        for name in &old.names {
            if found.insert(name.text, None).is_some() {
                return Err(redefined(*name));
            }
        }
        for declaration in &old.declarations {
            let base = self.base(&declaration.specifiers)?;
            for declarator in &declaration.declarators {
                let name = declarator.name;
                let Some((name, place)) =
                    name.and_then(|name| Some((name, found.get_mut(name.text)?)))
                else {
                    let what = "a parameter is declared by one of the names in the parentheses";
                    return Err(Fault::invalid(what, declarator.span));
                };
                if place.is_some() {
                    return Err(redefined(name));
                }
                let specifiers = &declaration.specifiers;
                let typed =
                    self.parameter_of(base.clone(), specifiers, declarator, declarator.span)?;
                let (key, span) = (typed.key, typed.span);
                let ty = match &typed.ty {
                    Ty::Incomplete(_) => Self::part(typed, open)?,
                    _ => value(typed)?,
                };
                *place = Some(self.argument(ty, key, span)?);
            }
        }
        let mut parameters = Vec::with_capacity(old.names.len());
        for name in &old.names {
            let int = CType::Int(Int::Int);
            let key = simple(&int, self.options.model());
            parameters.push(match found.remove(name.text).flatten() {
                Some(declared) => declared,
                None => self.argument(int, key, name.span)?,
            });
        }
        let (types, keys): (_, Vec<_>) = parameters.into_iter().unzip();
        Ok((types, keys.into()))
    }

    /// What an argument for a parameter of this type is promoted to.
    fn argument(&self, ty: CType, written: Key, span: Span) -> Result<Declared, Fault> {
        let model = self.options.model();
        let promoted = match ty.layout(model).at(span)?.promotion() {
            None => {
                let promoted = written;
                return Ok((ty, OldParameter { written, promoted }));
            }
            Some("double") => CType::F64,
            Some(_) => CType::Int(Int::Int),
        };
        let key = simple(&promoted, model);
        let keys = OldParameter {
            written,
            promoted: key,
        };
        Ok((promoted, keys))
    }

    /// The function as it is known by now: by a prototype that stands before its definition, which outweighs it, as GCC
    /// and Clang have it.
    pub(super) fn with_prototype(&self, name: &str, function: Arc<Function>) -> Arc<Function> {
        match self.ordinary(name).map(|found| &found.what) {
            Some(What::Object(known)) => match &known.ty {
                Ty::Function(known) => Arc::clone(known),
                _ => function,
            },
            _ => function,
        }
    }

    /// Whether a prototype of this key goes with such a definition. It has the promoted types of narrow parameters;
    /// if it stands before the definition, it may have the types themselves (GCC, "Prototypes and Old-Style Function
    /// Definitions").
    pub(super) fn goes_with(
        &self,
        prototype: &Function,
        key: Key,
        old: &Function,
        is_before: bool,
    ) -> bool {
        let parameters = prototype.signature.params();
        let Some(own) = old
            .old_style
            .as_ref()
            .filter(|own| own.len() == parameters.len())
        else {
            return false;
        };
        let model = self.options.model();
        let is_narrow = |ty: &CType| {
            let layout = ty.layout(model);
            layout.is_ok_and(|layout| layout.promotion().is_some())
        };
        let keys = parameters
            .iter()
            .zip(own)
            .map(|(ty, own)| match is_before && is_narrow(ty) {
                true => own.written,
                false => own.promoted,
            });
        let keys = keys.fold(FUNCTION, Key::with);
        let (signature, result) = (&prototype.signature, old.result);
        key == key_of_function(keys, signature.is_variadic(), signature.abi(), result)
    }
}

fn redefined(name: ast::Name<'_>) -> Fault {
    let text = name.text.to_string();
    Fault::new(ErrorKind::Redefined { name: text }, name.span)
}
