//! Random types with every feature that layout depends on.

use trampette_types::{CType, Enum, Field, Float, Int, Record, Signature};

use crate::seeded::Seeded;

pub(crate) const ENUMS: [Int; 5] = [Int::I32, Int::U32, Int::I8, Int::U16, Int::U64];

/// Those that every compiler has.
const FLOATS: [Float; 3] = [Float::F32, Float::F64, Float::LongDouble];

/// A type that nests at most `levels` levels; not void.
pub(crate) fn any_type(random: &mut Seeded, levels: usize) -> CType {
    match random.below(10) {
        0..4 if levels > 1 => CType::Struct(record(random, levels - 1, true)),
        4 | 5 if levels > 1 => CType::Union(record(random, levels - 1, false)),
        6 | 7 if levels > 1 => {
            let len = random.pick(&[0, 1, 1, 2, 3, 5, 16]);
            CType::array(any_type(random, levels - 1), len).expect("few levels")
        }
        _ => leaf(random),
    }
}

fn record(random: &mut Seeded, levels: usize, is_struct: bool) -> Record {
    let mut fields: Vec<Field> = (0..random.pick(&[0, 1, 1, 2, 2, 3, 3, 4, 5]))
        .map(|_| field(random, levels))
        .collect();
    if is_struct && !fields.is_empty() && random.below(8) == 0 {
        let element = any_type(random, levels);
        fields.push(CType::flexible_array(element).expect("few levels").into());
    }
    let mut record = Record::new(fields).expect("few levels, no names");
    if random.below(3) == 0 {
        let limit = random.pick(&[1, 1, 2, 4, 8, 16]);
        record = record.with_packed(limit).expect("a power of two");
    }
    if random.below(5) == 0 {
        let align = random.pick(&[1, 2, 4, 8, 16, 32, 64]);
        record = record.with_align(align).expect("a power of two");
    }
    record
}

fn field(random: &mut Seeded, levels: usize) -> Field {
    let field = Field::unnamed(any_type(random, levels));
    if random.below(6) > 0 {
        return field;
    }
    let align = random.pick(&[1, 2, 4, 8, 16, 32]);
    field.with_align(align).expect("a power of two")
}

fn leaf(random: &mut Seeded) -> CType {
    let ints: Vec<Int> = Int::all().collect();
    match random.below(12) {
        0 => CType::Bool,
        1 => CType::Float(random.pick(&FLOATS)),
        2 => CType::Complex(random.pick(&FLOATS)),
        3 => CType::POINTER,
        4 => CType::String,
        5 => CType::Enum(Enum::new(random.pick(&ENUMS))),
        6 => {
            let signature = Signature::new([], CType::Void).expect("a signature");
            CType::function_pointer(signature).expect("few levels")
        }
        7 => CType::F32.pointer_to().expect("few levels"),
        _ => CType::Int(random.pick(&ints)),
    }
}
