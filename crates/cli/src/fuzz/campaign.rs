//! Runs a campaign, or adds up what others have come to.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use trampette::is_callable;
use trampette_fuzz::campaign::{
    self, Campaign, CampaignError, Explanation, Stop, Summary, Workers, explain,
};
use trampette_fuzz::compiler::{self, Build, CompileError};
use trampette_fuzz::generate::Knobs;

use super::args::Fuzz;
use super::interrupt::{self, INTERRUPTED};
use super::progress::Progress;
use super::text;
use crate::failure::Failure;

/// How many signatures there are where nobody says.
const SIGNATURES: u64 = 2000;

/// The subcommand that workers are started with.
const WORKER: &str = "fuzz-worker";

pub(crate) fn run(fuzz: &Fuzz) -> Result<ExitCode, Failure> {
    let stop = Stop::default();
    if !fuzz.merge.is_empty() {
        let summary = campaign::merge(&fuzz.merge).map_err(failed)?;
        print(fuzz, &summary, &explain(&summary, &[], None, &stop))?;
        return Ok(status(&summary));
    }
    let campaign = planned(fuzz)?;
    let workers = Workers::new(worker()?).map_err(failed)?;
    interrupt::stop(&stop).map_err(failed)?;
    let progress = Progress::of(&campaign, fuzz.json);
    let (summary, done) = campaign.run(&workers, &stop, |summary| progress.show(summary));
    if !summary.is_clean() {
        progress.reduces();
    }
    let explanations = explain(&summary, &campaign.builds, Some(&workers), &stop);
    progress.clear();
    // Its files go before anything is said.
    drop(workers);
    let was_interrupted = matches!(done, Err(CampaignError::Interrupted));
    if done.is_ok() || was_interrupted || summary.signatures > 0 {
        print(fuzz, &summary, &explanations)?;
    }
    match done {
        Err(CampaignError::Interrupted) if summary.is_clean() => Ok(INTERRUPTED.into()),
        Ok(()) | Err(CampaignError::Interrupted) => Ok(status(&summary)),
        Err(error) => Err(failed(error)),
    }
}

/// What a worker process does.
pub(crate) fn work() -> Result<ExitCode, Failure> {
    campaign::work().map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

fn status(summary: &Summary) -> ExitCode {
    u8::from(!summary.is_clean()).into()
}

fn failed(error: impl std::error::Error + 'static) -> Failure {
    Failure::Prover(Box::new(error))
}

fn planned(fuzz: &Fuzz) -> Result<Campaign, Failure> {
    let seed = fuzz.seed.unwrap_or_else(|| {
        let seed = seed_of_the_clock();
        // Known before anything can go wrong.
        let _ = writeln!(anstream::stderr(), "seed {seed}");
        seed
    });
    let knobs = match fuzz.abi.as_slice() {
        [] => Knobs::default(),
        abis => Knobs::for_here(abis),
    };
    if let Some(abi) = knobs.abis.iter().find(|&&abi| !is_callable(abi)) {
        return Err(trampette::Error::AbiUnavailable { abi: *abi }.into());
    }
    let builds = builds(&fuzz.cc)?;
    Ok(Campaign {
        signatures: fuzz.signatures.or(match fuzz.time {
            None => Some(SIGNATURES),
            Some(_) => None,
        }),
        shard: fuzz.shard,
        time: fuzz.time,
        ..Campaign::new(seed, knobs, builds)
    })
}

/// Those that are found, and those that are given, each once.
fn builds(given: &[PathBuf]) -> Result<Vec<Build>, Failure> {
    let given = compiler::builds_of(given).map_err(failed)?;
    let mut builds = match compiler::find_builds() {
        Err(CompileError::NoCompiler) if !given.is_empty() => Vec::new(),
        found => found.map_err(failed)?,
    };
    for build in given {
        if !builds.contains(&build) {
            builds.push(build);
        }
    }
    Ok(builds)
}

/// Seconds: short enough to be typed again.
fn seed_of_the_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| time.as_secs())
}

/// This program, as a worker: under an emulator that `ci/cross.sh` names, through the emulator.
fn worker() -> Result<Vec<OsString>, Failure> {
    let program = env::current_exe().map_err(|source| failed(NoProgram(source)))?;
    let emulator = env::var("TRAMPETTE_EMULATOR").unwrap_or_default();
    let mut command: Vec<OsString> = emulator.split_whitespace().map(Into::into).collect();
    command.extend([program.into(), WORKER.into()]);
    Ok(command)
}

/// The program does not know its own file.
#[derive(Debug)]
struct NoProgram(io::Error);

impl fmt::Display for NoProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("workers cannot be started: this program's file is not known")
    }
}

impl std::error::Error for NoProgram {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// JSON and Markdown are for files: what people are to know of mismatches goes to stderr then.
fn print(fuzz: &Fuzz, summary: &Summary, explanations: &[Explanation]) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    if fuzz.json {
        serde_json::to_writer(&mut out, summary).map_err(io::Error::from)?;
        writeln!(out)?;
    } else if fuzz.types {
        write!(out, "{}", summary.document().map_err(failed)?)?;
    } else {
        text::write(&mut out, summary, explanations)?;
        return Ok(out.flush()?);
    }
    for explanation in explanations {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(anstream::stderr(), "{explanation}");
    }
    Ok(out.flush()?)
}
