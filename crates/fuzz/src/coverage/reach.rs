//! Which cells a convention can have at all: those that one of many types has, behind any number of
//! registers in use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use trampette::{Abi, CType, Int, Signature, TypeError};

use super::class::Class;
use super::place::Place;
use crate::convention;
use crate::generate::Dispute;

/// Types of every class and of every way to travel.
const TYPES: [&str; 115] = [
    "bool",
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "i128",
    "u128",
    "f16",
    "bf16",
    "f32",
    "f64",
    "longdouble",
    "f128",
    "complex(f32)",
    "complex(f64)",
    "complex(longdouble)",
    "complex(f128)",
    "complex(f16)",
    "vector(f32, 2)",
    "vector(i64, 1)",
    "vector(f64, 1)",
    "vector(f32, 4)",
    "vector(f32, 8)",
    "vector(f32, 16)",
    "{vector(f32, 8)}",
    "{vector(f32, 16)}",
    "ptr",
    "str",
    "enum(int)",
    "*() -> void",
    // By size, and of integers, floating-point numbers and both.
    "{i64}",
    "{i32, f32}",
    "{f64}",
    "{longdouble}",
    "{f128}",
    "{i128}",
    "{f128, f128, f128}",
    "{f128} packed",
    "union {longdouble}",
    "{longdouble} align(16)",
    "{[longdouble; 1]}",
    "{longdouble, {}}",
    "{f32, f32}",
    "{i8, i16}",
    "{i64, i64}",
    "{f64, f64}",
    "{f64, f32}",
    "{i64, f64}",
    "{f32, f32, f32}",
    "{i64, i64, i64}",
    "{f64, f64, f64}",
    "{f64, f64, f64, i8}",
    "{i64, i64, i64, i64, i64}",
    "{i64, i64, i64, i64, i64, i64, i64, i64, i64}",
    // Packed, aligned and not by luck.
    "{i32} packed",
    "{f32} packed",
    "{f64} packed",
    "{i8, i16} packed",
    "{i8, i64} packed",
    "{f32, f32} packed",
    "{i64, i64} packed",
    "{i64, f64} packed",
    "{f64, f64} packed",
    "{f64, f32} packed",
    "{i64, i64, i8} packed",
    // Over-aligned.
    "{i32} align(8)",
    "{f32} align(8)",
    "{f32, f32} align(8)",
    "{i8} align(16)",
    "{i64, i64} align(16)",
    "{f64, f64} align(16)",
    "{i64, f64} align(16)",
    "{f64, f32} align(16)",
    "{i64} align(32)",
    "{i64} align(16)",
    "{i64, i64} align(8)",
    "{f64} align(8)",
    "{align(4) f32}",
    "{f64} align(16)",
    "{f32, f32} align(16)",
    "{align(16) f32, f32}",
    // Unions.
    "union {i32, f32}",
    "union {f64, f32}",
    "union {f64}",
    "union {i64, {i64, i64}}",
    "union {{i64, f64}, i64}",
    "{union {f64, f32}, f64}",
    "union {{f64, f64}, f64}",
    "union {i64, [i64; 3]}",
    // With arrays.
    "{[f32; 2]}",
    "{[f64; 1]}",
    "{[i32; 1]}",
    "{[i64; 2]}",
    "{[f64; 2]}",
    "{i64, [f64; 1]}",
    "{[i64; 3]}",
    // With empty parts.
    "{}",
    "{{}, i32}",
    "{{}, f64}",
    "{f32, {}, f32}",
    "{i64, {}, i64}",
    "{i64, {}, f64}",
    "{f64, {}, f32, [f64; 0]}",
    // With bit-fields.
    "{x: i32:5}",
    "{x: i64:5, y: i64:60}",
    "{x: i64:5, f64}",
    "{f64, x: i64:5}",
    "{x: i32:5, f64, f64}",
    "{[i64; 2], x: u8:5}",
    "{x: i64:5, [f64; 9]}",
    "{u8, x: u64:60} packed",
];

/// Further ones, that some conventions alone tell apart from those.
const MORE: [&str; 3] = ["{{}, [i64; 3]}", "{f64, {}, f64}", "{f32, {}}"];

/// The cells that a convention can have, with the types of this process.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// All of them.
    pub(super) all: BTreeSet<(Class, Place)>,
    /// Those that some signature has about which no compilers disagree.
    pub(super) agreed: BTreeSet<(Class, Place)>,
}

/// The cells of a convention, which are looked for once.
pub(super) fn reach(abi: Abi) -> &'static Reach {
    static ALL: Mutex<BTreeMap<Abi, &'static Reach>> = Mutex::new(BTreeMap::new());
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(abi)
        .or_insert_with(|| Box::leak(Box::new(probe(abi))))
}

/// Types of this process that are of a class.
pub(super) fn types_of(class: Class) -> impl Iterator<Item = CType> {
    types().filter(move |ty| Class::of(ty).contains(&class))
}

fn types() -> impl Iterator<Item = CType> {
    let texts = TYPES.iter().chain(&MORE);
    texts.filter_map(|text| text.parse().ok())
}

fn probe(abi: Abi) -> Reach {
    let mut reach = Reach::default();
    for ty in types() {
        for (place, is_agreed) in places_of(abi, &ty) {
            for class in Class::of(&ty) {
                reach.all.insert((class, place));
                if is_agreed {
                    reach.agreed.insert((class, place));
                }
            }
        }
    }
    reach
}

/// Every place that a type has as an argument and as the result, and whether compilers agree about it.
fn places_of(abi: Abi, ty: &CType) -> BTreeSet<(Place, bool)> {
    let mut places = BTreeSet::new();
    let result = Signature::new([], ty.clone()).map(|signature| signature.with_abi(abi));
    places.extend(result.ok().and_then(|signature| {
        let layout = convention::rows(&signature)?;
        Some((Place::of_result(&layout), is_agreed(&signature, abi)))
    }));
    for integers in [0, 3, 5, 6, 7, 8, 9] {
        for vectors in [0, 5, 6, 7, 8, 9] {
            for variadic in Variadic::ALL {
                places.extend(place(abi, ty, integers, vectors, variadic));
            }
        }
    }
    places
}

fn is_agreed(signature: &Signature, abi: Abi) -> bool {
    Dispute::about(signature, abi).is_none()
}

/// How the function in question is variadic.
#[derive(Clone, Copy, PartialEq)]
enum Variadic {
    No,
    /// The argument has a name.
    Before,
    /// It stands behind `...`.
    Behind,
}

impl Variadic {
    const ALL: [Self; 3] = [Self::No, Self::Before, Self::Behind];
}

/// Where an argument travels, behind so many integers and floating-point numbers.
fn place(
    abi: Abi,
    ty: &CType,
    integers: usize,
    vectors: usize,
    variadic: Variadic,
) -> Option<(Place, bool)> {
    let index = integers + vectors;
    let mut params = vec![CType::Int(Int::I64); integers];
    params.resize(index, CType::F64);
    params.push(ty.clone());
    let signature = Signature::new(params, CType::Void);
    let signature = signature.and_then(|signature| match variadic {
        Variadic::No => Ok(signature),
        Variadic::Before => signature.with_variadic_from(index + 1),
        Variadic::Behind if index == 0 => Err(TypeError::BadVariadicIndex { index, count: 1 }),
        Variadic::Behind => signature.with_variadic_from(index),
    });
    let signature = signature.ok()?.with_abi(abi);
    let layout = convention::rows(&signature)?;
    let place = Place::of_argument(&layout, index);
    Some((place, is_agreed(&signature, abi)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_list_is_one() {
        for text in TYPES.iter().chain(&MORE) {
            assert!(text.parse::<CType>().is_ok(), "{text}");
        }
    }

    #[test]
    fn every_class_has_a_cell_in_every_convention() {
        for abi in Abi::ALL {
            for class in Class::all() {
                let found = reach(abi).all.iter().any(|cell| cell.0 == class);
                // Not every machine has it.
                let is_there = class != Class::F80 || Class::of(&CType::LONG_DOUBLE) == [class];
                assert_eq!(found, is_there, "{abi:?} {class:?}");
            }
        }
    }
}
