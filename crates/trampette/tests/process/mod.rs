//! Processes that tests start.

use std::process::Command;

/// This program, once more; under an emulator, through the emulator that `ci/cross.sh` names.
pub(crate) fn this_program() -> Command {
    let program = std::env::current_exe().unwrap();
    let emulator = std::env::var("TRAMPETTE_EMULATOR").unwrap_or_default();
    let mut words = emulator.split_whitespace();
    let Some(first) = words.next() else {
        return Command::new(program);
    };
    let mut command = Command::new(first);
    command.args(words).arg(program);
    command
}
