use std::ops::{ControlFlow, Range};

use trampette_types::limits::MAX_VALUE_SIZE;
use trampette_types::{Bits, CType, Layout, LayoutKind, TypeError};

use super::bits::{decode_bits, encode_bits, raw};
use super::{Strings, Value, decode, encode};
use crate::error::{Error, Position};
use crate::native;

/// A struct, union, array or SIMD vector by value: its type, and its bytes as C sees them.
///
/// Fields are reached by name, or like elements by index. A field that is a string is read as a
/// pointer, since nothing says that it points anywhere; what was set as a string stays alive with the
/// aggregate and its clones.
///
/// ```
/// use trampette::{Aggregate, CType, Value};
///
/// let point: CType = "{x: f64, y: f64, tag: [u8; 2]}".parse()?;
/// let mut value = Aggregate::zeroed(&point)?;
/// value.set_field("y", &Value::from(2.5))?;
/// assert_eq!(value.field("y")?, Value::F64(2.5));
/// assert_eq!(value.to_string(), "{x: 0, y: 2.5, tag: [0, 0]}");
/// assert_eq!(value.field("z").unwrap_err().code(), "no-field");
/// # Ok::<(), trampette::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// Boxed, so that a [`Value`] is three words.
    inner: Box<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    ty: CType,
    layout: Layout,
    bytes: Box<[u8]>,
    strings: Strings,
}

impl Aggregate {
    /// A struct, union, array or vector whose bytes are all zero.
    ///
    /// # Errors
    ///
    /// [`Error::ValueType`] for a type that is none of these; [`Error::Type`] when it has more than
    /// [`MAX_VALUE_SIZE`] bytes.
    pub fn zeroed(ty: &CType) -> Result<Self, Error> {
        let layout = ty.layout(&native::MODEL)?;
        let size = layout.size();
        if size > MAX_VALUE_SIZE {
            return Err(TypeError::ValueTooLarge {
                ty: ty.to_string(),
                size,
            }
            .into());
        }
        Self::with_layout(ty, &layout, vec![0; size].into())
    }

    /// The aggregate of these bytes, as C code left them.
    ///
    /// # Errors
    ///
    /// As for [`zeroed`](Self::zeroed); [`Error::IndexOutOfRange`] when there are not as many bytes as
    /// the type has.
    pub fn from_bytes(ty: &CType, bytes: &[u8]) -> Result<Self, Error> {
        let mut aggregate = Self::zeroed(ty)?;
        let own = &mut aggregate.inner.bytes;
        if bytes.len() != own.len() {
            return Err(Error::IndexOutOfRange {
                index: bytes.len(),
                count: own.len(),
            });
        }
        own.copy_from_slice(bytes);
        Ok(aggregate)
    }

    /// A struct, array or vector of these values, in order; of a union, the first member.
    ///
    /// ```
    /// use trampette::{Aggregate, Value};
    ///
    /// let pair = Aggregate::of(&"{i32, f32}".parse()?, &[Value::from(7), Value::from(0.5)])?;
    /// assert_eq!(pair.at(1)?, Value::F32(0.5));
    /// # Ok::<(), trampette::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`zeroed`](Self::zeroed) and [`set_at`](Self::set_at).
    pub fn of(ty: &CType, values: &[Value]) -> Result<Self, Error> {
        let mut aggregate = Self::zeroed(ty)?;
        for (index, value) in values.iter().enumerate() {
            aggregate.set_at(index, value)?;
        }
        Ok(aggregate)
    }

    pub(super) fn with_layout(
        ty: &CType,
        layout: &Layout,
        bytes: Box<[u8]>,
    ) -> Result<Self, Error> {
        let has_parts = matches!(
            ty,
            CType::Struct(_) | CType::Union(_) | CType::Array(_) | CType::Vector(_)
        );
        if !has_parts {
            return Err(Error::ValueType {
                at: Position::Result,
                expected: "struct, union, array or vector".into(),
                found: ty.to_string(),
            });
        }
        let inner = Inner {
            ty: ty.clone(),
            layout: layout.clone(),
            bytes,
            strings: Strings::default(),
        };
        Ok(Self {
            inner: Box::new(inner),
        })
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> &CType {
        &self.inner.ty
    }

    /// Size, alignment and offsets.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.inner.layout
    }

    /// The bytes as C sees them, padding included.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.inner.bytes
    }

    pub(super) fn strings(&self) -> &Strings {
        &self.inner.strings
    }

    /// How many fields or elements there are. An array of elements without size has none to speak of.
    #[must_use]
    pub fn len(&self) -> usize {
        match (self.inner.layout.kind(), self.inner.layout.members()) {
            (LayoutKind::Array { .. }, _) if self.inner.layout.size() == 0 => 0,
            (LayoutKind::Array { len, .. } | LayoutKind::Vector { len, .. }, _) => *len,
            (_, members) => members.len(),
        }
    }

    /// Whether there are no fields or elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of a field; `None` for elements and fields without one.
    #[must_use]
    pub fn name_at(&self, index: usize) -> Option<&str> {
        match &self.inner.ty {
            CType::Struct(record) | CType::Union(record) => record.members().nth(index)?.name(),
            _ => None,
        }
    }

    /// The value of the field of this name. The fields of members without a name are the record's own, as in C.
    ///
    /// ```
    /// use trampette::{Aggregate, Value};
    ///
    /// let ty = "union {{r: u8, g: u8, b: u8, a: u8}, all: u32}".parse()?;
    /// let mut color = Aggregate::zeroed(&ty)?;
    /// color.set_field("g", &Value::from(0x7f))?;
    /// assert_eq!(color.field("all")?, Value::U32(0x7f00));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoField`].
    pub fn field(&self, name: &str) -> Result<Value, Error> {
        let index = self.position(name)?;
        let value = self.at(index)?;
        match (self.name_at(index), value.as_aggregate()) {
            (None, Some(inner)) => inner.field(name),
            _ => Ok(value),
        }
    }

    /// Sets the field of this name.
    ///
    /// # Errors
    ///
    /// [`Error::NoField`], and as for [`set_at`](Self::set_at).
    pub fn set_field(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        let index = self.position(name)?;
        if self.name_at(index).is_none()
            && let Some(member) = self.at(index)?.as_aggregate()
        {
            let mut member = member.clone();
            member.set_field(name, value)?;
            return self.set_at(index, &member.into());
        }
        self.set_at(index, value)
    }

    /// The value of the field or element of this index. Bit-fields are fields; those without a name are none.
    ///
    /// ```
    /// use trampette::{Aggregate, Value};
    ///
    /// let mut flags = Aggregate::zeroed(&"{ready: u8:1, i8:2, level: i8:3}".parse()?)?;
    /// flags.set_field("level", &Value::from(-3))?;
    /// assert_eq!(flags.bytes(), [0b10_1000]);
    /// assert_eq!((flags.at(0)?, flags.at(1)?), (Value::U8(0), Value::I8(-3)));
    /// let error = flags.set_field("level", &Value::from(4)).unwrap_err();
    /// assert_eq!(error.to_string(), "4 does not fit field `level`, a `i8:3`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`].
    pub fn at(&self, index: usize) -> Result<Value, Error> {
        let part = self.part(index)?;
        let bytes = &self.inner.bytes[part.range];
        match (part.bits, part.layout.as_scalar()) {
            (Some(bits), Some(scalar)) => Ok(decode_bits(scalar, bits, bytes)),
            _ => decode(&part.ty, &part.layout, bytes),
        }
    }

    /// Sets the field or element of this index.
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfRange`]; [`Error::ValueType`] and [`Error::ValueRange`] when the value does
    /// not fit.
    pub fn set_at(&mut self, index: usize, value: &Value) -> Result<(), Error> {
        let part = self.part(index)?;
        let name = self
            .name_at(index)
            .map_or_else(|| index.to_string(), str::to_owned);
        let at = Position::Field(name);
        let bytes = &mut self.inner.bytes[part.range];
        match (part.bits, part.layout.as_scalar()) {
            (Some(bits), Some(scalar)) => {
                // All of it or nothing.
                let mut changed = bytes.to_vec();
                encode_bits(value, &part.ty, scalar, bits, &mut changed, &at)?;
                bytes.copy_from_slice(&changed);
                Ok(())
            }
            _ => {
                let strings = &mut self.inner.strings;
                encode(value, &part.ty, &part.layout, bytes, strings, &at)
            }
        }
    }

    /// The index of the field that has this name, or has one that has.
    fn position(&self, name: &str) -> Result<usize, Error> {
        let found = match &self.inner.ty {
            CType::Struct(record) | CType::Union(record) => record.find(name).map(|(at, _)| at),
            _ => None,
        };
        found.ok_or_else(|| Error::NoField {
            name: name.into(),
            ty: self.inner.ty.to_string(),
        })
    }

    fn part(&self, index: usize) -> Result<Part, Error> {
        let missing = || Error::IndexOutOfRange {
            index,
            count: self.len(),
        };
        let (ty, layout, bits, start) = match (&self.inner.ty, self.inner.layout.kind()) {
            (CType::Array(array), LayoutKind::Array { element, len }) if index < *len => (
                array.element().clone(),
                Layout::clone(element),
                None,
                index * element.size(),
            ),
            (CType::Vector(vector), LayoutKind::Vector { lane, len }) if index < *len => (
                vector.lane(),
                vector.lane().layout(&native::MODEL)?,
                None,
                index * lane.size(),
            ),
            (CType::Struct(record) | CType::Union(record), _) => {
                let member = self.inner.layout.members().get(index).ok_or_else(missing)?;
                let field = record.members().nth(index).ok_or_else(missing)?;
                (
                    field.ty().clone(),
                    member.layout.clone(),
                    member.bits,
                    member.offset,
                )
            }
            _ => return Err(missing()),
        };
        let bytes = bits.map_or(0..layout.size(), Bits::bytes);
        Ok(Part {
            range: start + bytes.start..start + bytes.end,
            ty,
            layout,
            bits,
        })
    }
}

/// One field or element.
struct Part {
    ty: CType,
    layout: Layout,
    /// Which bits of the bytes it is, if it is a bit-field.
    bits: Option<Bits>,
    /// Its bytes.
    range: Range<usize>,
}

/// Equal types and equal bytes, but for padding.
impl PartialEq for Aggregate {
    fn eq(&self, other: &Self) -> bool {
        let same = |leaf: trampette_types::Leaf| {
            let bytes = leaf.bits.map_or(0..leaf.scalar.value_size(), Bits::bytes);
            let range = leaf.offset + bytes.start..leaf.offset + bytes.end;
            let [one, other] = [self, other].map(|whole| &whole.inner.bytes[range.clone()]);
            let same = match leaf.bits {
                Some(bits) => raw(bits, one) == raw(bits, other),
                None => one == other,
            };
            match same {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        };
        self.inner.ty == other.inner.ty && self.inner.layout.leaves(&mut { same }).is_continue()
    }
}
