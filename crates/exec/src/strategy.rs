//! The ways to make a page executable, and what a system says to those it refuses.
//!
//! No way works everywhere, and which ones do cannot be read off the version of a kernel: seccomp
//! filters, `PR_SET_MDWE`, SELinux, noexec mounts and sysctls each forbid some. So they are data,
//! tried in the order of [`Strategy::known`].

use std::fmt;
use std::io;

/// One way to get bytes into an executable page that nobody can write any more.
///
/// ```
/// use trampette_exec::{Immutability, Strategy};
///
/// assert_eq!(Strategy::ALL[0].immutability(), Immutability::Sealed);
/// println!("{}", Strategy::Anonymous); // anonymous pages
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// A memfd is written, sealed against writes and mapped shared. Needs Linux 6.7, which lets a
    /// write-sealed file be mapped shared at all.
    Sealed,
    /// A memfd is written, opened again for reading only (which needs `/proc`), sealed, and
    /// mapped from there: an older kernel does not count that mapping as one that could write.
    SealedReadOnly,
    /// A memfd is written and sealed against *future* writes, which Linux 5.1 and later map
    /// shared.
    SealedFuture,
    /// A sealed memfd is mapped privately: `mprotect` could make a private copy writable.
    SealedPrivate,
    /// Fresh anonymous pages are filled, made executable once and moved into place. Also what
    /// `perf` needs in order to name code from a perf map.
    Anonymous,
    /// Reserved pages of Windows are committed writable, filled, and made executable once, in place.
    Committed,
    /// Fresh pages of macOS, mapped with `MAP_JIT`, are filled while this thread may write to such
    /// pages and execute none of them: the one exception to "never writable and executable", which a
    /// switch per thread makes one at a time.
    Jit,
}

impl Strategy {
    /// All of them, strongest first: the order in which a system tries those that it knows.
    pub const ALL: [Self; 7] = [
        Self::Sealed,
        Self::SealedReadOnly,
        Self::SealedFuture,
        Self::SealedPrivate,
        Self::Anonymous,
        Self::Committed,
        Self::Jit,
    ];

    /// Those that this operating system knows, in the order in which they are tried.
    #[must_use]
    pub fn known() -> &'static [Self] {
        crate::system::STRATEGIES
    }

    /// How well the pages are protected from being changed afterwards.
    #[must_use]
    pub const fn immutability(self) -> Immutability {
        match self {
            Self::Sealed | Self::SealedReadOnly | Self::SealedFuture => Immutability::Sealed,
            Self::SealedPrivate | Self::Anonymous | Self::Committed | Self::Jit => {
                Immutability::Private
            }
        }
    }

    pub(crate) const fn uses_memfd(self) -> bool {
        !matches!(self, Self::Anonymous | Self::Committed | Self::Jit)
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sealed => "sealed memfd, mapped shared",
            Self::SealedReadOnly => "sealed memfd, reopened read-only",
            Self::SealedFuture => "memfd sealed against future writes",
            Self::SealedPrivate => "sealed memfd, mapped privately",
            Self::Anonymous => "anonymous pages",
            Self::Committed => "committed pages, made executable once",
            Self::Jit => "fresh pages mapped with MAP_JIT",
        })
    }
}

/// What keeps published code from being changed.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Immutability {
    /// The pages are mapped read-only and a later `mprotect` could make a private copy of them
    /// writable. This crate never does, but nothing keeps other code from it.
    Private,
    /// The kernel refuses to make the pages writable, to anybody, for ever.
    Sealed,
}

impl fmt::Display for Immutability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "private (another mprotect could undo it)",
            Self::Sealed => "sealed (the kernel refuses every change)",
        })
    }
}

/// The step at which a [`Strategy`] was refused.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Finding a scratch page to try the strategy on.
    Scratch,
    /// The limit on the size of files, beyond which a write would kill the process.
    FileSizeLimit,
    /// `memfd_create`.
    MemfdCreate,
    /// Writing the image into the memfd.
    Write,
    /// Opening the memfd again through `/proc/self/fd`.
    Reopen,
    /// Adding the seals.
    Seal,
    /// Mapping the image executable over its place.
    MapExecutable,
    /// Mapping fresh writable pages.
    MapWritable,
    /// Making the filled pages executable.
    ProtectExecutable,
    /// Moving the executable pages to their place.
    Move,
}

impl Step {
    /// Every strategy that needs a memfd fails here in the same way.
    pub(crate) const fn forbids_memfd(self) -> bool {
        matches!(self, Self::FileSizeLimit | Self::MemfdCreate | Self::Write)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scratch if cfg!(windows) => "VirtualAlloc of a scratch page",
            Self::Scratch => "mmap of a scratch page",
            Self::FileSizeLimit => "RLIMIT_FSIZE",
            Self::MemfdCreate => "memfd_create",
            Self::Write => "write to the memfd",
            Self::Reopen => "open of /proc/self/fd",
            Self::Seal => "fcntl(F_ADD_SEALS)",
            Self::MapExecutable => "mmap(PROT_EXEC)",
            Self::MapWritable if cfg!(windows) => "VirtualAlloc(MEM_COMMIT)",
            Self::MapWritable => "mmap of fresh pages",
            Self::ProtectExecutable if cfg!(windows) => "VirtualProtect(PAGE_EXECUTE_READ)",
            Self::ProtectExecutable => "mprotect(PROT_EXEC)",
            Self::Move => "mremap",
        })
    }
}

/// What the system said to a strategy.
///
/// Its text is one line: `anonymous pages: mprotect(PROT_EXEC): Permission denied (os error 13)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub(crate) strategy: Strategy,
    pub(crate) step: Step,
    pub(crate) errno: i32,
}

impl Refusal {
    /// The strategy that was refused.
    #[must_use]
    pub const fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The step at which it was refused.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// The system's error number.
    #[must_use]
    pub const fn errno(&self) -> i32 {
        self.errno
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = io::Error::from_raw_os_error(self.errno);
        write!(f, "{}: {}: {said}", self.strategy, self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strategies_stand_strongest_first() {
        assert!(Strategy::ALL.is_sorted_by_key(|s| std::cmp::Reverse(s.immutability())));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_refusal_names_strategy_step_and_errno_in_words() {
        let refusal = Refusal {
            strategy: Strategy::Anonymous,
            step: Step::ProtectExecutable,
            errno: libc::EACCES,
        };
        let text = refusal.to_string();
        assert_eq!(
            text,
            "anonymous pages: mprotect(PROT_EXEC): Permission denied (os error 13)"
        );
    }
}
