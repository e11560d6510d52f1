//! Types from debugging information.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

use gimli::{
    AttributeValue, DebuggingInformationEntry, DwAt, DwTag, Dwarf, DwarfSections, EndianSlice,
    EntriesTreeNode, LittleEndian, Unit, UnitOffset, constants as dw,
};

use trampette::limits;

use super::{Described, DwarfError, Keyword, Kind, Part};

pub(super) type Slice<'a> = EndianSlice<'a, LittleEndian>;
type Entry<'a> = DebuggingInformationEntry<Slice<'a>>;

/// More levels than any type has that the engine knows, with a typedef between each two.
const MAX_DEPTH: usize = 2 * limits::MAX_DEPTH + 2;
/// Likewise, more parts.
const MAX_PARTS: usize = 2 * limits::MAX_NODES;

/// The debugging information of an object file of C.
pub(super) struct Reader<'a> {
    pub(super) dwarf: Dwarf<Slice<'a>>,
    pub(super) unit: Unit<Slice<'a>>,
    /// Where the type of each typedef is described.
    typedefs: HashMap<String, UnitOffset>,
    /// How many parts the type may still have: where a type is said to stand in itself, there is no end.
    parts: Cell<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn of(sections: &'a DwarfSections<Vec<u8>>) -> Result<Self, DwarfError> {
        let dwarf = sections.borrow(|section| EndianSlice::new(section, LittleEndian));
        let Some(header) = dwarf.units().next()? else {
            let name = "any type".into();
            return Err(DwarfError::Absent { name });
        };
        let unit = dwarf.unit(header)?;
        let typedefs = typedefs(&dwarf, &unit)?;
        Ok(Self {
            dwarf,
            unit,
            typedefs,
            parts: Cell::new(MAX_PARTS),
        })
    }

    /// The type of this name.
    pub(super) fn named(&self, name: &str) -> Result<Described, DwarfError> {
        self.parts.set(MAX_PARTS);
        match self.typedefs.get(name) {
            Some(&offset) => self.ty(offset, 0),
            None => Err(DwarfError::Absent { name: name.into() }),
        }
    }

    /// The type that is described there.
    pub(super) fn whole(&self, offset: UnitOffset) -> Result<Described, DwarfError> {
        self.parts.set(MAX_PARTS);
        self.ty(offset, 0)
    }

    fn ty(&self, offset: UnitOffset, depth: usize) -> Result<Described, DwarfError> {
        let parts = self.parts.get().checked_sub(1);
        self.parts.set(parts.ok_or(DwarfError::Endless)?);
        if depth > MAX_DEPTH {
            return Err(DwarfError::Endless);
        }
        let mut tree = self.unit.entries_tree(Some(offset))?;
        let node = tree.root()?;
        let entry = node.entry();
        match entry.tag() {
            dw::DW_TAG_typedef
            | dw::DW_TAG_const_type
            | dw::DW_TAG_volatile_type
            | dw::DW_TAG_restrict_type
            | dw::DW_TAG_atomic_type => self.ty(type_of(entry)?, depth + 1),
            dw::DW_TAG_base_type => Ok(Described::Scalar {
                kind: kind(entry),
                size: size(entry)?,
            }),
            dw::DW_TAG_pointer_type => Ok(Described::Scalar {
                kind: Kind::Pointer,
                size: match number(entry, dw::DW_AT_byte_size) {
                    Some(size) => size,
                    None => self.unit.encoding().address_size.into(),
                },
            }),
            dw::DW_TAG_enumeration_type => Ok(Described::Scalar {
                kind: self.kind_of_enum(entry, depth)?,
                size: size(entry)?,
            }),
            dw::DW_TAG_array_type => self.array(node, depth),
            dw::DW_TAG_structure_type => self.record(node, Keyword::Struct, depth),
            dw::DW_TAG_union_type => self.record(node, Keyword::Union, depth),
            other => Err(unknown_tag(other)),
        }
    }

    fn kind_of_enum(&self, entry: &Entry<'a>, depth: usize) -> Result<Kind, DwarfError> {
        if !entry.has_attr(dw::DW_AT_type) {
            return Ok(Kind::Enum);
        }
        match self.ty(type_of(entry)?, depth + 1)? {
            Described::Scalar { kind, .. } => Ok(kind),
            _ => Ok(Kind::Other),
        }
    }

    fn record(
        &self,
        node: EntriesTreeNode<'_, '_, Slice<'a>>,
        keyword: Keyword,
        depth: usize,
    ) -> Result<Described, DwarfError> {
        let entry = node.entry();
        let (size, align) = (size(entry)?, number(entry, dw::DW_AT_alignment));
        let mut members = Vec::new();
        let mut children = node.children();
        while let Some(child) = children.next()? {
            // Types may stand in it, too.
            if child.entry().tag() == dw::DW_TAG_member {
                members.push(self.member(child.entry(), depth)?);
            }
        }
        Ok(Described::Record {
            keyword,
            size,
            align,
            members,
        })
    }

    fn member(&self, entry: &Entry<'a>, depth: usize) -> Result<Part, DwarfError> {
        let ty = self.ty(type_of(entry)?, depth + 1)?;
        let name = name(&self.dwarf, &self.unit, entry)?;
        Ok(Part {
            name,
            bits: bits(entry, ty.size())?,
            align: number(entry, dw::DW_AT_alignment),
            ty,
        })
    }

    /// An array of arrays is one array that has several ranges.
    fn array(
        &self,
        node: EntriesTreeNode<'_, '_, Slice<'a>>,
        depth: usize,
    ) -> Result<Described, DwarfError> {
        let mut ty = self.ty(type_of(node.entry())?, depth + 1)?;
        let mut lens = Vec::new();
        let mut children = node.children();
        while let Some(child) = children.next()? {
            if child.entry().tag() == dw::DW_TAG_subrange_type {
                lens.push(len(child.entry()));
            }
        }
        for len in lens.into_iter().rev() {
            let element = Box::new(ty);
            ty = Described::Array { element, len };
        }
        Ok(ty)
    }
}

fn typedefs<'a>(
    dwarf: &Dwarf<Slice<'a>>,
    unit: &Unit<Slice<'a>>,
) -> Result<HashMap<String, UnitOffset>, DwarfError> {
    let mut typedefs = HashMap::new();
    let mut tree = unit.entries_tree(None)?;
    let mut children = tree.root()?.children();
    while let Some(child) = children.next()? {
        let entry = child.entry();
        if entry.tag() != dw::DW_TAG_typedef {
            continue;
        }
        if let Some(name) = name(dwarf, unit, entry)? {
            typedefs.insert(name, entry.offset());
        }
    }
    Ok(typedefs)
}

pub(super) fn name<'a>(
    dwarf: &Dwarf<Slice<'a>>,
    unit: &Unit<Slice<'a>>,
    entry: &Entry<'a>,
) -> Result<Option<String>, DwarfError> {
    let Some(name) = entry.attr_value(dw::DW_AT_name) else {
        return Ok(None);
    };
    let name = dwarf.attr_string(unit, name)?;
    Ok(Some(name.to_string_lossy().into_owned()))
}

/// The bits of a member of so many bytes. Where a bit-field begins, DWARF counts from the start of the
/// record; before version 4 it counts from the most significant bit of a unit of storage, downwards. Where
/// a bit-field of a packed record reaches past the unit, that is a negative number.
fn bits(entry: &Entry<'_>, size: u64) -> Result<Range<u64>, DwarfError> {
    let location = match entry.attr_value(dw::DW_AT_data_member_location) {
        None => 0,
        Some(value) => value
            .udata_value()
            .ok_or_else(|| unknown("place of a member"))?,
    };
    let width = number(entry, dw::DW_AT_bit_size);
    let start = if let Some(start) = number(entry, dw::DW_AT_data_bit_offset) {
        Some(start)
    } else if let (Some(from_top), Some(width)) = (signed(entry, dw::DW_AT_bit_offset), width) {
        let unit = number(entry, dw::DW_AT_byte_size).unwrap_or(size);
        let end = location
            .checked_add(unit)
            .and_then(|end| end.checked_mul(8));
        end.and_then(|end| {
            let end = end.checked_add_signed(from_top.checked_neg()?)?;
            end.checked_sub(width)
        })
    } else {
        location.checked_mul(8)
    };
    let width = width.or_else(|| size.checked_mul(8));
    let range = start
        .zip(width)
        .and_then(|(start, width)| Some(start..start.checked_add(width)?));
    range.ok_or_else(|| unknown("place of a member"))
}

/// How many elements a range has; an array of none may have no bounds.
fn len(entry: &Entry<'_>) -> u64 {
    let last = || Some(number(entry, dw::DW_AT_upper_bound)?.wrapping_add(1));
    number(entry, dw::DW_AT_count).or_else(last).unwrap_or(0)
}

fn kind(entry: &Entry<'_>) -> Kind {
    match entry.attr_value(dw::DW_AT_encoding) {
        Some(AttributeValue::Encoding(encoding)) => match encoding {
            dw::DW_ATE_boolean => Kind::Bool,
            dw::DW_ATE_float => Kind::Float,
            dw::DW_ATE_complex_float => Kind::Complex,
            dw::DW_ATE_signed | dw::DW_ATE_signed_char => Kind::Signed,
            dw::DW_ATE_unsigned | dw::DW_ATE_unsigned_char | dw::DW_ATE_UTF => Kind::Unsigned,
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

fn size(entry: &Entry<'_>) -> Result<u64, DwarfError> {
    number(entry, dw::DW_AT_byte_size).ok_or_else(|| unknown("type without a size"))
}

fn type_of(entry: &Entry<'_>) -> Result<UnitOffset, DwarfError> {
    match entry.attr_value(dw::DW_AT_type) {
        Some(AttributeValue::UnitRef(offset)) => Ok(offset),
        _ => Err(unknown("reference to a type")),
    }
}

fn number(entry: &Entry<'_>, name: DwAt) -> Option<u64> {
    entry.attr_value(name)?.udata_value()
}

/// A number that may be negative. GCC says so by its form, Clang writes it in eight bytes.
fn signed(entry: &Entry<'_>, name: DwAt) -> Option<i64> {
    match number(entry, name) {
        Some(number) => Some(number.cast_signed()),
        None => entry.attr_value(name)?.sdata_value(),
    }
}

fn unknown_tag(tag: DwTag) -> DwarfError {
    DwarfError::Unknown {
        what: tag.to_string(),
    }
}

fn unknown(what: &str) -> DwarfError {
    DwarfError::Unknown { what: what.into() }
}
