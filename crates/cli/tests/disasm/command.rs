//! Runs the command.

use crate::drawing::{self, Outcome};

/// What `trampette disasm` does with these arguments.
pub(crate) fn disasm(args: &[&str]) -> Outcome {
    drawing::outcome("disasm", args)
}

/// What it prints when nothing is wrong.
pub(crate) fn shown(args: &[&str]) -> String {
    drawing::shown("disasm", args)
}
