//! The judges: C compilers, and the shared libraries that they make of fixtures.

use std::fmt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};

use tempfile::TempDir;
use trampette::Library;

/// A compiler at an optimisation level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// The command.
    pub compiler: &'static str,
    /// What makes it compile for this process' machine, where that is not its own.
    pub target: Option<&'static str>,
    /// The level, as an option.
    pub level: &'static str,
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.compiler, self.level)
    }
}

/// Every build of a fixture: each compiler that is here, with and without optimisation.
///
/// # Panics
///
/// Without any C compiler: there is no judge then.
#[must_use]
pub fn builds() -> &'static [Build] {
    static BUILDS: OnceLock<Vec<Build>> = OnceLock::new();
    BUILDS.get_or_init(|| {
        let all = compilers().into_iter().flat_map(|(compiler, target)| {
            ["-O0", "-O2"].map(|level| Build {
                compiler,
                target,
                level,
            })
        });
        all.collect()
    })
}

/// GCC's command for this process' machine where it is a cross compiler, and Clang's option: under an
/// emulator the system's compilers are for another machine.
const CROSS: (&str, &str) = if cfg!(target_arch = "aarch64") {
    ("aarch64-linux-gnu-gcc", "--target=aarch64-linux-gnu")
} else {
    ("x86_64-linux-gnu-gcc", "--target=x86_64-linux-gnu")
};

fn compilers() -> Vec<(&'static str, Option<&'static str>)> {
    let (cross, clang_option) = CROSS;
    let first = ["gcc", "cc", cross]
        .into_iter()
        .find(|name| is_for_us(name));
    let first = first.expect("a C compiler for this machine must be installed, as `gcc` or `cc`");
    let clang = machine_of("clang");
    if clang.is_none() {
        eprintln!("note: clang is not installed, the fixtures are compiled by {first} alone");
    }
    let option = (!is_for_us("clang")).then_some(clang_option);
    let second = clang.map(|_| ("clang", option));
    [Some((first, None)), second]
        .into_iter()
        .flatten()
        .collect()
}

/// What a compiler calls the machine that it compiles for; nothing when it does not run.
fn machine_of(command: &str) -> Option<String> {
    let output = Command::new(command).arg("-dumpmachine").output().ok()?;
    let machine = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(machine)
}

fn is_for_us(command: &str) -> bool {
    machine_of(command).is_some_and(|machine| machine.starts_with(std::env::consts::ARCH))
}

/// A fixture, compiled and loaded.
#[derive(Debug)]
pub struct Compiled {
    /// How it was compiled.
    pub build: Build,
    /// What came of it.
    pub library: Library,
    /// Where it is: some systems do not let a file go that is in use.
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
    let folder = Arc::new(tempfile::tempdir().expect("a folder for fixtures"));
    let file = folder.path().join(format!("{name}.c"));
    std::fs::write(&file, source).expect("the fixture is written");
    let started: Vec<_> = builds
        .iter()
        .map(|&build| (build, start(build, &file)))
        .collect();
    started
        .into_iter()
        .map(|(build, child)| finish(build, child, &file, &folder))
        .collect()
}

/// With unwind tables, GCC 12 for Windows gives up on many functions that call one of System V's
/// convention: "internal compiler error: in choose_baseaddr".
const SPECIAL: &[&str] = if cfg!(windows) {
    &["-fno-asynchronous-unwind-tables"]
} else {
    &[]
};

fn start(build: Build, file: &Path) -> Child {
    Command::new(build.compiler)
        .args(build.target)
        .args([build.level, "-std=gnu11", "-w", "-shared", "-fPIC"])
        .args(SPECIAL)
        .arg("-o")
        .arg(output_of(build, file))
        .arg(file)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the compiler starts")
}

fn finish(build: Build, child: Child, file: &Path, folder: &Arc<TempDir>) -> Compiled {
    let output = child.wait_with_output().expect("the compiler ends");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{build} refuses {}:\n{words:.4000}",
        file.display()
    );
    // SAFETY: the fixture has no initialisers.
    let library = unsafe { Library::open(output_of(build, file)) };
    Compiled {
        build,
        library: library.expect("a fixture that was compiled just now opens"),
        folder: folder.clone(),
    }
}

fn output_of(build: Build, file: &Path) -> std::path::PathBuf {
    let suffix = std::env::consts::DLL_SUFFIX;
    file.with_extension(format!("{}{}{suffix}", build.compiler, build.level))
}
