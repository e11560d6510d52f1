//! What a campaign has seen travel: which class of types, as which part of a signature, in which direction.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use trampette::{Abi, Signature};

use super::Class;
use super::names::JourneyNames;
use crate::convention;
use crate::mismatch::Direction;

/// How often values of each class made each journey.
///
/// Counted are trials: a signature with the build that it was proved against. Serialised, it is a map of
/// conventions to maps of classes to maps of parts to maps of directions to counts, all by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "JourneyNames", try_from = "JourneyNames")]
pub struct Journeys {
    counts: BTreeMap<Journey, u64>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Journey {
    /// The convention.
    pub abi: Abi,
    /// The class of the value's type.
    pub class: Class,
    /// What the value is.
    pub part: Part,
    /// Who calls whom.
    pub direction: Direction,
}

/// A part of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// An argument that has a parameter.
    Argument,
    /// One behind `...`.
    Unnamed,
    /// The result.
    Result,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Argument, Self::Unnamed, Self::Result];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Unnamed => "unnamed",
            Self::Result => "result",
        }
    }

    /// The part of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

impl Journeys {
    /// Counts a trial of a signature, in these directions.
    pub fn note(&mut self, signature: &Signature, directions: impl Iterator<Item = Direction>) {
        let abi = convention::abi_of(signature);
        let travellers: Vec<(Class, Part)> = travellers(signature).collect();
        for direction in directions {
            for &(class, part) in &travellers {
                let journey = Journey {
                    abi,
                    class,
                    part,
                    direction,
                };
                self.add(journey, 1);
            }
        }
    }

    pub(super) fn add(&mut self, journey: Journey, more: u64) {
        if more > 0 {
            let count = self.counts.entry(journey).or_default();
            *count = count.saturating_add(more);
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (journey, count) in other.iter() {
            self.add(journey, count);
        }
    }

    /// Every journey that was made, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Journey, u64)> {
        self.counts
            .iter()
            .map(|(&journey, &count)| (journey, count))
    }

    /// The conventions in which something travelled.
    pub fn abis(&self) -> impl Iterator<Item = Abi> {
        let abis: BTreeSet<Abi> = self.counts.keys().map(|journey| journey.abi).collect();
        abis.into_iter()
    }

    /// How often a journey was made.
    #[must_use]
    pub fn count(&self, journey: Journey) -> u64 {
        self.counts.get(&journey).copied().unwrap_or(0)
    }
}

/// The classes of all that travels when such a function is called.
pub(super) fn travellers(signature: &Signature) -> impl Iterator<Item = (Class, Part)> {
    let named = signature.variadic_from().unwrap_or(usize::MAX);
    let arguments = signature.params().iter().enumerate();
    let arguments = arguments.map(move |(index, ty)| match index < named {
        true => (ty, Part::Argument),
        false => (ty, Part::Unnamed),
    });
    let result = (signature.result(), Part::Result);
    let all = arguments.chain(std::iter::once(result));
    all.flat_map(|(ty, part)| Class::of(ty).into_iter().map(move |class| (class, part)))
}
