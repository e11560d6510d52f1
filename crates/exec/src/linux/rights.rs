//! The rights of executable pages: reading, executing, and on AArch64, where the processor knows how,
//! that no indirect branch may go elsewhere than to a landing pad.

use std::ffi::c_int;

/// The rights, as `mmap` and `mprotect` take them.
pub(super) fn executable() -> c_int {
    let guard = if is_guarded() { PROT_BTI } else { 0 };
    libc::PROT_READ | libc::PROT_EXEC | guard
}

/// Not among libc's constants for every architecture.
const PROT_BTI: c_int = 0x10;

/// Whether executable pages get that protection. To a processor that does not know it, asking for it is
/// an error.
#[cfg(target_arch = "aarch64")]
pub(crate) fn is_guarded() -> bool {
    const HWCAP2_BTI: libc::c_ulong = 1 << 17;
    // SAFETY: any number may be asked for.
    let capabilities = unsafe { libc::getauxval(libc::AT_HWCAP2) };
    capabilities & HWCAP2_BTI != 0
}

/// See the other one.
#[cfg(not(target_arch = "aarch64"))]
pub(crate) fn is_guarded() -> bool {
    false
}
