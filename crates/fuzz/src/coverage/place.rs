//! The places that a coverage counts, as the engine's rows have them.

use trampette_abi::{Bank, CallLayout, Part, Place as RowPlace, Row};

/// Where a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Place {
    /// An argument in an integer register.
    Integer,
    /// In a vector register.
    Vector,
    /// In several integer registers.
    Integers,
    /// In several vector registers.
    Vectors,
    /// In registers of both kinds.
    Both,
    /// In registers, and on the stack.
    Divided,
    /// On the stack.
    Stack,
    /// In memory whose address is in a register.
    Reference,
    /// In memory whose address is on the stack.
    StackedReference,
    /// Nowhere: it has no bytes.
    Nowhere,
    /// A result in an integer register.
    ResultInteger,
    /// In a vector register.
    ResultVector,
    /// In several integer registers.
    ResultIntegers,
    /// In several vector registers.
    ResultVectors,
    /// In registers of both kinds.
    ResultBoth,
    /// On the x87's stack.
    ResultX87,
    /// In memory whose address the caller passes.
    ResultMemory,
    /// Nowhere: it has no bytes.
    ResultNowhere,
}

/// Every place with its name, and what stands above its column.
const PLACES: [(Place, &str, &str); 18] = [
    (Place::Integer, "integer", "int"),
    (Place::Vector, "vector", "vec"),
    (Place::Integers, "integers", "ints"),
    (Place::Vectors, "vectors", "vecs"),
    (Place::Both, "both", "both"),
    (Place::Divided, "divided", "divided"),
    (Place::Stack, "stack", "stack"),
    (Place::Reference, "reference", "ref"),
    (Place::StackedReference, "stacked-reference", "ref/stk"),
    (Place::Nowhere, "nowhere", "nowhere"),
    (Place::ResultInteger, "result-integer", "int"),
    (Place::ResultVector, "result-vector", "vec"),
    (Place::ResultIntegers, "result-integers", "ints"),
    (Place::ResultVectors, "result-vectors", "vecs"),
    (Place::ResultBoth, "result-both", "both"),
    (Place::ResultX87, "result-x87", "x87"),
    (Place::ResultMemory, "result-memory", "memory"),
    (Place::ResultNowhere, "result-nowhere", "nowhere"),
];

impl Place {
    /// Every place, in the order of the columns of a table.
    pub fn all() -> impl Iterator<Item = Self> {
        PLACES.iter().map(|entry| entry.0)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        PLACES[self as usize].1
    }

    /// What stands above its column.
    pub(super) fn heading(self) -> &'static str {
        PLACES[self as usize].2
    }

    /// The place of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let entry = PLACES.iter().find(|entry| entry.1 == name)?;
        Some(entry.0)
    }

    /// Whether it is one of results.
    #[must_use]
    pub fn is_result(self) -> bool {
        self >= Self::ResultInteger
    }

    /// Where an argument travels.
    #[must_use]
    pub fn of_argument(layout: &CallLayout, index: usize) -> Self {
        let rows: Vec<&Row> = layout
            .arguments
            .iter()
            .filter(|row| owner(row) == Some(index))
            .collect();
        let is_address = |row: &&Row| matches!(row.part, Part::ArgumentAddress { .. });
        let is_stacked = |row: &&Row| matches!(row.place, RowPlace::Stack(_));
        let stacked = rows.iter().copied().filter(|row| is_stacked(row)).count();
        match stacked {
            _ if rows.is_empty() => Self::Nowhere,
            0 if rows.iter().any(is_address) => Self::Reference,
            _ if rows.iter().any(is_address) => Self::StackedReference,
            0 => Self::in_registers(rows.into_iter()),
            _ if stacked == rows.len() => Self::Stack,
            _ => Self::Divided,
        }
    }

    /// Where the result travels, which is not `void`.
    #[must_use]
    pub fn of_result(layout: &CallLayout) -> Self {
        if layout.has_result_address() {
            return Self::ResultMemory;
        }
        if layout.result.is_empty() {
            return Self::ResultNowhere;
        }
        let is_x87 = |row: &Row| matches!(row.place, RowPlace::Register(register) if register.bank == Bank::X87);
        match Self::in_registers(layout.result.iter()) {
            _ if layout.result.iter().any(is_x87) => Self::ResultX87,
            Self::Integer => Self::ResultInteger,
            Self::Integers => Self::ResultIntegers,
            Self::Vector => Self::ResultVector,
            Self::Vectors => Self::ResultVectors,
            _ => Self::ResultBoth,
        }
    }

    fn in_registers<'a>(rows: impl Iterator<Item = &'a Row>) -> Self {
        let (mut integers, mut vectors) = (0, 0);
        for row in rows {
            match row.place {
                RowPlace::Register(register) if register.bank == Bank::Vector => vectors += 1,
                _ => integers += 1,
            }
        }
        match (integers, vectors) {
            (0, 1) => Self::Vector,
            (0, _) => Self::Vectors,
            (1, 0) => Self::Integer,
            (_, 0) => Self::Integers,
            _ => Self::Both,
        }
    }
}

fn owner(row: &Row) -> Option<usize> {
    match row.part {
        Part::Argument { index, .. }
        | Part::Duplicate { index, .. }
        | Part::ArgumentAddress { index, .. } => Some(index),
        Part::Result { .. } | Part::ResultAddress => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::rows;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, entry) in PLACES.iter().enumerate() {
            assert_eq!(entry.0 as usize, index);
            assert_eq!(Place::from_name(entry.1), Some(entry.0));
        }
    }

    #[test]
    fn places_are_those_of_the_rows() {
        for (text, argument, result) in [
            ("sysv64 (i8) -> f32", Place::Integer, Place::ResultVector),
            (
                "sysv64 ({i64, f64}) -> {i64, f64}",
                Place::Both,
                Place::ResultBoth,
            ),
            (
                "sysv64 ({[i64; 3]}) -> {[i64; 3]}",
                Place::Stack,
                Place::ResultMemory,
            ),
            (
                "sysv64 (i128) -> {i128} packed(16)",
                Place::Integers,
                Place::ResultIntegers,
            ),
            ("sysv64 ({}) -> {}", Place::Nowhere, Place::ResultNowhere),
            (
                "win64 ({[i8; 3]}) -> {i64, i64}",
                Place::Reference,
                Place::ResultMemory,
            ),
            ("win64 (f64, ...) -> i8", Place::Both, Place::ResultInteger),
            (
                "aapcs64 ({f32, f32}) -> {f64, f64}",
                Place::Vectors,
                Place::ResultVectors,
            ),
            (
                "aapcs64 ({i64, i8}) -> {i64, i8}",
                Place::Integers,
                Place::ResultIntegers,
            ),
        ] {
            let layout = rows(&text.parse().unwrap()).unwrap();
            assert_eq!(Place::of_argument(&layout, 0), argument, "{text}");
            assert_eq!(Place::of_result(&layout), result, "{text}");
        }
        let text =
            "(i64, i64, i64, i64, i64, i64, i64, {[i64; 3]}, {[i64; 3]}, ..., {i64, i64}) -> i8";
        let named = |abi: &str| rows(&format!("{abi} {text}").parse().unwrap()).unwrap();
        let place = |abi, index| Place::of_argument(&named(abi), index);
        assert_eq!(place("aapcs64", 7), Place::Reference);
        assert_eq!(place("aapcs64", 8), Place::StackedReference);
        let text = "win-arm64 (i64, i64, i64, i64, i64, i64, i64, ..., {i64, i64}) -> i8";
        let layout = rows(&text.parse().unwrap()).unwrap();
        assert_eq!(Place::of_argument(&layout, 7), Place::Divided);
    }
}
