//! The command line, and its help.

use std::ffi::{OsStr, OsString};

use clap::{Args as ClapArgs, Parser, Subcommand};

/// The name that stands for the process itself in place of a library.
const PROCESS: &str = "self";

/// Call C functions, and list what libraries export.
#[derive(Debug, Parser)]
#[command(name = "trampette", version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Call(Call),
    Exports(Exports),
}

const CALL_HELP: &str = "\
Arguments, by the type of their parameter:
  integers       42  -7  0x2a  0o52  0b101010  'a'
  bool           true  false  1  0
  numbers        2.5  1e3  inf  nan
  char *         text, with C's escapes: 'x=%d\\n'; null is NULL, str:null the text
  pointers       0x7f00  0  null  str:TEXT
  buf:64         a zeroed buffer of 64 bytes, printed after the result
  structs        '{1, 2.5}'  '{quot: 7}'  (what is missing is zero)
  arrays         '[1, 2]', inside structs
  unions         '{member: 1}'
  behind ...     with the type: int:42  double:2.5  str:text  size_t:8  ptr:null

Examples:
  trampette call libm.so.6 'double pow(double, double)' 2 10
  trampette call libc.so.6 'int printf(const char *, ...)' 'x=%d y=%.2f\\n' int:42 double:2.5
  trampette call libc.so.6 'struct { int quot; int rem; } div(int, int)' 7 2
  trampette call self 'int snprintf(char *, size_t, const char *, ...)' buf:16 16 %05d int:42
  trampette call libm.so.6 'pow(f64, f64) -> f64' --json -- -2 0.5";

/// Call a C function and print its result.
#[derive(Debug, ClapArgs)]
#[command(after_help = CALL_HELP)]
pub(crate) struct Call {
    /// The library: the loader's name for it, its path, or `self` for this process.
    #[arg(value_name = "LIB")]
    pub(crate) library: OsString,

    /// A C prototype, `double pow(double, double)`, or name and compact signature,
    /// `pow(f64, f64) -> f64`.
    #[arg(value_name = "SIGNATURE")]
    pub(crate) signature: OsString,

    /// The arguments of the function. Behind `--`, they may begin with a minus.
    #[arg(value_name = "ARG", allow_negative_numbers = true)]
    pub(crate) arguments: Vec<OsString>,

    /// Print one line of JSON: `{"result": ..., "type": "..."}`.
    #[arg(long)]
    pub(crate) json: bool,
}

const EXPORTS_HELP: &str = "\
The columns are kind, address, size in bytes (`-` where the file does not say it) and name. Behind
the name stand its version, `@@` before the one that a bare name finds; in Windows libraries the
ordinal, `#17`, and what a forward leads to, `-> OTHER!name`.

Examples:
  trampette exports libz.so.1
  trampette exports ./plugin.dll --json";

/// List what a library exports.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXPORTS_HELP)]
pub(crate) struct Exports {
    /// The library: a path to a file of any platform, which is only read; the loader's name for it; or
    /// `self` for this program.
    #[arg(value_name = "LIB")]
    pub(crate) library: OsString,

    /// Print a JSON array.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The library's name; `None` for the process itself.
pub(crate) fn library(name: &OsStr) -> Option<&OsStr> {
    (name != PROCESS).then_some(name)
}
