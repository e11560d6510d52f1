//! All trials, and the table of what came of them.

use std::fmt;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use trampette::Abi;
use trampette_abi::plant::Plant;

use crate::child::{BEGUN, FOUND, LEFT_OUT, NONE, NOTHING, OPTION, SIGNATURES};

/// The conventions that this process can prove.
const ABIS: &[Abi] = if cfg!(target_arch = "aarch64") {
    &[Abi::Aapcs64]
} else {
    &[Abi::SysV64, Abi::Win64]
};

/// How often a build may leave a signature out where nothing is planted: compilers do not know all types, and there
/// are several builds.
const MOST_LEFT_OUT: usize = SIGNATURES / 2;

/// A mistake in a convention; none to see that nothing is found then.
#[derive(Clone, Copy)]
struct Trial {
    plant: Option<Plant>,
    abi: Abi,
}

/// What came of a trial.
enum Outcome {
    /// This signature, counted from one, differs.
    Found { signature: usize, how: String },
    /// The process crashed among the first so many signatures.
    Crashed { within: usize, how: String },
    /// The trial itself went wrong.
    Broken { how: String },
    /// Nothing was found in all signatures, but for so many that could not be proved in a build or in all.
    Nothing { left_out: usize },
}

pub(crate) fn run(words: &[&str]) -> ExitCode {
    let trials = trials(words);
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let failures = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..workers.min(trials.len()) {
            scope.spawn(|| {
                while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let outcome = trial.run();
                    println!("{}", trial.line(&outcome, start.elapsed()));
                    let failed = !trial.is_as_it_must_be(&outcome);
                    failures.fetch_add(failed.into(), Ordering::Relaxed);
                }
            });
        }
    });
    let failures = failures.into_inner();
    println!("{} trials, {failures} of them failed", trials.len());
    if failures == 0 && !trials.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether a mistake is one where this process calls back in this convention.
fn is_here(plant: Plant, abi: Abi) -> bool {
    let is_own = abi == trampette::ABI;
    let is_seen = match plant {
        // Contexts are injected in the process' own convention alone.
        Plant::InjectionRegister
        | Plant::WordsOverAligned
        | Plant::WordsNotExtended
        | Plant::WordsOfVectors => is_own,
        // What runs in the same convention keeps the same registers.
        Plant::Win64RsiLost | Plant::Win64Xmm6Lost => !is_own,
        _ => true,
    };
    is_seen && plant.abis().contains(&abi)
}

/// The trials of this machine's conventions whose names contain one of these words, if there are any.
fn trials(words: &[&str]) -> Vec<Trial> {
    let plants = Plant::ALL.iter().copied().map(Some).chain([None]);
    let of_each = |plant: Option<Plant>| {
        let abis = ABIS.iter().copied();
        let abis = abis.filter(move |&abi| plant.is_none_or(|plant| is_here(plant, abi)));
        abis.map(move |abi| Trial { plant, abi })
    };
    let mut trials: Vec<Trial> = plants.flat_map(of_each).collect();
    if !words.is_empty() {
        trials.retain(|trial| words.iter().any(|word| trial.to_string().contains(word)));
    }
    trials
}

impl Trial {
    fn name(&self) -> &'static str {
        self.plant.map_or(NONE, Plant::name)
    }

    fn run(&self) -> Outcome {
        let program = std::env::current_exe().expect("this program has a file");
        let mut command = command(&program);
        command.args([OPTION, self.name(), self.abi.name()]);
        let output = command.output().expect("this program starts again");
        self.outcome(&output)
    }

    fn outcome(&self, output: &Output) -> Outcome {
        let said = String::from_utf8_lossy(&output.stdout);
        let last = |what| {
            let mut counts = said.lines().filter_map(|line| line.strip_prefix(what));
            counts.next_back().and_then(|count| count.parse().ok())
        };
        let found = said.lines().find_map(|line| line.strip_prefix(FOUND));
        let found = found.and_then(|found| found.split_once(' '));
        match found {
            Some((signature, how)) => Outcome::Found {
                signature: signature.parse().unwrap_or(0),
                how: how.into(),
            },
            None if said.lines().last() == Some(NOTHING) && output.status.success() => {
                Outcome::Nothing {
                    left_out: last(LEFT_OUT).unwrap_or(SIGNATURES),
                }
            }
            None => {
                let words = String::from_utf8_lossy(&output.stderr);
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                let how = format!("{}: {words}", output.status);
                match last(BEGUN) {
                    Some(within) if is_crash(output.status) => Outcome::Crashed { within, how },
                    _ => Outcome::Broken { how },
                }
            }
        }
    }

    /// A mistake is found among so many signatures, and where there is none, none is.
    fn is_as_it_must_be(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Nothing { left_out } => self.plant.is_none() && *left_out <= MOST_LEFT_OUT,
            Outcome::Broken { .. } => false,
            Outcome::Found { signature: at, .. } | Outcome::Crashed { within: at, .. } => {
                self.plant.is_some() && (1..=SIGNATURES).contains(at)
            }
        }
    }

    fn line(&self, outcome: &Outcome, time: Duration) -> String {
        const WIDTH: usize = 150;
        let verdict = if self.is_as_it_must_be(outcome) {
            "ok  "
        } else {
            "FAIL"
        };
        let doc = self.plant.map_or("Nothing is planted.", Plant::doc);
        let seconds = time.as_secs_f32();
        let line = format!("{verdict} {self:<36} {outcome:<24} {seconds:>6.1} s  {doc}");
        match outcome {
            Outcome::Nothing { .. } => line,
            Outcome::Found { how, .. } | Outcome::Crashed { how, .. } | Outcome::Broken { how } => {
                let how: String = how.chars().take(WIDTH).collect();
                format!("{line}\n         {how}")
            }
        }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.name(), self.abi.name()))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Nothing { left_out: 0 } => format!("nothing in {SIGNATURES}"),
            Self::Nothing { left_out } => format!("nothing, {left_out} left out"),
            Self::Found { signature, .. } => format!("signature {signature}"),
            Self::Crashed { within, .. } => format!("crash within {within}"),
            Self::Broken { .. } => "the trial broke".into(),
        })
    }
}

/// Whether a signal ended the process, or what Windows has instead. A panic is none: the prover is not to
/// panic, whatever the engine does.
fn is_crash(status: ExitStatus) -> bool {
    // An emulator ends as its program would have, or as shells say it.
    match status.code() {
        None => true,
        Some(code) => !(0..=128).contains(&code),
    }
}

/// Runs a program of this process' machine: under an emulator, through the emulator.
fn command(program: &Path) -> Command {
    let emulator = std::env::var("TRAMPETTE_EMULATOR").unwrap_or_default();
    let mut words = emulator.split_whitespace();
    let Some(first) = words.next() else {
        return Command::new(program);
    };
    let mut command = Command::new(first);
    command.args(words).arg(program);
    command
}
