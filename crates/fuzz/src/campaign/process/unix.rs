//! Process groups and signals.

use std::io;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus};

/// A process group, by its number, until its leader has been waited for: the number may be anybody's then.
#[derive(Debug)]
pub(super) struct Group(Option<libc::pid_t>);

pub(super) fn set_apart(command: &mut Command) {
    command.process_group(0);
}

impl Group {
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        let number = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
        Ok(Self(Some(number)))
    }

    pub(super) fn end(&mut self, leader: &mut Child) -> io::Result<ExitStatus> {
        if let Some(number) = self.0.take() {
            // SAFETY: a number only; the group is ours, for its leader has not been waited for. One that
            // has ended keeps the status that it ended with.
            unsafe { libc::killpg(number, libc::SIGKILL) };
        }
        leader.wait()
    }
}

pub(super) fn crash(status: ExitStatus) -> Option<String> {
    let signal = status.signal()?;
    let known = [
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGSYS, "SIGSYS"),
        (libc::SIGTERM, "SIGTERM"),
        (libc::SIGTRAP, "SIGTRAP"),
    ];
    let name = known.iter().find(|(number, _)| *number == signal);
    Some(name.map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).into()))
}

pub(super) fn is_from_outside(status: ExitStatus) -> bool {
    let signals = [libc::SIGKILL, libc::SIGTERM, libc::SIGINT, libc::SIGHUP];
    status
        .signal()
        .is_some_and(|signal| signals.contains(&signal))
}
