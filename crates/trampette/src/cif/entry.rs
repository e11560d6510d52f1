//! The ways in for interfaces whose contexts are C's own structs: what a closure of libffi is made of.

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use trampette_abi::{Binding, Extend, Register};

use super::Cif;
use crate::error::Error;
use crate::words::{Word, with_words};
use crate::{native, stub, words};

/// What the code of [`Cif::entry`] runs.
pub trait Dispatch {
    /// Answers a call of C: with the context, the frame that holds the arguments at [`Cif::frame_offsets`], and the
    /// place for the result, of a word at least. It holds zeroes, and the result is taken from its first bytes. For
    /// `void` there is no such place, and nothing may be written there.
    ///
    /// Nothing is kept for it: `errno` is its own business, and what it throws passes C as it can.
    ///
    /// # Safety
    ///
    /// The context is what the code was called with; the frame and the place are those of one call.
    unsafe fn dispatch(context: *mut c_void, frame: *mut u8, result: *mut u8);
}

unsafe extern "C-unwind" fn framed<D: Dispatch>(
    context: *mut c_void,
    frame: *mut u8,
    result: *mut u8,
) {
    // SAFETY: the adapter passes what belongs to one call.
    unsafe { D::dispatch(context, frame, result) };
}

macro_rules! of_words {
    ($($word:ident),*) => {
        /// Where all arguments are words in registers, these are the frame.
        unsafe extern "C-unwind" fn in_words<D: Dispatch>(
            $($word: Word,)* context: *mut c_void
        ) -> Word {
            let mut frame = [$($word),*];
            let mut result: Word = ptr::null_mut();
            let (start, place) = ((&raw mut frame).cast(), (&raw mut result).cast());
            // SAFETY: the injector passes the context, and these are the arguments of one call.
            unsafe { D::dispatch(context, start, place) };
            result
        }
    };
}

with_words!(of_words);

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
    /// `chained`, where [`call_with_chain`](Cif::call_with_chain) does.
    ///
    /// # Errors
    ///
    /// [`Error::Exec`] without executable memory, [`Error::Memory`] without any; [`Error::AbiUnavailable`] where
    /// there is no such register.
    pub fn entry<D: Dispatch>(&self, chained: bool) -> Result<NonNull<c_void>, Error> {
        self.0.require_memory()?;
        let abi = self.signature().abi().unwrap_or(native::ABI);
        let isa = native::isa().ok_or(Error::AbiUnavailable { abi })?;
        let context = match chained {
            true => native::chain_register().ok_or(Error::AbiUnavailable { abi })?,
            false => isa.context_register(),
        };
        let bound_to = |dispatcher: *const ()| Binding {
            dispatcher: dispatcher.expose_provenance() as u64,
            context,
        };
        let code = match self.register_behind_words()? {
            Some(register) => isa.bound_injector(register, bound_to(in_words::<D> as *const ()))?,
            None => {
                let (layout, frame) = (self.0.layout(), self.0.frame());
                let binding = bound_to(framed::<D> as *const ());
                isa.bound_entry_adapter(layout, frame, &native::dispatcher()?, binding)?
            }
        };
        let code = stub::publish_shared(code)?.as_ptr();
        NonNull::new(code.cast_mut().cast()).ok_or(Error::NullFunction)
    }

    /// Where a function of words gets its context that can stand for one of this interface, if there is one. What
    /// it gives is a whole word, of which a narrow result is a part, and its caller may rely on the rest.
    fn register_behind_words(&self) -> Result<Option<Register>, Error> {
        let (layout, frame) = (self.0.layout(), self.0.frame());
        let is_own = layout.abi == native::ABI;
        let is_whole = layout.result.iter().all(|row| row.extend == Extend::None);
        match is_own && is_whole {
            true => words::context_register(layout, frame),
            false => Ok(None),
        }
    }
}
