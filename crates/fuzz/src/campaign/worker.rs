//! What a worker process does: it proves what it is told to, and says how it goes on.

use std::any::Any;
use std::io::{self, BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use trampette::Signature;

use super::wire::{JobText, MARK, Message, VerdictText};
use crate::compiler::Build;
use crate::crash;
use crate::judge::{Judge, JudgeError, Verdict};

/// How often a worker says where it is.
const BEAT: Duration = Duration::from_millis(500);

/// Works for a campaign: what a program does that [`Workers`](super::Workers) start. It reads what to
/// prove from standard input, proves it, and gives the verdict on standard output.
///
/// When the campaign has gone it ends the process, whatever the calls are doing.
///
/// # Errors
///
/// When the campaign's words cannot be read, or make no sense, or nobody listens.
pub fn work() -> io::Result<()> {
    work_as(|signatures, builds| Judge::new(builds.to_vec()).prove(signatures))
}

/// The same with another judge.
///
/// # Errors
///
/// As for [`work`].
pub fn work_as(
    prove: impl FnOnce(&[Signature], &[Build]) -> Result<Verdict, JudgeError>,
) -> io::Result<()> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let job: JobText = serde_json::from_str(&line)?;
    let (signatures, builds) = job.read().map_err(io::Error::other)?;
    crash::watch();
    thread::spawn(end_with_the_campaign);
    thread::spawn(beat);
    let outcome = catch_unwind(AssertUnwindSafe(|| prove(&signatures, &builds)));
    say(&Message::At(crash::latest().1))?;
    say(&match outcome {
        Ok(Ok(verdict)) => Message::Verdict(VerdictText::from(&verdict)),
        Ok(Err(error)) => Message::Failed(in_full(&error)),
        Err(panic) => Message::Panicked(words_of(&*panic).into()),
    })
}

/// Nothing more is said on standard input: it ends when the campaign does.
fn end_with_the_campaign() {
    let mut rest = [0; 64];
    while io::Read::read(&mut io::stdin().lock(), &mut rest).is_ok_and(|read| read > 0) {}
    std::process::exit(1);
}

/// Says where the calls are, as long as they go on.
fn beat() {
    let mut said = 0;
    loop {
        thread::sleep(BEAT);
        let (count, note) = crash::latest();
        if count != said && say(&Message::At(note)).is_err() {
            return;
        }
        said = count;
    }
}

fn say(message: &Message) -> io::Result<()> {
    let line = format!("{MARK}{}\n", serde_json::to_string(message)?);
    let mut out = io::stdout().lock();
    // Behind whatever was printed without an end of line.
    out.write_all(b"\n")?;
    out.write_all(line.as_bytes())?;
    out.flush()
}

/// An error's message, and those of what caused it.
fn in_full(error: &JudgeError) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words += &format!(": {error}");
        cause = error.source();
    }
    words
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let owned = || panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(owned).unwrap_or("without words")
}
