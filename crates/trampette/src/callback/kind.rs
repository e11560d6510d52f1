//! Kinds of callbacks: what all callbacks of one signature share.

use std::any::TypeId;
use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::mem::offset_of;
use std::ptr::NonNull;

use trampette_abi::{FrameLayout, Register, THUNK_SIZE, injection_register};
use trampette_exec::{CodePtr, ForkLock, ThunkKind, ThunkPool};
use trampette_types::{Shape, Signature};

use super::context::Slot;
use crate::error::Error;
use crate::{native, stub};

/// What an entry adapter calls, with the context's slot and the argument frame.
#[cfg(target_arch = "x86_64")]
pub(super) type Dispatcher = unsafe extern "sysv64" fn(Slot, *mut u8);
#[cfg(not(target_arch = "x86_64"))]
pub(super) type Dispatcher = unsafe extern "C" fn(Slot, *mut u8);

/// What all callbacks of one signature share: how they are entered, and their tombstone.
#[derive(Debug)]
pub struct Kind {
    signature: Signature,
    shape: Shape,
    frame: FrameLayout,
    pool: &'static ThunkPool,
    /// The entry adapter; `None` where the context is injected.
    adapter: Option<CodePtr>,
    tombstone: Tombstone,
}

/// The context of freed callbacks: code, and the dispatcher that an entry adapter wants.
#[derive(Debug)]
#[repr(C)]
struct Tombstone {
    code: *const (),
    dispatcher: Dispatcher,
}

// SAFETY: a kind is never changed, and its addresses are of code that stays.
unsafe impl Sync for Kind {}

// SAFETY: as above.
unsafe impl Send for Kind {}

/// The kinds of typed closures, by the type of function pointers of their signature. Like the code that
/// they lead to, they are kept.
static TYPED: ForkLock<HashMap<TypeId, &'static Kind>> = ForkLock::new(HashMap::new);

/// How many kinds a thread remembers.
const REMEMBERED: usize = 64;

thread_local! {
    /// The kinds that this thread used last: the steady state takes no lock.
    static RECENT: [Cell<Option<(TypeId, &'static Kind)>>; REMEMBERED] =
        const { [const { Cell::new(None) }; REMEMBERED] };
}

impl Kind {
    /// The kind of closures whose C functions have the Rust type `F`.
    pub(super) fn typed<F: 'static>(
        signature: impl FnOnce() -> Result<Signature, Error>,
        dead: *const (),
        dead_dispatched: Dispatcher,
    ) -> Result<&'static Self, Error> {
        let id = TypeId::of::<F>();
        RECENT.with(|recent| {
            let place = &recent[place_of(id)];
            match place.get() {
                Some((known, kind)) if known == id => Ok(kind),
                _ => {
                    let kind = Self::typed_anew(id, signature, dead, dead_dispatched)?;
                    place.set(Some((id, kind)));
                    Ok(kind)
                }
            }
        })
    }

    #[cold]
    fn typed_anew(
        id: TypeId,
        signature: impl FnOnce() -> Result<Signature, Error>,
        dead: *const (),
        dead_dispatched: Dispatcher,
    ) -> Result<&'static Self, Error> {
        let mut kinds = TYPED.lock();
        if let Some(kind) = kinds.get(&id) {
            return Ok(kind);
        }
        let kind = Self::new(&signature()?, Some(dead), dead_dispatched)?;
        Ok(kinds.entry(id).or_insert(Box::leak(Box::new(kind))))
    }

    /// A new kind. Without code for freed callbacks that inject, callbacks enter through an adapter.
    pub(super) fn new(
        signature: &Signature,
        dead: Option<*const ()>,
        dead_dispatched: Dispatcher,
    ) -> Result<Self, Error> {
        let abi = signature.abi().unwrap_or(native::ABI);
        let unavailable = || Error::AbiUnavailable { abi };
        if signature.is_variadic() {
            return Err(Error::VariadicCallback {
                signature: signature.to_string(),
            });
        }
        let convention = native::convention(abi).ok_or_else(unavailable)?;
        let isa = native::isa().ok_or_else(unavailable)?;
        let shape = signature.shape(&native::MODEL)?;
        let frame = FrameLayout::of(&shape);
        let injected = match dead {
            Some(dead) if abi == native::ABI => injection_register(convention, &shape)?
                .and_then(pool_of)
                .map(|pool| (pool, dead)),
            _ => None,
        };
        let (pool, adapter, code) = match injected {
            Some((pool, dead)) => (pool, None, dead),
            None => {
                let pool = pool_of(isa.context_register()).ok_or_else(unavailable)?;
                let layout = convention.call_layout(&shape)?;
                let code = isa.entry_adapter(&layout, &frame, &native::dispatcher()?)?;
                let adapter = stub::publish(&code)?;
                (pool, Some(adapter), adapter.as_ptr())
            }
        };
        let tombstone = Tombstone {
            code,
            dispatcher: dead_dispatched,
        };
        Ok(Self {
            signature: signature.clone(),
            shape,
            frame,
            pool,
            adapter,
            tombstone,
        })
    }

    /// The signature.
    pub(super) fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The shape.
    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The frame that the adapter gathers.
    pub(super) fn frame(&self) -> &FrameLayout {
        &self.frame
    }

    pub(super) fn pool(&self) -> &'static ThunkPool {
        self.pool
    }

    pub(super) fn adapter(&self) -> Option<CodePtr> {
        self.adapter
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
    pub(super) fn tombstone(&'static self) -> NonNull<()> {
        NonNull::from(self)
            .map_addr(|address| address.saturating_add(offset_of!(Self, tombstone)))
            .cast()
    }
}

/// Where a thread remembers the kind of this type.
fn place_of(id: TypeId) -> usize {
    /// Takes a byte of the number that a type's identity already is.
    struct Low(u8);
    impl Hasher for Low {
        fn write(&mut self, bytes: &[u8]) {
            self.0 = bytes.first().copied().unwrap_or_default();
        }
        fn finish(&self) -> u64 {
            self.0.into()
        }
    }
    let mut low = Low(0);
    id.hash(&mut low);
    usize::from(low.0) % REMEMBERED
}

/// The pool of thunks that inject this register.
fn pool_of(register: Register) -> Option<&'static ThunkPool> {
    (register.bank == trampette_abi::Bank::Integer).then_some(())?;
    POOLS.get(usize::from(register.number))
}

/// A pool for each integer register; those that are never used cost nothing.
static POOLS: [ThunkPool; 16] = [
    pool::<0>("0"),
    pool::<1>("1"),
    pool::<2>("2"),
    pool::<3>("3"),
    pool::<4>("4"),
    pool::<5>("5"),
    pool::<6>("6"),
    pool::<7>("7"),
    pool::<8>("8"),
    pool::<9>("9"),
    pool::<10>("10"),
    pool::<11>("11"),
    pool::<12>("12"),
    pool::<13>("13"),
    pool::<14>("14"),
    pool::<15>("15"),
];

const fn pool<const NUMBER: u8>(name: &'static str) -> ThunkPool {
    ThunkPool::new(ThunkKind {
        name,
        emit: emit::<NUMBER>,
    })
}

fn emit<const NUMBER: u8>(distance: i32) -> [u8; THUNK_SIZE] {
    native::isa().map_or([0; THUNK_SIZE], |isa| {
        isa.thunk(Register::integer(NUMBER), distance)
    })
}
