//! A coverage and journeys by names, as they are stored.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use trampette::Abi;

use super::{Cell, Class, Coverage, Journey, Journeys, Part, Place};
use crate::mismatch::Direction;

/// Convention, class, place: how often.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Names(BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>);

/// Convention, class, part, direction: how often.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct JourneyNames(BTreeMap<String, Classes>);

type Classes = BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>;

/// A name in a stored coverage that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What it was to name: a convention, a class, a place, a part or a direction.
    pub what: &'static str,
    /// The name.
    pub name: String,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no {} is named `{}`", self.what, self.name)
    }
}

impl std::error::Error for UnknownName {}

impl From<Coverage> for Names {
    fn from(coverage: Coverage) -> Self {
        let mut names = Self(BTreeMap::new());
        for (Cell { abi, class, place }, count) in coverage.cells() {
            let classes = names.0.entry(abi.name().into()).or_default();
            let places = classes.entry(class.name().into()).or_default();
            places.insert(place.name().into(), count);
        }
        names
    }
}

impl TryFrom<Names> for Coverage {
    type Error = UnknownName;

    fn try_from(names: Names) -> Result<Self, UnknownName> {
        let mut coverage = Self::default();
        for (abi, classes) in names.0 {
            let abi = known("convention", abi, Abi::from_name)?;
            for (class, places) in classes {
                let class = known("class of types", class, Class::from_name)?;
                for (place, count) in places {
                    let place = known("place", place, Place::from_name)?;
                    coverage.add(Cell { abi, class, place }, count);
                }
            }
        }
        Ok(coverage)
    }
}

impl From<Journeys> for JourneyNames {
    fn from(journeys: Journeys) -> Self {
        let mut names = Self(BTreeMap::new());
        for (journey, count) in journeys.iter() {
            let classes = names.0.entry(journey.abi.name().into()).or_default();
            let parts = classes.entry(journey.class.name().into()).or_default();
            let directions = parts.entry(journey.part.name().into()).or_default();
            directions.insert(journey.direction.name().into(), count);
        }
        names
    }
}

impl TryFrom<JourneyNames> for Journeys {
    type Error = UnknownName;

    fn try_from(names: JourneyNames) -> Result<Self, UnknownName> {
        let mut journeys = Self::default();
        for (abi, classes) in names.0 {
            let abi = known("convention", abi, Abi::from_name)?;
            for (class, parts) in classes {
                let class = known("class of types", class, Class::from_name)?;
                for (part, directions) in parts {
                    let part = known("part of a signature", part, Part::from_name)?;
                    for (direction, count) in directions {
                        let direction = known("direction", direction, Direction::from_name)?;
                        let journey = Journey {
                            abi,
                            class,
                            part,
                            direction,
                        };
                        journeys.add(journey, count);
                    }
                }
            }
        }
        Ok(journeys)
    }
}

fn known<T>(
    what: &'static str,
    name: String,
    find: fn(&str) -> Option<T>,
) -> Result<T, UnknownName> {
    find(&name).ok_or(UnknownName { what, name })
}
