//! Workers: whatever a call does to its process, a verdict comes back.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use trampette::Signature;

use super::trial::{Death, Outcome, Trial};
use super::{CampaignError, Stop};
use crate::compiler::Build;
use crate::judge::{LeftOut, Verdict};
use crate::mismatch::{Difference, Direction, Mismatch, Position};

/// Proves signatures in processes of their own, one for each batch.
///
/// A batch whose process crashes, hangs or panics is divided until the signatures and builds that do it
/// are found: they are mismatches of the call as a whole. The others are proved without them.
#[derive(Debug)]
pub struct Workers {
    command: Vec<OsString>,
    patience: Duration,
    /// Everything temporary is below it, whoever makes it.
    folder: TempDir,
    started: AtomicU64,
}

/// How long a worker may say nothing before it is taken for one that hangs: compilers take their time.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// The most processes that one batch gets. Where most calls crash, the rest is not worth the time.
const MOST_TRIALS: u32 = 40;

/// The same where one that fails is enough: as often as hundreds can be halved, and a little more.
const FEW_TRIALS: u32 = 12;

impl Workers {
    /// Workers that are started by this command, a program which calls [`work`](super::work).
    ///
    /// # Errors
    ///
    /// When there can be no folder for temporary files.
    pub fn new(command: Vec<OsString>) -> Result<Self, CampaignError> {
        Self::new_in(&std::env::temp_dir(), command)
    }

    /// The same with everything that is temporary in this folder, which is left as it was.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn new_in(folder: &Path, command: Vec<OsString>) -> Result<Self, CampaignError> {
        let mut builder = tempfile::Builder::new();
        let made = builder.prefix("trampette-fuzz-").tempdir_in(folder);
        Ok(Self {
            command,
            patience: PATIENCE,
            folder: made.map_err(|source| CampaignError::Folder {
                path: folder.into(),
                source,
            })?,
            started: AtomicU64::new(0),
        })
    }

    /// The same that are given up when they say nothing for this long.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Proves each of these signatures in each of these builds.
    ///
    /// # Errors
    ///
    /// [`CampaignError::Interrupted`] when it is to stop; other errors when workers cannot work.
    pub fn prove(
        &self,
        signatures: &[Signature],
        builds: &[Build],
        stop: &Stop,
    ) -> Result<Verdict, CampaignError> {
        self.search(signatures, builds, stop, MOST_TRIALS)
    }

    /// Says of each of these whether it differs in one of these builds. Where many kill their process, it
    /// says so of few: one is enough for who looks for the smallest.
    ///
    /// # Errors
    ///
    /// As for [`prove`](Self::prove).
    pub fn fail(
        &self,
        signatures: &[Signature],
        builds: &[Build],
        stop: &Stop,
    ) -> Result<Vec<bool>, CampaignError> {
        let verdict = self.search(signatures, builds, stop, FEW_TRIALS)?;
        let fails = |signature: &Signature| {
            let mut mismatches = verdict.mismatches.iter();
            mismatches.any(|mismatch| mismatch.signature == *signature)
        };
        Ok(signatures.iter().map(fails).collect())
    }

    fn search(
        &self,
        signatures: &[Signature],
        builds: &[Build],
        stop: &Stop,
        trials: u32,
    ) -> Result<Verdict, CampaignError> {
        let mut search = Search {
            workers: self,
            stop,
            trials_left: trials,
            verdict: Verdict::default(),
        };
        search.prove(signatures, builds)?;
        Ok(search.verdict)
    }

    /// One process, in a folder of its own.
    fn try_once(
        &self,
        signatures: &[Signature],
        builds: &[Build],
        stop: &Stop,
    ) -> Result<Outcome, CampaignError> {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.path().join(number.to_string());
        fs::create_dir(&folder).map_err(|source| CampaignError::Folder {
            path: folder.clone(),
            source,
        })?;
        let trial = Trial {
            command: &self.command,
            folder: &folder,
            patience: self.patience,
            stop,
        };
        let outcome = trial.run(signatures, builds);
        remove(&folder);
        outcome
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        remove(self.folder.path());
    }
}

/// Removes a folder of processes that were killed just now: they may need a moment to go.
fn remove(folder: &Path) {
    for _ in 0..40 {
        if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// A batch, and what is known about it by now.
struct Search<'a> {
    workers: &'a Workers,
    stop: &'a Stop,
    trials_left: u32,
    verdict: Verdict,
}

impl Search<'_> {
    /// Proves these, or finds who kills the process. Says whether anybody did.
    fn prove(&mut self, signatures: &[Signature], builds: &[Build]) -> Result<bool, CampaignError> {
        if signatures.is_empty() || builds.is_empty() {
            return Ok(false);
        }
        let Some(left) = self.trials_left.checked_sub(1) else {
            self.leave_out(signatures);
            return Ok(false);
        };
        self.trials_left = left;
        match self.workers.try_once(signatures, builds, self.stop)? {
            Outcome::Verdict(verdict) => {
                self.add(verdict);
                Ok(false)
            }
            Outcome::Death(death) => {
                self.divide(signatures, builds, &death)?;
                Ok(true)
            }
        }
    }

    fn divide(
        &mut self,
        signatures: &[Signature],
        builds: &[Build],
        death: &Death,
    ) -> Result<(), CampaignError> {
        if let ([signature], [build]) = (signatures, builds) {
            self.verdict
                .mismatches
                .push(mismatch(signature, *build, death));
            return Ok(());
        }
        let is_found = if signatures.len() > 1 {
            self.prove_parts(signatures, builds, death)?
        } else {
            let mut is_found = false;
            for build in builds {
                is_found |= self.prove(signatures, std::slice::from_ref(build))?;
            }
            is_found
        };
        // A part that was left out may have been the one.
        if !is_found && self.trials_left > 0 {
            self.prove_again(signatures, builds, death)?;
        }
        Ok(())
    }

    /// Proves the one apart that the worker was at, and the others; or, where that is not known, each half.
    fn prove_parts(
        &mut self,
        signatures: &[Signature],
        builds: &[Build],
        death: &Death,
    ) -> Result<bool, CampaignError> {
        if let Some(at) = suspect(signatures, death) {
            let others = [&signatures[..at], &signatures[at + 1..]].concat();
            let is_the_suspect = self.prove(&signatures[at..=at], builds)?;
            return Ok(is_the_suspect | self.prove(&others, builds)?);
        }
        let (first, second) = signatures.split_at(signatures.len() / 2);
        let is_in_the_first = self.prove(first, builds)?;
        Ok(is_in_the_first | self.prove(second, builds)?)
    }

    /// Of a batch that killed its process, every part was proved. Only together do they kill it, or it was
    /// chance.
    fn prove_again(
        &mut self,
        signatures: &[Signature],
        builds: &[Build],
        death: &Death,
    ) -> Result<(), CampaignError> {
        let again = self.workers.try_once(signatures, builds, self.stop)?;
        let (death, when) = match again {
            Outcome::Verdict(_) if death.may_be_chance => return Ok(()),
            Outcome::Verdict(_) => (death.clone(), "once, and not again"),
            Outcome::Death(death) => (death, "only together with others of its batch"),
        };
        let at = suspect(signatures, &death).unwrap_or(0);
        let how = format!("{}, {when}", death.how);
        let death = Death { how, ..death };
        self.verdict
            .mismatches
            .push(mismatch(&signatures[at], builds[0], &death));
        Ok(())
    }

    fn add(&mut self, verdict: Verdict) {
        self.verdict.mismatches.extend(verdict.mismatches);
        self.verdict.left_out.extend(verdict.left_out);
        self.verdict.calls += verdict.calls;
        self.verdict.journeys.merge(&verdict.journeys);
    }

    fn leave_out(&mut self, signatures: &[Signature]) {
        let left_out = signatures.iter().map(|signature| LeftOut {
            signature: signature.clone(),
            build: None,
            why: "too many others of its batch crash".into(),
        });
        self.verdict.left_out.extend(left_out);
    }
}

/// The most of a signature's text that is looked for in a note, which is cut.
const TEXT: usize = 150;

/// The signature that the worker was at, by what it said.
fn suspect(signatures: &[Signature], death: &Death) -> Option<usize> {
    let length = |signature: &Signature| {
        let text = signature.to_string();
        let start = text.get(..TEXT).unwrap_or(&text);
        death.at.contains(start).then_some(text.len())
    };
    let found = signatures
        .iter()
        .enumerate()
        .filter_map(|(at, signature)| Some((length(signature)?, at)));
    // `(i32) -> i32` is also the end of another.
    found.max().map(|(_, at)| at)
}

fn mismatch(signature: &Signature, build: Build, death: &Death) -> Mismatch {
    Mismatch {
        signature: signature.clone(),
        build,
        direction: direction(&death.at),
        position: Position::Call,
        difference: Difference::Other(death.how.clone()),
    }
}

/// What notes of calls begin with.
const BEGINNINGS: [(&str, Direction); 7] = [
    ("values", Direction::Values),
    ("frame", Direction::Frame),
    ("stub", Direction::Frame),
    ("callback", Direction::Callback),
    ("relay", Direction::Relay),
    ("typed", Direction::Typed),
    ("closure", Direction::Typed),
];

/// The direction of a call, by what was noted before it. Without a note, it was most likely the first.
fn direction(note: &str) -> Direction {
    let words = note.split_whitespace().take(2);
    let beginning = |word: &str| {
        let known = |(name, _): &&(&str, _)| word.eq_ignore_ascii_case(name);
        BEGINNINGS.iter().find(known)
    };
    let found = words.filter_map(beginning).next();
    found.map_or(Direction::Values, |(_, direction)| *direction)
}
