//! One thunk, and how those of a kind are written.

use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::code_ptr::CodePtr;
use crate::depot::AtomicWord;

/// Bytes of code in a thunk, and bytes of data that belong to it.
pub const THUNK_SIZE: usize = 16;

/// How many bytes behind a thunk its cell stands. Pages may be as large as this; and it is within
/// reach of aarch64's load of a literal, which is 1 MiB.
pub(super) const DISTANCE: i32 = 64 << 10;

/// How the thunks of one kind are written. Backends have one kind for each register that a thunk
/// can put the context's address into.
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
/// let kind = ThunkKind { name: "r10", emit };
/// assert_eq!((kind.emit)(0x10000)[7..11], [0xf5, 0xff, 0, 0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ThunkKind {
    /// What reports call it.
    pub name: &'static str,
    /// The position-independent code of a thunk whose slot stands `distance` bytes behind the
    /// thunk's first byte. It loads the slot, a pointer to a context, and jumps to where the
    /// first word of the context points.
    pub emit: fn(distance: i32) -> [u8; THUNK_SIZE],
}

/// A function pointer that a [`ThunkPool`](crate::ThunkPool) has handed out.
///
/// It is an address and no more: copies of it say nothing about whether the thunk was retired
/// meanwhile, which only its [`context`](Self::context) tells.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Thunk(CodePtr);

/// The data of a thunk. Zeroes are a valid one.
#[repr(C, align(16))]
pub(super) struct Cell {
    /// The context, or null as long as the thunk was never handed out.
    pub(super) slot: AtomicPtr<()>,
    pub(super) word: AtomicWord,
}

const _: () = assert!(size_of::<Cell>() == THUNK_SIZE);

impl Thunk {
    /// # Safety
    ///
    /// - A thunk of a published span begins at `code`, and its slot is not null.
    pub(super) unsafe fn new(code: CodePtr) -> Self {
        Self(code)
    }

    /// What C is given: the address of the thunk's code.
    #[must_use]
    pub fn as_ptr(self) -> *const () {
        self.0.as_ptr()
    }

    /// The address as a number.
    #[must_use]
    pub fn addr(self) -> usize {
        self.0.addr()
    }

    /// The context that a call would get now: the one it was [taken](crate::ThunkPool::take)
    /// with, or [retargeted](Self::retarget) to, or the tombstone it was
    /// [retired](crate::ThunkPool::retire) with.
    ///
    /// By the time the caller looks at it, another thread may have replaced it.
    #[must_use]
    pub fn context(self) -> NonNull<()> {
        let context = self.cell().slot.load(Ordering::Acquire);
        // SAFETY: the slot was not null when this value was made, and only pointers that are not
        // null are ever stored.
        unsafe { NonNull::new_unchecked(context) }
    }

    /// Makes calls go to another context from now on, and returns the one before. A call that
    /// has begun may still be about to use that one.
    ///
    /// # Safety
    ///
    /// - The thunk is taken, and is not retired at the same time or before.
    /// - `context` is as [`ThunkPool::take`](crate::ThunkPool::take) wants it.
    pub unsafe fn retarget(self, context: NonNull<()>) -> NonNull<()> {
        let before = self.cell().slot.swap(context.as_ptr(), Ordering::AcqRel);
        // SAFETY: as in `context`.
        unsafe { NonNull::new_unchecked(before) }
    }

    #[inline]
    pub(super) fn cell(self) -> &'static Cell {
        // SAFETY: by the contract of `new`.
        unsafe { Cell::of(self.0) }
    }
}

impl Cell {
    /// The cell of the thunk that begins at `code`.
    ///
    /// # Safety
    ///
    /// - The thunk is in a published span.
    #[inline]
    pub(super) unsafe fn of(code: CodePtr) -> &'static Self {
        let cell = code.add(DISTANCE as usize).as_ptr().cast::<Self>();
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
