//! Arguments of a callback that have no name, and whose types its signature does not say.

use std::fmt;

use trampette_abi::{CallConv, Cursor, UnnamedArea};
use trampette_types::Shape;

use crate::error::Error;
use crate::var_args::{Form, State, VarArgs};

/// Where they begin in every call of one kind of callback.
pub(super) struct Rest {
    convention: &'static dyn CallConv,
    named: usize,
    cursor: Cursor,
    /// How far above the stack pointer at the call the first one stands that no register of its own carries.
    stack: isize,
}

// SAFETY: conventions are data without state.
unsafe impl Sync for Rest {}

// SAFETY: as above.
unsafe impl Send for Rest {}

impl Rest {
    /// `None` for a shape that is not variadic, or says what stands behind `...`.
    pub(super) fn of(
        convention: &'static dyn CallConv,
        shape: &Shape,
    ) -> Result<Option<Self>, Error> {
        let named = shape.params().len();
        if shape.variadic_from() != Some(named) {
            return Ok(None);
        }
        let (cursor, stack) = Cursor::start(convention, shape)?;
        Ok(Some(Self {
            convention,
            named,
            cursor,
            stack,
        }))
    }

    /// A reader that begins with the first.
    ///
    /// # Safety
    ///
    /// An entry adapter of this kind has filled in the area of this frame, which lives as long as the reader,
    /// and nobody else reads.
    pub(super) unsafe fn start<'c>(&self, area: &UnnamedArea, frame: *mut u8) -> VarArgs<'c> {
        // SAFETY: the area lies in the frame.
        let [stack, registers, list] = [area.stack_address(), area.registers(), area.list()]
            .map(|at| unsafe { frame.add(at) });
        // SAFETY: the adapter has written the address of the stack arguments there.
        let stack = unsafe { stack.cast::<*mut u8>().read() };
        let unnamed = self.convention.unnamed();
        let state = State {
            cursor: self.cursor,
            stack: stack.wrapping_offset(self.stack),
            integers: registers,
            vectors: registers.wrapping_add(unnamed.integers.len() * size_of::<u64>()),
        };
        let form = Form::of(self.convention.abi());
        // SAFETY: there is room for any list.
        unsafe { form.store(list.cast(), &state, &unnamed) };
        // SAFETY: a list stands there now, and lives as long as the frame.
        unsafe { VarArgs::of(self.convention, list.cast(), self.named) }
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest")
            .field("cursor", &self.cursor)
            .field("stack", &self.stack)
            .finish_non_exhaustive()
    }
}
