//! Values to bytes and back.

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::Arc;

use trampette_abi::plant::Plant;
use trampette_types::{CType, Layout, Pointee, Scalar, Signature};

use super::{Aggregate, Value};
use crate::error::{Error, Position};
use crate::function::Function;

/// Strings that pointers among encoded bytes point to: they live as long as this does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings(Vec<Arc<CString>>);

impl Strings {
    fn keep(&mut self, text: &CStr) -> *mut c_void {
        let text = Arc::new(text.to_owned());
        let address = text.as_ptr().cast_mut().cast();
        self.0.push(text);
        address
    }

    fn keep_all(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
    }
}

/// Writes a value at its C type's own width into `out`, which has exactly that many bytes.
pub(crate) fn encode(
    value: &Value,
    ty: &CType,
    layout: &Layout,
    out: &mut [u8],
    strings: &mut Strings,
    at: &Position,
) -> Result<(), Error> {
    let mismatch = || Error::ValueType {
        at: at.clone(),
        expected: ty.to_string(),
        found: value.ty().to_string(),
    };
    let Some(scalar) = layout.as_scalar() else {
        let aggregate = value
            .as_aggregate()
            .filter(|aggregate| aggregate.layout() == layout);
        let aggregate = aggregate.ok_or_else(mismatch)?;
        out.copy_from_slice(aggregate.bytes());
        strings.keep_all(aggregate.strings());
        return Ok(());
    };
    match scalar {
        Scalar::Pointer => {
            let address = match value {
                Value::Pointer(address) => *address,
                Value::Function(function) => function.as_ptr().cast_mut(),
                Value::Callback(callback) => match pointed_to(ty) {
                    Some(signature) if !callback.suits(signature)? => return Err(mismatch()),
                    _ => callback.as_ptr().cast_mut(),
                },
                Value::String(text) => strings.keep(text),
                _ => return Err(mismatch()),
            };
            out.copy_from_slice(&address.expose_provenance().to_ne_bytes());
        }
        Scalar::F32 | Scalar::F64 => {
            let number = value.as_float().ok_or_else(mismatch)?;
            encode_float(number, scalar, out).ok_or_else(|| out_of_range(value, ty, at))?;
        }
        _ => {
            let number = value.as_integer().ok_or_else(mismatch)?;
            encode_integer(number, scalar, out).ok_or_else(|| out_of_range(value, ty, at))?;
        }
    }
    Ok(())
}

fn out_of_range(value: &Value, ty: &CType, at: &Position) -> Error {
    Error::ValueRange {
        at: at.clone(),
        value: value.to_string(),
        ty: ty.to_string(),
    }
}

/// `None` when the number is finite and its `float` is not.
fn encode_float(number: f64, scalar: Scalar, out: &mut [u8]) -> Option<()> {
    if scalar == Scalar::F64 {
        out.copy_from_slice(&number.to_ne_bytes());
        return Some(());
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "C rounds here as well; overflow is caught"
    )]
    let single = number as f32;
    if single.is_infinite() && number.is_finite() {
        return None;
    }
    out.copy_from_slice(&single.to_ne_bytes());
    Some(())
}

/// `None` when the number is out of range.
fn encode_integer(number: i128, scalar: Scalar, out: &mut [u8]) -> Option<()> {
    let bits = 8 * scalar.size();
    let (low, high) = match scalar {
        Scalar::Bool => (0, 1),
        _ if scalar.is_signed() => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        _ => (0, (1i128 << bits) - 1),
    };
    if !(low..=high).contains(&number) {
        return None;
    }
    // All targets are little-endian.
    out.copy_from_slice(&number.to_le_bytes()[..out.len()]);
    Some(())
}

/// Reads a value from exactly its bytes; a string is read as a pointer.
pub(crate) fn decode(ty: &CType, layout: &Layout, bytes: &[u8]) -> Result<Value, Error> {
    let Some(scalar) = layout.as_scalar() else {
        if layout.is_void() {
            return Ok(Value::Void);
        }
        return Aggregate::with_layout(ty, layout, bytes.into()).map(Value::from);
    };
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    Ok(decode_scalar(scalar, u64::from_le_bytes(word)))
}

/// Reads a scalar from the low bytes of a word; the others do not count.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the bytes above the type's width do not count"
)]
pub(crate) fn decode_scalar(scalar: Scalar, word: u64) -> Value {
    match scalar {
        Scalar::Bool if Plant::ResultGarbage.is_on() => Value::Bool(word != 0),
        Scalar::Bool => Value::Bool(word as u8 != 0),
        Scalar::I8 => Value::I8(word as i8),
        Scalar::U8 => Value::U8(word as u8),
        Scalar::I16 => Value::I16(word as i16),
        Scalar::U16 => Value::U16(word as u16),
        Scalar::I32 => Value::I32(word as i32),
        Scalar::U32 => Value::U32(word as u32),
        Scalar::I64 => Value::I64(word.cast_signed()),
        Scalar::F32 => Value::F32(f32::from_bits(word as u32)),
        Scalar::F64 => Value::F64(f64::from_bits(word)),
        Scalar::Pointer => Value::Pointer(std::ptr::with_exposed_provenance_mut(word as usize)),
        _ => Value::U64(word),
    }
}

/// Reads what C returned or exports: a string is copied and a function pointer bound, unless it is null.
///
/// # Safety
///
/// Where `ty` is a string, the pointer among `bytes` is null or points to text that ends with NUL.
pub(crate) unsafe fn decode_result(
    ty: &CType,
    layout: &Layout,
    bytes: &[u8],
) -> Result<Value, Error> {
    let value = decode(ty, layout, bytes)?;
    match (ty, &value) {
        (CType::String, Value::Pointer(text)) if !text.is_null() => {
            let text = text.cast::<c_char>().cast_const();
            // SAFETY: the pointer is not null, so the caller says that it points to text with a NUL.
            Ok(Value::String(unsafe { CStr::from_ptr(text) }.to_owned()))
        }
        (_, Value::Pointer(address)) if !address.is_null() => match pointed_to(ty) {
            Some(signature) => {
                Function::from_pointer(address.cast_const(), signature).map(Value::from)
            }
            None => Ok(value),
        },
        _ => Ok(value),
    }
}

/// The signature of the functions that a type points to, if it points to functions.
fn pointed_to(ty: &CType) -> Option<&Signature> {
    let CType::Pointer(pointer) = ty else {
        return None;
    };
    match pointer.pointee() {
        Some(Pointee::Function(signature)) => Some(signature),
        _ => None,
    }
}
