//! Which cells a convention can have at all: those that one of many types has, behind any number of
//! registers in use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use trampette::{Abi, CType, Int, Signature, TypeError};

use super::class::Class;
use super::place::Place;
use crate::convention;

/// Types of every class and of every way to travel.
const TYPES: [&str; 79] = [
    "bool",
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "f32",
    "f64",
    "ptr",
    "str",
    "enum(int)",
    "*() -> void",
    // By size, and of integers, floating-point numbers and both.
    "{i64}",
    "{i32, f32}",
    "{f64}",
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
];

/// Further ones, that some conventions alone tell apart from those.
const MORE: [&str; 3] = ["{{}, [i64; 3]}", "{f64, {}, f64}", "{f32, {}}"];

/// Every cell that a convention can have, with the types of this process.
pub(super) fn reachable(abi: Abi) -> &'static BTreeSet<(Class, Place)> {
    static ALL: OnceLock<BTreeMap<Abi, BTreeSet<(Class, Place)>>> = OnceLock::new();
    static NONE: BTreeSet<(Class, Place)> = BTreeSet::new();
    let all = ALL.get_or_init(|| Abi::ALL.into_iter().map(|abi| (abi, probe(abi))).collect());
    all.get(&abi).unwrap_or(&NONE)
}

fn probe(abi: Abi) -> BTreeSet<(Class, Place)> {
    let texts = TYPES.iter().chain(&MORE);
    let types = texts.filter_map(|text| text.parse::<CType>().ok());
    types.flat_map(|ty| cells_of(abi, &ty)).collect()
}

/// Every cell that a type has as an argument and as the result.
fn cells_of(abi: Abi, ty: &CType) -> BTreeSet<(Class, Place)> {
    let mut places = BTreeSet::new();
    let result = Signature::new([], ty.clone()).map(|signature| signature.with_abi(abi));
    let result = result
        .ok()
        .and_then(|signature| convention::rows(&signature));
    places.extend(result.map(|layout| Place::of_result(&layout)));
    for integers in [0, 3, 5, 6, 7, 8, 9] {
        for vectors in [0, 5, 6, 7, 8, 9] {
            for variadic in Variadic::ALL {
                places.extend(place(abi, ty, integers, vectors, variadic));
            }
        }
    }
    let classes = Class::of(ty);
    let pair = |place| classes.iter().map(move |&class| (class, place));
    places.into_iter().flat_map(pair).collect()
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
) -> Option<Place> {
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
    let layout = convention::rows(&signature.ok()?.with_abi(abi))?;
    Some(Place::of_argument(&layout, index))
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
                let found = reachable(abi).iter().any(|cell| cell.0 == class);
                assert!(found, "{abi:?} {class:?}");
            }
        }
    }
}
