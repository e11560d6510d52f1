//! Where the engine's layout of a type is not what a compiler says.

use std::fmt;
use std::ops::Range;

use trampette::{CType, DataModel, Field, Layout, LayoutKind, Member, Record, Scalar};

use super::{Described, DwarfError, Keyword, Kind, Part};

/// What came of comparing a type with what a compiler says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many members were compared, at every level; elements of an array are one.
    pub members: usize,
    /// What is not the same.
    pub disagreements: Vec<Disagreement>,
}

/// One thing about a type of which a compiler and the engine have different views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Which member of which member it is about, by their indexes; the whole type if there are none.
    pub member: Vec<usize>,
    /// What it is about.
    pub property: Property,
    /// As it is in C.
    pub in_c: String,
    /// As it is by the engine.
    pub by_engine: String,
}

/// What can be said of a type, or of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Property {
    /// What it is.
    Kind,
    /// How many bytes it has.
    Size,
    /// What it is aligned to.
    Alignment,
    /// Which bits of the record it has.
    Bits,
    /// How many members it has.
    Members,
    /// How many elements it has.
    Length,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let property = match self.property {
            Property::Kind => "kind",
            Property::Size => "size",
            Property::Alignment => "alignment",
            Property::Bits => "bits",
            Property::Members => "number of members",
            Property::Length => "number of elements",
        };
        if !self.member.is_empty() {
            let path: Vec<String> = self.member.iter().map(ToString::to_string).collect();
            write!(f, "member {}: ", path.join("."))?;
        }
        let Self {
            in_c, by_engine, ..
        } = self;
        write!(f, "{property}: {in_c} in C, {by_engine} by the engine")
    }
}

/// Compares the engine's layout of a type with what a compiler says of it.
///
/// # Errors
///
/// When the engine has no layout for the type.
pub fn compare(
    ty: &CType,
    described: &Described,
    model: &DataModel,
) -> Result<Comparison, DwarfError> {
    let layout = ty.layout(model)?;
    let mut walk = Walk {
        va_list: model.va_list.object()?,
        path: Vec::new(),
        outcome: Comparison::default(),
    };
    walk.same(described, ty, &layout);
    Ok(walk.outcome)
}

struct Walk {
    /// What stands behind `va_list`.
    va_list: CType,
    path: Vec<usize>,
    outcome: Comparison,
}

impl Walk {
    fn same(&mut self, described: &Described, ty: &CType, layout: &Layout) {
        if let CType::VaList = ty {
            let object = self.va_list.clone();
            return self.same(described, &object, layout);
        }
        match (described, ty, layout.kind()) {
            (Described::Scalar { kind, .. }, _, LayoutKind::Scalar(scalar)) => {
                if !is_kind(*kind, *scalar) {
                    self.differ(Property::Kind, format!("{kind:?}"), scalar.name());
                }
                self.size(described, layout);
            }
            (
                Described::Scalar {
                    kind: Kind::Complex,
                    ..
                },
                CType::Complex(_),
                LayoutKind::Complex(_),
            ) => self.size(described, layout),
            (
                Described::Array { element, len },
                CType::Vector(_),
                LayoutKind::Vector { lane, len: own },
            ) => {
                if *len != *own as u64 {
                    self.differ(Property::Length, len, own);
                }
                if !matches!(**element, Described::Scalar { kind, .. } if is_kind(kind, *lane)) {
                    self.differ(Property::Kind, element.name(), lane.name());
                }
                self.size(described, layout);
            }
            (
                Described::Array { element, len },
                CType::Array(array),
                LayoutKind::Array { element: own, .. },
            ) => {
                if *len != array.len() as u64 {
                    self.differ(Property::Length, len, array.len());
                }
                self.size(described, layout);
                self.same(element, array.element(), own);
            }
            (
                Described::Record {
                    keyword: Keyword::Struct,
                    align,
                    members,
                    ..
                },
                CType::Struct(record),
                _,
            )
            | (
                Described::Record {
                    keyword: Keyword::Union,
                    align,
                    members,
                    ..
                },
                CType::Union(record),
                _,
            ) => {
                self.size(described, layout);
                self.alignment(*align, [record.align(), None], layout.align());
                self.members(members, record, layout.members());
            }
            _ => self.differ(Property::Kind, described.name(), layout),
        }
    }

    fn size(&mut self, described: &Described, layout: &Layout) {
        let (size, own) = (described.size(), layout.size());
        if size != own as u64 {
            self.differ(Property::Size, format_args!("{size} bytes"), own);
        }
    }

    /// Of what is `aligned`, GCC says what it is aligned to, Clang what was asked for, which may be less,
    /// and of a member without a name what its type is aligned to, which may be more.
    fn alignment(&mut self, in_c: Option<u64>, asked: [Option<usize>; 2], own: usize) {
        let Some(in_c) = in_c else { return };
        let mut right = asked.into_iter().chain([Some(own)]).flatten();
        if right.all(|align| align as u64 != in_c) {
            self.differ(Property::Alignment, in_c, own);
        }
    }

    fn members(&mut self, parts: &[Part], record: &Record, members: &[Member]) {
        let fields = record.members();
        if parts.len() != members.len() {
            self.differ(Property::Members, parts.len(), members.len());
            return;
        }
        for (index, ((part, field), member)) in parts.iter().zip(fields).zip(members).enumerate() {
            self.path.push(index);
            self.outcome.members += 1;
            let start = member.offset as u64 * 8;
            let bits = match member.bits {
                Some(bits) => {
                    let first = start + u64::from(bits.offset);
                    first..first + u64::from(bits.width)
                }
                None => start..start + member.layout.size() as u64 * 8,
            };
            let is_same = part.bits == bits || is_first_byte(&part.bits, &bits, member);
            if !is_same {
                let bits = format!("{bits:?}");
                self.differ(Property::Bits, format!("{:?}", part.bits), bits);
            }
            let own = member_align(record, field, &member.layout);
            let of_type = align_of_type(field.ty());
            let asked = field.align().or(of_type);
            let of_type = of_type.map(|_| member.layout.align());
            self.alignment(part.align, [asked, of_type], own);
            self.same(&part.ty, field.ty(), &member.layout);
            self.path.pop();
        }
    }

    fn differ(&mut self, property: Property, in_c: impl ToString, by_engine: impl ToString) {
        self.outcome.disagreements.push(Disagreement {
            member: self.path.clone(),
            property,
            in_c: in_c.to_string(),
            by_engine: by_engine.to_string(),
        });
    }
}

/// Of a bit-field as wide as its type, Clang tells no bit but the byte that it begins in.
fn is_first_byte(in_c: &Range<u64>, bits: &Range<u64>, member: &Member) -> bool {
    let width = member.layout.size() as u64 * 8;
    let first = bits.start / 8 * 8;
    bits.end - bits.start == width && *in_c == (first..first + width)
}

/// What a member is aligned to, as GCC packs records.
fn member_align(record: &Record, field: &Field, layout: &Layout) -> usize {
    let asked = field.align().unwrap_or(1);
    match record.packed() {
        None => layout.align().max(asked),
        Some(1) => asked,
        Some(limit) => layout.align().max(asked).min(limit),
    }
}

/// What is asked for by the type of a member without a name, or of the elements of one, Clang says of that
/// member, too.
fn align_of_type(ty: &CType) -> Option<usize> {
    match ty {
        CType::Struct(record) | CType::Union(record) => record.align(),
        CType::Array(array) => align_of_type(array.element()),
        _ => None,
    }
}

fn is_kind(kind: Kind, scalar: Scalar) -> bool {
    match kind {
        Kind::Bool => scalar == Scalar::Bool,
        Kind::Float => scalar.is_float(),
        Kind::Pointer => scalar == Scalar::Pointer,
        Kind::Signed => scalar.is_signed(),
        Kind::Unsigned => is_unsigned(scalar),
        Kind::Enum => scalar.is_signed() || is_unsigned(scalar),
        Kind::Complex | Kind::Other => false,
    }
}

fn is_unsigned(scalar: Scalar) -> bool {
    matches!(
        scalar,
        Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 | Scalar::U128
    )
}
