//! One thunk, and how those of a kind are written.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

use super::calls::Calls;
use super::home;
use crate::code_ptr::CodePtr;
use crate::depot::AtomicWord;

/// Bytes of code in a thunk, and bytes of data that belong to it.
pub const THUNK_SIZE: usize = 64;

/// Bytes that belong to the owner of a thunk, for a small context: see [`Thunk::room`].
pub const ROOM_SIZE: usize = 24;

/// How many bytes behind its slot the counter of a thunk stands, for those that count their calls.
pub const CALLS_OFFSET: i32 = 8;

/// How many bytes behind its slot a thunk of a biased kind counts the calls of the thread at home.
pub const HOME_CALLS_OFFSET: i32 = 12;

/// How many bytes behind its slot the thread at home is named.
pub const HOME_OFFSET: i32 = 32;

/// How many bytes behind a thunk its cell stands. Pages may be as large as this; and it is within
/// reach of aarch64's load of a literal, which is 1 MiB.
pub(super) const DISTANCE: i32 = 128 << 10;

/// How the thunks of one kind are written. Backends have two kinds for each register that a thunk
/// can put the context's address into: one that counts calls and one that does not.
///
/// ```
/// use trampette_exec::{THUNK_SIZE, ThunkKind};
///
/// // x86-64, context in r10
/// fn emit(distance: i32) -> [u8; THUNK_SIZE] {
///     let mut code = [0xcc; THUNK_SIZE];
///     code[..4].copy_from_slice(&[0xf3, 0x0f, 0x1e, 0xfa]); // endbr64
///     code[4..7].copy_from_slice(&[0x4c, 0x8b, 0x15]); //      mov r10, [rip + ...]
///     code[7..11].copy_from_slice(&(distance - 11).to_le_bytes());
///     code[11..14].copy_from_slice(&[0x41, 0xff, 0x22]); //    jmp [r10]
///     code
/// }
/// let kind = ThunkKind { name: "r10", emit, biased: false };
/// assert_eq!((kind.emit)(0x20000)[7..11], [0xf5, 0xff, 1, 0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ThunkKind {
    /// What reports call it.
    pub name: &'static str,
    /// The position-independent code of a thunk whose slot stands `distance` bytes behind the
    /// thunk's first byte. It loads the slot, a pointer to a context, and jumps to where the
    /// first word of the context points.
    ///
    /// A kind that counts calls first adds one to the 64-bit word [`CALLS_OFFSET`] bytes behind the
    /// slot: atomically, and with the load of the slot ordered after it (an acquiring addition), or as
    /// one access to both.
    pub emit: fn(distance: i32) -> [u8; THUNK_SIZE],
    /// Whether it counts the calls of one thread apart, without an atomic operation: of that which has
    /// taken the thunk, mostly. Only on Linux for x86-64; elsewhere no thunk has a home.
    ///
    /// The code compares the thread pointer (`fs:[0]`) with the 64-bit word [`HOME_OFFSET`] bytes behind the
    /// slot. Where they are equal it adds one, by one instruction that need not be atomic, to the 32 bits
    /// [`HOME_CALLS_OFFSET`] bytes behind the slot, and otherwise, atomically, to the 32 bits
    /// [`CALLS_OFFSET`] bytes behind it. Then it loads the slot.
    pub biased: bool,
}

/// A function pointer that a [`ThunkPool`](crate::ThunkPool) has handed out.
///
/// It is an address and no more: copies of it say nothing about whether the thunk was retired
/// meanwhile, which only its [`context`](Self::context) tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Thunk(CodePtr);

/// The data of a thunk: one line of a cache. Zeroes are a valid one.
#[repr(C, align(64))]
pub(super) struct Cell {
    /// The context, or null as long as the thunk was never handed out.
    pub(super) slot: AtomicPtr<()>,
    /// Every slot takes up 64 bits.
    #[cfg(target_pointer_width = "32")]
    _upper: u32,
    pub(super) calls: Calls,
    /// What its owner wants to know of it, whatever becomes of the context.
    pub(super) mark: AtomicU32,
    pub(super) word: AtomicWord,
    /// The thread whose calls are counted apart, if any.
    pub(super) home: AtomicUsize,
    room: UnsafeCell<[u64; ROOM_SIZE / 8]>,
}

// SAFETY: the room is used by the thunk's owner only, who answers for it, and by the pool when it has none.
unsafe impl Sync for Cell {}

const _: () = assert!(size_of::<Cell>() == THUNK_SIZE);
const _: () = assert!(offset_of!(Cell, calls) == CALLS_OFFSET as usize);
const _: () = assert!(HOME_CALLS_OFFSET == CALLS_OFFSET + 4);
const _: () = assert!(offset_of!(Cell, home) == HOME_OFFSET as usize);

impl Thunk {
    /// # Safety
    ///
    /// - A thunk of a published span begins at `code`.
    pub(super) unsafe fn new(code: CodePtr) -> Self {
        Self(code)
    }

    /// The thunk whose address this is.
    ///
    /// # Safety
    ///
    /// - The address came from [`as_ptr`](Self::as_ptr).
    #[must_use]
    #[inline]
    pub unsafe fn from_ptr(address: NonNull<()>) -> Self {
        Self(CodePtr::new(address.cast()))
    }

    /// What C is given: the address of the thunk's code.
    #[must_use]
    #[inline]
    pub fn as_ptr(self) -> *const () {
        self.0.as_ptr()
    }

    /// The address as a number.
    #[must_use]
    #[inline]
    pub fn addr(self) -> usize {
        self.0.addr()
    }

    /// The context that a call would get now: the one it was [taken](crate::ThunkPool::take)
    /// with, or [retargeted](Self::retarget) to, or the tombstone it was
    /// [retired](crate::ThunkPool::retire) with; none as long as it is being taken for the first time.
    ///
    /// By the time the caller looks at it, another thread may have replaced it.
    #[must_use]
    #[inline]
    pub fn context(self) -> Option<NonNull<()>> {
        NonNull::new(self.cell().slot.load(Ordering::Acquire))
    }

    /// What it was last [taken](crate::ThunkPool::take) with, besides the context.
    #[must_use]
    #[inline]
    pub fn mark(self) -> u32 {
        self.cell().mark.load(Ordering::Acquire)
    }

    /// Memory for the owner, as long as the thunk is taken (the pool's own after that): [`ROOM_SIZE`]
    /// bytes that hold anything at first. It is never unmapped and never executable, and stands in one line
    /// of the cache with the slot: the best place for a context that fits. It begins 8 bytes behind a
    /// multiple of 16.
    #[must_use]
    #[inline]
    pub fn room(self) -> NonNull<[u64; ROOM_SIZE / 8]> {
        // SAFETY: a place in a cell is not null.
        unsafe { NonNull::new_unchecked(self.cell().room.get()) }
    }

    /// The thunk whose [room](Self::room) this is.
    ///
    /// # Safety
    ///
    /// - The address came from [`room`](Self::room).
    #[must_use]
    #[inline]
    pub unsafe fn of_room(room: NonNull<()>) -> Self {
        let distance = DISTANCE as usize + offset_of!(Cell, room);
        // SAFETY: the caller says that there is a cell around it, and code stands before every cell.
        Self(CodePtr::new(unsafe { room.byte_sub(distance) }.cast()))
    }

    /// Makes calls go to another context from now on, and returns the one before. A call that
    /// has begun may still be about to use that one.
    ///
    /// # Safety
    ///
    /// - The thunk is taken, and is not retired at the same time or before.
    /// - `context` is as [`ThunkPool::take`](crate::ThunkPool::take) wants it.
    pub unsafe fn retarget(self, context: NonNull<()>) -> Option<NonNull<()>> {
        NonNull::new(self.cell().slot.swap(context.as_ptr(), Ordering::AcqRel))
    }

    /// Ends a call that a counting thunk has counted. Whether it was the last one of a
    /// [closed](Self::close) thunk: then the caller frees the context, and retires the thunk.
    ///
    /// # Safety
    ///
    /// - The call has been counted, ends once, and uses nothing of the context any more.
    #[inline]
    #[must_use]
    pub unsafe fn leave(self) -> bool {
        let cell = self.cell();
        match cell.is_home() {
            true => cell.calls.leave_home(&cell.word),
            false => cell.calls.leave(),
        }
    }

    /// Makes calls go to a tombstone from now on. Whether no call is in flight: then the caller frees
    /// the context, and retires the thunk; otherwise the last call to [`leave`](Self::leave) does.
    ///
    /// Where this thunk's home is another thread, it takes about a microsecond, for a barrier in every
    /// thread; if a sandbox has come to forbid `membarrier`, nobody is told to free the context.
    ///
    /// # Safety
    ///
    /// - The thunk is of a kind that counts calls, is taken, and is closed once for each time that it
    ///   is taken, and not retired before.
    /// - `tombstone` is as [`ThunkPool::retire`](crate::ThunkPool::retire) wants it.
    #[inline]
    #[must_use]
    pub unsafe fn close(self, tombstone: NonNull<()>) -> bool {
        let cell = self.cell();
        cell.slot.store(tombstone.as_ptr(), Ordering::Release);
        match cell.home.load(Ordering::Relaxed) {
            home::NONE => cell.calls.close(),
            home if home == home::here() => cell.calls.close_at_home(&cell.word),
            _ => cell.calls.close_elsewhere(&cell.word, home::barrier),
        }
    }

    /// How many calls are in flight, where they are counted; one more where that cannot be known, as in
    /// [`close`](Self::close). A call that begins after this has looked finds what was stored to the slot
    /// before.
    #[must_use]
    pub fn calls(self) -> u64 {
        let cell = self.cell();
        let is_known = cell.is_home() || cell.home.load(Ordering::Relaxed) == home::NONE;
        let unknown = u64::from(!is_known && !home::barrier());
        cell.calls.count() + cell.calls.count_at_home() + unknown
    }

    #[inline]
    pub(super) fn cell(self) -> &'static Cell {
        // SAFETY: by the contract of `new`.
        unsafe { Cell::of(self.0) }
    }
}

impl Cell {
    /// Whether this thread's calls are counted apart.
    #[inline]
    fn is_home(&self) -> bool {
        self.home.load(Ordering::Relaxed) == home::here()
    }

    /// The cell of the thunk that begins at `code`.
    ///
    /// # Safety
    ///
    /// - The thunk is in a published span.
    #[inline]
    pub(super) unsafe fn of(code: CodePtr) -> &'static Self {
        let cell = code
            .as_ptr()
            .wrapping_byte_add(DISTANCE as usize)
            .cast::<Self>();
        // SAFETY: where there is a thunk, its cell is at this distance. That memory is aligned,
        // was zero at first, is never unmapped, and is used through atomics only.
        unsafe { &*cell }
    }
}

impl fmt::Debug for Thunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thunk({:p})", self.as_ptr())
    }
}
