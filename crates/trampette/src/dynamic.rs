//! Calls with [`Value`]s: each is checked and written to an argument frame, and the result read from
//! its registers.

use std::ffi::c_void;
use std::mem::MaybeUninit;

use trampette_types::{CType, Scalar, Signature};

use crate::error::{Error, Position};
use crate::frame::Frame;
use crate::native::{MOST_REGISTERS, ResultClass};
use crate::stub::Stub;
use crate::value::{Strings, Value, decode_result, decode_word, encode};

/// A frame that needs no allocation.
#[repr(C, align(16))]
struct SmallFrame([MaybeUninit<u64>; 64]);

/// Calls `target` with as many values as the signature has parameters.
///
/// # Safety
///
/// - `stub` is the stub of `signature`, and there are as many arguments as parameters;
/// - as for [`Function::call`](crate::Function::call).
pub(crate) unsafe fn call(
    stub: &'static Stub,
    target: *const c_void,
    signature: &Signature,
    arguments: &[Value],
) -> Result<Value, Error> {
    let needed = stub.frame();
    if needed.size() <= size_of::<SmallFrame>() && needed.align() <= align_of::<SmallFrame>() {
        let mut small = SmallFrame([MaybeUninit::uninit(); 64]);
        // SAFETY: the frame is large and aligned enough; the caller owes the rest.
        unsafe {
            call_in(
                small.0.as_mut_ptr().cast(),
                stub,
                target,
                signature,
                arguments,
            )
        }
    } else {
        let mut frame = Frame::of(stub);
        // SAFETY: the frame is the stub's own; the caller owes the rest.
        unsafe { call_in(frame.as_mut_ptr(), stub, target, signature, arguments) }
    }
}

/// # Safety
///
/// As for [`call`]; `frame` is memory for a frame of `stub`.
#[inline(always)]
unsafe fn call_in(
    frame: *mut u8,
    stub: &Stub,
    target: *const c_void,
    signature: &Signature,
    arguments: &[Value],
) -> Result<Value, Error> {
    let mut strings = Strings::default();
    let offsets = stub.frame().arguments();
    let layouts = stub.shape().params();
    for (index, ((value, layout), offset)) in arguments.iter().zip(layouts).zip(offsets).enumerate()
    {
        // SAFETY: the slot lies inside the frame.
        let slot = unsafe { frame.add(*offset) };
        if let Some(word) = layout
            .as_scalar()
            .and_then(|scalar| exact_word(value, scalar))
        {
            // SAFETY: a scalar's slot has eight bytes and is aligned to them.
            unsafe { slot.cast::<u64>().write(word) };
            continue;
        }
        // SAFETY: the slot has as many bytes as the layout says, in memory that is ours.
        unsafe { slot.write_bytes(0, layout.size()) };
        // SAFETY: as above, and the bytes are initialised now.
        let bytes = unsafe { std::slice::from_raw_parts_mut(slot, layout.size()) };
        let ty = &signature.params()[index];
        encode(
            value,
            ty,
            layout,
            bytes,
            &mut strings,
            &Position::Argument(index),
        )?;
    }
    // SAFETY: every argument is filled in; the caller owes the rest.
    unsafe { enter(frame, stub, target, signature.result()) }
}

/// The word of a value that has exactly the type of the parameter: most have.
#[inline]
fn exact_word(value: &Value, scalar: Scalar) -> Option<u64> {
    Some(match (scalar, value) {
        (Scalar::Bool, Value::Bool(value)) => u64::from(*value),
        (Scalar::I8, Value::I8(value)) => u64::from(value.cast_unsigned()),
        (Scalar::U8, Value::U8(value)) => u64::from(*value),
        (Scalar::I16, Value::I16(value)) => u64::from(value.cast_unsigned()),
        (Scalar::U16, Value::U16(value)) => u64::from(*value),
        (Scalar::I32, Value::I32(value)) => u64::from(value.cast_unsigned()),
        (Scalar::U32, Value::U32(value)) => u64::from(*value),
        (Scalar::I64, Value::I64(value)) => value.cast_unsigned(),
        (Scalar::U64, Value::U64(value)) => *value,
        (Scalar::F32, Value::F32(value)) => u64::from(value.to_bits()),
        (Scalar::F64, Value::F64(value)) => value.to_bits(),
        (Scalar::Pointer, Value::Pointer(value)) => value.expose_provenance() as u64,
        (Scalar::Pointer, Value::Function(function)) => {
            function.as_ptr().expose_provenance() as u64
        }
        (Scalar::Pointer, Value::String(text)) => text.as_ptr().expose_provenance() as u64,
        _ => return None,
    })
}

/// # Safety
///
/// As for [`call_in`]; every argument is filled in.
#[inline]
unsafe fn enter(
    frame: *mut u8,
    stub: &Stub,
    target: *const c_void,
    result: &CType,
) -> Result<Value, Error> {
    let layout = stub.shape().result();
    let mut words = [0; MOST_REGISTERS];
    // SAFETY: there is room for as many words as registers bring; the caller owes the rest.
    unsafe { stub.enter(frame, target, words.as_mut_ptr()) };
    match layout.as_scalar() {
        Some(scalar)
            if scalar.size() <= 8 && !matches!(result, CType::String | CType::Pointer(_)) =>
        {
            return Ok(decode_word(scalar, words[0]));
        }
        None if layout.is_void() => return Ok(Value::Void),
        _ => {}
    }
    let start: *const u8 = if stub.class() == ResultClass::None {
        // SAFETY: the result's slot lies inside the frame.
        unsafe { frame.add(stub.frame().result()) }
    } else {
        words.as_ptr().cast()
    };
    // SAFETY: the result stands there: in its slot, written by the callee, or among the words that came
    // back in registers, which are at least as many bytes; one without bytes stands anywhere.
    let bytes = unsafe { std::slice::from_raw_parts(start, layout.size()) };
    // SAFETY: the caller says that a string result is null or ends with NUL.
    unsafe { decode_result(result, layout, bytes) }
}
