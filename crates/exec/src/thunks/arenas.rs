//! Where the thunk of a number is, and which number the thunk at an address has.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::thunk::{DISTANCE, ROOM_SIZE, THUNK_SIZE, Thunk};
use crate::code_ptr::CodePtr;
use crate::depot::{AtomicWord, Chain, Id, RUNS, Words};

/// Bytes of code in a span; as many bytes of data follow.
pub(super) const SPAN: usize = DISTANCE as usize;
/// Bytes from one span to the next.
pub(super) const STRIDE: usize = 2 * SPAN;
/// Thunks in a span.
pub(super) const PER_SPAN: u32 = 2048;
/// Spans in the largest arena: a run has no more numbers.
pub(super) const MOST_SPANS: usize = (Id::RUN / PER_SPAN) as usize;

const _: () = assert!(PER_SPAN as usize * THUNK_SIZE == SPAN);
const _: () = assert!(size_of::<Chain>() <= ROOM_SIZE && align_of::<Chain>() <= align_of::<u64>());

/// The reservations of one pool. The thunks of each are a run, numbered by address.
///
/// ```text
///  base                                                             base + bytes
///  | code 128 KiB | data 128 KiB | code 128 KiB | data 128 KiB | not yet a span ... |
///    thunk 0, 1..   cell 0, 1..    thunk 2048..   cell 2048..
/// ```
#[derive(Debug)]
pub(super) struct Arenas([Arena; RUNS]);

#[derive(Debug)]
struct Arena {
    base: AtomicPtr<u8>,
    /// Its size; 0 until there is a base.
    bytes: AtomicUsize,
}

impl Arenas {
    pub(super) const fn new() -> Self {
        Self([const { Arena::new() }; RUNS])
    }

    /// The first run without an arena, if there is one.
    pub(super) fn vacant(&self) -> Option<usize> {
        self.0.iter().position(|arena| arena.bytes() == 0)
    }

    /// Gives a run its arena. One thread at a time.
    pub(super) fn add(&self, run: usize, base: CodePtr, bytes: usize) {
        let base = base.as_ptr().cast::<u8>().cast_mut();
        self.0[run].base.store(base, Ordering::Relaxed);
        self.0[run].bytes.store(bytes, Ordering::Release);
    }

    /// The number that a thunk at exactly this address has or will have.
    pub(super) fn id(&self, address: usize) -> Option<Id> {
        let mut arenas = self.0.iter().enumerate();
        arenas.find_map(|(run, arena)| Some(Id::new(run, arena.index(address)?)))
    }
}

impl Words for Arenas {
    type Thunk = Thunk;

    #[inline]
    fn thunk(&self, id: Id) -> Thunk {
        let span = (id.index() / PER_SPAN) as usize;
        let place = (id.index() % PER_SPAN) as usize;
        let base = self.0[id.run()].base.load(Ordering::Relaxed);
        // With the provenance of the reservation.
        let code = base.wrapping_add(span * STRIDE + place * THUNK_SIZE);
        // SAFETY: all numbers come from published runs, which have a base.
        let code = CodePtr::new(unsafe { NonNull::new_unchecked(code) });
        // SAFETY: and a thunk begins there.
        unsafe { Thunk::new(code) }
    }

    #[inline]
    fn word(&self, thunk: Thunk) -> &AtomicWord {
        &thunk.cell().word
    }

    fn set_rest(&self, thunk: Thunk, rest: Chain) {
        let place = thunk.room().cast::<Chain>();
        // SAFETY: a chain fits into the room, which is the pool's while the thunk is not in use; and the
        // caller owns it.
        unsafe { place.write(rest) };
    }

    fn rest(&self, thunk: Thunk) -> Chain {
        let place = thunk.room().cast::<Chain>();
        // SAFETY: as above, and a chain was written there.
        unsafe { place.read() }
    }
}

impl Arena {
    const fn new() -> Self {
        Self {
            base: AtomicPtr::new(ptr::null_mut()),
            bytes: AtomicUsize::new(0),
        }
    }

    #[inline]
    fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    #[inline]
    fn index(&self, address: usize) -> Option<u32> {
        let bytes = self.bytes();
        let offset = address.checked_sub(self.base.load(Ordering::Relaxed).addr())?;
        let within = offset % STRIDE;
        if offset >= bytes || within >= SPAN || !within.is_multiple_of(THUNK_SIZE) {
            return None;
        }
        Some(index_at(offset))
    }
}

/// Which thunk begins at this offset of an arena.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "an arena has 2^26 thunks at most"
)]
fn index_at(offset: usize) -> u32 {
    (offset / STRIDE) as u32 * PER_SPAN + (offset % STRIDE / THUNK_SIZE) as u32
}
