//! The ways to call a callee whose signature is known at run time only.

use std::ffi::CString;

use trampette::{Error, Function, Value};

use crate::case::{Case, Passed};
use crate::crash;
use crate::fixture::Fixture;
use crate::mismatch::{Discrepancy, Position};
use crate::pointers::text_at;
use crate::values::{value, value_bytes};

/// What memory holds that nobody may write to.
pub(crate) const CANARY: u8 = 0xA5;

/// How a callee is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// [`Function::call`] with values.
    Values,
    /// [`Function::call_frame_in_place`] with bytes written to the frame.
    Frame,
}

impl Way {
    /// Calls a callee this way and compares what it saw.
    ///
    /// # Errors
    ///
    /// What differs first.
    ///
    /// # Panics
    ///
    /// When there is no such callee.
    pub fn check(
        self,
        fixture: &Fixture<'_>,
        callee: &str,
        case: &Case,
    ) -> Result<(), Discrepancy> {
        crash::note(&format!("{self:?} {callee} {}", case.signature));
        let function = match fixture.library.function(callee, &case.signature) {
            Err(Error::SymbolNotFound { .. }) => panic!("the fixture has no {callee}"),
            function => function.map_err(|error| refused(&error))?,
        };
        fixture.expect(case);
        let result = match self {
            // SAFETY: the callee was written for this signature, and takes any bytes.
            Self::Values => unsafe { call_with_values(&function, case) }?,
            // SAFETY: as above.
            Self::Frame => unsafe { call_with_frame(&function, case) }?,
        };
        fixture.compare(case, &result)
    }
}

/// # Safety
///
/// The function may be called with the arguments of the case, which is of its signature.
unsafe fn call_with_values(function: &Function, case: &Case) -> Result<Vec<u8>, Discrepancy> {
    let values = case
        .arguments
        .iter()
        .map(|passed| value(&passed.ty, &passed.bytes));
    let values: Vec<Value> = values.collect();
    // SAFETY: the caller says so.
    let result = unsafe { function.call(&values) };
    let result = result.map_err(|error| refused(&error))?;
    result_bytes(&result, &case.result)
}

/// # Safety
///
/// As for [`call_with_values`].
unsafe fn call_with_frame(function: &Function, case: &Case) -> Result<Vec<u8>, Discrepancy> {
    let mut frame = function.frame();
    let (result, size) = (frame.layout().result(), frame.layout().size());
    // What stands around the arguments in their slots may be anything.
    // SAFETY: the frame has as many bytes.
    unsafe { frame.as_mut_ptr().write_bytes(CANARY, size) };
    // SAFETY: the result's slot lies in the frame.
    let slot = unsafe { frame.as_mut_ptr().add(result) };
    for (index, passed) in case.arguments.iter().enumerate() {
        let (from, to) = (passed.bytes.as_ptr(), frame.argument_ptr(index));
        // SAFETY: the slot has as many bytes as the argument's type.
        unsafe { to.copy_from_nonoverlapping(from, passed.bytes.len()) };
    }
    // SAFETY: the frame is this function's, and filled; the caller says that it may be called.
    unsafe { function.call_frame_in_place(&mut frame) };
    for (index, passed) in case.arguments.iter().enumerate() {
        // SAFETY: the slot has as many bytes, all initialised.
        let now =
            unsafe { std::slice::from_raw_parts(frame.argument_ptr(index), passed.bytes.len()) };
        if now != passed.bytes {
            let words = "changed in the caller's frame";
            return Err(Discrepancy::in_words(passed.position, words));
        }
    }
    // SAFETY: the slot reaches to the end of the frame.
    let slot = unsafe { std::slice::from_raw_parts(slot, size - result) };
    let behind = &slot[case.result.bytes.len().next_multiple_of(8)..];
    if behind.iter().any(|&byte| byte != CANARY) {
        let words = format!("{behind:02x?} was written behind its words");
        return Err(Discrepancy::in_words(Position::Result, words));
    }
    Ok(slot[..case.result.bytes.len()].to_vec())
}

/// The bytes of what came back: text is a copy, and is taken for what was copied when it is the same.
fn result_bytes(result: &Value, expected: &Passed) -> Result<Vec<u8>, Discrepancy> {
    if let Some(bytes) = value_bytes(result) {
        return Ok(bytes);
    }
    let address = expected
        .bytes
        .as_slice()
        .try_into()
        .map(usize::from_le_bytes);
    let text = address.ok().and_then(text_at).map(CString::from);
    match (result, text) {
        (Value::String(copy), Some(text)) if *copy == text => Ok(expected.bytes.clone()),
        _ => {
            let words = format!("{result:?} came back");
            Err(Discrepancy::in_words(Position::Result, words))
        }
    }
}

/// The engine refuses what it was asked to do.
pub(crate) fn refused(error: &Error) -> Discrepancy {
    Discrepancy::of_call(format!("refused: {error}"))
}
