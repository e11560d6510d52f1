//! Making the processor see new code.
//!
//! x86 keeps its instruction caches coherent, and a mapping is replaced with an interrupt to every
//! processor that runs the process. aarch64 leaves both to the program.

use crate::code_ptr::CodePtr;

/// Makes `bytes` of published code at `at` fetchable by every thread. To be called once the pages
/// are mapped executable and before the address is handed out.
///
/// # Safety
///
/// - The range is mapped readable.
#[cfg(not(all(target_arch = "aarch64", target_os = "linux")))]
pub(crate) unsafe fn synchronise(_: CodePtr, _: usize) {}

/// See the other one.
///
/// # Safety
///
/// - The range is mapped readable.
#[cfg(all(target_arch = "aarch64", target_os = "linux"))]
pub(crate) unsafe fn synchronise(at: CodePtr, bytes: usize) {
    // SAFETY: the caller's promise.
    unsafe { aarch64::clean_and_invalidate(at.addr(), bytes) };
    aarch64::synchronise_cores();
}

#[cfg(all(target_arch = "aarch64", target_os = "linux"))]
mod aarch64 {
    use std::arch::asm;
    use std::sync::Once;

    /// Cleans the data cache to the point of unification, then invalidates the instruction cache,
    /// line by line and by the address at which the code will be executed.
    ///
    /// # Safety
    ///
    /// - The range is mapped readable.
    pub(super) unsafe fn clean_and_invalidate(start: usize, bytes: usize) {
        let types: usize;
        // SAFETY: CTR_EL0 is readable in user space on Linux.
        unsafe { asm!("mrs {}, ctr_el0", out(reg) types, options(nomem, nostack)) };
        let data_line = 4 << ((types >> 16) & 15);
        let code_line = 4 << (types & 15);
        let end = start + bytes;
        for line in (start & !(data_line - 1)..end).step_by(data_line) {
            // SAFETY: a line that holds bytes of a readable mapping.
            unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack)) };
        }
        // SAFETY: a barrier has no precondition.
        unsafe { asm!("dsb ish", options(nostack)) };
        for line in (start & !(code_line - 1)..end).step_by(code_line) {
            // SAFETY: as above.
            unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack)) };
        }
        // SAFETY: barriers have no precondition.
        unsafe { asm!("dsb ish", "isb", options(nostack)) };
    }

    const REGISTER_PRIVATE_EXPEDITED_SYNC_CORE: i32 = 1 << 6;
    const PRIVATE_EXPEDITED_SYNC_CORE: i32 = 1 << 5;

    /// Has every running thread of the process discard what it has prefetched. A kernel that
    /// refuses is no worse than no kernel support: new code is at addresses nobody knew before.
    pub(super) fn synchronise_cores() {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| membarrier(REGISTER_PRIVATE_EXPEDITED_SYNC_CORE));
        membarrier(PRIVATE_EXPEDITED_SYNC_CORE);
    }

    fn membarrier(command: i32) {
        // SAFETY: the call takes numbers only.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) };
    }
}
