//! Rows to instructions. Nothing here knows a calling convention.

#![allow(
    clippy::useless_conversion,
    reason = "dynasm converts every register number, u8 or not"
)]

mod call;
mod entry;
mod memory;
mod stack;
mod thunk;

use dynasmrt::{AssemblyOffset, DynasmApi, VecAssembler, x64::X64Relocation};
use trampette_abi::{AbiError, Binding, CallLayout, FrameLayout, Isa, Register, THUNK_SIZE, Thunk};

use crate::registers;
use entry::Dispatcher;

/// What dynasm assembles into: plain bytes that run wherever they are put.
type Assembler = VecAssembler<X64Relocation>;

/// The x86_64 instruction set.
#[derive(Clone, Copy, Debug, Default)]
pub struct X86_64;

impl Isa for X86_64 {
    fn register_name(&self, register: Register, size: usize) -> String {
        registers::name(register, size)
    }

    fn call_stub(&self, layout: &CallLayout, frame: &FrameLayout) -> Result<Vec<u8>, AbiError> {
        assemble(|code| call::stub(code, layout, frame))
    }

    fn entry_adapter(
        &self,
        layout: &CallLayout,
        frame: &FrameLayout,
        dispatcher: &CallLayout,
    ) -> Result<Vec<u8>, AbiError> {
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
        registers::R10
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

/// An offset as instructions encode it.
fn displacement(offset: usize) -> Result<i32, OutOfReach> {
    i32::try_from(offset).map_err(|_| OutOfReach(offset))
}

/// `endbr64`, which every entry that is reached by an indirect branch begins with (Intel SDM volume 1,
/// chapter 17); dynasm has no name for it.
const LANDING_PAD: [u8; 4] = [0xF3, 0x0F, 0x1E, 0xFA];

fn landing_pad(code: &mut Assembler) {
    code.extend(LANDING_PAD);
}
