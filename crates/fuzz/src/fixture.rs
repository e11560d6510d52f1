//! A loaded library of recording callees: what to return is told to it, what it saw is asked of it.

use std::ffi::c_void;

use trampette::Library;

use crate::case::{Case, Passed};
use crate::compiler::Compiled;
use crate::mismatch::Discrepancy;

/// What a record holds before the callee writes to it.
const BLANK: u8 = 0xA5;

/// The globals of `fixtures/record.h` in one library.
#[derive(Debug)]
pub struct Fixture<'a> {
    /// The library, where the callees are found.
    pub library: &'a Library,
    record: *mut u8,
    given: *mut u8,
    calls: *mut u64,
    misaligned: *mut u64,
    sent: *mut u8,
    received: *mut u8,
    fenced: *mut *mut u8,
    is_compiled: *mut u64,
    is_extended: *mut u64,
}

/// Calls a callback, and gives the place of its result where that is not null.
pub type Caller = unsafe extern "C" fn(*const c_void, *mut u8) -> *mut u8;

impl<'a> Fixture<'a> {
    /// The fixture in a library that [`c::fixture`](crate::c::fixture) was compiled to.
    ///
    /// # Panics
    ///
    /// On other libraries.
    #[must_use]
    pub fn of(compiled: &'a Compiled) -> Self {
        let library = &compiled.library;
        let find = |name| library.symbol(name).expect("every fixture has it").as_ptr();
        Self {
            library,
            record: find("record").cast(),
            given: find("given").cast(),
            calls: find("calls").cast(),
            misaligned: find("misaligned").cast(),
            sent: find("sent").cast(),
            received: find("received").cast(),
            fenced: find("fenced").cast(),
            is_compiled: find("is_compiled").cast(),
            is_extended: find("is_extended").cast(),
        }
    }

    /// Tells the next callee what to return, and clears the record.
    pub fn expect(&self, case: &Case) {
        // SAFETY: the record has as many bytes, and no callee runs.
        unsafe { self.record.write_bytes(BLANK, case.record_size) };
        let result = &case.result.bytes;
        // SAFETY: the fixture has room for the largest result of its callees.
        unsafe {
            self.given
                .copy_from_nonoverlapping(result.as_ptr(), result.len());
        };
        // SAFETY: as above.
        unsafe { self.calls.write(0) };
        // SAFETY: as above.
        unsafe { self.misaligned.write(0) };
    }

    /// Compares what the callee saw, and what came back, with what was meant.
    ///
    /// # Errors
    ///
    /// What differs first.
    pub fn compare(&self, case: &Case, result: &[u8]) -> Result<(), Discrepancy> {
        self.compare_record(case)?;
        case.result.compare(result)
    }

    /// Compares what the callee saw with what was meant.
    ///
    /// # Errors
    ///
    /// What differs first.
    pub fn compare_record(&self, case: &Case) -> Result<(), Discrepancy> {
        // SAFETY: no callee runs.
        let calls = unsafe { self.calls.read() };
        if calls != 1 {
            return Err(Discrepancy::of_call(format!(
                "the callee ran {calls} times"
            )));
        }
        // SAFETY: as above.
        if unsafe { self.misaligned.read() } != 0 {
            let words = "the stack, or an argument on it, is not aligned";
            return Err(Discrepancy::of_call(words));
        }
        let mut arguments = case.arguments.iter();
        arguments.try_for_each(|passed| self.compare_argument(passed))
    }

    fn compare_argument(&self, passed: &Passed) -> Result<(), Discrepancy> {
        let extended = if passed.is_integer() { 8 } else { 0 };
        let own = self.recorded(passed.place + extended, passed.bytes.len());
        passed.compare(own)?;
        if extended == 0 {
            return Ok(());
        }
        passed.compare_extended(self.recorded(passed.place, extended))
    }

    /// Tells the next caller of a callback what to pass, and whether a compiler made its entry: what it
    /// relies on then is more, and what it promises less.
    pub fn send(&self, case: &Case, is_compiled: bool) {
        for passed in &case.arguments {
            // SAFETY: the places of a case's arguments lie in the record, and so in `sent`.
            let place = unsafe { self.sent.add(passed.place) };
            let (from, size) = (passed.bytes.as_ptr(), passed.bytes.len());
            // SAFETY: as above; no caller runs.
            unsafe { place.copy_from_nonoverlapping(from, size) };
        }
        let relies = is_compiled && case.is_extended_by_senders();
        // SAFETY: no caller runs.
        unsafe { self.is_compiled.write(relies.into()) };
        let is_extended = !is_compiled && case.is_extended_by_senders();
        // SAFETY: as above.
        unsafe { self.is_extended.write(is_extended.into()) };
        // SAFETY: as above; the array is at least so large.
        unsafe { self.received.write_bytes(BLANK, case.result.bytes.len()) };
    }

    /// Tells the next caller of a callback where one more of the arguments that travel by reference stands.
    pub fn fence(&self, at: usize, place: *mut u8) {
        // SAFETY: the fixture has as many as its cases, and no caller runs.
        unsafe { self.fenced.add(at).write(place) };
    }

    /// Compares the result that a caller got with what was meant.
    ///
    /// # Errors
    ///
    /// What differs.
    pub fn compare_received(&self, case: &Case) -> Result<(), Discrepancy> {
        let extended = if case.result.is_integer() { 8 } else { 0 };
        let size = extended + case.result.bytes.len();
        // SAFETY: the array is at least so large, and no caller runs.
        let received = unsafe { std::slice::from_raw_parts(self.received, size) };
        let (wide, own) = received.split_at(extended);
        case.result.compare(own)?;
        if extended == 0 {
            return Ok(());
        }
        case.result.compare_extended(wide)
    }

    /// A caller of callbacks: a function of a callback and of a place for its result.
    ///
    /// # Panics
    ///
    /// When there is no such caller.
    #[must_use]
    pub fn caller(&self, name: &str) -> Caller {
        let found = self.library.symbol(name).expect("the fixture has it");
        // SAFETY: every caller has this signature.
        unsafe { std::mem::transmute::<*const c_void, Caller>(found.as_ptr()) }
    }

    fn recorded(&self, place: usize, size: usize) -> &[u8] {
        // SAFETY: the places of a case's arguments lie in the record.
        let start = unsafe { self.record.add(place) };
        // SAFETY: as above; no callee runs.
        unsafe { std::slice::from_raw_parts(start, size) }
    }
}
