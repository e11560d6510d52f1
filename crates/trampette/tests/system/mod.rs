//! What systems call differently: the numbers of the last error, and threads that Rust knows nothing of.

#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "unix.rs")]
mod os;

pub(crate) use os::*;
