//! The compilers that are here.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::{Build, CompileError, output_of};

/// Without optimisation and with it.
const LEVELS: [&str; 2] = ["-O0", "-O2"];

/// GCC's command for this process' machine where it is a cross compiler, and Clang's option: under an
/// emulator the system's compilers are for another machine.
const CROSS: (&str, &str) = if cfg!(windows) {
    ("x86_64-w64-mingw32-gcc", "--target=x86_64-w64-mingw32")
} else if cfg!(target_arch = "aarch64") {
    ("aarch64-linux-gnu-gcc", "--target=aarch64-linux-gnu")
} else {
    ("x86_64-linux-gnu-gcc", "--target=x86_64-linux-gnu")
};

/// Every build of a fixture: each compiler that is here, with and without optimisation.
///
/// # Panics
///
/// Without any C compiler: there is no judge then.
#[must_use]
pub fn builds() -> &'static [Build] {
    static BUILDS: OnceLock<Vec<Build>> = OnceLock::new();
    BUILDS.get_or_init(|| {
        let builds = find_builds().unwrap_or_else(|error| panic!("{error}"));
        let first = builds[0].compiler;
        if builds.iter().all(|build| build.compiler == first) {
            eprintln!("note: fixtures are compiled by {first} alone");
        }
        builds
    })
}

/// The same, looked for anew: GCC under one of its names, and Clang.
///
/// # Errors
///
/// [`CompileError::NoCompiler`].
pub fn find_builds() -> Result<Vec<Build>, CompileError> {
    let mut gcc = ["gcc", "cc", CROSS.0].into_iter();
    let gcc = gcc.find_map(|command| builds_of_command(command).ok());
    let clang = builds_of_command("clang").ok();
    let builds: Vec<Build> = [gcc, clang].into_iter().flatten().flatten().collect();
    if builds.is_empty() {
        return Err(CompileError::NoCompiler);
    }
    Ok(builds)
}

/// The builds of these compilers, given as commands or as paths: each without optimisation and with it.
///
/// ```
/// use trampette_fuzz::compiler::builds_of;
///
/// let error = builds_of(&["/no/such/compiler".into()]).unwrap_err();
/// assert_eq!(error.to_string(), "the compiler `/no/such/compiler` does not start");
/// ```
///
/// # Errors
///
/// For the first that does not start, does not work, or is for another machine, which the error names.
pub fn builds_of(paths: &[PathBuf]) -> Result<Vec<Build>, CompileError> {
    let mut builds = Vec::new();
    for path in paths {
        let command = path.to_str();
        let command = command.ok_or_else(|| CompileError::Path { path: path.clone() })?;
        builds.extend(builds_of_command(command)?);
    }
    Ok(builds)
}

fn builds_of_command(command: &str) -> Result<[Build; 2], CompileError> {
    let machine = machine_of(command, None)?;
    if is_ours(&machine) {
        return Ok(LEVELS.map(|level| Build::new(command, None, level)));
    }
    let option = CROSS.1;
    if machine_of(command, Some(option)).is_ok_and(|machine| is_ours(&machine)) {
        return Ok(LEVELS.map(|level| Build::new(command, Some(option), level)));
    }
    let command = command.into();
    Err(CompileError::OtherMachine { command, machine })
}

/// What a compiler calls the machine that it compiles for.
fn machine_of(command: &str, option: Option<&str>) -> Result<String, CompileError> {
    let mut asked = Command::new(command);
    asked.args(option).arg("-dumpmachine").stdin(Stdio::null());
    let output = output_of(&mut asked).map_err(|source| CompileError::NotStarted {
        command: command.into(),
        source,
    })?;
    let machine = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !output.status.success() || machine.is_empty() {
        return Err(CompileError::Broken {
            command: command.into(),
            words: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    Ok(machine)
}

/// Whether the code for a machine runs in this process.
fn is_ours(machine: &str) -> bool {
    let system: &[&str] = if cfg!(windows) {
        &["mingw", "windows"]
    } else {
        &[std::env::consts::OS]
    };
    machine.starts_with(std::env::consts::ARCH) && system.iter().any(|name| machine.contains(name))
}
