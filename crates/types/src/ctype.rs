use alloc::string::String;
use alloc::sync::Arc;

use crate::error::TypeError;
use crate::float::Float;
use crate::int::Int;
use crate::limits::{MAX_DEPTH, MAX_NODES};
use crate::record::{Field, Record};
use crate::signature::Signature;
use crate::text::brief;
use crate::vector::Vector;

/// A C type, as written: C's names are kept until a [`DataModel`](crate::DataModel) resolves them.
///
/// Types are cheap to clone (their parts are shared) and always well-formed: the constructors refuse
/// what C has no meaning for, and what exceeds the [limits](crate::limits).
///
/// ```
/// use trampette_types::{CType, Field, Int};
///
/// let div_t = CType::structure([
///     Field::named("quot", CType::Int(Int::Int)),
///     Field::named("rem", CType::Int(Int::Int)),
/// ])?;
/// assert_eq!(div_t.to_string(), "{quot: int, rem: int}");
/// assert_eq!(div_t, "{quot: int, rem: int}".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CType {
    /// No value: as a result, or as what a pointer points to.
    Void,
    /// `_Bool`.
    Bool,
    /// An integer.
    Int(Int),
    /// A floating-point number.
    Float(Float),
    /// A complex number, `_Complex`: two floating-point numbers, real and imaginary.
    Complex(Float),
    /// A SIMD vector.
    Vector(Vector),
    /// A data or function pointer.
    Pointer(Pointer),
    /// `char *`, pointing to text that ends with NUL.
    String,
    /// An array inside a struct or union, or behind a pointer: C passes none by value.
    Array(Array),
    /// A struct.
    Struct(Record),
    /// A union.
    Union(Record),
    /// An enumeration.
    Enum(Enum),
    /// C's `va_list`, of the platform's [form](crate::VaList). As a parameter it is what C makes of that: a
    /// pointer where it is an array.
    VaList,
}

impl CType {
    /// `float`.
    pub const F32: Self = Self::Float(Float::F32);

    /// `double`.
    pub const F64: Self = Self::Float(Float::F64);

    /// `long double`.
    pub const LONG_DOUBLE: Self = Self::Float(Float::LongDouble);

    /// A pointer to something unknown, C's `void *`.
    pub const POINTER: Self = Self::Pointer(Pointer { pointee: None });

    /// An array of `len` elements.
    ///
    /// # Errors
    ///
    /// [`TypeError::VoidValue`] for elements of type void, [`TypeError::MisplacedFlexibleArray`] for those
    /// of no known size, [`TypeError::TooDeep`] and [`TypeError::TooManyNodes`] beyond the limits.
    pub fn array(element: CType, len: usize) -> Result<Self, TypeError> {
        Array::new(element, Some(len)).map(Self::Array)
    }

    /// An array of as many elements as there is memory for, `char data[]` in C: the last member of a
    /// struct that has others. It is laid out as one of no elements, and a struct that has it is not
    /// passed by value.
    ///
    /// ```
    /// use trampette_types::{CType, DataModel, Field, Int};
    ///
    /// let message = CType::structure([
    ///     Field::named("length", CType::Int(Int::U32)),
    ///     Field::named("data", CType::flexible_array(CType::Int(Int::Char))?),
    /// ])?;
    /// assert_eq!(message.to_string(), "{length: u32, data: [char]}");
    /// let layout = message.layout(&DataModel::LINUX_X86_64)?;
    /// assert_eq!((layout.size(), layout.members()[1].offset), (4, 4));
    /// # Ok::<(), trampette_types::TypeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`CType::array`].
    pub fn flexible_array(element: CType) -> Result<Self, TypeError> {
        Array::new(element, None).map(Self::Array)
    }

    /// A struct of these fields, without a tag, not packed.
    ///
    /// # Errors
    ///
    /// See [`Record::new`].
    pub fn structure(
        fields: impl IntoIterator<Item = impl Into<Field>>,
    ) -> Result<Self, TypeError> {
        Record::new(fields).map(Self::Struct)
    }

    /// A union of these fields, without a tag, not packed.
    ///
    /// # Errors
    ///
    /// See [`Record::new`]; [`TypeError::MisplacedFlexibleArray`] for a flexible array, which unions do not
    /// have.
    pub fn union(fields: impl IntoIterator<Item = impl Into<Field>>) -> Result<Self, TypeError> {
        let record = Record::new(fields)?;
        record.check_union()?;
        Ok(Self::Union(record))
    }

    /// A pointer to values of this type; for `void` it is [`CType::POINTER`].
    ///
    /// # Errors
    ///
    /// [`TypeError::TooDeep`] and [`TypeError::TooManyNodes`] beyond the limits.
    pub fn pointer_to(self) -> Result<Self, TypeError> {
        if self == Self::Void {
            return Ok(Self::POINTER);
        }
        let extent = Extent::around([&self])?;
        let pointee = Some(Arc::new((Pointee::Type(self), extent)));
        Ok(Self::Pointer(Pointer { pointee }))
    }

    /// A pointer to functions of this signature.
    ///
    /// # Errors
    ///
    /// [`TypeError::TooDeep`] and [`TypeError::TooManyNodes`] beyond the limits.
    pub fn function_pointer(signature: Signature) -> Result<Self, TypeError> {
        let extent = Extent::around(signature.params().iter().chain([signature.result()]))?;
        let pointee = Some(Arc::new((Pointee::Function(signature), extent)));
        Ok(Self::Pointer(Pointer { pointee }))
    }

    /// How many nodes it is made of, counted as if nothing in it were shared: the number that
    /// [`MAX_NODES`] limits.
    ///
    /// ```
    /// use trampette_types::CType;
    ///
    /// let ty: CType = "{a: i32, b: *[i8; 4]}".parse()?;
    /// assert_eq!((ty.nodes(), ty.depth()), (5, 4));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.extent().nodes as usize
    }

    /// How many levels it nests: the number that [`MAX_DEPTH`] limits.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.extent().depth as usize
    }

    /// Whether it is a flexible array.
    pub(crate) fn is_flexible(&self) -> bool {
        matches!(self, Self::Array(array) if array.is_flexible())
    }

    /// Whether a flexible array is anywhere in it, but for what pointers point to.
    pub(crate) fn has_flexible_array(&self) -> bool {
        match self {
            Self::Array(array) => array.is_flexible() || array.element().has_flexible_array(),
            Self::Struct(record) | Self::Union(record) => {
                let mut fields = record.fields().iter();
                fields.any(|field| field.ty().has_flexible_array())
            }
            _ => false,
        }
    }

    pub(crate) fn extent(&self) -> Extent {
        match self {
            Self::Array(array) => array.inner.extent,
            Self::Struct(record) | Self::Union(record) => record.extent(),
            Self::Pointer(Pointer {
                pointee: Some(pointee),
            }) => pointee.1,
            _ => Extent { depth: 1, nodes: 1 },
        }
    }
}

/// A pointer, with what it points to where that is known. All pointers are passed alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pointer {
    pointee: Option<Arc<(Pointee, Extent)>>,
}

/// What a pointer points to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pointee {
    /// Values of this type.
    Type(CType),
    /// Functions of this signature.
    Function(Signature),
}

impl Pointer {
    /// What it points to; `None` for `void *` and pointers to incomplete types.
    #[must_use]
    pub fn pointee(&self) -> Option<&Pointee> {
        self.pointee.as_deref().map(|(pointee, _)| pointee)
    }
}

/// An array type. Made by [`CType::array`] and [`CType::flexible_array`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Array {
    inner: Arc<ArrayInner>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ArrayInner {
    element: CType,
    /// `None` for a flexible array.
    len: Option<usize>,
    extent: Extent,
}

impl Array {
    fn new(element: CType, len: Option<usize>) -> Result<Self, TypeError> {
        if element == CType::Void {
            return Err(TypeError::VoidValue);
        }
        if element.is_flexible() {
            return Err(TypeError::MisplacedFlexibleArray {
                ty: brief(&element),
            });
        }
        let extent = Extent::around([&element])?;
        Ok(Self {
            inner: Arc::new(ArrayInner {
                element,
                len,
                extent,
            }),
        })
    }

    /// The type of the elements.
    #[must_use]
    pub fn element(&self) -> &CType {
        &self.inner.element
    }

    /// How many elements there are; none of a flexible array, whose type does not say.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.len.unwrap_or(0)
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is a flexible array, `char data[]` in C.
    #[must_use]
    pub fn is_flexible(&self) -> bool {
        self.inner.len.is_none()
    }
}

/// An enumeration: an integer type under a tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enum {
    tag: Option<Arc<str>>,
    int: Int,
}

impl Enum {
    /// An enumeration that is stored as `int` is.
    #[must_use]
    pub fn new(int: Int) -> Self {
        Self { tag: None, int }
    }

    /// The same with a tag, as in `enum tag`.
    #[must_use]
    pub fn with_tag(self, tag: impl Into<String>) -> Self {
        Self {
            tag: Some(Arc::from(tag.into())),
            ..self
        }
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The integer type behind it.
    #[must_use]
    pub fn int(&self) -> Int {
        self.int
    }
}

/// How far a type reaches: levels and nodes, so that the limits hold without walking the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Extent {
    depth: u32,
    nodes: u32,
}

impl Extent {
    /// The extent of a type around these parts.
    pub(crate) fn around<'a>(
        parts: impl IntoIterator<Item = &'a CType>,
    ) -> Result<Self, TypeError> {
        let mut whole = Self { depth: 1, nodes: 1 };
        for part in parts {
            let part = part.extent();
            whole.depth = whole.depth.max(part.depth + 1);
            whole.nodes += part.nodes;
            if whole.depth as usize > MAX_DEPTH {
                return Err(TypeError::TooDeep);
            }
            if whole.nodes as usize > MAX_NODES {
                return Err(TypeError::TooManyNodes);
            }
        }
        Ok(whole)
    }

    /// Refuses parts that have more nodes than one type may have.
    pub(crate) fn check_nodes<'a>(
        parts: impl IntoIterator<Item = &'a CType>,
    ) -> Result<(), TypeError> {
        let mut nodes = 0;
        for part in parts {
            nodes += part.extent().nodes;
            if nodes as usize > MAX_NODES {
                return Err(TypeError::TooManyNodes);
            }
        }
        Ok(())
    }
}
