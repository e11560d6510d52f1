use crate::words::Word;

/// What a keyword does in a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    /// A storage class. One declaration has at most one.
    Storage(Storage),
    /// A specifier of functions, or `__extension__`: it changes no type.
    Function,
    /// A qualifier of types or pointers: it changes no type.
    Qualifier,
    /// A word of an arithmetic type.
    Word(Word),
    Struct,
    Union,
    Enum,
    /// `__attribute__`
    Attribute,
    /// `__declspec`
    Declspec,
    /// `_Alignas`
    Alignas,
    /// A calling convention that is the platform's own on every 64-bit platform.
    Convention,
    /// `_Atomic`
    Atomic,
    /// `typeof`
    Typeof,
    /// `asm`
    Asm,
    /// `_Static_assert`
    Assertion,
    /// `_BitInt`
    BitInt,
    /// A type that is known by name only: no value of it is passed or laid out.
    Unlaid,
    /// `sizeof`
    Sizeof,
    /// `_Alignof`
    Alignof,
    /// Something not supported yet.
    Refused(Refusal),
    /// A keyword of statements and expressions.
    Statement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    Typedef,
    Register,
    /// `extern`, `static` and `auto`: the type is the same.
    Other,
}

/// What is not supported. (A token stays small that holds no text of it.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Imaginary,
    AutoType,
    Ptr32,
    Regcall,
    Vectorcall,
}

impl Refusal {
    /// What it is, in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Imaginary => "imaginary numbers",
            Self::AutoType => "types by `__auto_type`",
            Self::Ptr32 => "pointers of 32 bits",
            Self::Regcall => "`__regcall` functions",
            Self::Vectorcall => "`__vectorcall` functions",
        }
    }
}

impl Keyword {
    /// The keyword of this text.
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let mut slot = hash(text);
        loop {
            let index = usize::from(SLOTS[slot].checked_sub(1)?);
            let (word, keyword) = KEYWORDS[index];
            if word.as_bytes() == text {
                return Some(keyword);
            }
            slot = (slot + 1) % SLOTS.len();
        }
    }
}

/// Where the keywords are in [`KEYWORDS`], one more than that, by the hash of their text: every word of a
/// text is looked up here, and most are no keywords.
static SLOTS: [u8; 1024] = slots();

const fn slots() -> [u8; 1024] {
    let (mut slots, mut index) = ([0; 1024], 0);
    while index < KEYWORDS.len() {
        let mut slot = hash(KEYWORDS[index].0.as_bytes());
        while slots[slot] != 0 {
            slot = (slot + 1) % slots.len();
        }
        index += 1;
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 256")]
        {
            slots[slot] = index as u8;
        }
    }
    slots
}

/// A slot for a word, from its length and some of its bytes.
const fn hash(text: &[u8]) -> usize {
    let len = text.len();
    if len < 2 {
        return 0;
    }
    let (second, middle, last) = (text[1], text[len / 2], text[len - 1]);
    (second as usize * 7 + middle as usize * 37 + last as usize * 131 + len * 29) % 1024
}

use Keyword::{
    Alignas, Alignof, Asm, Assertion, Atomic, Attribute, Convention, Declspec, Enum, Function,
    Qualifier, Refused, Sizeof, Statement, Struct, Typeof, Union, Unlaid,
};

const fn word(word: Word) -> Keyword {
    Keyword::Word(word)
}

/// C11's keywords, those of C23 that occur in declarations, and GNU's and Microsoft's spellings, in
/// ASCII order.
static KEYWORDS: [(&str, Keyword); 122] = [
    ("_Alignas", Alignas),
    ("_Alignof", Alignof),
    ("_Atomic", Atomic),
    ("_BitInt", Keyword::BitInt),
    ("_Bool", word(Word::Bool)),
    ("_Complex", word(Word::Complex)),
    ("_Decimal128", Unlaid),
    ("_Decimal32", Unlaid),
    ("_Decimal64", Unlaid),
    ("_ExtInt", Keyword::BitInt),
    ("_Float128", word(Word::Float128)),
    ("_Float128x", Unlaid),
    ("_Float16", word(Word::Float16)),
    ("_Float32", word(Word::Float32)),
    ("_Float32x", word(Word::Float32x)),
    ("_Float64", word(Word::Float64)),
    ("_Float64x", word(Word::Float64x)),
    ("_Generic", Statement),
    ("_Imaginary", Refused(Refusal::Imaginary)),
    ("_Nonnull", Qualifier),
    ("_Noreturn", Function),
    ("_Null_unspecified", Qualifier),
    ("_Nullable", Qualifier),
    ("_Static_assert", Assertion),
    ("_Thread_local", Function),
    ("__alignof", Alignof),
    ("__alignof__", Alignof),
    ("__asm", Asm),
    ("__asm__", Asm),
    ("__attribute", Attribute),
    ("__attribute__", Attribute),
    ("__auto_type", Refused(Refusal::AutoType)),
    ("__bf16", word(Word::BFloat16)),
    ("__cdecl", Convention),
    ("__complex", word(Word::Complex)),
    ("__complex__", word(Word::Complex)),
    ("__const", Qualifier),
    ("__const__", Qualifier),
    ("__declspec", Declspec),
    ("__extension__", Function),
    ("__fastcall", Convention),
    ("__float128", word(Word::Float128)),
    ("__float80", word(Word::Float80)),
    ("__forceinline", Function),
    ("__fp16", word(Word::Fp16)),
    ("__imag__", Statement),
    ("__inline", Function),
    ("__inline__", Function),
    ("__int128", word(Word::Int128)),
    ("__int16", word(Word::Int16)),
    ("__int32", word(Word::Int32)),
    ("__int64", word(Word::Int64)),
    ("__int8", word(Word::Int8)),
    ("__label__", Statement),
    ("__ptr32", Refused(Refusal::Ptr32)),
    ("__ptr64", Qualifier),
    ("__real__", Statement),
    ("__regcall", Refused(Refusal::Regcall)),
    ("__restrict", Qualifier),
    ("__restrict__", Qualifier),
    ("__seg_fs", Qualifier),
    ("__seg_gs", Qualifier),
    ("__signed", word(Word::Signed)),
    ("__signed__", word(Word::Signed)),
    ("__stdcall", Convention),
    ("__thiscall", Convention),
    ("__thread", Function),
    ("__typeof", Typeof),
    ("__typeof__", Typeof),
    ("__typeof_unqual__", Typeof),
    ("__unaligned", Qualifier),
    ("__vectorcall", Refused(Refusal::Vectorcall)),
    ("__volatile", Qualifier),
    ("__volatile__", Qualifier),
    ("__w64", Qualifier),
    ("_cdecl", Convention),
    ("_fastcall", Convention),
    ("_inline", Function),
    ("_int64", word(Word::Int64)),
    ("_stdcall", Convention),
    ("alignas", Alignas),
    ("alignof", Alignof),
    ("asm", Asm),
    ("auto", Keyword::Storage(Storage::Other)),
    ("break", Statement),
    ("case", Statement),
    ("char", word(Word::Char)),
    ("const", Qualifier),
    ("constexpr", Function),
    ("continue", Statement),
    ("default", Statement),
    ("do", Statement),
    ("double", word(Word::Double)),
    ("else", Statement),
    ("enum", Enum),
    ("extern", Keyword::Storage(Storage::Other)),
    ("float", word(Word::Float)),
    ("for", Statement),
    ("goto", Statement),
    ("if", Statement),
    ("inline", Function),
    ("int", word(Word::Int)),
    ("long", word(Word::Long)),
    ("register", Keyword::Storage(Storage::Register)),
    ("restrict", Qualifier),
    ("return", Statement),
    ("short", word(Word::Short)),
    ("signed", word(Word::Signed)),
    ("sizeof", Sizeof),
    ("static", Keyword::Storage(Storage::Other)),
    ("static_assert", Assertion),
    ("struct", Struct),
    ("switch", Statement),
    ("thread_local", Function),
    ("typedef", Keyword::Storage(Storage::Typedef)),
    ("typeof", Typeof),
    ("typeof_unqual", Typeof),
    ("union", Union),
    ("unsigned", word(Word::Unsigned)),
    ("void", word(Word::Void)),
    ("volatile", Qualifier),
    ("while", Statement),
];

#[cfg(test)]
mod tests {
    use super::{KEYWORDS, Keyword};

    #[test]
    fn every_keyword_is_found_and_nothing_else() {
        for (word, keyword) in KEYWORDS {
            assert_eq!(Keyword::of(word.as_bytes()), Some(keyword), "{word}");
            let longer = format!("{word}_");
            assert_eq!(Keyword::of(longer.as_bytes()), None, "{longer}");
        }
        assert!(KEYWORDS.is_sorted_by(|one, other| one.0 < other.0));
        assert_eq!(Keyword::of(b""), None);
        assert_eq!(Keyword::of(b"i"), None);
    }
}
