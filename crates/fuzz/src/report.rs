//! What a person sees of a signature about which the engine and a compiler disagree.

mod bytes;
mod rows;

use std::collections::BTreeSet;
use std::fmt;

use crate::c;
use crate::case::{Case, Passed};
use crate::compiler::Build;
use crate::convention::abi_of;
use crate::mismatch::{Difference, Direction, Mismatch, Position};
use bytes::Sides;
use rows::Rows;

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
        let rows = Rows::of(&first.signature);
        writeln!(f, "mismatch: {}", first.signature)?;
        let case = Case::try_of(&first.signature).ok();
        if let Some(case) = &case {
            write_declaration(f, case)?;
        }
        for mismatch in self.mismatches {
            write_mismatch(f, mismatch, case.as_ref(), rows.as_ref())?;
        }
        self.write_dispute(f)?;
        if let Some(rows) = &rows {
            rows.write(f)?;
        }
        self.write_origin(f, first)
    }
}

fn write_declaration(f: &mut fmt::Formatter<'_>, case: &Case) -> fmt::Result {
    writeln!(f)?;
    let text = c::declaration(case, "f");
    text.lines().try_for_each(|line| match line {
        "" => writeln!(f),
        line => writeln!(f, "    {line}"),
    })
}

fn write_mismatch(
    f: &mut fmt::Formatter<'_>,
    mismatch: &Mismatch,
    case: Option<&Case>,
    rows: Option<&Rows>,
) -> fmt::Result {
    let Mismatch {
        build,
        direction,
        position,
        difference,
        ..
    } = mismatch;
    write!(f, "\n  {build}, {}, {position}", in_words(*direction))?;
    let passed = case.and_then(|case| passed_at(case, *position));
    if let Some(passed) = passed {
        write!(f, " `{}`", passed.ty)?;
    }
    match difference {
        Difference::Other(words) => writeln!(f, ": {words}"),
        Difference::Bytes {
            expected,
            found,
            meaning,
        } => {
            if passed.is_some_and(|passed| passed.bytes.len() < expected.len()) {
                write!(f, ", as C extends it to {} bytes", expected.len())?;
            }
            writeln!(f)?;
            let sides = Sides {
                expected,
                found,
                meaning,
            };
            write!(f, "{sides}")?;
            let place = |byte| Some((byte, rows?.place_of(*position, byte)?));
            match sides.first().and_then(place) {
                Some((byte, place)) => writeln!(f, "    byte {byte} travels {place}"),
                None => Ok(()),
            }
        }
    }
}

fn passed_at(case: &Case, position: Position) -> Option<&Passed> {
    match position {
        Position::Argument(index) => case.arguments.get(index),
        Position::Result => Some(&case.result),
        Position::Call => None,
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

impl Report<'_> {
    /// Where one compiler agrees and another does not, the engine cannot be right by both. That one of a
    /// compiler's builds agrees tells where to look.
    fn write_dispute(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differs = |build: &&Build| self.mismatches.iter().any(|found| found.build == **build);
        let (against, with): (Vec<&Build>, Vec<&Build>) = self.builds.iter().partition(differs);
        if with.is_empty() || against.is_empty() {
            return Ok(());
        }
        let against: BTreeSet<&str> = against.iter().map(|build| build.compiler).collect();
        let agrees = |build: &&&Build| !against.contains(build.compiler);
        let followed: BTreeSet<&str> = with.iter().filter(agrees).map(|it| it.compiler).collect();
        if followed.is_empty() {
            return writeln!(f, "\n  It does not differ with {}.", listed(with));
        }
        writeln!(
            f,
            "\n  The compilers disagree: the engine follows {}, not {}.",
            listed(followed),
            listed(against)
        )
    }

    fn write_origin(&self, f: &mut fmt::Formatter<'_>, first: &Mismatch) -> fmt::Result {
        let abi = abi_of(&first.signature);
        if let Some(Origin { seed, index }) = self.origin {
            writeln!(
                f,
                "\n  seed {seed}, signature {index}; again, with the same --abi if any was given:\n    \
                 trampette fuzz --seed {seed} --signatures {}",
                index.saturating_add(1)
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

fn listed(names: impl IntoIterator<Item = impl ToString>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(" and ")
}
