//! Runs the command, and compiles the fixture that it calls.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The command with these arguments.
pub(crate) fn command<A: AsRef<OsStr>>(args: &[A]) -> Command {
    let emulator = emulator().unwrap_or_default();
    let words = emulator.split_whitespace();
    let mut words = words.chain([env!("CARGO_BIN_EXE_trampette")]);
    let mut command = Command::new(words.next().expect("at least the command itself"));
    command.args(words).args(args).env_remove("CLICOLOR_FORCE");
    command
}

/// The emulator that this process runs under, as its command, if `ci/cross.sh` has said so.
pub(crate) fn emulator() -> Option<String> {
    std::env::var("TRAMPETTE_EMULATOR").ok()
}

/// What the command does with these arguments.
pub(crate) fn trampette<A: AsRef<OsStr>>(args: &[A]) -> Outcome {
    let Output {
        status,
        stdout,
        stderr,
    } = command(args).output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Outcome {
        status: status.code(),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

/// What `trampette call LIB SIGNATURE ARG...` prints when nothing is wrong.
pub(crate) fn called(library: &str, signature: &str, arguments: &[&str]) -> String {
    let outcome = trampette(&[&["call", library, signature], arguments].concat());
    assert_eq!(
        (outcome.stderr.as_str(), outcome.status),
        ("", Some(0)),
        "{signature} {arguments:?}"
    );
    outcome.stdout
}

/// The message when a call is refused.
pub(crate) fn refused(library: &str, signature: &str, arguments: &[&str]) -> String {
    let outcome = trampette(&[&["call", library, signature], arguments].concat());
    assert_eq!(
        (outcome.stdout.as_str(), outcome.status),
        ("", Some(1)),
        "{signature} {arguments:?}"
    );
    outcome.stderr
}

#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The path of the library that `fixture.c` is compiled to.
pub(crate) fn fixture() -> &'static str {
    static FIXTURE: OnceLock<PathBuf> = OnceLock::new();
    let path = FIXTURE.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/fixture.c");
        let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("libcli_fixture.so");
        let compiler = std::env::var_os("CC").unwrap_or("cc".into());
        let mut compile = Command::new(compiler);
        compile
            .args(["-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(source);
        assert!(compile.status().expect("a C compiler").success());
        library
    });
    path.to_str().expect("a path in UTF-8")
}
