use alloc::sync::Arc;
use core::fmt;
use core::ops::ControlFlow;

mod measure;

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
}

/// What a [`Layout`] is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LayoutKind {
    /// No value.
    Void,
    /// A single machine value.
    Scalar(Scalar),
    /// `len` elements, one after the other.
    Array {
        /// The layout of an element.
        element: Arc<Layout>,
        /// How many there are.
        len: usize,
    },
    /// Members at ascending offsets.
    Struct(Arc<[Member]>),
    /// Members that share offset zero.
    Union(Arc<[Member]>),
}

/// A member of a struct or union layout.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its offset in the record, in bytes.
    pub offset: usize,
    /// Its own layout.
    pub layout: Layout,
}

/// A value that one register or one memory access holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant is the type of its name")]
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
    F32,
    F64,
    Pointer,
}

/// A scalar somewhere inside a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its offset from the start of the whole, in bytes.
    pub offset: usize,
    /// What stands there.
    pub scalar: Scalar,
}

impl Scalar {
    /// Its size in bytes, which is its natural alignment as well.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::Pointer => 8,
        }
    }

    /// Whether it is a signed integer.
    #[must_use]
    pub fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// Whether it is a floating-point number.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// The unsigned integer of the same width; other scalars as they are.
    #[must_use]
    pub fn unsigned(self) -> Self {
        match self {
            Self::I8 => Self::U8,
            Self::I16 => Self::U16,
            Self::I32 => Self::U32,
            Self::I64 => Self::U64,
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
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Pointer => "ptr",
        }
    }
}

impl Layout {
    const VOID: Self = Self {
        size: 0,
        align: 1,
        natural: 1,
        kind: LayoutKind::Void,
    };

    pub(crate) fn of_scalar(scalar: Scalar) -> Self {
        Self {
            size: scalar.size(),
            align: scalar.size(),
            natural: scalar.size(),
            kind: LayoutKind::Scalar(scalar),
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

    /// Visits every scalar in it, those of all union members too, in the order of declaration, until
    /// `visit` breaks. Parts of no size are not visited.
    ///
    /// An array of a million elements has a million leaves: look at [`size`](Self::size) first.
    pub fn leaves<B>(&self, visit: &mut impl FnMut(Leaf) -> ControlFlow<B>) -> ControlFlow<B> {
        self.leaves_from(0, visit)
    }

    fn leaves_from<B>(
        &self,
        base: usize,
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
            })?,
            LayoutKind::Array { element, len } => {
                for index in 0..*len {
                    element.leaves_from(base + index * element.size, visit)?;
                }
            }
            LayoutKind::Struct(members) | LayoutKind::Union(members) => {
                for member in members.iter() {
                    member.layout.leaves_from(base + member.offset, visit)?;
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
            LayoutKind::Array { element, len } => write!(f, "[{element}; {len}]"),
            LayoutKind::Struct(members) => write_members(f, members),
            LayoutKind::Union(members) => {
                f.write_str("union ")?;
                write_members(f, members)
            }
        }
    }
}

fn write_members(f: &mut fmt::Formatter<'_>, members: &[Member]) -> fmt::Result {
    f.write_str("{")?;
    for (index, member) in members.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{}", member.layout)?;
    }
    f.write_str("}")
}
