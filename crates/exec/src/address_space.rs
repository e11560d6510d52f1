//! Which address belongs to what: reservations, cut into spans.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::code_ptr::CodePtr;
use crate::error::ExecError;
use crate::options::Geometry;
use crate::{system, unwind};

/// Where the last reservation of this process is: a hint for the next one, be it of code or of
/// thunks, so that all lie together near the text.
static NEIGHBOUR: AtomicUsize = AtomicUsize::new(0);

/// All address space of one [`CodeMemory`](crate::CodeMemory). It only grows: there may be code
/// in every span that was ever taken.
#[derive(Debug, Default)]
pub(crate) struct AddressSpace {
    /// The reservation that spans are cut from.
    current: Option<Reservation>,
    /// Spans that were taken and given back unused.
    spare: Vec<CodePtr>,
    /// Bytes reserved so far.
    reserved: usize,
    /// The largest distance of any byte of ours to the program's text.
    farthest: usize,
}

#[derive(Debug)]
struct Reservation {
    at: CodePtr,
    bytes: usize,
    taken: usize,
}

impl AddressSpace {
    /// Takes one span.
    pub(crate) fn take_span(&mut self, geometry: &Geometry) -> Result<CodePtr, ExecError> {
        if let Some(span) = self.spare.pop() {
            return Ok(span);
        }
        if let Some(span) = self.current.as_mut().and_then(|r| r.cut(geometry.span)) {
            return Ok(span);
        }
        let mut fresh = self.reserve_some(geometry)?;
        let span = fresh.cut(geometry.span);
        self.current = Some(fresh);
        span.ok_or(ExecError::BadOptions {
            reason: "the reservation must hold a span",
        })
    }

    /// Takes a range of its own for something larger than a span.
    pub(crate) fn take_large(
        &mut self,
        bytes: usize,
        geometry: &Geometry,
    ) -> Result<CodePtr, ExecError> {
        self.reserve(bytes, geometry)
    }

    /// Makes sure that there is a span to take.
    pub(crate) fn prewarm(&mut self, geometry: &Geometry) -> Result<(), ExecError> {
        let span = self.take_span(geometry)?;
        self.spare.push(span);
        Ok(())
    }

    /// Takes back a span or a large range whose addresses were never handed out.
    pub(crate) fn give_back(&mut self, at: CodePtr, bytes: usize, geometry: &Geometry) {
        if bytes == geometry.span {
            self.spare.push(at);
            return;
        }
        // SAFETY: reserved by `take_large`, and never handed out.
        unsafe { system::release(at, bytes) };
        self.reserved -= bytes;
    }

    /// Bytes of address space reserved so far.
    pub(crate) fn reserved(&self) -> usize {
        self.reserved
    }

    /// How far the farthest byte is from the program's text, once there is any.
    pub(crate) fn farthest(&self) -> Option<usize> {
        (self.reserved > 0).then_some(self.farthest)
    }

    /// Reserves as much as the options want, or less where the process may not have so much.
    fn reserve_some(&mut self, geometry: &Geometry) -> Result<Reservation, ExecError> {
        let mut spans = geometry.reservation / geometry.span;
        loop {
            let bytes = spans * geometry.span;
            match self.reserve(bytes, geometry) {
                Ok(at) => {
                    if geometry.frame_pointers {
                        unwind::describe(at, bytes);
                    }
                    return Ok(Reservation {
                        at,
                        bytes,
                        taken: 0,
                    });
                }
                Err(_) if spans > 1 => spans /= 2,
                Err(e) => return Err(e),
            }
        }
    }

    fn reserve(&mut self, bytes: usize, geometry: &Geometry) -> Result<CodePtr, ExecError> {
        if system::STRATEGIES.is_empty() {
            return Err(ExecError::Unsupported {
                os: std::env::consts::OS,
            });
        }
        let neighbour = NEIGHBOUR.load(Ordering::Relaxed);
        let at = system::reserve(bytes, geometry.page, geometry.near, Some(neighbour))
            .map_err(|errno| ExecError::AddressSpace { bytes, errno })?;
        NEIGHBOUR.store(at.addr(), Ordering::Relaxed);
        self.reserved += bytes;
        let far = distance(at.addr(), bytes, geometry.near);
        self.farthest = self.farthest.max(far);
        Ok(at)
    }
}

impl Reservation {
    fn cut(&mut self, span: usize) -> Option<CodePtr> {
        let start = self.taken;
        (self.bytes - start >= span).then(|| {
            self.taken += span;
            self.at.add(start)
        })
    }
}

/// How far the farthest byte of a range is from the address `near`.
pub(crate) fn distance(at: usize, bytes: usize, near: usize) -> usize {
    at.abs_diff(near)
        .max(at.saturating_add(bytes).abs_diff(near))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::options::Options;

    fn small() -> Result<Geometry, ExecError> {
        Options::new().reservation(4 << 16).geometry()
    }

    #[test]
    fn spans_are_distinct_and_a_second_reservation_follows_the_first() -> Result<(), ExecError> {
        let geometry = small()?;
        let mut space = AddressSpace::default();
        let mut taken = Vec::new();
        for _ in 0..9 {
            taken.push(space.take_span(&geometry)?.addr());
        }
        taken.sort_unstable();
        assert!(taken.windows(2).all(|w| w[1] - w[0] >= geometry.span));
        assert_eq!(space.reserved(), 3 * geometry.reservation);
        assert!(space.farthest() < Some(1 << 31));
        Ok(())
    }

    #[test]
    fn what_is_given_back_is_taken_first() -> Result<(), ExecError> {
        let geometry = small()?;
        let mut space = AddressSpace::default();
        let first = space.take_span(&geometry)?;
        let second = space.take_span(&geometry)?;
        space.give_back(first, geometry.span, &geometry);
        assert_eq!(space.take_span(&geometry)?, first);
        assert_ne!(space.take_span(&geometry)?, second);
        Ok(())
    }

    #[test]
    fn a_reservation_that_is_too_large_is_halved() -> Result<(), ExecError> {
        let geometry = Options::new().reservation(1 << 62).geometry()?;
        let mut space = AddressSpace::default();
        space.take_span(&geometry)?;
        assert!(space.reserved() >= geometry.span);
        assert!(space.reserved() < 1 << 62);
        Ok(())
    }
}
