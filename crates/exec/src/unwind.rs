//! What unwinders are told of code that keeps frame pointers.
//!
//! One rule holds at every call that such code makes, whichever piece it is in, so a reservation is described
//! once and as a whole: registering each piece makes the first exception of a program with many of them take
//! seconds, and reservations stay for ever, so that there is nothing to take back.
//!
//! ```text
//!            |                      |
//!            +----------------------+ <- the caller's stack pointer
//!            | return address       |
//!            +----------------------+
//!    fp ->   | caller's fp          |
//!            +----------------------+
//! ```

use crate::code_ptr::CodePtr;

#[cfg(all(unix, any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) use dwarf::describe;

/// Other systems are told nothing.
#[cfg(not(all(unix, any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(crate) fn describe(_: CodePtr, _: usize) {}

#[cfg(all(unix, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod dwarf {
    use std::ffi::c_void;

    use super::CodePtr;

    unsafe extern "C" {
        /// Of the library that unwinds Rust's panics and C++'s exceptions: libgcc's or LLVM's. It keeps the address.
        safe fn __register_frame(begin: *const c_void);
    }

    /// The columns of the frame pointer and of the return address (psABI, "DWARF Register Number Mapping"; DWARF for
    /// the Arm 64-bit Architecture, "DWARF register names").
    const FRAME_POINTER: u8 = if cfg!(target_arch = "x86_64") { 6 } else { 29 };
    const RETURN_ADDRESS: u8 = if cfg!(target_arch = "x86_64") { 16 } else { 30 };

    // DWARF 5, section 7.24, "Call Frame Information"; of the first byte's upper bits, where those tell.
    const DW_CFA_DEF_CFA: u8 = 0x0c;
    const DW_CFA_OFFSET: u8 = 0x80;
    const DW_CFA_NOP: u8 = 0;

    /// How many bytes the length of an entry and the first word behind it take up.
    const WORD: usize = size_of::<u32>();

    /// Tells the unwinder of this process about a range of code, for ever.
    pub(crate) fn describe(at: CodePtr, bytes: usize) {
        let (frame, entry) = frame(at.addr(), bytes);
        // It is the entry of the range that is registered, and not what it refers to: libgcc takes both, and
        // LLVM's library this one.
        __register_frame(frame.leak()[entry..].as_ptr().cast());
    }

    /// The contents of a section `.eh_frame`, and where in it the entry of the range begins (Linux Standard Base,
    /// "Exception Frames").
    fn frame(start: usize, bytes: usize) -> (Vec<u8>, usize) {
        let mut frame = Vec::new();
        append(&mut frame, 0, |common| {
            // Version 1, no augmentation: addresses are absolute. Code is counted by the byte, data by words that
            // grow down.
            common.extend([1, 0, 1, 0x78, RETURN_ADDRESS]);
            common.extend([DW_CFA_DEF_CFA, FRAME_POINTER, 16]);
            common.extend([DW_CFA_OFFSET | FRAME_POINTER, 2]);
            common.extend([DW_CFA_OFFSET | RETURN_ADDRESS, 1]);
        });
        let entry = frame.len();
        let distance = entry + WORD;
        append(&mut frame, distance, |range| {
            range.extend(start.to_ne_bytes());
            range.extend(bytes.to_ne_bytes());
        });
        // The end.
        frame.extend([0; WORD]);
        (frame, entry)
    }

    /// Appends an entry: its length, its first word, and what is written behind, filled up to whole words.
    fn append(frame: &mut Vec<u8>, first: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let start = frame.len();
        let word = |number: usize| u32::try_from(number).unwrap_or_default().to_ne_bytes();
        frame.extend([0; WORD]);
        frame.extend(word(first));
        write(frame);
        let end = frame.len().next_multiple_of(size_of::<usize>());
        frame.resize(end, DW_CFA_NOP);
        frame[start..start + WORD].copy_from_slice(&word(end - start - WORD));
    }
}
