//! What the crate asks of macOS: reserved address space, and fresh pages in it that are mapped with
//! `MAP_JIT`.
//!
//! Hardened programs need the entitlement `com.apple.security.cs.allow-jit`. Such pages carry the right
//! to write and the right to execute, and a switch per thread turns on one of the two: it stands at
//! "execute" except for the instant in which this thread fills pages that nobody knows of.
//!
//! A mapping with `MAP_JIT` cannot be put over another one. So the reserved pages are unmapped, and
//! mapped anew at the same address as a wish; where another thread was faster, the strategy fails for
//! these pages and nothing is lost but the address space. For the same reason no page is filled twice.

use std::io;
use std::ptr::{self, NonNull};

use crate::code_ptr::CodePtr;
use crate::nearby::hints;
use crate::strategy::{Refusal, Step, Strategy};

/// What may be tried.
pub(crate) const STRATEGIES: &[Strategy] = &[Strategy::Jit];

/// Executable pages stay as they are.
pub(crate) const REPLACES: bool = false;

/// The error number that says there is no more room.
pub(crate) const NO_MEMORY: i32 = libc::ENOMEM;

unsafe extern "C" {
    /// `pthread.h`: whether this thread may execute `MAP_JIT` pages and not write to them.
    fn pthread_jit_write_protect_np(enabled: libc::c_int);
    /// `libkern/OSCacheControl.h`
    fn sys_icache_invalidate(start: *mut libc::c_void, len: libc::size_t);
}

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
    matches!(errno, libc::ENOMEM | libc::EAGAIN)
}

/// Reserves `bytes` of address space, inaccessible and without memory behind it, near the
/// address `near`; right below `neighbour`, the reservation before, if that is possible.
pub(crate) fn reserve(
    bytes: usize,
    align: usize,
    near: usize,
    neighbour: Option<usize>,
) -> Result<CodePtr, i32> {
    hints(bytes, near, neighbour)
        .map(|hint| hint & !(align - 1))
        .find_map(|hint| place(hint, bytes, libc::PROT_NONE, 0).ok())
        .map_or_else(|| anywhere(bytes, align), Ok)
}

/// Reserves wherever the kernel likes.
fn anywhere(bytes: usize, align: usize) -> Result<CodePtr, i32> {
    if align > region::page::size() {
        return Err(NO_MEMORY);
    }
    map(0, bytes, libc::PROT_NONE, 0)
}

/// Maps exactly at `hint`, or not at all.
fn place(hint: usize, bytes: usize, rights: i32, flags: i32) -> Result<CodePtr, i32> {
    let at = map(hint, bytes, rights, flags)?;
    if at.addr() == hint {
        return Ok(at);
    }
    // SAFETY: mapped a moment ago, and nobody knows of it.
    unsafe { release(at, bytes) };
    Err(libc::EEXIST)
}

fn map(hint: usize, bytes: usize, rights: i32, flags: i32) -> Result<CodePtr, i32> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | flags;
    let hint = ptr::without_provenance_mut(hint);
    // SAFETY: without MAP_FIXED a new mapping touches no other one.
    let at = unsafe { libc::mmap(hint, bytes, rights, flags, -1, 0) };
    match NonNull::new(at.cast::<u8>()) {
        Some(start) if at != libc::MAP_FAILED => Ok(CodePtr::new(start)),
        _ => Err(last_error()),
    }
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
/// - The range was reserved here, and nothing in it was ever handed out.
pub(crate) unsafe fn release(at: CodePtr, bytes: usize) {
    // A refusal leaves the range reserved, which harms nobody.
    // SAFETY: the caller's promise.
    let _ = unsafe { libc::munmap(at.as_mut_ptr().cast(), bytes) };
}

/// Makes reserved address space readable and writable: it was never touched, so it is zero.
///
/// # Safety
///
/// - The range is whole pages of a reservation of ours, and nothing is there that anybody uses.
pub(crate) unsafe fn make_writable(at: CodePtr, bytes: usize) -> Result<(), i32> {
    let rights = region::Protection::READ_WRITE;
    // SAFETY: the caller's promise.
    unsafe { region::protect(at.as_ptr(), bytes, rights) }.map_err(|error| match error {
        region::Error::SystemCall(errno) => errno,
        _ => 0,
    })
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
    // SAFETY: the caller's promise: nobody knows of the range.
    unsafe { release(at, pages.len()) };
    let rights = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    place(at.addr(), pages.len(), rights, libc::MAP_JIT)
        .map_err(|errno| refused(Step::MapExecutable, errno))?;
    // SAFETY: this thread executes no page of ours until the switch is back.
    unsafe { pthread_jit_write_protect_np(0) };
    // SAFETY: the pages are ours, and writable for this thread since the line above.
    unsafe {
        at.as_mut_ptr()
            .copy_from_nonoverlapping(pages.as_ptr(), pages.len())
    };
    // SAFETY: nothing is written from here on.
    unsafe { pthread_jit_write_protect_np(1) };
    // SAFETY: the range is mapped.
    unsafe { sys_icache_invalidate(at.as_mut_ptr().cast(), pages.len()) };
    Ok(())
}

/// Finds out on a scratch page whether a strategy works.
pub(crate) fn trial(strategy: Strategy, page: usize) -> Result<(), Refusal> {
    let page = page.max(region::page::size());
    let scratch = anywhere(page, region::page::size()).map_err(|errno| Refusal {
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
