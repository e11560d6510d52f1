use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::ctype::{CType, Extent};
use crate::error::TypeError;
use crate::limits::MAX_ALIGN;

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
    /// have one name, [`TypeError::TooDeep`] and [`TypeError::TooManyNodes`] beyond the limits.
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
    /// which GCC ignores `aligned` on members, is 1 with members that have none.
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

    /// The index of the field of this name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields()
            .iter()
            .position(|field| field.name() == Some(name))
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

    pub(crate) fn extent(&self) -> Extent {
        self.inner.extent
    }
}

/// One member of a struct or union.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    name: Option<Arc<str>>,
    ty: CType,
    align: Option<usize>,
}

impl Field {
    /// A field with a name.
    #[must_use]
    pub fn named(name: impl AsRef<str>, ty: CType) -> Self {
        Self {
            name: Some(Arc::from(name.as_ref())),
            ty,
            align: None,
        }
    }

    /// A field without a name, reached by its index.
    #[must_use]
    pub fn unnamed(ty: CType) -> Self {
        Self {
            name: None,
            ty,
            align: None,
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
}

impl From<CType> for Field {
    fn from(ty: CType) -> Self {
        Self::unnamed(ty)
    }
}

fn alignment(align: usize) -> Result<usize, TypeError> {
    if align.is_power_of_two() && align <= MAX_ALIGN {
        Ok(align)
    } else {
        Err(TypeError::BadAlignment { align })
    }
}
