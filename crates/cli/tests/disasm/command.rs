//! Runs the command.

use std::process::Command;

/// Exit status, standard output, standard error.
pub(crate) type Outcome = (Option<i32>, String, String);

/// What `trampette disasm` does with these arguments; `ci/cross.sh` says which emulator it needs.
pub(crate) fn disasm(args: &[&str]) -> Outcome {
    let emulator = std::env::var("TRAMPETTE_EMULATOR").unwrap_or_default();
    let words = emulator.split_whitespace();
    let mut words = words.chain([env!("CARGO_BIN_EXE_trampette"), "disasm"]);
    let mut command = Command::new(words.next().expect("at least the command itself"));
    command.args(words).args(args).env_remove("CLICOLOR_FORCE");
    let output = command.output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// What it prints when nothing is wrong.
pub(crate) fn shown(args: &[&str]) -> String {
    let (status, stdout, stderr) = disasm(args);
    assert_eq!((status, stderr.as_str()), (Some(0), ""), "{args:?}");
    stdout
}
