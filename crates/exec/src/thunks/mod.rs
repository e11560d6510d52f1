//! Function pointers by the million: fixed code that looks up, in data, whom it belongs to.
//!
//! ```text
//!   code, 64 KiB, sealed          data, 64 KiB, private
//!  +--------+--------+-----+     +------+------+------+------+-----+
//!  | thunk  | thunk  | ... |     | slot | word | slot | word | ... |
//!  +--------+--------+-----+     +--|---+------+------+------+-----+
//!   |                               |
//!   | load the slot, which stands   +--> context { code, ... }
//!   | 64 KiB behind the thunk                       |
//!   +-----------------------------------------------+--> jump
//! ```
//!
//! - Code is the same in each thunk, is written once, and is never patched. Everything that
//!   changes is a slot: one word in private memory that is never executable. To take a thunk, to
//!   point it elsewhere and to retire it is one store each, and no caller can see half of it.
//! - Code and data of a span are a pair of mappings for 4,096 thunks. Spans after the first map
//!   the same sealed pages again, so a million thunks have 64 KiB of code between them.
//! - The word beside each slot links free and retired thunks into the lists of the
//!   [depot](crate::depot); so bookkeeping takes no other memory and cannot fail to be allocated.
//! - Only making a span takes a lock, stamped with the process id as all locks here.

mod arenas;
mod empty;
mod local;
mod pool;
mod report;
mod spans;
mod thunk;

pub use pool::ThunkPool;
pub use report::ThunkReport;
pub use thunk::{THUNK_SIZE, Thunk, ThunkKind};
