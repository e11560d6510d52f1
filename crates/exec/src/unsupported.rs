//! Systems that this crate does not know yet: every request is refused with a typed error.

use crate::code_ptr::CodePtr;
use crate::strategy::{Refusal, Step, Strategy};

pub(crate) const STRATEGIES: &[Strategy] = &[];
pub(crate) const REPLACES: bool = true;
pub(crate) const NO_MEMORY: i32 = 0;

pub(crate) fn own_text() -> usize {
    own_text as fn() -> usize as usize
}

pub(crate) fn is_shortage(_: i32) -> bool {
    false
}

pub(crate) fn is_guarded() -> bool {
    false
}

pub(crate) fn reserve(_: usize, _: usize, _: usize, _: Option<usize>) -> Result<CodePtr, i32> {
    Err(0)
}

pub(crate) unsafe fn release(_: CodePtr, _: usize) {}

pub(crate) unsafe fn install(strategy: Strategy, _: CodePtr, _: &[u8]) -> Result<(), Refusal> {
    trial(strategy, 0)
}

pub(crate) unsafe fn repeat(_: CodePtr, _: CodePtr, _: usize) -> Result<(), i32> {
    Err(0)
}

pub(crate) unsafe fn repeats(_: CodePtr, _: usize, _: usize) -> bool {
    false
}

pub(crate) fn trial(strategy: Strategy, _: usize) -> Result<(), Refusal> {
    Err(Refusal {
        strategy,
        step: Step::Scratch,
        errno: 0,
    })
}

pub(crate) unsafe fn make_writable(_: CodePtr, _: usize) -> Result<(), i32> {
    Err(0)
}
