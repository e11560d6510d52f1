//! Bit-fields: numbers of which some bits stand in a record.

use trampette_types::{Bits, CType, Scalar};

use super::Value;
use super::codec::{decode_scalar, integer_bits};
use crate::error::{Error, Position};

/// The number that these bits of a record are, which begin in the first of these bytes.
pub(super) fn decode_bits(scalar: Scalar, bits: Bits, bytes: &[u8]) -> Value {
    let number = raw(bits, bytes);
    let spare = 128 - bits.width;
    let number = match scalar.is_signed() {
        true => ((number << spare).cast_signed() >> spare).cast_unsigned(),
        false => number,
    };
    decode_scalar(scalar, &number.to_le_bytes()[..scalar.size()])
}

/// Writes a number to these bits of a record, and leaves its neighbours as they are.
pub(super) fn encode_bits(
    value: &Value,
    ty: &CType,
    scalar: Scalar,
    bits: Bits,
    bytes: &mut [u8],
    at: &Position,
) -> Result<(), Error> {
    let number = integer_bits(value, scalar).ok_or_else(|| Error::ValueType {
        at: at.clone(),
        expected: ty.to_string(),
        found: value.ty().to_string(),
    })?;
    let out_of_range = || Error::ValueRange {
        at: at.clone(),
        value: value.to_string(),
        ty: format!("{ty}:{}", bits.width),
    };
    let number = number.ok_or_else(out_of_range)?;
    for index in 0..bits.width {
        let (byte, mask) = place(bits, index);
        match number >> index & 1 {
            0 => bytes[byte] &= !mask,
            _ => bytes[byte] |= mask,
        }
    }
    // What is read back is the number, if it fits.
    let read = decode_bits(scalar, bits, bytes);
    match (read.as_integer(), read.as_unsigned()) == (value.as_integer(), value.as_unsigned()) {
        true => Ok(()),
        false => Err(out_of_range()),
    }
}

/// The bits as an unsigned number.
pub(super) fn raw(bits: Bits, bytes: &[u8]) -> u128 {
    (0..bits.width).fold(0, |number, index| {
        let (byte, mask) = place(bits, index);
        number | u128::from(bytes[byte] & mask != 0) << index
    })
}

/// The byte that a bit is in, counted from the first that any of them is in, and its place there.
fn place(bits: Bits, index: u32) -> (usize, u8) {
    let at = bits.offset % 8 + index;
    (at as usize / 8, 1 << (at % 8))
}
