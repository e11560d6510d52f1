//! Where the pieces of a batch go, before any of them is there.

use crate::address_space::AddressSpace;
use crate::code_ptr::CodePtr;
use crate::error::ExecError;
use crate::image::Image;
use crate::installer::Installer;
use crate::options::Geometry;
use crate::strategy::Strategy;
use crate::system;

/// A range of address space under one mapping, and the image of what is (to be) there.
#[derive(Debug)]
pub(crate) struct Span {
    at: CodePtr,
    bytes: usize,
    image: Image,
    /// How much of the image is published. Behind it are bytes whose addresses nobody has.
    published: usize,
}

impl Span {
    fn new(at: CodePtr, bytes: usize) -> Result<Self, ExecError> {
        let image = Image::new(bytes)?;
        Ok(Self {
            at,
            bytes,
            image,
            published: 0,
        })
    }

    fn push(&mut self, piece: &[u8]) -> Option<CodePtr> {
        self.image.push(piece).map(|offset| self.at.add(offset))
    }

    /// The pages to be installed, and where: all of the span's, if those that are executable already
    /// can be replaced, or else those that are not.
    fn new_pages(&self, page: usize) -> (CodePtr, &[u8]) {
        let old = if system::REPLACES { 0 } else { self.published };
        (self.at.add(old), &self.image.pages(page)[old..])
    }

    /// What was installed is published. Where pages cannot be replaced, what comes later begins on
    /// another.
    fn publish(&mut self, page: usize) {
        if !system::REPLACES {
            self.image.fill_page(page);
        }
        self.published = self.image.used();
    }

    fn is_changed(&self) -> bool {
        self.image.used() != self.published
    }
}

/// The spans that a batch touches. Nothing is known outside until it is committed.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The span that was open before, if there was one.
    before: Option<Span>,
    fresh: Vec<Span>,
    large: Vec<Span>,
}

impl Plan {
    /// A plan that begins in the open span.
    pub(crate) fn new(open: Option<Span>) -> Self {
        Self {
            before: open,
            fresh: Vec::new(),
            large: Vec::new(),
        }
    }

    /// Finds a place for each piece and copies it into the image there.
    pub(crate) fn lay_out(
        &mut self,
        batch: &[&[u8]],
        space: &mut AddressSpace,
        geometry: &Geometry,
    ) -> Result<Vec<CodePtr>, ExecError> {
        batch
            .iter()
            .enumerate()
            .map(|(index, piece)| match piece.len() {
                0 => Err(ExecError::EmptyPiece { index }),
                n if n > geometry.span => self.place_large(piece, space, geometry),
                _ => self.place(piece, space, geometry),
            })
            .collect()
    }

    /// Makes everything executable that has been laid out: one mapping for each span.
    pub(crate) fn install(
        &self,
        installer: &mut Installer,
        strategies: &[Strategy],
        geometry: &Geometry,
    ) -> Result<(), ExecError> {
        for span in self.spans().filter(|span| span.is_changed()) {
            let (at, pages) = span.new_pages(geometry.page);
            // SAFETY: the span begins at a page boundary of a reservation and has room for its
            // image; the pages hold all bytes that were published in them, unchanged.
            unsafe { installer.install(at, pages, strategies, geometry) }?;
            let new = span.at.add(span.published);
            // SAFETY: the pages are mapped since the line above.
            unsafe { crate::icache::synchronise(new, span.image.used() - span.published) };
        }
        Ok(())
    }

    /// Makes the plan a fact. The span to go on with is returned; the images of the others are
    /// freed, while their code stays for ever.
    pub(crate) fn commit(mut self, geometry: &Geometry) -> Option<Span> {
        let mut open = self.fresh.pop().or(self.before)?;
        open.publish(geometry.page);
        Some(open)
    }

    /// Forgets the plan. What it has already mapped holds no address that anybody knows, and is
    /// replaced when the spans are used again.
    pub(crate) fn roll_back(self, space: &mut AddressSpace, geometry: &Geometry) -> Option<Span> {
        for span in self.fresh.iter().chain(&self.large) {
            space.give_back(span.at, span.bytes, geometry);
        }
        let mut open = self.before?;
        open.image.truncate(open.published);
        Some(open)
    }

    /// How many spans are new.
    pub(crate) fn new_spans(&self) -> usize {
        self.fresh.len() + self.large.len()
    }

    fn spans(&self) -> impl Iterator<Item = &Span> {
        self.before.iter().chain(&self.fresh).chain(&self.large)
    }

    fn place(
        &mut self,
        piece: &[u8],
        space: &mut AddressSpace,
        geometry: &Geometry,
    ) -> Result<CodePtr, ExecError> {
        let filling = self.fresh.last_mut().or(self.before.as_mut());
        if let Some(at) = filling.and_then(|span| span.push(piece)) {
            return Ok(at);
        }
        let at = space.take_span(geometry)?;
        add(&mut self.fresh, at, geometry.span, piece)
            .inspect_err(|_| space.give_back(at, geometry.span, geometry))
    }

    fn place_large(
        &mut self,
        piece: &[u8],
        space: &mut AddressSpace,
        geometry: &Geometry,
    ) -> Result<CodePtr, ExecError> {
        // A slice is at most `isize::MAX` bytes long, so this does not overflow.
        let bytes = piece.len().next_multiple_of(geometry.page);
        let at = space.take_large(bytes, geometry)?;
        add(&mut self.large, at, bytes, piece).inspect_err(|_| space.give_back(at, bytes, geometry))
    }
}

/// Opens a span with a piece that fits.
fn add(
    spans: &mut Vec<Span>,
    at: CodePtr,
    bytes: usize,
    piece: &[u8],
) -> Result<CodePtr, ExecError> {
    let mut span = Span::new(at, bytes)?;
    span.push(piece);
    spans.push(span);
    Ok(at)
}
