//! What the crate asks of Linux: address space near the program, and sealed pages over it.

mod anonymous;
mod repeat;
mod reserve;
mod rights;
mod sealed;

use crate::code_ptr::CodePtr;
use crate::strategy::{Refusal, Step, Strategy};

pub(crate) use repeat::{repeat, repeats};
pub(crate) use reserve::{release, reserve};
pub(crate) use rights::is_guarded;

/// What may be tried, strongest first.
pub(crate) const STRATEGIES: &[Strategy] = &[
    Strategy::Sealed,
    Strategy::SealedReadOnly,
    Strategy::SealedFuture,
    Strategy::SealedPrivate,
    Strategy::Anonymous,
];

/// Executable pages are replaced as a whole, by others that hold the old bytes too.
pub(crate) const REPLACES: bool = true;

/// The error number that says there is no more room.
pub(crate) const NO_MEMORY: i32 = libc::ENOMEM;

/// Where a strategy was stopped, and by which error number.
type Stop = (Step, i32);

/// The error number of the call that has just failed, at `step`.
fn stopped(step: Step) -> Stop {
    let errno = std::io::Error::last_os_error().raw_os_error();
    (step, errno.unwrap_or_default())
}

/// An address in the text of the program, or of the library that this crate is linked into.
pub(crate) fn own_text() -> usize {
    own_text as fn() -> usize as usize
}

/// Whether more resources would help, where every other refusal is for good.
pub(crate) fn is_shortage(errno: i32) -> bool {
    matches!(
        errno,
        libc::ENOMEM | libc::EAGAIN | libc::EMFILE | libc::ENFILE | libc::ENOSPC | libc::EFBIG
    )
}

/// Replaces whatever is mapped from `at` on by executable pages with the content `pages`, in one
/// step: a thread that executes there meanwhile finds either the old bytes or the new ones. When
/// it fails, what was mapped is as it was.
///
/// # Safety
///
/// - `at` is a page boundary and `pages` a number of whole pages.
/// - The range belongs to a reservation of ours, and what is executed there finds its own bytes
///   in `pages` too.
/// - The strategy has passed its [`trial`]: older kernels look at seals only after they have
///   taken the old mapping away.
pub(crate) unsafe fn install(strategy: Strategy, at: CodePtr, pages: &[u8]) -> Result<(), Refusal> {
    let outcome = match strategy {
        // SAFETY: the same contract.
        Strategy::Anonymous => unsafe { anonymous::install(at, pages) },
        // SAFETY: the same contract.
        _ => unsafe { sealed::install(strategy, at, pages) },
    };
    outcome.map_err(|(step, errno)| Refusal {
        strategy,
        step,
        errno,
    })
}

/// Finds out on a scratch page whether a strategy works.
pub(crate) fn trial(strategy: Strategy, page: usize) -> Result<(), Refusal> {
    let scratch = reserve::anywhere(page, page).map_err(|errno| Refusal {
        strategy,
        step: Step::Scratch,
        errno,
    })?;
    let pages = vec![0; page];
    // SAFETY: the scratch page is ours and nobody executes it, so nothing is lost if an old
    // kernel leaves a hole.
    let outcome = unsafe { install(strategy, scratch, &pages) };
    // SAFETY: nobody else knows the page.
    unsafe { release(scratch, page) };
    outcome
}

/// Makes reserved address space readable and writable: it was never touched, so it is zero.
///
/// # Safety
///
/// - The range is whole pages of a reservation of ours, and nothing is there that anybody uses.
pub(crate) unsafe fn make_writable(at: CodePtr, bytes: usize) -> Result<(), i32> {
    // SAFETY: the caller's promise.
    unsafe { region::protect(at.as_ptr(), bytes, region::Protection::READ_WRITE) }.map_err(
        |error| match error {
            region::Error::SystemCall(errno) => errno,
            _ => 0,
        },
    )
}
