//! Which type a type is, for comparisons.

use trampette_types::{CType, DataModel, Float, Int, LongDouble, Pointee, Scalar};

use crate::ast::TagKind;
use crate::names::{Certainty, Key};

/// The key of a type that is known without its declaration.
pub(super) const OTHER: Key = Key::of("other");

/// The key of a type of a number, or of another type that no declaration makes.
pub(super) fn simple(ty: &CType, model: &DataModel) -> Key {
    const INT: Key = Key::of("int");
    const FLOAT: Key = Key::of("float");
    const COMPLEX: Key = Key::of("complex");
    const VECTOR: Key = Key::of("vector");
    const BOOL: Key = Key::of("bool");
    const VOID: Key = Key::of("void");
    const VA_LIST: Key = Key::of("va_list");
    match ty {
        CType::Int(int) => INT.and(plain(*int, model) as u64),
        CType::Float(float) => FLOAT.and(*float as u64),
        CType::Complex(float) => COMPLEX.and(*float as u64),
        CType::Vector(vector) => {
            let lane = simple(&vector.lane(), model);
            VECTOR.with(lane).and(vector.len() as u64)
        }
        CType::Bool => BOOL,
        CType::Void => VOID,
        CType::VaList => VA_LIST,
        CType::String => pointer(INT.and(Int::Char as u64)),
        CType::Pointer(to) => pointer(match to.pointee() {
            Some(Pointee::Type(ty)) => simple(ty, model),
            _ => VOID,
        }),
        CType::Struct(record) => tagged(TagKind::Struct, record.tag()),
        CType::Union(record) => tagged(TagKind::Union, record.tag()),
        CType::Enum(enumeration) => tagged(TagKind::Enum, enumeration.tag()),
        _ => OTHER,
    }
}

fn tagged(kind: TagKind, tag: Option<&str>) -> Key {
    tag.map_or(OTHER, |tag| key_of_tag(kind, tag))
}

/// The key of a struct, union or enum with a tag.
pub(super) fn key_of_tag(kind: TagKind, tag: &str) -> Key {
    Key::of(tag).and(kind as u64 + 1)
}

/// How much that key says.
pub(super) fn certainty(ty: &CType) -> Certainty {
    match ty {
        CType::String => Certainty::Unqualified,
        CType::Pointer(to) => match to.pointee() {
            Some(Pointee::Type(ty)) => certainty(ty).max(Certainty::Unqualified),
            _ => Certainty::Unknown,
        },
        CType::Struct(record) | CType::Union(record) if record.tag().is_some() => Certainty::Exact,
        CType::Enum(enumeration) if enumeration.tag().is_some() => Certainty::Exact,
        CType::Array(_) | CType::Struct(_) | CType::Union(_) | CType::Enum(_) => Certainty::Unknown,
        _ => Certainty::Exact,
    }
}

/// Whether something of this type points somewhere.
pub(super) fn is_pointer(ty: &CType) -> bool {
    matches!(ty, CType::Pointer(_) | CType::String)
}

pub(super) fn pointer(pointee: Key) -> Key {
    const POINTER: Key = Key::of("pointer");
    POINTER.with(pointee)
}

/// The integer type of C that has this name: `size_t` is `unsigned long` where that is wide enough.
fn plain(int: Int, model: &DataModel) -> Int {
    let is_long = model.long == Scalar::I64;
    let wide = |is_signed: bool| match (is_long, is_signed) {
        (true, true) => Int::Long,
        (true, false) => Int::UnsignedLong,
        (false, true) => Int::LongLong,
        (false, false) => Int::UnsignedLongLong,
    };
    match int {
        Int::I8 => Int::SignedChar,
        Int::U8 => Int::UnsignedChar,
        Int::I16 => Int::Short,
        Int::U16 => Int::UnsignedShort,
        Int::I32 => Int::Int,
        Int::U32 => Int::UnsignedInt,
        Int::I64 | Int::SSize | Int::PtrDiff | Int::IntPtr => wide(true),
        Int::U64 | Int::Size | Int::UIntPtr => wide(false),
        Int::WChar => match model.wchar {
            Scalar::I32 => Int::Int,
            Scalar::U32 => Int::UnsignedInt,
            _ => Int::UnsignedShort,
        },
        other => other,
    }
}

/// "The usual arithmetic conversions" (C11 6.3.1.8) of promoted integers: the one of the higher rank, or the unsigned one
/// that goes with it where it has not all values of the other.
pub(super) fn common(one: &CType, other: &CType, model: &DataModel) -> CType {
    let int = |ty: &CType| match ty {
        CType::Int(int) => plain(*int, model),
        CType::Enum(found) => plain(found.int(), model),
        _ => Int::Int,
    };
    let rank = |int: Int| match int {
        Int::I128 | Int::U128 => 3,
        Int::LongLong | Int::UnsignedLongLong => 2,
        Int::Long | Int::UnsignedLong => 1,
        _ => 0,
    };
    let scalar = |int: Int| int.scalar(model);
    let (one, other) = (int(one), int(other));
    let (low, high) = match rank(one) <= rank(other) {
        true => (one, other),
        false => (other, one),
    };
    let has_all = scalar(high).is_signed() == scalar(low).is_signed()
        || !scalar(high).is_signed()
        || scalar(high).size() > scalar(low).size();
    CType::Int(match (has_all, high) {
        (true, _) => high,
        (false, Int::I128) => Int::U128,
        (false, Int::LongLong) => Int::UnsignedLongLong,
        (false, Int::Long) => Int::UnsignedLong,
        (false, _) => Int::UnsignedInt,
    })
}

/// The number of that kind and size.
pub(super) fn of_size(ty: &CType, size: usize, model: &DataModel) -> Option<CType> {
    let is_signed = |int: &Int| int.scalar(model).is_signed();
    match (ty, size) {
        (CType::Int(int), _) => {
            let [signed, unsigned] = match size {
                1 => [Int::SignedChar, Int::UnsignedChar],
                2 => [Int::Short, Int::UnsignedShort],
                4 => [Int::Int, Int::UnsignedInt],
                8 if model.long == Scalar::I64 => [Int::Long, Int::UnsignedLong],
                8 => [Int::LongLong, Int::UnsignedLongLong],
                16 => [Int::I128, Int::U128],
                _ => return None,
            };
            Some(CType::Int(if is_signed(int) { signed } else { unsigned }))
        }
        _ => None,
    }
}

/// The floating-point type of a machine mode (GCC internals, "Machine Modes"). Only x86 has XF, the x87's format.
pub(super) fn float_of_mode(mode: &str, model: &DataModel) -> Option<Float> {
    match mode {
        "HF" | "HC" => Some(Float::F16),
        "BF" | "BC" => Some(Float::BF16),
        "SF" | "SC" => Some(Float::F32),
        "DF" | "DC" => Some(Float::F64),
        "XF" | "XC" if model.long_double == LongDouble::X87 => Some(Float::LongDouble),
        "TF" | "TC" => Some(Float::F128),
        _ => None,
    }
}

/// The size of an integer of a machine mode, in bytes.
pub(super) fn size_of_mode(mode: &str) -> Option<usize> {
    match mode {
        "QI" | "byte" => Some(1),
        "HI" => Some(2),
        "SI" => Some(4),
        "DI" | "word" | "pointer" | "unwind_word" => Some(8),
        "TI" => Some(16),
        _ => None,
    }
}
