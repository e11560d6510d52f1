//! What a thunk's slot points to: the context of a callback.
//!
//! ```text
//!             +--------------------------+
//!             | table                    |  what all contexts of this closure type share
//!   slot ---> | code                     |  where the thunk jumps
//!             | dispatcher               |  only where an entry adapter needs one
//!             | calls in flight          |
//!             | closure                  |
//!             +--------------------------+
//! ```

use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::kind::{Dispatcher, Kind};

/// The address that a slot holds: that of a context's code.
pub(super) type Slot = *const AtomicPtr<()>;

/// A context: `D` is the dispatcher's address, or nothing; `F` is the closure.
#[repr(C)]
pub(super) struct Context<D, F> {
    head: Head,
    dispatcher: D,
    calls: AtomicUsize,
    closure: F,
}

/// The start of every context.
#[repr(C)]
pub(super) struct Head {
    table: &'static Table,
    code: AtomicPtr<()>,
}

/// What all contexts of one closure type share.
pub(super) struct Table {
    /// The kind of callback.
    pub(super) kind: unsafe fn(NonNull<Head>) -> &'static Kind,
    /// Drops the closure and frees the memory.
    pub(super) destroy: unsafe fn(NonNull<Head>),
    /// The counter of calls in flight.
    pub(super) calls: unsafe fn(NonNull<Head>) -> NonNull<AtomicUsize>,
    /// Sends later calls past the counter: the callback is never freed.
    pub(super) leak: unsafe fn(NonNull<Head>),
    /// What was refused or went wrong since somebody last asked.
    pub(super) take_fault: unsafe fn(NonNull<Head>) -> Option<super::Fault>,
}

/// Set in the counter of calls when the callback is freed.
const FREED: usize = 1 << (usize::BITS - 1);

impl<D, F> Context<D, F> {
    /// A context on the heap; [`Table::destroy`] frees it.
    pub(super) fn allocate(
        table: &'static Table,
        code: *const (),
        dispatcher: D,
        closure: F,
    ) -> NonNull<Head> {
        let head = Head {
            table,
            code: AtomicPtr::new(code.cast_mut()),
        };
        let context = Self {
            head,
            dispatcher,
            calls: AtomicUsize::new(0),
            closure,
        };
        NonNull::from(Box::leak(Box::new(context))).cast()
    }

    /// The context that a slot points to.
    ///
    /// # Safety
    ///
    /// The slot is that of a context of this type.
    #[inline(always)]
    pub(super) unsafe fn of_slot(slot: Slot) -> *const Self {
        // SAFETY: the code stands inside the context, at this offset.
        unsafe { slot.byte_sub(offset_of!(Head, code)).cast() }
    }

    /// The closure of a context whose callback is scoped or leaked.
    ///
    /// # Safety
    ///
    /// The slot is that of a context of this type, whose closure lives for `'a`.
    #[inline(always)]
    pub(super) unsafe fn closure_of<'a>(slot: Slot) -> &'a F {
        // SAFETY: the caller says so.
        let context = unsafe { Self::of_slot(slot) };
        // SAFETY: the caller says that the context is of this type and lives.
        unsafe { &(*context).closure }
    }

    pub(super) unsafe fn destroy(head: NonNull<Head>) {
        // SAFETY: the caller says that this is a context of this type that nobody uses any more.
        drop(unsafe { Box::from_raw(head.cast::<Self>().as_ptr()) });
    }

    /// Sends later calls to other code.
    ///
    /// # Safety
    ///
    /// This is a context of this type, which lives, and the code suits it.
    pub(super) unsafe fn set_code(head: NonNull<Head>, code: *const ()) {
        // SAFETY: the caller says that the context lives.
        unsafe { &(*head.as_ptr()).code }.store(code.cast_mut(), Ordering::Release);
    }

    pub(super) unsafe fn calls(head: NonNull<Head>) -> NonNull<AtomicUsize> {
        // SAFETY: the caller says that this is a context of this type.
        unsafe { NonNull::from(&(*head.cast::<Self>().as_ptr()).calls) }
    }

    /// The closure, for those who have the head only.
    ///
    /// # Safety
    ///
    /// This is a context of this type, which lives for `'a`.
    pub(super) unsafe fn closure<'a>(head: NonNull<Head>) -> &'a F {
        // SAFETY: the caller says so.
        unsafe { &(*head.cast::<Self>().as_ptr()).closure }
    }
}

/// The address of a dispatcher, as an entry adapter finds it in a context.
pub(super) type DispatcherCell = AtomicPtr<()>;

impl<F> Context<DispatcherCell, F> {
    /// Sends later calls to another dispatcher.
    ///
    /// # Safety
    ///
    /// This is a context of this type, which lives, and the dispatcher suits it.
    pub(super) unsafe fn set_dispatcher(head: NonNull<Head>, dispatcher: Dispatcher) {
        // SAFETY: the caller says that the context lives.
        let cell = unsafe { &(*head.cast::<Self>().as_ptr()).dispatcher };
        cell.store(dispatcher as *mut (), Ordering::Release);
    }
}

impl Head {
    /// The address that goes into a slot.
    pub(super) fn slot(head: NonNull<Self>) -> NonNull<()> {
        // SAFETY: the code stands inside the head.
        unsafe { head.byte_add(offset_of!(Self, code)).cast() }
    }

    /// The head that a slot points to.
    ///
    /// # Safety
    ///
    /// The slot is that of a context.
    pub(super) unsafe fn of_slot(slot: NonNull<()>) -> NonNull<Self> {
        // SAFETY: the code stands inside the head, at this offset.
        unsafe { slot.byte_sub(offset_of!(Self, code)).cast() }
    }

    /// # Safety
    ///
    /// The context lives.
    pub(super) unsafe fn table(head: NonNull<Self>) -> &'static Table {
        // SAFETY: the caller says that the context lives.
        unsafe { (*head.as_ptr()).table }
    }
}

/// One call in flight of an owned callback.
pub(super) struct Flight {
    head: NonNull<Head>,
    calls: NonNull<AtomicUsize>,
}

impl Flight {
    /// Counts a call; `None` when the callback is freed already.
    ///
    /// # Safety
    ///
    /// The slot is that of a context of this type.
    #[inline(always)]
    pub(super) unsafe fn begin<D, F>(slot: Slot) -> Option<Self> {
        // SAFETY: the caller says that the slot is that of such a context.
        let context = unsafe { Context::<D, F>::of_slot(slot) }.cast_mut();
        // SAFETY: a slot is not null.
        let head = unsafe { NonNull::new_unchecked(context) }.cast::<Head>();
        // SAFETY: as above.
        let calls = unsafe { Context::<D, F>::calls(head) };
        // SAFETY: the counter lives as long as the context.
        let before = unsafe { calls.as_ref() }.fetch_add(1, Ordering::Acquire);
        (before & FREED == 0).then_some(Self { head, calls })
    }
}

impl Drop for Flight {
    /// The last call to leave a freed callback destroys it.
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the context lives at least as long as a call of it is in flight.
        let before = unsafe { self.calls.as_ref() }.fetch_sub(1, Ordering::AcqRel);
        if before == FREED | 1 {
            // SAFETY: no call is in flight, and no other can begin.
            unsafe { destroy(self.head) };
        }
    }
}

/// Frees an owned context whose thunk is retired: now, or when the last call in flight leaves.
///
/// # Safety
///
/// The context is owned by the caller, and no slot points to it any more.
pub(super) unsafe fn free(head: NonNull<Head>) {
    // SAFETY: the context lives.
    let table = unsafe { Head::table(head) };
    // SAFETY: the table is the context's own.
    let calls = unsafe { (table.calls)(head) };
    // SAFETY: the counter lives as long as the context.
    if unsafe { calls.as_ref() }.fetch_or(FREED, Ordering::AcqRel) == 0 {
        // SAFETY: no call is in flight, and no other can begin.
        unsafe { destroy(head) };
    }
}

/// # Safety
///
/// Nobody uses the context any more.
#[cold]
unsafe fn destroy(head: NonNull<Head>) {
    // SAFETY: the context lives until the line after the next.
    let table = unsafe { Head::table(head) };
    // SAFETY: the table is the context's own, and the caller says that nobody uses it.
    unsafe { (table.destroy)(head) };
}
