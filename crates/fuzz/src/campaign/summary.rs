//! What came of a campaign, as one object that can be written to a file and added to others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::wire::{BuildText, Malformed, MismatchText};
use super::{Campaign, CampaignError, Indices, Part, Shard};
use crate::coverage::{Coverage, Document, Journeys};
use crate::generate::Knobs;
use crate::judge::LeftOut;
use crate::mismatch::Mismatch;

/// What came of a campaign, or of several shards of one.
///
/// As JSON it is the object that `trampette fuzz --json` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The version of the package: others have other signatures.
    pub version: String,
    /// The machine and the system: `x86_64-linux`.
    pub platform: String,
    /// Where the signatures come from.
    pub seed: u64,
    /// What they are like.
    pub knobs: Knobs,
    /// How many were asked for, over all shards; `None` when they were to take a time.
    pub planned: Option<u64>,
    /// Which shards this is.
    pub shards: BTreeSet<Shard>,
    /// Whether everything was proved that was asked for.
    pub ended: Ended,
    /// The indices of what was proved, or left out.
    pub done: Indices,
    /// How many these are.
    pub signatures: u64,
    /// How many calls were made, in all builds and directions.
    pub calls: u64,
    /// How many signatures each convention had.
    pub per_abi: BTreeMap<String, u64>,
    /// How many signatures each build proved, and did not.
    pub per_build: BTreeMap<String, BuildCount>,
    /// Which types were met in which places.
    pub coverage: Coverage,
    /// Which types travelled in which directions.
    pub journeys: Journeys,
    /// What was not proved, by reason.
    pub left_out: Vec<Omission>,
    /// How many differences there were.
    pub mismatch_count: u64,
    /// The first of them, by index.
    pub mismatches: Vec<Finding>,
    /// How long it took; of several shards, the sum.
    pub seconds: f64,
}

/// How a campaign ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// With everything that was asked for.
    Complete,
    /// When its time was over.
    Time,
    /// When somebody stopped it.
    Interrupted,
    /// When it could not go on.
    Failed,
}

/// What one build did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildCount {
    /// Signatures that were proved against it.
    pub proved: u64,
    /// Signatures that were not.
    pub left_out: u64,
}

/// Signatures that were not proved, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Omission {
    /// Why.
    pub why: String,
    /// By which build; `None` for all.
    pub build: Option<String>,
    /// How many.
    pub count: u64,
    /// One of them.
    pub example: String,
}

/// A difference, and where its signature comes from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "FindingText", into = "FindingText")]
pub struct Finding {
    /// The seed.
    pub seed: u64,
    /// The index of the signature.
    pub index: u64,
    /// The difference.
    pub mismatch: Mismatch,
}

#[derive(Serialize, Deserialize)]
struct FindingText {
    seed: u64,
    index: u64,
    #[serde(flatten)]
    mismatch: MismatchText,
}

impl From<Finding> for FindingText {
    fn from(finding: Finding) -> Self {
        Self {
            seed: finding.seed,
            index: finding.index,
            mismatch: MismatchText::from(&finding.mismatch),
        }
    }
}

impl TryFrom<FindingText> for Finding {
    type Error = Malformed;

    fn try_from(text: FindingText) -> Result<Self, Malformed> {
        Ok(Self {
            seed: text.seed,
            index: text.index,
            mismatch: text.mismatch.read()?,
        })
    }
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        let text = |finding: &Self| MismatchText::from(&finding.mismatch);
        (self.seed, self.index, text(self)) == (other.seed, other.index, text(other))
    }
}

/// The most differences that are kept one by one: where the engine is wrong about everything, they are
/// much alike.
const MOST_MISMATCHES: usize = 1000;

/// The most reasons that are kept apart.
const MOST_REASONS: usize = 100;

/// The most bytes of a reason, which may be a compiler's.
const REASON: usize = 300;

impl Summary {
    /// Of a campaign that has not begun.
    pub(super) fn new(campaign: &Campaign) -> Self {
        let names = campaign.knobs.abis.iter().map(|abi| abi.name().to_owned());
        let builds = campaign.builds.iter();
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            platform: platform(),
            seed: campaign.seed,
            knobs: campaign.knobs.clone(),
            planned: campaign.signatures,
            shards: BTreeSet::from([campaign.shard]),
            ended: Ended::Interrupted,
            done: Indices::default(),
            signatures: 0,
            calls: 0,
            per_abi: names.map(|name| (name, 0)).collect(),
            per_build: builds
                .map(|build| (build.to_string(), BuildCount::default()))
                .collect(),
            coverage: Coverage::default(),
            journeys: Journeys::default(),
            left_out: Vec::new(),
            mismatch_count: 0,
            mismatches: Vec::new(),
            seconds: 0.0,
        }
    }

    /// Adds what a batch has come to.
    pub(super) fn add(&mut self, part: Part) {
        let Part {
            indices,
            signatures,
            verdict,
        } = part;
        self.done.insert_all(&indices);
        self.signatures += signatures.len() as u64;
        self.calls += verdict.calls;
        self.journeys.merge(&verdict.journeys);
        for count in self.per_build.values_mut() {
            count.proved += signatures.len() as u64;
        }
        for (_, signature) in &signatures {
            let abi = signature.abi().unwrap_or(trampette::ABI);
            *self.per_abi.entry(abi.name().into()).or_default() += 1;
            self.coverage.note(signature);
        }
        for left_out in &verdict.left_out {
            self.leave_out(left_out);
        }
        let index_of: HashMap<String, u64> = signatures
            .iter()
            .rev()
            .map(|(index, signature)| (signature.to_string(), *index))
            .collect();
        self.mismatch_count += verdict.mismatches.len() as u64;
        let seed = self.seed;
        let findings = verdict.mismatches.into_iter().map(|mismatch| Finding {
            seed,
            // A judge names the signatures that it was given.
            index: index_of
                .get(&mismatch.signature.to_string())
                .copied()
                .unwrap_or_default(),
            mismatch,
        });
        self.keep(findings);
    }

    fn leave_out(&mut self, left_out: &LeftOut) {
        let build = left_out.build.map(|build| build.to_string());
        for (name, count) in &mut self.per_build {
            if build.as_ref().is_none_or(|build| build == name) {
                count.proved = count.proved.saturating_sub(1);
                count.left_out += 1;
            }
        }
        let why = left_out.why.lines().next().unwrap_or_default();
        let end = why.char_indices().map(|(at, _)| at).find(|&at| at > REASON);
        self.omit(&Omission {
            why: why[..end.unwrap_or(why.len())].into(),
            build,
            count: 1,
            example: left_out.signature.to_string(),
        });
    }

    pub(super) fn omit(&mut self, omission: &Omission) {
        let is_same =
            |known: &&mut Omission| (&known.why, &known.build) == (&omission.why, &omission.build);
        if let Some(known) = self.left_out.iter_mut().find(is_same) {
            known.count = known.count.saturating_add(omission.count);
        } else if self.left_out.len() < MOST_REASONS {
            self.left_out.push(omission.clone());
        } else if let Some(last) = self.left_out.last_mut() {
            last.why = "other reasons".into();
            last.build = None;
            last.count = last.count.saturating_add(omission.count);
        }
    }

    /// Keeps the first of these and of those that are there.
    pub(super) fn keep(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.mismatches.extend(findings);
        self.mismatches.sort_by_key(|finding| finding.index);
        self.mismatches.truncate(MOST_MISMATCHES);
    }

    pub(super) fn finish(&mut self, campaign: &Campaign, done: &Result<(), CampaignError>) {
        let asked = campaign.signatures.map(|end| campaign.shard.size(end));
        self.ended = match done {
            Ok(()) if asked.is_some_and(|asked| asked == self.done.len()) => Ended::Complete,
            Ok(()) => Ended::Time,
            Err(CampaignError::Interrupted) => Ended::Interrupted,
            Err(_) => Ended::Failed,
        };
    }

    /// Which types travelled in which directions, as a page.
    ///
    /// # Errors
    ///
    /// When it is of another platform: why a cell is blank, only that one's engine can say.
    pub fn document(&self) -> Result<Document<'_>, OtherPlatform> {
        match self.platform == platform() {
            true => Ok(Document {
                journeys: &self.journeys,
                left_out: &self.left_out,
            }),
            false => Err(OtherPlatform(self.platform.clone())),
        }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.mismatch_count == 0
    }
}

/// The machine and the system of this process: `x86_64-linux`.
fn platform() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

/// A summary is of another platform than this, which it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPlatform(pub String);

impl fmt::Display for OtherPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (other, this) = (&self.0, platform());
        write!(
            f,
            "the campaign was on {other}, and only there is it known why a cell is blank: this is {this}"
        )
    }
}

impl std::error::Error for OtherPlatform {}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complete => "complete",
            Self::Time => "ended when its time was over",
            Self::Interrupted => "interrupted",
            Self::Failed => "could not go on",
        })
    }
}

/// What a build is called in a summary.
impl fmt::Display for BuildText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read().fmt(f)
    }
}
