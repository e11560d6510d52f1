//! What a thunk's slot points to: the context of a callback. A small one is at home in the room that each
//! thunk has, in one line of the cache with its slot, and costs no allocation; others are on the heap.
//!
//! ```text
//!             +--------------------------+
//!             : thunk                    :  on the heap: whose slot this is
//!             +--------------------------+
//!             | table                    |  what all contexts of this closure type share
//!   slot ---> | code                     |  where the thunk jumps
//!             | dispatcher               |  only where code that stands between needs one
//!             | closure                  |
//!             +--------------------------+
//! ```
//!
//! Rooms begin 8 bytes behind a multiple of 16, contexts on the heap at one, which tells them apart.

use std::alloc::{Layout as Allocation, alloc, dealloc, handle_alloc_error};
use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use trampette_exec::{ROOM_SIZE, Thunk};

use super::aside;
use super::fault::Fault;
use super::kind::{Kind, Life};
use crate::{errno, fence};

/// The address that a slot holds: that of a context's code.
pub(super) type Slot = *const AtomicPtr<()>;

/// A context: `D` is the dispatcher's address, or nothing; `F` is the closure.
#[repr(C)]
pub(super) struct Context<D, F> {
    head: Head,
    dispatcher: D,
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
    /// The size and alignment of the context.
    pub(super) layout: Allocation,
    /// Drops the closure and frees the memory.
    pub(super) destroy: unsafe fn(NonNull<Head>),
    /// Makes later calls leave without being counted out: the callback is never freed.
    pub(super) leak: unsafe fn(NonNull<Head>),
    /// What was refused or went wrong since somebody last asked.
    pub(super) take_fault: unsafe fn(NonNull<Head>) -> Option<Fault>,
}

/// The address of a dispatcher, as the code before it finds it in a context.
pub(super) type DispatcherCell = AtomicPtr<()>;

/// Whether a context of this layout fits into the room of its thunk.
const fn fits(layout: Allocation) -> bool {
    layout.size() <= ROOM_SIZE && layout.align() <= align_of::<u64>()
}

/// A place on the heap for a context of this layout, with its thunk right before it: how much to allocate,
/// and where in that the context begins.
fn on_the_heap(layout: Allocation) -> (Allocation, usize) {
    let thunk = Allocation::new::<[Thunk; 2]>().align_to(16);
    let both = thunk.and_then(|thunk| thunk.extend(layout));
    both.expect("a context that Rust has a layout for is not that large")
}

impl<D, F> Context<D, F> {
    pub(super) const LAYOUT: Allocation = Allocation::new::<Self>();

    /// A context of this thunk; [`Table::destroy`] frees it.
    #[inline]
    pub(super) fn allocate(
        thunk: Thunk,
        table: &'static Table,
        code: *const (),
        dispatcher: D,
        closure: F,
    ) -> NonNull<()> {
        let code = AtomicPtr::new(code.cast_mut());
        let context = Self {
            head: Head { table, code },
            dispatcher,
            closure,
        };
        let place = match fits(Self::LAYOUT) {
            true => thunk.room().cast(),
            false => Head::allocate(Self::LAYOUT, thunk),
        };
        // SAFETY: the thunk is being taken, so its room is ours, and the context fits; or the place is new.
        unsafe { place.cast::<Self>().write(context) };
        Head::slot(place)
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

    /// The closure of a context.
    ///
    /// # Safety
    ///
    /// The slot is that of a context of this type, which lives for `'a`.
    #[inline(always)]
    pub(super) unsafe fn closure_of<'a>(slot: Slot) -> &'a F {
        // SAFETY: the caller says so.
        let context = unsafe { Self::of_slot(slot) };
        // SAFETY: the caller says that the context is of this type and lives.
        unsafe { &(*context).closure }
    }

    pub(super) unsafe fn destroy(head: NonNull<Head>) {
        /// Frees the memory, also when what the closure owns panics as it is dropped.
        struct Free(NonNull<Head>, Allocation);
        impl Drop for Free {
            #[inline]
            fn drop(&mut self) {
                // SAFETY: the context was allocated with this layout, and is gone.
                unsafe { Head::deallocate(self.0, self.1) };
            }
        }

        let _free = (!Head::is_at_home(head)).then(|| Free(head, Self::LAYOUT));
        // SAFETY: the caller says that this is a context of this type that nobody uses any more.
        unsafe { head.cast::<Self>().as_ptr().drop_in_place() };
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

impl<F> Context<DispatcherCell, F> {
    /// Sends later calls to another dispatcher.
    ///
    /// # Safety
    ///
    /// This is a context of this type, which lives, and the dispatcher suits it.
    pub(super) unsafe fn set_dispatcher(head: NonNull<Head>, dispatcher: *const ()) {
        // SAFETY: the caller says that the context lives.
        let cell = unsafe { &(*head.cast::<Self>().as_ptr()).dispatcher };
        cell.store(dispatcher.cast_mut(), Ordering::Release);
    }
}

impl Head {
    /// The address that goes into a slot.
    #[inline]
    pub(super) fn slot(head: NonNull<Self>) -> NonNull<()> {
        // SAFETY: the code stands inside the head.
        unsafe { head.byte_add(offset_of!(Self, code)).cast() }
    }

    /// The head that a slot points to.
    ///
    /// # Safety
    ///
    /// The slot is that of a context.
    #[inline]
    pub(super) unsafe fn of_slot(slot: NonNull<()>) -> NonNull<Self> {
        // SAFETY: the code stands inside the head, at this offset.
        unsafe { slot.byte_sub(offset_of!(Self, code)).cast() }
    }

    /// # Safety
    ///
    /// The context lives.
    #[inline]
    pub(super) unsafe fn table(head: NonNull<Self>) -> &'static Table {
        // SAFETY: the caller says that the context lives.
        unsafe { (*head.as_ptr()).table }
    }

    /// The thunk whose context it is.
    ///
    /// # Safety
    ///
    /// The context lives.
    #[inline(always)]
    pub(super) unsafe fn thunk(head: NonNull<Self>) -> Thunk {
        if Self::is_at_home(head) {
            // SAFETY: it is the room of a thunk.
            return unsafe { Thunk::of_room(head.cast()) };
        }
        // SAFETY: it stands on the heap.
        let place = unsafe { Self::thunk_place(head) };
        // SAFETY: its thunk stands there, and does not change while anybody can ask for it.
        unsafe { place.read() }
    }

    /// Where a context on the heap has its thunk.
    ///
    /// # Safety
    ///
    /// The place is from [`allocate`](Self::allocate).
    #[inline(always)]
    unsafe fn thunk_place(head: NonNull<Self>) -> NonNull<Thunk> {
        // SAFETY: there is room for a thunk before the context.
        unsafe { head.cast::<Thunk>().sub(1) }
    }

    /// Whether it stands in the room of its thunk.
    #[inline(always)]
    fn is_at_home(head: NonNull<Self>) -> bool {
        !head.addr().get().is_multiple_of(16)
    }

    /// A place on the heap for a context of this layout and thunk.
    fn allocate(layout: Allocation, thunk: Thunk) -> NonNull<Self> {
        let (both, offset) = on_the_heap(layout);
        // SAFETY: it has a size.
        let place = unsafe { alloc(both) };
        let Some(place) = NonNull::new(place) else {
            handle_alloc_error(both)
        };
        // SAFETY: the context begins within the place.
        let head = unsafe { place.add(offset) }.cast::<Self>();
        // SAFETY: this is such a place.
        let place = unsafe { Self::thunk_place(head) };
        // SAFETY: there is room for a thunk.
        unsafe { place.write(thunk) };
        head
    }

    /// # Safety
    ///
    /// The place is from [`allocate`](Self::allocate) with this layout, and nobody uses it any more.
    unsafe fn deallocate(head: NonNull<Self>, layout: Allocation) {
        let (both, offset) = on_the_heap(layout);
        // SAFETY: the place begins so much earlier.
        let place = unsafe { head.cast::<u8>().sub(offset) };
        // SAFETY: it was allocated so, and the caller says that nobody uses it.
        unsafe { dealloc(place.as_ptr(), both) };
    }

    /// Gives the context to another thunk, and moves it out of the former one's room. Gives the place
    /// where it stands then.
    ///
    /// # Safety
    ///
    /// The context lives, and no call of it is in flight or can begin.
    pub(super) unsafe fn move_to(head: NonNull<Self>, thunk: Thunk) -> NonNull<Self> {
        if Self::is_at_home(head) {
            // SAFETY: the caller owes the same.
            return unsafe { Self::copy_to_heap(head, thunk) };
        }
        // SAFETY: it stands on the heap.
        let place = unsafe { Self::thunk_place(head) };
        // SAFETY: its thunk stands there, and the caller says that nobody else looks at it.
        unsafe { place.write(thunk) };
        head
    }

    /// # Safety
    ///
    /// The context lives, nobody uses it, and the former place is forgotten.
    #[cold]
    unsafe fn copy_to_heap(head: NonNull<Self>, thunk: Thunk) -> NonNull<Self> {
        // SAFETY: the caller says that the context lives.
        let layout = unsafe { Self::table(head) }.layout;
        let place = Self::allocate(layout, thunk);
        let bytes = place.cast::<u8>();
        // SAFETY: both places have as many bytes; closures may be moved.
        unsafe { bytes.copy_from_nonoverlapping(head.cast(), layout.size()) };
        place
    }
}

/// One call in flight of an owned callback, which its thunk has counted.
pub(super) struct Flight(NonNull<Head>);

impl Flight {
    /// The flight of a call that has just come in.
    ///
    /// # Safety
    ///
    /// The slot is that of a context, and a counting thunk has counted this call.
    #[inline(always)]
    pub(super) unsafe fn begin(slot: Slot) -> Self {
        // SAFETY: a slot is not null.
        let slot = unsafe { NonNull::new_unchecked(slot.cast_mut()) }.cast();
        // SAFETY: the caller says so.
        Self(unsafe { Head::of_slot(slot) })
    }
}

impl Drop for Flight {
    /// The last call to leave a freed callback ends it.
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the context lives at least as long as a call of it is in flight.
        let thunk = unsafe { Head::thunk(self.0) };
        // SAFETY: the call was counted, and uses nothing of the context any more.
        if unsafe { thunk.leave() } {
            // SAFETY: this was the last one, and no other can begin.
            unsafe { end_in_call(self.0) };
        }
    }
}

/// The end of a callback inside a call of C, which a panic of what the closure owns must not cross.
///
/// # Safety
///
/// As for [`end`].
#[cold]
#[inline(never)]
unsafe fn end_in_call(head: NonNull<Head>) {
    // SAFETY: the context lives still.
    let thunk = unsafe { Head::thunk(head) };
    // SAFETY: the thunk is a callback's.
    let kind = unsafe { Kind::of(thunk) };
    // SAFETY: the caller owes the same.
    let end = || unsafe { end(head) };
    let end = || fence::contain(end, || kind.signature().to_string());
    errno::Place::find().keep(end);
}

/// Ends an owned callback: its thunk goes to the pool, its context is destroyed.
///
/// # Safety
///
/// The thunk is closed, no call is in flight, and the caller was told to free the context.
#[inline]
pub(super) unsafe fn end(head: NonNull<Head>) {
    // SAFETY: the context lives still.
    let thunk = unsafe { Head::thunk(head) };
    // SAFETY: thunks are marked with their kind.
    let kind = unsafe { Kind::of(thunk) };
    let rest = aside::take(thunk);
    /// Gives the thunk back also when what the closure owns panics as it is dropped. Not before, since
    /// the context may stand in its room.
    struct Retire(Thunk, &'static Kind);
    impl Drop for Retire {
        #[inline]
        fn drop(&mut self) {
            let Self(thunk, kind) = *self;
            // SAFETY: whoever ends a callback was told to do so once, and tombstones are kept.
            unsafe { kind.pool(Life::Owned).retire(thunk, kind.tombstone()) };
        }
    }

    let _retire = Retire(thunk, kind);
    match rest {
        None => {
            // SAFETY: nobody uses it any more.
            unsafe { destroy(head) };
        }
        // SAFETY: as above, and what stands aside are the contexts of this thunk.
        Some(rest) => unsafe { rest.destroy_contexts(head) },
    }
}

/// # Safety
///
/// Nobody uses the context any more.
#[inline]
pub(super) unsafe fn destroy(head: NonNull<Head>) {
    // SAFETY: the context lives until the line after the next.
    let table = unsafe { Head::table(head) };
    // SAFETY: the table is the context's own, and the caller says that nobody uses it.
    unsafe { (table.destroy)(head) };
}
