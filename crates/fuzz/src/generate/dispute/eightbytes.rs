//! How System V's classes come out by the reading of each compiler.
//!
//! The engine's own reading stands in `trampette-x86_64`; this one is written anew, so that a slip of the
//! one is not a slip of the other.

use trampette::{Layout, LayoutKind, Member, Scalar};

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
}

/// The class of an eightbyte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    #[default]
    Padding,
    Sse,
    Integer,
}

/// The class of the whole value is MEMORY.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Memory;

type Classes = [Class; 2];

const EIGHTBYTE: usize = 8;

/// The classes of a value's two eightbytes.
pub(super) fn classes(value: &Layout, reading: Reading) -> Result<Classes, Memory> {
    let mut classes = Classes::default();
    reading.classify(value, 0, &mut classes)?;
    Ok(classes)
}

impl Reading {
    fn classify(self, value: &Layout, base: usize, classes: &mut Classes) -> Result<(), Memory> {
        if value.size() > 2 * EIGHTBYTE {
            return Err(Memory);
        }
        match value.kind() {
            LayoutKind::Scalar(scalar) => note(*scalar, base, classes),
            LayoutKind::Array { element, len: 0 } => self.no_elements(element, base, classes),
            LayoutKind::Array { element, len } if !self.first_element_stands_for_all => (0..*len)
                .try_for_each(|index| self.part(element, base + index * element.size(), classes)),
            LayoutKind::Array { element, .. } => {
                self.like_the_first(element, value.size(), base, classes)
            }
            LayoutKind::Struct(members) | LayoutKind::Union(members) => {
                let part =
                    |member: &Member| self.part(&member.layout, base + member.offset, classes);
                members.iter().try_for_each(part)
            }
            _ => Ok(()),
        }
    }

    fn part(self, part: &Layout, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
        if self.parts_are_fields && !offset.is_multiple_of(part.align()) {
            return Err(Memory);
        }
        self.classify(part, offset, classes)
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
        merge(classes, base / EIGHTBYTE, first[base / EIGHTBYTE]);
        Ok(())
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
            merge(
                classes,
                start + index,
                first.get(like).copied().unwrap_or_default(),
            );
        }
        Ok(())
    }
}

fn note(scalar: Scalar, offset: usize, classes: &mut Classes) -> Result<(), Memory> {
    if !offset.is_multiple_of(scalar.size()) {
        return Err(Memory);
    }
    let class = match scalar.is_float() {
        true => Class::Sse,
        false => Class::Integer,
    };
    merge(classes, offset / EIGHTBYTE, class);
    Ok(())
}

fn merge(classes: &mut Classes, index: usize, class: Class) {
    if let Some(own) = classes.get_mut(index) {
        *own = class.max(*own);
    }
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
            let holds = |member: &&Member| {
                (member.offset..member.offset + member.layout.size()).contains(&offset)
            };
            let member = members.iter().find(holds)?;
            seen_at(&member.layout, offset - member.offset)
        }
        LayoutKind::Union(members) => seen_at(&stands_for_all(members)?.layout, offset),
        _ => None,
    }
}

/// The most aligned member, of those the largest, of those the first.
fn stands_for_all(members: &[Member]) -> Option<&Member> {
    let rank = |member: &Member| (member.layout.align(), member.layout.size());
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
    let look = |leaf: trampette::Leaf| match leaf.offset + leaf.scalar.size() {
        behind if leaf.offset < end && behind > from => std::ops::ControlFlow::Break(()),
        _ => std::ops::ControlFlow::Continue(()),
    };
    value.leaves(&mut { look }).is_break()
}

#[cfg(test)]
mod tests {
    use super::*;
    use trampette::{CType, MODEL};
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
            let value = signature.result().layout(&MODEL).unwrap();
            let rows = crate::convention::rows(&signature.clone().with_abi(trampette::Abi::SysV64));
            let rows = rows.unwrap();
            let expected = match rows.has_result_address() {
                true => Err(Memory),
                false => Ok(rows.result.iter().map(class_of).collect::<Vec<_>>()),
            };
            let found = classes(&value, Reading::default());
            let is_there = |class: &Class| *class != Class::Padding;
            let found = found.map(|found| found.into_iter().filter(is_there).collect());
            assert_eq!(found, expected, "{signature}");
        }
    }

    fn class_of(row: &Row) -> Class {
        match row.place {
            Place::Register(register) if register.bank == Bank::Vector => Class::Sse,
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
