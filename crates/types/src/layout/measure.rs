use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::ctype::{Array, CType};
use crate::error::TypeError;
use crate::layout::bits::BitField;
use crate::layout::{Layout, LayoutKind, Member, Scalar};
use crate::limits::MAX_SIZE;
use crate::model::{DataModel, RecordRule};
use crate::record::{Field, Record};
use crate::text::brief;

impl CType {
    /// Size, alignment and offsets under a data model.
    ///
    /// # Errors
    ///
    /// [`TypeError::SizeOverflow`] when the size exceeds [`MAX_SIZE`], [`TypeError::BadBitField`] for a
    /// bit-field that is wider than its type is under this model, [`TypeError::BadVector`] for a vector
    /// that this model gives a size that no register has, [`TypeError::MisplacedFlexibleArray`] for a
    /// flexible array in a union.
    pub fn layout(&self, model: &DataModel) -> Result<Layout, TypeError> {
        self.measure(model).map(|measured| measured.layout)
    }

    fn measure(&self, model: &DataModel) -> Result<Measured, TypeError> {
        let scalar = match self {
            Self::Array(array) => return self.array_layout(array, model),
            Self::Struct(record) => return self.struct_layout(record, model),
            Self::Union(record) => return self.union_layout(record, model),
            Self::Void => return Ok(Measured::plain(Layout::VOID)),
            Self::Bool => Scalar::Bool,
            Self::Int(int) => int.scalar(model),
            Self::Float(float) => float.scalar(model),
            Self::Complex(float) => {
                return Ok(Measured::plain(Layout::of_complex(float.scalar(model))));
            }
            Self::Vector(vector) => return vector.layout(model).map(Measured::plain),
            Self::Pointer(_) | Self::String => Scalar::Pointer,
            Self::Enum(enumeration) => enumeration.int().scalar(model),
            Self::VaList => return model.va_list.object()?.measure(model),
        };
        Ok(Measured::plain(Layout::of_scalar(scalar)))
    }

    fn array_layout(&self, array: &Array, model: &DataModel) -> Result<Measured, TypeError> {
        let Measured {
            layout: element,
            declared,
        } = array.element().measure(model)?;
        let align = element.align;
        // Only MSVC has elements whose size is no multiple of their alignment: records of nothing.
        let size = element.size.checked_mul(array.len());
        let size = size.and_then(|size| size.checked_next_multiple_of(align));
        let layout = Layout {
            size: self.checked_size(size)?,
            align,
            natural: align,
            kind: LayoutKind::Array {
                element: Arc::new(element),
                len: array.len(),
            },
            unnamed: None,
        };
        Ok(Measured { layout, declared })
    }

    fn struct_layout(&self, record: &Record, model: &DataModel) -> Result<Measured, TypeError> {
        let mut parts = Parts::of(self, record);
        for field in record.fields() {
            if let Some(bits) = BitField::of(field, model)? {
                parts.place_bits(&bits, model)?;
                continue;
            }
            let (layout, align) = parts.measure(field, model)?;
            let offset = parts.place(align, model)?;
            parts.end = self.checked_size(offset.checked_add(layout.size))?;
            parts.push(offset, layout);
        }
        self.record_layout(parts, model, LayoutKind::Struct)
    }

    fn union_layout(&self, record: &Record, model: &DataModel) -> Result<Measured, TypeError> {
        record.check_union()?;
        let mut parts = Parts::of(self, record);
        for field in record.fields() {
            if let Some(bits) = BitField::of(field, model)? {
                parts.overlay_bits(&bits, model);
                continue;
            }
            let (layout, _) = parts.measure(field, model)?;
            parts.unit = None;
            parts.end = parts.end.max(layout.size);
            parts.push(0, layout);
        }
        self.record_layout(parts, model, LayoutKind::Union)
    }

    fn record_layout(
        &self,
        parts: Parts<'_>,
        model: &DataModel,
        kind: fn(Arc<[Member]>) -> LayoutKind,
    ) -> Result<Measured, TypeError> {
        let Parts { align, natural, .. } = parts;
        let size = self.checked_size(parts.end.checked_next_multiple_of(align))?;
        let layout = Layout {
            size: if size == 0 {
                parts.empty_size(model)
            } else {
                size
            },
            align,
            natural,
            kind: kind(parts.members.into()),
            unnamed: (!parts.unnamed.is_empty()).then(|| parts.unnamed.into()),
        };
        // Clang, for MSVC's sake: any `aligned` on a type declares all the alignment that it has.
        let declared = match parts.record.align() {
            Some(_) => align,
            None => parts.declared,
        };
        Ok(Measured { layout, declared })
    }

    pub(super) fn checked_size(&self, size: Option<usize>) -> Result<usize, TypeError> {
        size.filter(|&size| size <= MAX_SIZE)
            .ok_or_else(|| self.oversized())
    }

    pub(super) fn oversized(&self) -> TypeError {
        TypeError::SizeOverflow { ty: brief(self) }
    }
}

/// A layout, and the alignment that `aligned` declares on the type or on anything in it.
struct Measured {
    layout: Layout,
    declared: usize,
}

impl Measured {
    fn plain(layout: Layout) -> Self {
        Self {
            layout,
            declared: 1,
        }
    }
}

/// A record's members as far as they are laid out: where they end, the alignment that the record and
/// that they ask for, and how much of that is declared.
pub(super) struct Parts<'a> {
    pub(super) whole: &'a CType,
    pub(super) record: &'a Record,
    pub(super) members: Vec<Member>,
    /// The bit-fields without a name.
    pub(super) unnamed: Vec<Member>,
    /// The byte behind everything so far.
    pub(super) end: usize,
    /// How many bits before `end` are free for another bit-field.
    pub(super) spare: u32,
    /// The size of the storage unit that a bit-field before has begun, by MSVC's rule.
    pub(super) unit: Option<usize>,
    align: usize,
    natural: usize,
    declared: usize,
}

impl<'a> Parts<'a> {
    fn of(whole: &'a CType, record: &'a Record) -> Self {
        let declared = record.align().unwrap_or(1);
        Self {
            whole,
            record,
            members: Vec::with_capacity(record.fields().len()),
            unnamed: Vec::new(),
            end: 0,
            spare: 0,
            unit: None,
            align: declared,
            natural: 1,
            declared,
        }
    }

    /// The layout of the next field, and its alignment as a member of this record.
    fn measure(&mut self, field: &Field, model: &DataModel) -> Result<(Layout, usize), TypeError> {
        let Measured { layout, declared } = field.ty().measure(model)?;
        let own = field.align().unwrap_or(1);
        let declared = declared.max(own);
        let align = self.member_align(layout.align, own, declared, model);
        self.ask(align);
        self.declared = self.declared.max(declared);
        Ok((layout, align))
    }

    /// Aligns the record to at least that many bytes.
    pub(super) fn ask(&mut self, align: usize) {
        self.align = self.align.max(align);
        self.natural = self.natural.max(align);
    }

    fn push(&mut self, offset: usize, layout: Layout) {
        self.members.push(Member {
            offset,
            layout,
            bits: None,
        });
    }

    /// "When used on a struct, or struct member, the aligned attribute can only increase the alignment;
    /// in order to decrease it, the packed attribute must be specified as well." (GCC, "Common
    /// Variable Attributes") The pragmas "change the maximum alignment of members of structures" (GCC,
    /// "Structure-Layout Pragmas"), `aligned` ones included.
    pub(super) fn member_align(
        &self,
        natural: usize,
        own: usize,
        declared: usize,
        model: &DataModel,
    ) -> usize {
        match (self.record.packed(), model.records) {
            (None, _) => natural.max(own),
            // "The MS-ABI ignores pragma pack if its larger than the pointer size." (Clang,
            // RecordLayoutBuilder.cpp)
            (Some(limit), RecordRule::Msvc) if limit > Scalar::Pointer.size() => natural.max(own),
            (Some(1), RecordRule::Gnu) => own,
            (Some(limit), RecordRule::Gnu) => natural.max(own).min(limit),
            (Some(limit), RecordRule::Msvc) => natural.min(limit).max(declared),
        }
    }

    /// What a record has that would have no size. MSVC takes it from `aligned` where that asks for more; in GCC's
    /// C++ a record of members without a size stays without.
    fn empty_size(&self, model: &DataModel) -> usize {
        match model.records {
            RecordRule::Msvc if self.declared >= model.empty_struct_size => self.align,
            RecordRule::Gnu if self.members.is_empty() => {
                model.empty_struct_size.next_multiple_of(self.align)
            }
            RecordRule::Gnu => 0,
            _ => model.empty_struct_size,
        }
    }
}
