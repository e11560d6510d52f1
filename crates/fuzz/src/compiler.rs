//! The judges: C compilers, and the shared libraries that they make of fixtures.

mod error;
mod find;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::{fmt, io, thread};

use tempfile::TempDir;
use trampette::Library;

pub use error::CompileError;
pub(crate) use error::brief;
pub use find::{builds, builds_of, find_builds};

/// A compiler at an optimisation level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Build {
    /// The command.
    pub compiler: &'static str,
    /// What makes it compile for this process' machine, where that is not its own.
    pub target: Option<&'static str>,
    /// The level, as an option.
    pub level: &'static str,
}

impl Build {
    /// A build from texts of any life. They are kept for ever, each once.
    #[must_use]
    pub fn new(compiler: &str, target: Option<&str>, level: &str) -> Self {
        Self {
            compiler: kept(compiler),
            target: target.map(kept),
            level: kept(level),
        }
    }
}

/// The same text, kept for ever: there are few compilers.
fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    if let Some(known) = all.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(text.into());
    all.insert(text);
    text
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.compiler, self.level)
    }
}

/// A fixture, compiled and loaded.
#[derive(Debug)]
pub struct Compiled {
    /// How it was compiled.
    pub build: Build,
    /// What came of it.
    pub library: Library,
    /// Where it was: on Linux it is gone already, elsewhere it cannot go while it is in use.
    pub folder: Arc<TempDir>,
}

/// Compiles a C file in every build, in parallel, and loads the libraries.
///
/// # Panics
///
/// When a compiler refuses the file: its words are in the message.
#[must_use]
pub fn compile(name: &str, source: &str) -> Vec<Compiled> {
    compile_for(builds(), name, source)
}

/// The same with its functions, as many as say `ABI`, in the convention of x86_64 that is not the
/// system's own.
///
/// # Panics
///
/// As [`compile`].
#[must_use]
pub fn compile_other(name: &str, source: &str) -> Vec<Compiled> {
    let before = if cfg!(windows) {
        include_str!("../fixtures/sysv_abi.h")
    } else {
        include_str!("../fixtures/ms_abi.h")
    };
    compile(&format!("{name}-other"), &format!("{before}\n{source}"))
}

/// The same in these builds only.
///
/// # Panics
///
/// As [`compile`].
#[must_use]
pub fn compile_for(builds: &[Build], name: &str, source: &str) -> Vec<Compiled> {
    let compiled = try_compile_for(builds, name, source).into_iter();
    let or_words = |error| match error {
        CompileError::Refused { build, words } => {
            panic!("{build} refuses {name}.c:\n{words:.4000}")
        }
        error => panic!("{error}: {:?}", std::error::Error::source(&error)),
    };
    compiled
        .map(|compiled| compiled.unwrap_or_else(or_words))
        .collect()
}

/// Compiles a C file in these builds, as many at a time as there are processors, and loads the libraries:
/// one outcome for each build.
///
/// ```
/// use trampette_fuzz::compiler::{CompileError, builds, try_compile_for};
///
/// let outcomes = try_compile_for(builds(), "faulty", "int answer(void) { return };");
/// assert_eq!(outcomes.len(), builds().len());
/// for outcome in outcomes {
///     assert!(matches!(outcome, Err(CompileError::Refused { words, .. }) if words.contains("error")));
/// }
/// ```
#[must_use]
pub fn try_compile_for(
    builds: &[Build],
    name: &str,
    source: &str,
) -> Vec<Result<Compiled, CompileError>> {
    thread::scope(|scope| {
        let start = |&build| scope.spawn(move || try_compile(build, name, source));
        let started: Vec<_> = builds.iter().map(start).collect();
        let end = |thread: thread::ScopedJoinHandle<'_, _>| {
            let outcome = thread.join();
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        started.into_iter().map(end).collect()
    })
}

/// Compiles a C file in one build, and loads the library. No file of it is left where the system lets
/// files go that are in use, and none that outlives the library elsewhere.
///
/// # Errors
///
/// Every [`CompileError`] but those of looking for compilers.
pub fn try_compile(build: Build, name: &str, source: &str) -> Result<Compiled, CompileError> {
    let suffix = &std::env::consts::DLL_SUFFIX[1..];
    let options = [LIBRARY, SPECIAL, registers_for(source)].concat();
    let (folder, library) = make(build, name, source, &options, suffix)?;
    // SAFETY: the fixture has no initialisers.
    let library = unsafe { Library::open(&library) };
    let library = library.map_err(|error| CompileError::Load {
        build,
        source: Box::new(error),
    })?;
    if cfg!(unix) {
        // What is loaded stays. Where this fails, the folder goes with the library.
        _ = std::fs::remove_dir_all(folder.path());
    }
    Ok(Compiled {
        build,
        library,
        folder: Arc::new(folder),
    })
}

/// Compiles a C file with these options, and does not link it: the object file, and the folder that it
/// goes with.
pub(crate) fn object(
    build: Build,
    source: &str,
    options: &[&str],
) -> Result<(TempDir, PathBuf), CompileError> {
    make(build, "types", source, &[&["-c"], options].concat(), "o")
}

/// A symbol that is nowhere is the compiler's fault, and is to be heard of from the linker: called, it would end
/// the process.
const LIBRARY: &[&str] = if cfg!(target_os = "linux") {
    &["-shared", "-fPIC", "-Wl,-z,defs"]
} else {
    &["-shared", "-fPIC"]
};

/// With unwind tables, GCC 12 for Windows gives up on many functions that call one of System V's
/// convention: "internal compiler error: in choose_baseaddr".
///
/// For AArch64 it reads an HFA behind `...` part by part, through pointers of types of its own, which it then
/// takes to be nothing of the HFA's if the numbers are neither `float` nor `double`.
const SPECIAL: &[&str] = if cfg!(windows) {
    &["-fno-asynchronous-unwind-tables"]
} else if cfg!(target_arch = "aarch64") {
    &["-fno-strict-aliasing"]
} else {
    &[]
};

/// What lets compilers know of the registers for the vectors of a C file. Without, they pass those of more
/// than 16 bytes in memory on x86_64, by a convention that is none of the psABI's, and GCC aligns them to 16.
fn registers_for(source: &str) -> &'static [&'static str] {
    let has = |size| source.contains(&format!("vector_size({size})"));
    match (cfg!(target_arch = "x86_64"), has(64), has(32)) {
        (true, true, _) => AVX512,
        (true, false, true) => AVX,
        _ => &[],
    }
}

/// GCC for Windows does not align the stack for them ([GCC 54412](https://gcc.gnu.org/PR54412)).
const AVX: &[&str] = if cfg!(windows) {
    &["-mavx", "-Wa,-muse-unaligned-vector-move"]
} else {
    &["-mavx"]
};

const AVX512: &[&str] = if cfg!(windows) {
    &["-mavx512f", "-Wa,-muse-unaligned-vector-move"]
} else {
    &["-mavx512f"]
};

fn make(
    build: Build,
    name: &str,
    source: &str,
    options: &[&str],
    suffix: &str,
) -> Result<(TempDir, PathBuf), CompileError> {
    let folder = tempfile::Builder::new().prefix("trampette-").tempdir();
    let folder = folder.map_err(|error| CompileError::disk(std::env::temp_dir(), error))?;
    let file = folder.path().join(format!("{name}.c"));
    std::fs::write(&file, source).map_err(|error| CompileError::disk(&file, error))?;
    let made = file.with_extension(suffix);
    let output = with_slot(|| run(build, options, &file, &made))?;
    judge_output(build, &output, folder.path())?;
    Ok((folder, made))
}

fn run(build: Build, options: &[&str], file: &Path, made: &Path) -> Result<Output, CompileError> {
    let mut command = Command::new(build.compiler);
    command
        .args(build.target)
        .args([build.level, "-std=gnu11", "-w"])
        .args(options)
        .arg("-o")
        .arg(made)
        .arg(file)
        .stdin(Stdio::null());
    if let (true, Some(folder)) = (cfg!(unix), file.parent()) {
        // The compiler's own files go with the fixture's, however it ends.
        command.env("TMPDIR", folder);
    }
    output_of(&mut command).map_err(|source| CompileError::NotStarted {
        command: build.compiler.into(),
        source,
    })
}

/// What a command says. Some systems start what is not there, and have it end with a status that means so
/// (POSIX, `posix_spawn`: "the child process shall exit with exit status 127").
fn output_of(command: &mut Command) -> io::Result<Output> {
    let output = command.output()?;
    if output.status.code() == Some(127) && output.stderr.is_empty() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(output)
}

fn judge_output(build: Build, output: &Output, folder: &Path) -> Result<(), CompileError> {
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let words = words.replace(&format!("{}/", folder.display()), "");
    if words.contains("No space left on device") {
        let path = folder.into();
        return Err(CompileError::DiskFull { path });
    }
    if output.status.code().is_none() {
        return Err(CompileError::Stopped { build });
    }
    Err(CompileError::Refused { build, words })
}

/// Runs something while one of as many slots as there are processors is taken: compilers are hungry, and
/// several threads may ask for them.
fn with_slot<T>(work: impl FnOnce() -> T) -> T {
    static TAKEN: Mutex<usize> = Mutex::new(0);
    static FREED: Condvar = Condvar::new();

    struct Slot;

    impl Drop for Slot {
        fn drop(&mut self) {
            *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
            FREED.notify_one();
        }
    }

    let slots = thread::available_parallelism().map_or(1, usize::from);
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = FREED.wait_while(taken, |taken| *taken >= slots);
    *taken.unwrap_or_else(PoisonError::into_inner) += 1;
    let _slot = Slot;
    work()
}
