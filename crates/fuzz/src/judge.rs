//! The judge: has C twins of signatures compiled, calls them in every direction, and compares.
//!
//! ```text
//!                 engine                                C twin, of each compiler
//! Values, Frame   stub ----------------------------->   callee: records, scribbles, returns
//! Callback        entry adapter  <- checkpoint <-----   caller: passes, records
//! Typed           Rust types, both of the above
//! Relay           entry adapter <--------------------   caller
//!                        +--> stub ------------------>  callee
//! ```
//!
//! ```
//! use trampette_fuzz::compiler::builds;
//! use trampette_fuzz::judge::Judge;
//!
//! let judge = Judge::new(builds()[..1].to_vec());
//! let verdict = judge.prove(&["(i8, {f64, i32}) -> {f32, f32}".parse()?])?;
//! assert!(verdict.mismatches.is_empty() && verdict.left_out.is_empty());
//! assert!(verdict.calls > 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod trial;
mod twins;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use trampette::Signature;
use trampette_exec::CodeMemory;

use crate::c;
use crate::case::Case;
use crate::compiler::{Build, CompileError};
use crate::coverage::Journeys;
use crate::fixture::Fixture;
use crate::mismatch::{Difference, Direction, Mismatch, Position};
use crate::stubs;
use crate::witness::Witness;
pub use error::JudgeError;
use trial::{Rooms, Subject, Trial};
use twins::Twins;

/// Proves signatures against C compilers.
#[derive(Clone, Debug)]
pub struct Judge {
    builds: Vec<Build>,
}

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Where the engine and a compiler disagree.
    pub mismatches: Vec<Mismatch>,
    /// What could not be proved, and why, by a compiler or by all.
    pub left_out: Vec<LeftOut>,
    /// Calls made, over all builds and directions.
    pub calls: u64,
    /// What travelled in them.
    pub journeys: Journeys,
}

/// A signature that was not proved.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The signature.
    pub signature: Signature,
    /// The build that did not, where it is one.
    pub build: Option<Build>,
    /// Why.
    pub why: String,
}

/// How many signatures are compiled as one file: compilers take longer than that for the sum of two.
const FILE: usize = 256;

/// What calls of the largest signatures take, on both sides: their arguments have up to 4 MiB.
const STACK: usize = 128 << 20;

impl Judge {
    /// A judge over these builds.
    #[must_use]
    pub fn new(builds: Vec<Build>) -> Self {
        Self { builds }
    }

    /// Proves each of these signatures in every build and direction.
    ///
    /// What an engine bug makes of the process is not contained: a crash says at which call, as
    /// [`crash`](crate::crash) does.
    ///
    /// # Errors
    ///
    /// When the judge itself cannot work: no disk, a compiler that does not start or fails.
    pub fn prove(&self, signatures: &[Signature]) -> Result<Verdict, JudgeError> {
        let pairs = signatures.iter().map(|signature| (signature, signature));
        self.prove_on_a_large_stack(&pairs.collect::<Vec<_>>())
    }

    /// Proves signatures against the twins of others, for tests of the judge itself: the engine takes the
    /// first of each pair for what C takes for the second.
    ///
    /// # Errors
    ///
    /// As for [`prove`](Self::prove).
    #[doc(hidden)]
    pub fn prove_against(&self, pairs: &[(Signature, Signature)]) -> Result<Verdict, JudgeError> {
        let pairs = pairs.iter().map(|(engine, twin)| (engine, twin));
        self.prove_on_a_large_stack(&pairs.collect::<Vec<_>>())
    }

    fn prove_on_a_large_stack(&self, pairs: &[Pair<'_>]) -> Result<Verdict, JudgeError> {
        if self.builds.is_empty() {
            return Err(CompileError::NoCompiler.into());
        }
        thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(STACK);
            let thread = thread.spawn_scoped(scope, || self.prove_pairs(pairs));
            let outcome = thread.map_err(JudgeError::Thread)?.join();
            outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn prove_pairs(&self, pairs: &[Pair<'_>]) -> Result<Verdict, JudgeError> {
        let mut verdict = Verdict::default();
        let docket = self.docket(pairs, &mut verdict)?;
        let rooms = Rooms::for_all(&docket.subjects)?;
        let files: Vec<File<'_>> = self.files(&docket).collect();
        let next = AtomicUsize::new(0);
        let compile = || files.get(next.fetch_add(1, Ordering::Relaxed));
        let compilers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let (sender, compiled) = mpsc::sync_channel(compilers);
            for _ in 0..compilers.min(files.len()) {
                let sender = sender.clone();
                let compile_all = move || {
                    while let Some(file) = compile() {
                        let twins = Twins::compile(file.build, file.twins);
                        if sender.send((file, twins)).is_err() {
                            // Another compiler has failed, and nobody listens any more.
                            return;
                        }
                    }
                };
                let thread = thread::Builder::new().spawn_scoped(scope, compile_all);
                thread.map_err(JudgeError::Thread)?;
            }
            drop(sender);
            for (file, twins) in compiled {
                docket.try_twins(file, &twins?, &rooms, &mut verdict);
            }
            Ok::<_, JudgeError>(())
        })?;
        self.put_in_order(&mut verdict, pairs);
        Ok(verdict)
    }

    /// What is to be compiled, and by whom.
    fn files<'d>(&self, docket: &'d Docket) -> impl Iterator<Item = File<'d>> {
        let files = docket.twins.chunks(FILE).enumerate();
        files.flat_map(|(number, twins)| {
            self.builds.iter().map(move |&build| File {
                build,
                first: number * FILE,
                twins,
            })
        })
    }

    /// What of these can be proved at all; the rest goes into the verdict.
    fn docket(&self, pairs: &[Pair<'_>], verdict: &mut Verdict) -> Result<Docket, JudgeError> {
        let signatures: Vec<Signature> = pairs.iter().map(|pair| pair.0.clone()).collect();
        // At once where that goes; who is refused is found below.
        _ = trampette::prepare(&signatures);
        let memory = Arc::new(CodeMemory::new());
        let stubs = stubs::try_publish(&memory, &signatures)?;
        let mut docket = Docket::new(memory);
        for (&(engine, twin), stub) in pairs.iter().zip(stubs) {
            match subject(engine, twin, stub) {
                Ok((subject, twin)) => {
                    docket.subjects.push(subject);
                    docket.twins.push(twin);
                }
                Err(Obstacle::LeftOut(why)) => verdict.left_out.push(LeftOut {
                    signature: engine.clone(),
                    build: None,
                    why,
                }),
                Err(Obstacle::Refused(direction, words)) => {
                    let refused = self.builds.iter().map(|&build| Mismatch {
                        signature: engine.clone(),
                        build,
                        direction,
                        position: Position::Call,
                        difference: Difference::Other(words.clone()),
                    });
                    verdict.mismatches.extend(refused);
                }
            }
        }
        Ok(docket)
    }

    /// As the signatures and the builds were given, whichever compiler was done first.
    fn put_in_order(&self, verdict: &mut Verdict, pairs: &[Pair<'_>]) {
        let place = |build: Option<Build>| self.builds.iter().position(|&own| Some(own) == build);
        let number: HashMap<&Signature, usize> = pairs
            .iter()
            .enumerate()
            .rev()
            .map(|(number, pair)| (pair.0, number))
            .collect();
        let number = |signature: &Signature| number.get(signature).copied();
        verdict.mismatches.sort_by_key(|mismatch| {
            let build = place(Some(mismatch.build));
            (number(&mismatch.signature), build, mismatch.direction)
        });
        let key = |left: &LeftOut| (number(&left.signature), place(left.build));
        verdict.left_out.sort_by_key(key);
    }
}

/// What the engine is to call, and what C is to write.
type Pair<'a> = (&'a Signature, &'a Signature);

/// Twins to be compiled at once.
struct File<'d> {
    build: Build,
    /// The subject of the first of them.
    first: usize,
    twins: &'d [Case],
}

/// What stands trial, with the cases of its C twins.
struct Docket {
    subjects: Vec<Subject>,
    twins: Vec<Case>,
    /// Where the bare stubs are.
    _memory: Arc<CodeMemory>,
}

impl Docket {
    fn new(memory: Arc<CodeMemory>) -> Self {
        Self {
            subjects: Vec::new(),
            twins: Vec::new(),
            _memory: memory,
        }
    }

    /// Tries all that was made of a file.
    fn try_twins(&self, file: &File<'_>, twins: &Twins, rooms: &Rooms, verdict: &mut Verdict) {
        let File { build, first, .. } = *file;
        for (index, words) in &twins.refused {
            verdict.left_out.push(LeftOut {
                signature: self.subjects[first + index].case.signature.clone(),
                build: Some(build),
                why: words.clone(),
            });
        }
        for (index, words) in &twins.otherwise {
            verdict.mismatches.push(Mismatch {
                signature: self.subjects[first + index].case.signature.clone(),
                build,
                direction: Direction::Frame,
                position: Position::Call,
                difference: Difference::Other(format!(
                    "the compiler lays out a type otherwise: {words}"
                )),
            });
        }
        for piece in &twins.pieces {
            let fixture = Fixture::of(&piece.compiled);
            for (number, index) in piece.indices.iter().enumerate() {
                let subject = &self.subjects[first + index];
                let mut trial = Trial::of(subject, &fixture, rooms, number);
                trial.run();
                verdict.calls += trial.calls;
                let directions = trial.directions.iter().copied();
                verdict.journeys.note(&subject.case.signature, directions);
                let found = trial.found.into_iter();
                let mismatches = found.map(|(direction, discrepancy)| Mismatch {
                    signature: subject.case.signature.clone(),
                    build,
                    direction,
                    position: discrepancy.position,
                    difference: discrepancy.difference,
                });
                verdict.mismatches.extend(mismatches);
            }
        }
    }
}

/// Why a signature does not stand trial.
enum Obstacle {
    /// Nobody can say whether the engine is right.
    LeftOut(String),
    /// The engine refuses what C has no trouble with.
    Refused(Direction, String),
}

impl Obstacle {
    /// Limits, conventions of other machines, and what a convention does not define are refused with
    /// reason.
    fn of(error: &trampette::Error, direction: Direction) -> Self {
        let words = format!("refused: {error}");
        match error {
            trampette::Error::Type(_) => Self::LeftOut(words),
            trampette::Error::AbiUnavailable { abi } if !trampette::is_callable(*abi) => {
                Self::LeftOut(words)
            }
            _ if error.code() == "unsupported-by-abi" => Self::LeftOut(words),
            _ => Self::Refused(direction, words),
        }
    }
}

fn subject(
    engine: &Signature,
    twin: &Signature,
    stub: Result<stubs::BareStub, trampette::Error>,
) -> Result<(Subject, Case), Obstacle> {
    let stub = stub.map_err(|error| Obstacle::of(&error, Direction::Frame))?;
    let (mut case, mut twin) = (case_of(engine)?, case_of(twin)?);
    let witness = Witness::of(&case);
    let witness = witness.map_err(|error| Obstacle::of(&error, Direction::Callback))?;
    case.by_reference.clone_from(&stub.by_reference);
    twin.by_reference.clone_from(&stub.by_reference);
    twin.by_reference
        .retain(|&index| index < twin.arguments.len());
    // The record's places are those of the engine's case.
    twin.record_size = twin.record_size.max(case.record_size);
    let subject = Subject {
        case,
        stub,
        witness,
    };
    Ok((subject, twin))
}

/// The case of a signature that C can write.
fn case_of(signature: &Signature) -> Result<Case, Obstacle> {
    let case = Case::try_of(signature);
    let mut case = case.map_err(|error| Obstacle::LeftOut(error.to_string()))?;
    case.is_called_back = true;
    if case.is_apple_arm64() || !c::is_known(case.abi()) {
        let words = "no compiler here writes functions of its convention";
        return Err(Obstacle::LeftOut(words.into()));
    }
    match case.obstacle() {
        Some(words) => Err(Obstacle::LeftOut(words.into())),
        None => Ok(case),
    }
}
