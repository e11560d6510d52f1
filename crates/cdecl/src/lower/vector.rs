use trampette_types::CType;

use super::kind::{float_of_mode, of_size, simple, size_of_mode};
use super::record::refuse_unknown;
use super::{Scope, Ty, Typed, value};
use crate::ast::{Attributes, Mode, VectorSize};
use crate::error::{At, Fault};
use crate::names::Certainty;

impl<'a> Scope<'a> {
    /// The base type of a declaration, or what `mode` and `vector_size` make of it. Behind a declarator too
    /// it is the base type that becomes a vector, and not what is derived from it: as GCC 12 has it, where
    /// Clang 14 refuses it.
    #[inline]
    pub(super) fn shaped(
        &mut self,
        base: Typed,
        attributes: &Attributes<'a>,
    ) -> Result<Typed, Fault> {
        match attributes.shape() {
            None => Ok(base),
            Some(_) => self.reshaped(base, attributes),
        }
    }

    fn reshaped(&mut self, mut base: Typed, attributes: &Attributes<'a>) -> Result<Typed, Fault> {
        refuse_unknown(attributes)?;
        if let Some(mode) = attributes.mode {
            base = self.of_mode(base, mode)?;
        }
        match &attributes.vector {
            None => Ok(base),
            Some(vector) => self.vectorized(base, vector),
        }
    }

    fn vectorized(&mut self, base: Typed, vector: &VectorSize<'a>) -> Result<Typed, Fault> {
        let (lane, span) = (value(base)?, vector.span);
        let size = lane.layout(self.options.model()).at(span)?.size();
        let given = self.count(&vector.bytes)?;
        let bytes = match vector.counts {
            true => given.saturating_mul(size),
            false => given,
        };
        if size == 0 || !bytes.is_multiple_of(size) {
            let what = "the size of a vector is a multiple of that of its numbers";
            return Err(Fault::invalid(what, span));
        }
        let ty = CType::vector(lane, bytes / size).at(span)?;
        Ok(Typed {
            key: simple(&ty, self.options.model()),
            ty: Ty::Complete(ty),
            align: None,
            certainty: Certainty::Exact,
            span,
        })
    }

    /// "This attribute specifies the data type for the declaration: whichever type corresponds to the mode"
    /// (GCC, "Common Variable Attributes").
    fn of_mode(&self, base: Typed, mode: Mode<'a>) -> Result<Typed, Fault> {
        let (ty, span, model) = (value(base)?, mode.span, self.options.model());
        let found = match &ty {
            CType::Float(_) => float_of_mode(mode.name, model).map(CType::Float),
            CType::Complex(_) => float_of_mode(mode.name, model).map(CType::Complex),
            _ => size_of_mode(mode.name).and_then(|size| of_size(&ty, size, model)),
        };
        let Some(ty) = found else {
            let what = format!("modes such as `{}` of this type", mode.name);
            return Err(Fault::unsupported(what, span));
        };
        Ok(Typed {
            key: simple(&ty, model),
            ty: Ty::Complete(ty),
            align: None,
            certainty: Certainty::Exact,
            span,
        })
    }
}
