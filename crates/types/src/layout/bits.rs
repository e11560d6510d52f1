use core::ops::Range;

use crate::ctype::CType;
use crate::error::{BitFieldFault, TypeError};
use crate::layout::measure::Parts;
use crate::layout::{Layout, Member, Scalar};
use crate::limits::MAX_SIZE;
use crate::model::{BitFieldRule, DataModel, RecordRule};
use crate::record::Field;
use crate::text::brief;

/// Which bits of its storage a bit-field has.
///
/// The storage begins at the [`offset`](Member::offset) of the member. Bits are counted from there as in a
/// little-endian number, which all platforms here are: bit 0 is the least significant bit of the first
/// byte, bit 8 that of the second.
///
/// The offset is a multiple of the size of the field's type, as if the record were an array of that type,
/// so that a compiler reads the field with one load and a shift. Only where the bits reach past the end
/// of such an element, which they do in some packed records, does the storage begin at the byte of the
/// first bit, and then they may go through one byte more than the type has.
///
/// A record need not be as large as that storage: `{u8, u32:8} packed` has two bytes, and the bits 8 to 15
/// of a `u32`. So a reader loads the [`bytes`](Self::bytes) that hold bits and no others.
///
/// ```
/// use trampette_types::{Bits, CType, DataModel};
///
/// let ty: CType = "{a: u8:3, b: u32:20, c: u16:7}".parse()?;
/// let layout = ty.layout(&DataModel::LINUX_X86_64)?;
/// let [a, b, c] = layout.members() else { unreachable!() };
/// assert_eq!((a.offset, a.bits), (0, Some(Bits { offset: 0, width: 3 })));
/// assert_eq!((b.offset, b.bits), (0, Some(Bits { offset: 3, width: 20 })));
/// assert_eq!((c.offset, c.bits), (2, Some(Bits { offset: 7, width: 7 })));
///
/// let record = [0x2a, 0x00, 0x80, 0x12];
/// let bits = c.bits.expect("a bit-field");
/// let bytes = bits.bytes();
/// let mut number = [0; 16];
/// number[..bytes.len()].copy_from_slice(&record[c.offset..][bytes.clone()]);
/// let number = u128::from_le_bytes(number) >> (bits.offset as usize - 8 * bytes.start);
/// assert_eq!(number & ((1 << bits.width) - 1), 0b0100101);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bits {
    /// How many bits of the storage are below them.
    pub offset: u32,
    /// How many they are, at least one.
    pub width: u32,
}

impl Bits {
    /// The bytes that hold them, counted from the beginning of the storage.
    #[must_use]
    pub fn bytes(self) -> Range<usize> {
        let end = self.offset + self.width;
        self.offset as usize / 8..end.div_ceil(8) as usize
    }
}

impl Scalar {
    /// How many bits of it hold a value.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Self::Bool => 1,
            other => bits_of(other.size()),
        }
    }
}

/// A bit-field that is to be laid out.
pub(super) struct BitField<'a> {
    field: &'a Field,
    scalar: Scalar,
    size: usize,
    width: u32,
}

impl<'a> BitField<'a> {
    /// What is to be laid out of a field, if it is a bit-field.
    pub(super) fn of(field: &'a Field, model: &DataModel) -> Result<Option<Self>, TypeError> {
        let Some(width) = field.bits() else {
            return Ok(None);
        };
        let bad = |fault| TypeError::BadBitField {
            field: brief(field),
            fault,
        };
        let scalar = match field.ty() {
            CType::Bool => Scalar::Bool,
            CType::Int(int) => int.scalar(model),
            CType::Enum(enumeration) => enumeration.int().scalar(model),
            _ => return Err(bad(BitFieldFault::NoInteger)),
        };
        let most = scalar.bits();
        if width > most {
            return Err(bad(BitFieldFault::TooWide { most }));
        }
        Ok(Some(Self {
            field,
            scalar,
            size: scalar.size(),
            width,
        }))
    }

    /// The alignment that `aligned` gives it, 1 if there is none.
    fn own(&self) -> usize {
        self.field.align().unwrap_or(1)
    }
}

/// Whose rule holds. Mingw's is MSVC's, as GCC understands it.
enum Rule {
    Gcc,
    Clang,
    Msvc,
    Mingw,
}

impl Rule {
    fn of(model: &DataModel) -> Self {
        match (model.bit_fields, model.records) {
            (BitFieldRule::Gnu, _) => Self::Gcc,
            (BitFieldRule::Clang, _) => Self::Clang,
            (BitFieldRule::Msvc, RecordRule::Msvc) => Self::Msvc,
            (BitFieldRule::Msvc, RecordRule::Gnu) => Self::Mingw,
        }
    }
}

/// A place in a record: a byte, and how many of its bits are taken.
#[derive(Clone, Copy)]
struct Place {
    byte: usize,
    bit: u32,
}

impl Parts<'_> {
    /// Puts a bit-field of a struct behind what there is.
    pub(super) fn place_bits(
        &mut self,
        field: &BitField<'_>,
        model: &DataModel,
    ) -> Result<(), TypeError> {
        let place = match Rule::of(model) {
            Rule::Gcc => self.place_gnu(field, model, Self::start_gcc),
            Rule::Clang => self.place_gnu(field, model, Self::start_clang),
            Rule::Msvc => self.place_msvc(field, model),
            Rule::Mingw => self.place_mingw(field),
        };
        match place {
            Some(place) if self.end <= MAX_SIZE => self.push_bits(field, place),
            _ => return Err(self.whole.oversized()),
        }
        Ok(())
    }

    /// Puts a bit-field of a union at its beginning.
    pub(super) fn overlay_bits(&mut self, field: &BitField<'_>, model: &DataModel) {
        let taken = match Rule::of(model) {
            Rule::Gcc | Rule::Clang => {
                self.ask_gnu(field, model);
                field.width.div_ceil(8) as usize
            }
            Rule::Msvc => self.overlay_msvc(field),
            Rule::Mingw => {
                if field.width > 0 {
                    self.ask_mingw(field);
                }
                field.width.div_ceil(8) as usize
            }
        };
        self.end = self.end.max(taken);
        self.push_bits(field, Place { byte: 0, bit: 0 });
    }

    /// Where the next member that is no bit-field begins.
    pub(super) fn place(&mut self, align: usize, model: &DataModel) -> Result<usize, TypeError> {
        let offset = match Rule::of(model) {
            Rule::Mingw => self.close_mingw(align),
            _ => self.end.checked_next_multiple_of(align),
        };
        (self.spare, self.unit) = (0, None);
        self.whole.checked_size(offset)
    }

    /// The next free bits are used. Zero width goes on to the next unit, also where packing lowers the
    /// alignment of everything else.
    fn place_gnu(
        &mut self,
        field: &BitField<'_>,
        model: &DataModel,
        start: fn(&Self, &BitField<'_>) -> Option<Place>,
    ) -> Option<Place> {
        self.ask_gnu(field, model);
        let place = match field.width {
            0 => self.next().up_to(field.size.max(field.own())),
            _ => start(self, field),
        }?;
        let end = place.bit + field.width;
        self.end = place.byte.checked_add(end.div_ceil(8) as usize)?;
        self.spare = end.next_multiple_of(8) - end;
        Some(place)
    }

    /// Where `aligned` says, and then: "bit-fields must be contained in a storage unit appropriate for its
    /// declared type" (System V psABI, 3.1.2 "Bit-Fields"), unless the record is packed in any way.
    fn start_gcc(&self, field: &BitField<'_>) -> Option<Place> {
        let mut place = self.next();
        if let Some(own) = field.field.align() {
            place = place.up_to(self.pragma().map_or(own, |limit| own.min(limit)))?;
        }
        if self.record.packed().is_none() && place.crosses(field, field.size) {
            place = place.up_to(field.size)?;
        }
        Some(place)
    }

    /// What `aligned` says is done only where the field fits into its storage unit without it.
    fn start_clang(&self, field: &BitField<'_>) -> Option<Place> {
        let next = self.next();
        let unit = field.size.max(field.own());
        if self.record.packed().is_none() && next.crosses(field, unit) {
            return next.up_to(unit);
        }
        match (field.field.align(), self.pragma()) {
            (None, _) => Some(next),
            (Some(own), Some(limit)) if own > limit => Some(next),
            (Some(own), _) => next.up_to(own),
        }
    }

    /// The limit that is no `packed` attribute.
    fn pragma(&self) -> Option<usize> {
        self.record.packed().filter(|&limit| limit > 1)
    }

    /// "Unnamed bit-fields' types do not affect the alignment of a structure or union." (System V psABI,
    /// 3.1.2) "The container type contributes to the alignment of the containing aggregate in the same way
    /// a plain (non bit-field) member of that type would, without exception for zero-sized or anonymous
    /// bit-fields." (AAPCS64, "Bit-fields") Compilers except zero-sized ones from packing.
    fn ask_gnu(&mut self, field: &BitField<'_>, model: &DataModel) {
        if !field.field.is_member() && !model.anonymous_bits_align {
            return;
        }
        self.ask(match field.width {
            0 => field.size.max(field.own()),
            _ => self.member_align(field.size, field.own(), 1, model),
        });
    }

    /// "Adjacent bit fields are packed into the same 1-, 2-, or 4-byte allocation unit if the integral
    /// types are the same size and if the next bit field fits into the current allocation unit without
    /// crossing the boundary imposed by the common alignment requirements of the bit fields." (Microsoft,
    /// "Padding and alignment of structure members") 8-byte ones are the same. The unit is taken whole, and
    /// only the first field in it asks for alignment. Zero width ends it; elsewhere it is nothing.
    fn place_msvc(&mut self, field: &BitField<'_>, model: &DataModel) -> Option<Place> {
        if let Some(place) = self.share(field) {
            return Some(place);
        }
        let was_open = self.unit.take().is_some();
        if field.width > 0 || was_open {
            let align = self.member_align(field.size, field.own(), field.own(), model);
            self.ask(align);
            self.end = self.end.checked_next_multiple_of(align)?;
        }
        self.open(field)
    }

    /// In a union the unit is taken whole as well, also by zero width that ends one; none asks for
    /// alignment.
    fn overlay_msvc(&mut self, field: &BitField<'_>) -> usize {
        let was_open = self.unit.take().is_some();
        if field.width == 0 && !was_open {
            return 0;
        }
        self.unit = Some(field.size).filter(|_| field.width > 0);
        field.size
    }

    /// MSVC's units, each aligned as any other member would be. `aligned` counts only where a unit begins
    /// or ends.
    fn place_mingw(&mut self, field: &BitField<'_>) -> Option<Place> {
        let counts = field.width > 0 || self.unit.is_some();
        if counts {
            self.ask_mingw(field);
        }
        if let Some(place) = self.share(field) {
            return Some(place);
        }
        let limit = self.record.packed().unwrap_or(field.size);
        let own = self
            .pragma()
            .map_or(field.own(), |limit| field.own().min(limit));
        self.end = self.close_mingw(own)?;
        if counts {
            self.end = self.end.checked_next_multiple_of(field.size.min(limit))?;
        }
        self.open(field)
    }

    /// Every field asks, those in one unit with others too; the `packed` attribute forbids it to all but
    /// zero width.
    fn ask_mingw(&mut self, field: &BitField<'_>) {
        let align = field.size.max(field.own());
        match self.record.packed() {
            Some(1) if field.width > 0 => {}
            None | Some(1) => self.ask(align),
            Some(limit) => self.ask(align.min(limit)),
        }
    }

    /// The next place of that alignment behind the storage unit, if one is open. Whether anything needs to be
    /// aligned, GCC asks before it goes to the end of the unit; in a packed record that may be elsewhere.
    fn close_mingw(&self, align: usize) -> Option<usize> {
        let next = self.next();
        if self.unit.is_some() && next.bit == 0 && next.byte.is_multiple_of(align) {
            return Some(self.end);
        }
        self.end.checked_next_multiple_of(align)
    }

    /// A place in the storage unit that is open, if there is room and the unit is of the same size.
    fn share(&mut self, field: &BitField<'_>) -> Option<Place> {
        if field.width == 0 || self.unit != Some(field.size) {
            return None;
        }
        let place = self.next();
        self.spare = self.spare.checked_sub(field.width)?;
        Some(place)
    }

    /// Opens a storage unit at the end, or none for zero width.
    fn open(&mut self, field: &BitField<'_>) -> Option<Place> {
        let byte = self.end;
        (self.unit, self.spare) = (None, 0);
        if field.width > 0 {
            self.end = byte.checked_add(field.size)?;
            self.unit = Some(field.size);
            self.spare = bits_of(field.size) - field.width;
        }
        Some(Place { byte, bit: 0 })
    }

    /// The place of the next free bit.
    fn next(&self) -> Place {
        Place {
            byte: self.end - self.spare.div_ceil(8) as usize,
            bit: self.spare.next_multiple_of(8) - self.spare,
        }
    }

    fn push_bits(&mut self, field: &BitField<'_>, place: Place) {
        if field.width == 0 {
            return;
        }
        let begin = if place.crosses(field, field.size) {
            place.byte
        } else {
            place.byte / field.size * field.size
        };
        let list = match field.field.is_member() {
            true => &mut self.members,
            false => &mut self.unnamed,
        };
        list.push(Member {
            offset: begin,
            layout: Layout::of_scalar(field.scalar),
            bits: Some(Bits {
                offset: bits_of(place.byte - begin) + place.bit,
                width: field.width,
            }),
        });
    }
}

impl Place {
    /// The first place from here on that is a multiple of so many bytes.
    fn up_to(self, align: usize) -> Option<Self> {
        let byte = self.byte.checked_add(usize::from(self.bit > 0))?;
        let byte = byte.checked_next_multiple_of(align)?;
        Some(Self { byte, bit: 0 })
    }

    /// Whether a field that begins here ends further from the last multiple of `unit` bytes than its type
    /// is wide.
    fn crosses(self, field: &BitField<'_>, unit: usize) -> bool {
        bits_of(self.byte % unit) + self.bit + field.width > bits_of(field.size)
    }
}

/// How many bits are in a few bytes, no more than the largest alignment.
fn bits_of(bytes: usize) -> u32 {
    u32::try_from(bytes * 8).expect("a few bytes")
}
