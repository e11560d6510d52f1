//! The depot of a pool that was never used, as a constant for `static` pools. It stands here
//! because [`depot`](crate::depot) is also compiled with loom's atomics, which have no constants.

use crate::depot::{AtomicWord, Depot, Fresh, Quarantine, Queue, RUNS, Run};
use crate::sync::{AtomicU32, AtomicU64};

pub(super) const fn depot(quarantine: u64, largest: u32) -> Depot {
    Depot {
        fresh: Fresh {
            runs: [const { run() }; RUNS],
            begun: AtomicU32::new(0),
        },
        spare: queue(),
        quarantine: Quarantine {
            queue: queue(),
            arrived: AtomicU64::new(0),
            claimed: AtomicU64::new(0),
            length: AtomicU64::new(quarantine),
            largest,
        },
    }
}

const fn run() -> Run {
    Run {
        next: AtomicU32::new(0),
        ready: AtomicU32::new(0),
    }
}

const fn queue() -> Queue {
    Queue {
        head: AtomicWord(AtomicU64::new(0)),
        tail: AtomicWord(AtomicU64::new(0)),
    }
}
