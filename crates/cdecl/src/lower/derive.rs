use std::sync::Arc;

use trampette_types::limits::MAX_NODES;
use trampette_types::{Abi, CType, Int, Signature, TypeError};

use super::kind::{is_pointer, pointer};
use super::prune::{pruned, pruned_to};
use super::{Scope, Typed, complete, value};
use crate::ast::{self, Base, Derivation, DerivationKind, Expr, Length, Parameter};
use crate::error::{At, ErrorKind, Fault};
use crate::names::{Certainty, Function, Incomplete, Key, Ty};
use crate::options::CharPointers;
use crate::span::Span;

impl<'a> Scope<'a> {
    /// The type that these derivations make of a base type: they are listed from the name outward, and
    /// applied from the outermost one inward.
    #[inline]
    pub(super) fn derive(
        &mut self,
        base: Typed,
        derivations: &[Derivation<'a>],
    ) -> Result<Typed, Fault> {
        let mut outermost_first = derivations.iter().rev();
        outermost_first.try_fold(base, |typed, derivation| self.derived(typed, derivation))
    }

    fn derived(&mut self, from: Typed, derivation: &Derivation<'a>) -> Result<Typed, Fault> {
        let span = derivation.span;
        match &derivation.kind {
            DerivationKind::Pointer { qualified } => {
                let pointer = self.pointer(from, span)?;
                Ok(match qualified {
                    true => pointer.uncertain(Certainty::Unqualified),
                    false => pointer,
                })
            }
            DerivationKind::Array(length) => self.array(from, length, span),
            DerivationKind::Function(function) => self.function(from, function, span),
        }
    }

    pub(super) fn pointer(&self, pointee: Typed, span: Span) -> Result<Typed, Fault> {
        let key = pointer(pointee.key);
        let ty = match pointee.ty {
            Ty::Incomplete(_) => CType::POINTER,
            Ty::Function(function) => {
                let signature = Arc::unwrap_or_clone(function).signature;
                CType::function_pointer(signature).at(span)?
            }
            Ty::Complete(CType::Int(Int::Char))
                if self.options.char_pointers() == CharPointers::Strings =>
            {
                CType::String
            }
            Ty::Complete(ty) if self.is_header => pruned_to(ty),
            Ty::Complete(ty) => ty.pointer_to().at(span)?,
        };
        Ok(Typed {
            ty: Ty::Complete(ty),
            key,
            align: None,
            certainty: pointee.certainty,
            span,
        })
    }

    fn array(&mut self, element: Typed, length: &Length<'a>, span: Span) -> Result<Typed, Fault> {
        const ARRAY: Key = Key::of("array");
        let key = ARRAY.with(element.key);
        let (align, certainty) = (element.align, element.certainty);
        let typed = |ty, key| Typed {
            ty,
            key,
            align,
            certainty,
            span,
        };
        if element.ty == Ty::Incomplete(Incomplete::Variable) {
            return Ok(typed(element.ty, key));
        }
        let element = element_of_array(element)?;
        let length = match length {
            Length::Absent => {
                return Ok(typed(Ty::Incomplete(Incomplete::Array(element)), key));
            }
            Length::Any => return Ok(typed(Ty::Incomplete(Incomplete::Variable), key)),
            Length::Given(length) => length,
        };
        let len = match self.length(length) {
            Err(fault) if self.prototypes > 0 && is_variable(&fault) => {
                return Ok(typed(Ty::Incomplete(Incomplete::Variable), key));
            }
            len => len?,
        };
        let ty = CType::array(element, len).at(span)?;
        Ok(typed(Ty::Complete(ty), key_of_array(key, len)))
    }

    pub(super) fn length(&mut self, length: &Expr<'a>) -> Result<usize, Fault> {
        let value = self.integer(length)?.value;
        if value < 0 {
            return Err(Fault::new(ErrorKind::NegativeLength, length.span));
        }
        usize::try_from(value).map_err(|_| {
            let text = value.to_string();
            Fault::new(ErrorKind::NumberTooLarge { text }, length.span)
        })
    }

    /// That of a parameter may be anything that is a length at run time.
    fn check_length(&mut self, length: &Length<'a>) -> Result<(), Fault> {
        let Length::Given(length) = length else {
            return Ok(());
        };
        match self.length(length) {
            Err(fault) if !is_variable(&fault) => Err(fault),
            _ => Ok(()),
        }
    }

    fn function(
        &mut self,
        result: Typed,
        function: &ast::Function<'a>,
        span: Span,
    ) -> Result<Typed, Fault> {
        let (result_key, mut certainty) = (result.key, result.certainty);
        let (mut open, mut old_style) = (None, None);
        let result = match result.ty {
            Ty::Function(_) | Ty::Incomplete(Incomplete::Function(..)) => {
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
            _ => Self::part(result, &mut open)?,
        };
        self.prototypes += 1;
        let parameters = match &function.old_style {
            None => self.parameters(function, &mut open),
            Some(old) => self.old_parameters(old, &mut open).map(|(types, own)| {
                let keys = own.iter().map(|own| own.promoted).fold(FUNCTION, Key::with);
                old_style = Some(own);
                (types, keys)
            }),
        };
        self.prototypes -= 1;
        let (parameters, key) = parameters?;
        if parameters.iter().any(is_pointer) {
            certainty = certainty.max(Certainty::Unqualified);
        }
        let key = key_of_function(key, function.variadic, function.convention, result_key);
        if let Some(open) = open {
            self.is_open = true;
            return Ok(Typed {
                ty: Ty::Incomplete(open),
                key,
                align: None,
                certainty: Certainty::Exact,
                span,
            });
        }
        let count = parameters.len();
        let is_unprototyped = !function.prototyped && !self.options.is_c23();
        let mut signature = match is_unprototyped {
            true => Signature::unprototyped(parameters, result),
            false => self.signature(parameters, result),
        }
        .at(span)?;
        if function.variadic {
            signature = signature.with_variadic_from(count).at(span)?;
        }
        if let Some(abi) = function.convention {
            signature = signature.with_abi(abi);
        }
        Ok(Typed {
            ty: Ty::Function(Arc::new(Function {
                signature,
                prototyped: !is_unprototyped,
                result: result_key,
                old_style,
            })),
            key,
            align: None,
            certainty,
            span,
        })
    }

    /// The type of a parameter or a result. "The parameters in a parameter type list in a function declarator that
    /// is part of a definition of that function shall not have incomplete type" (C11 6.7.6.3, 4): in others they
    /// may, and so may the result, as long as nobody calls it.
    pub(super) fn part(typed: Typed, open: &mut Option<Incomplete>) -> Result<CType, Fault> {
        let is_open = matches!(&typed.ty, Ty::Incomplete(Incomplete::Tag(..)));
        match complete(typed) {
            Err(fault) if is_open => {
                let span = fault.span;
                *open = Some(Incomplete::Function(Arc::new(fault.into_kind()), span));
                // Nobody sees it.
                Ok(CType::POINTER)
            }
            part => part,
        }
    }

    /// The signature; in a header, with less of what its pointers point to where all of it is too much.
    fn signature(&self, parameters: Vec<CType>, result: CType) -> Result<Signature, TypeError> {
        if !self.is_header {
            return Signature::new(parameters, result);
        }
        let all: usize = parameters.iter().map(CType::nodes).sum();
        if all + result.nodes() <= MAX_NODES {
            return Signature::new(parameters, result);
        }
        let most = MAX_NODES / (parameters.len() + 2);
        let less = |ty: CType| match ty.nodes() > most {
            true => pruned(&ty),
            false => Ok(ty),
        };
        let parameters: Vec<CType> = parameters.into_iter().map(less).collect::<Result<_, _>>()?;
        Signature::new(parameters, less(result)?)
    }

    /// "The special case of an unnamed parameter of type void as the only item in the list specifies
    /// that the function has no parameters." (C11 6.7.6.3, 10)
    fn parameters(
        &mut self,
        function: &ast::Function<'a>,
        open: &mut Option<Incomplete>,
    ) -> Result<(Vec<CType>, Key), Fault> {
        let mut key = FUNCTION;
        if let [only] = function.parameters.as_slice()
            && !function.variadic
            && only.declarator.name.is_none()
            && only.declarator.derivations.is_empty()
            && !matches!(only.specifiers.base, Base::Record(_) | Base::Enum(_))
            && self.base(&only.specifiers)?.ty == Ty::Complete(CType::Void)
        {
            return Ok((Vec::new(), key));
        }
        let mut parameters = Vec::with_capacity(function.parameters.len());
        for parameter in &function.parameters {
            let typed = self.parameter(parameter)?;
            key = key.with(typed.key);
            parameters.push(match &typed.ty {
                Ty::Incomplete(_) => Self::part(typed, open)?,
                _ => value(typed)?,
            });
        }
        Ok((parameters, key))
    }

    /// "A declaration of a parameter as array of type shall be adjusted to qualified pointer to type"
    /// and "as function returning type [...] to pointer to function returning type" (C11 6.7.6.3, 7
    /// and 8). What the array's length would be does not matter.
    fn parameter(&mut self, parameter: &Parameter<'a>) -> Result<Typed, Fault> {
        let (specifiers, declarator) = (&parameter.specifiers, &parameter.declarator);
        let base = self.base(specifiers)?;
        self.parameter_of(base, specifiers, declarator, parameter.span)
    }

    /// One of this base type.
    #[inline(always)]
    pub(super) fn parameter_of(
        &mut self,
        base: Typed,
        specifiers: &ast::Specifiers<'a>,
        declarator: &ast::Declarator<'a>,
        span: Span,
    ) -> Result<Typed, Fault> {
        for attributes in [&specifiers.attributes, &declarator.attributes] {
            if let Some(span) = attributes.alignment() {
                return Err(Fault::unsupported(
                    "parameters with an alignment of their own",
                    span,
                ));
            }
        }
        let base = self.shaped(base, &declarator.attributes)?;
        let derivations = &declarator.derivations;
        if let [first, rest @ ..] = derivations.as_slice()
            && let DerivationKind::Array(length) = &first.kind
        {
            self.check_length(length)?;
            let element = self.derive(base, rest)?;
            if element.ty == Ty::Incomplete(Incomplete::Variable) {
                return self.pointer(element, first.span);
            }
            let ty = Ty::Complete(element_of_array(element.clone())?);
            return self.pointer(Typed { ty, ..element }, first.span);
        }
        let derived = self.derive(base, derivations)?;
        match &derived.ty {
            Ty::Function(_) | Ty::Incomplete(Incomplete::Function(..)) => {
                self.pointer(derived, span)
            }
            Ty::Complete(CType::Array(array)) => {
                let element = Typed {
                    ty: Ty::Complete(array.element().clone()),
                    ..derived.clone()
                };
                self.pointer(element, span)
            }
            Ty::Incomplete(Incomplete::Array(element)) if derivations.is_empty() => {
                let element = Typed {
                    ty: Ty::Complete(element.clone()),
                    ..derived.clone()
                };
                self.pointer(element, span)
            }
            Ty::Complete(CType::Struct(_) | CType::Union(_)) => self.not_realigned(derived),
            _ => Ok(derived),
        }
    }

    /// A struct or union that a typedef aligns is passed as compilers see fit.
    fn not_realigned(&mut self, typed: Typed) -> Result<Typed, Fault> {
        if let (Some(align), Ty::Complete(ty)) = (typed.align, &typed.ty) {
            let (_, natural) = self.measure(ty, typed.key, typed.span)?;
            if usize::from(align) != natural {
                let what = "parameters with an alignment of their own";
                return Err(Fault::unsupported(what, typed.span));
            }
        }
        Ok(typed)
    }
}

/// The key of an array of so many elements, of that of one without a length.
pub(super) fn key_of_array(key: Key, len: usize) -> Key {
    key.and(1).and(len as u64)
}

/// The key of a function without parameters, to which those of its parameters are added, one after the other.
pub(super) const FUNCTION: Key = Key::of("function");

/// The key of a function whose parameters have made this key.
pub(super) fn key_of_function(
    mut key: Key,
    variadic: bool,
    convention: Option<Abi>,
    result: Key,
) -> Key {
    if variadic {
        key = key.and(1);
    }
    if let Some(abi) = convention {
        key = key.and(2 + abi as u64);
    }
    key.with(result)
}

/// Whether an expression has a value only at run time.
fn is_variable(fault: &Fault) -> bool {
    matches!(fault.kind, ErrorKind::NotConstant { .. })
}

fn element_of_array(element: Typed) -> Result<CType, Fault> {
    match element.ty {
        Ty::Function(_) | Ty::Incomplete(Incomplete::Function(..)) => Err(Fault::invalid(
            "an array cannot hold functions",
            element.span,
        )),
        _ => value(element),
    }
}
