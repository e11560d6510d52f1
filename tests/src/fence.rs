//! An allocator that ends each allocation at a page that nobody may touch, for the threads that ask for
//! it. What was freed is never used again.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg_attr(windows, path = "fence/windows.rs")]
#[cfg_attr(not(windows), path = "fence/unix.rs")]
mod system;

/// The allocator; a test binary makes it its global one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fence;

/// Runs `body` with every allocation of this thread behind a fence.
pub fn with<T>(body: impl FnOnce() -> T) -> T {
    struct Off;
    impl Drop for Off {
        fn drop(&mut self) {
            ON.set(false);
        }
    }
    ON.set(true);
    let _off = Off;
    body()
}

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
}

const PAGE: usize = 4096;

/// Address space for fenced allocations: none of it is memory until it is given out.
const RESERVED: usize = 64 << 30;

/// How much of it was given out.
static USED: AtomicUsize = AtomicUsize::new(0);

fn reservation() -> *mut u8 {
    static START: OnceLock<usize> = OnceLock::new();
    let start = START.get_or_init(|| system::reserve(RESERVED).expose_provenance());
    std::ptr::with_exposed_provenance_mut(*start)
}

fn is_fenced(memory: *mut u8) -> bool {
    USED.load(Ordering::Relaxed) > 0
        && (reservation().addr()..reservation().addr() + RESERVED).contains(&memory.addr())
}

// SAFETY: fenced memory is mapped, aligned, as large as asked for, and of no other allocation; for the
// rest the system's allocator answers.
unsafe impl GlobalAlloc for Fence {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !ON.get() || layout.align() > PAGE {
            // SAFETY: the caller owes the same.
            return unsafe { System.alloc(layout) };
        }
        let bytes = layout.size().next_multiple_of(PAGE);
        // The page behind stays forbidden.
        let offset = USED.fetch_add(bytes + PAGE, Ordering::Relaxed);
        if offset + bytes > RESERVED {
            return std::ptr::null_mut();
        }
        let start = reservation().wrapping_add(offset);
        // SAFETY: the pages belong to this allocation alone.
        if !unsafe { system::open(start, bytes) } {
            return std::ptr::null_mut();
        }
        let before = (bytes - layout.size()) & !(layout.align() - 1);
        start.wrapping_add(before)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if !is_fenced(memory) {
            // SAFETY: the caller owes the same, and the memory came from there.
            return unsafe { System.dealloc(memory, layout) };
        }
        let start = memory.map_addr(|address| address & !(PAGE - 1));
        let bytes = layout.size().next_multiple_of(PAGE);
        // SAFETY: the pages belong to this allocation alone, which nobody uses any more.
        unsafe { system::close(start, bytes) };
    }
}
