//! How a [`CodeMemory`](crate::CodeMemory) is cut up and what it may do.

use crate::error::ExecError;
use crate::strategy::Strategy;
use crate::system;

/// Choices for [`CodeMemory::with_options`](crate::CodeMemory::with_options). The defaults are
/// right for programs; tests and sandboxes have their wishes.
///
/// ```
/// use trampette_exec::{CodeMemory, Options, Strategy};
///
/// let options = Options::new().span_size(128 << 10).strategy(Strategy::Anonymous);
/// let memory = CodeMemory::with_options(options)?;
/// # Ok::<(), trampette_exec::ExecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    page_size: Option<usize>,
    span_size: Option<usize>,
    reservation: Option<usize>,
    strategy: Option<Strategy>,
    near: Option<usize>,
    frame_pointers: bool,
}

impl Options {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            page_size: None,
            span_size: None,
            reservation: None,
            strategy: None,
            near: None,
            frame_pointers: false,
        }
    }

    /// Cuts memory up as a system with pages of `bytes` would. A power of two and at least the
    /// system's own page size, which is the default.
    #[must_use]
    pub const fn page_size(mut self, bytes: usize) -> Self {
        self.page_size = Some(bytes);
        self
    }

    /// How many bytes of code share one mapping: a multiple of the page size. Publishing writes
    /// the used part of a span anew, so larger spans mean fewer mappings and dearer publishing.
    /// 64 KiB, or a page where pages are larger, unless set.
    #[must_use]
    pub const fn span_size(mut self, bytes: usize) -> Self {
        self.span_size = Some(bytes);
        self
    }

    /// How many bytes of address space are reserved at once: a multiple of the span size. Address
    /// space that is not used costs nothing. 64 spans unless set.
    #[must_use]
    pub const fn reservation(mut self, bytes: usize) -> Self {
        self.reservation = Some(bytes);
        self
    }

    /// Uses this strategy or none.
    #[must_use]
    pub const fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = Some(strategy);
        self
    }

    /// The address near which code should lie, instead of this crate's own text.
    #[must_use]
    pub const fn near(mut self, address: usize) -> Self {
        self.near = Some(address);
        self
    }

    /// Says that the code keeps frame pointers, so that unwinders can be told of it: wherever it calls, it has
    /// pushed its caller's frame pointer right below the return address, made its own point there, and changed no
    /// other register that its caller keeps. (What only jumps on has no frame.)
    ///
    /// Panics, C++ exceptions and backtraces then pass it, on Linux and macOS; elsewhere nobody is told. Each
    /// reservation is registered once, which takes microseconds; a piece larger than a span is not described. With
    /// GCC's unwinder before version 13, whoever throws anything then waits for those who do so at the same time.
    #[must_use]
    pub const fn frame_pointers(mut self) -> Self {
        self.frame_pointers = true;
        self
    }

    /// The strategies that may be tried, in order.
    pub(crate) fn strategies(&self) -> &[Strategy] {
        self.strategy
            .as_ref()
            .map_or(system::STRATEGIES, std::slice::from_ref)
    }

    /// Fills in the defaults.
    pub(crate) fn geometry(&self) -> Result<Geometry, ExecError> {
        let system_page = region::page::size();
        let page = self.page_size.unwrap_or(system_page);
        if !page.is_power_of_two() || page < system_page {
            return bad("the page size must be a power of two, at least the system's");
        }
        let span = self.span_size.unwrap_or(page.max(DEFAULT_SPAN));
        if span == 0 || !span.is_multiple_of(page) {
            return bad("the span size must be a multiple of the page size");
        }
        let reservation = self
            .reservation
            .unwrap_or(span.saturating_mul(DEFAULT_SPANS));
        if reservation == 0 || !reservation.is_multiple_of(span) {
            return bad("the reservation must be a multiple of the span size");
        }
        Ok(Geometry {
            page,
            span,
            reservation,
            near: self.near.unwrap_or_else(system::own_text),
            frame_pointers: self.frame_pointers,
        })
    }
}

const DEFAULT_SPAN: usize = 64 << 10;
const DEFAULT_SPANS: usize = 64;

fn bad(reason: &'static str) -> Result<Geometry, ExecError> {
    Err(ExecError::BadOptions { reason })
}

/// The sizes that hold, in bytes, and the address to stay near to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    pub(crate) page: usize,
    pub(crate) span: usize,
    pub(crate) reservation: usize,
    pub(crate) near: usize,
    pub(crate) frame_pointers: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_must_divide_each_other() {
        for options in [
            Options::new().page_size(0),
            Options::new().page_size(5000),
            Options::new().page_size(1),
            Options::new().span_size(0),
            Options::new().span_size(5000),
            Options::new().page_size(64 << 10).span_size(16 << 10),
            Options::new().reservation(1 << 15),
            Options::new().reservation(0),
            Options::new().span_size(usize::MAX & !0xffff),
        ] {
            let outcome = options.geometry();
            assert!(
                matches!(outcome, Err(ExecError::BadOptions { .. })),
                "{options:?}"
            );
        }
    }

    #[test]
    fn a_page_larger_than_the_usual_span_is_a_span() {
        let geometry = Options::new().page_size(1 << 20).geometry();
        assert!(matches!(geometry, Ok(Geometry { span, .. }) if span == 1 << 20));
    }
}
