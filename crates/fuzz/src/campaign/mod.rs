//! Campaigns: the signatures of a seed, proved batch by batch on every core.
//!
//! ```text
//! Generator ---> batches of a shard ---> worker processes ---> Verdict ---> Summary ---> merge
//!          index                 workers, trial     wire            summary        merge
//! ```
//!
//! A wrong call may do anything to its process, so calls are made by worker processes: a program starts
//! itself once for each batch, and that process calls [`work`]. Who crashes or hangs is found by dividing
//! the batch, and is one finding among others; see [`Workers`].
//!
//! A signature depends on the seed, the knobs and its index alone, so shards on different machines prove
//! different signatures, and one summary of them all is made by [`merge`].

mod error;
mod explain;
mod indices;
mod merge;
mod process;
mod shard;
mod stop;
mod summary;
mod trial;
mod wire;
mod worker;
mod workers;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use trampette::Signature;

use crate::compiler::Build;
use crate::generate::{Generator, Knobs};
use crate::judge::Verdict;

pub use error::CampaignError;
pub use explain::{Explanation, explain};
pub use indices::{Indices, IndicesError, Run};
pub use merge::{MergeError, merge};
pub use shard::{Shard, ShardError};
pub use stop::Stop;
pub use summary::{BuildCount, Ended, Finding, Omission, OtherPlatform, Summary};
pub use worker::{work, work_as};
pub use workers::{PATIENCE, Workers};

/// What is to be proved.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Where the signatures come from.
    pub seed: u64,
    /// What they are like.
    pub knobs: Knobs,
    /// The compilers that they are proved against.
    pub builds: Vec<Build>,
    /// How many, over all shards; `None` for as many as there is time for.
    pub signatures: Option<u64>,
    /// Which of them.
    pub shard: Shard,
    /// After how long no batch is begun; `None` for never.
    pub time: Option<Duration>,
    /// How many a worker gets at once, at most. Compilers are quicker about many.
    pub batch: u64,
    /// How many workers there are at a time.
    pub workers: usize,
}

/// How many signatures a worker gets.
pub const BATCH: u64 = 250;

impl Campaign {
    /// A campaign of this seed: the whole of it, on every core.
    #[must_use]
    pub fn new(seed: u64, knobs: Knobs, builds: Vec<Build>) -> Self {
        Self {
            seed,
            knobs,
            builds,
            signatures: None,
            shard: Shard::WHOLE,
            time: None,
            batch: BATCH,
            workers: thread::available_parallelism().map_or(1, Into::into),
        }
    }

    /// Proves what there is to prove, and tells the observer after each batch how far it has come.
    ///
    /// Whether all is well, the summary says. When the campaign was stopped, or could not go on, it says
    /// what was proved until then, and the error why.
    pub fn run(
        &self,
        workers: &Workers,
        stop: &Stop,
        mut observe: impl FnMut(&Summary),
    ) -> (Summary, Result<(), CampaignError>) {
        let start = Instant::now();
        let mut summary = Summary::new(self);
        let mut done = self.check();
        if done.is_ok() {
            done = self.run_batches(workers, stop, |part| {
                summary.add(part);
                summary.seconds = start.elapsed().as_secs_f64();
                observe(&summary);
            });
        }
        summary.finish(self, &done);
        summary.seconds = start.elapsed().as_secs_f64();
        (summary, done)
    }

    fn check(&self) -> Result<(), CampaignError> {
        if self.builds.is_empty() {
            return Err(CampaignError::NoBuilds);
        }
        if self.knobs.abis.is_empty() {
            return Err(CampaignError::NoConventions);
        }
        Ok(())
    }

    fn run_batches(
        &self,
        workers: &Workers,
        stop: &Stop,
        mut collect: impl FnMut(Part),
    ) -> Result<(), CampaignError> {
        let batches = Batches::of(self);
        let (to, parts) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..self.workers.max(1) {
                let (batches, to) = (&batches, to.clone());
                scope.spawn(move || batches.prove(workers, stop, &to));
            }
            drop(to);
            let mut outcome = Ok(());
            for part in parts {
                match part {
                    Ok(part) => collect(part),
                    // The first says why. The others are stopped by it.
                    Err(error) => {
                        stop.stop();
                        outcome = outcome.and(Err(error));
                    }
                }
            }
            outcome
        })
    }
}

/// A batch that was proved.
struct Part {
    indices: Indices,
    signatures: Vec<(u64, Signature)>,
    verdict: Verdict,
}

/// The batches of a campaign, which its threads share.
struct Batches<'a> {
    campaign: &'a Campaign,
    generator: Generator,
    /// How many signatures the shard has, and a batch.
    size: u64,
    batch: u64,
    /// How many of them somebody has taken.
    taken: AtomicU64,
    end: Option<Instant>,
}

impl<'a> Batches<'a> {
    fn of(campaign: &'a Campaign) -> Self {
        let size = campaign.shard.size(campaign.signatures.unwrap_or(u64::MAX));
        // A few signatures are for all the threads.
        let share = size.div_ceil(campaign.workers.max(1) as u64);
        let end = |time| Instant::now().checked_add(time);
        Self {
            campaign,
            generator: Generator::new(campaign.seed, campaign.knobs.clone()),
            size,
            batch: campaign.batch.min(share).max(1),
            taken: AtomicU64::new(0),
            end: campaign.time.and_then(end),
        }
    }

    /// Proves one after the other, until there are none, or no time, or one cannot be proved.
    fn prove(&self, workers: &Workers, stop: &Stop, to: &Sender<Result<Part, CampaignError>>) {
        while let Some(indices) = self.next() {
            let signature = |index| (index, self.generator.signature(index));
            let signatures: Vec<_> = indices.iter().map(signature).collect();
            let texts: Vec<_> = signatures.iter().map(|(_, text)| text.clone()).collect();
            let verdict = workers.prove(&texts, &self.campaign.builds, stop);
            let part = verdict.map(|verdict| Part {
                indices,
                signatures,
                verdict,
            });
            let is_over = part.is_err();
            if to.send(part).is_err() || is_over {
                return;
            }
        }
    }

    fn next(&self) -> Option<Indices> {
        if self.end.is_some_and(|end| Instant::now() >= end) {
            return None;
        }
        let from = self.taken.fetch_add(self.batch, Ordering::Relaxed);
        let count = self.batch.min(self.size.saturating_sub(from));
        let indices = Indices::of(self.campaign.shard, from, count);
        (!indices.is_empty()).then_some(indices)
    }
}
