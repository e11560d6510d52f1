//! Closures: C functions made of a C function, the interface that it is called by, and a pointer.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;
use std::mem::{MaybeUninit, offset_of};
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

use trampette::{ContextThunk, Dispatch, TRAMPOLINE_WORD};

use crate::known::{Known, Way};
use crate::prepare::FfiCif;
use crate::status::Status;

/// What a closure runs: with the interface, a place for the result, pointers to the arguments, and the pointer
/// that the closure was given.
pub(crate) type Function =
    unsafe extern "C-unwind" fn(*mut FfiCif, *mut c_void, *mut *mut c_void, *mut c_void);

/// `FFI_TRAMPOLINE_SIZE`
pub(crate) const TRAMPOLINE_SIZE: usize = match () {
    () if cfg!(all(target_arch = "aarch64", target_vendor = "apple")) => 16,
    () if cfg!(target_arch = "aarch64") => 24,
    () => 32,
};

/// Whether code and a word fit into the trampoline, for memory that is executable by itself.
const HAS_TRAMPOLINE: bool = TRAMPOLINE_SIZE >= TRAMPOLINE_WORD as usize + 8;

/// Where the word stands that is the context of entry adapters: at the end of the trampoline.
const WORD: usize = TRAMPOLINE_SIZE - 8;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const _: () = assert!(!HAS_TRAMPOLINE || WORD == TRAMPOLINE_WORD as usize);

/// `ffi_closure`
#[derive(Debug)]
#[repr(C, align(8))]
pub(crate) struct FfiClosure {
    trampoline: [MaybeUninit<u8>; TRAMPOLINE_SIZE],
    body: Body,
}

/// What a closure is made of, behind its trampoline.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Body {
    cif: *mut FfiCif,
    function: Function,
    user_data: *mut c_void,
}

/// What stands before the memory of a closure that was allocated here.
#[repr(C, align(16))]
struct Header {
    thunk: ContextThunk,
    size: usize,
}

/// A context of code that needs none.
#[repr(transparent)]
struct Word(extern "C" fn() -> !);

static UNPREPARED: Word = Word(unprepared);
static FREED: Word = Word(freed);

extern "C" fn unprepared() -> ! {
    eprintln!("libffi (trampette): a closure was called before it was prepared: aborting");
    std::process::abort()
}

extern "C" fn freed() -> ! {
    eprintln!("libffi (trampette): a freed closure was called: aborting");
    std::process::abort()
}

impl Word {
    fn address(&'static self) -> NonNull<c_void> {
        NonNull::from(self).cast()
    }
}

/// `ffi_closure_alloc`: memory for a closure of so many bytes, and the function pointer that will lead to it;
/// null without memory.
///
/// # Safety
///
/// `code` is null or has room for a pointer.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_closure_alloc(size: usize, code: *mut *mut c_void) -> *mut c_void {
    let size = size.max(size_of::<FfiClosure>());
    let Some(layout) = layout_of(size).filter(|_| !code.is_null()) else {
        return ptr::null_mut();
    };
    // SAFETY: it has a size.
    let Some(header) = NonNull::new(unsafe { alloc(layout) }.cast::<Header>()) else {
        return ptr::null_mut();
    };
    // SAFETY: nothing is kept of that context but its code.
    let Ok(thunk) = (unsafe { ContextThunk::take(UNPREPARED.address()) }) else {
        // SAFETY: it was allocated just now.
        unsafe { dealloc(header.as_ptr().cast(), layout) };
        return ptr::null_mut();
    };
    // SAFETY: there is room for a header.
    unsafe { header.write(Header { thunk, size }) };
    // SAFETY: the caller says that there is room.
    unsafe { code.write(thunk.as_ptr()) };
    // SAFETY: the closure begins there.
    unsafe { header.add(1) }.as_ptr().cast()
}

/// `ffi_closure_free`: frees what [`ffi_closure_alloc`] gave, and ends its function pointer. A call of it that
/// comes later ends the process with a message; one that runs goes on. Null is nothing.
///
/// # Safety
///
/// It is null, or was allocated here, and is freed once.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_closure_free(closure: *mut c_void) {
    let Some(closure) = NonNull::new(closure) else {
        return;
    };
    // SAFETY: a header stands before it.
    let header = unsafe { closure.cast::<Header>().sub(1) };
    // SAFETY: as above.
    let Header { thunk, size } = unsafe { header.read() };
    // SAFETY: the tombstone is kept; the caller says that it is freed once.
    unsafe { thunk.retire(FREED.address()) };
    if let Some(layout) = layout_of(size) {
        // SAFETY: it was allocated so.
        unsafe { dealloc(header.as_ptr().cast(), layout) };
    }
}

fn layout_of(size: usize) -> Option<Layout> {
    let header = Layout::new::<Header>();
    let closure = Layout::from_size_align(size, header.align()).ok()?;
    header.extend(closure).ok().map(|(both, _)| both)
}

/// `ffi_prep_closure_loc`: makes a closure run `function`. `code` is the pointer that it was allocated with; or
/// where the closure itself stands as executable memory, which is the caller's business.
///
/// # Safety
///
/// Pointers are null or what the interface wants there; the interface stays as long as the closure.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_closure_loc(
    closure: *mut FfiClosure,
    cif: *mut FfiCif,
    function: Option<Function>,
    user_data: *mut c_void,
    code: *mut c_void,
) -> Status {
    // SAFETY: the caller owes the same.
    unsafe { prepare(closure, cif, function, user_data, code) }.into()
}

/// `ffi_prep_closure`: the same for memory that is executable where it is written to.
///
/// # Safety
///
/// As for [`ffi_prep_closure_loc`].
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_closure(
    closure: *mut FfiClosure,
    cif: *mut FfiCif,
    function: Option<Function>,
    user_data: *mut c_void,
) -> Status {
    // SAFETY: the caller owes the same.
    unsafe { prepare(closure, cif, function, user_data, closure.cast()) }.into()
}

/// # Safety
///
/// As for [`ffi_prep_closure_loc`].
pub(crate) unsafe fn prepare(
    closure: *mut FfiClosure,
    cif: *mut FfiCif,
    function: Option<Function>,
    user_data: *mut c_void,
    code: *mut c_void,
) -> Result<(), Status> {
    // SAFETY: the caller says that it is null or an interface.
    let known = unsafe { known_of(cif) }?;
    let closure = NonNull::new(closure).ok_or(Status::BadTypedef)?;
    let function = function.ok_or(Status::BadTypedef)?;
    if code.is_null() {
        return Err(Status::BadTypedef);
    }
    let entry = known.entry::<FfiClosure>(Way::Context)?;
    // SAFETY: the word stands inside the closure.
    let word = unsafe { closure.byte_add(WORD) }.cast::<NonNull<c_void>>();
    // SAFETY: it is aligned, like the closure.
    unsafe { word.write(entry) };
    // SAFETY: the body stands behind the trampoline.
    let body = unsafe { closure.byte_add(offset_of!(FfiClosure, body)) }.cast::<Body>();
    let prepared = Body {
        cif,
        function,
        user_data,
    };
    // SAFETY: the caller says that there is a closure, or room for one.
    unsafe { body.write(prepared) };
    match ContextThunk::find(code) {
        Some(thunk) => {
            // SAFETY: the caller keeps the closure as long as anybody may call it.
            unsafe { thunk.retarget(word.cast()) };
            Ok(())
        }
        // SAFETY: the caller says that the code will be executed there.
        None => unsafe { write_trampoline(closure, code) },
    }
}

/// # Safety
///
/// The interface is null, was prepared, or is zero.
unsafe fn known_of(cif: *const FfiCif) -> Result<&'static Known, Status> {
    // SAFETY: the caller says so.
    let cif = unsafe { cif.as_ref() }.ok_or(Status::BadTypedef)?;
    cif.sound().ok_or(Status::BadAbi)
}

/// Writes code into the memory of a closure: nothing but bytes, whatever that memory may be used for.
///
/// # Safety
///
/// There is a closure; `code` is where it stands as executable memory.
unsafe fn write_trampoline(closure: NonNull<FfiClosure>, code: *mut c_void) -> Result<(), Status> {
    static CODE: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = CODE.get_or_init(trampette::trampoline);
    if !HAS_TRAMPOLINE || bytes.is_empty() {
        return Err(Status::BadAbi);
    }
    let start = closure.cast::<u8>();
    let bytes = NonNull::from(bytes.as_slice());
    // SAFETY: the code ends before the word that stands inside the trampoline.
    unsafe { start.copy_from_nonoverlapping(bytes.cast(), bytes.len()) };
    // SAFETY: the caller says that the code stands there.
    unsafe { synchronise(code, bytes.len()) };
    Ok(())
}

/// Lets the processor see code that was written as data.
///
/// # Safety
///
/// So many bytes are readable there.
#[cfg(target_arch = "aarch64")]
unsafe fn synchronise(code: *mut c_void, size: usize) {
    unsafe extern "C" {
        /// Of the compiler's own library: GCC manual, "Other built-in functions".
        fn __clear_cache(start: *mut c_void, end: *mut c_void);
    }
    let end = code.wrapping_byte_add(size);
    // SAFETY: the caller says that the range is readable.
    unsafe { __clear_cache(code, end) };
}

/// Other processors see it by themselves.
///
/// # Safety
///
/// None.
#[cfg(not(target_arch = "aarch64"))]
unsafe fn synchronise(_: *mut c_void, _: usize) {}

/// How many arguments most closures have at most: pointers to more have a frame of their own.
const FEW: usize = 64;

impl Dispatch for FfiClosure {
    /// Runs the closure whose word the context is. Nothing of the closure is used afterwards, for it may have freed
    /// itself.
    #[inline(always)]
    unsafe fn dispatch(context: *mut c_void, frame: *mut u8, result: *mut u8) {
        // SAFETY: the body stands behind the word.
        let body = unsafe { context.byte_add(size_of::<usize>()) }.cast::<Body>();
        // SAFETY: it was prepared, and is kept as long as anybody may call it.
        let Body {
            cif,
            function,
            user_data,
        } = unsafe { body.read() };
        // SAFETY: these belong to one call of this closure.
        unsafe { run(cif, function, user_data, frame, result) };
    }
}

/// # Safety
///
/// - The interface was prepared, and the function and the pointer were given with it;
/// - the frame is one of the interface, and the result its place in it.
#[inline(always)]
unsafe fn run(
    cif: *mut FfiCif,
    function: Function,
    user_data: *mut c_void,
    frame: *mut u8,
    result: *mut u8,
) {
    // SAFETY: the caller says that it was prepared.
    let Some(known) = unsafe { &*cif }.known() else {
        return;
    };
    let mut nowhere = MaybeUninit::<[u64; 2]>::uninit();
    let result = match known.returns_nothing() {
        true => nowhere.as_mut_ptr().cast(),
        false => result,
    };
    let offsets = known.offsets();
    let mut few = [const { MaybeUninit::uninit() }; FEW];
    if let Some(few) = few.get_mut(..offsets.len()) {
        let arguments = point(few, offsets, frame);
        // SAFETY: C's function is called as the interface says.
        return unsafe { function(cif, result.cast(), arguments, user_data) };
    }
    // SAFETY: the caller owes the same.
    unsafe { run_with_many(cif, function, user_data, frame, result, offsets) };
}

/// The same with more arguments than have room, and apart from it. It needs no memory of the heap: there may be
/// none, and a closure cannot say so.
///
/// # Safety
///
/// As for [`run`].
#[cold]
#[inline(never)]
unsafe fn run_with_many(
    cif: *mut FfiCif,
    function: Function,
    user_data: *mut c_void,
    frame: *mut u8,
    result: *mut u8,
    offsets: &[usize],
) {
    let mut many = [const { MaybeUninit::uninit() }; trampette::limits::MAX_PARAMS];
    let arguments = point(&mut many, offsets, frame);
    // SAFETY: C's function is called as the interface says.
    unsafe { function(cif, result.cast(), arguments, user_data) };
}

/// Points to the arguments of a frame.
#[inline(always)]
fn point(
    arguments: &mut [MaybeUninit<*mut c_void>],
    offsets: &[usize],
    frame: *mut u8,
) -> *mut *mut c_void {
    for (argument, offset) in arguments.iter_mut().zip(offsets) {
        argument.write(frame.wrapping_add(*offset).cast());
    }
    arguments.as_mut_ptr().cast()
}

/// `ffi_go_closure`
#[derive(Debug)]
#[repr(C)]
struct FfiGoClosure {
    trampoline: *mut c_void,
    cif: *mut FfiCif,
    function: Function,
}

/// `ffi_prep_go_closure`: a closure as Go has them, which is called with its own address in a register. The
/// function gets that as its pointer.
///
/// # Safety
///
/// As for [`ffi_prep_closure_loc`].
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_prep_go_closure(
    closure: *mut FfiGoClosure,
    cif: *mut FfiCif,
    function: Option<Function>,
) -> Status {
    let prepared = || {
        // SAFETY: the caller says that it is null or an interface.
        let known = unsafe { known_of(cif) }?;
        let closure = NonNull::new(closure).ok_or(Status::BadTypedef)?;
        let function = function.ok_or(Status::BadTypedef)?;
        let prepared = FfiGoClosure {
            trampoline: known.entry::<FfiGoClosure>(Way::Chain)?.as_ptr(),
            cif,
            function,
        };
        // SAFETY: the caller says that there is room.
        unsafe { closure.write(prepared) };
        Ok(())
    };
    prepared().into()
}

impl Dispatch for FfiGoClosure {
    /// Runs the closure of Go whose address the context is.
    #[inline(always)]
    unsafe fn dispatch(context: *mut c_void, frame: *mut u8, result: *mut u8) {
        // SAFETY: whoever calls a closure of Go gives its address.
        let &Self { cif, function, .. } = unsafe { &*context.cast::<Self>() };
        // SAFETY: these belong to one call of this closure.
        unsafe { run(cif, function, context, frame, result) };
    }
}
