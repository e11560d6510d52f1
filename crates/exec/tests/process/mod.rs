//! What only a process of its own can tell: forked children, mappings, descriptors.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::fs;
use std::panic::{self, AssertUnwindSafe};

/// Runs `body` in a forked child, which must come to its end within a minute and without a panic.
///
/// The child has one thread only, so what it counts is its own doing, and no sandbox it enters
/// outlives it.
pub(crate) fn in_child(body: impl FnOnce()) {
    let status = wait(fork(60, body));
    assert_eq!(
        status, 0,
        "the child failed (see above; 14 is its watchdog)"
    );
}

/// Starts a child that runs `body`, ends, and is killed if that takes longer than `seconds`.
pub(crate) fn fork(seconds: u32, body: impl FnOnce()) -> libc::pid_t {
    // SAFETY: the child goes on with the forking thread only. It allocates, which glibc makes
    // work in such a child, and takes no lock that another test might have held.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork");
    if pid > 0 {
        return pid;
    }
    // SAFETY: no preconditions.
    unsafe { libc::alarm(seconds) };
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    let code = outcome.map_or_else(|cause| complain(&*cause), |()| 0);
    // SAFETY: no preconditions; runs no handlers of the parent's.
    unsafe { libc::_exit(code) }
}

/// Waits for a child and says how it ended: 0 is well.
pub(crate) fn wait(pid: libc::pid_t) -> i32 {
    let mut status = -1;
    // SAFETY: the status is written to a local variable.
    let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    assert_eq!(waited, pid, "waitpid");
    status
}

/// Whether an emulator stands between this process and the kernel, and so whether a test should be
/// skipped that is about something which only the kernel has. `ci/cross.sh` says so.
pub(crate) fn is_emulated(without: &str) -> bool {
    let emulated = std::env::var_os("TRAMPETTE_EMULATOR").is_some();
    if emulated {
        eprintln!("skipped: the emulator has no {without}");
    }
    emulated
}

fn complain(cause: &(dyn std::any::Any + Send)) -> i32 {
    let words = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("panic without words");
    let line = format!("child: {words}\n");
    // SAFETY: the buffer is as long as it says. `eprintln` might wait for a lock that another
    // thread held at the fork.
    unsafe { libc::write(2, line.as_ptr().cast(), line.len()) };
    1
}

/// The lines of `/proc/self/maps`.
pub(crate) fn mappings() -> Vec<String> {
    let maps = fs::read_to_string("/proc/self/maps").expect("/proc is mounted");
    let mut lines: Vec<String> = maps.lines().map(str::to_owned).collect();
    if std::env::var_os("TRAMPETTE_EMULATOR").is_some() {
        // An emulator lists a heap page by page; the kernel would have said that it is one mapping.
        lines.dedup_by(|next, before| join(before, next));
    }
    lines
}

/// Joins two mappings without files that are neighbours and have the same rights, if they are.
fn join(before: &mut String, next: &str) -> bool {
    let parts = |line: &str| {
        let (range, rest) = line.trim_end().split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let is_anonymous = rest.ends_with("00000000 00:00 0");
        is_anonymous.then(|| (start.to_owned(), end.to_owned(), rest.to_owned()))
    };
    match (parts(before), parts(next)) {
        (Some((start, middle, rights)), Some((from, to, same)))
            if middle == from && rights == same =>
        {
            *before = format!("{start}-{to} {rights}");
            true
        }
        _ => false,
    }
}

/// No mapping may be writable and executable.
pub(crate) fn assert_no_mapping_is_writable_and_executable() {
    for line in mappings() {
        let rights = line.split_whitespace().nth(1).unwrap_or_default();
        assert!(!(rights.contains('w') && rights.contains('x')), "{line}");
    }
}

/// The open descriptors, less the one that lists them.
pub(crate) fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd")
        .expect("/proc is mounted")
        .count()
        - 1
}

/// Sets the soft limit of a resource.
pub(crate) fn limit(resource: libc::__rlimit_resource_t, soft: u64) {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the limit is read to a local variable.
    let read = unsafe { libc::getrlimit(resource, &raw mut limit) };
    limit.rlim_cur = soft.min(limit.rlim_max);
    // SAFETY: the limit is read from a local variable.
    let set = unsafe { libc::setrlimit(resource, &raw const limit) };
    assert_eq!((read, set), (0, 0), "setrlimit");
}

/// Makes mappings of one page each until the kernel has no more of them.
pub(crate) fn use_up_mappings() -> Vec<*mut libc::c_void> {
    let page = region::page::size();
    let mut taken = Vec::with_capacity(1 << 17);
    for index in 0..1 << 17 {
        // Neighbours with the same rights would become one mapping.
        let rights = if index % 2 == 0 {
            libc::PROT_NONE
        } else {
            libc::PROT_READ
        };
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping touches no other one.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), page, rights, flags, -1, 0) };
        if at == libc::MAP_FAILED {
            return taken;
        }
        taken.push(at);
    }
    Vec::new()
}
