//! What C compilers disagree about.

mod bits;
mod eightbytes;
mod halves;
mod hfas;
mod unions;
mod vectors;

use std::fmt;
use std::ops::ControlFlow;

use trampette::{Abi, CType, Layout, LayoutKind, MODEL, Scalar, Signature};
use trampette_aarch64::Aapcs64;
use trampette_aarch64::aapcs::{Alignment, HollowMembers};
use trampette_abi::{CallConv, Part, Row};
use trampette_x86_64::SysV64;

use crate::coverage::Place;
pub(crate) use hfas::{has_no_elements, has_whole_number};

use eightbytes::{Reading, classes, is_cut};

/// A rule that GCC 12 and Clang 14 read differently, found by proving signatures against both.
///
/// ```
/// use trampette::Abi;
/// use trampette_fuzz::generate::Dispute;
///
/// let signature = "sysv64 ({i8, {i8} align(4)} packed) -> void".parse()?;
/// let dispute = Dispute::about(&signature, Abi::SysV64).unwrap();
/// assert_eq!(dispute, Dispute::UnalignedPart);
/// println!("{dispute}; the engine follows {}", dispute.followed());
/// # Ok::<(), trampette::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Dispute {
    /// System V: a packed record of up to 16 bytes whose scalars are aligned, and in which a record or an
    /// array is not, as `{i8, {i8} align(4)} packed`.
    ///
    /// "If the size of an object is larger than eight eightbytes, or it contains unaligned fields, it has
    /// class MEMORY." (psABI, 3.2.3) GCC looks at scalars alone (`classify_argument` in
    /// `config/i386/i386.cc`), Clang at every member with the alignment of its type
    /// (`X86_64ABIInfo::classify` in `lib/CodeGen/TargetInfo.cpp`). Fields are "unaligned" for the sake of loads
    /// and stores, which scalars alone have; and most of what a program calls is GCC's: so the engine follows it.
    UnalignedPart,
    /// System V: a record of up to 16 bytes with an array of which the first element is aligned and another
    /// is not, as `{ptr, [{i16, i8} packed; 2]}`.
    ///
    /// GCC classifies the first element and takes the others to be like it, so it passes such a record in
    /// registers. Clang looks at every one, and finds "unaligned fields".
    LaterElement,
    /// System V: an array without elements within an eightbyte of floating-point numbers, as
    /// `{f32, [i8; 0], f32}`.
    ///
    /// The psABI knows no such arrays. GCC 12 means them to have no class, and where they do not begin an
    /// eightbyte gives them that of an element; in Clang they have none.
    NoElements,
    /// System V: a union with two members that Clang takes for half of what the other is, as
    /// `union {{f64, f32}, [f64; 2]}`.
    ///
    /// Clang has one member stand for all of a union, the first of the most aligned and largest. Where that
    /// one ends with a `float` it passes a `float`, and the last four bytes of the other are lost
    /// (`X86_64ABIInfo::GetSSETypeAtOffset` in `lib/CodeGen/TargetInfo.cpp`). GCC passes all eight.
    CutUnion,
    /// System V and Microsoft x64: a record of nothing but bit-fields without a name, as `{u32:5}`.
    ///
    /// GCC 12 passes it in a register, and where there is none left, nowhere: for the stack it is empty
    /// (`ix86_is_empty_record` in `config/i386/i386.cc`). To Clang 14 small ones are nothing in System V's
    /// convention, and larger ones, and all in Microsoft's, what their size says. To the engine each is what
    /// its bytes are.
    OnlyUnnamedBits,
    /// System V: a bit-field without a name in an eightbyte in which nothing else is INTEGER, as
    /// `{f64, u64:5}`.
    ///
    /// The psABI says nothing of bit-fields here. To GCC each makes its eightbytes INTEGER, with a name or
    /// without; to Clang up to version 22 those without a name are padding, which has changed since
    /// ([LLVM 216777](https://github.com/llvm/llvm-project/pull/216777)).
    UnnamedBits,
    /// System V and AAPCS64: a union in which a bit-field has no bits, as `union {f64, u64:0}`.
    ///
    /// GCC 12 takes it for a member of its type, though it passes over such bit-fields in structs, as both
    /// ABIs have it (`classify_argument` in `config/i386/i386.cc`, `aapcs_vfp_sub_candidate` in
    /// `config/aarch64/aarch64.cc`). In Clang it is nothing; in an HFA since version 15.
    ZeroWidthInUnion,
    /// System V: an `__int128` on the stack.
    ///
    /// "For classification purposes __int128 is treated as if it were implemented as [...] a struct, with
    /// the exception that arguments of type __int128 that are stored in memory must be aligned on a 16-byte
    /// boundary." Clang 14 aligns it to 8, and where one register is left it passes half in that.
    WideOnStack,
    /// System V: a `_Complex float` on the stack. To Clang 14 it is a vector there, and takes up 16 bytes.
    ///
    /// "A variable of type complex T where T is one of the types float or double is treated as if it were
    /// implemented as a struct of two." (psABI, 3.2.3)
    ComplexOnStack,
    /// System V: a `__float128` in a record, behind `...`, or beside a record that finds no vector register.
    ///
    /// "Arguments of types __float128, _Decimal128 and __m128 are split into two halves. The least
    /// significant ones belong to class SSE, the most significant one to class SSEUP." Clang 14 passes one
    /// that stands alone in a vector register, by what LLVM makes of it, and knows nothing of these classes:
    /// it passes records around it in memory, does not count the register when it looks for one for a
    /// record, and looks for one behind `...` on the stack.
    Quad,
    /// Microsoft x64, as compilers for Linux have it: `long double`, of which Windows has two others, and
    /// `__float128`, which it does not have.
    ///
    /// GCC passes and returns both in memory, as larger things are. Clang returns a `long double` on the x87's
    /// stack, and has the other in a vector register both ways.
    ExtendedInMicrosoft,
    /// Microsoft x64: `_Float16` and `__bf16`, which Microsoft's C does not have. GCC passes them as integers of
    /// their size, since nothing but `float` and `double` goes in vector registers (`function_arg_ms_64` in
    /// `config/i386/i386.cc`), Clang in vector registers.
    HalfInMicrosoft,
    /// System V: complex numbers of half precision in an array that begins within an eightbyte and goes on in
    /// the next, as in `{i32, [complex(f16); 2]}`.
    ///
    /// GCC 12 takes such a number that does not begin an eightbyte to reach into the next, and the array to go
    /// on as it begins: so of the second eightbyte it passes one half (`classify_argument` in
    /// `config/i386/i386.cc`). Clang 19 passes all of it.
    DividedHalves,
    /// System V: a vector of one `double`, as a result. The psABI has eight bytes of a vector in class SSE.
    /// GCC and Clang have those in memory, but for Clang's result, which comes back in xmm0.
    LoneDouble,
    /// System V: a result with a union in it that comes back in more than 16 bytes of a vector register, as
    /// `union {vector(f64, 4), f64}`. GCC 12 fills the register, and clears its upper half with `vzeroupper` on
    /// the way out.
    ClearedUnion,
    /// System V: a union of more than 16 bytes with a vector or a `__float128` in it that is in memory, as
    /// `union {vector(f32, 4), [vector(f32, 4); 2]}` and `union {vector(f32, 16), [f32; 16]}`.
    ///
    /// "If the size of the aggregate exceeds two eightbytes and the first eightbyte isn't SSE or any other
    /// eightbyte isn't SSEUP, the whole argument is passed in memory." Of a union, Clang looks at the first two
    /// eightbytes alone, and has all of it in a vector register.
    LargerUnion,
    /// System V: a vector of more than 16 bytes before `...`. GCC passes it in a register, as everywhere, and
    /// what stands behind `...` in memory alone. Clang has it in memory in any variadic function.
    WideBeforeEllipsis,
    /// System V: a union behind `...` that GCC 12 cannot read: one with a `long double` that travels in two integer
    /// registers, `union {longdouble, [u8; 16]}`, which optimised code takes for aligned memory where it has saved
    /// them, so that calls between C functions crash as well; and one of a vector of more than 16 bytes and
    /// something else, `union {vector(f32, 8), f64}`, which ends the compiler.
    MisreadUnion,
    /// Microsoft x64: vectors of other sizes than 16 bytes. Microsoft passes those of 8 bytes as integers,
    /// larger ones by reference, and returns all but the first in vector registers. GCC returns those over 16
    /// bytes in memory, as the engine's `win64-gnu` does, and passes one `double` by reference. Clang 14 returns
    /// 8 bytes in xmm0, passes some by reference, and takes those of 64 apart.
    VectorsInMicrosoft,
    /// Microsoft x64: a result without bytes, which Microsoft's C does not have. GCC returns nothing,
    /// Clang takes a hidden pointer. The engine refuses it, so no signature is written that has one.
    EmptyResult,
    /// AAPCS64: a record of floating-point numbers with a member that has no bytes, as
    /// `{f32, {[i32; 0]}, f32}`: an HFA or not.
    ///
    /// The standard knows no such members. To GCC a zero-length array ends an HFA at any depth, to Clang
    /// a record of nothing but such arrays is nothing. So is one of nothing but bit-fields without a name,
    /// which has bytes: `{u32:5}` travels nowhere in Clang, and as what it is in GCC.
    HollowMember,
    /// AAPCS64: a complex number or a vector in a record with an array that has no elements, and nothing else, as
    /// `{complex(f64), [i32; 0]}`. Such an array makes a record no HFA to both compilers, but GCC does not look
    /// where the record has the machine mode of a complex number or a vector.
    HollowNumber,
    /// AAPCS64: a record of floating-point numbers in which a bit-field has no bits, as `{f32, u32:0, f32}`.
    ///
    /// "The test for homogeneity is applied after data layout is completed", and then such a bit-field is
    /// nothing. GCC has it so, and Clang since version 15
    /// ([LLVM D127197](https://reviews.llvm.org/D127197)); to Clang 14 it is a member that is no number.
    ZeroWidth,
    /// All: a bit-field that is `aligned` to less than its type, or in a record under `#pragma pack(n)` to more
    /// than n. The record has two layouts then, as [`BitFieldRule`](trampette_types::BitFieldRule) says.
    AlignedBits,
    /// AAPCS64: a packed record with a bit-field of 128 bits' type, as `{x: i128:4} packed`, which is not
    /// aligned to 16.
    ///
    /// "The natural alignment of a composite type is the maximum of each of the member alignments". GCC 12
    /// takes the alignment of a bit-field's type for that of the member; so did it until version 13
    /// ([GCC 105549](https://gcc.gnu.org/PR105549)).
    PackedBits,
    /// AAPCS64: an HFA of quads, or an HVA of vectors of 16 bytes, on the stack, where it is packed, as
    /// `{longdouble} packed`.
    ///
    /// "If the argument is an HFA, an HVA, a Quad-precision Floating-point or short vector type then the NSAA is
    /// rounded up to the next multiple of 8 if its natural alignment is <= 8 or the next multiple of 16 if its
    /// natural alignment is >= 16" (stage C), and a packed record is aligned to less. Clang has each as an array
    /// of its base type, which is aligned to 16 whatever the record is.
    PackedQuads,
    /// AAPCS64: a record of `__bf16`, with `_Float16` beside it or not: an HFA or not.
    ///
    /// Both have the Fundamental Data Type "half precision", and what is made of them is an HFA. To GCC 12
    /// a `__bf16` makes its record none ([GCC 120007](https://gcc.gnu.org/PR120007); the standard's editors
    /// say so in [their request 314](https://github.com/ARM-software/abi-aa/pull/314)).
    BrainFloats,
    /// Windows on ARM: a composite behind `...` for which x7 alone is left.
    ///
    /// Arguments of variadic functions are allocated "to an imaginary stack, where the first 64 bytes of
    /// the stack are loaded into x0-x7, and any remaining stack arguments are placed normally" (Microsoft,
    /// "Overview of ARM64 ABI conventions"). Clang 14 does not split a composite.
    SplitComposite,
    /// Windows on ARM: a composite that is over-aligned itself. Clang 14 goes by its members' alignment,
    /// as on Linux.
    DeclaredAlignment,
}

impl Dispute {
    /// Every dispute.
    pub const ALL: [Self; 29] = [
        Self::UnalignedPart,
        Self::LaterElement,
        Self::NoElements,
        Self::CutUnion,
        Self::OnlyUnnamedBits,
        Self::UnnamedBits,
        Self::ZeroWidthInUnion,
        Self::WideOnStack,
        Self::ComplexOnStack,
        Self::Quad,
        Self::ExtendedInMicrosoft,
        Self::HalfInMicrosoft,
        Self::DividedHalves,
        Self::LoneDouble,
        Self::ClearedUnion,
        Self::LargerUnion,
        Self::WideBeforeEllipsis,
        Self::MisreadUnion,
        Self::VectorsInMicrosoft,
        Self::EmptyResult,
        Self::HollowMember,
        Self::HollowNumber,
        Self::ZeroWidth,
        Self::AlignedBits,
        Self::PackedBits,
        Self::PackedQuads,
        Self::BrainFloats,
        Self::SplitComposite,
        Self::DeclaredAlignment,
    ];

    /// The first dispute that a signature is about, called in this convention.
    #[must_use]
    pub fn about(signature: &Signature, abi: Abi) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dispute| dispute.concerns(signature, abi))
    }

    /// Whose reading the engine's is.
    #[must_use]
    pub fn followed(self) -> &'static str {
        match self {
            Self::UnalignedPart
            | Self::CutUnion
            | Self::UnnamedBits
            | Self::WideOnStack
            | Self::ComplexOnStack
            | Self::Quad
            | Self::ExtendedInMicrosoft
            | Self::HalfInMicrosoft
            | Self::LoneDouble
            | Self::LargerUnion
            | Self::WideBeforeEllipsis
            | Self::HollowMember
            | Self::AlignedBits
            | Self::PackedQuads
            | Self::ZeroWidth => "GCC",
            Self::LaterElement
            | Self::NoElements
            | Self::ZeroWidthInUnion
            | Self::PackedBits
            | Self::HollowNumber
            | Self::BrainFloats
            | Self::DividedHalves
            | Self::ClearedUnion
            | Self::MisreadUnion => "Clang",
            Self::EmptyResult | Self::OnlyUnnamedBits => "neither",
            Self::VectorsInMicrosoft | Self::SplitComposite | Self::DeclaredAlignment => {
                "Microsoft"
            }
        }
    }

    fn concerns(self, signature: &Signature, abi: Abi) -> bool {
        match (self, abi) {
            (Self::OnlyUnnamedBits, Abi::SysV64 | Abi::Win64 | Abi::Win64Gnu) => {
                any_value(signature, is_padding)
            }
            (
                Self::UnalignedPart | Self::LaterElement | Self::NoElements | Self::UnnamedBits,
                Abi::SysV64,
            ) => any_value(signature, |value| {
                classes(value, self.reading()) != classes(value, Reading::default())
            }),
            (Self::ZeroWidthInUnion, Abi::SysV64) => {
                any_type(signature, bits::is_small_with_zero_width_in_union)
            }
            (Self::CutUnion, Abi::SysV64) => any_value(signature, is_cut),
            (Self::WideOnStack, Abi::SysV64) => has_on_stack(&SysV64, signature, |value| {
                matches!(value.as_scalar(), Some(Scalar::I128 | Scalar::U128))
            }),
            (Self::ComplexOnStack, Abi::SysV64) => has_on_stack(&SysV64, signature, |value| {
                *value.kind() == LayoutKind::Complex(Scalar::F32)
            }),
            (Self::Quad, Abi::SysV64) => is_about_quad(signature),
            (Self::ExtendedInMicrosoft, Abi::Win64 | Abi::Win64Gnu) => {
                !cfg!(windows) && any_value(signature, is_extended)
            }
            (Self::HalfInMicrosoft, Abi::Win64 | Abi::Win64Gnu) => {
                !cfg!(windows) && any_value(signature, halves::is_half)
            }
            (Self::DividedHalves, Abi::SysV64) => any_value(signature, halves::is_divided),
            (Self::LoneDouble, Abi::SysV64) => {
                let result = signature.result().layout(&MODEL);
                result.is_ok_and(|layout| vectors::is_lone_double(&layout))
            }
            (Self::ClearedUnion, Abi::SysV64) => {
                let result = signature.result().layout(&MODEL);
                result.is_ok_and(|layout| {
                    layout.size() > 16 && vectors::has_union(&layout) && !is_in_memory(&layout)
                })
            }
            (Self::LargerUnion, Abi::SysV64) => any_value(signature, vectors::is_larger_union),
            (Self::WideBeforeEllipsis, Abi::SysV64) => {
                signature.is_variadic() && has_wide_register(signature)
            }
            (Self::MisreadUnion, Abi::SysV64) => {
                let behind = &signature.params()[signature.fixed_params().len()..];
                let mut layouts = behind.iter().filter_map(|ty| ty.layout(&MODEL).ok());
                layouts.any(|layout| unions::is_misread_behind_dots(&layout))
            }
            (Self::VectorsInMicrosoft, Abi::Win64 | Abi::Win64Gnu) => {
                let result = signature.result().layout(&MODEL);
                let is_odd = |layout: &Layout| layout.is_vector() && layout.size() != 16;
                let is_wide = |layout: &Layout| layout.size() > 16 && is_odd(layout);
                match cfg!(windows) {
                    true => {
                        any_value(signature, vectors::is_lone_double)
                            || result.is_ok_and(|it| is_wide(&it))
                    }
                    false => any_value(signature, is_odd),
                }
            }
            (Self::EmptyResult, Abi::Win64 | Abi::Win64Gnu) => {
                let result = signature.result().layout(&MODEL);
                result.is_ok_and(|layout| layout.size() == 0 && !layout.is_void())
            }
            (Self::HollowMember, Abi::Aapcs64) => {
                let clang = Aapcs64 {
                    hollow_members: HollowMembers::PassedOver,
                    ..Aapcs64::LINUX
                };
                differ(&Aapcs64::LINUX, &clang, signature)
            }
            (Self::HollowNumber, Abi::Aapcs64) => any_value(signature, hfas::is_hollow_number),
            (Self::ZeroWidthInUnion, Abi::Aapcs64) => {
                any_type(signature, bits::is_of_floats_and_zero_width_in_union)
            }
            (Self::ZeroWidth, Abi::Aapcs64) => {
                any_type(signature, bits::is_of_floats_and_zero_width)
            }
            (Self::AlignedBits, _) => any_type(signature, bits::is_aligned_otherwise_in_clang),
            (Self::PackedBits, Abi::Aapcs64) => any_type(signature, bits::is_packed_with_wide_bits),
            (Self::PackedQuads, Abi::Aapcs64) => {
                has_on_stack(&Aapcs64::LINUX, signature, hfas::is_of_packed_quads)
            }
            (Self::BrainFloats, Abi::Aapcs64) => any_value(signature, hfas::is_of_brain_floats),
            (Self::SplitComposite, Abi::WinArm64) => is_split(signature),
            (Self::DeclaredAlignment, Abi::WinArm64) => {
                let clang = Aapcs64 {
                    alignment: Alignment::Natural,
                    even_pairs: true,
                    ..Aapcs64::WINDOWS
                };
                let microsoft = Aapcs64::WINDOWS;
                differ(&microsoft, &clang, signature)
            }
            _ => false,
        }
    }
}

impl Dispute {
    /// How the other compiler reads System V's rules, where that is what the dispute is about.
    fn reading(self) -> Reading {
        Reading {
            parts_are_fields: self == Self::UnalignedPart,
            first_element_stands_for_all: self == Self::LaterElement,
            no_elements_count: self == Self::NoElements,
            unnamed_bits_are_padding: self == Self::UnnamedBits,
        }
    }
}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnalignedPart => {
                "GCC and Clang disagree about a packed record whose parts are unaligned and whose \
                 scalars are not"
            }
            Self::LaterElement => {
                "GCC and Clang disagree about an array whose later elements are unaligned"
            }
            Self::NoElements => {
                "GCC and Clang disagree about arrays without elements within an eightbyte"
            }
            Self::CutUnion => "GCC and Clang disagree about how much of a union is passed",
            Self::OnlyUnnamedBits => {
                "GCC and Clang disagree about records of nothing but bit-fields without a name"
            }
            Self::UnnamedBits => "GCC and Clang disagree about bit-fields without a name",
            Self::ZeroWidthInUnion => "GCC and Clang disagree about bit-fields of no bits in unions",
            Self::ZeroWidth => "GCC and Clang disagree about HFAs with bit-fields of no bits",
            Self::AlignedBits => "GCC and Clang disagree about the place of an aligned bit-field",
            Self::PackedBits => {
                "GCC and Clang disagree about the alignment of packed bit-fields of 128-bit types"
            }
            Self::ExtendedInMicrosoft => {
                "GCC and Clang for Linux disagree about `long double` and `__float128` in Microsoft's \
                 convention"
            }
            Self::HalfInMicrosoft => {
                "GCC and Clang disagree about `_Float16` and `__bf16` in Microsoft's convention"
            }
            Self::DividedHalves => {
                "GCC and Clang disagree about arrays of `_Complex _Float16` that cross eightbytes"
            }
            Self::LoneDouble => "GCC and Clang disagree about returning a vector of one `double`",
            Self::ClearedUnion => {
                "GCC 12 clears the upper half of a union that it returns in a vector register"
            }
            Self::LargerUnion => {
                "GCC and Clang disagree about unions of more than 16 bytes with a vector or `__float128`"
            }
            Self::WideBeforeEllipsis => {
                "GCC and Clang disagree about vectors of more than 16 bytes before `...`"
            }
            Self::MisreadUnion => "GCC 12 cannot read some unions behind `...`",
            Self::VectorsInMicrosoft => {
                "GCC, Clang and Microsoft disagree about vectors of other sizes than 16 bytes"
            }
            Self::ComplexOnStack => "GCC and Clang disagree about a `_Complex float` on the stack",
            Self::Quad => "GCC and Clang disagree about a `__float128` that does not stand alone",
            Self::WideOnStack => "GCC and Clang disagree about an `__int128` on the stack",
            Self::EmptyResult => "GCC and Clang disagree about results without bytes",
            Self::HollowMember => "GCC and Clang disagree about HFAs with members without bytes",
            Self::HollowNumber => {
                "GCC and Clang disagree about HFAs of a complex number and an array without elements"
            }
            Self::PackedQuads => {
                "GCC and Clang disagree about packed HFAs of 16-byte numbers on the stack"
            }
            Self::BrainFloats => "GCC and Clang disagree about HFAs of `__bf16`",
            Self::SplitComposite => {
                "Clang and Microsoft disagree about splitting a composite between x7 and the stack"
            }
            Self::DeclaredAlignment => {
                "Clang and Microsoft disagree about the alignment of over-aligned composites"
            }
        })
    }
}

/// Whether a value has bytes, and none that means anything.
fn is_padding(value: &Layout) -> bool {
    value.size() > 0 && value.leaves(&mut |_| ControlFlow::Break(())).is_continue()
}

fn is_extended(value: &Layout) -> bool {
    matches!(value.as_scalar(), Some(Scalar::F80 | Scalar::F128))
}

/// Whether System V passes and returns a value in memory, to the judge.
pub(crate) fn is_in_memory(value: &Layout) -> bool {
    classes(value, Reading::default()).is_err()
}

fn any_type(signature: &Signature, is: impl Fn(&CType) -> bool) -> bool {
    let mut types = signature.params().iter().chain([signature.result()]);
    types.any(is)
}

fn any_value(signature: &Signature, is: impl Fn(&Layout) -> bool) -> bool {
    let mut types = signature.params().iter().chain([signature.result()]);
    types.any(|ty| ty.layout(&MODEL).is_ok_and(|layout| is(&layout)))
}

/// Whether two readings of a convention have different rows for a signature.
fn differ(one: &Aapcs64, other: &Aapcs64, signature: &Signature) -> bool {
    let rows = |reading: &Aapcs64| {
        let layout = reading.call_layout(&signature.shape(&MODEL).ok()?).ok()?;
        Some((layout.arguments, layout.result))
    };
    rows(one) != rows(other)
}

fn is_split(signature: &Signature) -> bool {
    let Ok(shape) = signature.shape(&MODEL) else {
        return false;
    };
    let layout = Aapcs64::WINDOWS.call_layout(&shape);
    layout.is_ok_and(|layout| {
        let mut places = (0..shape.params().len()).map(|index| Place::of_argument(&layout, index));
        places.any(|place| place == Place::Divided)
    })
}

/// Whether a value that is so travels on the stack, by itself.
fn has_on_stack(
    convention: &dyn CallConv,
    signature: &Signature,
    is: impl Fn(&Layout) -> bool,
) -> bool {
    any_argument(convention, signature, |row, value| {
        matches!(row.place, trampette_abi::Place::Stack(_)) && is(value)
    })
}

/// Whether one travels in more than 16 bytes of one of System V's registers.
fn has_wide_register(signature: &Signature) -> bool {
    any_argument(&SysV64, signature, |row, _| {
        matches!(row.place, trampette_abi::Place::Register(_)) && row.part.size() > 16
    })
}

/// Whether a convention has such a row for an argument of this layout.
fn any_argument(
    convention: &dyn CallConv,
    signature: &Signature,
    is: impl Fn(&Row, &Layout) -> bool,
) -> bool {
    let Ok(shape) = signature.shape(&MODEL) else {
        return false;
    };
    let Ok(layout) = convention.call_layout(&shape) else {
        return false;
    };
    let mut rows = layout.arguments.iter();
    rows.any(|row| match row.part {
        Part::Argument { index, .. } => is(row, &shape.params()[index]),
        _ => false,
    })
}

/// Whether a binary128 is in a record, behind `...`, or beside a record on the stack.
fn is_about_quad(signature: &Signature) -> bool {
    let alone = |ty: &&CType| ty.layout(&MODEL).is_ok_and(|layout| is_quad(&layout));
    let behind = &signature.params()[signature.fixed_params().len()..];
    let beside = |value: &Layout| value.as_scalar().is_none() && value.size() <= 16;
    behind.iter().any(|ty| alone(&ty))
        || any_value(signature, |value| !is_quad(value) && has_quad(value))
        || signature.params().iter().any(|ty| alone(&ty))
            && has_on_stack(&SysV64, signature, beside)
}

fn is_quad(value: &Layout) -> bool {
    value.as_scalar() == Some(Scalar::F128)
}

/// Whether there is a binary128 in a value that is not in memory anyway.
fn has_quad(value: &Layout) -> bool {
    !is_in_memory(value) && has_scalar(value, &[Scalar::F128])
}

/// Whether a value is or has in it one of these.
fn has_scalar(value: &Layout, scalars: &[Scalar]) -> bool {
    let look = |leaf: trampette::Leaf| match scalars.contains(&leaf.scalar) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    value.leaves(&mut { look }).is_break()
}
