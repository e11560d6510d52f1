//! The C twins of a batch: compiled at once, or in pieces without what the compiler refuses.

use crate::c::{self, Packing};
use crate::case::Case;
use crate::compiler::{Build, CompileError, Compiled, brief, try_compile};

/// What a build made of a batch.
#[derive(Debug, Default)]
pub(super) struct Twins {
    pub(super) pieces: Vec<Piece>,
    /// The cases that the compiler refuses, by index, with its words.
    pub(super) refused: Vec<(usize, String)>,
    /// The cases with a type that the compiler lays out otherwise, by index, with its words.
    pub(super) otherwise: Vec<(usize, String)>,
}

/// A library with the twins of some cases: the first has the number 0 there.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) compiled: Compiled,
    pub(super) indices: Vec<usize>,
}

impl Twins {
    /// Compiles the twins of these cases.
    ///
    /// # Errors
    ///
    /// When it is not the cases that the compiler fails on.
    pub(super) fn compile(build: Build, cases: &[Case]) -> Result<Self, CompileError> {
        let mut batch = Batch {
            build,
            cases,
            twins: Self::default(),
            works: false,
        };
        batch.compile((0..cases.len()).collect())?;
        Ok(batch.twins)
    }
}

struct Batch<'a> {
    build: Build,
    cases: &'a [Case],
    twins: Twins,
    /// Whether the compiler is known to compile what has no signatures.
    works: bool,
}

impl Batch<'_> {
    fn compile(&mut self, indices: Vec<usize>) -> Result<(), CompileError> {
        if indices.is_empty() {
            return Ok(());
        }
        let cases: Vec<Case> = indices.iter().map(|&at| self.cases[at].clone()).collect();
        let words = match try_compile(self.build, "twins", &c::fixture(&cases, Packing::Attribute))
        {
            Ok(compiled) => {
                self.twins.pieces.push(Piece { compiled, indices });
                return Ok(());
            }
            Err(CompileError::Refused { words, .. }) => words,
            Err(error) => return Err(error),
        };
        self.require_a_compiler()?;
        self.without_the_faulty(indices, &words)
    }

    /// A compiler that refuses everything is no judge.
    fn require_a_compiler(&mut self) -> Result<(), CompileError> {
        if !self.works {
            try_compile(self.build, "probe", &c::fixture(&[], Packing::Attribute))?;
            self.works = true;
        }
        Ok(())
    }

    /// Goes on without a convention or a type that the compiler does not know, or with either half.
    fn without_the_faulty(
        &mut self,
        mut indices: Vec<usize>,
        words: &str,
    ) -> Result<(), CompileError> {
        if words.contains(c::UNKNOWN_CONVENTION) {
            let (unknown, known) = indices
                .into_iter()
                .partition::<Vec<_>, _>(|&at| c::names_convention(&self.cases[at]));
            self.refuse(unknown, c::UNKNOWN_CONVENTION);
            return self.compile(known);
        }
        if let Some(float) = c::unknown_type(words) {
            let (with, without) = indices
                .iter()
                .partition::<Vec<_>, _>(|&&at| c::has_float(&self.cases[at], float));
            if !with.is_empty() {
                self.refuse(
                    with,
                    &format!("the compiler does not know `{}`", float.name()),
                );
                return self.compile(without);
            }
        }
        if let [only] = indices[..] {
            let words = brief(words).to_owned();
            let list = match c::is_about_layout(&words) {
                true => &mut self.twins.otherwise,
                false => &mut self.twins.refused,
            };
            list.push((only, words));
            return Ok(());
        }
        let half = indices.split_off(indices.len() / 2);
        self.compile(indices)?;
        self.compile(half)
    }

    fn refuse(&mut self, indices: Vec<usize>, words: &str) {
        let refused = indices.into_iter().map(|at| (at, words.to_owned()));
        self.twins.refused.extend(refused);
    }
}
