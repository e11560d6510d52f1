use trampette_types::{CType, Field, TypeError};

use super::Scope;
use crate::ast::{Alignment, AlignmentValue, Attributes, Spelling};
use crate::error::{At, Fault};
use crate::span::Span;

/// What `aligned` alone asks for, in bytes. "The compiler automatically sets the alignment [...] to the
/// largest alignment that is ever used for any data type on the target machine" (GCC, "Common Variable
/// Attributes"): 16 on every platform here, unless a compiler is told that the processor has AVX.
const MOST: usize = 16;

impl<'a> Scope<'a> {
    /// The strictest alignment that is asked for: of a type, or of a member.
    pub(super) fn alignment(
        &mut self,
        attributes: &Attributes<'a>,
        member: Option<&Field>,
    ) -> Result<Option<usize>, Fault> {
        let (mut strictest, mut specified) = (None, None);
        for alignment in &attributes.alignments {
            let bytes = self.bytes(alignment)?;
            if alignment.spelling == Spelling::C {
                let (before, _) = specified.unwrap_or((None, alignment.span));
                specified = Some((before.max(bytes), alignment.span));
            }
            strictest = strictest.max(bytes);
        }
        if let (Some(field), Some((bytes, span))) = (member, specified) {
            self.check_specifier(span, bytes, field)?;
        }
        Ok(strictest)
    }

    /// How many bytes are asked for: a power of two, or none. "An alignment specification of zero has no
    /// effect." (C11 6.7.5, 6)
    fn bytes(&mut self, alignment: &Alignment<'a>) -> Result<Option<usize>, Fault> {
        let bytes = match &alignment.value {
            AlignmentValue::Most => MOST,
            AlignmentValue::Type(ty) => self.align_of_type(ty)?,
            AlignmentValue::Bytes(bytes) => match self.count(bytes)? {
                0 if alignment.spelling == Spelling::C => return Ok(None),
                bytes => bytes,
            },
        };
        // Fields and records have the same alignments.
        let probe = Field::unnamed(CType::Bool).with_align(bytes);
        probe.map(|_| Some(bytes)).at(alignment.span)
    }

    /// "An alignment attribute shall not be specified in a declaration of a typedef, or a bit-field, or a
    /// function, or a parameter [...]. The combined effect of all alignment attributes in a declaration
    /// shall not specify an alignment that is less strict than the alignment that would otherwise be
    /// required" (C11 6.7.5, 2 and 4).
    fn check_specifier(
        &self,
        span: Span,
        bytes: Option<usize>,
        field: &Field,
    ) -> Result<(), Fault> {
        if field.bits().is_some() {
            let what = "a bit-field has no alignment specifier";
            return Err(Fault::invalid(what, span));
        }
        let natural = match field.ty().layout(self.options.model()) {
            Ok(layout) => layout.align(),
            // Where the whole is laid out, it is said.
            Err(TypeError::SizeOverflow { .. }) => return Ok(()),
            Err(error) => return Err(error).at(span),
        };
        if bytes.is_some_and(|bytes| bytes < natural) {
            let what = "an alignment specifier asks for no less than the type needs";
            return Err(Fault::invalid(what, span));
        }
        Ok(())
    }
}
