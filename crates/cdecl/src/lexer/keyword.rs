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
    /// Something not supported yet, in words.
    Refused(&'static str),
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

impl Keyword {
    /// The keyword of this text.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let index = KEYWORDS.binary_search_by_key(&text, |entry| entry.0).ok()?;
        Some(KEYWORDS[index].1)
    }
}

use Keyword::{
    Alignas, Attribute, Convention, Declspec, Enum, Function, Qualifier, Refused, Statement,
    Struct, Union,
};

const ASSEMBLER: Keyword = Refused("assembler names");
const ASSERTION: Keyword = Refused("static assertions");
const ATOMIC: Keyword = Refused("atomic types");
const IMAGINARY: Keyword = Refused("imaginary numbers");
const DECIMAL: Keyword = Refused("decimal floating-point types");
const EXTENDED_FLOAT: Keyword = Refused("floating-point types of this name");
const MICROSOFT_INT: Keyword = Refused("integer types of Microsoft's names");
const THREAD: Keyword = Refused("thread-local variables");
const TYPEOF: Keyword = Refused("types by `typeof`");
const VECTORCALL: Keyword = Refused("`__vectorcall` functions");

/// C11's keywords, those of C23 that occur in declarations, and GNU's and Microsoft's spellings, in
/// ASCII order.
static KEYWORDS: [(&str, Keyword); 104] = [
    ("_Alignas", Alignas),
    ("_Alignof", Statement),
    ("_Atomic", ATOMIC),
    ("_BitInt", Refused("bit-precise integers")),
    ("_Bool", Keyword::Word(Word::Bool)),
    ("_Complex", Keyword::Word(Word::Complex)),
    ("_Decimal128", DECIMAL),
    ("_Decimal32", DECIMAL),
    ("_Decimal64", DECIMAL),
    ("_Float128", Keyword::Word(Word::Float128)),
    ("_Float128x", EXTENDED_FLOAT),
    ("_Float16", Keyword::Word(Word::Float16)),
    ("_Float32", EXTENDED_FLOAT),
    ("_Float32x", EXTENDED_FLOAT),
    ("_Float64", EXTENDED_FLOAT),
    ("_Float64x", EXTENDED_FLOAT),
    ("_Generic", Statement),
    ("_Imaginary", IMAGINARY),
    ("_Nonnull", Qualifier),
    ("_Noreturn", Function),
    ("_Null_unspecified", Qualifier),
    ("_Nullable", Qualifier),
    ("_Static_assert", ASSERTION),
    ("_Thread_local", THREAD),
    ("__alignof__", Statement),
    ("__asm", ASSEMBLER),
    ("__asm__", ASSEMBLER),
    ("__attribute", Attribute),
    ("__attribute__", Attribute),
    ("__auto_type", TYPEOF),
    ("__bf16", Keyword::Word(Word::BFloat16)),
    ("__cdecl", Convention),
    ("__complex__", Keyword::Word(Word::Complex)),
    ("__const", Qualifier),
    ("__const__", Qualifier),
    ("__declspec", Declspec),
    ("__extension__", Function),
    ("__fastcall", Convention),
    ("__float128", Keyword::Word(Word::Float128)),
    ("__float80", EXTENDED_FLOAT),
    ("__fp16", EXTENDED_FLOAT),
    ("__inline", Function),
    ("__inline__", Function),
    ("__int128", Keyword::Word(Word::Int128)),
    ("__int16", MICROSOFT_INT),
    ("__int32", MICROSOFT_INT),
    ("__int64", MICROSOFT_INT),
    ("__int8", MICROSOFT_INT),
    ("__ptr64", Qualifier),
    ("__restrict", Qualifier),
    ("__restrict__", Qualifier),
    ("__signed", Keyword::Word(Word::Signed)),
    ("__signed__", Keyword::Word(Word::Signed)),
    ("__stdcall", Convention),
    ("__thiscall", Convention),
    ("__thread", THREAD),
    ("__typeof", TYPEOF),
    ("__typeof__", TYPEOF),
    ("__vectorcall", VECTORCALL),
    ("__volatile", Qualifier),
    ("__volatile__", Qualifier),
    ("_cdecl", Convention),
    ("_stdcall", Convention),
    ("alignas", Alignas),
    ("asm", ASSEMBLER),
    ("auto", Keyword::Storage(Storage::Other)),
    ("break", Statement),
    ("case", Statement),
    ("char", Keyword::Word(Word::Char)),
    ("const", Qualifier),
    ("constexpr", Refused("initialisers")),
    ("continue", Statement),
    ("default", Statement),
    ("do", Statement),
    ("double", Keyword::Word(Word::Double)),
    ("else", Statement),
    ("enum", Enum),
    ("extern", Keyword::Storage(Storage::Other)),
    ("float", Keyword::Word(Word::Float)),
    ("for", Statement),
    ("goto", Statement),
    ("if", Statement),
    ("inline", Function),
    ("int", Keyword::Word(Word::Int)),
    ("long", Keyword::Word(Word::Long)),
    ("register", Keyword::Storage(Storage::Register)),
    ("restrict", Qualifier),
    ("return", Statement),
    ("short", Keyword::Word(Word::Short)),
    ("signed", Keyword::Word(Word::Signed)),
    ("sizeof", Statement),
    ("static", Keyword::Storage(Storage::Other)),
    ("static_assert", ASSERTION),
    ("struct", Struct),
    ("switch", Statement),
    ("thread_local", THREAD),
    ("typedef", Keyword::Storage(Storage::Typedef)),
    ("typeof", TYPEOF),
    ("typeof_unqual", TYPEOF),
    ("union", Union),
    ("unsigned", Keyword::Word(Word::Unsigned)),
    ("void", Keyword::Word(Word::Void)),
    ("volatile", Qualifier),
    ("while", Statement),
];

#[cfg(test)]
mod tests {
    use super::KEYWORDS;

    #[test]
    fn the_table_is_sorted_for_the_binary_search() {
        assert!(KEYWORDS.is_sorted_by(|one, other| one.0 < other.0));
    }
}
