//! The journeys of a campaign as a page to read: type x convention x direction, and why a cell is blank.

use std::collections::BTreeMap;
use std::fmt;

use trampette::{Abi, CType, MODEL, Signature};

use super::Class;
use super::journeys::{Journey, Journeys, Part, travellers};
use super::reach::types_of;
use crate::campaign::Omission;
use crate::generate::Dispute;
use crate::mismatch::Direction;
use crate::{convention, typed};

/// The columns of each part of a signature: who calls, and by which directions that was tried.
const COLUMNS: [(&str, &[Direction]); 4] = [
    ("call", &[Direction::Values, Direction::Frame]),
    ("callback", &[Direction::Callback]),
    ("relay", &[Direction::Relay]),
    ("typed", &[Direction::Typed]),
];

/// A table in Markdown for each convention, with the types of this process: how many trials there were, or a
/// letter for the reason that there was none, which the engine gives itself where it can.
///
/// ```text
/// ## sysv64, with the types of linux-x86_64
///
/// | type | argument: call | argument: callback | ... | result: typed |
/// |---|--:|--:|...
/// | f32 | 4120 | 2060 | ... | 96 |
///
/// a. behind `...` an argument of type f32 arrives as double
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// What travelled.
    pub journeys: &'a Journeys,
    /// What was left out, which says why something did not travel.
    pub left_out: &'a [Omission],
}

impl fmt::Display for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for abi in self.journeys.abis() {
            self.write_table(f, abi)?;
        }
        Ok(())
    }
}

impl Document<'_> {
    fn write_table(&self, f: &mut fmt::Formatter<'_>, abi: Abi) -> fmt::Result {
        writeln!(f, "## {}, with the types of {}\n", abi.name(), MODEL.name)?;
        f.write_str("| type |")?;
        for (part, (column, _)) in cells() {
            write!(f, " {}: {column} |", heading(part))?;
        }
        writeln!(f, "\n|---|{}", "--:|".repeat(cells().count()))?;
        let mut reasons = Reasons::default();
        for class in Class::all() {
            write!(f, "| {} |", class.name())?;
            for (part, (_, directions)) in cells() {
                let journeys = directions.iter().map(|&direction| Journey {
                    abi,
                    class,
                    part,
                    direction,
                });
                match journeys.map(|journey| self.journeys.count(journey)).sum() {
                    0u64 => {
                        let why = self.why_not(abi, class, part, directions[0]);
                        write!(f, " {} |", reasons.letter(why))?;
                    }
                    count => write!(f, " {count} |")?,
                }
            }
            writeln!(f)?;
        }
        write!(f, "\n{reasons}")
    }

    /// Why no value of a class makes a journey.
    fn why_not(&self, abi: Abi, class: Class, part: Part, direction: Direction) -> String {
        let types: Vec<CType> = types_of(class).collect();
        if types.is_empty() {
            return format!("no type of {} is of this class", MODEL.name);
        }
        let mut refusal = None;
        let mut signatures = Vec::new();
        for ty in types {
            match callable(abi, ty, part) {
                Ok(signature) => signatures.push(signature),
                Err(words) => _ = refusal.get_or_insert(words),
            }
        }
        let is_typed = |signature: &&Signature| {
            travellers(signature).any(|traveller| traveller == (class, part))
        };
        match (refusal, direction) {
            (Some(words), _) if signatures.is_empty() => words,
            (_, Direction::Typed) if abi != trampette::ABI => {
                "Rust types stand for signatures of the platform's own convention".into()
            }
            (_, Direction::Typed) if part == Part::Unnamed => {
                "Rust closures have no `...`, and Rust calls none by types".into()
            }
            (_, Direction::Typed) if !typed::signatures().any(|typed| is_typed(&typed)) => {
                "no signature of the prover's list of Rust types has it".into()
            }
            (_, Direction::Relay) if class == Class::String => "text comes back as a copy".into(),
            _ => disputed(abi, &signatures)
                .or_else(|| self.omission(abi, class))
                .unwrap_or_else(|| "it was not drawn: longer campaigns have it".into()),
        }
    }

    /// What compilers say of a class of which nothing travelled.
    fn omission(&self, abi: Abi, class: Class) -> Option<String> {
        let mut journeys = self.journeys.iter();
        if journeys.any(|(journey, _)| (journey.abi, journey.class) == (abi, class)) {
            return None;
        }
        let name = format!("`{}`", class.name());
        let mut omissions = self.left_out.iter();
        let omission = omissions.find(|omission| omission.why.contains(&name))?;
        Some(omission.why.clone())
    }
}

fn cells() -> impl Iterator<Item = (Part, (&'static str, &'static [Direction]))> {
    let parts = Part::ALL.into_iter();
    parts.flat_map(|part| COLUMNS.into_iter().map(move |column| (part, column)))
}

const fn heading(part: Part) -> &'static str {
    match part {
        Part::Argument => "argument",
        Part::Unnamed => "behind `...`",
        Part::Result => "result",
    }
}

/// What compilers disagree about in each of these.
fn disputed(abi: Abi, signatures: &[Signature]) -> Option<String> {
    let disputes = signatures
        .iter()
        .map(|signature| Dispute::about(signature, abi));
    let disputes: Vec<Dispute> = disputes.collect::<Option<_>>()?;
    disputes.first().map(ToString::to_string)
}

/// A signature that has a type as this part, if it can be called here.
fn callable(abi: Abi, ty: CType, part: Part) -> Result<Signature, String> {
    let int = CType::Int(trampette::Int::Int);
    let signature = match part {
        Part::Argument => Signature::new([ty], CType::Void),
        Part::Unnamed => Signature::new([int, ty], CType::Void)
            .and_then(|signature| signature.with_variadic_from(1)),
        Part::Result => Signature::new([], ty),
    };
    let signature = signature.map_err(|error| error.to_string())?.with_abi(abi);
    trampette::prepare(std::slice::from_ref(&signature)).map_err(|error| error.to_string())?;
    match convention::rows(&signature) {
        Some(_) => Ok(signature),
        None => Err("the convention does not define it".into()),
    }
}

/// Reasons, each with a letter.
#[derive(Default)]
struct Reasons(BTreeMap<String, usize>);

impl Reasons {
    fn letter(&mut self, why: String) -> String {
        let next = self.0.len();
        letters(*self.0.entry(why).or_insert(next))
    }
}

/// `a` to `z`, then `aa` and on.
fn letters(number: usize) -> String {
    let last = char::from(b'a' + u8::try_from(number % 26).expect("less than 26"));
    match number / 26 {
        0 => last.into(),
        more => letters(more - 1) + &String::from(last),
    }
}

impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons: Vec<_> = self.0.iter().collect();
        reasons.sort_by_key(|reason| reason.1);
        for (why, number) in reasons {
            writeln!(f, "- {}: {why}", letters(*number))?;
        }
        writeln!(f)
    }
}
