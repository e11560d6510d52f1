//! Stands in for the coverage.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trampette::Signature;

/// What was met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    met: BTreeMap<String, u64>,
}

impl Coverage {
    /// Counts a signature.
    pub fn add(&mut self, signature: &Signature) {
        for ty in signature.params() {
            *self.met.entry(ty.to_string()).or_default() += 1;
        }
    }

    /// Adds the other.
    pub fn merge(&mut self, other: &Self) {
        for (ty, count) in &other.met {
            *self.met.entry(ty.clone()).or_default() += count;
        }
    }

    /// How much of it.
    #[must_use]
    pub fn percent(&self) -> f64 {
        self.met.len() as f64 * 12.5
    }
}
