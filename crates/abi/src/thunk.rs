//! Thunks: how a C function pointer finds its context, and how a function of known types takes it.

use trampette_types::{Scalar, Shape};

use crate::error::AbiError;
use crate::frame::FrameLayout;
use crate::layout::{CallConv, CallLayout, Extend, Part, Place, Row};
use crate::plant::Plant;
use crate::register::Register;

/// The size of a thunk's code, in bytes.
pub const THUNK_SIZE: usize = 64;

/// What the code of a thunk does: it loads a slot, which stands at a fixed distance in data, into a
/// register, and jumps to the address that this word points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thunk {
    /// The register that the slot is loaded into.
    pub register: Register,
    /// How many bytes after the thunk's first byte the slot stands: at a multiple of 16 in memory.
    pub slot: i32,
    /// How it counts calls.
    pub counting: Counting,
}

/// What an entry adapter of one dispatcher is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The address of the dispatcher.
    pub dispatcher: u64,
    /// The register that the context comes in: one that carries no argument.
    pub context: Register,
}

/// How a thunk counts the calls that go through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Not at all.
    None,
    /// It adds one to the 64 bits that stand [`CALLS_OFFSET`] bytes behind the slot, atomically, *before* it
    /// loads the slot or with it, and in an order that holds for other threads (an acquiring addition).
    Shared,
    /// The same to 32 bits; but on the thread whose pointer stands [`HOME_OFFSET`] bytes behind the slot it
    /// adds one to the 32 bits [`HOME_CALLS_OFFSET`] bytes behind the slot, in one instruction that is not
    /// atomic. For Linux on x86-64, where that pointer is `fs:[0]`.
    Biased,
}

/// How many bytes behind its slot the counter of a thunk stands: one access may reach both.
pub const CALLS_OFFSET: i32 = 8;

/// How many bytes behind its slot the calls of one thread are counted.
pub const HOME_CALLS_OFFSET: i32 = 12;

/// How many bytes behind its slot that thread's pointer stands.
pub const HOME_OFFSET: i32 = 32;

/// The register in which a function of this shape can be given one more, last argument without any
/// other argument moving: its context. Legal exactly when the convention passes one more trailing
/// pointer in an integer register, or else one more trailing `double` in a vector register; a variadic
/// function has no last argument.
///
/// # Errors
///
/// As for [`CallConv::call_layout`].
pub fn injection_register(
    convention: &dyn CallConv,
    shape: &Shape,
) -> Result<Option<Register>, AbiError> {
    let index = shape.params().len();
    let index = Plant::InjectionRegister.pick(index, index.saturating_sub(1));
    for scalar in [Scalar::Pointer, Scalar::F64] {
        let Some(extended) = shape.with_trailing(scalar) else {
            return Ok(None);
        };
        let register = convention.call_layout(&extended)?.argument_register(index);
        if register.is_some() {
            return Ok(register);
        }
    }
    Ok(None)
}

/// The last register that carries an argument of `words`, a function of pointers that gives a pointer, if that
/// function can stand for one of `layout`, whatever its types, with a context in that register: each argument
/// is the word of its index, so that the words, one behind the other, are the argument frame; and what the
/// function gives, a word with zeros above the result, is what the caller expects. `None` for others: those with
/// more arguments, with one in two registers, in a vector register or in memory, with one that is aligned beyond
/// words, with a narrow result that its sign extends.
#[must_use]
pub fn register_behind_words(
    layout: &CallLayout,
    frame: &FrameLayout,
    words: &CallLayout,
) -> Option<Register> {
    let is_in_register = |row: &Row| matches!(row.place, Place::Register(_));
    let context = words.arguments.iter().rposition(is_in_register)?;
    let mut slots = frame.arguments().iter().enumerate();
    let is_array = frame.align() == 8 && slots.all(|(index, &slot)| slot == index * 8);
    Plant::WordsOverAligned.pick(is_array, true).then_some(())?;
    let is_word = |row: &Row| match row.part {
        Part::Argument { index, offset, .. } => {
            let word = words.arguments[..context].get(index);
            let stands = word.is_some_and(|word| word.place == row.place);
            offset == 0 && Plant::WordsOfVectors.pick(stands, word.is_some())
        }
        Part::Result { offset, .. } => {
            let word = words.result.first();
            let stands = offset == 0 && word.is_some_and(|word| word.place == row.place);
            let is_signed = row.extend == Extend::Sign;
            stands && !Plant::WordsNotExtended.pick(is_signed, false)
        }
        Part::ArgumentAddress { .. } | Part::Duplicate { .. } | Part::ResultAddress => false,
    };
    let mut rows = layout.arguments.iter().chain(&layout.result);
    rows.all(is_word).then_some(())?;
    words.argument_register(context)
}
