use trampette_types::{CType, Int, Signature};

use super::{Function, Incomplete, Scope, Ty, Typed, complete, value};
use crate::ast::{self, Derivation, DerivationKind, Length, Parameter};
use crate::error::{At, ErrorKind, Fault};
use crate::options::CharPointers;
use crate::span::Span;

impl<'a> Scope<'a> {
    /// The type that these derivations make of a base type: they are listed from the name outward, and
    /// applied from the outermost one inward.
    pub(super) fn derive(
        &mut self,
        base: Typed<'a>,
        derivations: &[Derivation<'a>],
    ) -> Result<Typed<'a>, Fault> {
        derivations.iter().rev().try_fold(base, |from, derivation| {
            let span = derivation.span;
            let ty = match &derivation.kind {
                DerivationKind::Pointer => self.pointer(from.ty, span).map(Ty::Complete),
                DerivationKind::Array(length) => array(from, *length, span),
                DerivationKind::Function(function) => self.function(from, function, span),
            }?;
            Ok(Typed { ty, span })
        })
    }

    fn pointer(&self, pointee: Ty<'a>, span: Span) -> Result<CType, Fault> {
        match pointee {
            Ty::Incomplete(_) => Ok(CType::POINTER),
            Ty::Function(function) => CType::function_pointer(function.signature).at(span),
            Ty::Complete(CType::Int(Int::Char))
                if self.options.char_pointers() == CharPointers::Strings =>
            {
                Ok(CType::String)
            }
            Ty::Complete(ty) => ty.pointer_to().at(span),
        }
    }

    fn function(
        &mut self,
        result: Typed<'a>,
        function: &ast::Function<'a>,
        span: Span,
    ) -> Result<Ty<'a>, Fault> {
        let result = match result.ty {
            Ty::Function(_) => {
                return Err(Fault::invalid(
                    "a function cannot return a function",
                    result.span,
                ));
            }
            Ty::Incomplete(Incomplete::Array(_)) | Ty::Complete(CType::Array(_)) => {
                return Err(Fault::invalid(
                    "a function cannot return an array",
                    result.span,
                ));
            }
            _ => complete(result)?,
        };
        let parameters = self.parameters(function)?;
        let count = parameters.len();
        let mut signature = Signature::new(parameters, result).at(span)?;
        if function.variadic {
            signature = signature.with_variadic_from(count).at(span)?;
        }
        if let Some(abi) = function.convention {
            signature = signature.with_abi(abi);
        }
        Ok(Ty::Function(Function {
            signature,
            prototyped: function.prototyped,
        }))
    }

    /// "The special case of an unnamed parameter of type void as the only item in the list specifies
    /// that the function has no parameters." (C11 6.7.6.3, 10)
    fn parameters(&mut self, function: &ast::Function<'a>) -> Result<Vec<CType>, Fault> {
        if let [only] = function.parameters.as_slice()
            && !function.variadic
            && only.declarator.name.is_none()
            && only.declarator.derivations.is_empty()
            && self.base(&only.specifiers)?.ty == Ty::Complete(CType::Void)
        {
            return Ok(Vec::new());
        }
        function
            .parameters
            .iter()
            .map(|parameter| self.parameter(parameter))
            .collect()
    }

    /// "A declaration of a parameter as array of type shall be adjusted to qualified pointer to type"
    /// and "as function returning type [...] to pointer to function returning type" (C11 6.7.6.3, 7
    /// and 8). What the array's length would be does not matter.
    fn parameter(&mut self, parameter: &Parameter<'a>) -> Result<CType, Fault> {
        let base = self.base(&parameter.specifiers)?;
        for attributes in [
            &parameter.specifiers.attributes,
            &parameter.declarator.attributes,
        ] {
            if let Some(span) = attributes.alignment() {
                return Err(Fault::unsupported(
                    "parameters with an alignment of their own",
                    span,
                ));
            }
        }
        let base = self.vectorized(base, &parameter.declarator.attributes)?;
        let derivations = &parameter.declarator.derivations;
        if let [first, rest @ ..] = derivations.as_slice()
            && let DerivationKind::Array(_) = first.kind
        {
            let element = self.derive(base, rest)?;
            let element = element_of_array(element)?;
            return self.pointer(Ty::Complete(element), first.span);
        }
        let span = parameter.span;
        let derived = self.derive(base, derivations)?;
        match &derived.ty {
            Ty::Function(_) => self.pointer(derived.ty, span),
            Ty::Complete(CType::Array(array)) => {
                self.pointer(Ty::Complete(array.element().clone()), span)
            }
            _ => value(derived),
        }
    }
}

fn array<'a>(element: Typed<'a>, length: Length, span: Span) -> Result<Ty<'a>, Fault> {
    let element = element_of_array(element)?;
    match length {
        Length::Absent => Ok(Ty::Incomplete(Incomplete::Array(element))),
        Length::Computed => Err(Fault::unsupported("computed array lengths", span)),
        Length::Literal(length) => {
            let Ok(len) = usize::try_from(length) else {
                let text = length.to_string();
                return Err(Fault::new(ErrorKind::NumberTooLarge { text }, span));
            };
            CType::array(element, len).at(span).map(Ty::Complete)
        }
    }
}

fn element_of_array(element: Typed<'_>) -> Result<CType, Fault> {
    match element.ty {
        Ty::Function(_) => Err(Fault::invalid(
            "an array cannot hold functions",
            element.span,
        )),
        _ => value(element),
    }
}
