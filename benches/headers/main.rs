//! How fast C declarations are read: all of SQLite's, by Trampette and by LuaJIT's `ffi.cdef`.
//!
//! `cargo bench -p trampette-benches --bench headers` prints megabytes per second of `Declarations::parse` for
//! what the preprocessor makes of `sqlite3.h`, and of LuaJIT, where it is installed, for the same text. LuaJIT
//! knows no macros: they are left out for both. The two take turns, and the least time of each counts.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;
use trampette::MODEL;
use trampette::cdecl::{Declarations, Header, HeaderError, Options};

/// How often each has its turn.
const TURNS: usize = 10;

/// How often a text is read in one turn.
const ROUNDS: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let text = match Header::new("sqlite3.h").preprocess() {
        Ok(text) => without_macros(&text),
        Err(error @ (HeaderError::NoCompiler { .. } | HeaderError::Preprocessor { .. })) => {
            println!("sqlite3.h cannot be measured here: {error}");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let mut file = NamedTempFile::new()?;
    file.write_all(text.as_bytes())?;
    let (mut ours, mut luajits) = (Duration::MAX, Some(Duration::MAX));
    for _ in 0..TURNS {
        ours = ours.min(trampette(&text)?);
        luajits = match luajits {
            Some(least) => luajit(&file)?.map(|time| least.min(time)),
            None => None,
        };
    }
    print_row("Declarations::parse", &text, ours);
    match luajits {
        Some(luajits) => {
            print_row("LuaJIT's ffi.cdef", &text, luajits);
            let ratio = luajits.as_secs_f64() / ours.as_secs_f64();
            println!("{ratio:.2} times as fast as LuaJIT");
        }
        None => println!("LuaJIT is not installed"),
    }
    Ok(())
}

/// The lines of a preprocessed text that define no macros.
fn without_macros(text: &str) -> String {
    let is_macro = |line: &&str| line.starts_with("#define ") || line.starts_with("#undef ");
    text.split_inclusive('\n')
        .filter(|line| !is_macro(line))
        .collect()
}

/// The least time of a round of ours.
fn trampette(text: &str) -> Result<Duration, Box<dyn Error>> {
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let mut declarations = Declarations::new(Options::new(MODEL));
        let start = Instant::now();
        declarations.parse(text)?;
        least = least.min(start.elapsed());
    }
    Ok(least)
}

/// The least time of a round of LuaJIT, if it is installed.
fn luajit(file: &NamedTempFile) -> Result<Option<Duration>, Box<dyn Error>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/headers/cdef.lua");
    let output = match Command::new("luajit").arg(script).arg(file.path()).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        output => output?,
    };
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let seconds: f64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
    Ok(Some(Duration::try_from_secs_f64(seconds)?))
}

fn print_row(name: &str, text: &str, time: Duration) {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a header is far below 2^52 bytes"
    )]
    let rate = text.len() as f64 / time.as_secs_f64() / 1e6;
    println!("{name:<22} {rate:>6.1} MB/s, {time:.1?}");
}
