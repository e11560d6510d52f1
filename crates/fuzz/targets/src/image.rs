//! Library files of every format: what they export is read, or they are refused.

#![no_main]

use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsRawFd as _, FromRawFd as _};

use libfuzzer_sys::fuzz_target;
use trampette::exports_of_file;

fuzz_target!(|bytes: &[u8]| {
    let mut file = file_in_memory();
    file.write_all(bytes).expect("there is memory");
    match exports_of_file(format!("/proc/self/fd/{}", file.as_raw_fd())) {
        Ok(exports) => assert!(exports.is_sorted_by(|one, next| one.name <= next.name)),
        Err(error) => assert_eq!(error.code(), "unreadable-library", "{error}"),
    }
});

fn file_in_memory() -> File {
    // SAFETY: the name is a C string.
    let descriptor = unsafe { libc::memfd_create(c"image".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(descriptor >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: the descriptor is new, and nobody else's.
    unsafe { File::from_raw_fd(descriptor) }
}
