use trampette_types::{CType, Int};

use crate::words::Word::{
    self, Bool, Char, Double, Float, Int as IntWord, Long, Short, Signed, Unsigned, Void,
};
use crate::words::Words;

const fn int(words: &[Word], int: Int) -> (Words, Option<CType>) {
    (Words::of(words), Some(CType::Int(int)))
}

const fn other(words: &[Word], ty: Option<CType>) -> (Words, Option<CType>) {
    (Words::of(words), ty)
}

/// "Each list of type specifiers shall be one of the following multisets (delimited by commas, when
/// there is more than one multiset per item); the type specifiers may occur in any order, possibly
/// intermixed with the other declaration specifiers." (C11 6.7.2, 2)
///
/// `None` is a type of C that is not supported yet.
static TYPES: [(Words, Option<CType>); 31] = [
    other(&[Void], Some(CType::Void)),
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
    other(&[Float], Some(CType::F32)),
    other(&[Double], Some(CType::F64)),
    other(&[Long, Double], None),
    other(&[Bool], Some(CType::Bool)),
];

/// The type that these words spell: `None` where they spell none, `Some(None)` for `long double`.
pub(super) fn arithmetic(words: Words) -> Option<Option<CType>> {
    TYPES
        .iter()
        .find(|entry| entry.0 == words)
        .map(|entry| entry.1.clone())
}
