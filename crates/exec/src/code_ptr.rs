//! The address of published code.

use std::num::NonZeroUsize;
use std::ptr::NonNull;

/// The address of a piece of published code.
///
/// The code behind it is never changed and never unmapped, so the address stays good for the
/// life of the process and may go to any thread. What the code does, and so as what type of
/// function it may be called, only its maker knows:
///
/// ```
/// use trampette_exec::CodeMemory;
///
/// # #[cfg(all(target_os = "linux", target_arch = "x86_64"))] {
/// // mov eax, 7; ret
/// let seven = CodeMemory::new().publish(&[&[0xb8, 7, 0, 0, 0, 0xc3]])?[0];
/// // SAFETY: the bytes above are a whole function of this type.
/// let seven: extern "C" fn() -> u32 = unsafe { std::mem::transmute(seven.as_ptr()) };
/// assert_eq!(seven(), 7);
/// # }
/// # Ok::<(), trampette_exec::ExecError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct CodePtr(NonNull<u8>);

// SAFETY: a `CodePtr` gives no access by itself, and the code it names never changes.
unsafe impl Send for CodePtr {}
// SAFETY: as above.
unsafe impl Sync for CodePtr {}

impl CodePtr {
    #[inline]
    pub(crate) fn new(at: NonNull<u8>) -> Self {
        Self(at)
    }

    /// The first byte of the code, to be transmuted to a function pointer or handed to C.
    #[must_use]
    #[inline]
    pub fn as_ptr(self) -> *const () {
        self.0.as_ptr().cast()
    }

    /// The address as a number.
    #[must_use]
    #[inline]
    pub fn addr(self) -> usize {
        self.0.addr().get()
    }

    /// The address `bytes` further on; the caller keeps it inside one mapping.
    #[inline]
    pub(crate) fn add(self, bytes: usize) -> Self {
        Self(self.0.map_addr(|at: NonZeroUsize| at.saturating_add(bytes)))
    }

    #[cfg_attr(
        not(any(target_os = "linux", target_os = "macos", windows)),
        expect(dead_code, reason = "maps nothing")
    )]
    pub(crate) fn as_mut_ptr(self) -> *mut u8 {
        self.0.as_ptr()
    }
}
