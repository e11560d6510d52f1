//! The classes of types that a coverage counts.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use trampette::{CType, Layout, MODEL, Pointee, Record, Scalar};

/// A class of types. A record is of several: by its size, and by what there is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the scalars are the types of their names")]
pub enum Class {
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    I128,
    U128,
    F16,
    BF16,
    F32,
    F64,
    F80,
    F128,
    /// A complex number.
    Complex,
    /// A SIMD vector of 8 bytes; and so the others.
    V64,
    V128,
    V256,
    V512,
    Pointer,
    String,
    Enum,
    /// A function pointer.
    Function,
    /// A struct or union of 1 to 8 bytes.
    UpTo8,
    /// One of 9 to 16.
    UpTo16,
    /// One of 17 to 32.
    UpTo32,
    /// One of 33 to 64.
    UpTo64,
    /// A larger one.
    Larger,
    /// One of one to four floating-point numbers of one type, and nothing else.
    Hfa,
    /// One that is or has a union.
    Union,
    /// One that is packed, or has something packed in it.
    Packed,
    /// One that asks for alignment, or has something in it that does.
    OverAligned,
    /// One with an array in it.
    Array,
    /// One without anything in it, or with such a thing in it.
    Empty,
    /// One with a bit-field in it.
    BitFields,
}

/// Every class with its name.
const CLASSES: [(Class, &str); 38] = [
    (Class::Bool, "bool"),
    (Class::I8, "i8"),
    (Class::U8, "u8"),
    (Class::I16, "i16"),
    (Class::U16, "u16"),
    (Class::I32, "i32"),
    (Class::U32, "u32"),
    (Class::I64, "i64"),
    (Class::U64, "u64"),
    (Class::I128, "i128"),
    (Class::U128, "u128"),
    (Class::F16, "f16"),
    (Class::BF16, "bf16"),
    (Class::F32, "f32"),
    (Class::F64, "f64"),
    (Class::F80, "f80"),
    (Class::F128, "f128"),
    (Class::Complex, "complex"),
    (Class::V64, "vector of 8"),
    (Class::V128, "vector of 16"),
    (Class::V256, "vector of 32"),
    (Class::V512, "vector of 64"),
    (Class::Pointer, "pointer"),
    (Class::String, "string"),
    (Class::Enum, "enum"),
    (Class::Function, "function pointer"),
    (Class::UpTo8, "record of 1-8"),
    (Class::UpTo16, "record of 9-16"),
    (Class::UpTo32, "record of 17-32"),
    (Class::UpTo64, "record of 33-64"),
    (Class::Larger, "record of 65-"),
    (Class::Hfa, "hfa"),
    (Class::Union, "with a union"),
    (Class::Packed, "packed"),
    (Class::OverAligned, "over-aligned"),
    (Class::Array, "with an array"),
    (Class::Empty, "with an empty part"),
    (Class::BitFields, "with bit-fields"),
];

impl Class {
    /// Every class, in the order of the rows of a table.
    pub fn all() -> impl Iterator<Item = Self> {
        CLASSES.iter().map(|entry| entry.0)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        CLASSES[self as usize].1
    }

    /// The class of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let entry = CLASSES.iter().find(|entry| entry.1 == name)?;
        Some(entry.0)
    }

    /// All classes that a type is of; none for `void` and beyond the limits.
    ///
    /// ```
    /// use trampette_fuzz::coverage::Class;
    ///
    /// let classes = |text: &str| Ok::<_, trampette::ParseError>(Class::of(&text.parse()?));
    /// assert_eq!(classes("u16")?, [Class::U16]);
    /// assert_eq!(classes("{[f32; 2]}")?, [Class::UpTo8, Class::Hfa, Class::Array]);
    /// # Ok::<(), trampette::ParseError>(())
    /// ```
    #[must_use]
    pub fn of(ty: &CType) -> Vec<Self> {
        let Ok(layout) = ty.layout(&MODEL) else {
            return Vec::new();
        };
        match ty {
            CType::Void => Vec::new(),
            CType::String => vec![Self::String],
            CType::Enum(_) => vec![Self::Enum],
            CType::Complex(_) => vec![Self::Complex],
            CType::Vector(_) => vec![match layout.size() {
                8 => Self::V64,
                16 => Self::V128,
                32 => Self::V256,
                _ => Self::V512,
            }],
            CType::Pointer(pointer) => match pointer.pointee() {
                Some(Pointee::Function(_)) => vec![Self::Function],
                _ => vec![Self::Pointer],
            },
            _ => match layout.as_scalar() {
                Some(scalar) => vec![of_scalar(scalar)],
                None => of_composite(ty, &layout),
            },
        }
    }
}

fn of_scalar(scalar: Scalar) -> Class {
    match scalar {
        Scalar::Bool => Class::Bool,
        Scalar::I8 => Class::I8,
        Scalar::U8 => Class::U8,
        Scalar::I16 => Class::I16,
        Scalar::U16 => Class::U16,
        Scalar::I32 => Class::I32,
        Scalar::U32 => Class::U32,
        Scalar::I64 => Class::I64,
        Scalar::U64 => Class::U64,
        Scalar::I128 => Class::I128,
        Scalar::U128 => Class::U128,
        Scalar::F16 => Class::F16,
        Scalar::BF16 => Class::BF16,
        Scalar::F32 => Class::F32,
        Scalar::F64 => Class::F64,
        Scalar::F80 => Class::F80,
        Scalar::F128 => Class::F128,
        _ => Class::Pointer,
    }
}

fn of_composite(ty: &CType, layout: &Layout) -> Vec<Class> {
    if layout.leaves(&mut |_| ControlFlow::Break(())).is_continue() {
        // Nothing, or bit-fields without a name.
        return vec![Class::Empty];
    }
    let by_size = match layout.size() {
        ..=8 => Class::UpTo8,
        9..=16 => Class::UpTo16,
        17..=32 => Class::UpTo32,
        33..=64 => Class::UpTo64,
        _ => Class::Larger,
    };
    let mut traits = BTreeSet::new();
    note_traits(ty, &mut traits);
    let is_full = !traits.contains(&Class::Empty) && !traits.contains(&Class::BitFields);
    if is_full && is_homogeneous(layout) {
        traits.insert(Class::Hfa);
    }
    [by_size].into_iter().chain(traits).collect()
}

/// What there is in a type, at any depth but behind pointers.
fn note_traits(ty: &CType, traits: &mut BTreeSet<Class>) {
    match ty {
        CType::Array(array) => {
            let class = if array.is_empty() {
                Class::Empty
            } else {
                Class::Array
            };
            traits.insert(class);
            note_traits(array.element(), traits);
        }
        CType::Struct(record) => note_record(record, traits),
        CType::Union(record) => {
            traits.insert(Class::Union);
            note_record(record, traits);
        }
        _ => {}
    }
}

fn note_record(record: &Record, traits: &mut BTreeSet<Class>) {
    let fields = record.fields();
    let asks = record.align().is_some() || fields.iter().any(|field| field.align().is_some());
    traits.extend(asks.then_some(Class::OverAligned));
    traits.extend(record.packed().map(|_| Class::Packed));
    traits.extend(fields.is_empty().then_some(Class::Empty));
    let has_bits = fields.iter().any(|field| field.bits() > Some(0));
    traits.extend(has_bits.then_some(Class::BitFields));
    for field in fields {
        note_traits(field.ty(), traits);
    }
}

/// Whether there is nothing in it but one to four numbers of one floating-point type.
fn is_homogeneous(layout: &Layout) -> bool {
    const MOST_BYTES: usize = 4 * 16;
    if layout.size() > MOST_BYTES {
        return false;
    }
    let (mut base, mut offsets) = (None, BTreeSet::new());
    let mixed = layout.leaves(&mut |leaf| {
        offsets.insert(leaf.offset);
        match leaf.scalar.is_float() && *base.get_or_insert(leaf.scalar) == leaf.scalar {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    let whole = base.is_some_and(|base| base.size() * offsets.len() == layout.size());
    mixed.is_continue() && whole && offsets.len() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, entry) in CLASSES.iter().enumerate() {
            assert_eq!(entry.0 as usize, index);
            assert_eq!(Class::from_name(entry.1), Some(entry.0));
        }
    }

    #[test]
    fn a_record_is_of_every_class_that_something_in_it_is_of() {
        for (text, expected) in [
            (
                "wchar_t",
                &[of_scalar(trampette::Int::WChar.scalar(&MODEL))][..],
            ),
            ("*(i32) -> i32", &[Class::Function]),
            ("*i32", &[Class::Pointer]),
            ("{}", &[Class::Empty]),
            ("{u32:5}", &[Class::Empty]),
            ("{u32:0, x: u32:5}", &[Class::UpTo8, Class::BitFields]),
            ("{f32, [f32; 0]}", &[Class::UpTo8, Class::Empty]),
            ("{f64, f64}", &[Class::UpTo16, Class::Hfa]),
            ("{[f64; 5]}", &[Class::UpTo64, Class::Array]),
            ("{f32, f32, f64}", &[Class::UpTo16]),
            ("{f32} align(8)", &[Class::UpTo8, Class::OverAligned]),
            (
                "{i64, [{i8, align(4) i8}; 5]}",
                &[Class::UpTo64, Class::OverAligned, Class::Array],
            ),
            (
                "union {f32, {f32, f32}}",
                &[Class::UpTo8, Class::Hfa, Class::Union],
            ),
            ("{i8, {i8, i64} packed}", &[Class::UpTo16, Class::Packed]),
            ("{[i64; 9]}", &[Class::Larger, Class::Array]),
            ("void", &[]),
        ] {
            assert_eq!(Class::of(&text.parse().unwrap()), expected, "{text}");
        }
    }
}
