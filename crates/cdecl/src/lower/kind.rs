//! Which type a type is, for comparisons.

use trampette_types::{CType, DataModel, Float, Int, Scalar};

use crate::names::Key;

/// The key of a type of a number, or of another type that no declaration makes.
pub(super) fn simple(ty: &CType, model: &DataModel) -> Key {
    let key = |name: &str| Key::of(name);
    match ty {
        CType::Int(int) => key(plain(*int, model).c_name()),
        CType::Float(float) => key(float.c_name()),
        CType::Complex(float) => key("complex").with(key(float.c_name())),
        CType::Vector(vector) => {
            let lane = simple(&vector.lane(), model);
            key("vector").with(lane).and(vector.len() as u64)
        }
        CType::Bool => key("bool"),
        CType::Void => key("void"),
        CType::VaList => key("va_list"),
        CType::String => pointer(key(Int::Char.c_name())),
        CType::Pointer(_) => pointer(key("void")),
        _ => key("other"),
    }
}

pub(super) fn pointer(pointee: Key) -> Key {
    Key::of("pointer").with(pointee)
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

/// The floating-point type of a machine mode (GCC internals, "Machine Modes").
pub(super) fn float_of_mode(mode: &str) -> Option<Float> {
    match mode {
        "HF" | "HC" => Some(Float::F16),
        "BF" | "BC" => Some(Float::BF16),
        "SF" | "SC" => Some(Float::F32),
        "DF" | "DC" => Some(Float::F64),
        "XF" | "XC" => Some(Float::LongDouble),
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
