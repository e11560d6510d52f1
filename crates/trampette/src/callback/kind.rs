//! Kinds of callbacks: what all callbacks of one signature share.

use std::any::TypeId;
use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::mem::offset_of;
use std::ptr::NonNull;

use trampette_abi::{Bank, FrameLayout, injection_register};
use trampette_exec::{CodePtr, ForkLock, Thunk, ThunkPool};
use trampette_types::{Abi, Shape, Signature};

use super::context::Slot;
use super::pools::Pools;
use super::rest::Rest;
use crate::error::Error;
use crate::{native, stub, words};

/// What an entry adapter calls, with the context's slot, the argument frame and the result's slot in it:
/// a function of this process' own convention, whatever that of the callback.
pub(super) type Dispatcher = unsafe extern "C" fn(Slot, *mut u8, *mut u8);

/// What all callbacks of one signature share: how they are entered, and their tombstone.
#[derive(Debug)]
pub struct Kind {
    number: u32,
    signature: Signature,
    abi: Abi,
    shape: Shape,
    frame: FrameLayout,
    rest: Option<Rest>,
    pools: Pools,
    way: Way,
    tombstone: Tombstone,
}

/// How C's call reaches the closure.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// The thunk puts the context where the function takes one more, last argument.
    Injected,
    /// The same, in a vector register: this code copies it there.
    Vectored(CodePtr),
    /// This code gathers the arguments into a frame.
    Adapted(CodePtr),
}

/// Who frees a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Its owner, at any time: thunks count calls in flight.
    Owned,
    /// Nobody, or whoever knows that C is done with it.
    Uncounted,
}

/// The functions that a closure is entered by, or a freed one.
#[derive(Clone, Copy)]
pub(super) struct Functions {
    pub(super) injected: *const (),
    pub(super) vectored: *const (),
    pub(super) dispatched: *const (),
}

/// The context of freed callbacks: code, and the dispatcher that the code wants.
#[derive(Debug)]
#[repr(C)]
struct Tombstone {
    code: *const (),
    dispatcher: *const (),
}

// SAFETY: a kind is never changed, and its addresses are of code that stays.
unsafe impl Sync for Kind {}

// SAFETY: as above.
unsafe impl Send for Kind {}

/// All kinds, by number. Like the code that they lead to, they are kept.
static KINDS: boxcar::Vec<Kind> = boxcar::Vec::new();

/// The kinds of typed closures, by the type of function pointers of their signature.
static TYPED: ForkLock<HashMap<TypeId, &'static Kind>> = ForkLock::new(HashMap::new);

/// How many kinds a thread remembers.
const REMEMBERED: usize = 64;

thread_local! {
    /// The kinds that this thread used last: the steady state takes no lock.
    static RECENT: [Cell<Option<(TypeId, &'static Kind)>>; REMEMBERED] =
        const { [const { Cell::new(None) }; REMEMBERED] };
}

impl Kind {
    /// The kind of closures whose C functions have the Rust type `F`; `make` makes it the first time.
    #[inline(always)]
    pub(super) fn typed<F: 'static>(
        make: fn() -> Result<&'static Self, Error>,
    ) -> Result<&'static Self, Error> {
        let id = TypeId::of::<F>();
        RECENT.with(|recent| match recent[place_of(id)].get() {
            Some((known, kind)) if known == id => Ok(kind),
            _ => Self::typed_anew(id, make),
        })
    }

    #[cold]
    #[inline(never)]
    fn typed_anew(
        id: TypeId,
        make: fn() -> Result<&'static Self, Error>,
    ) -> Result<&'static Self, Error> {
        let mut kinds = TYPED.lock();
        let kind = match kinds.get(&id) {
            Some(kind) => *kind,
            None => {
                let kind = make()?;
                kinds.entry(id).or_insert(kind)
            }
        };
        RECENT.with(|recent| recent[place_of(id)].set(Some((id, kind))));
        Ok(kind)
    }

    /// A new kind, which is kept. `dead` are the functions of freed callbacks.
    pub(super) fn new(
        signature: &Signature,
        dead: Functions,
        passing: Passing,
    ) -> Result<&'static Self, Error> {
        let abi = signature.abi().unwrap_or(native::ABI);
        let unavailable = || Error::AbiUnavailable { abi };
        let convention = native::convention(abi).ok_or_else(unavailable)?;
        let isa = native::isa().ok_or_else(unavailable)?;
        let shape = signature.shape(&native::MODEL)?;
        let rest = Rest::of(convention, &shape)?;
        let frame = match rest {
            Some(_) => FrameLayout::of(&shape).with_unnamed(&convention.unnamed()),
            None => FrameLayout::of(&shape),
        };
        let layout = convention.call_layout(&shape)?;
        native::check_registers(&layout)?;
        let injected = match passing {
            _ if abi != native::ABI => None,
            Passing::Typed if native::suits(&shape, &layout) => {
                injection_register(convention, &shape)?
            }
            Passing::Dynamic if rest.is_none() => words::context_register(&layout, &frame)?,
            _ => None,
        };
        let (register, way) = match injected {
            Some(register) if register.bank == Bank::Integer => (register, Way::Injected),
            Some(register) => {
                let code = stub::publish_shared(isa.vector_injector(register)?)?;
                (isa.context_register(), Way::Vectored(code))
            }
            None => {
                let code = isa.entry_adapter(&layout, &frame, &native::dispatcher()?)?;
                let code = stub::publish_shared(code)?;
                (isa.context_register(), Way::Adapted(code))
            }
        };
        let pools = Pools::of(register).ok_or_else(unavailable)?;
        let number = KINDS.push_with(|number| Self {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "four thousand million kinds are more than memory holds"
            )]
            number: number as u32,
            signature: signature.clone(),
            abi,
            shape,
            frame,
            rest,
            pools,
            way,
            tombstone: Tombstone::of(way, dead),
        });
        Ok(&KINDS[number])
    }

    /// The kind of a callback by its thunk.
    ///
    /// # Safety
    ///
    /// The thunk was taken from a pool of a kind.
    #[inline]
    pub(super) unsafe fn of(thunk: Thunk) -> &'static Self {
        // SAFETY: all thunks are taken with their kind's number as mark, and kinds are kept.
        unsafe { KINDS.get_unchecked(thunk.mark() as usize) }
    }

    /// What its thunks are marked with.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// The signature.
    pub(super) fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The convention that C calls it in.
    pub(super) fn abi(&self) -> Abi {
        self.abi
    }

    /// The shape.
    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The frame that the adapter gathers.
    pub(super) fn frame(&self) -> &FrameLayout {
        &self.frame
    }

    /// Where arguments without a name begin, where the signature does not say which they are.
    pub(super) fn rest(&self) -> Option<&Rest> {
        self.rest.as_ref()
    }

    /// The thunks of callbacks of this kind and life.
    #[inline]
    pub(super) fn pool(&self, life: Life) -> &'static ThunkPool {
        self.pools.of_life(life)
    }

    /// Takes a thunk of this kind, and points it to a context.
    ///
    /// # Safety
    ///
    /// As for [`ThunkPool::take`].
    #[inline]
    pub(super) unsafe fn take(
        &'static self,
        life: Life,
        point: impl FnOnce(Thunk) -> NonNull<()>,
    ) -> Result<Thunk, Error> {
        // SAFETY: the caller owes the same.
        Ok(unsafe { self.pool(life).take(self.number, point) }?)
    }

    #[inline]
    pub(super) fn way(&self) -> Way {
        self.way
    }

    /// The kind whose tombstone a slot points to.
    ///
    /// # Safety
    ///
    /// The slot is that of a kind's tombstone.
    pub(super) unsafe fn of_tombstone(slot: Slot) -> &'static Self {
        // SAFETY: the tombstone stands inside the kind, at this offset.
        let kind = unsafe { slot.byte_sub(offset_of!(Self, tombstone)).cast::<Self>() };
        // SAFETY: kinds are kept.
        unsafe { &*kind }
    }

    /// What the slots of freed callbacks point to.
    #[inline]
    pub(super) fn tombstone(&'static self) -> NonNull<()> {
        // SAFETY: the tombstone stands inside the kind, at this offset.
        unsafe { NonNull::from(self).byte_add(offset_of!(Self, tombstone)) }.cast()
    }
}

/// What takes the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passing {
    /// A function of their types.
    Typed,
    /// A dispatcher that sees a frame, since the types are none of rustc's.
    Framed,
    /// The same, since the types are known late; or a function of words, where these are all that there is.
    Dynamic,
}

impl Way {
    /// What the thunk jumps to, and what that jumps to or calls.
    #[inline]
    pub(super) fn codes(self, functions: Functions) -> (*const (), *const ()) {
        match self {
            Self::Injected => (functions.injected, functions.injected),
            Self::Vectored(code) => (code.as_ptr(), functions.vectored),
            Self::Adapted(code) => (code.as_ptr(), functions.dispatched),
        }
    }
}

impl Tombstone {
    fn of(way: Way, dead: Functions) -> Self {
        let (code, dispatcher) = way.codes(dead);
        Self { code, dispatcher }
    }
}

/// Where a thread remembers the kind of this type.
#[inline(always)]
fn place_of(id: TypeId) -> usize {
    /// Takes a byte of the number that a type's identity already is.
    struct Low(u8);
    impl Hasher for Low {
        fn write(&mut self, bytes: &[u8]) {
            self.0 = bytes.first().copied().unwrap_or_default();
        }
        #[inline(always)]
        fn write_u64(&mut self, number: u64) {
            [self.0, ..] = number.to_le_bytes();
        }
        fn finish(&self) -> u64 {
            self.0.into()
        }
    }
    let mut low = Low(0);
    id.hash(&mut low);
    usize::from(low.0) % REMEMBERED
}
