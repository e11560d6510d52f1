//! AAPCS64: the procedure call standard of 64-bit ARM, as Linux, Apple and Windows have it.
//!
//! Sentences in quotes are from the "Procedure Call Standard for the Arm 64-bit Architecture (AArch64)",
//! from its section "Parameter Passing Rules" unless another is named; C.12 and the like are its own
//! names of its rules. What Apple changes is described in "Writing ARM64 code for Apple platforms", and
//! what Windows changes in "Overview of ARM64 ABI conventions".

mod assignment;
mod hfa;

use trampette_abi::{
    AbiError, Bank, CallConv, CallLayout, Entry, Preserved, Register, Saved, Unnamed,
};
use trampette_types::{Abi, Shape};

use crate::registers::{X0, X1};
use assignment::{Assignment, result_rows};

pub use hfa::HollowMembers;

/// The stack pointer's alignment at a call: "SP mod 16 = 0" (section "The Stack").
const STACK_ALIGN: usize = 16;

/// The bytes of v0-v31.
const VECTOR_SIZE: usize = 16;

/// "A subroutine invocation must preserve the contents of the registers r19-r29 and SP." (section
/// "General-purpose Registers") "Registers v8-v15 must be preserved by a callee across subroutine calls
/// [...]. Additionally, only the bottom 64 bits of each value stored in v8-v15 need to be preserved"
/// (section "SIMD and Floating-Point Registers")
const PRESERVED: Preserved = Preserved {
    integers: 0x3FF8_0000,
    vectors: 0x0000_FF00,
    vector_bytes: 8,
};

/// x0-x7.
const INTEGERS: [Register; 8] = first_eight(Bank::Integer);

/// v0-v7.
const VECTORS: [Register; 8] = first_eight(Bank::Vector);

const fn first_eight(bank: Bank) -> [Register; 8] {
    let mut registers = [Register { bank, number: 0 }; 8];
    let mut number = 0;
    while number < 8 {
        registers[number as usize].number = number;
        number += 1;
    }
    registers
}

/// A variant of AAPCS64: what the platforms do not have in common, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aapcs64 {
    /// The variant's name.
    pub abi: Abi,
    /// Which alignment of a composite decides where it travels.
    pub alignment: Alignment,
    /// Whether a composite aligned to 16 begins at an even register.
    pub even_pairs: bool,
    /// How much of the stack a named argument takes up.
    pub slots: Slots,
    /// Who extends narrow integers.
    pub narrow: Narrow,
    /// How variadic functions are called.
    pub variadic: Variadic,
    /// Whether members without bytes let a record be an HFA.
    pub hollow_members: HollowMembers,
}

/// Which alignment of a composite decides where it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// That of its members: an `aligned` on the type itself does not count.
    Natural,
    /// The type's own. HFAs do with that of their members.
    Declared,
}

/// How much of the stack a named argument takes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slots {
    /// Multiples of eight bytes.
    Words,
    /// Scalars and HFAs take up their size, at their alignment. Other composites were rounded up to
    /// words before (B.5).
    Packed,
}

/// Who extends narrow integers to 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Narrow {
    /// Who receives them: "named integral values must be narrowed by the callee rather than the caller".
    Receiver,
    /// Who sends them.
    Sender,
}

/// How variadic functions are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variadic {
    /// As all others.
    AsOthers,
    /// Arguments that have no name go to the stack.
    UnnamedOnStack,
    /// No argument goes to a vector register, named ones included, and no composite is an HFA. The
    /// arguments stand in a row on an imaginary stack, whose first 64 bytes are x0-x7: a composite may
    /// be in x7 and on the stack. (clang 14 does not split one; MSVC, whose rule it is, does.)
    IntegersOnly,
}

impl Aapcs64 {
    /// The standard itself: Linux and other ELF systems.
    pub const LINUX: Self = Self {
        abi: Abi::Aapcs64,
        alignment: Alignment::Natural,
        even_pairs: true,
        slots: Slots::Words,
        narrow: Narrow::Receiver,
        variadic: Variadic::AsOthers,
        hollow_members: HollowMembers::CountedThrough,
    };

    /// macOS, iOS and Apple's other systems.
    pub const APPLE: Self = Self {
        abi: Abi::AppleArm64,
        alignment: Alignment::Declared,
        even_pairs: false,
        slots: Slots::Packed,
        narrow: Narrow::Sender,
        variadic: Variadic::UnnamedOnStack,
        hollow_members: HollowMembers::PassedOver,
    };

    /// Windows.
    pub const WINDOWS: Self = Self {
        abi: Abi::WinArm64,
        alignment: Alignment::Declared,
        variadic: Variadic::IntegersOnly,
        hollow_members: HollowMembers::PassedOver,
        ..Self::LINUX
    };
}

impl CallConv for Aapcs64 {
    fn abi(&self) -> Abi {
        self.abi
    }

    fn call_layout(&self, shape: &Shape) -> Result<CallLayout, AbiError> {
        let mut assignment = Assignment::of(self, shape);
        let result = result_rows(self, shape.result());
        if result.is_none() {
            assignment.result_address();
        }
        for (index, value) in shape.params().iter().enumerate() {
            assignment.argument(index, value);
        }
        let (arguments, stack) = assignment.finish();
        Ok(CallLayout {
            abi: self.abi,
            arguments,
            result: result.unwrap_or_default(),
            result_size: shape.result().size(),
            stack_size: stack.next_multiple_of(STACK_ALIGN),
            stack_align: STACK_ALIGN,
            vector_size: VECTOR_SIZE,
            home: 0,
            preserved: PRESERVED,
            vector_count: None,
            entry: Entry {
                frame: X0,
                target: X1,
            },
        })
    }

    /// "The register save area" of the appendix "Variable argument lists" has two parts, for general and for
    /// vector registers. Apple's callees find all on the stack, those of Windows store x0-x7 below it.
    fn unnamed(&self) -> Unnamed {
        let (integers, vectors, saved): (&[_], &[_], _) = match self.variadic {
            Variadic::AsOthers => (&INTEGERS, &VECTORS, Saved::Apart),
            Variadic::UnnamedOnStack => (&[], &[], Saved::BelowStack),
            Variadic::IntegersOnly => (&INTEGERS, &[], Saved::BelowStack),
        };
        Unnamed {
            integers,
            vectors,
            saved,
        }
    }
}
