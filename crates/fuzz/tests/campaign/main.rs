//! Campaigns: what is proved, what becomes of crashes, and that nothing stays behind.
//!
//! The workers are this program, which then runs the one test that is ignored otherwise.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod merge;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use trampette::{ABI, CType, Signature};
use trampette_fuzz::campaign::{self, Campaign, CampaignError, Ended, Stop, Summary, Workers};
use trampette_fuzz::compiler::{self, Build};
use trampette_fuzz::crash;
use trampette_fuzz::generate::{Generator, Knobs};
use trampette_fuzz::judge::{Judge, Verdict};
use trampette_fuzz::mismatch::{Difference, Direction, Mismatch, Position};

/// What a worker does when it is to prove a certain signature.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mishap {
    Crash,
    Abort,
    Hang,
    Panic,
    CrashInO2,
    CrashAmongOthers,
    Noise,
    Silence,
    CrashOfDoubles,
    Differ,
}

impl Mishap {
    const ALL: [Self; 10] = [
        Self::Crash,
        Self::Abort,
        Self::Hang,
        Self::Panic,
        Self::CrashInO2,
        Self::CrashAmongOthers,
        Self::Noise,
        Self::Silence,
        Self::CrashOfDoubles,
        Self::Differ,
    ];

    fn happen(self, signature: &Signature, among: usize, builds: &[Build]) {
        crash::note(&format!("frame f7 {signature}"));
        match self {
            Self::Crash => fault(),
            Self::Abort => std::process::abort(),
            Self::Hang => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
            Self::Panic => panic!("so it does"),
            Self::CrashInO2 if builds.iter().any(|build| build.level == "-O2") => fault(),
            Self::CrashAmongOthers if among > 1 => fault(),
            Self::Noise => print!("{{\"verdict\": 1}}\n\u{1e}noise\n and more"),
            Self::Silence => std::process::exit(0),
            Self::CrashOfDoubles if takes_double(signature) => fault(),
            Self::CrashOfDoubles | Self::CrashInO2 | Self::CrashAmongOthers | Self::Differ => {}
        }
    }
}

fn takes_double(signature: &Signature) -> bool {
    signature.params().contains(&CType::F64)
}

/// What is wrong with whoever takes a double, in one build.
fn differences(signatures: &[Signature], builds: &[Build]) -> Vec<Mismatch> {
    let wrong = signatures
        .iter()
        .filter(|signature| takes_double(signature));
    let mismatch = |signature: &Signature| Mismatch {
        signature: signature.clone(),
        build: builds[0],
        direction: Direction::Values,
        position: Position::Result,
        difference: Difference::Other("doubles".into()),
    };
    wrong.map(mismatch).collect()
}

/// Reads where nobody may.
fn fault() {
    let nowhere = std::hint::black_box(std::ptr::without_provenance::<u8>(8));
    // SAFETY: there is none: the process is to end.
    unsafe { nowhere.read_volatile() };
}

/// No test: workers run it. Behind the name of this function stand a mishap and the signature that has it,
/// or `every`.
#[test]
#[ignore = "workers run it"]
fn worker() {
    let plan: Vec<String> = std::env::args().skip(1).take(3).collect();
    let ["worker", name, text] = [0, 1, 2].map(|at| plan.get(at).map_or("", String::as_str)) else {
        return;
    };
    let named = |mishap: &Mishap| format!("{mishap:?}") == name;
    let mishap = Mishap::ALL.into_iter().find(named);
    let done = campaign::work_as(|signatures, builds| {
        for signature in signatures {
            if text == "every" || signature.to_string() == text {
                mishap
                    .expect("a mishap")
                    .happen(signature, signatures.len(), builds);
            }
        }
        if mishap.is_none() {
            return Judge::new(builds.to_vec()).prove(signatures);
        }
        // These are not about calls.
        let is_wrong = mishap == Some(Mishap::Differ);
        let mismatches = is_wrong.then(|| differences(signatures, builds));
        Ok(Verdict {
            calls: signatures.len() as u64,
            mismatches: mismatches.unwrap_or_default(),
            ..Verdict::default()
        })
    });
    std::process::exit(done.is_err().into());
}

/// A worker of this program that meets with no mishap.
fn command(plan: [&str; 2]) -> Vec<OsString> {
    let emulator = std::env::var("TRAMPETTE_EMULATOR").unwrap_or_default();
    let mut command: Vec<OsString> = emulator.split_whitespace().map(Into::into).collect();
    command.push(std::env::current_exe().unwrap().into());
    let filters = ["worker", plan[0], plan[1]];
    command.extend(filters.map(Into::into));
    command.extend(["--exact", "--ignored", "--nocapture", "-q"].map(Into::into));
    command
}

const WELL: [&str; 2] = ["Well", "none"];

/// A small campaign that a person can follow.
fn campaign(signatures: u64) -> Campaign {
    let builds = compiler::builds().to_vec();
    let knobs = Knobs::for_here([ABI]);
    Campaign {
        signatures: Some(signatures),
        workers: 2,
        batch: 8,
        ..Campaign::new(1, knobs, builds)
    }
}

/// Runs it to its end, and looks whether it leaves anything behind.
fn run(campaign: &Campaign, plan: [&str; 2]) -> Summary {
    let folder = tempfile::tempdir().unwrap();
    let workers = Workers::new_in(folder.path(), command(plan)).unwrap();
    let workers = workers.with_patience(PATIENCE);
    let (summary, done) = campaign.run(&workers, &Stop::default(), |_| {});
    done.unwrap();
    drop(workers);
    assert_eq!(files_in(folder.path()), BTreeSet::new());
    summary
}

/// For workers that are not to compile anything.
const PATIENCE: Duration = Duration::from_secs(20);

fn files_in(folder: &Path) -> BTreeSet<OsString> {
    let entries = folder.read_dir().unwrap();
    entries.map(|entry| entry.unwrap().file_name()).collect()
}

fn signature(campaign: &Campaign, index: u64) -> Signature {
    Generator::new(campaign.seed, campaign.knobs.clone()).signature(index)
}

#[test]
fn a_campaign_proves_every_signature_in_every_build() {
    let mut campaign = campaign(20);
    campaign.batch = 16;
    let folder = tempfile::tempdir().unwrap();
    let workers = Workers::new_in(folder.path(), command(WELL)).unwrap();
    let mut seen = Vec::new();
    let (summary, done) = campaign.run(&workers, &Stop::default(), |summary| {
        seen.push(summary.signatures);
    });
    done.unwrap();
    assert_eq!(seen, [10, 20]);
    assert!(summary.is_clean(), "{:?}", summary.mismatches);
    assert_eq!((summary.signatures, summary.ended), (20, Ended::Complete));
    assert_eq!(summary.done.to_string(), "0 .. 19");
    assert!(summary.calls >= 20 * 2 * campaign.builds.len() as u64);
    assert_eq!(summary.per_abi[ABI.name()], 20);
    for build in &campaign.builds {
        let count = summary.per_build[&build.to_string()];
        assert_eq!(count.proved + count.left_out, 20, "{build}");
        assert!(count.proved > 10, "{build}");
    }
}

#[test]
fn shards_have_no_signature_in_common_and_all_together() {
    let whole = run(&campaign(50), ["Noise", "none"]);
    let mut shards = Vec::new();
    for number in 1..=3 {
        let mut campaign = campaign(50);
        campaign.shard = format!("{number}/3").parse().unwrap();
        shards.push(run(&campaign, ["Noise", "none"]));
    }
    let indices = shards.iter().flat_map(|shard| shard.done.iter());
    let mut indices: Vec<u64> = indices.collect();
    indices.sort_unstable();
    assert_eq!(indices, Vec::from_iter(0..50));

    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = shards.iter().map(|shard| written(&folder, shard)).collect();
    let merged = campaign::merge(&files).unwrap();
    let like_the_whole = Summary {
        shards: whole.shards.clone(),
        seconds: whole.seconds,
        ..merged.clone()
    };
    assert_eq!(like_the_whole, whole);
    let names: Vec<String> = merged.shards.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["1/3", "2/3", "3/3"]);
    let seconds: f64 = shards.iter().map(|shard| shard.seconds).sum();
    assert!((merged.seconds - seconds).abs() < 1e-9);
}

/// Writes a summary to a file of its own.
fn written(folder: &TempDir, summary: &Summary) -> std::path::PathBuf {
    let file = folder
        .path()
        .join(files_in(folder.path()).len().to_string());
    std::fs::write(&file, serde_json::to_string(summary).unwrap()).unwrap();
    file
}

#[test]
fn a_seed_has_the_same_signatures_whatever_the_batches() {
    let mut other = campaign(30);
    (other.batch, other.workers) = (7, 1);
    let [mut once, mut again] =
        [campaign(30), other].map(|campaign| run(&campaign, ["Noise", "none"]));
    (once.seconds, again.seconds) = (0.0, 0.0);
    assert_eq!(once, again);
}

/// A mishap of the 11th of 20 signatures, and what is found of it.
fn found(mishap: Mishap, patience: Duration) -> (Summary, Signature) {
    let campaign = campaign(20);
    let culprit = signature(&campaign, 11);
    let folder = tempfile::tempdir().unwrap();
    let plan = [format!("{mishap:?}"), culprit.to_string()];
    let command = command([&plan[0], &plan[1]]);
    let workers = Workers::new_in(folder.path(), command).unwrap();
    let workers = workers.with_patience(patience);
    let (summary, done) = campaign.run(&workers, &Stop::default(), |_| {});
    done.unwrap();
    drop(workers);
    assert_eq!(files_in(folder.path()), BTreeSet::new());
    assert_eq!(summary.done.to_string(), "0 .. 19");
    (summary, culprit)
}

/// Whoever does it, in each build, and nobody else; and which call it was, where that is always known.
fn is_found(mishap: Mishap, direction: Option<Direction>, how: &str) {
    let (summary, culprit) = found(mishap, PATIENCE);
    let builds = compiler::builds();
    assert_eq!(summary.mismatch_count, builds.len() as u64, "{mishap:?}");
    for (finding, build) in summary.mismatches.iter().zip(builds) {
        let found = &finding.mismatch;
        assert_eq!((finding.seed, finding.index), (1, 11));
        assert_eq!((&found.signature, found.build), (&culprit, *build));
        assert_eq!(found.position, Position::Call);
        assert!(
            direction.is_none_or(|direction| direction == found.direction),
            "{found:?}"
        );
        let Difference::Other(words) = &found.difference else {
            panic!("{found:?}");
        };
        assert!(words.starts_with(how), "{words}");
    }
}

#[test]
fn who_crashes_is_found_and_the_campaign_goes_on() {
    let how = if cfg!(windows) {
        "crashed with EXCEPTION_ACCESS_VIOLATION"
    } else {
        "crashed with SIGSEGV"
    };
    is_found(Mishap::Crash, Some(Direction::Frame), how);
}

#[test]
fn who_aborts_is_found() {
    let how = if cfg!(windows) {
        "crashed with STATUS_STACK_BUFFER_OVERRUN"
    } else {
        "crashed with SIGABRT"
    };
    is_found(Mishap::Abort, None, how);
}

#[test]
fn who_ends_the_process_as_if_all_were_well_is_found() {
    is_found(Mishap::Silence, None, "ended without a word, with exit");
}

#[test]
fn who_panics_is_found() {
    is_found(
        Mishap::Panic,
        Some(Direction::Frame),
        "panicked: so it does",
    );
}

#[test]
fn who_hangs_is_found() {
    let patience = Duration::from_secs(2);
    let (summary, culprit) = found(Mishap::Hang, patience);
    assert_eq!(summary.mismatch_count, compiler::builds().len() as u64);
    for finding in &summary.mismatches {
        assert_eq!(finding.mismatch.signature, culprit);
        assert_eq!(finding.mismatch.direction, Direction::Frame);
        let how = Difference::Other("hung: nothing came for 2s".into());
        assert_eq!(finding.mismatch.difference, how);
    }
}

#[test]
fn a_crash_of_some_builds_is_theirs_alone() {
    let (summary, culprit) = found(Mishap::CrashInO2, PATIENCE);
    let crashed: Vec<Build> = summary
        .mismatches
        .iter()
        .map(|f| f.mismatch.build)
        .collect();
    let mut expected = compiler::builds().to_vec();
    expected.retain(|build| build.level == "-O2");
    assert_eq!(crashed, expected);
    assert!(
        summary
            .mismatches
            .iter()
            .all(|f| f.mismatch.signature == culprit)
    );
}

#[test]
fn a_crash_that_needs_others_is_told_once() {
    let (summary, culprit) = found(Mishap::CrashAmongOthers, PATIENCE);
    let [finding] = summary.mismatches.as_slice() else {
        panic!("{:?}", summary.mismatches);
    };
    assert_eq!(finding.mismatch.signature, culprit);
    let Difference::Other(words) = &finding.mismatch.difference else {
        panic!("{finding:?}");
    };
    assert!(
        words.ends_with("only together with others of its batch"),
        "{words}"
    );
}

#[test]
fn what_differs_and_what_crashes_is_reduced_before_it_is_explained() {
    for mishap in [Mishap::Differ, Mishap::CrashOfDoubles] {
        let mut campaign = campaign(30);
        campaign.builds.truncate(1);
        let plan = [&format!("{mishap:?}"), "every"];
        let workers = Workers::new(command(plan)).unwrap();
        let stop = Stop::default();
        let (mut summary, done) = campaign.run(&workers, &stop, |_| {});
        done.unwrap();
        let is_wrong = |&index: &u64| takes_double(&signature(&campaign, index));
        let wrong: BTreeSet<u64> = (0..30).filter(is_wrong).collect();
        let found = summary.mismatches.iter().map(|finding| finding.index);
        assert!(wrong.len() > 2, "{wrong:?}");
        assert_eq!(BTreeSet::from_iter(found), wrong);
        summary.mismatches.truncate(2);
        let explained = campaign::explain(&summary, &campaign.builds, Some(&workers), &stop);
        let signatures = explained
            .iter()
            .map(|one| one.mismatches()[0].signature.to_string());
        let signatures: BTreeSet<String> = signatures.collect();
        // One of each kind that does not become the other step by step.
        let smallest = BTreeSet::from(["(f64) -> void".into(), "(f64, ...) -> void".into()]);
        assert!(signatures.is_subset(&smallest), "{signatures:?}");
        let text = explained[0].to_string();
        assert!(text.contains("void f(double"), "{text}");
        assert!(text.contains("--seed 1 "), "{text}");
        // Who wants to stop is told without more work.
        stop.stop();
        let explained = campaign::explain(&summary, &campaign.builds, Some(&workers), &stop);
        let first = summary.mismatches[0].mismatch.signature.clone();
        assert_eq!(explained[0].mismatches()[0].signature, first);
    }
}

#[test]
fn what_calls_print_is_no_verdict() {
    let summary = run(&campaign(20), ["Noise", "every"]);
    assert_eq!((summary.mismatch_count, summary.calls), (0, 20));
}

#[test]
fn where_everything_crashes_the_campaign_ends_and_says_what_it_left_out() {
    // More than one batch may have processes for, with however few builds.
    let mut campaign = campaign(64);
    campaign.batch = 64;
    let summary = run(&campaign, ["Abort", "every"]);
    assert_eq!(summary.signatures, 64);
    let left_out: u64 = summary.left_out.iter().map(|omission| omission.count).sum();
    assert!(left_out > 0 && summary.mismatch_count > 0, "{summary:?}");
    assert_eq!(summary.left_out.len(), 1, "{:?}", summary.left_out);
}

#[test]
fn a_campaign_stops_at_once_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let workers = Workers::new_in(folder.path(), command(["Hang", "every"])).unwrap();
    let stop = Stop::default();
    let stopper = stop.clone();
    let watcher = std::thread::spawn({
        let folder = folder.path().to_owned();
        move || {
            // Both workers have begun: each has a folder in the campaign's own.
            let begun = || {
                let own = files_in(&folder).pop_first()?;
                Some(files_in(&folder.join(own)).len())
            };
            while begun() != Some(2) {
                std::thread::sleep(Duration::from_millis(10));
            }
            stopper.stop();
            Instant::now()
        }
    });
    let (summary, done) = campaign(20).run(&workers, &stop, |_| {});
    let elapsed = watcher.join().unwrap().elapsed();
    assert!(matches!(done, Err(CampaignError::Interrupted)), "{done:?}");
    assert_eq!((summary.ended, summary.signatures), (Ended::Interrupted, 0));
    assert!(elapsed < PATIENCE, "{elapsed:?}");
    drop(workers);
    assert_eq!(files_in(folder.path()), BTreeSet::new());
}

#[test]
fn a_campaign_without_an_end_ends_when_its_time_is_over() {
    let mut campaign = campaign(0);
    campaign.signatures = None;
    campaign.time = Some(Duration::from_millis(1500));
    let summary = run(&campaign, ["Noise", "none"]);
    assert_eq!(summary.ended, Ended::Time);
    assert!(
        summary.signatures >= campaign.batch && summary.signatures.is_multiple_of(campaign.batch)
    );
    assert!(summary.seconds >= 1.5);
}

#[test]
fn workers_that_cannot_work_are_an_error() {
    let run = |command: Vec<OsString>| {
        let workers = Workers::new(command).unwrap();
        campaign(20).run(&workers, &Stop::default(), |_| {}).1
    };
    let mut commands = vec![vec![]];
    // An emulator starts what is not there.
    if std::env::var_os("TRAMPETTE_EMULATOR").is_none() {
        commands.push(vec!["no/such/program".into()]);
    }
    for command in commands {
        let error = run(command).unwrap_err();
        assert!(matches!(error, CampaignError::Worker { .. }), "{error}");
    }
    let missing = Workers::new_in(Path::new("no/such/folder"), command(WELL)).unwrap_err();
    let message = "no folder for temporary files in no/such/folder";
    assert_eq!(missing.to_string(), message);
}

#[test]
fn a_campaign_with_nothing_to_compare_is_an_error() {
    let workers = Workers::new(command(WELL)).unwrap();
    let mut no_builds = campaign(1);
    no_builds.builds.clear();
    let error = no_builds
        .run(&workers, &Stop::default(), |_| {})
        .1
        .unwrap_err();
    assert!(matches!(error, CampaignError::NoBuilds), "{error}");
    let mut no_abis = campaign(1);
    no_abis.knobs.abis.clear();
    let error = no_abis
        .run(&workers, &Stop::default(), |_| {})
        .1
        .unwrap_err();
    assert!(matches!(error, CampaignError::NoConventions), "{error}");
}
