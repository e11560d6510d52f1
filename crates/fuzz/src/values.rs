//! Values to bytes and back, without the engine's own codec.

use std::ffi::c_void;

use trampette::{Aggregate, CType, CValue, Function, MODEL, Pointee, Scalar, Value};

use crate::case::Passed;

/// The value of a type that has these bytes.
///
/// # Panics
///
/// On types that have no values.
#[must_use]
pub fn value(ty: &CType, bytes: &[u8]) -> Value {
    let layout = ty.layout(&MODEL).expect("the matrix keeps the limits");
    let Some(scalar) = layout.as_scalar() else {
        return Aggregate::from_bytes(ty, bytes)
            .expect("the bytes are as many as the type's")
            .into();
    };
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
        Scalar::F32 => from_bytes!(f32),
        Scalar::F64 => from_bytes!(f64),
        Scalar::Pointer => {
            let address = usize::from_le_bytes(bytes.try_into().expect("the width of the type"));
            pointer(ty, std::ptr::with_exposed_provenance_mut(address))
        }
        other => panic!("no value of type {other:?}"),
    }
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
        Value::F32(value) => value.to_le_bytes().into(),
        Value::F64(value) => value.to_le_bytes().into(),
        Value::Pointer(address) => address.addr().to_le_bytes().into(),
        Value::Function(function) => function.as_ptr().addr().to_le_bytes().into(),
        Value::Callback(callback) => callback.as_ptr().addr().to_le_bytes().into(),
        Value::Struct(value) | Value::Union(value) | Value::Array(value) => value.bytes().into(),
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
    let byte = |(at, &means): (usize, &bool)| {
        if !means {
            return 0;
        }
        // SAFETY: the byte is one of the value's.
        let place = unsafe { start.add(at) };
        // SAFETY: it is not padding.
        unsafe { place.read() }
    };
    like.meaning.iter().enumerate().map(byte).collect()
}
