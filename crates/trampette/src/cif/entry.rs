//! The ways in for interfaces whose contexts are C's own structs: what a closure of libffi is made of.

use std::ffi::c_void;
use std::ptr::NonNull;

use trampette_abi::Binding;

use super::Cif;
use crate::error::Error;
use crate::{native, stub};

/// What an entry adapter of [`Cif::entry_adapter`] calls: with the context, the frame that holds the arguments
/// at [`Cif::frame_offsets`], and the place for the result, of a word at least unless it is `void`. It holds
/// zeroes, and the result is taken from its first bytes.
///
/// Nothing is kept for it: a panic must not leave it, and `errno` is its own business.
pub type ContextDispatcher =
    unsafe extern "C-unwind" fn(context: *mut c_void, frame: *mut u8, result: *mut u8);

/// How many bytes behind the start of a [`trampoline`] the word stands that is its context.
pub const TRAMPOLINE_WORD: u8 = if cfg!(target_arch = "x86_64") { 24 } else { 16 };

/// Code for memory that is executable and somebody else's: it puts the address of the word
/// [`TRAMPOLINE_WORD`] bytes behind its own start where entry adapters find their context, and jumps to the
/// address that this word holds. None on a machine without calls.
///
/// ```
/// # #[cfg(target_arch = "x86_64")]
/// assert!(trampette::trampoline().len() < usize::from(trampette::TRAMPOLINE_WORD));
/// ```
#[must_use]
pub fn trampoline() -> Vec<u8> {
    native::isa().map_or_else(Vec::new, |isa| isa.trampoline(TRAMPOLINE_WORD))
}

impl Cif {
    /// The address of code that C can call as a function of this interface, but for one thing: it wants a
    /// context in the register where [`ContextThunk`](super::ContextThunk)s and [`trampoline`]s put it, or, if
    /// `chained`, where [`call_with_chain`](Cif::call_with_chain) does. It gathers the arguments and calls the
    /// dispatcher.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`] without executable memory, [`Error::Memory`] without any; [`Error::AbiUnavailable`] where
    /// there is no such register.
    pub fn entry_adapter(
        &self,
        dispatcher: ContextDispatcher,
        chained: bool,
    ) -> Result<NonNull<c_void>, Error> {
        self.0.require_memory()?;
        let abi = self.signature().abi().unwrap_or(native::ABI);
        let isa = native::isa().ok_or(Error::AbiUnavailable { abi })?;
        let context = match chained {
            true => native::chain_register().ok_or(Error::AbiUnavailable { abi })?,
            false => isa.context_register(),
        };
        let binding = Binding {
            dispatcher: (dispatcher as *const ()).expose_provenance() as u64,
            context,
        };
        let (layout, frame) = (self.0.layout(), self.0.frame());
        let code = isa.bound_entry_adapter(layout, frame, &native::dispatcher()?, binding)?;
        let code = stub::publish_shared(code)?.as_ptr();
        NonNull::new(code.cast_mut().cast()).ok_or(Error::NullFunction)
    }
}
