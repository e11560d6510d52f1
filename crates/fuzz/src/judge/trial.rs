//! The trial of one signature against one compiler: every direction.

use std::collections::BTreeSet;

use trampette::{Error, Function};

use crate::bare;
use crate::c;
use crate::case::Case;
use crate::fence::Fence;
use crate::fixture::Fixture;
use crate::mismatch::{Direction, Discrepancy, Position};
use crate::relay::Relay;
use crate::stubs::BareStub;
use crate::typed::Typed;
use crate::way::{Way, refused};
use crate::witness::{Places, Witness};

/// A signature that the engine can call, ready for its twins.
#[derive(Debug)]
pub(super) struct Subject {
    /// What the engine calls and is called by.
    pub(super) case: Case,
    pub(super) stub: BareStub,
    /// Its callbacks.
    pub(super) witness: Witness,
}

/// Memory that all trials share.
#[derive(Debug)]
pub(super) struct Rooms {
    pub(super) frame: Fence,
    pub(super) places: Places,
}

impl Rooms {
    pub(super) fn for_all(subjects: &[Subject]) -> Result<Self, region::Error> {
        Ok(Self {
            frame: bare::room(subjects.iter().map(|subject| &subject.stub))?,
            places: Places::try_for_any_of(subjects.iter().map(|subject| &subject.case))?,
        })
    }
}

/// A signature and its twin.
pub(super) struct Trial<'a> {
    pub(super) subject: &'a Subject,
    pub(super) fixture: &'a Fixture<'a>,
    pub(super) rooms: &'a Rooms,
    pub(super) callee: String,
    pub(super) caller: String,
    /// Calls made.
    pub(super) calls: u64,
    /// The directions of these.
    pub(super) directions: BTreeSet<Direction>,
    pub(super) found: Vec<(Direction, Discrepancy)>,
}

impl<'a> Trial<'a> {
    /// The trial of a subject whose twins have this number.
    pub(super) fn of(
        subject: &'a Subject,
        fixture: &'a Fixture<'a>,
        rooms: &'a Rooms,
        number: usize,
    ) -> Self {
        Self {
            subject,
            fixture,
            rooms,
            callee: c::callee_name(number),
            caller: c::caller_name(number),
            calls: 0,
            directions: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Tries every direction.
    pub(super) fn run(&mut self) {
        let typed = Typed::of(&self.subject.case.signature);
        // A stub that loses registers would confuse whoever else calls it.
        if self.stub_keeps_registers() {
            self.calls(typed);
        }
        self.callbacks(typed);
    }

    fn stub_keeps_registers(&mut self) -> bool {
        let (Subject { case, stub, .. }, fence) = (self.subject, &self.rooms.frame);
        let outcome = bare::check_registers(stub, fence, case).and_then(|()| {
            self.calls += bare::CALLS;
            bare::check(stub, fence, self.fixture, &self.callee, case)
        });
        let outcome = self.note(Direction::Frame, outcome);
        outcome.is_none_or(|position| position != Position::Call)
    }

    fn calls(&mut self, typed: Option<&Typed>) {
        let (case, fixture) = (&self.subject.case, self.fixture);
        for (way, direction) in [
            (Way::Values, Direction::Values),
            (Way::Frame, Direction::Frame),
        ] {
            self.calls += 1;
            let outcome = way.check(fixture, &self.callee, case);
            self.note(direction, outcome);
        }
        if let Some(typed) = typed {
            self.calls += typed.count();
            let function = self.function().map_err(|error| refused(&error));
            let outcome = function.and_then(|function| typed.check_calls(fixture, &function, case));
            self.note(Direction::Typed, outcome);
        }
        self.relay(Way::Frame);
        self.relay(Way::Values);
    }

    fn relay(&mut self, way: Way) {
        let case = &self.subject.case;
        if !Relay::keeps_result(case, way) {
            return;
        }
        self.calls += 2;
        let relay = self.function().and_then(|to| Relay::to(to, case, way));
        let relay = relay.map_err(|error| refused(&error));
        let outcome = relay.and_then(|relay| relay.check(self.fixture, &self.caller, case));
        self.note(Direction::Relay, outcome);
    }

    fn callbacks(&mut self, typed: Option<&Typed>) {
        let Subject { case, witness, .. } = self.subject;
        let (fixture, places) = (self.fixture, &self.rooms.places);
        self.calls += witness.count();
        let outcome = witness.check(fixture, &self.caller, case, places);
        self.note(Direction::Callback, outcome);
        if let Some(typed) = typed {
            self.calls += 2;
            let outcome = typed.check_callbacks(fixture, &self.caller, case, places);
            self.note(Direction::Typed, outcome);
        }
    }

    fn function(&self) -> Result<Function, Error> {
        let signature = &self.subject.case.signature;
        self.fixture.library.function(&self.callee, signature)
    }

    /// Notes that a direction was tried, and the first discrepancy of each.
    fn note(&mut self, direction: Direction, outcome: Result<(), Discrepancy>) -> Option<Position> {
        self.directions.insert(direction);
        let discrepancy = outcome.err()?;
        let position = discrepancy.position;
        if self.found.iter().all(|(known, _)| *known != direction) {
            self.found.push((direction, discrepancy));
        }
        Some(position)
    }
}
