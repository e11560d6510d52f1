//! Processes: how they are started, and what the system knows about them.

#[cfg(target_os = "linux")]
mod linux;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(target_os = "linux")]
pub use linux::*;

/// The emulator that this process runs under, as its command, if `ci/cross.sh` has said so.
fn emulator() -> Option<String> {
    std::env::var("TRAMPETTE_EMULATOR").ok()
}

/// A command that runs a program of this process' machine: under an emulator, through the emulator.
#[must_use]
pub fn command(program: impl AsRef<Path>) -> Command {
    let emulator = emulator().unwrap_or_default();
    let mut words = emulator.split_whitespace();
    let Some(first) = words.next() else {
        return Command::new(program.as_ref());
    };
    let mut command = Command::new(first);
    command.args(words).arg(program.as_ref());
    command
}

/// Whether an emulator stands between this process and the kernel, and so whether a test should be
/// skipped that is about something which only the kernel has.
#[must_use]
pub fn is_emulated(without: &str) -> bool {
    let is_emulated = emulator().is_some();
    if is_emulated {
        println!("skipped: the emulator has no {without}");
    }
    is_emulated
}

/// Whether the loops of other threads go on. A scope waits for its threads after a panic as well.
#[derive(Debug)]
pub struct Running(AtomicBool);

impl Running {
    /// They do.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "a default says nothing about going on"
    )]
    pub const fn new() -> Self {
        Self(AtomicBool::new(true))
    }

    /// Whether to go on.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Runs `body`, and ends the loops whatever comes of it.
    pub fn during<T>(&self, body: impl FnOnce() -> T) -> T {
        struct End<'a>(&'a AtomicBool);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Relaxed);
            }
        }
        let _end = End(&self.0);
        body()
    }
}
