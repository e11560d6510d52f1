//! Bit-fields, and records of them.

use trampette::{CType, Enum, Field, Int, MODEL};

use super::types::{DOUBLE, Dress, FLOAT, Writer};

/// The types of most bit-fields.
const USUAL: [Int; 6] = [
    Int::U8,
    Int::I16,
    Int::Int,
    Int::UnsignedInt,
    Int::I64,
    Int::U64,
];

/// The most fields of a record that is about bit-fields.
const MOST_FIELDS: usize = 20;

impl Writer<'_> {
    /// How many of a hundred integers in records are bit-fields: they need names.
    fn share_of_bits(&self) -> u32 {
        match self.knobs.shares.names {
            0 => 0,
            _ => self.knobs.shares.bits,
        }
    }

    /// Adds a field of this type: an integer as a bit-field at times, and one without a name before it.
    pub(super) fn push_field(&mut self, fields: &mut Vec<Field>, name: Option<&str>, ty: CType) {
        let share = self.share_of_bits();
        if self.draw.chance(share.div_ceil(4)) {
            fields.push(self.unnamed_bits());
        }
        let is_narrowed = bits_of(&ty).is_some() && self.draw.chance(share);
        fields.push(match (name, is_narrowed) {
            (Some(name), true) => self.bits(name, ty),
            (None, true) => self.bits(&format!("b{}", fields.len()), ty),
            (Some(name), false) => Field::named(name, ty),
            (None, false) => Field::unnamed(ty),
        });
    }

    /// A record of bit-fields, as large as one or two registers or nearly so, with numbers among them.
    pub(super) fn bit_fields(&mut self) -> CType {
        let goal = self.draw.weighted([(4, 64), (5, 128), (1, 32), (1, 256)]);
        let goal = self.draw.within(goal - 12..=goal + 4);
        let (mut fields, mut bits) = (Vec::<Field>::new(), 0);
        while bits < goal && fields.len() < MOST_FIELDS {
            let field = match self.draw.within(0..=11) {
                0 => Field::unnamed(FLOAT),
                1 => Field::unnamed(DOUBLE),
                2 => Field::unnamed(self.narrow()),
                3 => self.unnamed_bits(),
                _ => {
                    let ty = self.type_of_bits();
                    self.bits(&format!("b{}", fields.len()), ty)
                }
            };
            let own = field.bits().or(bits_of(field.ty()));
            bits += own.map_or(64, |bits| bits as usize);
            fields.push(field);
        }
        let dress = Dress {
            is_union: self.draw.chance(10),
            packed: self.draw.chance(20).then(|| self.packing()),
            align: self.draw.chance(5).then(|| self.alignment()),
            aligned_members: if self.draw.chance(20) { 15 } else { 0 },
        };
        self.assembled(fields, dress)
    }

    /// A bit-field of an integer type.
    fn bits(&mut self, name: &str, ty: CType) -> Field {
        let most = bits_of(&ty).unwrap_or(1);
        let width = self.width(most);
        let field = Field::named(name, ty.clone()).with_bits(width);
        field.unwrap_or_else(|_| Field::named(name, ty))
    }

    /// One that only pads, of no bits at times.
    fn unnamed_bits(&mut self) -> Field {
        let ty = self.type_of_bits();
        let most = bits_of(&ty).unwrap_or(1);
        let width = match self.draw.chance(40) {
            true => 0,
            false => self.width(most),
        };
        let field = Field::unnamed(ty.clone()).with_bits(width);
        field.unwrap_or_else(|_| Field::unnamed(ty))
    }

    /// A number of bits from one to so many.
    fn width(&mut self, most: u32) -> u32 {
        let any = self.draw.within(1..=most as usize);
        let any = u32::try_from(any).unwrap_or(1);
        let whole = [1, most, most.min(8)];
        self.draw
            .weighted([(1, whole[0]), (1, whole[1]), (1, whole[2]), (6, any)])
    }

    fn type_of_bits(&mut self) -> CType {
        let usual = CType::Int(self.draw.one(USUAL));
        match self.draw.within(0..=11) {
            0 => CType::Bool,
            1 if self.knobs.shares.enums > 0 => CType::Enum(Enum::new(Int::UnsignedInt)),
            2 | 3 => Some(self.word())
                .filter(|ty| bits_of(ty).is_some())
                .unwrap_or(usual),
            4 if self.knobs.shares.wide > 0 => CType::Int(self.draw.one([Int::I128, Int::U128])),
            _ => usual,
        }
    }
}

/// How many bits a bit-field of this type may have here, if there are such bit-fields.
fn bits_of(ty: &CType) -> Option<u32> {
    match ty {
        CType::Bool => Some(1),
        CType::Int(_) | CType::Enum(_) => {
            let size = ty.layout(&MODEL).ok()?.size();
            u32::try_from(8 * size).ok()
        }
        _ => None,
    }
}
