//! The parts of a value by name, `p.x` and `m[0]`: what stands at which of its bytes.

use std::ops::Range;

use trampette::{CType, Layout, LayoutKind};

/// Consecutive bytes of a value that have a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) bytes: Range<usize>,
    pub(super) name: String,
}

/// The elements of an array that are shown one by one have at least so many bytes.
const WIDE: usize = 4;

/// The pieces of a value that stand in some of its bytes, in their order. What lies between them is
/// padding. The members of a union share their bytes, so a union is one piece.
pub(super) fn pieces(name: &str, ty: &CType, layout: &Layout, within: Range<usize>) -> Vec<Piece> {
    let mut pieces = Pieces {
        within,
        found: Vec::new(),
    };
    pieces.visit(name.into(), ty, layout, 0);
    pieces.found
}

struct Pieces {
    within: Range<usize>,
    found: Vec<Piece>,
}

impl Pieces {
    /// `at` is where this part begins in the value.
    fn visit(&mut self, name: String, ty: &CType, layout: &Layout, at: usize) {
        let bytes = self.clip(at..at + layout.size());
        if bytes.is_empty() {
            return;
        }
        match (ty, layout.kind()) {
            (CType::Struct(record), LayoutKind::Struct(members)) => {
                let fields = record.members().zip(members.iter());
                for (index, (field, member)) in fields.enumerate() {
                    let name = match field.name() {
                        Some(field) => format!("{name}.{field}"),
                        None => format!("{name}.{index}"),
                    };
                    self.visit(name, field.ty(), &member.layout, at + member.offset);
                }
            }
            (CType::Array(array), LayoutKind::Array { element, .. }) if element.size() > 0 => {
                let first = (bytes.start - at) / element.size();
                let end = (bytes.end - at).div_ceil(element.size());
                let is_narrow = element.as_scalar().is_some() && element.size() < WIDE;
                if is_narrow && end - first > 1 {
                    let name = format!("{name}[{first}..{end}]");
                    return self.found.push(Piece { bytes, name });
                }
                for index in first..end {
                    let name = format!("{name}[{index}]");
                    self.visit(name, array.element(), element, at + index * element.size());
                }
            }
            _ => self.found.push(Piece { bytes, name }),
        }
    }

    fn clip(&self, bytes: Range<usize>) -> Range<usize> {
        bytes.start.max(self.within.start)..bytes.end.min(self.within.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trampette::DataModel;

    fn named(ty: &str, within: Range<usize>) -> String {
        let ty: CType = ty.parse().unwrap();
        let layout = ty.layout(&DataModel::LINUX_X86_64).unwrap();
        let all = pieces("p", &ty, &layout, within);
        let texts = all.iter().map(|piece| {
            let Range { start, end } = piece.bytes;
            format!("{} {start}..{end}", piece.name)
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn fields_have_their_names_or_numbers() {
        assert_eq!(named("i32", 0..4), "p 0..4");
        assert_eq!(named("{x: i8, y: i32}", 0..8), "p.x 0..1, p.y 4..8");
        assert_eq!(
            named("{i8, {i8, z: i16}}", 0..8),
            "p.0 0..1, p.1.0 2..3, p.1.z 4..6"
        );
    }

    #[test]
    fn bytes_are_cut_at_both_ends() {
        assert_eq!(
            named("{i32, i64, i32} packed", 8..16),
            "p.1 8..12, p.2 12..16"
        );
        assert_eq!(named("{i8, i64} packed", 8..16), "p.1 8..9");
    }

    #[test]
    fn narrow_elements_stand_together_and_wide_ones_alone() {
        assert_eq!(named("{m: [i8; 13]}", 8..16), "p.m[8..13] 8..13");
        assert_eq!(named("{[f32; 3]}", 0..8), "p.0[0] 0..4, p.0[1] 4..8");
        assert_eq!(named("{[i8; 1]}", 0..8), "p.0[0] 0..1");
    }

    #[test]
    fn a_union_is_one_piece_and_what_has_no_bytes_is_none() {
        assert_eq!(named("{u: union {a: i8, b: i64}}", 0..8), "p.u 0..8");
        assert_eq!(named("{{}, [i32; 0], i32}", 0..4), "p.2 0..4");
    }

    #[test]
    fn of_a_large_array_only_what_is_asked_for_is_visited() {
        assert_eq!(named("{[i64; 1000000]}", 8..16), "p.0[1] 8..16");
    }
}
