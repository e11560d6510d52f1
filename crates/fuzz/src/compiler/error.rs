//! Why a fixture could not be compiled.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io};

use super::Build;

/// Why there is no compiler, or no library from it.
#[derive(Debug)]
#[non_exhaustive]
pub enum CompileError {
    /// No C compiler for this machine is installed under any of its usual names.
    NoCompiler,
    /// The compiler's path is no text.
    Path {
        /// The path.
        path: PathBuf,
    },
    /// There is no such compiler, or the system does not run it.
    NotStarted {
        /// The command.
        command: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The compiler does not even say what machine it compiles for.
    Broken {
        /// The command.
        command: String,
        /// Its own words.
        words: String,
    },
    /// The compiler compiles for a machine that this process cannot run the code of.
    OtherMachine {
        /// The command.
        command: String,
        /// What it compiles for.
        machine: String,
    },
    /// The compiler refuses the file.
    Refused {
        /// The compiler.
        build: Build,
        /// Its own words.
        words: String,
    },
    /// The compiler was stopped before it was done.
    Stopped {
        /// The compiler.
        build: Build,
    },
    /// The disk is full.
    DiskFull {
        /// Where something was to be written.
        path: PathBuf,
    },
    /// A file cannot be written.
    Disk {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// What was compiled cannot be loaded.
    Load {
        /// The compiler.
        build: Build,
        /// The engine's reason.
        source: trampette::Error,
    },
}

impl CompileError {
    /// A file that cannot be written.
    pub(super) fn disk(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Disk { path, source },
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCompiler => f.write_str(
                "no C compiler for this machine is installed, neither as `gcc` nor as `cc` or `clang`",
            ),
            Self::Path { path } => write!(f, "no compiler has the name {}", path.display()),
            Self::NotStarted { command, .. } => {
                write!(f, "the compiler `{command}` does not start")
            }
            Self::Broken { command, words } => {
                let words = brief(words);
                write!(f, "`{command}` does not work as a C compiler: {words}")
            }
            Self::OtherMachine { command, machine } => {
                write!(f, "the compiler `{command}` is for {machine}, not for ")?;
                write!(f, "{}-{}", std::env::consts::ARCH, std::env::consts::OS)
            }
            Self::Refused { build, words } => {
                write!(f, "`{build}` refuses a fixture: {}", brief(words))
            }
            Self::Stopped { build } => write!(f, "`{build}` was stopped"),
            Self::DiskFull { path } => write!(f, "the disk is full: {}", path.display()),
            Self::Disk { path, .. } => write!(f, "cannot write {}", path.display()),
            Self::Load { build, .. } => write!(f, "cannot load what `{build}` compiled"),
        }
    }
}

impl Error for CompileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotStarted { source, .. } | Self::Disk { source, .. } => Some(source),
            Self::Load { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The line that names the error, or the first.
pub(crate) fn brief(words: &str) -> &str {
    let named = words.lines().find(|line| line.contains("error"));
    let line = named.or_else(|| words.lines().next()).unwrap_or("");
    if line.trim().is_empty() {
        return "without a word";
    }
    line.trim()
}
