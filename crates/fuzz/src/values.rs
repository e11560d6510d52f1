//! Values to bytes and back, without the engine's own codec.

use std::ffi::c_void;

use trampette::half::{bf16, f16};
use trampette::num_complex::Complex;
use trampette::{
    Aggregate, CType, CValue, F80, F128, Function, LayoutKind, MODEL, Pointee, Scalar, Value,
};

use crate::case::Passed;

/// The value of a type that has these bytes.
///
/// # Panics
///
/// On types that have no values.
#[must_use]
pub fn value(ty: &CType, bytes: &[u8]) -> Value {
    let layout = ty.layout(&MODEL).expect("the matrix keeps the limits");
    if let LayoutKind::Complex(part) = *layout.kind() {
        let (re, im) = bytes.split_at(part.size());
        let [re, im] = [re, im].map(|half| scalar_value(ty, part, half));
        return Complex { re, im }.into();
    }
    let Some(scalar) = layout.as_scalar() else {
        return Aggregate::from_bytes(ty, bytes)
            .expect("the bytes are as many as the type's")
            .into();
    };
    scalar_value(ty, scalar, bytes)
}

fn scalar_value(ty: &CType, scalar: Scalar, bytes: &[u8]) -> Value {
    macro_rules! from_bytes {
        ($number:ty) => {
            Value::from(<$number>::from_le_bytes(
                bytes.try_into().expect("the width of the type"),
            ))
        };
    }
    match scalar {
        Scalar::Bool => Value::Bool(bytes[0] != 0),
        Scalar::I8 => from_bytes!(i8),
        Scalar::U8 => from_bytes!(u8),
        Scalar::I16 => from_bytes!(i16),
        Scalar::U16 => from_bytes!(u16),
        Scalar::I32 => from_bytes!(i32),
        Scalar::U32 => from_bytes!(u32),
        Scalar::I64 => from_bytes!(i64),
        Scalar::U64 => from_bytes!(u64),
        Scalar::I128 => from_bytes!(i128),
        Scalar::U128 => from_bytes!(u128),
        Scalar::F16 => from_bytes!(f16),
        Scalar::BF16 => from_bytes!(bf16),
        Scalar::F80 => F80::from_bits(bits_of(bytes)).into(),
        Scalar::F128 => F128::from_bits(bits_of(bytes)).into(),
        Scalar::F32 => from_bytes!(f32),
        Scalar::F64 => from_bytes!(f64),
        Scalar::Pointer => {
            let address = usize::from_le_bytes(bytes.try_into().expect("the width of the type"));
            pointer(ty, std::ptr::with_exposed_provenance_mut(address))
        }
        other => panic!("no value of type {other:?}"),
    }
}

fn bits_of(bytes: &[u8]) -> u128 {
    u128::from_le_bytes(bytes.try_into().expect("the width of the type"))
}

/// A function where the type says so, unless none of its signature can be called here.
fn pointer(ty: &CType, address: *mut c_void) -> Value {
    if let CType::Pointer(pointer) = ty
        && let Some(Pointee::Function(signature)) = pointer.pointee()
        && let Ok(function) = Function::from_pointer(address, signature)
    {
        return function.into();
    }
    Value::Pointer(address)
}

/// The bytes of a value, at its own width; a function is its address. Text has none of its own.
#[must_use]
pub fn value_bytes(value: &Value) -> Option<Vec<u8>> {
    Some(match value {
        Value::Void => Vec::new(),
        Value::Bool(value) => vec![u8::from(*value)],
        Value::I8(value) => value.to_le_bytes().into(),
        Value::U8(value) => value.to_le_bytes().into(),
        Value::I16(value) => value.to_le_bytes().into(),
        Value::U16(value) => value.to_le_bytes().into(),
        Value::I32(value) => value.to_le_bytes().into(),
        Value::U32(value) => value.to_le_bytes().into(),
        Value::I64(value) => value.to_le_bytes().into(),
        Value::U64(value) => value.to_le_bytes().into(),
        Value::I128(value) => value.to_le_bytes().into(),
        Value::U128(value) => value.to_le_bytes().into(),
        Value::F16(value) => value.to_le_bytes().into(),
        Value::BF16(value) => value.to_le_bytes().into(),
        Value::F80(value) => value.to_bits().to_le_bytes().into(),
        Value::F128(value) => value.to_bits().to_le_bytes().into(),
        Value::Complex(value) => [value_bytes(&value.re)?, value_bytes(&value.im)?].concat(),
        Value::F32(value) => value.to_le_bytes().into(),
        Value::F64(value) => value.to_le_bytes().into(),
        Value::Pointer(address) => address.addr().to_le_bytes().into(),
        Value::Function(function) => function.as_ptr().addr().to_le_bytes().into(),
        Value::Callback(callback) => callback.as_ptr().addr().to_le_bytes().into(),
        Value::Vector(value) | Value::Struct(value) | Value::Union(value) | Value::Array(value) => {
            value.bytes().into()
        }
        _ => return None,
    })
}

/// The Rust value of a C value's bytes.
///
/// # Panics
///
/// When the type is of another size.
#[must_use]
pub fn read<T: CValue>(passed: &Passed) -> T {
    let bytes = &passed.bytes;
    assert_eq!(bytes.len(), size_of::<T>());
    // SAFETY: the bytes are a value of the C type, which is `T`.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}

/// The bytes of a Rust value, zero where it has padding.
///
/// # Panics
///
/// When the type is of another size.
#[must_use]
pub fn bytes_of<T: CValue>(value: &T, like: &Passed) -> Vec<u8> {
    assert_eq!(size_of::<T>(), like.bytes.len());
    let start = std::ptr::from_ref(value).cast::<u8>();
    let byte = |(at, &means): (usize, &u8)| {
        if means == 0 {
            return 0;
        }
        // SAFETY: the byte is one of the value's.
        let place = unsafe { start.add(at) };
        // SAFETY: it is not padding.
        unsafe { place.read() }
    };
    like.meaning.iter().enumerate().map(byte).collect()
}
