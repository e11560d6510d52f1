//! Functions as bytes.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::mem;

use trampette_exec::{CodeMemory, CodePtr};

/// A function that returns `value`.
#[cfg(target_arch = "x86_64")]
pub(crate) fn returning(value: u32) -> Vec<u8> {
    let mut code = vec![0xb8]; // mov eax, imm32
    code.extend(value.to_le_bytes());
    code.push(0xc3); // ret
    code
}

/// A function that returns `value`.
#[cfg(target_arch = "aarch64")]
pub(crate) fn returning(value: u32) -> Vec<u8> {
    let low = 0x5280_0000 | (value & 0xffff) << 5; // mov w0, #low
    let high = 0x72a0_0000 | (value >> 16) << 5; // movk w0, #high, lsl #16
    words(&[BTI_C, low, high, RET])
}

/// `bti c`: pages may be guarded.
#[cfg(target_arch = "aarch64")]
pub(crate) const BTI_C: u32 = 0xd503_245f;

/// `ret`
#[cfg(target_arch = "aarch64")]
pub(crate) const RET: u32 = 0xd65f_03c0;

/// Instructions as bytes.
#[cfg(target_arch = "aarch64")]
pub(crate) fn words(instructions: &[u32]) -> Vec<u8> {
    instructions
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect()
}

/// Calls a function made by [`returning`].
pub(crate) fn call(entry: CodePtr) -> u32 {
    // SAFETY: the tests publish nothing but functions of this type.
    let function: extern "C" fn() -> u32 = unsafe { mem::transmute(entry.as_ptr()) };
    function()
}

/// Publishes a function that returns `value`, alone.
pub(crate) fn publish(memory: &CodeMemory, value: u32) -> CodePtr {
    let entries = memory.publish(&[&returning(value)]);
    entries.expect("a piece is published")[0]
}

/// How often to repeat: the small number, or the large one in a campaign.
pub(crate) fn times(quick: usize, campaign: usize) -> usize {
    match std::env::var_os("TRAMPETTE_CAMPAIGN") {
        Some(_) => campaign,
        None => quick,
    }
}
