//! What a user is told who asks how code gets executable here.

use std::fmt;

use crate::options::Geometry;
use crate::strategy::{Immutability, Refusal, Strategy};
use crate::system;

/// The state of a [`CodeMemory`](crate::CodeMemory) at one instant. Its `Display` is a table.
///
/// ```
/// use trampette_exec::CodeMemory;
///
/// let memory = CodeMemory::new();
/// assert_eq!(memory.report().strategy(), None); // nothing was published yet
/// # #[cfg(target_os = "linux")] {
/// memory.prewarm()?;
/// assert!(memory.report().strategy().is_some());
/// # }
/// println!("{}", memory.report());
/// # Ok::<(), trampette_exec::ExecError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) strategy: Option<Strategy>,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) immutability: Option<Immutability>,
    pub(crate) geometry: Option<Geometry>,
    pub(crate) spans: usize,
    pub(crate) pieces: usize,
    pub(crate) published: usize,
    pub(crate) reserved: usize,
    pub(crate) distance: Option<usize>,
    pub(crate) abandoned: u32,
}

impl Report {
    /// The strategy that worked last, if any has been tried and worked.
    #[must_use]
    pub fn strategy(&self) -> Option<Strategy> {
        self.strategy
    }

    /// What was refused for good, in the order in which it was tried.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// The weakest protection that any published page was given.
    #[must_use]
    pub fn immutability(&self) -> Option<Immutability> {
        self.immutability
    }

    /// Whether published pages are guarded: indirect branches into them must go to landing pads
    /// (AArch64's `bti c`).
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        system::is_guarded()
    }

    /// Bytes in a page, as the options or the system have it.
    #[must_use]
    pub fn page_size(&self) -> usize {
        self.geometry.map_or(0, |g| g.page)
    }

    /// Bytes in a span.
    #[must_use]
    pub fn span_size(&self) -> usize {
        self.geometry.map_or(0, |g| g.span)
    }

    /// How many spans hold code: the number of executable mappings.
    #[must_use]
    pub fn spans(&self) -> usize {
        self.spans
    }

    /// How many pieces were published.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// Bytes published, without what alignment has cost.
    #[must_use]
    pub fn published(&self) -> usize {
        self.published
    }

    /// Bytes of address space reserved.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.reserved
    }

    /// Bytes between the program's text and the farthest byte of reserved space.
    #[must_use]
    pub fn distance(&self) -> Option<usize> {
        self.distance
    }

    /// How many times this process or an ancestor of it was forked in the middle of a
    /// publication, and began anew. The other numbers count from there.
    #[must_use]
    pub fn abandoned(&self) -> u32 {
        self.abandoned
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.strategy {
            Some(strategy) => writeln!(f, "strategy      {strategy}")?,
            None => writeln!(f, "strategy      none has worked yet")?,
        }
        for refusal in &self.refusals {
            writeln!(f, "refused       {refusal}")?;
        }
        if let Some(immutability) = self.immutability {
            writeln!(f, "immutability  {immutability}")?;
        }
        if self.is_guarded() {
            writeln!(f, "branches      go to landing pads only")?;
        }
        writeln!(f, "page size     {} bytes", self.page_size())?;
        let (spans, span_size) = (self.spans, self.span_size());
        writeln!(f, "spans         {spans} of {span_size} bytes")?;
        let (published, pieces) = (self.published, self.pieces);
        writeln!(f, "published     {published} bytes in {pieces} pieces")?;
        write!(f, "reserved      {} bytes", self.reserved)?;
        if let Some(distance) = self.distance {
            write!(f, ", up to {distance} bytes from the text")?;
        }
        if self.abandoned > 0 {
            write!(f, "\nabandoned     {} times at a fork", self.abandoned)?;
        }
        Ok(())
    }
}
