//! Rows to instructions. Nothing here knows a calling convention.

#![allow(
    clippy::useless_conversion,
    reason = "dynasm converts every register number, u8 or not"
)]

mod call;
mod copy;
mod entry;
mod memory;
mod stack;
mod thunk;

use dynasmrt::aarch64::Aarch64Relocation;
use dynasmrt::{AssemblyOffset, DynasmApi, VecAssembler, dynasm};
use trampette_abi::{
    AbiError, Bank, Binding, CallLayout, FrameLayout, Isa, Place, Register, Row, THUNK_SIZE, Thunk,
};

use crate::registers;
use entry::Dispatcher;

/// What dynasm assembles into: plain bytes that run wherever they are put.
type Assembler = VecAssembler<Aarch64Relocation>;

/// The AArch64 instruction set.
///
/// Guarded pages (`PROT_BTI`) may hold what it emits: every entry begins with `bti c`, and jumps go
/// through x16 and x17 alone. Register x18, which platforms have plans for, is never named.
#[derive(Clone, Copy, Debug, Default)]
pub struct AArch64;

impl Isa for AArch64 {
    fn register_name(&self, register: Register, size: usize) -> String {
        registers::name(register, size)
    }

    fn call_stub(&self, layout: &CallLayout, frame: &FrameLayout) -> Result<Vec<u8>, AbiError> {
        check_registers(layout)?;
        assemble(|code| call::stub(code, layout, frame))
    }

    fn entry_adapter(
        &self,
        layout: &CallLayout,
        frame: &FrameLayout,
        dispatcher: &CallLayout,
    ) -> Result<Vec<u8>, AbiError> {
        check_registers(layout)?;
        let abi = dispatcher.abi;
        let dispatcher = Dispatcher::of(dispatcher, layout).ok_or(AbiError::Dispatcher { abi })?;
        assemble(|code| entry::adapter(code, layout, frame, &dispatcher))
    }

    fn bound_entry_adapter(
        &self,
        layout: &CallLayout,
        frame: &FrameLayout,
        dispatcher: &CallLayout,
        binding: Binding,
    ) -> Result<Vec<u8>, AbiError> {
        check_registers(layout)?;
        let abi = dispatcher.abi;
        let dispatcher = Dispatcher::of(dispatcher, layout)
            .ok_or(AbiError::Dispatcher { abi })?
            .bound(binding);
        assemble(|code| entry::adapter(code, layout, frame, &dispatcher))
    }

    fn trampoline(&self, word: u8) -> Vec<u8> {
        thunk::trampoline(word)
    }

    fn context_register(&self) -> Register {
        registers::X9
    }

    fn vector_injector(&self, register: Register) -> Result<Vec<u8>, AbiError> {
        assemble(|code| thunk::vector_injector(code, register))
    }

    fn bound_injector(&self, register: Register, binding: Binding) -> Result<Vec<u8>, AbiError> {
        assemble(|code| thunk::bound_injector(code, register, binding))
    }

    fn thunk(&self, thunk: Thunk) -> [u8; THUNK_SIZE] {
        thunk::thunk(thunk)
    }
}

/// Refuses rows of another instruction set: no register here is the x87's.
fn check_registers(layout: &CallLayout) -> Result<(), AbiError> {
    let is_foreign = |row: &&Row| match row.place {
        Place::Register(register) => register.bank == Bank::X87,
        Place::Stack(_) => false,
    };
    let mut rows = layout.arguments.iter().chain(&layout.result);
    rows.find(is_foreign).map_or(Ok(()), |row| {
        Err(AbiError::Assembler {
            message: format!("AArch64 has no {:?}", row.place),
        })
    })
}

/// Fills the assembler and takes the bytes.
fn assemble(
    emit: impl FnOnce(&mut Assembler) -> Result<(), OutOfReach>,
) -> Result<Vec<u8>, AbiError> {
    let mut code = Assembler::new(0);
    emit(&mut code).map_err(|OutOfReach(offset)| AbiError::Assembler {
        message: format!("an offset of {offset} bytes does not fit an instruction"),
    })?;
    debug_assert!(code.offset() > AssemblyOffset(0));
    code.finalize().map_err(|error| AbiError::Assembler {
        message: error.to_string(),
    })
}

/// An offset that no instruction can encode. The limits on shapes keep frames far below it.
struct OutOfReach(usize);

/// An offset's bits from `shift` on, as an immediate of twelve bits.
fn twelve_bits(offset: usize, shift: u32) -> Result<u32, OutOfReach> {
    match u32::try_from(offset >> shift) {
        Ok(bits) if bits < 1 << 12 => Ok(bits),
        _ => Err(OutOfReach(offset)),
    }
}

/// Loads an address into x16, 16 bits at a time.
fn load_x16(code: &mut Assembler, address: u64) {
    let part = |shift: u32| (address >> shift & 0xFFFF) as u32;
    dynasm!(code
        ; .arch aarch64
        ; movz x16, part(0)
        ; movk x16, part(16), lsl #16
        ; movk x16, part(32), lsl #32
        ; movk x16, part(48), lsl #48
    );
}

/// `bti c`, which every entry that is reached by an indirect branch begins with (Arm ARM, "BTI"); older
/// processors take it for a hint, and dynasm has no other name for it.
const LANDING_PAD: u32 = 34;

fn landing_pad(code: &mut Assembler) {
    dynasm!(code; .arch aarch64; hint LANDING_PAD);
}
