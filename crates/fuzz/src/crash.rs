//! What a thread was doing when it crashed: a wrong call often ends in a signal, which names nothing.

use std::cell::Cell;
use std::sync::Once;

#[cfg_attr(windows, path = "crash/windows.rs")]
#[cfg_attr(not(windows), path = "crash/signals.rs")]
mod system;

const LENGTH: usize = 240;

thread_local! {
    static NOTE: Cell<[u8; LENGTH]> = const { Cell::new([b' '; LENGTH]) };
}

/// Says what this thread does next. A crash prints it, cut to a few lines' length.
pub fn note(text: &str) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(system::install);
    let mut note = [b' '; LENGTH];
    let length = text.len().min(LENGTH);
    note[..length].copy_from_slice(&text.as_bytes()[..length]);
    NOTE.set(note);
}

/// Prints what this thread was doing, with nothing that allocates.
fn report() {
    for part in [b"\ncrashed at: ".as_slice(), &NOTE.get(), b"\n"] {
        system::print(part);
    }
}
