//! Type trees out of bytes: whatever the bytes, a signature that can be written.

use arbitrary::{Arbitrary, Result, Unstructured};
use trampette_types::{CType, Enum, Field, Int, Record, Signature, TypeError};

/// How deep types nest at most.
const LEVELS: usize = 6;

/// How many parameters there are at most.
const PARAMETERS: usize = 20;

/// A value out of bytes.
#[derive(Debug)]
pub(crate) struct Any<T>(pub(crate) T);

impl<'a> Arbitrary<'a> for Any<Signature> {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let result = match bytes.ratio(1, 4)? {
            true => CType::Void,
            false => by_value(bytes)?,
        };
        let mut params = Vec::new();
        while params.len() < PARAMETERS && !bytes.is_empty() {
            params.push(by_value(bytes)?);
        }
        let (first, count) = (usize::from(bytes.arbitrary::<u8>()?), params.len());
        let signature = possible(Signature::new(params, result))?;
        if first >= 2 * count {
            return Ok(Self(signature));
        }
        // Behind `...` not every type may stand.
        let variadic = signature.clone().with_variadic_from(first % (count + 1));
        Ok(Self(variadic.unwrap_or(signature)))
    }
}

/// What the limits refuse is no input.
fn possible<T>(made: std::result::Result<T, TypeError>) -> Result<T> {
    made.map_err(|_| arbitrary::Error::IncorrectFormat)
}

/// C passes no arrays by value.
fn by_value(bytes: &mut Unstructured<'_>) -> Result<CType> {
    match any_type(bytes, LEVELS)? {
        array @ CType::Array(_) => Ok(CType::Struct(possible(Record::new([array]))?)),
        ty => Ok(ty),
    }
}

fn any_type(bytes: &mut Unstructured<'_>, levels: usize) -> Result<CType> {
    match bytes.int_in_range(0..=15)? {
        0..3 if levels > 1 => Ok(CType::Struct(record(bytes, levels - 1)?)),
        3 if levels > 1 => Ok(CType::Union(record(bytes, levels - 1)?)),
        4 if levels > 1 => {
            let element = any_type(bytes, levels - 1)?;
            possible(CType::array(element, length(bytes)?))
        }
        _ => scalar(bytes),
    }
}

/// Small, for the most part.
fn length(bytes: &mut Unstructured<'_>) -> Result<usize> {
    match bytes.ratio(1, 16)? {
        true => Ok(bytes.arbitrary::<u16>()?.into()),
        false => bytes.int_in_range(0..=9),
    }
}

fn record(bytes: &mut Unstructured<'_>, levels: usize) -> Result<Record> {
    let count = bytes.int_in_range(0..=6)?;
    let fields: Result<Vec<Field>> = (0..count).map(|_| field(bytes, levels)).collect();
    let mut record = possible(Record::new(fields?))?;
    if bytes.ratio(1, 6)? {
        record = possible(record.with_packed(1 << bytes.int_in_range(0..=4)?))?;
    }
    if bytes.ratio(1, 6)? {
        record = possible(record.with_align(alignment(bytes)?))?;
    }
    Ok(record)
}

fn field(bytes: &mut Unstructured<'_>, levels: usize) -> Result<Field> {
    let field = Field::unnamed(any_type(bytes, levels)?);
    match bytes.ratio(1, 8)? {
        true => possible(field.with_align(alignment(bytes)?)),
        false => Ok(field),
    }
}

fn alignment(bytes: &mut Unstructured<'_>) -> Result<usize> {
    Ok(1 << bytes.int_in_range(0..=12)?)
}

fn scalar(bytes: &mut Unstructured<'_>) -> Result<CType> {
    Ok(match bytes.int_in_range(0..=9)? {
        0 => CType::Bool,
        1 | 2 => CType::F32,
        3 | 4 => CType::F64,
        5 => CType::POINTER,
        6 => CType::Enum(Enum::new(Int::U32)),
        _ => {
            let ints: Vec<Int> = Int::all().collect();
            CType::Int(*bytes.choose(&ints)?)
        }
    })
}
