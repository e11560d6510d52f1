//! What Linux tells about a process, and what it can be made to do.

use std::fs;

/// The lines of `/proc/self/maps`.
///
/// # Panics
///
/// Where `/proc` is not mounted.
#[must_use]
pub fn mappings() -> Vec<String> {
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

/// The mappings that are writable and executable, or writable and shared: code and bookkeeping of ours
/// are in none.
#[must_use]
pub fn mappings_that_must_not_be() -> Vec<String> {
    let forbidden = |line: &String| {
        let rights = line.split_whitespace().nth(1).unwrap_or_default();
        rights.contains('w') && (rights.contains('x') || rights.contains('s'))
    };
    mappings().into_iter().filter(forbidden).collect()
}

/// The open descriptors, less the one that lists them.
///
/// # Panics
///
/// Where `/proc` is not mounted.
#[must_use]
pub fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd")
        .expect("/proc is mounted")
        .count()
        - 1
}

/// `PR_SET_MDWE`: no mapping may be writable and executable, nor become executable later. False where
/// the kernel does not know it (before 6.3).
#[must_use]
pub fn refuse_exec_gain() -> bool {
    const REFUSE_EXEC_GAIN: libc::c_ulong = 1;
    // SAFETY: numbers only.
    unsafe { libc::prctl(libc::PR_SET_MDWE, REFUSE_EXEC_GAIN, 0_u64, 0_u64, 0_u64) == 0 }
}

/// Lets the process have so many more bytes of address space, or as many as it wants.
///
/// # Panics
///
/// When the system refuses.
pub fn limit_address_space(more: Option<u64>) {
    let used = || {
        let status = fs::read_to_string("/proc/self/statm").expect("/proc is mounted");
        let pages = status
            .split(' ')
            .next()
            .and_then(|pages| pages.parse().ok());
        pages.unwrap_or(0_u64) * 4096
    };
    let limit = libc::rlimit {
        rlim_cur: more.map_or(libc::RLIM_INFINITY, |more| used() + more),
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: the limit is read from a local variable.
    let status = unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
    assert_eq!(status, 0, "setrlimit");
}

/// Runs `body` in a forked child, which is killed when it takes longer than `seconds`.
///
/// # Panics
///
/// When there can be no more processes.
pub fn fork(seconds: u32, body: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child goes on with the forking thread alone; it allocates, which glibc makes work in
    // such a child, and ends by `_exit`.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0, "fork");
    if pid > 0 {
        return pid;
    }
    // SAFETY: no preconditions.
    unsafe { libc::alarm(seconds) };
    let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_or(false);
    // SAFETY: no preconditions; no handlers of the parent's run.
    unsafe { libc::_exit(i32::from(!well)) }
}

/// Waits for a child and says how it ended: 0 is well, 14 its watchdog.
///
/// # Panics
///
/// When it is no child of this process.
#[must_use]
pub fn wait(pid: libc::pid_t) -> i32 {
    let mut status = -1;
    // SAFETY: the status is written to a local variable.
    let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    assert_eq!(waited, pid, "waitpid");
    status
}
