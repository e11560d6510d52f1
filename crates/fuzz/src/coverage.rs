//! What a campaign has met: which class of types, in which place, in which convention.
//!
//! ```
//! use trampette_fuzz::coverage::{Cell, Class, Coverage, Place};
//! use trampette::Abi;
//!
//! let mut coverage = Coverage::default();
//! coverage.note(&"sysv64 (i32, {i64, f64}) -> f64".parse()?);
//! let cell = Cell { abi: Abi::SysV64, class: Class::UpTo16, place: Place::Both };
//! assert_eq!(coverage.count(cell), 1);
//! println!("{coverage}");
//! # Ok::<(), trampette::ParseError>(())
//! ```

mod class;
mod document;
mod journeys;
mod names;
mod place;
mod reach;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use trampette::{Abi, CType, Signature};

use crate::convention;
use names::Names;
use reach::reach;

pub use class::Class;
pub use document::Document;
pub use journeys::{Journey, Journeys, Part};
pub use names::UnknownName;
pub use place::Place;

/// How often each class of types travelled in each place, by convention.
///
/// The place is the engine's own: its rows say where a value travels. Serialised, it is a map of
/// conventions to maps of classes to maps of places to counts, all by their names, so shards of a campaign
/// add up without loss.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Names", try_from = "Names")]
pub struct Coverage {
    counts: BTreeMap<Cell, u64>,
}

/// What is counted: values of a class in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// The convention.
    pub abi: Abi,
    /// The class of the value's type.
    pub class: Class,
    /// Where the value travels.
    pub place: Place,
}

impl Coverage {
    /// Counts the arguments and the result of a signature. One without rows, which no campaign calls,
    /// counts nothing.
    pub fn note(&mut self, signature: &Signature) {
        let Some(layout) = convention::rows(signature) else {
            return;
        };
        let abi = convention::abi_of(signature);
        for (index, ty) in signature.params().iter().enumerate() {
            self.note_value(abi, ty, Place::of_argument(&layout, index));
        }
        if *signature.result() != CType::Void {
            self.note_value(abi, signature.result(), Place::of_result(&layout));
        }
    }

    fn note_value(&mut self, abi: Abi, ty: &CType, place: Place) {
        for class in Class::of(ty) {
            self.add(Cell { abi, class, place }, 1);
        }
    }

    fn add(&mut self, cell: Cell, more: u64) {
        if more > 0 {
            let count = self.counts.entry(cell).or_default();
            *count = count.saturating_add(more);
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (cell, count) in other.cells() {
            self.add(cell, count);
        }
    }

    /// Every cell that was met, and how often.
    pub fn cells(&self) -> impl Iterator<Item = (Cell, u64)> {
        self.counts.iter().map(|(&cell, &count)| (cell, count))
    }

    /// How often a cell was met.
    #[must_use]
    pub fn count(&self, cell: Cell) -> u64 {
        self.counts.get(&cell).copied().unwrap_or(0)
    }

    /// The conventions of which something was met.
    pub fn abis(&self) -> impl Iterator<Item = Abi> {
        let abis: BTreeSet<Abi> = self.counts.keys().map(|cell| cell.abi).collect();
        abis.into_iter()
    }

    /// The cells of a convention that can be met and were not, but for those that only signatures have about
    /// which compilers [disagree](crate::generate::Dispute).
    pub fn missing(&self, abi: Abi) -> impl Iterator<Item = Cell> {
        let cells = reach(abi).agreed.iter();
        let cells = cells.map(move |&(class, place)| Cell { abi, class, place });
        cells.filter(|&cell| self.count(cell) == 0)
    }

    /// How many of the cells that a convention can have were met, and how many it can have.
    #[must_use]
    pub fn covered(&self, abi: Abi) -> (usize, usize) {
        let reachable = reach(abi).agreed.len();
        (reachable - self.missing(abi).count(), reachable)
    }

    /// How many of a hundred cells that can be were met, of the conventions of which something was.
    #[must_use]
    pub fn percent(&self) -> f64 {
        let (mut covered, mut reachable) = (0, 0);
        for abi in self.abis() {
            let (some, all) = self.covered(abi);
            covered += some;
            reachable += all;
        }
        let ratio = |covered: usize, reachable: usize| covered as f64 / reachable as f64;
        match reachable {
            0 => 0.0,
            _ => 100.0 * ratio(covered, reachable),
        }
    }

    /// Whether a convention can have values of a class in a place.
    #[must_use]
    pub fn is_reachable(cell: Cell) -> bool {
        reach(cell.abi).all.contains(&(cell.class, cell.place))
    }
}
