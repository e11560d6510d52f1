//! Worker processes, each with all that it starts.

#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "unix.rs")]
mod system;

use std::io;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};

/// A process that can be ended together with what it has started: compilers, for one. Neither it nor
/// they hear of Ctrl-C.
#[derive(Debug)]
pub(super) struct Family {
    child: Child,
    group: system::Group,
}

impl Family {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        system::set_apart(command);
        let mut child = command.spawn()?;
        match system::Group::of(&child) {
            Ok(group) => Ok(Self { child, group }),
            Err(error) => {
                // It has ended by itself where it cannot be killed.
                _ = child.kill();
                _ = child.wait();
                Err(error)
            }
        }
    }

    /// What is written to it and what it says, where that was piped.
    pub(super) fn pipes(
        &mut self,
    ) -> (Option<ChildStdin>, Option<ChildStdout>, Option<ChildStderr>) {
        let child = &mut self.child;
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    }

    /// Ends all of them, and says how the first ended: by itself, if it has done so already.
    pub(super) fn end(&mut self) -> io::Result<ExitStatus> {
        self.group.end(&mut self.child)
    }
}

impl Drop for Family {
    /// Nobody is left behind.
    fn drop(&mut self) {
        // Nobody is left to tell.
        _ = self.end();
    }
}

/// How a process ended that has not said so itself: `crashed with SIGSEGV`.
pub(super) fn ending(status: ExitStatus) -> String {
    match system::crash(status) {
        Some(name) => format!("crashed with {name}"),
        None => format!("ended without a word, with {status}"),
    }
}

/// Whether somebody outside may have ended it.
pub(super) fn is_from_outside(status: ExitStatus) -> bool {
    system::is_from_outside(status)
}
