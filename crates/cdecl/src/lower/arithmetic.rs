use trampette_types::{CType, Float as Format, Int};

use crate::words::Word::{
    self, BFloat16, Bool, Char, Complex, Double, Float, Float16, Float128, Int as IntWord, Int128,
    Long, Short, Signed, Unsigned, Void,
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
static TYPES: [(Words, CType); 37] = [
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
];

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
