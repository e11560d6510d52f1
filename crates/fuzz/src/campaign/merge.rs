//! Several summaries as one.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Summary;

/// The most bytes of a file: summaries are much smaller.
const MOST_BYTES: u64 = 256 << 20;

/// Adds up the summaries in these files: shards of one campaign.
///
/// # Errors
///
/// When a file cannot be read or is no summary; when summaries are of different campaigns, or count
/// the same signatures twice; when there is none.
pub fn merge(files: &[impl AsRef<Path>]) -> Result<Summary, MergeError> {
    let (first, others) = files.split_first().ok_or(MergeError::Nothing)?;
    let first = first.as_ref();
    let mut sum = read(first)?;
    let mut added = vec![(first.to_owned(), sum.done.clone())];
    for file in others {
        let file = file.as_ref();
        let summary = read(file)?;
        for (what, of) in KINDS {
            let (found, expected) = (of(&summary), of(&sum));
            if found != expected {
                return Err(MergeError::Different {
                    file: file.into(),
                    what,
                    found,
                    other: first.into(),
                    expected,
                });
            }
        }
        for (other, done) in &added {
            if let Some(index) = done.in_common(&summary.done) {
                return Err(MergeError::Overlap {
                    file: file.into(),
                    other: other.clone(),
                    index,
                });
            }
        }
        added.push((file.into(), summary.done.clone()));
        add(&mut sum, summary);
    }
    Ok(sum)
}

/// What summaries have in common that are of one campaign.
type Kind = (&'static str, fn(&Summary) -> String);

const KINDS: [Kind; 5] = [
    ("version", |summary| summary.version.clone()),
    ("platform", |summary| summary.platform.clone()),
    ("seed", |summary| summary.seed.to_string()),
    ("choice of conventions", conventions),
    ("choice of types", |summary| format!("{:?}", summary.knobs)),
];

fn conventions(summary: &Summary) -> String {
    let names: Vec<_> = summary.knobs.abis.iter().map(|abi| abi.name()).collect();
    names.join(", ")
}

fn read(path: &Path) -> Result<Summary, MergeError> {
    let unreadable = |source| MergeError::Unreadable {
        file: path.into(),
        source,
    };
    let not_a_summary = |why| MergeError::NotASummary {
        file: path.into(),
        why,
    };
    let mut text = String::new();
    let read = File::open(path)
        .map_err(unreadable)?
        .take(MOST_BYTES + 1)
        .read_to_string(&mut text);
    match read {
        Ok(length) if length as u64 > MOST_BYTES => {
            return Err(not_a_summary(format!(
                "it has more than {MOST_BYTES} bytes"
            )));
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(not_a_summary("it is not UTF-8".into()));
        }
        Err(error) => return Err(unreadable(error)),
    }
    let summary: Summary =
        serde_json::from_str(&text).map_err(|error| not_a_summary(error.to_string()))?;
    if summary.signatures != summary.done.len() {
        let (signatures, done) = (summary.signatures, summary.done.len());
        return Err(not_a_summary(format!(
            "it counts {signatures} signatures, and lists {done}"
        )));
    }
    if Duration::try_from_secs_f64(summary.seconds).is_err() {
        let seconds = summary.seconds;
        return Err(not_a_summary(format!("nothing takes {seconds} seconds")));
    }
    Ok(summary)
}

/// Adds a summary of the same campaign, and of other indices.
fn add(sum: &mut Summary, more: Summary) {
    sum.planned = sum.planned.max(more.planned);
    sum.shards.extend(more.shards);
    sum.ended = sum.ended.max(more.ended);
    sum.done.insert_all(&more.done);
    sum.signatures = sum.done.len();
    sum.calls = sum.calls.saturating_add(more.calls);
    for (abi, count) in more.per_abi {
        let known = sum.per_abi.entry(abi).or_default();
        *known = known.saturating_add(count);
    }
    for (build, count) in more.per_build {
        let known = sum.per_build.entry(build).or_default();
        known.proved = known.proved.saturating_add(count.proved);
        known.left_out = known.left_out.saturating_add(count.left_out);
    }
    sum.coverage.merge(&more.coverage);
    sum.journeys.merge(&more.journeys);
    more.left_out.iter().for_each(|omission| sum.omit(omission));
    sum.mismatch_count = sum.mismatch_count.saturating_add(more.mismatch_count);
    sum.keep(more.mismatches);
    sum.seconds += more.seconds;
}

/// Why summaries cannot be added up.
#[derive(Debug)]
#[non_exhaustive]
pub enum MergeError {
    /// There are none.
    Nothing,
    /// A file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is no summary.
    NotASummary {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Two files are of different campaigns.
    Different {
        /// The file.
        file: PathBuf,
        /// What of it is different.
        what: &'static str,
        /// What it has.
        found: String,
        /// Another file.
        other: PathBuf,
        /// What that has.
        expected: String,
    },
    /// Two files have a signature in common.
    Overlap {
        /// The file.
        file: PathBuf,
        /// Another file.
        other: PathBuf,
        /// The index of the signature.
        index: u64,
    },
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("there are no summaries"),
            Self::Unreadable { file, .. } => write!(f, "{} cannot be read", file.display()),
            Self::NotASummary { file, why } => {
                write!(f, "{} is no summary of a campaign: {why}", file.display())
            }
            Self::Different {
                file,
                what,
                found,
                other,
                expected,
            } => write!(
                f,
                "{} is of another campaign: its {what} is {found}, and that of {} is {expected}",
                file.display(),
                other.display()
            ),
            Self::Overlap { file, other, index } => write!(
                f,
                "{} and {} have proved the same: index {index}, for one",
                other.display(),
                file.display()
            ),
        }
    }
}

impl std::error::Error for MergeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}
