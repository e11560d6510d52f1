//! The barest way to call: a stub by itself, in a frame between pages that nobody may touch, with whoever
//! calls it watched.

use std::ffi::c_void;

#[cfg(target_arch = "x86_64")]
use trampette::Abi;

use crate::case::Case;
use crate::crash;
use crate::fence::Fence;
use crate::fixture::Fixture;
use crate::mismatch::{Discrepancy, Position};
use crate::registers;
use crate::stubs::BareStub;
use crate::way::CANARY;

/// How many calls of C one [`check`] makes.
pub const CALLS: u64 = 2;

/// Room for the frames of any of these stubs.
///
/// # Errors
///
/// Without memory, or where pages cannot be forbidden.
pub fn room<'a>(stubs: impl IntoIterator<Item = &'a BareStub>) -> Result<Fence, region::Error> {
    let sizes = stubs.into_iter().map(|stub| stub.frame.size());
    Fence::new(sizes.max().unwrap_or(0))
}

/// Calls a function through the stub that destroys all that a callee may: what must be kept is looked at
/// afterwards, with the frame.
///
/// # Errors
///
/// What was not kept.
pub fn check_registers(stub: &BareStub, fence: &Fence, case: &Case) -> Result<(), Discrepancy> {
    crash::note(&format!("stub {}", case.signature));
    let clobber = match case.abi() {
        #[cfg(target_arch = "x86_64")]
        Abi::Win64 | Abi::Win64Gnu => registers::win64::clobber as *const c_void,
        _ => registers::clobber as *const c_void,
    };
    let frame = Frame::filled(stub, fence, case, fence.last(stub.frame.size()));
    // SAFETY: the function takes any arguments.
    unsafe { frame.enter(case, clobber) }.map_err(Discrepancy::of_call)?;
    let size = case.result.bytes.len();
    frame.compare_around_result(if stub.stores_result { size } else { 0 })
}

/// Calls a callee through the stub, in frames that begin and end at a forbidden page, and compares what it
/// saw.
///
/// # Errors
///
/// What differs first.
///
/// # Panics
///
/// When there is no such callee.
pub fn check(
    stub: &BareStub,
    fence: &Fence,
    fixture: &Fixture<'_>,
    callee: &str,
    case: &Case,
) -> Result<(), Discrepancy> {
    crash::note(&format!("stub {callee} {}", case.signature));
    let target = fixture.library.symbol(callee);
    let target = target.expect("the fixture has it").as_ptr();
    for start in [fence.last(stub.frame.size()), 0] {
        let frame = Frame::filled(stub, fence, case, start);
        fixture.expect(case);
        // SAFETY: the callee was written for this signature, and takes any bytes.
        let kept = unsafe { frame.enter(case, target) };
        fixture.compare_record(case)?;
        kept.map_err(Discrepancy::of_call)?;
        frame.compare(case)?;
    }
    Ok(())
}

/// A frame with the arguments of a case, and canaries everywhere else.
struct Frame<'a> {
    stub: &'a BareStub,
    fence: &'a Fence,
    /// Where in the fence it begins.
    start: usize,
    before: Vec<u8>,
}

impl<'a> Frame<'a> {
    fn filled(stub: &'a BareStub, fence: &'a Fence, case: &Case, start: usize) -> Self {
        let mut before = vec![CANARY; stub.frame.size()];
        for (passed, &at) in case.arguments.iter().zip(stub.frame.arguments()) {
            before[at..at + passed.bytes.len()].copy_from_slice(&passed.bytes);
        }
        fence.put(start, &before);
        Self {
            stub,
            fence,
            start,
            before,
        }
    }

    /// Enters the stub with every register poisoned that it must keep.
    ///
    /// # Safety
    ///
    /// The target takes the arguments of the case.
    unsafe fn enter(&self, case: &Case, target: *const c_void) -> Result<(), String> {
        let (entry, start) = (self.stub.entry.as_ptr(), self.fence.address(self.start));
        #[cfg(target_arch = "x86_64")]
        if case.is_win64() {
            let mut found = registers::win64::Survivors::POISON;
            let left = &raw mut found;
            // SAFETY: the frame is the stub's own; the caller answers for the target.
            unsafe { registers::win64::call_watched(entry, start, target, left) };
            return found.check();
        }
        _ = case;
        let mut found = registers::Survivors::default();
        // SAFETY: as above.
        unsafe { registers::call_watched(entry, start, target, &raw mut found) };
        found.check()
    }

    /// Nothing of the frame has changed, but a result in memory, or one that the stub stores.
    fn compare(&self, case: &Case) -> Result<(), Discrepancy> {
        let now = self.fence.read(self.start, self.before.len());
        let (start, size) = (self.stub.frame.result(), case.result.bytes.len());
        if !case.has_result_in_memory() && !self.stub.stores_result {
            return self.compare_around_result(0);
        }
        case.result.compare(&now[start..start + size])?;
        self.compare_around_result(size)
    }

    /// Nothing of the frame has changed, but for so many bytes of its result slot.
    fn compare_around_result(&self, size: usize) -> Result<(), Discrepancy> {
        let now = self.fence.read(self.start, self.before.len());
        let start = self.stub.frame.result();
        self.compare_range(&now, 0..start, Position::Call)?;
        self.compare_range(&now, start + size..now.len(), Position::Result)
    }

    fn compare_range(
        &self,
        now: &[u8],
        range: std::ops::Range<usize>,
        position: Position,
    ) -> Result<(), Discrepancy> {
        let mut range = range;
        match range.find(|&at| now[at] != self.before[at]) {
            None => Ok(()),
            Some(at) => {
                let words = format!("byte {at} of the caller's frame was changed");
                Err(Discrepancy::in_words(position, words))
            }
        }
    }
}
