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
        use crate::case::Case;
        use crate::{c, compiler, fixture::Fixture, mismatch::*, way::Way, witness::*};
        let mut cases: Vec<Case> = signatures.iter().map(Case::both_ways).collect();
        cases.retain(|case| {
            case.is_readable()
                && (!case.signature.is_variadic() || !case.signature.fixed_params().is_empty())
        });
        let source = c::fixture(&cases, c::Packing::Attribute);
        let witnesses: Vec<Option<Witness>> = cases.iter().map(|c| Witness::of(c).ok()).collect();
        let place = ResultPlace::for_any_of(&cases);
        let mut verdict = Verdict::default();
        for compiled in compiler::try_compile_for(&self.builds, "batch", &source) {
            let compiled = compiled.map_err(|error| JudgeError::Words(error.to_string()))?;
            let fixture = Fixture::of(&compiled);
            for (index, (case, witness)) in cases.iter().zip(&witnesses).enumerate() {
                let mut note = |direction, found: Discrepancy| {
                    verdict.mismatches.push(Mismatch {
                        signature: case.signature.clone(),
                        build: compiled.build,
                        direction,
                        position: found.position,
                        difference: found.difference,
                    });
                };
                for (way, direction) in [
                    (Way::Values, Direction::Values),
                    (Way::Frame, Direction::Frame),
                ] {
                    let outcome = way.check(&fixture, &c::callee_name(index), case);
                    outcome.unwrap_or_else(|what| note(direction, what));
                }
                if let Some(witness) = witness {
                    let outcome = witness.check(&fixture, &c::caller_name(index), case, &place);
                    outcome.unwrap_or_else(|what| note(Direction::Callback, what));
                }
                verdict.calls += 3;
            }
        }
        Ok(verdict)
    }
}

/// Why a judge cannot work.
#[derive(Debug)]
#[non_exhaustive]
pub enum JudgeError {
    /// Stands in.
    Words(String),
}

impl std::fmt::Display for JudgeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
        }
    }
}

impl std::error::Error for JudgeError {}
