//! Stages A to C: what travels in which register or stack slot.

use trampette_abi::plant::Plant;
use trampette_abi::{Extend, Part, Place, Register, Row};
use trampette_types::{Layout, Scalar, Shape};

use super::hfa::{Hfa, is_hollow};
use super::{Aapcs64, Alignment, Narrow, Slots, Variadic};
use crate::registers::{X0, X8};

/// The bytes of a double-word: an integer register, a stack slot.
const WORD: usize = 8;

/// How many registers of each bank carry arguments: x0-x7 and v0-v7.
const REGISTERS: u8 = 8;

/// "If the argument type is a Composite Type that is larger than 16 bytes, then the argument is copied
/// to memory allocated by the caller and the argument is replaced by a pointer to the copy." (B.4)
const LARGEST_COMPOSITE: usize = 16;

/// No argument is aligned to more: "the copy will have 8-byte alignment if its natural alignment is <= 8
/// and 16-byte alignment if its natural alignment is >= 16" (B.6).
const LARGEST_ALIGN: usize = 16;

/// What stage B makes of a value.
enum Class {
    /// An integer or a pointer of up to eight bytes.
    Integer,
    /// A floating-point number or a short vector.
    Float,
    /// An HFA of up to four members.
    Hfa(Hfa),
    /// Any other composite of up to 16 bytes, and an integer of 16: C.10 and C.11 say the same of both.
    Composite,
    /// A larger one, by the address of a copy.
    Reference,
}

impl Class {
    /// The class of a value, where vector registers carry arguments or do not.
    fn of(variant: &Aapcs64, value: &Layout, vectors: bool) -> Self {
        if value.is_vector() {
            // What no register holds is no short vector.
            return match (value.size(), vectors) {
                (17.., _) => Self::Reference,
                (_, true) => Self::Float,
                (9.., false) => Self::Composite,
                (_, false) => Self::Integer,
            };
        }
        match value.as_scalar() {
            Some(scalar) if vectors && scalar.is_float() => return Self::Float,
            Some(scalar) if scalar.size() <= WORD => return Self::Integer,
            // Without vector registers a quad is what an integer of 16 bytes is.
            Some(_) => return Self::Composite,
            None => {}
        }
        // "If the argument type is an HFA or an HVA, then the argument is used unmodified." (B.3)
        match Hfa::of(value, variant.hollow_members) {
            Some(hfa) if vectors => Self::Hfa(hfa),
            _ if value.size() > Plant::AapcsLargeInRegisters.pick(LARGEST_COMPOSITE, 24) => {
                Self::Reference
            }
            _ => Self::Composite,
        }
    }
}

/// The rows of a result, or `None` where it comes back in memory whose address x8 carries.
///
/// "If the type, T, of the result of a function is such that `void func(T arg)` would require that arg be
/// passed as a value in a register (or set of registers) according to the rules in Parameter Passing,
/// then the result is returned in the same registers as would be used for such an argument. Otherwise,
/// [...] the address of the memory block shall be passed as an additional argument to the function in
/// x8." (section "Result Return")
pub(super) fn result_rows(variant: &Aapcs64, value: &Layout) -> Option<Vec<Row>> {
    if is_hollow(value, variant.hollow_members) {
        return Some(Vec::new());
    }
    let class = Class::of(variant, value, true);
    if let Class::Reference = class {
        return None;
    }
    let piece = piece_size(&class, value);
    let rows = (0..REGISTERS)
        .zip((0..value.size()).step_by(piece))
        .map(|(number, offset)| {
            let register = match class {
                Class::Float | Class::Hfa(_) => Register::vector(number),
                _ => Register::integer(number),
            };
            let size = piece.min(value.size() - offset);
            Row {
                part: Part::Result { offset, size },
                place: Place::Register(register),
                extend: extension(variant, value),
            }
        });
    Some(rows.collect())
}

/// How many bytes of a value each register carries.
fn piece_size(class: &Class, value: &Layout) -> usize {
    match class {
        Class::Hfa(hfa) => hfa.base.size(),
        Class::Float | Class::Integer => value.size(),
        Class::Composite | Class::Reference => WORD,
    }
}

/// The standard leaves the bits above a narrow integer open, on both sides of a call. Apple's callers and
/// callees extend what they send to 32 bits.
fn extension(variant: &Aapcs64, value: &Layout) -> Extend {
    match (variant.narrow, value.as_scalar()) {
        (Narrow::Sender, Some(Scalar::I8 | Scalar::I16)) => Extend::Sign,
        (Narrow::Sender, Some(Scalar::Bool | Scalar::U8 | Scalar::U16)) => Extend::Zero,
        _ => Extend::None,
    }
}

/// What has been handed out so far.
pub(super) struct Assignment<'v> {
    variant: &'v Aapcs64,
    variadic_from: Option<usize>,
    rows: Vec<Row>,
    /// The next general-purpose register number, NGRN.
    integers: u8,
    /// The next SIMD and floating-point register number, NSRN.
    vectors: u8,
    /// The next stacked argument address, NSAA.
    stack: usize,
}

impl<'v> Assignment<'v> {
    /// "The Next General-purpose Register Number (NGRN) is set to zero." (A.1, and so on)
    pub(super) fn of(variant: &'v Aapcs64, shape: &Shape) -> Self {
        Self {
            variant,
            variadic_from: shape.variadic_from(),
            rows: Vec::new(),
            integers: 0,
            vectors: 0,
            stack: 0,
        }
    }

    /// The rows, and the bytes of stack.
    pub(super) fn finish(self) -> (Vec<Row>, usize) {
        (self.rows, self.stack)
    }

    /// Whether this call is one of a variadic function that is called so.
    fn calls_variadic(&self, how: Variadic) -> bool {
        self.variant.variadic == how && self.variadic_from.is_some()
    }

    fn is_unnamed(&self, index: usize) -> bool {
        self.variadic_from.is_some_and(|first| index >= first)
    }

    pub(super) fn result_address(&mut self) {
        self.integers += Plant::AapcsResultAddressRegister.pick(0, 1);
        let register = Plant::AapcsResultAddressRegister.pick(X8, X0);
        self.push(Part::ResultAddress, Place::Register(register), Extend::None);
    }

    /// One argument. What has no bytes that matter travels nowhere.
    pub(super) fn argument(&mut self, index: usize, value: &Layout) {
        if is_hollow(value, self.variant.hollow_members) {
            return;
        }
        let vectors = !self.calls_variadic(Variadic::IntegersOnly);
        let class = Class::of(self.variant, value, vectors);
        if self.is_unnamed(index) && self.calls_variadic(Variadic::UnnamedOnStack) {
            return self.on_stack(index, value, &class);
        }
        match class {
            // C.1: "the argument is allocated to the least significant bits of register v[NSRN]".
            Class::Float if self.vectors < REGISTERS => self.in_vectors(index, value, value.size()),
            // C.2: "NSRN + number of members <= 8".
            Class::Hfa(hfa) if hfa.members <= usize::from(REGISTERS - self.vectors) => {
                self.in_vectors(index, value, hfa.base.size());
            }
            // C.3: "If the argument is an HFA or an HVA then the NSRN is set to 8".
            Class::Float | Class::Hfa(_) => {
                self.vectors = Plant::AapcsVectorsKept.pick(REGISTERS, self.vectors);
                self.on_stack(index, value, &class);
            }
            // C.9: "If the argument is an Integral or Pointer Type, the size of the argument is less than
            // or equal to 8 bytes and the NGRN is less than 8".
            Class::Integer | Class::Reference if self.integers < REGISTERS => {
                let place = Place::Register(self.next_integer());
                let extend = extension(self.variant, value);
                self.push(part(index, value, &class), place, extend);
            }
            Class::Integer | Class::Reference => self.on_stack(index, value, &class),
            Class::Composite => self.composite(index, value),
        }
    }

    /// A composite of one or two words.
    fn composite(&mut self, index: usize, value: &Layout) {
        // C.10: "If the argument has an alignment of 16 then the NGRN is rounded up to the next even
        // number."
        let even_pairs = Plant::AapcsOddPairs.pick(self.variant.even_pairs, false);
        if even_pairs && self.alignment(value, &Class::Composite) == LARGEST_ALIGN {
            self.integers = self.integers.next_multiple_of(2);
        }
        let left = usize::from(REGISTERS.saturating_sub(self.integers));
        let splits = self.calls_variadic(Variadic::IntegersOnly);
        let splits = Plant::AapcsSplitStruct.pick(splits, true);
        // C.12: "the size in double-words of the argument is not more than 8 minus NGRN".
        if value.size().div_ceil(WORD) <= left {
            self.in_integers(index, value, value.size());
        } else if left > 0 && splits {
            self.in_integers(index, value, left * WORD);
            self.rest_on_stack(index, value, left * WORD);
        } else {
            // C.13: "The NGRN is set to 8."
            self.integers = Plant::AapcsIntegersKept.pick(REGISTERS, self.integers);
            self.on_stack(index, value, &Class::Composite);
        }
    }

    /// The first `size` bytes, word by word.
    fn in_integers(&mut self, index: usize, value: &Layout, size: usize) {
        for offset in (0..size).step_by(WORD) {
            let part = Part::Argument {
                index,
                offset,
                size: WORD.min(value.size() - offset),
            };
            let place = Place::Register(self.next_integer());
            self.push(part, place, Extend::None);
        }
    }

    /// All of it, `piece` bytes to a register.
    fn in_vectors(&mut self, index: usize, value: &Layout, piece: usize) {
        for offset in (0..value.size()).step_by(piece) {
            let part = Part::Argument {
                index,
                offset,
                size: piece,
            };
            let place = Place::Register(Register::vector(self.vectors));
            self.vectors += 1;
            self.push(part, place, Extend::None);
        }
    }

    /// C.14: "The NSAA is rounded up to the larger of 8 or the Natural Alignment of the argument's type."
    /// C.16: "If the size of the argument is less than 8 bytes then the size of the argument is set to 8
    /// bytes." (C.4 to C.6 say the same of what would have gone to vector registers.)
    fn on_stack(&mut self, index: usize, value: &Layout, class: &Class) {
        let part = part(index, value, class);
        let slots = Plant::AapcsStackPacked.pick(self.variant.slots, Slots::Packed);
        let packed = slots == Slots::Packed && !self.is_unnamed(index);
        let (size, align) = match class {
            Class::Integer | Class::Float if packed => (value.size(), value.size()),
            Class::Hfa(hfa) if packed => (value.size(), hfa.base.size()),
            _ => (
                part.size().next_multiple_of(WORD),
                self.alignment(value, class),
            ),
        };
        let offset = self.stack.next_multiple_of(align);
        self.stack = offset + size;
        self.push(part, Place::Stack(offset), Extend::None);
    }

    /// What the registers had no room for. The stack begins where the imaginary stack's registers end.
    fn rest_on_stack(&mut self, index: usize, value: &Layout, offset: usize) {
        let size = value.size() - offset;
        let part = Part::Argument {
            index,
            offset,
            size,
        };
        self.push(part, Place::Stack(self.stack), Extend::None);
        self.stack += size.next_multiple_of(WORD);
    }

    /// What stage C goes by: 8 or 16.
    fn alignment(&self, value: &Layout, class: &Class) -> usize {
        let align = match (class, self.variant.alignment) {
            (Class::Integer | Class::Reference, _) => WORD,
            (Class::Float, _) => value.align(),
            (Class::Hfa(hfa), Alignment::Declared) => hfa.base.size(),
            (Class::Composite, Alignment::Declared) => value.align(),
            (Class::Hfa(_) | Class::Composite, Alignment::Natural) => value.natural_align(),
        };
        align.clamp(WORD, Plant::AapcsStackAlignment.pick(LARGEST_ALIGN, WORD))
    }

    fn next_integer(&mut self) -> Register {
        self.integers += 1;
        Register::integer(self.integers - 1)
    }

    fn push(&mut self, part: Part, place: Place, extend: Extend) {
        self.rows.push(Row {
            part,
            place,
            extend,
        });
    }
}

/// A whole argument, or the address of its copy.
fn part(index: usize, value: &Layout, class: &Class) -> Part {
    match class {
        Class::Reference => Part::ArgumentAddress {
            index,
            size: value.size(),
            align: value.align(),
        },
        _ => Part::Argument {
            index,
            offset: 0,
            size: value.size(),
        },
    }
}
