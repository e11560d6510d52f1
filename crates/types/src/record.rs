use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::ctype::{CType, Extent};
use crate::error::{BitFieldFault, TypeError};
use crate::limits::MAX_ALIGN;
use crate::text::brief;

/// The members and attributes of a struct or union.
///
/// ```
/// use trampette_types::{CType, DataModel, Field, Int, Record};
///
/// let fields = [Field::named("tag", CType::Int(Int::U8)), Field::named("value", CType::F64)];
/// let packed = CType::Struct(Record::new(fields)?.with_packed(1)?.with_tag("tagged"));
/// assert_eq!(packed.layout(&DataModel::LINUX_X86_64)?.size(), 9);
/// assert_eq!(packed.to_string(), "{tag: u8, value: f64} packed");
/// # Ok::<(), trampette_types::TypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Inner {
    tag: Option<String>,
    fields: Vec<Field>,
    packed: Option<usize>,
    align: Option<usize>,
    extent: Extent,
}

impl Record {
    /// A record of these fields, without a tag, not packed.
    ///
    /// # Errors
    ///
    /// [`TypeError::VoidValue`] for a field of type void, [`TypeError::DuplicateField`] when two fields
    /// have one name, [`TypeError::MisplacedFlexibleArray`] for a flexible array that is not the last of
    /// several members, [`TypeError::TooDeep`] and [`TypeError::TooManyNodes`] beyond the limits.
    pub fn new(fields: impl IntoIterator<Item = impl Into<Field>>) -> Result<Self, TypeError> {
        let fields: Vec<Field> = fields.into_iter().map(Into::into).collect();
        let mut names = BTreeSet::new();
        for field in &fields {
            if field.ty == CType::Void {
                return Err(TypeError::VoidValue);
            }
            if let Some(name) = field.name()
                && !names.insert(name)
            {
                return Err(TypeError::DuplicateField {
                    name: name.to_string(),
                });
            }
        }
        check_flexible(&fields)?;
        let extent = Extent::around(fields.iter().map(|field| &field.ty))?;
        let inner = Inner {
            tag: None,
            fields,
            packed: None,
            align: None,
            extent,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// The same with a tag, as in `struct tag`.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.inner).tag = Some(tag.into());
        self
    }

    /// The same with no member aligned to more than `align` bytes: the attribute `packed` is 1,
    /// `#pragma pack(n)` is n.
    ///
    /// The alignment of a member itself ([`Field::with_align`]) outweighs `packed` and, but for
    /// [`RecordRule::Msvc`](crate::RecordRule::Msvc), not `#pragma pack(n)`. So `#pragma pack(1)`, in
    /// which GCC ignores `aligned` on members, is 1 with members that have none. MSVC's rule has no limit
    /// of more than a pointer's size.
    ///
    /// # Errors
    ///
    /// [`TypeError::BadAlignment`] unless `align` is a power of two up to
    /// [`MAX_ALIGN`](crate::limits::MAX_ALIGN).
    pub fn with_packed(mut self, align: usize) -> Result<Self, TypeError> {
        Arc::make_mut(&mut self.inner).packed = Some(alignment(align)?);
        Ok(self)
    }

    /// The same aligned to at least `align` bytes: the attribute `aligned(n)` on the type.
    ///
    /// # Errors
    ///
    /// [`TypeError::BadAlignment`] unless `align` is a power of two up to
    /// [`MAX_ALIGN`](crate::limits::MAX_ALIGN).
    pub fn with_align(mut self, align: usize) -> Result<Self, TypeError> {
        Arc::make_mut(&mut self.inner).align = Some(alignment(align)?);
        Ok(self)
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.inner.tag.as_deref()
    }

    /// The fields, in order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.inner.fields
    }

    /// The fields that are members, in order: all but bit-fields without a name, which only pad. They are
    /// those that a [`Layout`](crate::Layout) has [members](crate::Layout::members) for, one to one.
    ///
    /// ```
    /// use trampette_types::{CType, DataModel};
    ///
    /// let ty: CType = "{a: u8:3, u8:5, b: u8, i32}".parse()?;
    /// let CType::Struct(record) = &ty else { unreachable!() };
    /// let members: Vec<String> = record.members().map(ToString::to_string).collect();
    /// assert_eq!(members, ["a: u8:3", "b: u8", "i32"]);
    /// assert_eq!(ty.layout(&DataModel::LINUX_X86_64)?.members().len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn members(&self) -> impl DoubleEndedIterator<Item = &Field> {
        self.fields().iter().filter(|field| field.is_member())
    }

    /// The index of the member of this name, among the [members](Self::members).
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.members().position(|field| field.name() == Some(name))
    }

    /// The field of this name, and the index of the member that it is, or that it is in: "The members of an anonymous
    /// structure or union are considered to be members of the containing structure or union." (C11 6.7.2.1, 13)
    ///
    /// ```
    /// use trampette_types::CType;
    ///
    /// let ty: CType = "{kind: u8, union {number: i64, text: str}}".parse()?;
    /// let CType::Struct(record) = &ty else { unreachable!() };
    /// let (index, field) = record.find("text").expect("it is there");
    /// assert_eq!((index, field.ty()), (1, &CType::String));
    /// assert_eq!(record.position("text"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(usize, &Field)> {
        let own = self.position(name);
        if let Some(found) = own.and_then(|index| Some((index, self.members().nth(index)?))) {
            return Some(found);
        }
        let mut members = self.members().enumerate();
        members.find_map(|(index, member)| match (member.name(), &member.ty) {
            (None, CType::Struct(record) | CType::Union(record)) => {
                record.find(name).map(|(_, found)| (index, found))
            }
            _ => None,
        })
    }

    /// The most bytes that a member is aligned to, if limited.
    #[must_use]
    pub fn packed(&self) -> Option<usize> {
        self.inner.packed
    }

    /// The fewest bytes that the record is aligned to, if asked for.
    #[must_use]
    pub fn align(&self) -> Option<usize> {
        self.inner.align
    }

    /// Unions have no flexible arrays. Which of the two a record becomes shows late.
    pub(crate) fn check_union(&self) -> Result<(), TypeError> {
        match self.fields().iter().find(|field| field.ty.is_flexible()) {
            Some(field) => Err(misplaced(field)),
            None => Ok(()),
        }
    }

    pub(crate) fn extent(&self) -> Extent {
        self.inner.extent
    }
}

/// One member of a struct or union, or a bit-field that only pads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    name: Option<Arc<str>>,
    ty: CType,
    align: Option<usize>,
    bits: Option<u32>,
}

impl Field {
    /// A field with a name.
    #[must_use]
    pub fn named(name: impl AsRef<str>, ty: CType) -> Self {
        Self {
            name: Some(Arc::from(name.as_ref())),
            ty,
            align: None,
            bits: None,
        }
    }

    /// A field without a name, reached by its index.
    #[must_use]
    pub fn unnamed(ty: CType) -> Self {
        Self {
            name: None,
            ty,
            align: None,
            bits: None,
        }
    }

    /// The same aligned to at least `align` bytes: the attribute `aligned(n)` on the member.
    ///
    /// # Errors
    ///
    /// [`TypeError::BadAlignment`] unless `align` is a power of two up to
    /// [`MAX_ALIGN`](crate::limits::MAX_ALIGN).
    pub fn with_align(self, align: usize) -> Result<Self, TypeError> {
        Ok(Self {
            align: Some(alignment(align)?),
            ..self
        })
    }

    /// The same as a bit-field of `width` bits. One without a name is no member, and one of no bits
    /// closes the storage that the bit-field before it began.
    ///
    /// A width that its type has under some data models and not under others is refused when it is laid
    /// out for one of those: `long:40` is a bit-field on Linux and none on Windows.
    ///
    /// ```
    /// use trampette_types::{CType, Field, Int};
    ///
    /// let mode = Field::named("mode", CType::Int(Int::UnsignedInt)).with_bits(3)?;
    /// assert_eq!(mode.to_string(), "mode: uint:3");
    /// let error = Field::named("flag", CType::Bool).with_bits(2).unwrap_err();
    /// assert_eq!(error.to_string(), "`flag: bool:2` is wider than its type, which has 1 bit");
    /// # Ok::<(), trampette_types::TypeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TypeError::BadBitField`] if the type is no integer, `bool` or enumeration, if no data model gives
    /// the type so many bits, and for no bits under a name.
    pub fn with_bits(mut self, width: u32) -> Result<Self, TypeError> {
        self.bits = Some(width);
        match self.fault() {
            None => Ok(self),
            Some(fault) => Err(TypeError::BadBitField {
                field: brief(&self),
                fault,
            }),
        }
    }

    fn fault(&self) -> Option<BitFieldFault> {
        let most = match &self.ty {
            CType::Bool => 1,
            CType::Int(int) => int.most_bits(),
            CType::Enum(enumeration) => enumeration.int().most_bits(),
            _ => return Some(BitFieldFault::NoInteger),
        };
        match self.bits? {
            0 => self.name.as_ref().map(|_| BitFieldFault::NamedZero),
            width => (width > most).then_some(BitFieldFault::TooWide { most }),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The type.
    #[must_use]
    pub fn ty(&self) -> &CType {
        &self.ty
    }

    /// The fewest bytes that the member is aligned to, if asked for.
    #[must_use]
    pub fn align(&self) -> Option<usize> {
        self.align
    }

    /// How many bits it has, if it is a bit-field.
    #[must_use]
    pub fn bits(&self) -> Option<u32> {
        self.bits
    }

    /// Whether it is a member: "a bit-field declaration with no declarator, but only a colon and a width,
    /// indicates an unnamed bit-field", which is none and only pads (C11 6.7.2.1, 12). Other fields
    /// without a name are members, reached by their index.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.bits.is_none() || self.name.is_some()
    }
}

impl From<CType> for Field {
    fn from(ty: CType) -> Self {
        Self::unnamed(ty)
    }
}

/// "As a special case, the last element of a structure with more than one named member may have an
/// incomplete array type; this is called a flexible array member." (C11 6.7.2.1, 18)
fn check_flexible(fields: &[Field]) -> Result<(), TypeError> {
    let Some(index) = fields.iter().position(|field| field.ty.is_flexible()) else {
        return Ok(());
    };
    let has_others = fields[..index].iter().any(Field::is_member);
    if has_others && index + 1 == fields.len() {
        return Ok(());
    }
    Err(misplaced(&fields[index]))
}

fn misplaced(field: &Field) -> TypeError {
    TypeError::MisplacedFlexibleArray { ty: brief(field) }
}

fn alignment(align: usize) -> Result<usize, TypeError> {
    if align.is_power_of_two() && align <= MAX_ALIGN {
        Ok(align)
    } else {
        Err(TypeError::BadAlignment { align })
    }
}
