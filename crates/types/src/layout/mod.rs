use alloc::sync::Arc;
use core::fmt;
use core::ops::{ControlFlow, Range};

mod bits;
mod measure;

pub use bits::Bits;

/// A type resolved under a [`DataModel`](crate::DataModel): its size, its alignment and where its parts stand, all in
/// bytes. Names are gone, so equal layouts are passed alike.
///
/// ```
/// use trampette_types::{CType, DataModel};
///
/// let ty: CType = "{x: i8, y: {f64, i16}}".parse()?;
/// let layout = ty.layout(&DataModel::LINUX_X86_64)?;
/// assert_eq!((layout.size(), layout.align()), (24, 8));
/// assert_eq!(layout.members()[1].offset, 8);
/// assert_eq!(layout.to_string(), "{i8, {f64, i16}}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    size: usize,
    align: usize,
    /// What `align` is without an `aligned` on the type itself.
    natural: usize,
    kind: LayoutKind,
    unnamed: Option<Arc<[Member]>>,
}

/// What a [`Layout`] is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LayoutKind {
    /// No value.
    Void,
    /// A single machine value.
    Scalar(Scalar),
    /// A complex number: real part, then imaginary part.
    Complex(Scalar),
    /// A SIMD vector, which one vector register holds.
    Vector {
        /// A number in it.
        lane: Scalar,
        /// How many there are.
        len: usize,
    },
    /// `len` elements, one after the other.
    Array {
        /// The layout of an element.
        element: Arc<Layout>,
        /// How many there are.
        len: usize,
    },
    /// Members in order, each behind the one before it. The storage of a bit-field may begin earlier, for
    /// it is shared.
    Struct(Arc<[Member]>),
    /// Members that share offset zero.
    Union(Arc<[Member]>),
}

/// A member of a struct or union layout.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its offset in the record, in bytes. For a bit-field it is that of the [storage](Bits) that its bits
    /// are counted from.
    pub offset: usize,
    /// Its own layout; that of its type for a bit-field.
    pub layout: Layout,
    /// The bits that it has, if it is a bit-field.
    pub bits: Option<Bits>,
}

/// A value that one register or one memory access holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "most variants are the type of their name")]
pub enum Scalar {
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    I128,
    U128,
    F16,
    BF16,
    F32,
    F64,
    /// The x87's format of 80 bits, in 16 bytes of which the last six mean nothing.
    F80,
    F128,
    /// The eight bytes of a SIMD vector, whatever numbers those are; and so the others.
    V64,
    V128,
    V256,
    V512,
    Pointer,
}

/// A scalar somewhere inside a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its offset from the start of the whole, in bytes.
    pub offset: usize,
    /// What stands there.
    pub scalar: Scalar,
    /// The bits that it has from there on, if it is a bit-field.
    pub bits: Option<Bits>,
}

impl Leaf {
    /// The bytes that mean something, from the start of the whole: those that hold bits of it, of a
    /// bit-field.
    ///
    /// ```
    /// use core::ops::ControlFlow;
    /// use trampette_types::{CType, DataModel};
    ///
    /// let ty: CType = "{x: i64:40, y: u16:9, z: longdouble}".parse()?;
    /// let mut bytes = Vec::new();
    /// let _ = ty.layout(&DataModel::LINUX_X86_64)?.leaves(&mut |leaf| {
    ///     bytes.push(leaf.bytes());
    ///     ControlFlow::<()>::Continue(())
    /// });
    /// assert_eq!(bytes, [0..5, 6..8, 16..26]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn bytes(self) -> Range<usize> {
        let within = self
            .bits
            .map_or(0..self.scalar.value_size(), |bits| bits.bytes());
        self.offset + within.start..self.offset + within.end
    }
}

impl Scalar {
    /// Its size in bytes, which is its natural alignment as well. (That of [`V256`](Self::V256) and
    /// [`V512`](Self::V512) is the data model's.)
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 | Self::BF16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::V64 | Self::Pointer => 8,
            Self::I128 | Self::U128 | Self::F80 | Self::F128 | Self::V128 => 16,
            Self::V256 => 32,
            Self::V512 => 64,
        }
    }

    /// How many of these bytes mean something: the lowest ones.
    ///
    /// ```
    /// use trampette_types::Scalar;
    ///
    /// assert_eq!((Scalar::F80.size(), Scalar::F80.value_size()), (16, 10));
    /// assert_eq!((Scalar::F64.size(), Scalar::F64.value_size()), (8, 8));
    /// ```
    #[must_use]
    pub fn value_size(self) -> usize {
        match self {
            Self::F80 => 10,
            _ => self.size(),
        }
    }

    /// Whether it is a signed integer.
    #[must_use]
    pub fn is_signed(self) -> bool {
        matches!(
            self,
            Self::I8 | Self::I16 | Self::I32 | Self::I64 | Self::I128
        )
    }

    /// Whether it is a floating-point number.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(
            self,
            Self::F16 | Self::BF16 | Self::F32 | Self::F64 | Self::F80 | Self::F128
        )
    }

    /// The unsigned integer of the same width; other scalars as they are.
    #[must_use]
    pub fn unsigned(self) -> Self {
        match self {
            Self::I8 => Self::U8,
            Self::I16 => Self::U16,
            Self::I32 => Self::U32,
            Self::I64 => Self::U64,
            Self::I128 => Self::U128,
            other => other,
        }
    }

    /// The name in compact text: `i32`, `ptr`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::I8 => "i8",
            Self::U8 => "u8",
            Self::I16 => "i16",
            Self::U16 => "u16",
            Self::I32 => "i32",
            Self::U32 => "u32",
            Self::I64 => "i64",
            Self::U64 => "u64",
            Self::I128 => "i128",
            Self::U128 => "u128",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::F80 => "f80",
            Self::F128 => "f128",
            Self::V64 => "v64",
            Self::V128 => "v128",
            Self::V256 => "v256",
            Self::V512 => "v512",
            Self::Pointer => "ptr",
        }
    }
}

impl Layout {
    pub(crate) const VOID: Self = Self {
        size: 0,
        align: 1,
        natural: 1,
        kind: LayoutKind::Void,
        unnamed: None,
    };

    /// The layout of a scalar, aligned to its size.
    #[must_use]
    pub fn of_scalar(scalar: Scalar) -> Self {
        Self {
            size: scalar.size(),
            align: scalar.size(),
            natural: scalar.size(),
            kind: LayoutKind::Scalar(scalar),
            unnamed: None,
        }
    }

    pub(crate) fn of_complex(part: Scalar) -> Self {
        Self {
            size: 2 * part.size(),
            kind: LayoutKind::Complex(part),
            ..Self::of_scalar(part)
        }
    }

    pub(crate) fn of_vector(lane: Scalar, len: usize, align: usize) -> Self {
        Self {
            size: lane.size() * len,
            align,
            natural: align,
            kind: LayoutKind::Vector { lane, len },
            unnamed: None,
        }
    }

    /// The size, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The alignment, in bytes.
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }

    /// The alignment that its members ask for, in bytes: an `aligned` on the type itself does not count,
    /// one on a member or on a member's type does. AAPCS64, "Composite Types", calls it natural.
    ///
    /// ```
    /// use trampette_types::{CType, DataModel};
    ///
    /// let natural = |text: &str| -> Result<usize, Box<dyn std::error::Error>> {
    ///     Ok(text.parse::<CType>()?.layout(&DataModel::LINUX_AARCH64)?.natural_align())
    /// };
    /// assert_eq!(natural("{i64} align(16)")?, 8);
    /// assert_eq!(natural("{align(16) i64}")?, 16);
    /// assert_eq!(natural("{{i64} align(16)}")?, 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn natural_align(&self) -> usize {
        self.natural
    }

    /// What it is made of.
    #[must_use]
    pub fn kind(&self) -> &LayoutKind {
        &self.kind
    }

    /// The scalar, where it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<Scalar> {
        match self.kind {
            LayoutKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is a SIMD vector.
    #[must_use]
    pub fn is_vector(&self) -> bool {
        matches!(self.kind, LayoutKind::Vector { .. })
    }

    /// Whether there is no value at all.
    #[must_use]
    pub fn is_void(&self) -> bool {
        matches!(self.kind, LayoutKind::Void)
    }

    /// The members of a struct or union; none for anything else.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            LayoutKind::Struct(members) | LayoutKind::Union(members) => members,
            _ => &[],
        }
    }

    /// The bit-fields without a name of a struct or union, which are no members: they hold no value, but some
    /// conventions pass their bits. Those of no bits are left out.
    ///
    /// ```
    /// use trampette_types::{CType, DataModel};
    ///
    /// let ty: CType = "{x: f32, u32:5, u32:0}".parse()?;
    /// let layout = ty.layout(&DataModel::LINUX_X86_64)?;
    /// assert_eq!(layout.members().len(), 1);
    /// let [pad] = layout.unnamed_bits() else { unreachable!() };
    /// assert_eq!((pad.offset, pad.bits.map(|bits| bits.width)), (4, Some(5)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn unnamed_bits(&self) -> &[Member] {
        self.unnamed.as_deref().unwrap_or_default()
    }

    /// Visits every scalar in it, those of all union members too, in the order of declaration, until
    /// `visit` breaks. Parts of no size and [bit-fields without a name](Self::unnamed_bits) are not visited.
    ///
    /// An array of a million elements has a million leaves: look at [`size`](Self::size) first.
    pub fn leaves<B>(&self, visit: &mut impl FnMut(Leaf) -> ControlFlow<B>) -> ControlFlow<B> {
        self.leaves_from(0, None, visit)
    }

    fn leaves_from<B>(
        &self,
        base: usize,
        bits: Option<Bits>,
        visit: &mut impl FnMut(Leaf) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        if self.size == 0 {
            return ControlFlow::Continue(());
        }
        match &self.kind {
            LayoutKind::Void => {}
            LayoutKind::Scalar(scalar) => visit(Leaf {
                offset: base,
                scalar: *scalar,
                bits,
            })?,
            LayoutKind::Complex(part) => {
                for offset in [base, base + part.size()] {
                    visit(Leaf {
                        offset,
                        scalar: *part,
                        bits: None,
                    })?;
                }
            }
            LayoutKind::Vector { .. } => {
                if let Some(scalar) = Scalar::vector(self.size) {
                    visit(Leaf {
                        offset: base,
                        scalar,
                        bits: None,
                    })?;
                }
            }
            LayoutKind::Array { element, len } => {
                for index in 0..*len {
                    element.leaves_from(base + index * element.size, None, visit)?;
                }
            }
            LayoutKind::Struct(members) | LayoutKind::Union(members) => {
                for member in members.iter() {
                    let (offset, layout) = (base + member.offset, &member.layout);
                    layout.leaves_from(offset, member.bits, visit)?;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            LayoutKind::Void => f.write_str("void"),
            LayoutKind::Scalar(scalar) => f.write_str(scalar.name()),
            LayoutKind::Complex(part) => write!(f, "complex({})", part.name()),
            LayoutKind::Vector { lane, len } => write!(f, "vector({}, {len})", lane.name()),
            LayoutKind::Array { element, len } => write!(f, "[{element}; {len}]"),
            LayoutKind::Struct(members) => self.write_members(f, members),
            LayoutKind::Union(members) => {
                f.write_str("union ")?;
                self.write_members(f, members)
            }
        }
    }
}

impl Layout {
    /// The members, and behind them the bit-fields that are none: `{f32, _: u32:5}`.
    fn write_members(&self, f: &mut fmt::Formatter<'_>, members: &[Member]) -> fmt::Result {
        f.write_str("{")?;
        for (index, member) in members.iter().chain(self.unnamed_bits()).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let name = if index < members.len() { "" } else { "_: " };
            write!(f, "{separator}{name}{}", member.layout)?;
            if let Some(bits) = member.bits {
                write!(f, ":{}", bits.width)?;
            }
        }
        f.write_str("}")
    }
}
