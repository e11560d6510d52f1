use trampette_types::CType;

use super::{Scope, Ty, Typed, value};
use crate::ast::Attributes;
use crate::error::{At, Fault};

impl<'a> Scope<'a> {
    /// The base type of a declaration, or a vector of it, where `vector_size` says so. Behind a declarator too
    /// it is the base type that becomes one, and not what is derived from it: as GCC 12 has it, where Clang 14
    /// refuses it.
    pub(super) fn vectorized(
        &self,
        base: Typed<'a>,
        attributes: &Attributes<'a>,
    ) -> Result<Typed<'a>, Fault> {
        let Some(vector) = attributes.vector else {
            return Ok(base);
        };
        let (lane, span) = (value(base)?, vector.span);
        let size = lane.layout(self.options.model()).at(span)?.size();
        let bytes = usize::try_from(vector.bytes).unwrap_or(usize::MAX);
        if !bytes.is_multiple_of(size) {
            let what = "the size of a vector is a multiple of that of its numbers";
            return Err(Fault::invalid(what, span));
        }
        let len = bytes.checked_div(size).unwrap_or(0);
        let ty = CType::vector(lane, len).at(span)?;
        Ok(Typed {
            ty: Ty::Complete(ty),
            span,
        })
    }
}
