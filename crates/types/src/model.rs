use crate::layout::Scalar;

/// What C's words mean on one platform: widths, signedness, and the rules of layout.
///
/// A data model is not a calling convention. An `ms_abi` function on Linux takes Linux' 8-byte `long`;
/// mingw and MSVC share a convention and differ in `long double` and in bit-fields.
///
/// ```
/// use trampette_types::{CType, DataModel, Int};
///
/// let long = CType::Int(Int::Long);
/// assert_eq!(long.layout(&DataModel::LINUX_X86_64)?.size(), 8);
/// assert_eq!(long.layout(&DataModel::WINDOWS_MSVC)?.size(), 4);
/// # Ok::<(), trampette_types::TypeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DataModel {
    /// The model's name: `linux-x86_64`, `windows-msvc`.
    pub name: &'static str,
    /// `long`: [`Scalar::I32`] or [`Scalar::I64`].
    pub long: Scalar,
    /// `wchar_t`.
    pub wchar: Scalar,
    /// Whether plain `char` is signed.
    pub char_signed: bool,
    /// The format of `long double`.
    pub long_double: LongDouble,
    /// How `packed` and `aligned` work together.
    pub records: RecordRule,
    /// How bit-fields are laid out.
    pub bit_fields: BitFieldRule,
    /// Whether bit-fields without a name ask for the alignment of their type, as those with a name do.
    /// MSVC has a rule of its own for them.
    pub anonymous_bits_align: bool,
    /// Which integer type stands behind an `enum` that names none.
    pub enums: EnumRule,
    /// No vector is aligned to more, in bytes: the size of the largest vector register.
    pub max_vector_align: usize,
    /// The size of a struct without members, in bytes, where nothing aligns it to more.
    pub empty_struct_size: usize,
    /// What a `va_list` is made of.
    pub va_list: VaList,
}

/// The format of `long double`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LongDouble {
    /// The x87's 80 bits, in 16 bytes.
    X87,
    /// IEEE 754 binary128.
    Binary128,
    /// The same as `double`.
    Double,
}

/// How `packed` and `aligned` work together in a struct or union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordRule {
    /// GCC and Clang: `packed` lowers what a member's type asks for and `aligned` on the member
    /// outweighs it; `#pragma pack(n)` lowers both.
    Gnu,
    /// MSVC: `aligned` outweighs both, on a member and on the type of anything in it.
    Msvc,
}

/// How bit-fields share storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BitFieldRule {
    /// GCC: a field goes to the next free bit, unless it would cross a unit of its type.
    Gnu,
    /// Clang where it is not MSVC's guest: the same, but for `aligned` on a bit-field. One that
    /// `#pragma pack(n)` forbids does nothing at all, where GCC aligns to n; and one below the size of the
    /// type lets the field cross a unit that it would not have crossed at the next free bit.
    Clang,
    /// MSVC: a field shares a unit with its neighbour only if their types have one size.
    Msvc,
}

/// Which integer type stands behind an `enum`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EnumRule {
    /// GCC and Clang: `unsigned int` if no enumerator is negative, else `int`, wider where needed.
    Gnu,
    /// MSVC: always `int`.
    Int,
}

/// What a `va_list` is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VaList {
    /// System V x86-64: an array of one 24-byte record (psABI 3.5.7).
    SysV,
    /// AAPCS64: a 32-byte record (AAPCS64, appendix "Variable argument lists").
    Aapcs64,
    /// A pointer to the next argument (Windows, Apple arm64).
    Pointer,
}

impl DataModel {
    /// Linux and other ELF systems on x86_64: LP64, signed `char`, 80-bit `long double`.
    pub const LINUX_X86_64: Self = Self {
        name: "linux-x86_64",
        long: Scalar::I64,
        wchar: Scalar::I32,
        char_signed: true,
        long_double: LongDouble::X87,
        records: RecordRule::Gnu,
        bit_fields: BitFieldRule::Gnu,
        anonymous_bits_align: false,
        enums: EnumRule::Gnu,
        max_vector_align: 64,
        empty_struct_size: 0,
        va_list: VaList::SysV,
    };

    /// Linux on 64-bit ARM: unsigned `char` and `wchar_t`, binary128 `long double`; bit-fields without a
    /// name align as well.
    pub const LINUX_AARCH64: Self = Self {
        name: "linux-aarch64",
        wchar: Scalar::U32,
        char_signed: false,
        long_double: LongDouble::Binary128,
        anonymous_bits_align: true,
        max_vector_align: 16,
        va_list: VaList::Aapcs64,
        ..Self::LINUX_X86_64
    };

    /// macOS on x86_64.
    pub const APPLE_X86_64: Self = Self {
        name: "apple-x86_64",
        bit_fields: BitFieldRule::Clang,
        ..Self::LINUX_X86_64
    };

    /// Apple's systems on 64-bit ARM: `long double` is `double`, `va_list` a pointer.
    pub const APPLE_ARM64: Self = Self {
        name: "apple-arm64",
        bit_fields: BitFieldRule::Clang,
        long_double: LongDouble::Double,
        max_vector_align: 16,
        va_list: VaList::Pointer,
        ..Self::LINUX_X86_64
    };

    /// Windows as MSVC compiles for it: LLP64, and an empty struct of 4 bytes.
    pub const WINDOWS_MSVC: Self = Self {
        name: "windows-msvc",
        long: Scalar::I32,
        wchar: Scalar::U16,
        char_signed: true,
        long_double: LongDouble::Double,
        records: RecordRule::Msvc,
        bit_fields: BitFieldRule::Msvc,
        anonymous_bits_align: false,
        enums: EnumRule::Int,
        max_vector_align: 64,
        empty_struct_size: 4,
        va_list: VaList::Pointer,
    };

    /// Windows on x86_64 as mingw compiles for it: 80-bit `long double`, GNU empty structs.
    pub const WINDOWS_GNU: Self = Self {
        name: "windows-gnu",
        long_double: LongDouble::X87,
        records: RecordRule::Gnu,
        enums: EnumRule::Gnu,
        empty_struct_size: 0,
        ..Self::WINDOWS_MSVC
    };

    /// Every model.
    pub const ALL: [Self; 6] = [
        Self::LINUX_X86_64,
        Self::LINUX_AARCH64,
        Self::APPLE_X86_64,
        Self::APPLE_ARM64,
        Self::WINDOWS_MSVC,
        Self::WINDOWS_GNU,
    ];

    /// The same platform as C++ sees it, where an empty struct has a byte, so that each of its objects has an
    /// address of its own ("an object has nonzero size", C++11, 1.8). One of members without bytes has none
    /// in GCC's C++, either.
    ///
    /// ```
    /// use trampette_types::{CType, DataModel};
    ///
    /// let tagged: CType = "{tag: {}, value: i32}".parse()?;
    /// let (c, cplusplus) = (DataModel::LINUX_X86_64, DataModel::LINUX_X86_64.cplusplus());
    /// assert_eq!(tagged.layout(&c)?.members()[1].offset, 0);
    /// assert_eq!(tagged.layout(&cplusplus)?.members()[1].offset, 4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn cplusplus(self) -> Self {
        Self {
            empty_struct_size: 1,
            ..self
        }
    }

    /// The model of a name, such as `windows-msvc`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name == name)
    }
}
