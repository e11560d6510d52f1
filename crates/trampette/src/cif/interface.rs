//! What all prepared interfaces of one signature share, and how they call.

use std::collections::HashMap;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use trampette_abi::{CallLayout, FrameLayout, Part, Place, Row};
use trampette_exec::ForkLock;
use trampette_types::{Abi, CType, Shape, Signature, limits};

use super::memory::{FrameMemory, require};
use super::widening::Widening;
use crate::error::Error;
use crate::native::{self, Entry, ResultClass};
use crate::stub;

/// A prepared interface, by signature: kept for ever, like the code that it leads to.
static INTERFACES: ForkLock<HashMap<Signature, &'static Interface>> = ForkLock::new(HashMap::new);

/// What is known of a signature before anything of it is called, and the stubs that were made since.
pub(super) struct Interface {
    stub: AtomicPtr<Compiled>,
    widening: Widening,
    abi: Abi,
    signature: Signature,
    shape: Shape,
    layout: CallLayout,
    frame: FrameLayout,
    chained: AtomicPtr<Compiled>,
}

/// A stub, and what it takes its arguments from.
#[derive(Debug)]
pub(super) struct Compiled {
    entry: Entry,
    class: ResultClass,
    source: Source,
}

/// What a stub takes its arguments from.
#[derive(Debug)]
enum Source {
    /// The caller's array of pointers.
    Pointers,
    /// A frame of this layout, which is filled from there.
    Frame(FrameLayout),
}

/// The words of the frames that need no allocation.
const ROOM: usize = 64;

/// The room for such a frame.
#[repr(C, align(16))]
struct Room([MaybeUninit<u64>; ROOM]);

/// A result in registers: as many words as any has.
type Registers = [MaybeUninit<u64>; native::MOST_REGISTERS];

impl Interface {
    /// The interface of a signature, made the first time.
    pub(super) fn of(signature: &Signature) -> Result<&'static Self, Error> {
        if let Some(known) = INTERFACES.lock().get(signature) {
            return Ok(known);
        }
        let made = Self::new(signature)?;
        let mut interfaces = INTERFACES.lock();
        let known = interfaces.entry(signature.clone());
        Ok(known.or_insert_with(|| Box::leak(Box::new(made))))
    }

    fn new(signature: &Signature) -> Result<Self, Error> {
        let abi = signature.abi().unwrap_or(native::ABI);
        let unavailable = || Error::AbiUnavailable { abi };
        let convention = native::convention(abi).ok_or_else(unavailable)?;
        let shape = signature.shape(&native::MODEL)?;
        let layout = convention.call_layout(&shape)?;
        native::check_registers(&layout)?;
        ResultClass::of(&layout).ok_or_else(unavailable)?;
        Ok(Self {
            stub: AtomicPtr::default(),
            widening: Widening::of(shape.result()),
            abi,
            signature: signature.clone(),
            frame: FrameLayout::of(&shape),
            shape,
            layout,
            chained: AtomicPtr::default(),
        })
    }

    pub(super) fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(super) fn count(&self) -> usize {
        self.shape.params().len()
    }

    pub(super) fn widening(&self) -> Widening {
        self.widening
    }

    pub(super) fn offsets(&self) -> &[usize] {
        self.frame.arguments()
    }

    pub(super) fn layout(&self) -> &CallLayout {
        &self.layout
    }

    pub(super) fn frame(&self) -> &FrameLayout {
        &self.frame
    }

    /// The stub, made now if this is the first call.
    pub(super) fn stub(&self) -> Result<&'static Compiled, Error> {
        // SAFETY: it is null, or a stub that is never freed.
        match unsafe { self.stub.load(Ordering::Acquire).as_ref() } {
            Some(made) => Ok(made),
            None => self.compile(),
        }
    }

    #[cold]
    fn compile(&self) -> Result<&'static Compiled, Error> {
        self.require_memory()?;
        if !self.layout.suits_pointers() {
            let stub = stub::stub_of(&self.signature)?;
            let made = Compiled {
                entry: stub.entry(),
                class: stub.class(),
                source: Source::Frame(stub.frame().clone()),
            };
            return Ok(keep(&self.stub, made));
        }
        let frame = FrameLayout::of_pointers(self.count());
        let made = self.publish(&self.layout, &frame, Source::Pointers)?;
        Ok(keep(&self.stub, made))
    }

    /// Whether the heap has what code for this signature takes, by a generous guess.
    pub(super) fn require_memory(&self) -> Result<(), Error> {
        const LEAST: usize = 128 << 10;
        const EACH: usize = 512;
        // No part is smaller than a byte.
        let parts = self.frame.size().min(limits::MAX_NODES);
        require(LEAST + EACH * parts)
    }

    fn publish(
        &self,
        layout: &CallLayout,
        frame: &FrameLayout,
        source: Source,
    ) -> Result<Compiled, Error> {
        let unavailable = || Error::AbiUnavailable { abi: self.abi };
        let isa = native::isa().ok_or_else(unavailable)?;
        let code = stub::publish_shared(isa.call_stub(layout, frame)?)?;
        Ok(Compiled {
            entry: Entry::of(code, self.abi),
            class: ResultClass::of(layout).ok_or_else(unavailable)?,
            source,
        })
    }

    /// The stub, where it was made before, and there is a function to call.
    #[inline(always)]
    fn ready(&self, target: *const c_void) -> Option<&'static Compiled> {
        let stub = self.stub.load(Ordering::Acquire);
        // SAFETY: it is null, or a stub that is never freed.
        unsafe { stub.as_ref() }.filter(|_| !target.is_null())
    }

    /// # Safety
    ///
    /// As for [`Cif::call`](super::Cif::call), or, unless `WIDEN`, [`Cif::call_exact`](super::Cif::call_exact).
    #[inline(always)]
    pub(super) unsafe fn call<const WIDEN: bool>(
        &self,
        target: *const c_void,
        result: Option<NonNull<u8>>,
        arguments: *const *mut c_void,
    ) -> Result<(), Error> {
        // Apart from the first call: that there is no error is known here, and need not be told.
        let Some(stub) = self.ready(target) else {
            // SAFETY: the caller owes the same.
            return unsafe { self.call_first::<WIDEN>(target, result, arguments) };
        };
        // SAFETY: as above.
        unsafe { self.call_by::<WIDEN>(stub, target, result, arguments) }
    }

    /// # Safety
    ///
    /// As for [`call`](Self::call).
    #[cold]
    #[inline(never)]
    unsafe fn call_first<const WIDEN: bool>(
        &self,
        target: *const c_void,
        result: Option<NonNull<u8>>,
        arguments: *const *mut c_void,
    ) -> Result<(), Error> {
        if target.is_null() {
            return Err(Error::NullFunction);
        }
        let stub = self.stub()?;
        // SAFETY: the caller owes the same.
        unsafe { self.call_by::<WIDEN>(stub, target, result, arguments) }
    }

    /// # Safety
    ///
    /// As for [`call`](Self::call), with the stub of this interface.
    #[inline(always)]
    unsafe fn call_by<const WIDEN: bool>(
        &self,
        stub: &Compiled,
        target: *const c_void,
        result: Option<NonNull<u8>>,
        arguments: *const *mut c_void,
    ) -> Result<(), Error> {
        match stub.source {
            Source::Pointers => {
                let frame = arguments.cast_mut().cast();
                // SAFETY: the stub takes its arguments from there; the caller owes the rest.
                unsafe { self.enter::<WIDEN>(stub, frame, target, result) };
                Ok(())
            }
            // SAFETY: the caller owes the same.
            Source::Frame(_) => unsafe {
                self.call_in_frame::<WIDEN>(stub, target, result, arguments)
            },
        }
    }

    /// Apart, so that calls without a frame need no room for one.
    ///
    /// # Safety
    ///
    /// As for [`call_by`](Self::call_by).
    #[inline(never)]
    unsafe fn call_in_frame<const WIDEN: bool>(
        &self,
        stub: &Compiled,
        target: *const c_void,
        result: Option<NonNull<u8>>,
        arguments: *const *mut c_void,
    ) -> Result<(), Error> {
        let Source::Frame(layout) = &stub.source else {
            return Ok(());
        };
        let call = |frame| {
            // SAFETY: every argument is in the frame; the caller owes the rest.
            unsafe { self.enter::<WIDEN>(stub, frame, target, result) };
        };
        // SAFETY: the caller owes the same.
        unsafe { self.with_frame(layout, arguments, call) }
    }

    /// # Safety
    ///
    /// As for [`Cif::call_with_chain`](super::Cif::call_with_chain).
    pub(super) unsafe fn call_with_chain(
        &self,
        target: *const c_void,
        result: Option<NonNull<u8>>,
        arguments: *const *mut c_void,
        chain: *mut c_void,
    ) -> Result<(), Error> {
        if target.is_null() {
            return Err(Error::NullFunction);
        }
        let stub = self.chained_stub()?;
        let Source::Frame(layout) = &stub.source else {
            return Err(Error::AbiUnavailable { abi: self.abi });
        };
        let call = |frame: *mut u8| {
            let offset = layout.argument(self.count());
            // SAFETY: the frame has one slot more than there are arguments.
            let slot = unsafe { frame.add(offset) };
            // SAFETY: it is that of a pointer.
            unsafe { slot.cast::<*mut c_void>().write(chain) };
            // SAFETY: every argument is in the frame; the caller owes the rest.
            unsafe { self.enter::<true>(stub, frame, target, result) };
        };
        // SAFETY: the caller owes the same.
        unsafe { self.with_frame(layout, arguments, call) }
    }

    /// The stub that loads one more pointer, from behind the arguments.
    fn chained_stub(&self) -> Result<&'static Compiled, Error> {
        // SAFETY: it is null, or a stub that is never freed.
        if let Some(made) = unsafe { self.chained.load(Ordering::Acquire).as_ref() } {
            return Ok(made);
        }
        self.require_memory()?;
        let register = native::chain_register();
        let register = register.ok_or(Error::AbiUnavailable { abi: self.abi })?;
        let mut params = self.signature.params().to_vec();
        params.push(CType::POINTER);
        let longer = Signature::new(params, self.signature.result().clone())?;
        let frame = FrameLayout::of(&longer.shape(&native::MODEL)?);
        let mut layout = self.layout.clone();
        layout.arguments.push(Row {
            part: Part::Argument {
                index: self.count(),
                offset: 0,
                size: size_of::<*const c_void>(),
            },
            place: Place::Register(register),
            extend: trampette_abi::Extend::None,
        });
        let made = self.publish(&layout, &frame, Source::Frame(frame.clone()))?;
        Ok(keep(&self.chained, made))
    }

    /// Runs something with a frame that the arguments were copied to.
    ///
    /// # Safety
    ///
    /// `arguments` points to as many pointers as there are arguments, each to a value of its type; the layout
    /// has a slot for each.
    unsafe fn with_frame(
        &self,
        layout: &FrameLayout,
        arguments: *const *mut c_void,
        run: impl FnOnce(*mut u8),
    ) -> Result<(), Error> {
        if layout.size() <= size_of::<Room>() && layout.align() <= align_of::<Room>() {
            let mut room = Room([MaybeUninit::uninit(); ROOM]);
            let frame = room.0.as_mut_ptr().cast();
            // SAFETY: the room is large enough; the caller owes the rest.
            unsafe { self.fill(layout, arguments, frame) };
            run(frame);
            return Ok(());
        }
        let memory = FrameMemory::of(layout)?;
        // SAFETY: the memory is as the layout says; the caller owes the rest.
        unsafe { self.fill(layout, arguments, memory.as_ptr()) };
        run(memory.as_ptr());
        Ok(())
    }

    /// Copies the arguments to a frame.
    ///
    /// # Safety
    ///
    /// As for [`with_frame`](Self::with_frame), and the frame is as the layout says.
    #[inline]
    unsafe fn fill(&self, layout: &FrameLayout, arguments: *const *mut c_void, frame: *mut u8) {
        let offsets = layout.arguments();
        for (index, (param, offset)) in self.shape.params().iter().zip(offsets).enumerate() {
            // SAFETY: there is a pointer for each argument.
            let from = unsafe { arguments.add(index) };
            // SAFETY: as above.
            let from = unsafe { from.read() }.cast::<u8>();
            // SAFETY: the slot lies inside the frame.
            let to = unsafe { frame.add(*offset) };
            // SAFETY: the argument has as many bytes, and so has its slot.
            unsafe { copy(from, to, param.size()) };
        }
    }

    /// Enters a stub, and writes the result where its caller wants it.
    ///
    /// # Safety
    ///
    /// - `frame` holds what the stub takes, and `target` may be called with it;
    /// - `result` has room for the result, widened if `WIDEN`.
    #[inline(always)]
    unsafe fn enter<const WIDEN: bool>(
        &self,
        stub: &Compiled,
        frame: *mut u8,
        target: *const c_void,
        result: Option<NonNull<u8>>,
    ) {
        match (self.widening, result) {
            (Widening::Integer { size, is_signed }, _) => {
                // SAFETY: an integer of a word comes back in the first register; the caller owes the rest.
                let word = unsafe { native::enter_for_integer(stub.entry, frame, target) };
                let Some(result) = result else { return };
                let extended = Widening::extend(size, is_signed, word);
                let size = if WIDEN { size_of::<u64>() } else { size };
                // SAFETY: the caller says that there is room.
                unsafe { copy((&raw const extended).cast(), result.as_ptr(), size) };
            }
            (Widening::Bytes { size }, Some(result)) => {
                let mut registers: Registers = [MaybeUninit::uninit(); native::MOST_REGISTERS];
                let words = registers.as_mut_ptr().cast();
                // SAFETY: there are as many words as results have; the caller owes the rest.
                unsafe { native::enter(stub.entry, stub.class, frame, target, words) };
                let from = match (&stub.source, stub.class) {
                    // SAFETY: the result's slot lies inside the frame.
                    (Source::Frame(layout), ResultClass::None) => unsafe {
                        frame.add(layout.result())
                    },
                    _ => words.cast(),
                };
                // SAFETY: the result stands there, and the caller says that there is room.
                unsafe { copy(from, result.as_ptr(), size) };
            }
            (Widening::Bytes { .. }, None) => {
                let mut registers: Registers = [MaybeUninit::uninit(); native::MOST_REGISTERS];
                let words = registers.as_mut_ptr().cast();
                // SAFETY: as above.
                unsafe { native::enter(stub.entry, stub.class, frame, target, words) };
            }
            (Widening::Nothing, _) => {
                // SAFETY: there is no result; the caller owes the rest.
                unsafe { native::enter_for_nothing(stub.entry, frame, target) };
            }
        }
    }
}

/// Keeps a stub, unless another thread was faster: then that one.
fn keep(place: &AtomicPtr<Compiled>, made: Compiled) -> &'static Compiled {
    let made: &'static Compiled = Box::leak(Box::new(made));
    let new = ptr::from_ref(made).cast_mut();
    let kept = place.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire);
    // SAFETY: what stood there is a stub that is never freed. (The other one, which stays behind, is small.)
    kept.map_or_else(|first| unsafe { &*first }, |_| made)
}

/// Copies a value: scalars by one move, whatever their alignment.
///
/// # Safety
///
/// Both places are valid for so many bytes, and do not overlap.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, size: usize) {
    macro_rules! by {
        ($ty:ty) => {{
            // SAFETY: the caller says that so many bytes stand there.
            let value = unsafe { from.cast::<$ty>().read_unaligned() };
            // SAFETY: the caller says that so many bytes fit there.
            unsafe { to.cast::<$ty>().write_unaligned(value) };
        }};
    }
    match size {
        0 => {}
        1 => by!(u8),
        2 => by!(u16),
        4 => by!(u32),
        8 => by!(u64),
        16 => by!(u128),
        // SAFETY: the caller owes the same.
        _ => unsafe { to.copy_from_nonoverlapping(from, size) },
    }
}
