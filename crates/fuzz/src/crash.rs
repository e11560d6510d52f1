//! What a thread was doing when it crashed: a wrong call often ends in a signal, which names nothing.

use std::cell::Cell;
use std::sync::{Mutex, Once, OnceLock, PoisonError};

#[cfg_attr(windows, path = "crash/windows.rs")]
#[cfg_attr(not(windows), path = "crash/signals.rs")]
mod system;

const LENGTH: usize = 240;

thread_local! {
    static NOTE: Cell<[u8; LENGTH]> = const { Cell::new([b' '; LENGTH]) };
}

/// How many notes there were, and the last: of all threads, where they are watched. Elsewhere there is no
/// lock, and so none that a fork could leave with a thread that the child does not have.
static LATEST: OnceLock<Mutex<(u64, [u8; LENGTH])>> = OnceLock::new();

/// What stands before a note when a crash prints it.
pub const HEADING: &str = "crashed at: ";

/// Says what this thread does next. A crash prints it, cut to a few lines' length.
pub fn note(text: &str) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(system::install);
    let mut note = [b' '; LENGTH];
    let length = text.len().min(LENGTH);
    note[..length].copy_from_slice(&text.as_bytes()[..length]);
    NOTE.set(note);
    if let Some(latest) = LATEST.get() {
        let mut latest = latest.lock().unwrap_or_else(PoisonError::into_inner);
        *latest = (latest.0 + 1, note);
    }
}

/// From now on the notes of this process are counted for [`latest`]. It should not fork afterwards.
pub fn watch() {
    LATEST.get_or_init(|| Mutex::new((0, [b' '; LENGTH])));
}

/// How many notes there were since [`watch`], of all threads, and the last: who asks again knows whether
/// they go on.
#[must_use]
pub fn latest() -> (u64, String) {
    let Some(latest) = LATEST.get() else {
        return (0, String::new());
    };
    let (count, note) = *latest.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&note);
    (count, text.trim_end().into())
}

/// Prints what this thread was doing, with nothing that allocates.
fn report() {
    for part in [b"\n", HEADING.as_bytes(), &NOTE.get(), b"\n"] {
        system::print(part);
    }
}
