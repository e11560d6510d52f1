//! Callbacks that know what C is going to pass them.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

use trampette::{Callback, CallbackFrame, Error, Signature};

use crate::case::{Case, Passed};
use crate::crash;
use crate::fence::Fence;
use crate::fixture::Fixture;
use crate::mismatch::{Discrepancy, Position};
use crate::registers::{self, Watch};
use crate::values::value_bytes;
use crate::way::refused;

/// Dynamic callbacks that compare each argument with their case's, and give the case's result: one that knows
/// all types beforehand, and for a variadic signature another that reads what stands behind `...` one by one.
#[derive(Debug)]
pub struct Witness {
    callbacks: Vec<Callback>,
    diary: Arc<Diary>,
}

/// What a callback has to say about its calls.
#[derive(Debug, Default)]
pub struct Diary(Mutex<Vec<Result<(), Discrepancy>>>);

impl Diary {
    /// Notes one call, and whether all was well with it.
    pub fn note(&self, outcome: Result<(), Discrepancy>) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(outcome);
    }

    /// The one call since somebody last asked.
    ///
    /// # Errors
    ///
    /// What was wrong with it, or that it was not one.
    pub fn one_call(&self) -> Result<(), Discrepancy> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut *calls).as_mut_slice() {
            [call] => std::mem::replace(call, Ok(())),
            calls => {
                let words = format!("the callback ran {} times", calls.len());
                Err(Discrepancy::of_call(words))
            }
        }
    }
}

impl Witness {
    /// Callbacks of this case's signature.
    ///
    /// # Errors
    ///
    /// When there can be none.
    pub fn of(case: &Case) -> Result<Self, Error> {
        let diary = Arc::new(Diary::default());
        let mut callbacks = vec![Self::callback(case, &case.signature, &diary)?];
        if case.signature.is_variadic() {
            let open = case.signature.with_variadic_arguments([])?;
            callbacks.push(Self::callback(case, &open, &diary)?);
        }
        Ok(Self { callbacks, diary })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.callbacks.len() as u64
    }

    fn callback(case: &Case, signature: &Signature, diary: &Arc<Diary>) -> Result<Callback, Error> {
        let (notes, expected) = (diary.clone(), case.clone());
        let answer = move |call: &mut CallbackFrame<'_>| {
            notes.note(compare(&expected, call));
            let result = &expected.result.bytes;
            // SAFETY: the slot has as many bytes as the result's type.
            unsafe { call.result_ptr().copy_from(result.as_ptr(), result.len()) };
            // What C expects to be kept and this function need not keep is up to the adapter.
            registers::clobber();
        };
        Callback::new(signature, answer)
    }

    /// Has a caller of a fixture call them, in the one or two ways that the caller knows.
    ///
    /// # Errors
    ///
    /// What differs first.
    pub fn check(
        &self,
        fixture: &Fixture<'_>,
        caller: &str,
        case: &Case,
        places: &Places,
    ) -> Result<(), Discrepancy> {
        crash::note(&format!("callback {caller} {}", case.signature));
        self.callbacks.iter().try_for_each(|callback| {
            fixture.send(case, false);
            let pointer = callback.as_ptr();
            // SAFETY: the callback has the signature of the case.
            unsafe { call_back(fixture, caller, case, places, pointer, &self.diary) }
        })
    }
}

/// Has a caller of a fixture call a callback of a case's signature, which keeps a diary.
///
/// # Errors
///
/// What differs first.
///
/// # Safety
///
/// The callback has the case's signature, and the caller was written for it.
pub unsafe fn call_back(
    fixture: &Fixture<'_>,
    caller: &str,
    case: &Case,
    places: &Places,
    callback: *const c_void,
    diary: &Diary,
) -> Result<(), Discrepancy> {
    let call = fixture.caller(caller);
    let watch = Watch::over(callback, case.abi());
    // SAFETY: the caller says so, and the checkpoint goes on to the callback.
    unsafe { call(watch.checkpoint(), std::ptr::null_mut()) };
    diary.one_call()?;
    fixture.compare_received(case)?;
    watch.check().map_err(Discrepancy::of_call)?;
    if !case.has_result_in_memory() && case.by_reference.is_empty() {
        return Ok(());
    }
    places.send(fixture, case);
    let start = places.prepare(case);
    // SAFETY: as above, and there is room for the result.
    let returned = unsafe { call(watch.checkpoint(), start) };
    diary.one_call()?;
    watch.check().map_err(Discrepancy::of_call)?;
    if returned != start {
        let words = format!("{returned:p} came back, the result's place is {start:p}");
        return Err(Discrepancy::in_words(Position::Result, words));
    }
    if case.has_result_in_memory() {
        places.compare(case)
    } else {
        fixture.compare_received(case)
    }
}

fn compare(case: &Case, call: &mut CallbackFrame<'_>) -> Result<(), Discrepancy> {
    let named = call.signature().params().len();
    for (index, passed) in case.arguments.iter().take(named).enumerate() {
        let (start, align) = (call.argument_ptr(index), passed.layout.align());
        if !start.addr().is_multiple_of(align) {
            let words = format!("not aligned to {align}");
            return Err(Discrepancy::in_words(passed.position, words));
        }
        // SAFETY: the slot has as many bytes as the argument's type, all initialised.
        let found = unsafe { std::slice::from_raw_parts(start, passed.bytes.len()) };
        passed.compare(found)?;
    }
    if named < case.arguments.len() {
        compare_unnamed(&case.arguments[named..], call)?;
    }
    let align = case.result.layout.align();
    if !call.result_ptr().addr().is_multiple_of(align) {
        let words = format!("not aligned to {align}");
        return Err(Discrepancy::in_words(Position::Result, words));
    }
    Ok(())
}

/// Reads the arguments behind `...` one by one.
fn compare_unnamed(expected: &[Passed], call: &mut CallbackFrame<'_>) -> Result<(), Discrepancy> {
    let mut rest = call.var_args().map_err(|error| refused(&error))?;
    for passed in expected {
        // SAFETY: C passes what the case says.
        let found = unsafe { rest.next_value(&passed.ty) }.map_err(|error| refused(&error))?;
        let bytes = value_bytes(&found).unwrap_or_default();
        if bytes.len() != passed.bytes.len() {
            let words = format!("{found:?} was read");
            return Err(Discrepancy::in_words(passed.position, words));
        }
        passed.compare(&bytes)?;
    }
    Ok(())
}

/// Memory that ends at pages which nobody may touch: for results, and for arguments by reference.
#[derive(Debug)]
pub struct Places {
    result: Fence,
    arguments: Vec<Fence>,
}

/// What stands before a result.
const SENTINEL: u8 = 0xA5;
const SENTINELS: usize = 64;

impl Places {
    /// Room for any of these cases.
    ///
    /// # Panics
    ///
    /// Without memory.
    #[must_use]
    pub fn for_any_of(cases: &[Case]) -> Self {
        Self::try_for_any_of(cases).expect("there is memory, and pages can be forbidden")
    }

    /// The same where memory may be short.
    ///
    /// # Errors
    ///
    /// Without memory, or where pages cannot be forbidden.
    pub fn try_for_any_of<'a>(
        cases: impl IntoIterator<Item = &'a Case>,
    ) -> Result<Self, region::Error> {
        let (mut result, mut arguments) = (0, Vec::new());
        for case in cases {
            result = result.max(case.result.bytes.len());
            arguments.resize(arguments.len().max(case.by_reference.len()), 0);
            for (size, &index) in arguments.iter_mut().zip(&case.by_reference) {
                *size = case.arguments[index].bytes.len().max(*size);
            }
        }
        Ok(Self {
            result: Fence::new(SENTINELS + result)?,
            arguments: arguments
                .into_iter()
                .map(Fence::new)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Where the result of a case is to go: at the very end.
    fn prepare(&self, case: &Case) -> *mut u8 {
        let size = case.result.bytes.len();
        let before = self.result.last(SENTINELS + size);
        self.result.put(before, &vec![SENTINEL; SENTINELS + size]);
        self.result.address(self.result.last(size))
    }

    /// Puts the arguments that travel by reference to the very end of their places, and tells the caller.
    fn send(&self, fixture: &Fixture<'_>, case: &Case) {
        let places = self.arguments.iter().zip(&case.by_reference);
        for (at, (fence, &index)) in places.enumerate() {
            let bytes = &case.arguments[index].bytes;
            let place = fence.last(bytes.len());
            fence.put(place, bytes);
            fixture.fence(at, fence.address(place));
        }
    }

    fn compare(&self, case: &Case) -> Result<(), Discrepancy> {
        let size = case.result.bytes.len();
        let before = self.result.last(SENTINELS + size);
        let before = self.result.read(before, SENTINELS);
        if before.iter().any(|&byte| byte != SENTINEL) {
            let words = format!("{before:02x?} stands before its place");
            return Err(Discrepancy::in_words(Position::Result, words));
        }
        let result = self.result.read(self.result.last(size), size);
        case.result.compare(&result)
    }
}
