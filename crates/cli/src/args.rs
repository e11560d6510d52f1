//! The command line, and its help.

use std::ffi::{OsStr, OsString};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand};
use trampette::{Abi, DataModel};

use crate::fuzz::Fuzz;
use crate::headers::Headers;

/// The name that stands for the process itself in place of a library.
const PROCESS: &str = "self";

/// Call C functions, list what libraries export, and show how calls travel and types are laid out.
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
    Disasm(Disasm),
    Layout(Layout),
    Fuzz(Fuzz),
    /// What `fuzz` starts.
    #[command(hide = true)]
    FuzzWorker,
}

const CALL_HELP: &str = "\
Arguments, by the type of their parameter:
  integers       42  -7  0x2a  0o52  0b101010  'a', enumerators and macros that are declared
  bool           true  false  1  0
  numbers        2.5  1e3  0x1.8p3  inf  nan
  complex        1+2i  -0.5i  '(1, 2)'
  char *         text, with C's escapes: 'x=%d\\n'; null is NULL, str:null the text
  pointers       0x7f00  0  null  str:TEXT
  buf:64         a zeroed buffer of 64 bytes, printed after the result
  structs        '{1, 2.5}'  '{quot: 7}'  (what is missing is zero)
  arrays         '[1, 2]', inside structs; vectors too
  unions         '{member: 1}'
  behind ...     with the type: int:42  double:2.5  str:text  size_t:8  ptr:null

Examples:
  trampette call libm.so.6 'double pow(double, double)' 2 10
  trampette call libc.so.6 'int printf(const char *, ...)' 'x=%d y=%.2f\\n' int:42 double:2.5
  trampette call libc.so.6 'struct { int quot; int rem; } div(int, int)' 7 2
  trampette call self 'int snprintf(char *, size_t, const char *, ...)' buf:16 16 %05d int:42
  trampette call libm.so.6 'pow(f64, f64) -> f64' --json -- -2 0.5
  trampette call --header stdlib.h libc.so.6 div 7 2
  trampette call --header sqlite3.h libsqlite3.so.0 sqlite3_errstr SQLITE_MISUSE";

/// Call a C function and print its result.
#[derive(Debug, ClapArgs)]
#[command(after_help = CALL_HELP)]
pub(crate) struct Call {
    /// The library: the loader's name for it, its path, or `self` for this process.
    #[arg(value_name = "LIB")]
    pub(crate) library: OsString,

    /// A C prototype, `double pow(double, double)`, or name and compact signature,
    /// `pow(f64, f64) -> f64`; with headers, the name of a function that they declare.
    #[arg(value_name = "SIGNATURE")]
    pub(crate) signature: OsString,

    /// The arguments of the function. Behind `--`, they may begin with a minus.
    #[arg(value_name = "ARG", allow_negative_numbers = true)]
    pub(crate) arguments: Vec<OsString>,

    /// Print one line of JSON: `{"result": ..., "type": "..."}`.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) headers: Headers,
}

const EXPORTS_HELP: &str = "\
The columns are kind, address, size in bytes (`-` where the file does not say it) and name. Behind
the name stand its version, `@@` before the one that a bare name finds; in Windows libraries the
ordinal, `#17`, and what a forward leads to, `-> OTHER!name`. With headers, what they declare of the
name follows.

Examples:
  trampette exports libz.so.1
  trampette exports ./plugin.dll --json
  trampette exports --header zlib.h libz.so.1";

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

    #[command(flatten)]
    pub(crate) headers: Headers,
}

const DISASM_HELP: &str = "\
Each row of the picture is a register or eight bytes of the stack, lowest byte first; shaded bytes
may hold anything. Parameters without names are #1, #2 and so on.

Examples:
  trampette disasm 'double hypot(double x, double y)'
  trampette disasm --abi win64 'int printf(const char *format, ...)'
  trampette disasm --abi apple-arm64 'long f(char a, struct { float x, y; } p, long n)'
  trampette disasm 'win64 (i32, {f64, i32}) -> f64' --json";

/// Show where arguments and result travel, and the machine code that carries them.
#[derive(Debug, ClapArgs)]
#[command(after_help = DISASM_HELP)]
pub(crate) struct Disasm {
    /// A C prototype, `double pow(double, double)`, or a compact signature, `(f64, f64) -> f64`; with
    /// or without a name.
    #[arg(value_name = "SIGNATURE")]
    pub(crate) signature: OsString,

    /// The calling convention, where the signature does not name it; by default this platform's.
    #[arg(long, value_name = "ABI", value_parser = abis())]
    pub(crate) abi: Option<Abi>,

    /// The platform whose C types are meant; by default that of the calling convention.
    #[arg(long, value_name = "MODEL", value_parser = models())]
    pub(crate) model: Option<DataModel>,

    /// Draw with ASCII characters only.
    #[arg(long)]
    pub(crate) ascii: bool,

    /// Print one line of JSON.
    #[arg(long, conflicts_with = "ascii")]
    pub(crate) json: bool,
}

const LAYOUT_HELP: &str = "\
Each row of the picture is eight bytes, lowest byte and lowest bit first; shaded bytes are padding.
Below it stand the members with their offsets, and those of members that have some; an offset of
`16:3` is bit 3 of byte 16.

Examples:
  trampette layout 'struct s { char c; double d; int bits : 3; unsigned more : 30; }'
  trampette layout --model windows-msvc 'struct { long l; wchar_t w; enum { A } e; }'
  trampette layout 'typedef union { double d; struct { int i; char text[12]; } s; } value;'
  trampette layout '{i8, align(16) f64} packed' --json
  trampette layout --header sys/stat.h 'struct stat'";

/// Show sizes, alignments and offsets of a C type as a picture.
#[derive(Debug, ClapArgs)]
#[command(after_help = LAYOUT_HELP)]
pub(crate) struct Layout {
    /// A C declaration, `struct s { char c; double d; }`, a type name, `long double`, or compact text,
    /// `{i8, f64}`. Of several declarations, the last is shown. With headers, a type, a tag or a variable that
    /// they declare: `struct stat`, `z_stream[2]`.
    #[arg(value_name = "DECLARATION")]
    pub(crate) declaration: OsString,

    /// The platform whose C types are meant; by default this one.
    #[arg(long, value_name = "MODEL", value_parser = models())]
    pub(crate) model: Option<DataModel>,

    /// Draw with ASCII characters only.
    #[arg(long)]
    pub(crate) ascii: bool,

    /// Print one line of JSON.
    #[arg(long, conflicts_with = "ascii")]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) headers: Headers,
}

/// The names of all calling conventions.
pub(crate) fn abis() -> impl TypedValueParser<Value = Abi> {
    PossibleValuesParser::new(Abi::ALL.map(Abi::name))
        .try_map(|name| Abi::from_name(&name).ok_or("no calling convention"))
}

fn models() -> impl TypedValueParser<Value = DataModel> {
    PossibleValuesParser::new(DataModel::ALL.map(|model| model.name))
        .try_map(|name| DataModel::from_name(&name).ok_or("no data model"))
}

/// The library's name; `None` for the process itself.
pub(crate) fn library(name: &OsStr) -> Option<&OsStr> {
    (name != PROCESS).then_some(name)
}
