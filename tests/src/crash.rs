//! What a thread was doing when it crashed: a wrong call often ends in a signal, which names nothing.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::Once;

const LENGTH: usize = 240;

thread_local! {
    static NOTE: Cell<[u8; LENGTH]> = const { Cell::new([b' '; LENGTH]) };
}

/// Says what this thread does next. A crash prints it, cut to a few lines' length.
pub fn note(text: &str) {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(install);
    let mut note = [b' '; LENGTH];
    let length = text.len().min(LENGTH);
    note[..length].copy_from_slice(&text.as_bytes()[..length]);
    NOTE.set(note);
}

fn install() {
    for signal in [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGILL,
        libc::SIGFPE,
        libc::SIGTRAP,
    ] {
        // SAFETY: an all-zero `sigaction` is a valid one.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = report as extern "C" fn(c_int) as usize;
        // Once only: the instruction is then run again and ends the process.
        action.sa_flags = libc::SA_ONSTACK | libc::SA_RESETHAND;
        // SAFETY: the handler calls nothing but `write`.
        let installed = unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
        assert_eq!(installed, 0, "sigaction");
    }
}

extern "C" fn report(_: c_int) {
    for part in [b"\ncrashed at: ".as_slice(), &NOTE.get(), b"\n"] {
        // SAFETY: the buffer is as long as it says.
        unsafe { libc::write(2, part.as_ptr().cast(), part.len()) };
    }
}
