use trampette_types::{CType, Float as Format, Int};

use crate::words::Word::{
    self, BFloat16, Bool, Char, Complex, Double, Float, Float16, Float32, Float32x, Float64,
    Float64x, Float80, Float128, Fp16, Int as IntWord, Int8, Int16, Int32, Int64, Int128, Long,
    Short, Signed, Unsigned, Void,
};
use crate::words::Words;

const fn int(words: &[Word], int: Int) -> (Words, CType) {
    (Words::of(words), CType::Int(int))
}

const fn other(words: &[Word], ty: CType) -> (Words, CType) {
    (Words::of(words), ty)
}

/// "Each list of type specifiers shall be one of the following multisets (delimited by commas, when
/// there is more than one multiset per item); the type specifiers may occur in any order, possibly
/// intermixed with the other declaration specifiers." (C11 6.7.2, 2)
static TYPES: [(Words, CType); 55] = [
    other(&[Void], CType::Void),
    int(&[Char], Int::Char),
    int(&[Signed, Char], Int::SignedChar),
    int(&[Unsigned, Char], Int::UnsignedChar),
    int(&[Short], Int::Short),
    int(&[Signed, Short], Int::Short),
    int(&[Short, IntWord], Int::Short),
    int(&[Signed, Short, IntWord], Int::Short),
    int(&[Unsigned, Short], Int::UnsignedShort),
    int(&[Unsigned, Short, IntWord], Int::UnsignedShort),
    int(&[IntWord], Int::Int),
    int(&[Signed], Int::Int),
    int(&[Signed, IntWord], Int::Int),
    int(&[Unsigned], Int::UnsignedInt),
    int(&[Unsigned, IntWord], Int::UnsignedInt),
    int(&[Long], Int::Long),
    int(&[Signed, Long], Int::Long),
    int(&[Long, IntWord], Int::Long),
    int(&[Signed, Long, IntWord], Int::Long),
    int(&[Unsigned, Long], Int::UnsignedLong),
    int(&[Unsigned, Long, IntWord], Int::UnsignedLong),
    int(&[Long, Long], Int::LongLong),
    int(&[Signed, Long, Long], Int::LongLong),
    int(&[Long, Long, IntWord], Int::LongLong),
    int(&[Signed, Long, Long, IntWord], Int::LongLong),
    int(&[Unsigned, Long, Long], Int::UnsignedLongLong),
    int(&[Unsigned, Long, Long, IntWord], Int::UnsignedLongLong),
    // GCC, "128-bit Integers".
    int(&[Int128], Int::I128),
    int(&[Signed, Int128], Int::I128),
    int(&[Unsigned, Int128], Int::U128),
    other(&[Float], CType::F32),
    other(&[Double], CType::F64),
    other(&[Long, Double], CType::LONG_DOUBLE),
    // C23, annex H; GCC, "Half-Precision Floating Point".
    other(&[Float16], CType::Float(Format::F16)),
    other(&[BFloat16], CType::Float(Format::BF16)),
    other(&[Float128], CType::Float(Format::F128)),
    other(&[Bool], CType::Bool),
    // TS 18661-3: "_Float64 has the same representation and alignment as double", and `_Float32x` as well.
    other(&[Float32], CType::F32),
    other(&[Float64], CType::F64),
    other(&[Float32x], CType::F64),
    // GCC, "Additional Floating Types": "_Float64x [...] is a type of 80 bits on x86 and of 128 elsewhere", which
    // is `long double` wherever either exists.
    other(&[Float64x], CType::LONG_DOUBLE),
    other(&[Float80], CType::LONG_DOUBLE),
    other(&[Fp16], CType::Float(Format::F16)),
    // Microsoft, "__int8, __int16, __int32, __int64".
    int(&[Int8], Int::Char),
    int(&[Signed, Int8], Int::SignedChar),
    int(&[Unsigned, Int8], Int::UnsignedChar),
    int(&[Int16], Int::Short),
    int(&[Signed, Int16], Int::Short),
    int(&[Unsigned, Int16], Int::UnsignedShort),
    int(&[Int32], Int::Int),
    int(&[Signed, Int32], Int::Int),
    int(&[Unsigned, Int32], Int::UnsignedInt),
    int(&[Int64], Int::LongLong),
    int(&[Signed, Int64], Int::LongLong),
    int(&[Unsigned, Int64], Int::UnsignedLongLong),
];

/// What tells types apart that have the same values: `_Float64` is not `double` (TS 18661-3, 6.2.5).
pub(super) fn rank(words: Words) -> u64 {
    let distinct = [Float32, Float64, Float32x, Float64x, Float80, Fp16];
    let found = distinct
        .iter()
        .position(|&word| words.without_one(word).is_some());
    found.map_or(0, |index| index as u64 + 1)
}

/// The type that these words spell, if they spell one. `_Complex` alone is GNU C's `_Complex double`.
pub(super) fn arithmetic(words: Words) -> Option<CType> {
    let Some(part) = words.without_one(Complex) else {
        let entry = TYPES.iter().find(|entry| entry.0 == words)?;
        return Some(entry.1.clone());
    };
    if part == Words::NONE {
        return Some(CType::Complex(Format::F64));
    }
    match arithmetic(part)? {
        CType::Float(format) => Some(CType::Complex(format)),
        _ => None,
    }
}
