//! Loom's atomics, with a mark at every access.
//!
//! Loom leaves out interleavings that it takes to be equivalent, and goes wrong where a thread
//! loads a word and then exchanges it: it compares the exchange with the last access only, which
//! is that thread's own load, and so misses what another one has loaded before. All our steps are
//! of that kind. A relaxed addition to a counter beside the word, before each access, is seen for
//! what it is, and orders nothing that the program could rely on.

use loom::sync::atomic;

pub(crate) use loom::hint::spin_loop;
pub(crate) use loom::model;
pub(crate) use loom::sync::atomic::Ordering;

/// Both sides of an asymmetric barrier, to loom, which knows no barrier of another thread.
pub(crate) fn light_barrier() {
    atomic::fence(Ordering::SeqCst);
}

pub(crate) fn heavy_barrier() -> bool {
    light_barrier();
    true
}

macro_rules! marked {
    ($name:ident, $number:ty) => {
        #[derive(Debug, Default)]
        pub(crate) struct $name {
            value: atomic::$name,
            mark: atomic::AtomicU32,
        }

        #[allow(dead_code, reason = "each number has what the other needs")]
        impl $name {
            pub(crate) fn load(&self, order: Ordering) -> $number {
                self.marked().load(order)
            }

            pub(crate) fn store(&self, value: $number, order: Ordering) {
                self.marked().store(value, order);
            }

            pub(crate) fn compare_exchange(
                &self,
                from: $number,
                to: $number,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$number, $number> {
                self.marked().compare_exchange(from, to, success, failure)
            }

            pub(crate) fn fetch_add(&self, value: $number, order: Ordering) -> $number {
                self.marked().fetch_add(value, order)
            }

            pub(crate) fn fetch_sub(&self, value: $number, order: Ordering) -> $number {
                self.marked().fetch_sub(value, order)
            }

            pub(crate) fn fetch_max(&self, value: $number, order: Ordering) -> $number {
                self.marked().fetch_max(value, order)
            }

            pub(crate) fn fetch_or(&self, value: $number, order: Ordering) -> $number {
                self.marked().fetch_or(value, order)
            }

            pub(crate) fn fetch_and(&self, value: $number, order: Ordering) -> $number {
                self.marked().fetch_and(value, order)
            }

            fn marked(&self) -> &atomic::$name {
                self.mark.fetch_add(1, Ordering::Relaxed);
                &self.value
            }
        }
    };
}

marked!(AtomicU32, u32);
marked!(AtomicU64, u64);
