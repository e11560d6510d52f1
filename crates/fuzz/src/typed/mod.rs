//! Signatures that Rust types spell as well: calls with types known when the prover was compiled, and
//! closures of such types.
//!
//! Rust compiles a function for each, so there is a list, [`signatures`]; whatever has the shape of one of
//! them is proved with types, too.

mod list;

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Arc, OnceLock};

use trampette::{CValue, Error, Function, MODEL, Signature};
use trampette_types::Shape;

use crate::case::{Case, Passed};
use crate::crash;
use crate::fixture::Fixture;
use crate::mismatch::Discrepancy;
use crate::values::bytes_of;
use crate::way::refused;
use crate::witness::{self, Diary, Places};

/// A signature in Rust types.
pub struct Typed {
    signature: Signature,
    calls: Vec<(&'static str, Call)>,
    as_fn: Option<Call>,
    callbacks: CallBacks,
}

/// Calls a function with the arguments of a case, and gives the bytes of the result.
type Call = fn(&Function, &Case) -> Result<Vec<u8>, Error>;

/// Has callbacks of each life called.
type CallBacks = fn(&Arc<Expected>, &mut dyn FnMut(&str, *const c_void)) -> Result<(), Error>;

/// What a callback is to be passed, and what it was.
struct Expected {
    case: Case,
    diary: Diary,
}

impl Expected {
    fn arguments(&self) -> std::slice::Iter<'_, Passed> {
        self.case.arguments.iter()
    }
}

/// Every signature that can be proved with types.
pub fn signatures() -> impl Iterator<Item = &'static Signature> {
    all().iter().map(|typed| &typed.signature)
}

fn all() -> &'static [Typed] {
    static ALL: OnceLock<Vec<Typed>> = OnceLock::new();
    ALL.get_or_init(list::list)
}

impl Typed {
    /// The Rust types of a signature's shape, where there are some in the list. They are of the
    /// process' own convention.
    #[must_use]
    pub fn of(signature: &Signature) -> Option<&'static Self> {
        static BY_SHAPE: OnceLock<HashMap<Shape, &'static Typed>> = OnceLock::new();
        let by_shape = BY_SHAPE.get_or_init(|| {
            let all = all().iter();
            all.filter_map(|typed| Some((typed.signature.shape(&MODEL).ok()?, typed)))
                .collect()
        });
        let is_own = signature.abi().is_none_or(|abi| abi == trampette::ABI);
        if !is_own || signature.is_variadic() {
            return None;
        }
        by_shape.get(&signature.shape(&MODEL).ok()?).copied()
    }

    /// The ways to call.
    fn ways(&self) -> impl Iterator<Item = (&'static str, Call)> {
        let as_fn = self.as_fn.map(|call| ("as_fn", call));
        self.calls.iter().copied().chain(as_fn)
    }

    /// How many calls of C one [`check_calls`](Self::check_calls) makes.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.ways().count() as u64
    }

    /// Calls a callee in each typed way, and compares what it saw and what came back.
    ///
    /// # Errors
    ///
    /// What differs first.
    pub fn check_calls(
        &self,
        fixture: &Fixture<'_>,
        function: &Function,
        case: &Case,
    ) -> Result<(), Discrepancy> {
        for (way, call) in self.ways() {
            crash::note(&format!("{way} {}", case.signature));
            fixture.expect(case);
            let result = call(function, case).map_err(|error| refused(&error))?;
            fixture.compare(case, &result)?;
        }
        Ok(())
    }

    /// Has a caller of a fixture call closures, owned and borrowed.
    ///
    /// # Errors
    ///
    /// What differs first.
    pub fn check_callbacks(
        &self,
        fixture: &Fixture<'_>,
        caller: &str,
        case: &Case,
        places: &Places,
    ) -> Result<(), Discrepancy> {
        let (case, diary) = (case.clone(), Diary::default());
        let expected = Arc::new(Expected { case, diary });
        let case = &expected.case;
        let mut outcome = Ok(());
        let mut call = |life: &str, callback| {
            if outcome.is_err() {
                return;
            }
            crash::note(&format!("{life} closure {caller} {}", case.signature));
            fixture.send(case, true);
            let diary = &expected.diary;
            // SAFETY: the closure has this signature's shape.
            outcome = unsafe { witness::call_back(fixture, caller, case, places, callback, diary) };
        };
        (self.callbacks)(&expected, &mut call).map_err(|error| refused(&error))?;
        outcome
    }
}

fn compare<T: CValue>(passed: &Passed, found: &T) -> Result<(), Discrepancy> {
    passed.compare(&bytes_of(found, passed))
}
