//! What a person sees of a signature about which the engine and a compiler disagree.

use std::fmt;

use trampette::{Abi, MODEL};
use trampette_aarch64::AArch64;
use trampette_abi::Isa;
use trampette_x86_64::X86_64;

use crate::c;
use crate::case::Case;
use crate::compiler::Build;
use crate::convention::{abi_of, convention};
use crate::mismatch::{Difference, Direction, Mismatch, Position};

/// Where a signature came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The seed.
    pub seed: u64,
    /// Its index among the signatures of the seed.
    pub index: u64,
}

/// All that is known about the mismatches of one signature, for [`Display`](fmt::Display): its C
/// declaration, each difference byte by byte, the rows that placed it, and how to see it again.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The mismatches, all of one signature; without any there is nothing to say.
    pub mismatches: &'a [Mismatch],
    /// Every build that the signature was proved in.
    pub builds: &'a [Build],
    /// The signature that this one was reduced from, or is.
    pub origin: Option<Origin>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.mismatches.first() else {
            return Ok(());
        };
        let case = Case::of(&first.signature);
        writeln!(f, "mismatch: {}\n", first.signature)?;
        for line in c::declaration(&case, "f").lines() {
            match line {
                "" => writeln!(f)?,
                line => writeln!(f, "    {line}")?,
            }
        }
        for mismatch in self.mismatches {
            write_mismatch(f, mismatch, &case)?;
        }
        self.write_dispute(f)?;
        write_rows(f, first)?;
        self.write_origin(f, first)
    }
}

fn write_mismatch(f: &mut fmt::Formatter<'_>, mismatch: &Mismatch, case: &Case) -> fmt::Result {
    let Mismatch {
        build,
        direction,
        position,
        ..
    } = mismatch;
    write!(f, "\n  {build}, {}, {position}", in_words(*direction))?;
    match position {
        Position::Argument(index) => {
            if let Some(passed) = case.arguments.get(*index) {
                write!(f, " `{}`", passed.ty)?;
            }
        }
        Position::Result => write!(f, " `{}`", case.result.ty)?,
        Position::Call => {}
    }
    match &mismatch.difference {
        Difference::Other(words) => writeln!(f, ": {words}"),
        Difference::Bytes {
            expected,
            found,
            meaning,
        } => {
            writeln!(f)?;
            write_bytes(f, expected, found, meaning)
        }
    }
}

/// Who calls whom.
fn in_words(direction: Direction) -> &'static str {
    match direction {
        Direction::Values => "Rust calls C with values",
        Direction::Frame => "Rust calls C through a frame",
        Direction::Callback => "C calls a closure over a frame",
        Direction::Typed => "C calls a closure of Rust types",
        Direction::Relay => "C calls a callback that calls C",
    }
}

/// How many bytes stand in a line.
const LINE: usize = 8;
/// Lines that are alike are not worth a screen.
const LINES: usize = 12;

/// Both sides, eight bytes a line, padding as `··`, what differs marked below.
fn write_bytes(
    f: &mut fmt::Formatter<'_>,
    expected: &[u8],
    found: &[u8],
    meaning: &[bool],
) -> fmt::Result {
    let width = LINE * 3 + 1;
    writeln!(f, "    {:6}{:width$}  actual", "", "expected")?;
    let count = expected.len().max(found.len());
    let differs = |at: usize| {
        let means = meaning.get(at).copied().unwrap_or(true);
        means && expected.get(at) != found.get(at)
    };
    let is_told = |line: &usize| (*line..(line + LINE).min(count)).any(differs);
    let lines: Vec<usize> = (0..count).step_by(LINE).collect();
    let all = lines.len() <= LINES;
    let mut told = 0;
    for line in lines.iter().filter(|line| all || is_told(line)).take(LINES) {
        told += 1;
        let end = (line + LINE).min(count);
        let hex = |bytes: &[u8]| -> String {
            let byte = |at: usize| match (meaning.get(at), bytes.get(at)) {
                (Some(false), Some(_)) => " ··".into(),
                (_, Some(byte)) => format!(" {byte:02x}"),
                (_, None) => "   ".into(),
            };
            (*line..end).map(byte).collect()
        };
        let row = format!("    {line:>4} {:width$}  {}", hex(expected), hex(found));
        writeln!(f, "{}", row.trim_end())?;
        if is_told(line) {
            let mark = |at: usize| if differs(at) { " ^^" } else { "   " };
            let marks: String = (*line..end).map(mark).collect();
            let row = format!("    {:4} {:width$}  {marks}", "", "");
            writeln!(f, "{}", row.trim_end())?;
        }
    }
    if told < lines.len() {
        writeln!(f, "    {} more lines of 8 bytes", lines.len() - told)?;
    }
    Ok(())
}

/// The rows of the engine, as it places arguments and result.
fn write_rows(f: &mut fmt::Formatter<'_>, mismatch: &Mismatch) -> fmt::Result {
    let abi = abi_of(&mismatch.signature);
    let (Some(convention), Some(isa)) = (convention(abi), isa(abi)) else {
        return Ok(());
    };
    let Ok(shape) = mismatch.signature.shape(&MODEL) else {
        return Ok(());
    };
    let Ok(layout) = convention.call_layout(&shape) else {
        return Ok(());
    };
    let rows = trampette_abi::Report {
        shape: &shape,
        layout: &layout,
        isa,
    };
    writeln!(f)?;
    rows.to_string()
        .lines()
        .try_for_each(|line| writeln!(f, "  {line}"))
}

/// Names the registers of a convention.
fn isa(abi: Abi) -> Option<&'static dyn Isa> {
    match abi {
        Abi::SysV64 | Abi::Win64 | Abi::Win64Gnu => Some(&X86_64),
        Abi::Aapcs64 | Abi::AppleArm64 | Abi::WinArm64 => Some(&AArch64),
        _ => None,
    }
}

impl Report<'_> {
    /// Where one compiler agrees and another does not, the engine cannot be right by both.
    fn write_dispute(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let disagrees = |build: &&Build| self.mismatches.iter().any(|it| it.build == **build);
        let (against, with): (Vec<&Build>, Vec<&Build>) = self.builds.iter().partition(disagrees);
        if with.is_empty() || against.is_empty() {
            return Ok(());
        }
        let names = |builds: &[&Build]| {
            let names: Vec<String> = builds.iter().map(ToString::to_string).collect();
            names.join(", ")
        };
        writeln!(
            f,
            "\n  The compilers disagree: the engine follows {}, not {}.",
            names(&with),
            names(&against)
        )
    }

    fn write_origin(&self, f: &mut fmt::Formatter<'_>, first: &Mismatch) -> fmt::Result {
        let abi = abi_of(&first.signature);
        if let Some(Origin { seed, index }) = self.origin {
            writeln!(
                f,
                "\n  seed {seed}, signature {index}; with those before it:\n    \
                 trampette fuzz --seed {seed} --signatures {} --abi {}",
                index + 1,
                abi.name()
            )?;
        }
        let signature = first.signature.clone().with_abi(abi);
        writeln!(
            f,
            "\n  for tests/corpus/{}.txt:\n    {signature}",
            abi.name()
        )
    }
}
