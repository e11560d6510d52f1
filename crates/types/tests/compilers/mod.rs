//! C compilers, and what they are asked.

use std::env::consts::{ARCH, OS};
use std::io::{ErrorKind, Write};
use std::process::{Command, Output, Stdio};

use trampette_types::DataModel;

/// What Clang calls the platforms.
pub(crate) const CLANG_TARGETS: [(DataModel, &str); 6] = [
    (DataModel::LINUX_X86_64, "x86_64-unknown-linux-gnu"),
    (DataModel::LINUX_AARCH64, "aarch64-unknown-linux-gnu"),
    (DataModel::APPLE_X86_64, "x86_64-apple-macosx"),
    (DataModel::APPLE_ARM64, "arm64-apple-macosx"),
    (DataModel::WINDOWS_MSVC, "x86_64-pc-windows-msvc"),
    (DataModel::WINDOWS_GNU, "x86_64-w64-windows-gnu"),
];

/// The C compiler for the machine that the test runs on: `cc`, unless the environment names another.
pub(crate) fn systems_compiler() -> String {
    std::env::var("CC").unwrap_or_else(|_| "cc".into())
}

pub(crate) fn hosts_model() -> Option<DataModel> {
    match (OS, ARCH) {
        ("linux", "x86_64") => Some(DataModel::LINUX_X86_64),
        ("linux", "aarch64") => Some(DataModel::LINUX_AARCH64),
        ("macos", "x86_64") => Some(DataModel::APPLE_X86_64),
        ("macos", "aarch64") => Some(DataModel::APPLE_ARM64),
        _ => None,
    }
}

/// What makes a compiler check a C file and do no more.
pub(crate) const CHECK: &str = "-fsyntax-only";

/// Gives a C file to a compiler; `None` if there is no such compiler.
pub(crate) fn compile(compiler: &str, options: &[&str], source: &str) -> Option<Output> {
    run(
        compiler,
        &["-std=gnu11", "-w", "-x", "c", "-"],
        options,
        source,
    )
}

/// The same with a file that is C++ as well, but for the names of a few keywords; `None` also if the
/// compiler knows no C++, as gcc where g++ is not installed.
#[allow(dead_code, reason = "not every test has it")]
pub(crate) fn compile_as_cplusplus(
    compiler: &str,
    options: &[&str],
    source: &str,
) -> Option<Output> {
    let keywords = [
        "-D_Static_assert=static_assert",
        "-D_Alignof=alignof",
        "-Dwchar_t=wide_char",
    ];
    let language = ["-std=gnu++11", "-w", "-x", "c++", "-"];
    let nothing = run(compiler, &language, options, "")?;
    if !nothing.status.success() {
        return None;
    }
    run(
        compiler,
        &[&keywords[..], &language].concat(),
        options,
        source,
    )
}

fn run(compiler: &str, language: &[&str], options: &[&str], source: &str) -> Option<Output> {
    let child = Command::new(compiler)
        .args(language)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        child => child.expect("the compiler starts"),
    };
    // Dropped at once, so that the compiler sees the end of the file.
    let sent = child
        .stdin
        .take()
        .map(|mut input| input.write_all(source.as_bytes()));
    sent.expect("it was piped").expect("the compiler reads");
    Some(child.wait_with_output().expect("the compiler ends"))
}

pub(crate) fn report(output: &Output, source: &str, model: DataModel) {
    let errors = String::from_utf8_lossy(&output.stderr);
    let failed = errors.lines().filter(|line| line.contains("error:"));
    let failed: Vec<_> = failed.take(20).collect();
    let asserted = source.matches("_Static_assert").count();
    assert!(
        output.status.success(),
        "{}: of {asserted} assertions these fail, and more:\n{}",
        model.name,
        failed.join("\n")
    );
    assert!(asserted > 50, "only {asserted} assertions");
}
