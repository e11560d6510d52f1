//! Stubs without the facade around them: the engine's code, in memory of its user's own making.

use std::ffi::c_void;

use trampette::{Abi, Error, ExecError, FrameLayout, MODEL, Signature};
use trampette_abi::{CallConv, CallLayout, Isa as _, Part, Row};
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
    /// Whether it jumps to its target, where others call it from a stack frame of their own.
    pub jumps: bool,
    /// Whether it stores the result in the frame, though it comes back in registers.
    pub stores_result: bool,
    /// The arguments that travel by reference.
    pub by_reference: Vec<usize>,
}

/// Emits the stubs of these signatures and publishes them at once.
///
/// # Panics
///
/// When a signature cannot be called, and without executable memory.
#[must_use]
pub fn publish(memory: &CodeMemory, signatures: &[Signature]) -> Vec<BareStub> {
    let stubs = try_publish(memory, signatures).expect("there is executable memory");
    let stubs = stubs.into_iter();
    stubs.map(|stub| stub.expect("it can be called")).collect()
}

/// The same of signatures that may be anything: for each its stub, or why it has none.
///
/// # Errors
///
/// Without executable memory.
#[expect(
    clippy::missing_panics_doc,
    reason = "there is an entry for each piece"
)]
pub fn try_publish(
    memory: &CodeMemory,
    signatures: &[Signature],
) -> Result<Vec<Result<BareStub, Error>>, ExecError> {
    let emitted: Vec<_> = signatures.iter().map(Emitted::of).collect();
    let code = |emitted: &'_ Result<Emitted, Error>| Some(emitted.as_ref().ok()?.code.clone());
    let pieces: Vec<Vec<u8>> = emitted.iter().filter_map(code).collect();
    let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
    let mut entries = memory.publish(&pieces)?.into_iter();
    let mut stub = |emitted: Emitted| emitted.published(entries.next().expect("as many as pieces"));
    let stubs = emitted.into_iter().map(|emitted| emitted.map(&mut stub));
    Ok(stubs.collect())
}

struct Emitted {
    code: Vec<u8>,
    layout: CallLayout,
    frame: FrameLayout,
}

impl Emitted {
    fn of(signature: &Signature) -> Result<Self, Error> {
        let shape = signature.shape(&MODEL)?;
        let layout = convention(signature)?.call_layout(&shape)?;
        let frame = FrameLayout::of(&shape);
        let code = ISA.call_stub(&layout, &frame)?;
        Ok(Self {
            code,
            layout,
            frame,
        })
    }

    fn published(self, entry: CodePtr) -> BareStub {
        let by_reference = |row: &Row| match row.part {
            Part::ArgumentAddress { index, .. } => Some(index),
            _ => None,
        };
        BareStub {
            entry,
            jumps: self.layout.jumps(),
            stores_result: self.layout.stores_result(),
            by_reference: self
                .layout
                .arguments
                .iter()
                .filter_map(by_reference)
                .collect(),
            frame: self.frame,
        }
    }
}

fn convention(signature: &Signature) -> Result<&'static dyn CallConv, Error> {
    let abi = signature.abi().unwrap_or(trampette::ABI);
    Ok(match abi {
        #[cfg(target_arch = "x86_64")]
        Abi::SysV64 => &SysV64,
        #[cfg(target_arch = "x86_64")]
        Abi::Win64 => &Win64::MSVC,
        #[cfg(target_arch = "x86_64")]
        Abi::Win64Gnu => &Win64::GNU,
        #[cfg(target_arch = "aarch64")]
        Abi::Aapcs64 => &Aapcs64::LINUX,
        #[cfg(target_arch = "aarch64")]
        Abi::AppleArm64 => &Aapcs64::APPLE,
        #[cfg(target_arch = "aarch64")]
        Abi::WinArm64 => &Aapcs64::WINDOWS,
        _ => return Err(Error::AbiUnavailable { abi }),
    })
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
