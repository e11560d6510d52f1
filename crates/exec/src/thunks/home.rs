//! The thread at home: the one that took a thunk, and whose calls are then [counted](super::calls) without
//! an atomic operation. That takes a register which tells threads apart, and a barrier in every thread of
//! the process at once. Both are there on Linux for x86-64.

/// No thread: a thunk that has none counts all calls alike.
pub(super) const NONE: usize = 0;

pub(super) use system::{barrier, here, prepare};

/// This thread, if it can be a home.
#[inline]
pub(super) fn claim() -> usize {
    if system::is_ready() { here() } else { NONE }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod system {
    use std::arch::asm;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Whether the kernel has been told that this process makes such barriers.
    static READY: AtomicBool = AtomicBool::new(false);

    #[inline]
    pub(crate) fn is_ready() -> bool {
        READY.load(Ordering::Relaxed)
    }

    /// The address of this thread's control block, which begins with that address itself ("%fs:0"; ELF
    /// Handling for Thread-Local Storage, 3.4.6). Another thread has it only when this one is over.
    #[inline]
    pub(crate) fn here() -> usize {
        let pointer;
        // SAFETY: each thread has such a block, and nobody writes there.
        unsafe {
            asm!(
                "mov {}, fs:[0]",
                out(reg) pointer,
                options(pure, readonly, nostack, preserves_flags)
            );
        }
        pointer
    }

    /// Asks the kernel for barriers. Where it has none, thunks have no home.
    #[cold]
    pub(crate) fn prepare() {
        if !is_ready() {
            let is_ready = membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
            READY.store(is_ready, Ordering::Relaxed);
        }
    }

    /// A barrier in every thread of this process. Not where a sandbox forbids it.
    #[cold]
    pub(crate) fn barrier() -> bool {
        membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }

    fn membarrier(command: libc::c_int) -> bool {
        let none: libc::c_uint = 0;
        // SAFETY: the call reads and writes no memory of ours.
        unsafe { libc::syscall(libc::SYS_membarrier, command, none, none) == 0 }
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod system {
    /// No thunk's home.
    pub(crate) fn here() -> usize {
        usize::MAX
    }

    pub(crate) fn is_ready() -> bool {
        false
    }

    pub(crate) fn prepare() {}

    pub(crate) fn barrier() -> bool {
        false
    }
}
