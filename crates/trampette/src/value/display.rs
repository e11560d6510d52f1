//! Values as people write them.

use std::fmt;

use trampette_types::CType;

use super::{Aggregate, Value};

/// Numbers as people write them (`1024`, `3.5`, `1e300`), complex ones as `(0.5, -1)`, strings as they are,
/// pointers as `0x...`, structs as `{quot: 3, rem: 1}`, arrays and vectors as `[1, 2]`, nothing for
/// void.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Void => Ok(()),
            Self::Bool(value) => value.fmt(f),
            Self::I8(value) => value.fmt(f),
            Self::U8(value) => value.fmt(f),
            Self::I16(value) => value.fmt(f),
            Self::U16(value) => value.fmt(f),
            Self::I32(value) => value.fmt(f),
            Self::U32(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::U64(value) => value.fmt(f),
            Self::I128(value) => value.fmt(f),
            Self::U128(value) => value.fmt(f),
            Self::F16(value) => value.fmt(f),
            Self::BF16(value) => value.fmt(f),
            Self::F80(value) => value.fmt(f),
            Self::F128(value) => value.fmt(f),
            Self::Complex(value) => write!(f, "({}, {})", value.re, value.im),
            Self::F32(value) => write_float(f, value, value.abs().into()),
            Self::F64(value) => write_float(f, value, value.abs()),
            Self::Pointer(value) => write!(f, "{:#x}", value.addr()),
            Self::Function(function) => write!(f, "{:#x}", function.as_ptr().addr()),
            Self::Callback(callback) => write!(f, "{:#x}", callback.as_ptr().addr()),
            Self::VaList(list) => write!(f, "va_list of {}", list.len()),
            Self::String(text) => f.write_str(&text.to_string_lossy()),
            Self::Vector(value) | Self::Struct(value) | Self::Union(value) | Self::Array(value) => {
                value.fmt(f)
            }
        }
    }
}

/// Very large and very small numbers get an exponent, as `printf("%g")` gives them one.
fn write_float<T: fmt::Display + fmt::LowerExp>(
    f: &mut fmt::Formatter<'_>,
    number: &T,
    magnitude: f64,
) -> fmt::Result {
    let plain = magnitude == 0.0 || (1e-5..1e16).contains(&magnitude) || !magnitude.is_finite();
    if plain {
        write!(f, "{number}")
    } else {
        write!(f, "{number:e}")
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = match self.ty() {
            CType::Array(_) | CType::Vector(_) => ("[", "]"),
            _ => ("{", "}"),
        };
        f.write_str(open)?;
        for index in 0..self.len() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            if let Some(name) = self.name_at(index) {
                write!(f, "{name}: ")?;
            }
            write!(f, "{}", self.at(index).map_err(|_| fmt::Error)?)?;
        }
        f.write_str(close)
    }
}
