//! Values to bytes and back.

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::Arc;

use half::{bf16, f16};
use num_complex::Complex;
use rustc_apfloat::ieee::{BFloat, Double, Half};
use rustc_apfloat::{Float, FloatConvert};
use trampette_abi::plant::Plant;
use trampette_types::{CType, Layout, LayoutKind, Pointee, Scalar, Signature};

use super::{Aggregate, F80, F128, Value};
use crate::error::{Error, Position};
use crate::function::Function;
use crate::native;
use crate::var_args::ListObject;

/// Strings and lists that pointers among encoded bytes point to: they live as long as this does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    texts: Vec<Arc<CString>>,
    lists: Vec<Arc<ListObject>>,
}

impl Strings {
    fn keep(&mut self, text: &CStr) -> *mut c_void {
        let text = Arc::new(text.to_owned());
        let address = text.as_ptr().cast_mut().cast();
        self.texts.push(text);
        address
    }

    fn keep_all(&mut self, others: &Self) {
        self.texts.extend_from_slice(&others.texts);
        self.lists.extend_from_slice(&others.lists);
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
    if let Value::VaList(list) = value {
        if *ty != CType::VaList {
            return Err(mismatch());
        }
        let object = Arc::new(list.object());
        out.copy_from_slice(&object.as_parameter()[..out.len()]);
        strings.lists.push(object);
        return Ok(());
    }
    if let LayoutKind::Complex(part) = *layout.kind() {
        let Value::Complex(number) = value else {
            return Err(mismatch());
        };
        let (re, im) = out.split_at_mut(part.size());
        for (half, out) in [(&number.re, re), (&number.im, im)] {
            encode_float(half, part, out)
                .ok_or_else(mismatch)?
                .ok_or_else(|| out_of_range(value, ty, at))?;
        }
        return Ok(());
    }
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
        _ if scalar.is_float() => {
            encode_float(value, scalar, out)
                .ok_or_else(mismatch)?
                .ok_or_else(|| out_of_range(value, ty, at))?;
        }
        _ => {
            let bits = integer_bits(value, scalar).ok_or_else(mismatch)?;
            let bits = bits.ok_or_else(|| out_of_range(value, ty, at))?;
            // All targets are little-endian.
            out.copy_from_slice(&bits.to_le_bytes()[..out.len()]);
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

/// Writes a number: bit by bit in its own format, in another one rounded as C rounds it. `None` when it is no
/// floating-point number or a wider one than `double`, `Some(None)` when it is finite and would not be in that
/// format.
fn encode_float(value: &Value, scalar: Scalar, out: &mut [u8]) -> Option<Option<()>> {
    // A conversion, even to `double` and back, makes a signalling NaN a quiet one.
    let bits = match (value, scalar) {
        (Value::F16(number), Scalar::F16) => number.to_bits().into(),
        (Value::BF16(number), Scalar::BF16) => number.to_bits().into(),
        (Value::F32(number), Scalar::F32) => number.to_bits().into(),
        (Value::F80(number), Scalar::F80) => number.to_bits(),
        (Value::F128(number), Scalar::F128) => number.to_bits(),
        _ => match float_bits(value.as_float()?, scalar) {
            Some(bits) => bits,
            None => return Some(None),
        },
    };
    // All targets are little-endian.
    out.copy_from_slice(&bits.to_le_bytes()[..out.len()]);
    Some(Some(()))
}

/// The bits of a number in another format; `None` when it is finite and would not be.
fn float_bits(number: f64, scalar: Scalar) -> Option<u128> {
    let (bits, is_finite): (u128, bool) = match scalar {
        Scalar::F16 => rounded::<Half>(number),
        Scalar::BF16 => rounded::<BFloat>(number),
        Scalar::F32 => {
            #[expect(clippy::cast_possible_truncation, reason = "C rounds here as well")]
            let single = number as f32;
            (single.to_bits().into(), single.is_finite())
        }
        Scalar::F80 => (F80::from(number).to_bits(), true),
        Scalar::F128 => (F128::from(number).to_bits(), true),
        _ => (number.to_bits().into(), true),
    };
    (is_finite || !number.is_finite()).then_some(bits)
}

/// The bits of a number in a format of 16 bits, rounded once, and whether it is finite there. (`half` rounds by way
/// of `f32`, or of the upper half of a `double`.)
fn rounded<F: Float>(number: f64) -> (u128, bool)
where
    Double: FloatConvert<F>,
{
    let mut loses = false;
    let number = Double::from_bits(number.to_bits().into());
    let number: F = number.convert(&mut loses).value;
    (number.to_bits(), number.is_finite())
}

/// The bits of a number as an integer of this type, those above its width as well: `None` when it is no
/// integer, `Some(None)` when it is out of range.
pub(super) fn integer_bits(value: &Value, scalar: Scalar) -> Option<Option<u128>> {
    // Above what the other branch can say, and so in range of one type alone.
    let Some(number) = value.as_integer() else {
        let number = value.as_unsigned()?;
        return Some((scalar == Scalar::U128).then_some(number));
    };
    let spare = 8 * (16 - scalar.size());
    let (low, high) = match scalar {
        Scalar::Bool => (0, 1),
        _ if scalar.is_signed() => (i128::MIN >> spare, i128::MAX >> spare),
        Scalar::U128 => (0, i128::MAX),
        _ => (0, (u128::MAX >> spare).cast_signed()),
    };
    let in_range = (low..=high).contains(&number);
    Some(in_range.then_some(number.cast_unsigned()))
}

/// Reads a value from exactly its bytes; a string is read as a pointer.
pub(crate) fn decode(ty: &CType, layout: &Layout, bytes: &[u8]) -> Result<Value, Error> {
    if let LayoutKind::Complex(part) = *layout.kind() {
        let (re, im) = bytes.split_at(part.size());
        let [re, im] = [re, im].map(|half| decode_scalar(part, half));
        return Ok(Complex { re, im }.into());
    }
    let Some(scalar) = layout.as_scalar() else {
        if layout.is_void() {
            return Ok(Value::Void);
        }
        if *ty == CType::VaList {
            let ty = native::MODEL.va_list.object()?;
            return Aggregate::with_layout(&ty, layout, bytes.into()).map(Value::from);
        }
        return Aggregate::with_layout(ty, layout, bytes.into()).map(Value::from);
    };
    Ok(decode_scalar(scalar, bytes))
}

/// Reads a scalar from exactly its bytes.
pub(super) fn decode_scalar(scalar: Scalar, bytes: &[u8]) -> Value {
    let mut wide = [0; 16];
    wide[..bytes.len()].copy_from_slice(bytes);
    let bits = u128::from_le_bytes(wide);
    match scalar {
        Scalar::I128 => Value::I128(bits.cast_signed()),
        Scalar::U128 => Value::U128(bits),
        Scalar::F80 => Value::F80(F80::from_bits(bits)),
        Scalar::F128 => Value::F128(F128::from_bits(bits)),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "others have 64 bits at most"
        )]
        _ => decode_word(scalar, bits as u64),
    }
}

/// Reads a scalar of up to a word from its low bytes; the others do not count.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the bytes above the type's width do not count"
)]
pub(crate) fn decode_word(scalar: Scalar, word: u64) -> Value {
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
        Scalar::F16 => Value::F16(f16::from_bits(word as u16)),
        Scalar::BF16 => Value::BF16(bf16::from_bits(word as u16)),
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
