//! Sizes of types in constant expressions. A text of a few megabytes may ask for them a hundred thousand times, and a
//! type may have tens of thousands of parts: so answers are kept, and all of the work has a limit.

use trampette_types::{CType, Layout, TypeError};

use super::Scope;
use super::kind::OTHER;
use crate::error::{At, Fault};
use crate::names::{Key, Map};
use crate::span::Span;

/// The most parts of types that are looked at for one text, again and again those of one type: seconds of work.
pub(super) const MAX_WORK: usize = 1 << 29;

#[derive(Debug, Default)]
pub(super) struct Measured {
    sizes: Map<Key, (usize, usize)>,
    pub(super) work: usize,
}

impl<'a> Scope<'a> {
    /// The size and the alignment of a type that has this key.
    pub(super) fn measure(
        &mut self,
        ty: &CType,
        key: Key,
        span: Span,
    ) -> Result<(usize, usize), Fault> {
        // The types of members are known without their names.
        let is_kept = matches!(ty, CType::Struct(_) | CType::Union(_)) && key != OTHER;
        if let Some(&known) = self.measured.sizes.get(&key).filter(|_| is_kept) {
            return Ok(known);
        }
        let layout = self.layout(ty, span)?;
        let found = (layout.size(), layout.align());
        // Enums may be defined later, and others are measured in no time.
        if is_kept {
            self.measured.sizes.insert(key, found);
        }
        Ok(found)
    }

    /// The layout of a type.
    pub(super) fn layout(&mut self, ty: &CType, span: Span) -> Result<Layout, Fault> {
        self.measured.work = self.measured.work.saturating_add(ty.nodes());
        if self.measured.work > MAX_WORK {
            return Err(TypeError::TooManyNodes).at(span);
        }
        ty.layout(self.options.model()).at(span)
    }
}
