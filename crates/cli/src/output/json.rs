//! The result, its type and the output buffers as one line of JSON.
//!
//! Integers are exact, pointers are `"0x..."`. JSON has no number for what is not finite and no text
//! that is not Unicode: the first are the strings `"NaN"`, `"inf"` and `"-inf"`, the second arrays of
//! bytes.

use std::fmt::Display;
use std::io::{self, Write};

use serde_json::{Map, Value as Json, json};
use trampette::{Aggregate, CType, Error, F80, F128, Value};

use super::Hex;
use crate::argument::{Buffer, Buffers, Contents};
use crate::failure::Failure;

pub(crate) fn print_json(result: &Value, ty: &CType, buffers: &Buffers) -> Result<(), Failure> {
    let value = match result {
        Value::Pointer(_) if *ty == CType::String => Json::Null,
        value => json_of(value)?,
    };
    let mut line = json!({ "result": value, "type": ty.to_string() });
    if !buffers.is_empty() {
        line["buffers"] = buffers
            .iter()
            .map(json_of_buffer)
            .collect::<Result<_, _>>()?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn json_of(value: &Value) -> Result<Json, Error> {
    Ok(match value {
        Value::Bool(value) => (*value).into(),
        Value::I8(value) => (*value).into(),
        Value::U8(value) => (*value).into(),
        Value::I16(value) => (*value).into(),
        Value::U16(value) => (*value).into(),
        Value::I32(value) => (*value).into(),
        Value::U32(value) => (*value).into(),
        Value::I64(value) => (*value).into(),
        Value::U64(value) => (*value).into(),
        Value::I128(value) => match i64::try_from(*value) {
            Ok(value) => value.into(),
            Err(_) => value.to_string().into(),
        },
        Value::U128(value) => match u64::try_from(*value) {
            Ok(value) => value.into(),
            Err(_) => value.to_string().into(),
        },
        Value::F16(value) => float(value),
        Value::BF16(value) => float(value),
        Value::F80(value) => match F80::from(value.to_f64()) == *value {
            true => float(&value.to_f64()),
            false => value.to_string().into(),
        },
        Value::F128(value) => match F128::from(value.to_f64()) == *value {
            true => float(&value.to_f64()),
            false => value.to_string().into(),
        },
        Value::Complex(value) => Json::Array(vec![json_of(&value.re)?, json_of(&value.im)?]),
        Value::F32(value) => float(value),
        Value::F64(value) => float(value),
        Value::Pointer(_) => value.to_string().into(),
        Value::String(text) => match text.to_str() {
            Ok(text) => text.into(),
            Err(_) => text.as_bytes().into(),
        },
        Value::Vector(aggregate)
        | Value::Struct(aggregate)
        | Value::Union(aggregate)
        | Value::Array(aggregate) => parts(aggregate)?,
        _ => Json::Null,
    })
}

/// The shortest number that is read back as the same: of a `float`, not the digits of a `double`.
fn float(number: &impl Display) -> Json {
    let text = number.to_string();
    let finite = text.parse().ok().and_then(serde_json::Number::from_f64);
    finite.map_or(Json::String(text), Json::Number)
}

/// An object, where every part has a name; else an array.
fn parts(aggregate: &Aggregate) -> Result<Json, Error> {
    let values: Vec<Json> = (0..aggregate.len())
        .map(|index| json_of(&aggregate.at(index)?))
        .collect::<Result<_, _>>()?;
    let names: Option<Vec<&str>> = (0..aggregate.len())
        .map(|index| aggregate.name_at(index))
        .collect();
    Ok(match names {
        Some(names) if matches!(aggregate.ty(), CType::Struct(_) | CType::Union(_)) => {
            Json::Object(
                names
                    .into_iter()
                    .map(str::to_owned)
                    .zip(values)
                    .collect::<Map<_, _>>(),
            )
        }
        _ => Json::Array(values),
    })
}

/// `value` is null where the bytes are neither text nor values of a known type.
fn json_of_buffer(buffer: &Buffer) -> Result<Json, Error> {
    let bytes = buffer.bytes();
    let value = match buffer.contents(&bytes) {
        Contents::Text(text) => text.into(),
        Contents::Values(value) => json_of(&value)?,
        Contents::Bytes => Json::Null,
    };
    Ok(
        json!({ "argument": buffer.argument() + 1, "value": value, "hex": Hex(&bytes, "").to_string() }),
    )
}
