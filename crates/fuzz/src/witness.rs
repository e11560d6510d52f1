//! Callbacks that know what C is going to pass them.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

use trampette::{Callback, CallbackFrame, Error};

use crate::case::Case;
use crate::crash;
use crate::fixture::Fixture;
use crate::mismatch::{Discrepancy, Position};

/// A dynamic callback that compares each argument with its case's, and gives the case's result.
#[derive(Debug)]
pub struct Witness {
    callback: Callback,
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
    /// A callback of this case's signature.
    ///
    /// # Errors
    ///
    /// When there can be none.
    pub fn of(case: &Case) -> Result<Self, Error> {
        let (diary, expected) = (Arc::new(Diary::default()), case.clone());
        let notes = diary.clone();
        let answer = move |call: &mut CallbackFrame<'_>| {
            notes.note(compare(&expected, call));
            let result = &expected.result.bytes;
            // SAFETY: the slot has as many bytes as the result's type.
            unsafe { call.result_ptr().copy_from(result.as_ptr(), result.len()) };
        };
        let callback = Callback::new(&case.signature, answer)?;
        Ok(Self { callback, diary })
    }

    /// Has a caller of a fixture call it, in the one or two ways that the caller knows.
    ///
    /// # Errors
    ///
    /// What differs first.
    pub fn check(
        &self,
        fixture: &Fixture<'_>,
        caller: &str,
        case: &Case,
        place: &ResultPlace,
    ) -> Result<(), Discrepancy> {
        crash::note(&format!("callback {caller} {}", case.signature));
        fixture.send(case, false);
        let pointer = self.callback.as_ptr();
        // SAFETY: the callback has the signature of the case.
        unsafe { call_back(fixture, caller, case, place, pointer, &self.diary) }
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
    place: &ResultPlace,
    callback: *const c_void,
    diary: &Diary,
) -> Result<(), Discrepancy> {
    let call = fixture.caller(caller);
    // SAFETY: the caller says so.
    unsafe { call(callback, std::ptr::null_mut()) };
    diary.one_call()?;
    fixture.compare_received(case)?;
    if !case.has_result_in_memory() {
        return Ok(());
    }
    let start = place.prepare(case);
    // SAFETY: as above, and there is room for the result.
    let returned = unsafe { call(callback, start) };
    diary.one_call()?;
    if returned != start {
        let words = format!("{returned:p} came back, the result's place is {start:p}");
        return Err(Discrepancy::in_words(Position::Result, words));
    }
    place.compare(case)
}

fn compare(case: &Case, call: &mut CallbackFrame<'_>) -> Result<(), Discrepancy> {
    for (index, passed) in case.arguments.iter().enumerate() {
        let (start, align) = (call.argument_ptr(index), passed.layout.align());
        if !start.addr().is_multiple_of(align) {
            let words = format!("not aligned to {align}");
            return Err(Discrepancy::in_words(passed.position, words));
        }
        // SAFETY: the slot has as many bytes as the argument's type, all initialised.
        let found = unsafe { std::slice::from_raw_parts(start, passed.bytes.len()) };
        passed.compare(found)?;
    }
    let align = case.result.layout.align();
    if !call.result_ptr().addr().is_multiple_of(align) {
        let words = format!("not aligned to {align}");
        return Err(Discrepancy::in_words(Position::Result, words));
    }
    Ok(())
}

/// Memory for results that ends at a page which nobody may touch.
pub struct ResultPlace {
    start: *mut u8,
    /// Without the forbidden page.
    size: usize,
    _memory: region::Allocation,
}

/// What stands before a result.
const SENTINEL: u8 = 0xA5;
const SENTINELS: usize = 64;

impl ResultPlace {
    /// Room for the result of any of these.
    ///
    /// # Panics
    ///
    /// Without memory.
    #[must_use]
    pub fn for_any_of(cases: &[Case]) -> Self {
        let page = region::page::size();
        let results = cases.iter().map(|case| case.result.bytes.len());
        let largest = results.max().unwrap_or(0);
        let size = (largest + SENTINELS).next_multiple_of(page);
        let memory = region::alloc(size + page, region::Protection::READ_WRITE);
        let mut memory = memory.expect("there is memory");
        let start = memory.as_mut_ptr::<u8>();
        let end = start.wrapping_add(size);
        // SAFETY: the page is the memory's last.
        let forbidden = unsafe { region::protect(end, page, region::Protection::NONE) };
        forbidden.expect("pages can be forbidden");
        Self {
            start,
            size,
            _memory: memory,
        }
    }

    /// Where the result of a case is to go: at the very end.
    fn prepare(&self, case: &Case) -> *mut u8 {
        let size = case.result.bytes.len();
        // SAFETY: the memory is that large.
        let start = unsafe { self.start.add(self.size - size) };
        // SAFETY: as above.
        let before = unsafe { start.sub(SENTINELS) };
        // SAFETY: as above.
        unsafe { before.write_bytes(SENTINEL, SENTINELS + size) };
        start
    }

    fn compare(&self, case: &Case) -> Result<(), Discrepancy> {
        let size = SENTINELS + case.result.bytes.len();
        // SAFETY: the memory is that large.
        let before = unsafe { self.start.add(self.size - size) };
        // SAFETY: as above, and all of it is initialised.
        let found = unsafe { std::slice::from_raw_parts(before, size) };
        let (before, result) = found.split_at(SENTINELS);
        if before.iter().any(|&byte| byte != SENTINEL) {
            let words = format!("{before:02x?} stands before its place");
            return Err(Discrepancy::in_words(Position::Result, words));
        }
        case.result.compare(result)
    }
}
