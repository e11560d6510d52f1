//! Executable pages from a memfd that is sealed before it is mapped.
//!
//! A seal is stronger than a protection: neither `mprotect` nor `/proc/self/mem` gets past
//! `F_SEAL_WRITE`, in this process or in one that inherits the mapping. The order matters. Pages
//! are written through the file, never through a mapping (one that may write makes the kernel
//! refuse the seal), then sealed, then mapped; and the descriptor is closed whatever happens.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::FileExt;

use super::{Stop, rights, stopped};
use crate::code_ptr::CodePtr;
use crate::strategy::{Step, Strategy};

/// `MFD_NOEXEC_SEAL` of Linux 6.3: never to be executed *as a file*. Pages may still be mapped
/// executable, and systems that forbid executable memfds (`vm.memfd_noexec=2`) allow this kind.
const MFD_NOEXEC_SEAL: libc::c_uint = 8;

/// See [`super::install`].
///
/// # Safety
///
/// As there.
pub(super) unsafe fn install(strategy: Strategy, at: CodePtr, pages: &[u8]) -> Result<(), Stop> {
    let written = write(pages)?;
    let (file, sharing) = match strategy {
        Strategy::SealedReadOnly => {
            let path = format!("/proc/self/fd/{}", written.as_raw_fd());
            let reader = File::open(path).map_err(|e| at_step(Step::Reopen, &e))?;
            seal(&written, libc::F_SEAL_WRITE)?;
            (reader, libc::MAP_SHARED)
        }
        Strategy::SealedFuture => {
            seal(&written, libc::F_SEAL_FUTURE_WRITE)?;
            (written, libc::MAP_SHARED)
        }
        Strategy::SealedPrivate => {
            seal(&written, libc::F_SEAL_WRITE)?;
            (written, libc::MAP_PRIVATE)
        }
        _ => {
            seal(&written, libc::F_SEAL_WRITE)?;
            (written, libc::MAP_SHARED)
        }
    };
    // SAFETY: the caller's promise.
    unsafe { map_over(at, pages.len(), &file, sharing) }
}

/// A memfd with this content.
fn write(pages: &[u8]) -> Result<File, Stop> {
    within_file_size_limit(pages.len())?;
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    let file = match create(flags | MFD_NOEXEC_SEAL) {
        Err((_, libc::EINVAL)) => create(flags),
        outcome => outcome,
    }?;
    file.write_all_at(pages, 0)
        .map_err(|e| at_step(Step::Write, &e))?;
    Ok(file)
}

/// A write beyond this limit would not only fail: its signal ends the process.
fn within_file_size_limit(bytes: usize) -> Result<(), Stop> {
    let mut limit = libc::rlimit {
        rlim_cur: libc::RLIM_INFINITY,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: the kernel writes to one `rlimit`, which is there. If it refuses to, the limit
    // reads as none.
    unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) };
    if libc::rlim_t::try_from(bytes).is_ok_and(|bytes| bytes <= limit.rlim_cur) {
        return Ok(());
    }
    Err((Step::FileSizeLimit, libc::EFBIG))
}

fn create(flags: libc::c_uint) -> Result<File, Stop> {
    // SAFETY: the name is a C string.
    let fd = unsafe { libc::memfd_create(c"trampette".as_ptr(), flags) };
    if fd < 0 {
        return Err(stopped(Step::MemfdCreate));
    }
    // SAFETY: opened a moment ago, and nobody else has its number.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(fd) }))
}

fn seal(file: &File, against_writes: i32) -> Result<(), Stop> {
    let seals = against_writes | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
    // SAFETY: the descriptor is open, and the argument of this command is a number.
    match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } {
        0 => Ok(()),
        _ => Err(stopped(Step::Seal)),
    }
}

/// # Safety
///
/// As for [`super::install`].
unsafe fn map_over(at: CodePtr, bytes: usize, file: &File, sharing: i32) -> Result<(), Stop> {
    let protection = rights::executable();
    let start = at.as_mut_ptr().cast();
    let flags = sharing | libc::MAP_FIXED;
    // SAFETY: the range is ours to replace, by the caller's promise.
    let mapped = unsafe { libc::mmap(start, bytes, protection, flags, file.as_raw_fd(), 0) };
    if mapped == libc::MAP_FAILED {
        return Err(stopped(Step::MapExecutable));
    }
    Ok(())
}

fn at_step(step: Step, error: &io::Error) -> Stop {
    (step, error.raw_os_error().unwrap_or_default())
}
