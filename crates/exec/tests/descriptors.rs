//! No descriptor outlives a publication.

#![cfg(target_os = "linux")]

mod machine_code;
mod process;

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd};

use machine_code::{call, publish, returning, times};
use process::{descriptors, in_child};
use trampette_exec::{CodeMemory, Options, Strategy};

/// A file of the program's own, which gets the smallest free number.
fn data_file(content: &[u8]) -> File {
    // SAFETY: the name is a C string.
    let fd = unsafe { libc::memfd_create(c"data".as_ptr(), 0) };
    // SAFETY: opened a moment ago.
    let mut file = unsafe { File::from_raw_fd(fd) };
    file.write_all(content).expect("written");
    file
}

#[test]
fn hard_case_22_no_descriptor_is_held_and_numbers_may_be_reused() {
    in_child(|| {
        let memory = CodeMemory::new();
        let first = publish(&memory, 1);
        // SAFETY: the child uses none of the descriptors it inherited.
        let closed = unsafe { libc::syscall(libc::SYS_close_range, 3, u32::MAX, 0) };
        assert_eq!(closed, 0);
        let content = returning(31_337);
        let mut files: Vec<_> = (0..20).map(|_| data_file(&content)).collect();
        assert_eq!(files[0].as_raw_fd(), 3);
        let entries: Vec<_> = (0..100_000)
            .take(times(3_000, 100_000))
            .map(|value| publish(&memory, value))
            .collect();
        assert!(
            (0..)
                .zip(&entries)
                .all(|(value, entry)| call(*entry) == value)
        );
        assert_eq!(call(first), 1);
        for file in &mut files {
            let mut now = Vec::new();
            file.rewind().expect("rewound");
            file.read_to_end(&mut now).expect("read");
            assert_eq!(now, content);
        }
    });
}

#[test]
fn hard_case_22_no_descriptor_is_left_by_any_strategy() {
    in_child(|| {
        let before = descriptors();
        for strategy in Strategy::known().iter().copied() {
            let options = Options::new().strategy(strategy);
            let memory = CodeMemory::with_options(options).expect("good options");
            publish(&memory, 1);
            assert_eq!(descriptors(), before, "{strategy}");
        }
    });
}
