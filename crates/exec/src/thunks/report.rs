//! What a user is told who asks about thunks.

use std::fmt;

use super::arenas::PER_SPAN;
use crate::strategy::{Immutability, Refusal, Strategy};

/// The state of a [`ThunkPool`](crate::ThunkPool) at one instant, as far as there is one while
/// threads go on. Its `Display` is a table.
///
/// ```
/// use trampette_exec::{ThunkKind, ThunkPool};
///
/// static POOL: ThunkPool = ThunkPool::new(ThunkKind { name: "traps", emit: |_| [0xcc; 64], biased: false });
///
/// assert_eq!(POOL.report().mappings(), 0); // nothing was asked for yet
/// # #[cfg(target_os = "linux")] {
/// POOL.prewarm(3000)?;
/// assert_eq!(POOL.report().mappings(), 4); // 2,048 thunks in two
/// # }
/// println!("{}", POOL.report());
/// # Ok::<(), trampette_exec::ExecError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ThunkReport {
    pub(super) kind: &'static str,
    pub(super) strategy: Option<Strategy>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) immutability: Option<Immutability>,
    pub(super) made: u64,
    pub(super) fresh: u64,
    pub(super) taken: usize,
    pub(super) quarantined: u64,
    pub(super) reserved: usize,
    pub(super) distance: Option<usize>,
    pub(super) abandoned: u32,
}

impl ThunkReport {
    /// The name of the kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The strategy that made code executable last, if any has been tried and worked. Later spans
    /// may have been made by mapping its pages once more.
    #[must_use]
    pub fn strategy(&self) -> Option<Strategy> {
        self.strategy
    }

    /// What was refused for good, in the order in which it was tried.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// The weakest protection that the code of any thunk was given.
    #[must_use]
    pub fn immutability(&self) -> Option<Immutability> {
        self.immutability
    }

    /// How many spans there are: 2,048 thunks each, with 128 KiB of code and 128 KiB of data.
    #[must_use]
    pub fn spans(&self) -> u64 {
        self.made / u64::from(PER_SPAN)
    }

    /// How many mappings they are: one of code and one of data each.
    #[must_use]
    pub fn mappings(&self) -> u64 {
        2 * self.spans()
    }

    /// How many thunks can be taken in these spans before any is used again.
    #[must_use]
    pub fn fresh(&self) -> u64 {
        self.fresh
    }

    /// How many thunks are taken and not retired, counted one by one.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// How many are retired and not used again, without the last few of each thread.
    #[must_use]
    pub fn quarantined(&self) -> u64 {
        self.quarantined
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

    /// How many times this process or an ancestor of it was forked while room was being made. It
    /// then began to count reserved space and refusals anew.
    #[must_use]
    pub fn abandoned(&self) -> u32 {
        self.abandoned
    }
}

impl fmt::Display for ThunkReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "thunks        {}", self.kind)?;
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
        let (spans, mappings) = (self.spans(), self.mappings());
        writeln!(f, "spans         {spans} in {mappings} mappings")?;
        writeln!(f, "taken         {}", self.taken)?;
        writeln!(f, "quarantined   {}", self.quarantined)?;
        writeln!(f, "fresh         {}", self.fresh)?;
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
