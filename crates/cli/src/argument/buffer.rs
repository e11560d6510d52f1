//! `buf:64`: memory that C writes to, and what stands in it afterwards.

use trampette::{Aggregate, CType, Pointee, Scalar, Value};

use super::{Problem, scalar};
use crate::failure::Quoted;

/// The most bytes that all buffers of one call have together: 64 MiB. Printing one takes several times as many.
const MAX_BYTES: usize = 64 << 20;

/// The unit that buffers are allocated in, for its alignment: that of `malloc`.
type Unit = u128;

/// The output buffers of one call.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    list: Vec<Buffer>,
    total: usize,
}

impl Buffers {
    /// Where the buffers of one argument go; counted from zero.
    pub(crate) fn of_argument(&mut self, argument: usize) -> ArgumentBuffers<'_> {
        ArgumentBuffers {
            all: self,
            argument,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Buffer> {
        self.list.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Where the buffers of one argument go.
#[derive(Debug)]
pub(crate) struct ArgumentBuffers<'a> {
    all: &'a mut Buffers,
    argument: usize,
}

impl ArgumentBuffers<'_> {
    /// A new buffer, all zero, of as many bytes as the text says. It lives as long as the call's.
    pub(super) fn allocate(&mut self, size: &[u8], holds: Holds) -> Result<Value, Problem> {
        let too_large = || {
            Problem::new(format_args!(
                "a buffer of {} bytes is too large: all buffers together have at most {MAX_BYTES}",
                Quoted(size),
            ))
        };
        let Some(parsed) = scalar::integer(size) else {
            let message = format_args!(
                "expected `buf:` and a size in bytes, found {}",
                Quoted(size)
            );
            return Err(Problem::new(message));
        };
        let bytes = parsed
            .and_then(|bytes| bytes.get::<usize>())
            .ok_or_else(too_large)?;
        let total = self
            .all
            .total
            .checked_add(bytes)
            .filter(|total| *total <= MAX_BYTES);
        let total = total.ok_or_else(too_large)?;
        let mut units: Vec<Unit> = Vec::new();
        let count = bytes.div_ceil(size_of::<Unit>()).max(1);
        units.try_reserve_exact(count).map_err(|_| too_large())?;
        units.resize(count, 0);
        let address = Value::Pointer(units.as_mut_ptr().cast());
        self.all.total = total;
        self.all.list.push(Buffer {
            units,
            size: bytes,
            argument: self.argument,
            holds,
        });
        Ok(address)
    }
}

/// What a buffer is meant to hold, as far as its parameter's type says it.
#[derive(Clone, Debug)]
pub(crate) enum Holds {
    /// Text that ends with NUL.
    Text,
    /// Values of this type.
    Values(CType),
    /// Nobody knows.
    Anything,
}

impl Holds {
    /// What stands behind a pointer of this type. Bytes may be anything.
    pub(super) fn behind(pointer: &CType) -> Self {
        match pointer {
            CType::String => Self::Text,
            CType::Pointer(pointer) => match pointer.pointee() {
                Some(Pointee::Type(ty)) if is_more_than_bytes(ty) => Self::Values(ty.clone()),
                _ => Self::Anything,
            },
            _ => Self::Anything,
        }
    }
}

fn is_more_than_bytes(ty: &CType) -> bool {
    let layout = ty.layout(&trampette::MODEL);
    layout.is_ok_and(|layout| {
        layout.size() > 0 && !matches!(layout.as_scalar(), Some(Scalar::I8 | Scalar::U8))
    })
}

/// An output buffer.
#[derive(Debug)]
pub(crate) struct Buffer {
    units: Vec<Unit>,
    size: usize,
    argument: usize,
    holds: Holds,
}

/// What stands in a buffer.
#[derive(Debug)]
pub(crate) enum Contents {
    /// Printable text, without the NUL and what stands behind it.
    Text(String),
    /// One value, or an array.
    Values(Value),
    Bytes,
}

impl Buffer {
    /// The argument that it was given for, counted from zero.
    pub(crate) fn argument(&self) -> usize {
        self.argument
    }

    /// Its bytes now.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.units
            .iter()
            .flat_map(|unit| unit.to_ne_bytes())
            .take(self.size)
            .collect()
    }

    /// What these bytes of its mean: values where the parameter's type says which, else text where it
    /// is printable.
    pub(crate) fn contents(&self, bytes: &[u8]) -> Contents {
        match &self.holds {
            Holds::Values(ty) => values(ty, bytes).or_else(|| text(bytes, false)),
            Holds::Text => text(bytes, true),
            Holds::Anything => text(bytes, false),
        }
        .unwrap_or(Contents::Bytes)
    }
}

fn values(ty: &CType, bytes: &[u8]) -> Option<Contents> {
    let size = ty.layout(&trampette::MODEL).ok()?.size();
    if bytes.is_empty() || !bytes.len().is_multiple_of(size) {
        return None;
    }
    let array = CType::array(ty.clone(), bytes.len() / size).ok()?;
    let array = Aggregate::from_bytes(&array, bytes).ok()?;
    let value = if array.len() == 1 {
        array.at(0).ok()?
    } else {
        array.into()
    };
    Some(Contents::Values(value))
}

/// The text up to the first NUL, where it is printable. Of memory that may hold anything, text that is
/// empty says nothing, unless everything behind it is zero as well.
fn text(bytes: &[u8], always_text: bool) -> Option<Contents> {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let all_zero = || bytes.iter().all(|byte| *byte == 0);
    if end == 0 && !always_text && !all_zero() {
        return None;
    }
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    let printable = |character: char| !character.is_control() || "\t\n\r".contains(character);
    text.chars()
        .all(printable)
        .then(|| Contents::Text(text.to_owned()))
}
