//! `trampette fuzz` as its users see it: output, exit status, and what stays behind.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use trampette::ABI;

/// `trampette fuzz` with these arguments, all of whose temporary files are in this folder.
fn fuzz(folder: &TempDir, args: &[&str]) -> Command {
    let emulator = std::env::var("TRAMPETTE_EMULATOR").unwrap_or_default();
    let words = emulator.split_whitespace();
    let mut words = words.chain([env!("CARGO_BIN_EXE_trampette"), "fuzz"]);
    let mut command = Command::new(words.next().expect("at least the command itself"));
    command.args(words).args(args).env_remove("CLICOLOR_FORCE");
    for name in ["TMPDIR", "TMP", "TEMP"] {
        command.env(name, folder.path());
    }
    command
}

struct Outcome {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Outcome {
    #[track_caller]
    fn ends_with_status(self, status: i32) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(self.status, Some(status), "{stdout}{stderr}");
        self
    }

    /// Refused with this message, and nothing else.
    #[track_caller]
    fn is_refused(&self, status: i32, message: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (Some(status), ""));
        assert!(self.stderr.contains(message), "{}", self.stderr);
    }
}

/// Runs it to its end. It leaves nothing behind, whatever comes of it.
#[track_caller]
fn outcome(args: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let output = fuzz(&folder, args).output().expect("the command runs");
    assert!(is_empty(folder.path()));
    output.into()
}

fn is_empty(folder: &Path) -> bool {
    folder.read_dir().unwrap().next().is_none()
}

fn json(text: &str) -> Value {
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

/// What comes first in campaigns that are small: one convention.
fn in_own_convention<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["--abi", ABI.name(), "--seed", "1"], args].concat()
}

#[track_caller]
fn own(args: &[&str]) -> Outcome {
    outcome(&in_own_convention(args))
}

#[test]
fn where_nothing_differs_the_status_is_0_and_stderr_has_no_progress() {
    let outcome = own(&["--signatures", "6"]).ends_with_status(0);
    assert_eq!(outcome.stderr, "");
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let first = "seed 1, shard 1/1: 6 of 6 signatures, complete";
    assert_eq!(lines.first(), Some(&first));
    let row = format!("{} 6 ", ABI.name());
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        lines.iter().any(|line| words(line).starts_with(&row)),
        "{}",
        outcome.stdout
    );
    let last = lines.last().unwrap();
    assert!(last.ends_with(": no mismatch"), "{last}");
}

#[test]
fn json_is_one_object_on_one_line() {
    let outcome = own(&["--signatures", "6", "--json"]).ends_with_status(0);
    assert_eq!(outcome.stderr, "");
    let summary = json(&outcome.stdout);
    let keys: Vec<&str> = summary
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "version",
            "platform",
            "seed",
            "knobs",
            "planned",
            "shards",
            "ended",
            "done",
            "signatures",
            "calls",
            "per_abi",
            "per_build",
            "coverage",
            "journeys",
            "left_out",
            "mismatch_count",
            "mismatches",
            "seconds",
        ]
    );
    assert_eq!(summary["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(summary["knobs"]["abis"], serde_json::json!([ABI.name()]));
    assert_eq!(
        summary["done"],
        serde_json::json!([{"first": 0, "step": 1, "count": 6}])
    );
    assert!(summary["calls"].as_u64().unwrap() >= 12);
}

#[test]
fn a_seed_of_the_clock_is_said_before_anything_else() {
    let outcome = outcome(&["--abi", ABI.name(), "--signatures", "1", "--json"]);
    let outcome = outcome.ends_with_status(0);
    let seed = json(&outcome.stdout)["seed"].as_u64().unwrap();
    assert_eq!(outcome.stderr, format!("seed {seed}\n"));
}

#[test]
fn what_shards_print_is_added_up() {
    let folder = tempfile::tempdir().unwrap();
    let shard = |name: &str| {
        let outcome = own(&["--signatures", "5", "--shard", name, "--json"]);
        let file = folder.path().join(name.replace('/', "of"));
        std::fs::write(&file, outcome.ends_with_status(0).stdout).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (first, second) = (shard("1/2"), shard("2/2"));
    let merged = outcome(&["--merge", &first, &second, "--json"]).ends_with_status(0);
    let (merged, whole) = (json(&merged.stdout), own(&["--signatures", "5", "--json"]));
    let whole = json(&whole.stdout);
    for key in [
        "done",
        "signatures",
        "calls",
        "per_abi",
        "per_build",
        "coverage",
        "journeys",
        "ended",
    ] {
        assert_eq!(merged[key], whole[key], "{key}");
    }
    let shown = outcome(&["--merge", &first, &second]).ends_with_status(0);
    let head = "seed 1, shard 1/2 2/2: 5 of 5 signatures, complete\n";
    assert!(shown.stdout.starts_with(head), "{}", shown.stdout);

    let page = outcome(&["--merge", &first, &second, "--types"]).ends_with_status(0);
    let abi = trampette::ABI.name();
    let title = format!("## {abi}, with the types of {}\n", trampette::MODEL.name);
    assert!(page.stdout.contains(&title), "{}", page.stdout);
    let elsewhere = folder.path().join("elsewhere");
    let text = std::fs::read_to_string(&first).unwrap();
    let platform = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    std::fs::write(&elsewhere, text.replace(&platform, "vax-vms")).unwrap();
    let refused = outcome(&["--merge", elsewhere.to_str().unwrap(), "--types"]);
    refused.is_refused(1, "the campaign was on vax-vms");

    outcome(&["--merge", &first, &first]).is_refused(1, "have proved the same: index 0");
    let other = std::fs::read_to_string(&second).unwrap();
    std::fs::write(&second, other.replace("\"seed\":1", "\"seed\":2")).unwrap();
    let differs = outcome(&["--merge", &first, &second]);
    differs.is_refused(1, "is of another campaign: its seed is 2");
    assert!(differs.stderr.contains(&second), "{}", differs.stderr);
}

#[test]
fn a_mismatch_in_what_is_added_up_has_the_status_1_and_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("summary");
    let mut summary = json(&own(&["--signatures", "1", "--json"]).stdout);
    summary["mismatch_count"] = 1.into();
    summary["mismatches"] = serde_json::json!([{
        "seed": 1,
        "index": 0,
        "signature": "(i32) -> i32",
        "build": {"compiler": "gcc", "target": null, "level": "-O2"},
        "direction": "frame",
        "position": {"argument": 0},
        "difference": {"bytes": {"expected": "01020304", "found": "01020305", "meaning": "ffffffff"}},
    }]);
    std::fs::write(&file, summary.to_string()).unwrap();
    let outcome = outcome(&["--merge", file.to_str().unwrap()]).ends_with_status(1);
    assert!(
        outcome.stdout.contains("(i32) -> i32"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stdout.ends_with(": 1 mismatch\n"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn wrong_usage_has_the_status_2() {
    for (args, message) in [
        (&["--shard", "0/3"][..], "there is no shard 0 of 3"),
        (&["--shard", "4/3"], "there is no shard 4 of 3"),
        (&["--shard", "three"], "expected a shard as `1/4`"),
        (&["--signatures", "0"], "0 is not in"),
        (&["--seed", "-1"], "unexpected argument"),
        (&["--time", "soon"], "invalid value"),
        (&["--abi", "pascal"], "invalid value"),
        (&["--merge"], "a value is required"),
        (&["--merge", "file", "--seed", "1"], "cannot be used with"),
    ] {
        outcome(args).is_refused(2, message);
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    outcome(&["--merge", manifest]).is_refused(1, "Cargo.toml is no summary of a campaign");
    outcome(&["--merge", "no/such/file"]).is_refused(1, "no/such/file cannot be read");
    let other = if cfg!(target_arch = "aarch64") {
        "sysv64"
    } else {
        "aapcs64"
    };
    let message = format!("cannot call functions of the convention {other}");
    outcome(&["--seed", "1", "--abi", other]).is_refused(1, &message);
    let message = "the compiler `no/such/compiler` does not start";
    own(&["--cc", "no/such/compiler"]).is_refused(1, message);
    own(&["--cc", manifest]).is_refused(1, "Cargo.toml` does not start");
}

/// Not under wine, whose compiler cannot do without one either.
#[cfg(unix)]
#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = fuzz(&folder, &in_own_convention(&["--signatures", "1"]));
    let missing = folder.path().join("missing");
    for name in ["TMPDIR", "TMP", "TEMP"] {
        command.env(name, &missing);
    }
    let outcome = Outcome::from(command.output().unwrap());
    outcome.is_refused(1, "no folder for temporary files in ");
    assert!(
        outcome.stderr.contains(missing.to_str().unwrap()),
        "{}",
        outcome.stderr
    );
}

#[cfg(target_os = "linux")]
mod linux {
    use std::process::{Child, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// A campaign that does not end, whose workers have begun.
    fn begun(folder: &TempDir) -> Child {
        let args = in_own_convention(&["--time", "1h", "--json"]);
        let mut command = fuzz(folder, &args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the command runs");
        wait_for("workers", || !workers_of(&child).is_empty());
        child
    }

    /// The processes that a campaign has started.
    fn workers_of(campaign: &Child) -> Vec<u32> {
        let is_worker = |process: &u32| {
            let read = |name| std::fs::read_to_string(format!("/proc/{process}/{name}"));
            let stat = read("stat").unwrap_or_default();
            // Behind the name, which may be anything, stand the state and the parent.
            let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
            let parent = rest.split_whitespace().nth(1);
            let line = read("cmdline").unwrap_or_default();
            parent == Some(&campaign.id().to_string()) && line.contains("fuzz-worker")
        };
        let entries = std::fs::read_dir("/proc").unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        let numbers = names.filter_map(|name| name.to_str()?.parse().ok());
        numbers.filter(is_worker).collect()
    }

    fn send(signal: &str, process: u32) {
        let mut kill = Command::new("sh");
        kill.args(["-c", &format!("kill -{signal} {process}")]);
        assert!(kill.status().unwrap().success());
    }

    /// Whether a signal is ignored by this process, and so by those that it starts.
    fn is_ignored(number: u32) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
        mask & (1 << (number - 1)) != 0
    }

    #[test]
    fn what_nohup_starts_hears_of_no_hangup() {
        let folder = tempfile::tempdir().unwrap();
        let fuzz = fuzz(
            &folder,
            &in_own_convention(&["--signatures", "6", "--json"]),
        );
        let mut command = Command::new("nohup");
        command.arg(fuzz.get_program()).args(fuzz.get_args());
        let variables = fuzz.get_envs();
        command.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let campaign = command.spawn().expect("nohup runs");
        wait_for("workers", || !workers_of(&campaign).is_empty());
        send("HUP", campaign.id());
        let outcome = Outcome::from(campaign.wait_with_output().unwrap());
        assert_eq!(
            json(&outcome.ends_with_status(0).stdout)["ended"],
            "complete"
        );
    }

    #[track_caller]
    fn wait_for(what: &str, is_there: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_there() {
            assert!(start.elapsed() < Duration::from_secs(60), "no {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn ctrl_c_ends_the_workers_and_prints_what_was_covered() {
        for (number, signal) in [(2, "INT"), (15, "TERM"), (1, "HUP")] {
            if is_ignored(number) {
                println!("skipped: whoever runs this ignores SIG{signal}");
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let campaign = begun(&folder);
            let workers = workers_of(&campaign);
            send(signal, campaign.id());
            let outcome = Outcome::from(campaign.wait_with_output().unwrap());
            let outcome = outcome.ends_with_status(130);
            let summary = json(&outcome.stdout);
            assert_eq!(
                (&summary["ended"], outcome.stderr.as_str()),
                (&"interrupted".into(), "")
            );
            assert!(is_empty(folder.path()));
            let lives = |worker: &u32| Path::new(&format!("/proc/{worker}")).exists();
            assert!(!workers.iter().any(lives), "{workers:?}");
        }
    }

    /// Runs the rest of its arguments where a disk of 64 KiB is mounted on the first, and lists that.
    const SMALL_DISK: &str = r#"
        mount -t tmpfs -o size=64k none "$1" || exit 77
        folder=$1
        shift
        "$@"
        status=$?
        ls -A "$folder"
        exit $status
    "#;

    #[test]
    fn a_full_disk_is_said_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let fuzz = fuzz(&folder, &in_own_convention(&["--signatures", "40"]));
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", SMALL_DISK, "sh"]);
        command
            .arg(folder.path())
            .arg(fuzz.get_program())
            .args(fuzz.get_args());
        let variables = fuzz.get_envs();
        command.envs(variables.filter_map(|(name, value)| Some((name, value?))));
        let Ok(output) = command.output() else {
            println!("skipped: there is no unshare");
            return;
        };
        let outcome = Outcome::from(output);
        if outcome.status != Some(1) || outcome.stderr.starts_with("unshare") {
            println!("skipped: a disk cannot be mounted: {}", outcome.stderr);
            assert!(outcome.stderr.contains("unshare") || outcome.status == Some(77));
            return;
        }
        outcome.is_refused(1, "the disk is full: ");
        assert!(is_empty(folder.path()));
    }

    #[test]
    fn workers_end_with_a_campaign_that_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let mut campaign = begun(&folder);
        let workers = workers_of(&campaign);
        campaign.kill().unwrap();
        campaign.wait().unwrap();
        let lives = |worker: &u32| {
            let line = std::fs::read(format!("/proc/{worker}/cmdline"));
            line.is_ok_and(|line| !line.is_empty())
        };
        wait_for("end of the workers", || !workers.iter().any(lives));
    }

    #[test]
    fn a_worker_that_somebody_kills_is_no_mismatch() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = fuzz(
            &folder,
            &in_own_convention(&["--signatures", "6", "--json"]),
        );
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let campaign = command.spawn().expect("the command runs");
        wait_for("workers", || !workers_of(&campaign).is_empty());
        send("KILL", workers_of(&campaign)[0]);
        let outcome = Outcome::from(campaign.wait_with_output().unwrap());
        let summary = json(&outcome.ends_with_status(0).stdout);
        assert_eq!(
            (&summary["mismatch_count"], &summary["signatures"]),
            (&0.into(), &6.into())
        );
        assert!(is_empty(folder.path()));
    }
}
