//! What a call must leave as it was: callee-saved registers, the stack pointer, control words.

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod watch;
#[cfg(target_arch = "x86_64")]
pub mod win64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub use aarch64::*;
pub use watch::Watch;
#[cfg(target_arch = "x86_64")]
pub use x86_64::*;

/// A function of the convention whose registers [`call_watched`] knows: on x86_64 System V's, which is not
/// everywhere the system's own.
#[macro_export]
macro_rules! watched {
    ($($function:tt)*) => {
        #[cfg(target_arch = "x86_64")]
        extern "sysv64" $($function)*
        #[cfg(not(target_arch = "x86_64"))]
        extern "C" $($function)*
    };
}
