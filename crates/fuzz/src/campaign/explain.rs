//! What a person is shown of mismatches: few, small, and in full.

use std::collections::BTreeSet;
use std::fmt;

use trampette::Signature;

use super::{CampaignError, Finding, Stop, Summary, Workers};
use crate::compiler::Build;
use crate::convention::abi_of;
use crate::generate::Dispute;
use crate::mismatch::Mismatch;
use crate::report::{Origin, Report};
use crate::shrink::shrink;

/// The most explanations: where one rule is wrong, many signatures differ for the same reason.
const MOST: usize = 10;

/// The most signatures that are looked into for these.
const MOST_TRIED: usize = 20;

/// One signature that differs, as small as it can be, with all that differs of it. Its
/// [`Display`](fmt::Display) is the [`Report`].
#[derive(Clone, Debug)]
pub struct Explanation {
    mismatches: Vec<Mismatch>,
    builds: Vec<Build>,
    origin: Origin,
}

impl Explanation {
    /// What differs, all of one signature.
    #[must_use]
    pub fn mismatches(&self) -> &[Mismatch] {
        &self.mismatches
    }

    /// Of findings about one signature, as they are.
    fn of(findings: &[Finding], builds: &[Build]) -> Option<Self> {
        let first = findings.first()?;
        Some(Self {
            mismatches: findings
                .iter()
                .map(|found| found.mismatch.clone())
                .collect(),
            builds: builds.into(),
            origin: Origin {
                seed: first.seed,
                index: first.index,
            },
        })
    }

    /// The same of the smallest signature that still differs.
    fn reduced(self, workers: &Workers, stop: &Stop) -> Result<Self, CampaignError> {
        let Some(first) = self.mismatches.first() else {
            return Ok(self);
        };
        // Compilers that agree need not be asked again.
        let mut builds = self.builds.clone();
        builds.retain(|build| self.mismatches.iter().any(|found| found.build == *build));
        // What compilers dispute about is not what differs here, unless it was from the beginning.
        let is_disputed =
            |signature: &Signature| Dispute::about(signature, abi_of(signature)).is_some();
        let may_be_disputed = is_disputed(&first.signature);
        let mut failure = None;
        let smallest = shrink(&first.signature, |batch| {
            let fails = match failure {
                None => workers.fail(batch, &builds, stop),
                Some(_) => return Vec::new(),
            };
            match fails {
                Ok(fails) => {
                    let outcomes = batch.iter().zip(fails);
                    outcomes
                        .map(|(signature, fails)| {
                            fails && (may_be_disputed || !is_disputed(signature))
                        })
                        .collect()
                }
                Err(error) => {
                    failure = Some(error);
                    Vec::new()
                }
            }
        });
        if let Some(error) = failure {
            return Err(error);
        }
        self.with_signature(smallest, workers, stop)
    }

    fn with_signature(
        self,
        signature: Signature,
        workers: &Workers,
        stop: &Stop,
    ) -> Result<Self, CampaignError> {
        let verdict = workers.prove(&[signature], &self.builds, stop)?;
        Ok(match verdict.mismatches.is_empty() {
            // It differs now and then.
            true => self,
            false => {
                let left_out = |build: &Build| {
                    let mut left_out = verdict.left_out.iter();
                    left_out.any(|left_out| left_out.build == Some(*build))
                };
                let mut builds = self.builds;
                builds.retain(|build| !left_out(build));
                Self {
                    mismatches: verdict.mismatches,
                    builds,
                    ..self
                }
            }
        })
    }

    fn signature(&self) -> Option<String> {
        Some(self.mismatches.first()?.signature.to_string())
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = Report {
            mismatches: &self.mismatches,
            builds: &self.builds,
            origin: Some(self.origin),
        };
        report.fmt(f)
    }
}

/// Explains what differs, ten signatures at most. With workers each is reduced first to the smallest that
/// still differs in one of these builds, unless somebody wants to stop.
#[must_use]
pub fn explain(
    summary: &Summary,
    builds: &[Build],
    workers: Option<&Workers>,
    stop: &Stop,
) -> Vec<Explanation> {
    let mut explanations = Vec::new();
    let mut known = BTreeSet::new();
    let same_signature = |a: &Finding, b: &Finding| a.index == b.index;
    for findings in summary.mismatches.chunk_by(same_signature).take(MOST_TRIED) {
        let Some(whole) = Explanation::of(findings, builds) else {
            continue;
        };
        let reduced = match workers {
            Some(workers) if !stop.is_wanted() => whole.clone().reduced(workers, stop),
            _ => Ok(whole.clone()),
        };
        // What is not reduced is explained as it is.
        let explanation = reduced.unwrap_or(whole);
        if known.insert(explanation.signature()) {
            explanations.push(explanation);
        }
        if explanations.len() == MOST {
            break;
        }
    }
    explanations
}
