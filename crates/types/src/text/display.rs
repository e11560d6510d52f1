use alloc::string::String;
use core::fmt::{self, Write};

use crate::ctype::{Array, CType, Pointee, Pointer};
use crate::record::{Field, Record};
use crate::signature::Signature;

impl fmt::Display for CType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Void => f.write_str("void"),
            Self::Bool => f.write_str("bool"),
            Self::Int(int) => f.write_str(int.name()),
            Self::Float(float) => f.write_str(float.name()),
            Self::Complex(float) => write!(f, "complex({})", float.name()),
            Self::Vector(vector) => write!(f, "vector({}, {})", vector.lane(), vector.len()),
            Self::Pointer(pointer) => pointer.fmt(f),
            Self::String => f.write_str("str"),
            Self::VaList => f.write_str("va_list"),
            Self::Array(array) => array.fmt(f),
            Self::Struct(record) => record.fmt(f),
            Self::Union(record) => write!(f, "union {record}"),
            Self::Enum(enumeration) => write!(f, "enum({})", enumeration.int().name()),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointee() {
            None => f.write_str("ptr"),
            Some(Pointee::Type(ty)) => write!(f, "*{ty}"),
            Some(Pointee::Function(signature)) => write!(f, "*{signature}"),
        }
    }
}

impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_flexible() {
            return write!(f, "[{}]", self.element());
        }
        write!(f, "[{}; {}]", self.element(), self.len())
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        write_list(f, self.fields())?;
        f.write_str("}")?;
        match self.packed() {
            None => {}
            Some(1) => f.write_str(" packed")?,
            Some(align) => write!(f, " packed({align})")?,
        }
        match self.align() {
            None => Ok(()),
            Some(align) => write!(f, " align({align})"),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(align) = self.align() {
            write!(f, "align({align}) ")?;
        }
        if let Some(name) = self.name() {
            write!(f, "{name}: ")?;
        }
        self.ty().fmt(f)?;
        match self.bits() {
            None => Ok(()),
            Some(width) => write!(f, ":{width}"),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(abi) = self.abi() {
            write!(f, "{} ", abi.name())?;
        }
        if self.is_unprototyped() {
            f.write_str("unprototyped ")?;
        }
        write_signature(f, self.params(), self.result(), self.variadic_from())
    }
}

/// Writes `(a, b, ..., c) -> r`.
pub(crate) fn write_signature<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    params: &[T],
    result: &T,
    variadic_from: Option<usize>,
) -> fmt::Result {
    let (fixed, variadic) = params.split_at(variadic_from.unwrap_or(params.len()));
    f.write_str("(")?;
    write_list(f, fixed)?;
    if variadic_from.is_some() {
        f.write_str(if fixed.is_empty() { "..." } else { ", ..." })?;
        for param in variadic {
            write!(f, ", {param}")?;
        }
    }
    write!(f, ") -> {result}")
}

fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{item}")?;
    }
    Ok(())
}

/// The text of a type or a field for a message: cut after a line's length.
pub(crate) fn brief(ty: &impl fmt::Display) -> String {
    let mut line = Line {
        text: String::new(),
        left: 80,
    };
    if write!(line, "{ty}").is_err() {
        line.text.push_str("...");
    }
    line.text
}

/// Text that refuses more than `left` further characters, so that printing stops where it is cut: the
/// whole text of a type with shared parts can be longer than memory.
struct Line {
    text: String,
    left: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        for c in more.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(c);
        }
        Ok(())
    }
}
