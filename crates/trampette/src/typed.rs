//! Rust types as C types: what makes a typed call checked once and free afterwards.

use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::MaybeUninit;

use trampette_types::{CType, Int, Layout, Scalar};

use crate::callback::{Callback, ScopedCallback};
use crate::native;
use crate::stub::Stub;

/// A Rust type that C passes by value: the scalars, pointers, and structs that
/// [`c_struct!`](crate::c_struct) was told of.
///
/// # Safety
///
/// - Values of the Rust type have the size, alignment and bytes that C values of
///   [`c_type`](Self::c_type) have in this process;
/// - every value that C makes of that type is a valid value of the Rust type, and so are zero bytes;
/// - [`matches`](Self::matches) is true of no layout but that of `c_type`;
/// - [`CLASS`](Self::CLASS) is where a result of the type comes back;
/// - where [`IS_NATIVE`](Self::IS_NATIVE) is true, `extern "C"` functions of the Rust type are functions of
///   the C type.
pub unsafe trait CValue: Sized + 'static {
    /// How a result of this type comes back.
    #[doc(hidden)]
    const CLASS: Class = Class::Aggregate;

    /// Whether rustc passes the Rust type as C passes the C type. Closures of others are entered through a
    /// frame.
    #[doc(hidden)]
    const IS_NATIVE: bool = true;

    /// The C type.
    fn c_type() -> CType;

    /// Whether this layout is the type's own.
    fn matches(layout: &Layout) -> bool;
}

/// How a result of a Rust type comes back; known while compiling, but for aggregates.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Void,
    Bool,
    Integer,
    Vector,
    Aggregate,
}

macro_rules! scalars {
    ($($ty:ty: $class:ident, $scalar:ident, $c_type:expr;)*) => {
        $(
            // SAFETY: the Rust type has size, alignment and representation of the C type, and `bool` results
            // are made from their lowest byte.
            unsafe impl CValue for $ty {
                const CLASS: Class = Class::$class;

                fn c_type() -> CType {
                    $c_type
                }

                #[inline]
                fn matches(layout: &Layout) -> bool {
                    layout.as_scalar() == Some(Scalar::$scalar)
                }
            }
        )*
    };
}

scalars! {
    bool: Bool, Bool, CType::Bool;
    i8: Integer, I8, CType::Int(Int::I8);
    u8: Integer, U8, CType::Int(Int::U8);
    i16: Integer, I16, CType::Int(Int::I16);
    u16: Integer, U16, CType::Int(Int::U16);
    i32: Integer, I32, CType::Int(Int::I32);
    u32: Integer, U32, CType::Int(Int::U32);
    i64: Integer, I64, CType::Int(Int::I64);
    u64: Integer, U64, CType::Int(Int::U64);
    i128: Aggregate, I128, CType::Int(Int::I128);
    u128: Aggregate, U128, CType::Int(Int::U128);
    isize: Integer, I64, CType::Int(Int::PtrDiff);
    usize: Integer, U64, CType::Int(Int::Size);
    f32: Vector, F32, CType::F32;
    f64: Vector, F64, CType::F64;
}

// SAFETY: `()` is C's `void`: a result without bytes.
unsafe impl CValue for () {
    const CLASS: Class = Class::Void;

    fn c_type() -> CType {
        CType::Void
    }

    fn matches(layout: &Layout) -> bool {
        layout.is_void()
    }
}

macro_rules! pointers {
    ($([$($generics:tt)*] $ty:ty;)*) => {
        $(
            // SAFETY: a thin pointer is C's pointer, and any address is a valid value of it.
            unsafe impl<$($generics)*> CValue for $ty {
                const CLASS: Class = Class::Integer;

                fn c_type() -> CType {
                    CType::POINTER
                }

                #[inline]
                fn matches(layout: &Layout) -> bool {
                    layout.as_scalar() == Some(Scalar::Pointer)
                }
            }
        )*
    };
}

pointers! {
    [T: 'static] *const T;
    [T: 'static] *mut T;
    [T: 'static] Option<std::ptr::NonNull<T>>;
}

/// What a typed call takes: every [`CValue`] but `()`, and what stands for a pointer during the call: a
/// `&CStr`, a reference to a `CValue`.
///
/// # Safety
///
/// [`into_raw`](Self::into_raw) gives the C value, valid while `self` would be; `Raw` and `matches`
/// are those of the C type.
pub unsafe trait Argument {
    /// What C receives.
    type Raw: CValue;

    /// The C value.
    fn into_raw(self) -> Self::Raw;
}

/// Values that are their own raw values.
macro_rules! arguments {
    ($([$($generics:tt)*] $ty:ty;)*) => {
        $(
            // SAFETY: the value is its own raw value.
            unsafe impl<$($generics)*> Argument for $ty {
                type Raw = Self;

                #[inline]
                fn into_raw(self) -> Self {
                    self
                }
            }
        )*
    };
}

arguments! {
    [] bool;
    [] i8;
    [] u8;
    [] i16;
    [] u16;
    [] i32;
    [] u32;
    [] i64;
    [] u64;
    [] i128;
    [] u128;
    [] isize;
    [] usize;
    [] f32;
    [] f64;
    [T: 'static] *const T;
    [T: 'static] *mut T;
    [T: 'static] Option<std::ptr::NonNull<T>>;
}

// SAFETY: the pointer is to the borrowed text, which ends with NUL.
unsafe impl Argument for &CStr {
    type Raw = *const c_char;

    #[inline]
    fn into_raw(self) -> *const c_char {
        self.as_ptr()
    }
}

// SAFETY: the pointer is that of the callback, which lives for the call.
unsafe impl Argument for &Callback {
    type Raw = *const c_void;

    #[inline]
    fn into_raw(self) -> *const c_void {
        self.as_ptr()
    }
}

// SAFETY: the pointer is that of the callback, which lives for the call.
unsafe impl Argument for &ScopedCallback<'_> {
    type Raw = *const c_void;

    #[inline]
    fn into_raw(self) -> *const c_void {
        self.as_ptr()
    }
}

// SAFETY: the pointer is to the borrowed value.
unsafe impl<T: CValue> Argument for &T {
    type Raw = *const T;

    #[inline]
    fn into_raw(self) -> *const T {
        self
    }
}

// SAFETY: the pointer is to the borrowed value.
unsafe impl<T: CValue> Argument for &mut T {
    type Raw = *mut T;

    #[inline]
    fn into_raw(self) -> *mut T {
        self
    }
}

/// What a typed call gives: every [`CValue`], or a copy of a string.
pub trait Returned: Sized {
    /// What C returns.
    type Raw: CValue;

    /// The Rust value.
    ///
    /// # Safety
    ///
    /// `raw` came from C as a value of a type that the signature names: a string is null or ends with
    /// NUL.
    unsafe fn from_raw(raw: Self::Raw) -> Self;
}

impl<T: CValue> Returned for T {
    type Raw = T;

    #[inline]
    unsafe fn from_raw(raw: T) -> T {
        raw
    }
}

/// A copy of a string result, `None` for null. What the function returned is never freed.
impl Returned for Option<CString> {
    type Raw = *const c_char;

    unsafe fn from_raw(raw: *const c_char) -> Self {
        if raw.is_null() {
            return None;
        }
        // SAFETY: not null, so the caller says that it ends with NUL.
        Some(unsafe { CStr::from_ptr(raw) }.to_owned())
    }
}

/// A value in its slot of an argument frame: padded to eight bytes, as
/// [`FrameLayout`](trampette_abi::FrameLayout) places it.
#[repr(C, align(8))]
struct Slot<T>(T);

/// The arguments of a typed call: a tuple of up to 16 [`Argument`]s.
pub trait Arguments: sealed::Sealed {
    /// How many there are.
    const COUNT: usize;

    /// The C types, in order.
    fn c_types() -> Vec<CType>;

    /// Whether these are the layouts of the types, in order.
    fn matches(layouts: &[Layout]) -> bool;

    /// Calls through a stub.
    ///
    /// # Safety
    ///
    /// As for [`Function::call`](crate::Function::call), for a stub whose shape has these arguments
    /// and the result `R`.
    #[doc(hidden)]
    unsafe fn call<R: CValue>(self, stub: StubRef<'_>, target: *const c_void) -> R;
}

mod sealed {
    pub trait Sealed {}
}

/// A stub, as code outside this crate may hold it: not at all.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct StubRef<'a>(pub(crate) &'a Stub);

macro_rules! tuples {
    ($($($name:ident $index:tt),*;)*) => {
        $(
            impl<$($name: Argument),*> sealed::Sealed for ($($name,)*) {}

            impl<$($name: Argument),*> Arguments for ($($name,)*) {
                const COUNT: usize = <[&str]>::len(&[$(stringify!($name)),*]);

                fn c_types() -> Vec<CType> {
                    vec![$($name::Raw::c_type()),*]
                }

                #[inline]
                fn matches(layouts: &[Layout]) -> bool {
                    layouts.len() == Self::COUNT $(&& $name::Raw::matches(&layouts[$index]))*
                }

                #[inline]
                unsafe fn call<R: CValue>(self, stub: StubRef<'_>, target: *const c_void) -> R {
                    #[repr(C)]
                    struct Frame<$($name,)* R>($(Slot<$name>,)* Slot<MaybeUninit<R>>);
                    let mut memory = MaybeUninit::<Frame<$($name::Raw,)* R>>::uninit();
                    let frame = memory.as_mut_ptr();
                    $(
                        // SAFETY: the field lies in memory that is ours, and is aligned for its type.
                        unsafe { fill(&raw mut (*frame).$index.0, self.$index.into_raw()) };
                    )*
                    let frame = frame.cast::<u8>();
                    // SAFETY: the struct has the layout of the stub's frame, since a slot has the size
                    // and the alignment that the frame gives it; the caller owes the rest.
                    unsafe { enter(stub.0, frame, target) }
                }
            }
        )*
    };
}

tuples! {
    ;
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15;
}

/// Writes an argument to its slot. Scalars are stored one by one, hence volatile: a merge of two stores
/// would make the stub's loads wait, since narrower loads of wider stores are slow.
///
/// # Safety
///
/// `slot` is valid and aligned for a write.
#[inline(always)]
pub(crate) unsafe fn fill<T: CValue>(slot: *mut T, value: T) {
    if T::CLASS == Class::Aggregate {
        // SAFETY: the caller owes the same.
        unsafe { slot.write(value) };
    } else {
        // SAFETY: the caller owes the same.
        unsafe { slot.write_volatile(value) };
    }
}

/// Calls through a stub and reads the result at its own width, from where its type says.
///
/// # Safety
///
/// As for [`Stub::enter`], for a stub whose result is an `R`.
#[inline]
pub(crate) unsafe fn enter<R: CValue>(stub: &Stub, frame: *mut u8, target: *const c_void) -> R {
    match R::CLASS {
        Class::Void => {
            // SAFETY: the caller owes the same; there is no result.
            unsafe { native::enter_for_nothing(stub.entry(), frame, target) };
            // SAFETY: `R` is `()`, the only type of this class.
            unsafe { read_as(&()) }
        }
        Class::Bool => {
            // SAFETY: the caller owes the same; a bool comes back in an integer register.
            let word = unsafe { native::enter_for_integer(stub.entry(), frame, target) };
            let value = word & 0xFF != 0;
            // SAFETY: `R` is `bool`, the only type of this class.
            unsafe { read_as(&value) }
        }
        Class::Integer => {
            // SAFETY: the caller owes the same; `R` comes back in an integer register.
            let word = unsafe { native::enter_for_integer(stub.entry(), frame, target) };
            // SAFETY: an integer or pointer of up to eight bytes stands in the word's low bytes.
            unsafe { read_as(&word) }
        }
        Class::Vector => {
            // SAFETY: the caller owes the same; `R` comes back in a vector register.
            let word = unsafe { native::enter_for_vector(stub.entry(), frame, target) };
            // SAFETY: a floating-point number of up to eight bytes stands in the register's low bytes.
            unsafe { read_as(&word) }
        }
        // SAFETY: the caller owes the same.
        Class::Aggregate => unsafe { enter_for_aggregate(stub, frame, target) },
    }
}

/// # Safety
///
/// As for [`enter`].
#[inline]
unsafe fn enter_for_aggregate<R: CValue>(stub: &Stub, frame: *mut u8, target: *const c_void) -> R {
    // SAFETY: the result's slot lies in the frame.
    let slot = unsafe { frame.add(stub.frame().result()) };
    // SAFETY: code and class were made together, the slot is that of an `R`; the caller owes the rest.
    unsafe { native::enter_for_aggregate(stub.entry(), stub.class(), frame, target, slot.cast()) }
}

/// The value that stands at the start of `bytes`, whatever type they were read as.
///
/// # Safety
///
/// A valid `R` stands there.
#[inline(always)]
unsafe fn read_as<T, R>(bytes: &T) -> R {
    debug_assert!(size_of::<R>() <= size_of::<T>());
    // SAFETY: the caller says that an `R` stands there; it may be less aligned than an `R` elsewhere.
    unsafe { std::ptr::from_ref(bytes).cast::<R>().read_unaligned() }
}
