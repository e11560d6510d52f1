//! One trial: signatures go to a worker process, and a verdict comes back, or the process dies.

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use trampette::Signature;

use super::process::{Family, ending, is_from_outside};
use super::wire::{JobText, MARK, Message};
use super::{CampaignError, Stop};
use crate::compiler::Build;
use crate::judge::Verdict;

/// How a trial ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// With a verdict.
    Verdict(Verdict),
    /// The process did not live to give one.
    Death(Death),
}

/// How a worker ended that gave no verdict.
#[derive(Clone, Debug)]
pub(super) struct Death {
    /// In words: `crashed with SIGSEGV`.
    pub(super) how: String,
    /// What it was doing, as far as it has said so: what [`crash::note`](crate::crash::note) was told.
    pub(super) at: String,
    /// Whether the machine may be to blame, and not the call: it was slow, or somebody killed the process.
    pub(super) may_be_chance: bool,
}

/// What is tried, and where.
pub(super) struct Trial<'a> {
    pub(super) command: &'a [OsString],
    /// For temporary files.
    pub(super) folder: &'a Path,
    /// How long a worker may say nothing.
    pub(super) patience: Duration,
    pub(super) stop: &'a Stop,
}

/// How often it is asked whether to stop.
const TICK: Duration = Duration::from_millis(50);

/// How long a process may take to end after its verdict.
const GRACE: Duration = Duration::from_secs(10);

impl Trial<'_> {
    pub(super) fn run(
        &self,
        signatures: &[Signature],
        builds: &[Build],
    ) -> Result<Outcome, CampaignError> {
        let job = JobText::new(signatures, builds);
        let job = serde_json::to_string(&job).map_err(io::Error::from);
        let mut family = self.start()?;
        let (stdin, stdout, stderr) = family.pipes();
        let messages = listen(stdout);
        let words = keep_the_last(stderr);
        let sent = stdin.map(|mut stdin| {
            // One that dies before it has read everything is heard of below.
            _ = job.and_then(|job| writeln!(stdin, "{job}").and_then(|()| stdin.flush()));
            stdin
        });
        let (end, at) = self.wait(&messages)?;
        if let End::Verdict(verdict) = end {
            drop(sent);
            wait_for_the_end(&messages);
            return Ok(Outcome::Verdict(verdict));
        }
        let status = family.end().map_err(|source| self.failure(source))?;
        let words = words.recv_timeout(GRACE).unwrap_or_default();
        let (how, may_be_chance) = match end {
            End::Silent => (format!("hung: nothing came for {:?}", self.patience), true),
            End::Panicked(words) => (format!("panicked: {words}"), false),
            _ => (ending(status), is_from_outside(status)),
        };
        Ok(Outcome::Death(Death {
            how,
            at: last_note(&words).unwrap_or(at),
            may_be_chance,
        }))
    }

    fn start(&self) -> Result<Family, CampaignError> {
        let (program, arguments) = self.command.split_first().ok_or_else(|| {
            self.failure(io::Error::new(io::ErrorKind::NotFound, "it has no name"))
        })?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, self.folder)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Family::start(&mut command).map_err(|source| self.failure(source))
    }

    fn failure(&self, source: io::Error) -> CampaignError {
        let program = self.command.first().cloned().unwrap_or_default();
        CampaignError::Worker { program, source }
    }

    /// What the worker said last that matters, and where it was.
    fn wait(&self, messages: &Receiver<Message>) -> Result<(End, String), CampaignError> {
        let (mut heard, mut at) = (Instant::now(), String::new());
        loop {
            if self.stop.is_wanted() {
                return Err(CampaignError::Interrupted);
            }
            let end = match messages.recv_timeout(TICK) {
                Ok(Message::At(note)) => {
                    (heard, at) = (Instant::now(), note);
                    continue;
                }
                Ok(Message::Verdict(text)) => match text.read() {
                    Ok(verdict) => End::Verdict(verdict),
                    Err(malformed) => return Err(self.failure(io::Error::other(malformed))),
                },
                Ok(Message::Panicked(words)) => End::Panicked(words),
                Ok(Message::Failed(words)) => return Err(CampaignError::Judge { words }),
                Err(RecvTimeoutError::Disconnected) => End::Gone,
                Err(RecvTimeoutError::Timeout) if heard.elapsed() > self.patience => End::Silent,
                Err(RecvTimeoutError::Timeout) => continue,
            };
            return Ok((end, at));
        }
    }
}

enum End {
    Verdict(Verdict),
    Panicked(String),
    /// Its output has ended.
    Gone,
    Silent,
}

/// Reads the messages among what a process prints, until it ends.
fn listen(from: Option<impl Read + Send + 'static>) -> Receiver<Message> {
    let (to, messages) = mpsc::channel();
    let read = move |from| {
        for line in BufReader::new(from).split(b'\n') {
            let Ok(line) = line else { return };
            let text = String::from_utf8_lossy(&line);
            let message = text.strip_prefix(MARK).map(serde_json::from_str);
            if let Some(Ok(message)) = message {
                // Whoever listens no longer has heard enough; the process is to go on printing.
                _ = to.send(message);
            }
        }
    };
    if let Some(from) = from {
        thread::spawn(move || read(from));
    }
    messages
}

/// The most of a worker's complaints that is kept, in bytes.
const WORDS: usize = 4096;

/// The end of what a process prints, when it has ended.
fn keep_the_last(from: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (to, words) = mpsc::channel();
    let read = move |mut from: Box<dyn Read + Send>| {
        let (mut all, mut part) = (Vec::new(), [0; 1024]);
        while let Ok(count @ 1..) = from.read(&mut part) {
            all.extend(&part[..count]);
            all.drain(..all.len().saturating_sub(WORDS));
        }
        // Nobody asks after a verdict.
        _ = to.send(String::from_utf8_lossy(&all).into_owned());
    };
    if let Some(from) = from {
        thread::spawn(move || read(Box::new(from)));
    }
    words
}

fn wait_for_the_end(messages: &Receiver<Message>) {
    let start = Instant::now();
    while let Some(left) = GRACE.checked_sub(start.elapsed()) {
        if messages.recv_timeout(left).is_err() {
            return;
        }
    }
}

/// What the handler of crashes printed.
fn last_note(words: &str) -> Option<String> {
    let mut lines = words.lines().rev();
    let note = lines.find_map(|line| line.strip_prefix(crate::crash::HEADING))?;
    Some(note.trim_end().into())
}
