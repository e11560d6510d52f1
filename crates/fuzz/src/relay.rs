//! Callbacks that call C: what C passes goes through the engine twice, and what comes back as well.

use std::sync::Arc;

use trampette::{CType, Callback, CallbackFrame, Error, Function};

use crate::case::Case;
use crate::crash;
use crate::fixture::Fixture;
use crate::mismatch::Discrepancy;
use crate::registers::Watch;
use crate::way::{CANARY, Way, refused};
use crate::witness::Diary;

/// A dynamic callback that hands its arguments on to a C function of the same signature, and that one's
/// result back.
#[derive(Debug)]
pub struct Relay {
    callback: Callback,
    diary: Arc<Diary>,
    way: Way,
}

impl Relay {
    /// A relay to this function of a case's signature.
    ///
    /// # Errors
    ///
    /// When there can be no callback of it.
    pub fn to(function: Function, case: &Case, way: Way) -> Result<Self, Error> {
        let sizes = Sizes {
            arguments: case
                .arguments
                .iter()
                .map(|passed| passed.bytes.len())
                .collect(),
            result: case.result.bytes.len(),
        };
        let diary = Arc::new(Diary::default());
        let notes = diary.clone();
        let pass_on = move |call: &mut CallbackFrame<'_>| {
            notes.note(match way {
                Way::Frame => {
                    pass_on_bytes(&function, &sizes, call);
                    Ok(())
                }
                Way::Values => pass_on_values(&function, call).map_err(|error| refused(&error)),
            });
        };
        let callback = Callback::new(&case.signature, pass_on)?;
        Ok(Self {
            callback,
            diary,
            way,
        })
    }

    /// Whether a result of this case can be told from others when it has gone this way: text is copied.
    #[must_use]
    pub fn keeps_result(case: &Case, way: Way) -> bool {
        way == Way::Frame || *case.signature.result() != CType::String
    }

    /// Has a caller of a fixture call it, and compares what the callee saw and what the caller got.
    ///
    /// # Errors
    ///
    /// What differs first.
    pub fn check(
        &self,
        fixture: &Fixture<'_>,
        caller: &str,
        case: &Case,
    ) -> Result<(), Discrepancy> {
        crash::note(&format!("relay {:?} {caller} {}", self.way, case.signature));
        fixture.expect(case);
        fixture.send(case, false);
        let call = fixture.caller(caller);
        let watch = Watch::over(self.callback.as_ptr(), case.abi());
        // SAFETY: the caller was written for the callback's signature.
        unsafe { call(watch.checkpoint(), std::ptr::null_mut()) };
        self.diary.one_call()?;
        fixture.compare_record(case)?;
        fixture.compare_received(case)?;
        watch.check().map_err(Discrepancy::of_call)
    }
}

fn pass_on_bytes(function: &Function, sizes: &Sizes, call: &mut CallbackFrame<'_>) {
    let mut frame = function.frame();
    let (result, size) = (frame.layout().result(), frame.layout().size());
    // What stands around the arguments in their slots may be anything.
    // SAFETY: the frame has as many bytes.
    unsafe { frame.as_mut_ptr().write_bytes(CANARY, size) };
    for (index, &size) in sizes.arguments.iter().enumerate() {
        let (from, to) = (call.argument_ptr(index), frame.argument_ptr(index));
        // SAFETY: both slots have as many bytes as the argument's type.
        unsafe { to.copy_from(from, size) };
    }
    // SAFETY: the function is one of a fixture, and takes any bytes.
    unsafe { function.call_frame_in_place(&mut frame) };
    // SAFETY: the result's slot lies in the frame.
    let from = unsafe { frame.as_mut_ptr().add(result) };
    // SAFETY: both slots have as many bytes as the result's type.
    unsafe { call.result_ptr().copy_from(from, sizes.result) };
}

/// The bytes of a call's values.
struct Sizes {
    arguments: Vec<usize>,
    result: usize,
}

fn pass_on_values(function: &Function, call: &mut CallbackFrame<'_>) -> Result<(), Error> {
    let arguments = call.values()?;
    // SAFETY: the function is one of a fixture, and takes any values of its types.
    let result = unsafe { function.call(&arguments) }?;
    call.set_value(&result)
}
