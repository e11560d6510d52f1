//! Ctrl-C, and on Unix the other signals that end a command.

use trampette_fuzz::campaign::Stop;

/// What a shell gives a command that SIGINT has ended.
pub(super) const INTERRUPTED: u8 = 130;

/// From now on the first of them stops the campaign in order, and the second ends the process.
///
/// # Errors
///
/// When the system refuses.
pub(super) fn stop(stop: &Stop) -> Result<(), system::Refused> {
    let stop = stop.clone();
    system::on_interrupt(move || {
        if stop.is_wanted() {
            std::process::exit(INTERRUPTED.into());
        }
        stop.stop();
    })
}

#[cfg(unix)]
mod system {
    use std::{fs, io, thread};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    pub(super) type Refused = io::Error;

    /// Signals that are ignored already are left so: by `nohup`, for one.
    pub(super) fn on_interrupt(act: impl Fn() + Send + 'static) -> Result<(), Refused> {
        let ignored = ignored();
        let all = [SIGHUP, SIGINT, SIGTERM].into_iter();
        let mut signals = Signals::new(all.filter(|signal| ignored & (1 << (signal - 1)) == 0))?;
        let wait = move || signals.forever().for_each(|_| act());
        thread::Builder::new().spawn(wait)?;
        Ok(())
    }

    /// The signals that this process ignores, as bits, the lowest for the first; none where the system does
    /// not tell.
    fn ignored() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.unwrap_or(0)
    }
}

#[cfg(windows)]
mod system {
    pub(super) type Refused = ctrlc::Error;

    pub(super) fn on_interrupt(act: impl Fn() + Send + 'static) -> Result<(), Refused> {
        ctrlc::set_handler(act)
    }
}
