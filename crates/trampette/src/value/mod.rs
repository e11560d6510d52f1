//! Values whose types are known only at run time.

mod aggregate;
mod bits;
mod codec;
mod display;
mod extended;

use std::ffi::{CStr, CString, c_void};

use half::{bf16, f16};
use num_complex::Complex;
use trampette_types::{CType, Float, Int, Signature};

use crate::callback::{Callback, CallbackRef, ScopedCallback};
use crate::error::Error;
use crate::function::Function;
use crate::var_args::VaList;

pub use aggregate::Aggregate;
pub(crate) use codec::{Strings, decode, decode_result, decode_word, encode};
pub use extended::{F80, F128, ParseFloatError};

/// A C value with its type, as [`Function::call`](crate::Function::call) takes and gives it.
///
/// Integers are accepted at any width and checked against the range of their parameter; a parameter of
/// type `double` or `float` takes either width of floating-point number, and no integer. What C returns
/// comes back at the width and signedness that its type has on this platform: a `long` is an
/// [`I64`](Self::I64) on Linux. Callbacks, functions and strings are accepted as pointers.
///
/// ```
/// use trampette::Value;
///
/// assert_eq!(Value::from(1024.0).to_string(), "1024");
/// assert_eq!(Value::try_from("text")?.to_string(), "text");
/// assert_eq!(Value::try_from("te\0xt").unwrap_err().code(), "nul-in-string");
/// # Ok::<(), trampette::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each scalar variant is the type of its name")]
pub enum Value {
    /// No value: the result of a function that returns `void`.
    Void,
    Bool(bool),
    I8(i8),
    U8(u8),
    I16(i16),
    U16(u16),
    I32(i32),
    U32(u32),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F16(f16),
    BF16(bf16),
    F32(f32),
    F64(f64),
    F80(F80),
    F128(F128),
    /// A complex number, of two floating-point numbers of one type.
    Complex(Box<Complex<Value>>),
    /// A SIMD vector, whose numbers are its elements.
    Vector(Aggregate),
    /// A pointer to anything; null is one too.
    Pointer(*mut c_void),
    /// Text that ends with NUL. As an argument it lives for the call; as a result it is a copy, and
    /// what the function returned is never freed.
    String(CString),
    /// A function pointer that is not null, as a result whose type names its signature.
    Function(Box<Function>),
    /// A callback, as an argument: a pointer that is valid as long as it lives. Where the parameter names
    /// the signature of its functions, the callback must have it.
    Callback(CallbackRef),
    /// Arguments for a parameter of type `va_list`, which each call reads from the beginning.
    VaList(VaList),
    /// A struct.
    Struct(Aggregate),
    /// A union.
    Union(Aggregate),
    /// An array, inside a struct or union or as an exported variable.
    Array(Aggregate),
}

impl Value {
    /// The null pointer.
    pub const NULL: Self = Self::Pointer(std::ptr::null_mut());

    /// The type of the value; for what C promotes, the type before that.
    #[must_use]
    pub fn ty(&self) -> CType {
        match self {
            Self::Void => CType::Void,
            Self::Bool(_) => CType::Bool,
            Self::I8(_) => CType::Int(Int::I8),
            Self::U8(_) => CType::Int(Int::U8),
            Self::I16(_) => CType::Int(Int::I16),
            Self::U16(_) => CType::Int(Int::U16),
            Self::I32(_) => CType::Int(Int::I32),
            Self::U32(_) => CType::Int(Int::U32),
            Self::I64(_) => CType::Int(Int::I64),
            Self::U64(_) => CType::Int(Int::U64),
            Self::I128(_) => CType::Int(Int::I128),
            Self::U128(_) => CType::Int(Int::U128),
            Self::F16(_) => CType::Float(Float::F16),
            Self::BF16(_) => CType::Float(Float::BF16),
            Self::F32(_) => CType::F32,
            Self::F64(_) => CType::F64,
            Self::F80(_) => CType::LONG_DOUBLE,
            Self::F128(_) => CType::Float(Float::F128),
            Self::Complex(number) => match number.re.ty() {
                CType::Float(part) => CType::Complex(part),
                other => other,
            },
            Self::Pointer(_) => CType::POINTER,
            Self::String(_) => CType::String,
            Self::VaList(_) => CType::VaList,
            Self::Function(function) => pointer_to(function.signature()),
            Self::Callback(callback) => pointer_to(callback.signature()),
            Self::Vector(aggregate)
            | Self::Struct(aggregate)
            | Self::Union(aggregate)
            | Self::Array(aggregate) => aggregate.ty().clone(),
        }
    }

    /// The type that the value has as a variadic argument, after C's default argument promotions (C11
    /// 6.5.2.2, 6): what is narrower than `int` becomes `int`, `float` becomes `double`.
    #[must_use]
    pub fn promoted_ty(&self) -> CType {
        match self {
            Self::Bool(_) | Self::I8(_) | Self::U8(_) | Self::I16(_) | Self::U16(_) => {
                CType::Int(Int::Int)
            }
            Self::F32(_) => CType::F64,
            _ => self.ty(),
        }
    }

    /// The number, where it is an integer or a `bool`, and not above [`i128::MAX`].
    #[must_use]
    pub fn as_integer(&self) -> Option<i128> {
        Some(match *self {
            Self::Bool(value) => value.into(),
            Self::I8(value) => value.into(),
            Self::U8(value) => value.into(),
            Self::I16(value) => value.into(),
            Self::U16(value) => value.into(),
            Self::I32(value) => value.into(),
            Self::U32(value) => value.into(),
            Self::I64(value) => value.into(),
            Self::U64(value) => value.into(),
            Self::I128(value) => value,
            Self::U128(value) => value.try_into().ok()?,
            _ => return None,
        })
    }

    /// The number, where it is an integer or a `bool`, and not negative.
    #[must_use]
    pub fn as_unsigned(&self) -> Option<u128> {
        match *self {
            Self::U128(value) => Some(value),
            _ => self.as_integer()?.try_into().ok(),
        }
    }

    /// The number, where it is a floating-point number of up to 64 bits.
    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        match *self {
            Self::F16(value) => Some(value.into()),
            Self::BF16(value) => Some(value.into()),
            Self::F32(value) => Some(value.into()),
            Self::F64(value) => Some(value),
            _ => None,
        }
    }

    /// The address, where it is a pointer, a function or a string.
    #[must_use]
    pub fn as_pointer(&self) -> Option<*mut c_void> {
        match self {
            Self::Pointer(address) => Some(*address),
            Self::Function(function) => Some(function.as_ptr().cast_mut()),
            Self::Callback(callback) => Some(callback.as_ptr().cast_mut()),
            Self::String(text) => Some(text.as_ptr().cast_mut().cast()),
            _ => None,
        }
    }

    /// The function, where it is one.
    #[must_use]
    pub fn as_function(&self) -> Option<&Function> {
        match self {
            Self::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The vector, struct, union or array, where it is one.
    #[must_use]
    pub fn as_aggregate(&self) -> Option<&Aggregate> {
        match self {
            Self::Vector(aggregate)
            | Self::Struct(aggregate)
            | Self::Union(aggregate)
            | Self::Array(aggregate) => Some(aggregate),
            _ => None,
        }
    }
}

fn pointer_to(signature: &Signature) -> CType {
    CType::function_pointer(signature.clone()).unwrap_or(CType::POINTER)
}

macro_rules! from {
    ($($variant:ident: $ty:ty),*) => {
        $(impl From<$ty> for Value {
            fn from(value: $ty) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

from!(Bool: bool, I8: i8, U8: u8, I16: i16, U16: u16, I32: i32, U32: u32, I64: i64, U64: u64);
from!(I128: i128, U128: u128, F16: f16, BF16: bf16, F80: F80, F128: F128, F32: f32, F64: f64, Pointer: *mut c_void, String: CString);

impl<T: Into<Self>> From<Complex<T>> for Value {
    fn from(number: Complex<T>) -> Self {
        let (re, im) = (number.re.into(), number.im.into());
        Self::Complex(Box::new(Complex { re, im }))
    }
}

/// The function pointer, valid as long as the callback lives.
impl From<&Callback> for Value {
    fn from(callback: &Callback) -> Self {
        Self::Callback(callback.to_ref())
    }
}

/// The function pointer, valid as long as the callback lives.
impl From<&ScopedCallback<'_>> for Value {
    fn from(callback: &ScopedCallback<'_>) -> Self {
        Self::Callback(callback.to_ref())
    }
}

impl From<VaList> for Value {
    fn from(list: VaList) -> Self {
        Self::VaList(list)
    }
}

impl From<Function> for Value {
    fn from(function: Function) -> Self {
        Self::Function(Box::new(function))
    }
}

impl From<&CStr> for Value {
    fn from(text: &CStr) -> Self {
        Self::String(text.to_owned())
    }
}

/// Text without a NUL inside.
impl TryFrom<&str> for Value {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        Self::try_from(text.as_bytes())
    }
}

/// Bytes without a NUL among them; the one at the end is added.
impl TryFrom<&[u8]> for Value {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        let nul = |error: std::ffi::NulError| Error::NulInString {
            position: error.nul_position(),
        };
        CString::new(bytes).map(Self::String).map_err(nul)
    }
}

impl From<Aggregate> for Value {
    fn from(aggregate: Aggregate) -> Self {
        match aggregate.ty() {
            CType::Union(_) => Self::Union(aggregate),
            CType::Array(_) => Self::Array(aggregate),
            CType::Vector(_) => Self::Vector(aggregate),
            _ => Self::Struct(aggregate),
        }
    }
}
