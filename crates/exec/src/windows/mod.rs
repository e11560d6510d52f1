//! What the crate asks of Windows: reserved address space, and pages in it that are committed writable,
//! filled, and made executable once.
//!
//! Windows cannot replace pages in one step while others execute them. So no page is ever filled twice:
//! each publication has pages of its own.

use std::io;
use std::ptr::{self, NonNull};

use region::Protection;
use windows_sys::Win32::Foundation::{
    ERROR_COMMITMENT_LIMIT, ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY,
};
use windows_sys::Win32::System::Diagnostics::Debug::FlushInstructionCache;
use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_NOACCESS, PAGE_READWRITE,
    VIRTUAL_ALLOCATION_TYPE, VirtualAlloc, VirtualFree,
};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use crate::code_ptr::CodePtr;
use crate::nearby::hints;
use crate::strategy::{Refusal, Step, Strategy};

/// What may be tried.
pub(crate) const STRATEGIES: &[Strategy] = &[Strategy::Committed];

/// Executable pages stay as they are.
pub(crate) const REPLACES: bool = false;

/// The error number that says there is no more room.
pub(crate) const NO_MEMORY: i32 = ERROR_NOT_ENOUGH_MEMORY.cast_signed();

/// Reservations begin at multiples of this, in bytes.
const GRANULARITY: usize = 64 << 10;

/// Whether executable pages want landing pads: nothing here asks for that.
pub(crate) fn is_guarded() -> bool {
    false
}

/// An address in the text of the program, or of the library that this crate is linked into.
pub(crate) fn own_text() -> usize {
    own_text as fn() -> usize as usize
}

/// Whether more resources would help, where every other refusal is for good.
pub(crate) fn is_shortage(errno: i32) -> bool {
    matches!(
        errno.cast_unsigned(),
        ERROR_NOT_ENOUGH_MEMORY
            | ERROR_OUTOFMEMORY
            | ERROR_COMMITMENT_LIMIT
            | ERROR_NO_SYSTEM_RESOURCES
    )
}

/// Reserves `bytes` of address space, inaccessible and without memory behind it, near the
/// address `near`; right below `neighbour`, the reservation before, if that is possible.
pub(crate) fn reserve(
    bytes: usize,
    align: usize,
    near: usize,
    neighbour: Option<usize>,
) -> Result<CodePtr, i32> {
    let align = align.max(GRANULARITY);
    hints(bytes, near, neighbour)
        .map(|hint| hint & !(align - 1))
        .find_map(|hint| place(hint, bytes, MEM_RESERVE).ok())
        .map_or_else(|| anywhere(bytes, align), Ok)
}

/// Reserves where Windows likes, which is at a multiple of 64 KiB; pages are not larger.
fn anywhere(bytes: usize, align: usize) -> Result<CodePtr, i32> {
    if align > GRANULARITY {
        return Err(NO_MEMORY);
    }
    place(0, bytes, MEM_RESERVE)
}

fn place(hint: usize, bytes: usize, ways: VIRTUAL_ALLOCATION_TYPE) -> Result<CodePtr, i32> {
    let hint = ptr::without_provenance(hint);
    // SAFETY: a new reservation touches no other one.
    let at = unsafe { VirtualAlloc(hint, bytes, ways, PAGE_NOACCESS) };
    NonNull::new(at.cast::<u8>())
        .map(CodePtr::new)
        .ok_or_else(last_error)
}

fn last_error() -> i32 {
    io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or_default()
}

/// Gives address space back.
///
/// # Safety
///
/// - The range is all of a reservation, and nothing in it was ever handed out.
pub(crate) unsafe fn release(at: CodePtr, _: usize) {
    // A refusal leaves the range reserved, which harms nobody.
    // SAFETY: the caller's promise.
    let _ = unsafe { VirtualFree(at.as_mut_ptr().cast(), 0, MEM_RELEASE) };
}

/// Makes reserved address space readable and writable: it was never touched, so it is zero.
///
/// # Safety
///
/// - The range is whole pages of a reservation of ours, and nothing is there that anybody uses.
pub(crate) unsafe fn make_writable(at: CodePtr, bytes: usize) -> Result<(), i32> {
    let place = at.as_mut_ptr().cast();
    // SAFETY: the caller's promise.
    let committed = unsafe { VirtualAlloc(place, bytes, MEM_COMMIT, PAGE_READWRITE) };
    if committed.is_null() {
        return Err(last_error());
    }
    Ok(())
}

/// Puts executable pages with the content `pages` where nobody executes anything yet.
///
/// # Safety
///
/// - `at` is a page boundary and `pages` a number of whole pages.
/// - The range belongs to a reservation of ours, and no address in it was ever handed out.
pub(crate) unsafe fn install(strategy: Strategy, at: CodePtr, pages: &[u8]) -> Result<(), Refusal> {
    let refused = |step, errno| Refusal {
        strategy,
        step,
        errno,
    };
    // What an attempt before this one may have left: executable pages are not written to again.
    // SAFETY: the caller's promise.
    unsafe { forget(at, pages.len()) };
    // SAFETY: the caller's promise.
    unsafe { make_writable(at, pages.len()) }.map_err(|errno| refused(Step::MapWritable, errno))?;
    // SAFETY: the pages are ours and writable since the line above, and do not overlap the image.
    unsafe {
        at.as_mut_ptr()
            .copy_from_nonoverlapping(pages.as_ptr(), pages.len());
    };
    let exec = Protection::READ_EXECUTE;
    // SAFETY: the pages are ours, and are not written to from here on.
    if let Err(error) = unsafe { region::protect(at.as_ptr(), pages.len(), exec) } {
        let errno = match error {
            region::Error::SystemCall(errno) => errno,
            _ => 0,
        };
        // SAFETY: the caller's promise.
        unsafe { forget(at, pages.len()) };
        return Err(refused(Step::ProtectExecutable, errno));
    }
    // SAFETY: the handle of this process needs no closing.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the range is mapped. Where it has nothing to do, as on x86, it does nothing.
    unsafe { FlushInstructionCache(process, at.as_ptr().cast(), pages.len()) };
    Ok(())
}

/// Takes the memory from reserved pages.
///
/// # Safety
///
/// - As for [`install`].
unsafe fn forget(at: CodePtr, bytes: usize) {
    // Pages without memory are left as they are.
    // SAFETY: the caller's promise.
    let _ = unsafe { VirtualFree(at.as_mut_ptr().cast(), bytes, MEM_DECOMMIT) };
}

/// Finds out on a scratch page whether a strategy works.
pub(crate) fn trial(strategy: Strategy, page: usize) -> Result<(), Refusal> {
    let scratch = anywhere(page, page).map_err(|errno| Refusal {
        strategy,
        step: Step::Scratch,
        errno,
    })?;
    // SAFETY: the scratch page is ours and nobody executes it.
    let outcome = unsafe { install(strategy, scratch, &vec![0; page]) };
    // SAFETY: nobody else knows the page.
    unsafe { release(scratch, page) };
    outcome
}

/// The same pages at a second place: not here.
pub(crate) unsafe fn repeat(_: CodePtr, _: CodePtr, _: usize) -> Result<(), i32> {
    Err(NO_MEMORY)
}

/// See [`repeat`].
pub(crate) unsafe fn repeats(_: CodePtr, _: usize, _: usize) -> bool {
    false
}
