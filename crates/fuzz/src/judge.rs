//! The judge: has C twins of signatures compiled, calls them in every direction, and compares.

use trampette::Signature;

use crate::compiler::Build;
use crate::mismatch::Mismatch;

/// Proves signatures against C compilers.
#[derive(Debug)]
pub struct Judge {
    builds: Vec<Build>,
}

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Where the engine and a compiler disagree.
    pub mismatches: Vec<Mismatch>,
    /// What could not be proved, and why, by a compiler or by all.
    pub left_out: Vec<LeftOut>,
    /// Calls made, over all builds and directions.
    pub calls: u64,
}

/// A signature that was not proved.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The signature.
    pub signature: Signature,
    /// The build that did not, where it is one.
    pub build: Option<Build>,
    /// Why.
    pub why: String,
}

impl Judge {
    /// A judge over these builds.
    #[must_use]
    pub fn new(builds: Vec<Build>) -> Self {
        Self { builds }
    }

    /// Proves each of these signatures in every build and direction.
    ///
    /// # Errors
    ///
    /// When the judge itself cannot work: no disk, a compiler that does not start or fails.
    pub fn prove(&self, signatures: &[Signature]) -> Result<Verdict, JudgeError> {
        todo!("{:?} {signatures:?}", self.builds)
    }
}

/// Why a judge cannot work.
#[derive(Debug)]
#[non_exhaustive]
pub enum JudgeError {}
