//! The wish to stop, which any thread may have.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops a campaign from another thread, or from a handler of Ctrl-C. All clones are one.
///
/// What is running is killed, and does not count.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on, nothing more is to be done.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody wants it to stop.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
