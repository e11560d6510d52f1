//! What C compilers disagree about.

mod eightbytes;

use std::fmt;

use trampette::{Abi, Layout, MODEL, Signature};
use trampette_aarch64::Aapcs64;
use trampette_aarch64::aapcs::{Alignment, HollowMembers};
use trampette_abi::CallConv;

use crate::coverage::Place;
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
    /// (`X86_64ABIInfo::classify` in `lib/CodeGen/TargetInfo.cpp`).
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
    /// Microsoft x64: a result without bytes, which Microsoft's C does not have. GCC returns nothing,
    /// Clang takes a hidden pointer. The engine refuses it, so no signature is written that has one.
    EmptyResult,
    /// AAPCS64: a record of floating-point numbers with a member that has no bytes, as
    /// `{f32, {[i32; 0]}, f32}`: an HFA or not.
    ///
    /// The standard knows no such members. To GCC a zero-length array ends an HFA at any depth, to Clang
    /// a record of nothing but such arrays is nothing.
    HollowMember,
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
    pub const ALL: [Self; 8] = [
        Self::UnalignedPart,
        Self::LaterElement,
        Self::NoElements,
        Self::CutUnion,
        Self::EmptyResult,
        Self::HollowMember,
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
            Self::UnalignedPart | Self::CutUnion | Self::HollowMember => "GCC",
            Self::LaterElement | Self::NoElements => "Clang",
            Self::EmptyResult => "neither",
            Self::SplitComposite | Self::DeclaredAlignment => "Microsoft",
        }
    }

    fn concerns(self, signature: &Signature, abi: Abi) -> bool {
        match (self, abi) {
            (Self::UnalignedPart | Self::LaterElement | Self::NoElements, Abi::SysV64) => {
                any_value(signature, |value| {
                    classes(value, self.reading()) != classes(value, Reading::default())
                })
            }
            (Self::CutUnion, Abi::SysV64) => any_value(signature, is_cut),
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
            Self::EmptyResult => "GCC and Clang disagree about results without bytes",
            Self::HollowMember => "GCC and Clang disagree about HFAs with members without bytes",
            Self::SplitComposite => {
                "Clang and Microsoft disagree about splitting a composite between x7 and the stack"
            }
            Self::DeclaredAlignment => {
                "Clang and Microsoft disagree about the alignment of over-aligned composites"
            }
        })
    }
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
