//! Random signatures: each is a pure function of the seed, the knobs and its index.

use trampette::{Abi, Signature};

/// What the generator is to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Knobs {
    /// The conventions, of which each signature has one.
    pub abis: Vec<Abi>,
}

/// Writes signatures.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    knobs: Knobs,
}

impl Generator {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64, knobs: Knobs) -> Self {
        Self { seed, knobs }
    }

    /// The signature of this index: the same for the same seed and knobs, whatever was asked before.
    #[must_use]
    pub fn signature(&self, index: u64) -> Signature {
        todo!("{} {:?} {index}", self.seed, self.knobs)
    }
}
