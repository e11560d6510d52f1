//! Runs the command.

use crate::drawing::{self, Outcome};

/// The command with these arguments.
pub(crate) fn command(args: &[&str]) -> std::process::Command {
    drawing::command("layout", args)
}

/// What `trampette layout` does with these arguments.
pub(crate) fn layout(args: &[&str]) -> Outcome {
    drawing::outcome("layout", args)
}

/// What it prints when nothing is wrong.
pub(crate) fn shown(args: &[&str]) -> String {
    drawing::shown("layout", args)
}
