//! Random records of bit-fields, among members of every other kind.

use trampette_types::{CType, DataModel, Enum, Field, Int, Record};

use crate::random_types::{ENUMS, any_type};
use crate::seeded::Seeded;

/// A struct or union that nests at most `levels` levels, with bit-fields that a data model has.
pub(crate) fn record(random: &mut Seeded, levels: usize, model: &DataModel) -> CType {
    let fields: Vec<Field> = (0..1 + random.below(7))
        .map(|index| field(random, index, levels, model))
        .collect();
    let mut record = Record::new(fields).expect("few levels, names that differ");
    if random.below(3) == 0 {
        let limit = random.pick(&[1, 1, 2, 4, 8, 16]);
        record = record.with_packed(limit).expect("a power of two");
    }
    if random.below(6) == 0 {
        let align = random.pick(&[1, 2, 4, 8, 16]);
        record = record.with_align(align).expect("a power of two");
    }
    match random.below(4) {
        0 => CType::Union(record),
        _ => CType::Struct(record),
    }
}

fn field(random: &mut Seeded, index: usize, levels: usize, model: &DataModel) -> Field {
    let field = match random.below(10) {
        0 | 1 => Field::unnamed(any_type(random, 2)),
        2 if levels > 1 => Field::unnamed(record(random, levels - 1, model)),
        _ => bits(random, index, model),
    };
    if random.below(8) > 0 {
        return field;
    }
    let align = random.pick(&[1, 2, 4, 8, 16]);
    field.with_align(align).expect("a power of two")
}

fn bits(random: &mut Seeded, index: usize, model: &DataModel) -> Field {
    let (ty, most) = bits_type(random, model);
    let width = match random.below(8) {
        0 => 0,
        1 => 1,
        2 => most,
        3 => most.min(8),
        _ => 1 + random.below(most),
    };
    let field = if width == 0 || random.below(6) == 0 {
        Field::unnamed(ty)
    } else {
        Field::named(format!("m{index}"), ty)
    };
    let width = u32::try_from(width).expect("a few bits");
    field.with_bits(width).expect("its type has them")
}

/// The type of a bit-field, and how many bits it has.
fn bits_type(random: &mut Seeded, model: &DataModel) -> (CType, usize) {
    let ints: Vec<Int> = Int::all().collect();
    let ty = match random.below(12) {
        0 => return (CType::Bool, 1),
        1 => CType::Enum(Enum::new(random.pick(&ENUMS))),
        2..6 => CType::Int(random.pick(&[Int::U8, Int::I16, Int::Int, Int::U32, Int::I64])),
        _ => CType::Int(random.pick(&ints)),
    };
    let layout = ty.layout(model).expect("an integer has a size");
    (ty, 8 * layout.size())
}
