//! What this process can call: its data model, its calling conventions, and how a stub is entered.

use std::ffi::c_void;
use std::mem::{ManuallyDrop, MaybeUninit};

use trampette_abi::plant::Plant;
use trampette_abi::{Bank, CallConv, CallLayout, Extend, Isa, Part, Place, Register, Row};
use trampette_exec::CodePtr;
use trampette_types::{Abi, CType, DataModel, Shape, Signature};

use crate::error::Error;

/// The data model of this process.
pub const MODEL: DataModel = if cfg!(windows) {
    if cfg!(target_env = "gnu") {
        DataModel::WINDOWS_GNU
    } else {
        DataModel::WINDOWS_MSVC
    }
} else if cfg!(target_vendor = "apple") {
    if cfg!(target_arch = "aarch64") {
        DataModel::APPLE_ARM64
    } else {
        DataModel::APPLE_X86_64
    }
} else if cfg!(target_arch = "aarch64") {
    DataModel::LINUX_AARCH64
} else {
    DataModel::LINUX_X86_64
};

/// The calling convention of this process' own C functions.
pub const ABI: Abi = if cfg!(target_arch = "aarch64") {
    if cfg!(windows) {
        Abi::WinArm64
    } else if cfg!(target_vendor = "apple") {
        Abi::AppleArm64
    } else {
        Abi::Aapcs64
    }
} else if cfg!(windows) {
    Abi::Win64
} else {
    Abi::SysV64
};

/// The convention of a name, where this process can call it.
pub(crate) fn convention(abi: Abi) -> Option<&'static dyn CallConv> {
    match abi {
        #[cfg(target_arch = "x86_64")]
        Abi::SysV64 => Some(&trampette_x86_64::SysV64),
        #[cfg(target_arch = "x86_64")]
        Abi::Win64 => Some(&trampette_x86_64::Win64::MSVC),
        #[cfg(target_arch = "x86_64")]
        Abi::Win64Gnu => Some(&trampette_x86_64::Win64::GNU),
        // Each preserves what the others do, so whoever knows one may call them all.
        #[cfg(target_arch = "aarch64")]
        Abi::Aapcs64 => Some(&trampette_aarch64::Aapcs64::LINUX),
        #[cfg(target_arch = "aarch64")]
        Abi::AppleArm64 => Some(&trampette_aarch64::Aapcs64::APPLE),
        #[cfg(target_arch = "aarch64")]
        Abi::WinArm64 => Some(&trampette_aarch64::Aapcs64::WINDOWS),
        _ => None,
    }
}

/// The instruction set of this process; `None` where no backend exists.
pub(crate) fn isa() -> Option<&'static dyn Isa> {
    #[cfg(target_arch = "x86_64")]
    return Some(&trampette_x86_64::X86_64);
    #[cfg(target_arch = "aarch64")]
    return Some(&trampette_aarch64::AArch64);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    None
}

/// Whether functions that rustc compiles as `extern "C"` take their arguments as these rows hand them
/// over. On x86_64, as on Apple's systems, they rely on narrow integers being extended to 32 bits, which
/// System V's callers do and those of Windows do not: Clang leaves garbage there.
pub(crate) fn suits(shape: &Shape, layout: &CallLayout) -> bool {
    const RELIES: bool = cfg!(any(target_arch = "x86_64", target_vendor = "apple"));
    let is_open = |row: &Row| match row.part {
        Part::Argument { index, size, .. } => {
            let is_scalar = shape.params()[index].as_scalar().is_some();
            is_scalar && size < 4 && row.extend == Extend::None
        }
        _ => false,
    };
    !RELIES || !layout.arguments.iter().any(is_open)
}

/// Refuses rows that travel in registers which this processor lacks.
pub(crate) fn check_registers(layout: &CallLayout) -> Result<(), Error> {
    let rows = layout.arguments.iter().chain(&layout.result);
    let in_vectors = rows.filter(
        |row| matches!(row.place, Place::Register(register) if register.bank == Bank::Vector),
    );
    let size = in_vectors.map(|row| row.part.size()).max().unwrap_or(0);
    match size {
        33.. if !has_avx512() => Err(Error::NoSuchRegisters {
            feature: "avx512f",
            size,
        }),
        17.. if !has_avx() => Err(Error::NoSuchRegisters {
            feature: "avx",
            size,
        }),
        _ => Ok(()),
    }
}

/// Whether vectors of 32 bytes travel in registers here.
fn has_avx() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Whether vectors of 64 bytes do.
fn has_avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx512f");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// The register that carries the context of Go's functions, as libffi has it: `r10` on x86_64, and `x18` on
/// AArch64 but where the system keeps that for itself.
pub(crate) fn chain_register() -> Option<Register> {
    if cfg!(target_arch = "aarch64") {
        let is_free = !cfg!(any(windows, target_vendor = "apple", target_os = "android"));
        return is_free.then_some(Register::integer(18));
    }
    Some(isa()?.context_register())
}

/// How entry adapters call their dispatchers: as functions of this process' own convention.
pub(crate) fn dispatcher() -> Result<CallLayout, Error> {
    let convention = convention(ABI).ok_or(Error::AbiUnavailable { abi: ABI })?;
    let signature = Signature::new([CType::POINTER; 3], CType::Void)?;
    Ok(convention.call_layout(&signature.shape(&MODEL)?)?)
}

/// In which registers a result comes back: the class of its first eight bytes and of the next, or how
/// many vector registers hold one number each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultClass {
    /// In none: there is no result, or it stands in the frame already, where the callee or the stub has
    /// written it.
    None,
    Integer,
    Vector,
    IntegerInteger,
    IntegerVector,
    VectorInteger,
    VectorVector,
    Singles2,
    Singles3,
    Singles4,
    Doubles3,
    Doubles4,
}

impl ResultClass {
    /// `None` when the rows need registers that no class here names.
    pub(crate) fn of(layout: &CallLayout) -> Option<Self> {
        if layout.stores_result() {
            return Some(Self::None);
        }
        let mut registers = [None; MOST_REGISTERS];
        for (index, row) in layout.result.iter().enumerate() {
            let Place::Register(register) = row.place else {
                return None;
            };
            *registers.get_mut(index)? = Some((register.bank, row.part.size()));
        }
        let integer = |index: usize| matches!(registers[index], Some((Bank::Integer, _)));
        let vector = |index: usize| matches!(registers[index], Some((Bank::Vector, _)));
        let is_single = registers[0] == Some((Bank::Vector, 4));
        let is_single = Plant::ResultSinglesWide.pick(is_single, false);
        let count = layout.result.len();
        match count {
            0 => Some(Self::None),
            1 if integer(0) && Plant::ResultTooWide.is_on() => Some(Self::IntegerInteger),
            1 if integer(0) => Some(Self::Integer),
            1 => Some(Self::Vector),
            2 if is_single && vector(1) => Some(Self::Singles2),
            2 if vector(0) && vector(1) => Some(Self::VectorVector),
            2 if vector(0) && Plant::ResultClassesSwapped.is_on() => Some(Self::IntegerVector),
            2 if vector(0) => Some(Self::VectorInteger),
            2 if vector(1) => Some(Self::IntegerVector),
            2 => Some(Self::IntegerInteger),
            _ if !(0..count).all(vector) => None,
            3 if is_single => Some(Self::Singles3),
            3 => Some(Self::Doubles3),
            _ if is_single => Some(Self::Singles4),
            _ => Some(Self::Doubles4),
        }
    }
}

/// The most registers that a result comes back in, and the most words that it has then.
pub(crate) const MOST_REGISTERS: usize = 4;

/// The words of a result in two registers, the first eight bytes and the next.
#[derive(Clone, Copy)]
#[repr(C)]
struct Pair<A, B>(A, B);

/// The numbers of a result in as many vector registers: on AArch64, an HFA.
#[derive(Clone, Copy)]
#[repr(C)]
struct Numbers<T, const N: usize>([T; N]);

/// The code of a call stub, and how it is entered: under its target's own convention.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    code: CodePtr,
    is_native: bool,
}

impl Entry {
    /// The entry of a stub for functions of this convention.
    pub(crate) fn of(code: CodePtr, abi: Abi) -> Self {
        let is_win64 = matches!(abi, Abi::Win64 | Abi::Win64Gnu);
        let is_native = !cfg!(target_arch = "x86_64") || is_win64 == cfg!(windows);
        Self { code, is_native }
    }
}

/// A stub that is entered under this process' own convention.
type Native<R> = unsafe extern "C-unwind" fn(*mut u8, *const c_void) -> R;

/// A stub that is entered under the other convention of the instruction set, if it has another.
#[cfg(all(target_arch = "x86_64", not(windows)))]
type Foreign<R> = unsafe extern "win64-unwind" fn(*mut u8, *const c_void) -> R;
#[cfg(all(target_arch = "x86_64", windows))]
type Foreign<R> = unsafe extern "sysv64-unwind" fn(*mut u8, *const c_void) -> R;
#[cfg(not(target_arch = "x86_64"))]
type Foreign<R> = Native<R>;

/// Enters a stub as a function of this result type.
///
/// # Safety
///
/// As for [`enter`]; the result comes back where the stub's convention returns an `R`.
#[inline(always)]
unsafe fn call_stub<R>(stub: Entry, frame: *mut u8, target: *const c_void) -> R {
    if !stub.is_native {
        // SAFETY: the caller owes the same.
        return unsafe { call_foreign(stub, frame, target) };
    }
    // SAFETY: the caller says that this is the address of a stub, and this one is entered so.
    let entry = unsafe { std::mem::transmute::<*const (), Native<R>>(stub.code.as_ptr()) };
    // SAFETY: the caller owes the same.
    unsafe { entry(frame, target) }
}

/// Apart, so that native calls stay as short as they were.
///
/// # Safety
///
/// As for [`call_stub`], for a stub that is not native.
#[cold]
#[inline(never)]
unsafe fn call_foreign<R>(stub: Entry, frame: *mut u8, target: *const c_void) -> R {
    // SAFETY: the caller says that this is the address of a stub, and this one is entered so.
    let entry = unsafe { std::mem::transmute::<*const (), Foreign<R>>(stub.code.as_ptr()) };
    // SAFETY: the caller owes the same.
    unsafe { entry(frame, target) }
}

/// Enters a stub whose result, if any, stands in the frame afterwards.
///
/// # Safety
///
/// As for [`enter`].
#[inline(always)]
pub(crate) unsafe fn enter_for_nothing(stub: Entry, frame: *mut u8, target: *const c_void) {
    // SAFETY: the caller owes the same.
    unsafe { call_stub(stub, frame, target) }
}

/// Enters a stub whose result comes back in the first integer register.
///
/// # Safety
///
/// As for [`enter`].
#[inline(always)]
pub(crate) unsafe fn enter_for_integer(stub: Entry, frame: *mut u8, target: *const c_void) -> u64 {
    // SAFETY: the caller owes the same.
    unsafe { call_stub(stub, frame, target) }
}

/// Enters a stub whose result comes back in the first vector register; gives its low eight bytes.
///
/// # Safety
///
/// As for [`enter`].
#[inline(always)]
pub(crate) unsafe fn enter_for_vector(stub: Entry, frame: *mut u8, target: *const c_void) -> f64 {
    // SAFETY: the caller owes the same.
    unsafe { call_stub(stub, frame, target) }
}

/// Enters a stub whose result comes back as `class` says, and writes it to `result`: the registers word
/// by word, numbers that have a register each one behind the other.
///
/// # Safety
///
/// - `stub` is that of a call stub of this process, and `class` the class of its result;
/// - `frame` is an argument frame for it, with every argument filled in;
/// - `target` is a function of the stub's shape and convention, and may be called with these arguments;
/// - `result` is valid and aligned for a write of the result, rounded up to words.
#[inline]
pub(crate) unsafe fn enter(
    stub: Entry,
    class: ResultClass,
    frame: *mut u8,
    target: *const c_void,
    result: *mut u64,
) {
    macro_rules! call_into {
        ($ty:ty) => {{
            // SAFETY: the caller owes the same.
            let words = unsafe { call_stub::<$ty>(stub, frame, target) };
            // SAFETY: the caller says that there is room for the result.
            unsafe { result.cast::<$ty>().write(words) };
        }};
    }
    match class {
        // SAFETY: the caller owes the same.
        ResultClass::None => unsafe { call_stub(stub, frame, target) },
        ResultClass::Integer => call_into!(u64),
        ResultClass::Vector => call_into!(f64),
        ResultClass::IntegerInteger => call_into!(Pair<u64, u64>),
        ResultClass::IntegerVector => call_into!(Pair<u64, f64>),
        ResultClass::VectorInteger => call_into!(Pair<f64, u64>),
        ResultClass::VectorVector => call_into!(Pair<f64, f64>),
        ResultClass::Singles2 => call_into!(Numbers<f32, 2>),
        ResultClass::Singles3 => call_into!(Numbers<f32, 3>),
        ResultClass::Singles4 => call_into!(Numbers<f32, 4>),
        ResultClass::Doubles3 => call_into!(Numbers<f64, 3>),
        ResultClass::Doubles4 => call_into!(Numbers<f64, 4>),
    }
}

/// Enters a stub whose result, a struct or the like, comes back as `class` says, and gives it. Each
/// class reads its own registers: joined before, they would all pass through integer registers.
///
/// # Safety
///
/// - As for [`enter`], but for `result`;
/// - an `R` fits into as many words as the class has registers, and they hold one after the call; with
///   no registers, one stands at `slot` then, or has no bytes.
#[inline]
pub(crate) unsafe fn enter_for_aggregate<R>(
    stub: Entry,
    class: ResultClass,
    frame: *mut u8,
    target: *const c_void,
    slot: *const R,
) -> R {
    /// Room for the registers, and for the value in them.
    #[repr(C)]
    union Room<W: Copy, R> {
        registers: W,
        value: ManuallyDrop<MaybeUninit<R>>,
    }

    macro_rules! value_of {
        ($ty:ty) => {{
            // SAFETY: the caller owes the same.
            let registers = unsafe { call_stub::<$ty>(stub, frame, target) };
            let room = Room::<$ty, R> { registers };
            // SAFETY: the caller says that the registers hold an `R`, and no more bytes than they have.
            unsafe { (&raw const room).cast::<R>().read() }
        }};
    }
    match class {
        ResultClass::None => {
            // SAFETY: the caller owes the same.
            unsafe { call_stub::<()>(stub, frame, target) };
            // SAFETY: the caller says that an `R` stands there.
            unsafe { slot.read() }
        }
        ResultClass::Integer => value_of!(u64),
        ResultClass::Vector => value_of!(f64),
        ResultClass::IntegerInteger => value_of!(Pair<u64, u64>),
        ResultClass::IntegerVector => value_of!(Pair<u64, f64>),
        ResultClass::VectorInteger => value_of!(Pair<f64, u64>),
        ResultClass::VectorVector => value_of!(Pair<f64, f64>),
        ResultClass::Singles2 => value_of!(Numbers<f32, 2>),
        ResultClass::Singles3 => value_of!(Numbers<f32, 3>),
        ResultClass::Singles4 => value_of!(Numbers<f32, 4>),
        ResultClass::Doubles3 => value_of!(Numbers<f64, 3>),
        ResultClass::Doubles4 => value_of!(Numbers<f64, 4>),
    }
}
