//! How System V's classes come out by the reading of each compiler.
//!
//! The engine's own reading stands in `trampette-x86_64`; this one is written anew, so that a slip of the
//! one is not a slip of the other.

use std::ops::Range;

use trampette::{Layout, LayoutKind, Member, Scalar};
use trampette_types::Bits;

/// What compilers read differently in "it contains unaligned fields" and in what they do not find in the
/// psABI at all. By default each as the engine does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// A record or an array is an unaligned field too, not a scalar alone: Clang.
    pub(super) parts_are_fields: bool,
    /// All elements of an array are classified as the first is: GCC.
    pub(super) first_element_stands_for_all: bool,
    /// An array without elements has the class of one where it stands within an eightbyte: GCC.
    pub(super) no_elements_count: bool,
    /// A bit-field without a name is padding: Clang.
    pub(super) unnamed_bits_are_padding: bool,
}

/// The class of an eightbyte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    #[default]
    Padding,
    SseUp,
    Sse,
    X87,
    X87Up,
    Integer,
}

/// The class of the whole value is MEMORY.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Memory;

type Classes = [Class; 8];

const EIGHTBYTE: usize = 8;

/// The classes of a value's eightbytes.
pub(super) fn classes(value: &Layout, reading: Reading) -> Result<Classes, Memory> {
    let mut classes = Classes::default();
    reading.classify(value, 0, &mut classes)?;
    reading.clean(classes, value.size())
}

impl Reading {
    /// What is left of the classes of a whole of that size.
    fn clean(self, mut classes: Classes, size: usize) -> Result<Classes, Memory> {
        let ups = classes
            .iter()
            .filter(|&&class| class == Class::SseUp)
            .count();
        let others = classes.iter().filter(|&&class| class > Class::SseUp);
        let is_vector = others.eq([&Class::Sse]) && (ups + 1) * EIGHTBYTE == size;
        if size > 2 * EIGHTBYTE && !is_vector {
            return Err(Memory);
        }
        for index in 0..classes.len() {
            let before = index.checked_sub(1).map(|before| classes[before]);
            match (before, classes[index]) {
                (Some(Class::X87), Class::X87Up) => {}
                (_, Class::X87Up) => return Err(Memory),
                (Some(Class::Sse | Class::SseUp), Class::SseUp) => {}
                (_, Class::SseUp) => classes[index] = Class::Sse,
                _ => {}
            }
        }
        Ok(classes)
    }

    fn classify(self, value: &Layout, base: usize, classes: &mut Classes) -> Result<(), Memory> {
        if value.size() > 8 * EIGHTBYTE {
            return Err(Memory);
        }
        match value.kind() {
            LayoutKind::Scalar(scalar) => note(*scalar, base, classes),
            LayoutKind::Vector { lane, len } => vector(*lane, *len, base, classes),
            LayoutKind::Complex(part) => [base, base + part.size()]
                .into_iter()
                .try_for_each(|offset| note(*part, offset, classes)),
            LayoutKind::Array { element, len: 0 } => self.no_elements(element, base, classes),
            LayoutKind::Array { element, len } if !self.first_element_stands_for_all => (0..*len)
                .try_for_each(|index| self.part(element, base + index * element.size(), classes)),
            LayoutKind::Array { element, .. } => {
                self.like_the_first(element, value.size(), base, classes)
            }
            LayoutKind::Struct(members) | LayoutKind::Union(members) => {
                let unnamed = match self.unnamed_bits_are_padding {
                    true => &[],
                    false => value.unnamed_bits(),
                };
                let part = |member: &Member| match member.bits {
                    None => self.part(&member.layout, base + member.offset, classes),
                    Some(bits) => bit_field(bits, base + member.offset, classes),
                };
                members.iter().chain(unnamed).try_for_each(part)
            }
            _ => Ok(()),
        }
    }

    fn part(self, part: &Layout, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
        if self.parts_are_fields && !offset.is_multiple_of(part.align()) {
            return Err(Memory);
        }
        let mut own = Classes::default();
        self.classify(part, offset, &mut own)?;
        let mut own = self.clean(own, part.size())?.into_iter().enumerate();
        own.try_for_each(|(index, class)| merge(classes, index, class))
    }

    fn no_elements(
        self,
        element: &Layout,
        base: usize,
        classes: &mut Classes,
    ) -> Result<(), Memory> {
        if !self.no_elements_count || base.is_multiple_of(EIGHTBYTE) {
            return Ok(());
        }
        let mut first = Classes::default();
        self.classify(element, base, &mut first)?;
        let class = first.get(base / EIGHTBYTE).copied().unwrap_or_default();
        merge(classes, base / EIGHTBYTE, class)
    }

    fn like_the_first(
        self,
        element: &Layout,
        size: usize,
        base: usize,
        classes: &mut Classes,
    ) -> Result<(), Memory> {
        let mut first = Classes::default();
        self.classify(element, base, &mut first)?;
        let start = base / EIGHTBYTE;
        let words = |size: usize| (size + base % EIGHTBYTE).div_ceil(EIGHTBYTE);
        for index in 0..words(size) {
            let like = start + index % words(element.size()).max(1);
            let class = first.get(like).copied().unwrap_or_default();
            merge(classes, start + index, class)?;
        }
        Ok(())
    }
}

/// A vector: a number of class SSE, and all behind it of class SSEUP.
fn vector(lane: Scalar, len: usize, base: usize, classes: &mut Classes) -> Result<(), Memory> {
    let size = lane.size() * len;
    if !base.is_multiple_of(size) || (lane, len) == (Scalar::F64, 1) {
        return Err(Memory);
    }
    merge(classes, base / EIGHTBYTE, Class::Sse)?;
    let mut ups = 1..size / EIGHTBYTE;
    ups.try_for_each(|up| merge(classes, base / EIGHTBYTE + up, Class::SseUp))
}

fn note(scalar: Scalar, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
    if !offset.is_multiple_of(scalar.size()) {
        return Err(Memory);
    }
    let [low, high] = match scalar {
        Scalar::F80 => [Class::X87, Class::X87Up],
        Scalar::F128 => [Class::Sse, Class::SseUp],
        _ if scalar.is_float() => [Class::Sse; 2],
        _ => [Class::Integer; 2],
    };
    merge(classes, offset / EIGHTBYTE, low)?;
    match scalar.size() {
        ..=EIGHTBYTE => Ok(()),
        _ => merge(classes, offset / EIGHTBYTE + 1, high),
    }
}

/// Each bit is INTEGER, wherever it stands.
fn bit_field(bits: Bits, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
    let first = 8 * offset + bits.offset as usize;
    let last = first + bits.width as usize - 1;
    (first / 64..=last / 64).try_for_each(|index| merge(classes, index, Class::Integer))
}

/// The later class in their order outweighs the other, but for the x87's: those bear nothing earlier.
fn merge(classes: &mut Classes, index: usize, class: Class) -> Result<(), Memory> {
    let Some(own) = classes.get_mut(index) else {
        return Ok(());
    };
    let (less, more) = (class.min(*own), class.max(*own));
    if matches!(more, Class::X87 | Class::X87Up) && less != more && less != Class::Padding {
        return Err(Memory);
    }
    *own = more;
    Ok(())
}

/// Whether Clang passes half of an eightbyte of a value: of one of class SSE it looks at the one member of a
/// union that stands for all of them, and, when that has a `float` there and nothing behind it, hands over
/// four bytes.
pub(super) fn is_cut(value: &Layout) -> bool {
    let Ok(classes) = classes(value, Reading::default()) else {
        return false;
    };
    classes.iter().enumerate().any(|(index, class)| {
        let (low, high) = (index * EIGHTBYTE, index * EIGHTBYTE + 4);
        *class == Class::Sse
            && seen_at(value, low) == Some(Scalar::F32)
            && seen_at(value, high).is_none()
            && reaches(value, high)
    })
}

/// The number that Clang sees at an offset.
fn seen_at(value: &Layout, offset: usize) -> Option<Scalar> {
    if offset >= value.size() {
        return None;
    }
    match value.kind() {
        LayoutKind::Scalar(scalar) if offset == 0 => Some(*scalar),
        LayoutKind::Array { element, .. } if element.size() > 0 => {
            seen_at(element, offset % element.size())
        }
        LayoutKind::Struct(members) => {
            let holds = |member: &&Member| bytes_of(member).contains(&offset);
            let member = members.iter().find(holds)?;
            seen_at(&member.layout, offset - member.offset)
        }
        LayoutKind::Union(members) => seen_at(&stands_for_all(members)?.layout, offset),
        _ => None,
    }
}

fn bytes_of(member: &Member) -> Range<usize> {
    let bytes = match member.bits {
        None => 0..member.layout.size(),
        Some(bits) => bits.bytes(),
    };
    member.offset + bytes.start..member.offset + bytes.end
}

/// The most aligned member, of those the largest, of those the first. A bit-field is the smallest integer
/// that has its bits.
fn stands_for_all(members: &[Member]) -> Option<&Member> {
    let rank = |member: &Member| match member.bits {
        None => (member.layout.align(), member.layout.size()),
        Some(_) => {
            let size = bytes_of(member).len().next_power_of_two();
            (size, size)
        }
    };
    members
        .iter()
        .reduce(|best, next| match rank(next) > rank(best) {
            true => next,
            false => best,
        })
}

/// Whether some scalar of a value of up to 16 bytes has bytes between `from` and the end of its
/// eightbyte.
fn reaches(value: &Layout, from: usize) -> bool {
    let end = from.next_multiple_of(EIGHTBYTE);
    let look = |leaf: trampette::Leaf| match leaf.bytes() {
        bytes if bytes.start < end && bytes.end > from => std::ops::ControlFlow::Break(()),
        _ => std::ops::ControlFlow::Continue(()),
    };
    value.leaves(&mut { look }).is_break()
}

#[cfg(test)]
mod tests {
    use super::*;
    use trampette::{CType, Float, MODEL};
    use trampette_abi::{Bank, Place, Row};

    fn layout(text: &str) -> Layout {
        text.parse::<CType>().unwrap().layout(&MODEL).unwrap()
    }

    #[test]
    fn the_default_reading_is_the_engines() {
        use crate::generate::{Generator, Knobs};
        let knobs = Knobs {
            disputes: true,
            ..Knobs::for_here([trampette::Abi::SysV64])
        };
        let generator = Generator::new(1, knobs);
        for index in 0..3000 {
            let signature = generator.signature(index);
            if *signature.result() == CType::Complex(Float::LongDouble) {
                // Its class is none of an eightbyte's.
                continue;
            }
            let value = signature.result().layout(&MODEL).unwrap();
            let rows = crate::convention::rows(&signature.clone().with_abi(trampette::Abi::SysV64));
            let rows = rows.unwrap();
            let expected = match rows.has_result_address() {
                true => Err(Memory),
                false => Ok(rows.result.iter().map(class_of).collect::<Vec<_>>()),
            };
            let found = classes(&value, Reading::default());
            let is_there =
                |class: &Class| !matches!(class, Class::Padding | Class::SseUp | Class::X87Up);
            let found = found.map(|found| found.into_iter().filter(is_there).collect());
            assert_eq!(found, expected, "{signature}");
        }
    }

    fn class_of(row: &Row) -> Class {
        match row.place {
            Place::Register(register) if register.bank == Bank::Vector => Class::Sse,
            Place::Register(register) if register.bank == Bank::X87 => Class::X87,
            _ => Class::Integer,
        }
    }

    #[test]
    fn half_an_eightbyte_is_lost_where_the_member_that_stands_for_all_has_no_more() {
        for (text, expected) in [
            ("union {{f64, f32}, [f64; 2]}", true),
            ("union {[f64; 2], {f64, f32}}", false),
            ("union {f32, f64}", false),
            ("union {{f32, [f32; 0]}, [f32; 2]}", false),
            ("union {{f32} align(8), f64}", true),
            ("{f64, union {f32, {f32}}}", false),
            ("union {{f64, f32}, {i64, i64}}", false),
        ] {
            assert_eq!(is_cut(&layout(text)), expected, "{text}");
        }
    }
}
