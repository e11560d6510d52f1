//! Functions of words: as many integers or addresses as registers carry, and a context behind them. One of them can
//! stand for every signature whose arguments are words in registers: see [`register_behind_words`].

use trampette_abi::{CallLayout, FrameLayout, Register, register_behind_words};
use trampette_types::{CType, Signature};

use crate::error::Error;
use crate::native;

/// What travels in an integer register.
pub(crate) type Word = *mut u8;

/// How many integer arguments a function of this process' own convention gets in registers, but for one, which
/// the context takes.
pub(crate) const WORDS: usize = if cfg!(target_arch = "aarch64") {
    7
} else if cfg!(windows) {
    3
} else {
    5
};

/// Expands a macro with a name for each word.
macro_rules! with_words {
    ($macro:ident) => {
        #[cfg(target_arch = "aarch64")]
        $macro!(a, b, c, d, e, f, g);

        #[cfg(all(not(target_arch = "aarch64"), windows))]
        $macro!(a, b, c);

        #[cfg(not(any(target_arch = "aarch64", windows)))]
        $macro!(a, b, c, d, e);
    };
}

pub(crate) use with_words;

/// The register in which a function of words gets its context, if it can stand for one of this layout, which is of
/// this process' own convention.
pub(crate) fn context_register(
    layout: &CallLayout,
    frame: &FrameLayout,
) -> Result<Option<Register>, Error> {
    let unavailable = Error::AbiUnavailable { abi: native::ABI };
    let convention = native::convention(native::ABI).ok_or(unavailable)?;
    let words = Signature::new([CType::POINTER; WORDS + 1], CType::POINTER)?;
    let words = convention.call_layout(&words.shape(&native::MODEL)?)?;
    Ok(register_behind_words(layout, frame, &words))
}
