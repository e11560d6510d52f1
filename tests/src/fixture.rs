//! A loaded library of recording callees: what to return is told to it, what it saw is asked of it.

use trampette::{Library, Scalar};

use crate::case::{Case, Passed};
use crate::compiler::Compiled;

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
}

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
    /// What differs first, in words.
    pub fn compare(&self, case: &Case, result: &[u8]) -> Result<(), String> {
        // SAFETY: no callee runs.
        let calls = unsafe { self.calls.read() };
        if calls != 1 {
            return Err(format!("the callee ran {calls} times"));
        }
        // SAFETY: as above.
        if unsafe { self.misaligned.read() } != 0 {
            return Err("the stack, or an argument on it, is not aligned".into());
        }
        for (index, passed) in case.arguments.iter().enumerate() {
            self.compare_argument(passed)
                .map_err(|what| format!("argument {index} `{}`: {what}", passed.ty))?;
        }
        let Passed { bytes, meaning, .. } = &case.result;
        compare(bytes, result, meaning).map_err(|what| format!("result: {what}"))
    }

    fn compare_argument(&self, passed: &Passed) -> Result<(), String> {
        let mut place = passed.place;
        if passed.is_integer() {
            compare(&extended(passed), self.recorded(place, 8), &[true; 8])
                .map_err(|what| format!("extended: {what}"))?;
            place += 8;
        }
        compare(
            &passed.bytes,
            self.recorded(place, passed.bytes.len()),
            &passed.meaning,
        )
    }

    fn recorded(&self, place: usize, size: usize) -> &[u8] {
        // SAFETY: the places of a case's arguments lie in the record.
        let start = unsafe { self.record.add(place) };
        // SAFETY: as above; no callee runs.
        unsafe { std::slice::from_raw_parts(start, size) }
    }
}

/// The bytes that C's conversion to `long long` makes of an integer.
fn extended(passed: &Passed) -> [u8; 8] {
    let negative = passed.bytes.last().is_some_and(|last| last & 0x80 != 0);
    let signed = passed.layout.as_scalar().is_some_and(Scalar::is_signed);
    let mut wide = [if signed && negative { 0xFF } else { 0 }; 8];
    wide[..passed.bytes.len()].copy_from_slice(&passed.bytes);
    wide
}

/// The first difference among the bytes that mean something, in words.
fn compare(expected: &[u8], found: &[u8], meaning: &[bool]) -> Result<(), String> {
    if expected.len() != found.len() {
        return Err(format!("{} bytes, not {}", found.len(), expected.len()));
    }
    if expected == found {
        return Ok(());
    }
    let differs = |&at: &usize| meaning[at] && expected[at] != found[at];
    match (0..expected.len()).find(differs) {
        None => Ok(()),
        Some(at) => {
            let around = at & !7..expected.len().min((at & !7) + 16);
            let (expected, found) = (&expected[around.clone()], &found[around.clone()]);
            Err(format!(
                "bytes {around:?} are {found:02x?}, not {expected:02x?}"
            ))
        }
    }
}
