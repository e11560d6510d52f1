//! Function pointers by the million: fixed code that looks up, in data, whom it belongs to.
//!
//! ```text
//!   code, 128 KiB, sealed         data, 128 KiB, private
//!  +--------+--------+-----+     +------+-------+------+------+------+------+------+-----+
//!  | thunk  | thunk  | ... |     | slot | calls | mark | word | home | room | slot | ... |
//!  +--------+--------+-----+     +--|---+-------+------+------+------+------+------+-----+
//!   |                               |
//!   | load the slot, which stands   +--> context { code, ... }
//!   | 128 KiB behind the thunk                      |
//!   +-----------------------------------------------+--> jump
//! ```
//!
//! - Code is the same in each thunk, is written once, and is never patched. Everything that
//!   changes is a slot: one word in private memory that is never executable. To take a thunk, to
//!   point it elsewhere and to retire it is one store each, and no caller can see half of it.
//! - Code and data of a span are a pair of mappings for 2,048 thunks. Spans after the first map
//!   the same sealed pages again, so a million thunks have 128 KiB of code between them.
//! - The [counter](calls) beside each slot tells when a context may be freed: some kinds of thunks
//!   count a call before they load the slot.
//! - The word beside each slot links free and retired thunks into the lists of the
//!   [depot](crate::depot); so bookkeeping takes no other memory and cannot fail to be allocated.
//! - Only making a span takes a lock, stamped with the process id as all locks here.

mod arenas;
mod calls;
mod empty;
mod home;
mod local;
mod pool;
mod report;
mod spans;
mod thunk;

pub use pool::ThunkPool;
pub use report::ThunkReport;
pub use thunk::{
    CALLS_OFFSET, HOME_CALLS_OFFSET, HOME_OFFSET, ROOM_SIZE, THUNK_SIZE, Thunk, ThunkKind,
};
