//! Stubs without the facade around them: the engine's code, in memory of its user's own making.

use std::ffi::c_void;

use trampette::{Abi, FrameLayout, MODEL, Signature};
use trampette_abi::{CallConv, Isa as _};
use trampette_exec::{CodeMemory, CodePtr};

use crate::case::Case;

#[cfg(target_arch = "aarch64")]
use trampette_aarch64::{AArch64 as ISA, Aapcs64};
#[cfg(target_arch = "x86_64")]
use trampette_x86_64::{SysV64, Win64, X86_64 as ISA};

/// A call stub, entered under its target's own convention.
#[derive(Clone, Debug)]
pub struct BareStub {
    /// Its entry: a function of a frame and a target.
    pub entry: CodePtr,
    /// Where arguments and result stand in the frame.
    pub frame: FrameLayout,
}

/// Emits the stubs of these signatures and publishes them at once.
///
/// # Panics
///
/// When a signature cannot be called, and without executable memory.
#[must_use]
pub fn publish(memory: &CodeMemory, signatures: &[Signature]) -> Vec<BareStub> {
    let emit = |signature: &Signature| {
        let shape = signature
            .shape(&MODEL)
            .expect("the signature keeps the limits");
        let layout = convention(signature)
            .call_layout(&shape)
            .expect("the convention covers it");
        let frame = FrameLayout::of(&shape);
        (
            ISA.call_stub(&layout, &frame).expect("it can be assembled"),
            frame,
        )
    };
    let emitted: Vec<_> = signatures.iter().map(emit).collect();
    let pieces: Vec<&[u8]> = emitted.iter().map(|(code, _)| code.as_slice()).collect();
    let entries = memory.publish(&pieces).expect("there is executable memory");
    let stubs = entries.into_iter().zip(emitted);
    stubs
        .map(|(entry, (_, frame))| BareStub { entry, frame })
        .collect()
}

fn convention(signature: &Signature) -> &'static dyn CallConv {
    match signature.abi().unwrap_or(trampette::ABI) {
        #[cfg(target_arch = "x86_64")]
        Abi::Win64 => &Win64::MSVC,
        #[cfg(target_arch = "x86_64")]
        _ => &SysV64,
        #[cfg(target_arch = "aarch64")]
        Abi::AppleArm64 => &Aapcs64::APPLE,
        #[cfg(target_arch = "aarch64")]
        Abi::WinArm64 => &Aapcs64::WINDOWS,
        #[cfg(target_arch = "aarch64")]
        _ => &Aapcs64::LINUX,
    }
}

impl BareStub {
    /// A frame for the stub with the arguments of a case.
    #[must_use]
    pub fn frame_for(&self, case: &Case) -> BareFrame {
        assert!(
            self.frame.align() <= align_of::<Line>(),
            "the frame is not aligned enough"
        );
        let mut lines = vec![Line([0; 64]); self.frame.size().div_ceil(64).max(1)];
        let bytes: &mut [Line] = &mut lines;
        for (passed, &offset) in case.arguments.iter().zip(self.frame.arguments()) {
            for (at, &byte) in (offset..).zip(&passed.bytes) {
                bytes[at / 64].0[at % 64] = byte;
            }
        }
        BareFrame { lines }
    }

    /// The stub as a function that leaves nothing in integer registers, or what a result is worth there.
    ///
    /// # Safety
    ///
    /// What is called through it has the stub's signature, the process' own convention, and a result of one integer
    /// register or none.
    #[must_use]
    pub unsafe fn as_fn(&self) -> unsafe extern "C" fn(*mut u8, *const c_void) -> u64 {
        // SAFETY: stubs are entered so; the caller answers for the result.
        unsafe { std::mem::transmute(self.entry.as_ptr()) }
    }
}

/// An argument frame, aligned to 64 bytes.
#[derive(Debug)]
pub struct BareFrame {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
#[repr(C, align(64))]
struct Line([u8; 64]);

impl BareFrame {
    /// Its start.
    #[must_use]
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.lines.as_mut_ptr().cast()
    }

    /// Its bytes from `at` on.
    #[must_use]
    pub fn bytes(&self, at: usize, size: usize) -> Vec<u8> {
        (at..at + size)
            .map(|at| self.lines[at / 64].0[at % 64])
            .collect()
    }
}
