//! Making room: the one part of a pool that takes a lock and asks the system.

use memmap2::MmapMut;

use super::arenas::{Arenas, MOST_SPANS, PER_SPAN, SPAN, STRIDE};
use super::thunk::{DISTANCE, THUNK_SIZE, ThunkKind};
use crate::address_space::AddressSpace;
use crate::code_ptr::CodePtr;
use crate::depot::Depot;
use crate::error::ExecError;
use crate::icache;
use crate::installer::Installer;
use crate::options::{Geometry, Options};
use crate::strategy::Immutability;
use crate::system;

/// What is known about the spans of a pool beyond where they are.
#[derive(Debug, Default)]
pub(super) struct Spans {
    pub(super) space: AddressSpace,
    pub(super) installer: Installer,
    open: Option<Open>,
    pattern: Pattern,
}

/// The arena that the next span goes to.
#[derive(Clone, Copy, Debug)]
struct Open {
    run: usize,
    base: CodePtr,
    spans: usize,
    made: usize,
}

/// The code of all spans of a pool is the same, so that sealed pages need not be written twice:
/// the kernel is asked to map the first ones once more. This takes no more memory, needs no
/// descriptor, and a sandbox that forbids new executable pages does not forbid it.
#[derive(Clone, Copy, Debug, Default)]
enum Pattern {
    #[default]
    None,
    /// These pages can be mapped again, it seems.
    Promising(CodePtr),
    /// It was tried.
    Proven(CodePtr),
    Useless,
}

/// The pool that room is made for.
pub(super) struct Site<'a> {
    pub(super) kind: &'a ThunkKind,
    pub(super) options: &'a Options,
    pub(super) arenas: &'a Arenas,
    pub(super) depot: &'a Depot,
}

impl Spans {
    /// Adds one span of fresh thunks to the depot. When it fails, nothing has changed that anybody
    /// could see, and it may be tried again.
    pub(super) fn make(&mut self, site: &Site<'_>) -> Result<(), ExecError> {
        let geometry = geometry(site.options)?;
        let mut open = match self.open {
            Some(open) if open.made < open.spans => open,
            _ => self.begin_arena(site.arenas, &geometry)?,
        };
        self.open = Some(open);
        let at = open.base.add(open.made * STRIDE);
        make_data(at.add(SPAN))?;
        self.make_code(at, site, &geometry)?;
        open.made += 1;
        self.open = Some(open);
        site.depot.open(site.arenas, open.run);
        let thunks = open.made * PER_SPAN as usize;
        #[expect(clippy::cast_possible_truncation, reason = "a run has 2^26 at most")]
        site.depot.fresh.publish(open.run, thunks as u32);
        Ok(())
    }

    /// Reserves as much as there was before, or less where the process may not have so much.
    fn begin_arena(&mut self, arenas: &Arenas, geometry: &Geometry) -> Result<Open, ExecError> {
        let run = arenas.vacant().ok_or(FULL)?;
        let usual = geometry.reservation.max(self.space.reserved()) / STRIDE;
        let mut spans = usual.clamp(1, MOST_SPANS);
        loop {
            match self.space.take_large(spans * STRIDE, geometry) {
                Ok(base) => {
                    arenas.add(run, base, spans * STRIDE);
                    return Ok(Open {
                        run,
                        base,
                        spans,
                        made: 0,
                    });
                }
                Err(_) if spans > 1 => spans /= 2,
                Err(e) => return Err(e),
            }
        }
    }

    fn make_code(
        &mut self,
        at: CodePtr,
        site: &Site<'_>,
        geometry: &Geometry,
    ) -> Result<(), ExecError> {
        if !self.repeat(at, geometry) {
            let image = image(site.kind)?;
            let strategies = site.options.strategies();
            // SAFETY: the span is ours, at a page boundary, and nobody knows its address.
            unsafe { self.installer.install(at, &image, strategies, geometry) }?;
            self.pattern = match (self.pattern, self.installer.in_use()) {
                (Pattern::None, Some(strategy))
                    if strategy.immutability() == Immutability::Sealed =>
                {
                    Pattern::Promising(at)
                }
                (before, _) => before,
            };
        }
        // SAFETY: the pages are mapped since the lines above.
        unsafe { icache::synchronise(at, SPAN) };
        Ok(())
    }

    /// Maps the code of another span here as well, if that can be done.
    fn repeat(&mut self, at: CodePtr, geometry: &Geometry) -> bool {
        if let Pattern::Promising(first) = self.pattern {
            // SAFETY: `first` is the code of a span.
            self.pattern = match unsafe { system::repeats(first, SPAN, geometry.page) } {
                true => Pattern::Proven(first),
                false => Pattern::Useless,
            };
        }
        let Pattern::Proven(first) = self.pattern else {
            return false;
        };
        // SAFETY: `first` is the code of a span, and this one is ours and unknown to others.
        unsafe { system::repeat(first, at, SPAN) }.is_ok()
    }
}

/// No more than 32 arenas: they double in size, so that this is beyond any address space but one
/// in which there is only room for the smallest.
const FULL: ExecError = ExecError::AddressSpace {
    bytes: STRIDE,
    errno: system::NO_MEMORY,
};

/// The geometry, if thunks can have it.
pub(super) fn geometry(options: &Options) -> Result<Geometry, ExecError> {
    let geometry = options.geometry()?;
    if geometry.page > SPAN {
        return Err(ExecError::BadOptions {
            reason: "thunks need pages of 128 KiB or less",
        });
    }
    Ok(geometry)
}

/// Makes the data of a span writable. It was never touched, so it is zero.
fn make_data(at: CodePtr) -> Result<(), ExecError> {
    // SAFETY: the range is reserved, inaccessible or (after a failure) unused, and only ours.
    unsafe { system::make_writable(at, SPAN) }
        .map_err(|errno| ExecError::AddressSpace { bytes: SPAN, errno })
}

/// The code of a span.
fn image(kind: &ThunkKind) -> Result<MmapMut, ExecError> {
    let mut image = MmapMut::map_anon(SPAN).map_err(|e| ExecError::AddressSpace {
        bytes: SPAN,
        errno: e.raw_os_error().unwrap_or_default(),
    })?;
    let thunk = (kind.emit)(DISTANCE);
    for place in image.chunks_exact_mut(THUNK_SIZE) {
        place.copy_from_slice(&thunk);
    }
    Ok(image)
}
