//! The bytes of a type as rows, bit by bit: which part each bit belongs to.

use std::collections::HashMap;
use std::ops::Range;

use super::ROW;
use super::fold::folds;
use super::part::{Part, bits};

/// The bits of a row.
pub(super) const BITS: usize = 8 * ROW;

/// What a bit belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Region {
    /// Nothing that is shown.
    #[default]
    Outside,
    Padding,
    /// The part that begins at this bit.
    Part(u128),
    /// A flexible array that begins at this bit, and has no end.
    Flexible(u128),
    /// Rows that are left out, by the first of them.
    Fold(usize),
}

/// A row of the picture.
pub(super) struct Row {
    /// Where it begins, or that something is left out.
    pub(super) label: String,
    pub(super) regions: [Region; BITS],
    /// What is written across all of it.
    pub(super) text: Option<String>,
}

/// Rows, and what the parts in them are called.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) labels: HashMap<Region, String>,
}

/// A part that is drawn as one.
struct Piece {
    bits: Range<u128>,
    region: Region,
    label: String,
}

impl Rows {
    /// A part as it stands in some bytes, which are those of a union that it is a member of, or its own.
    pub(super) fn of(part: &Part<'_>, bytes: Range<usize>) -> Self {
        let folds = folds(part, bytes.clone());
        let mut pieces = Pieces {
            folds: &folds,
            found: Vec::new(),
        };
        pieces.visit(part);
        pieces.flexible(part);
        let pieces = pieces.found;
        let last = pieces.iter().map(|piece| piece.bits.end).max().unwrap_or(0);
        let last = usize::try_from(last.div_ceil(8)).unwrap_or(usize::MAX);
        let end = bytes.end.max(last).div_ceil(ROW);
        let mut rows = Vec::new();
        let mut row = bytes.start / ROW;
        let mut next = 0;
        for fold in folds.iter().chain([&(end..end)]) {
            rows.extend((row..fold.start).map(|row| row_of(row, &bytes, &pieces, &mut next)));
            if !fold.is_empty() {
                rows.push(left_out(fold));
            }
            row = fold.end;
        }
        join_folds(&mut rows);
        let labels = pieces.into_iter().map(|piece| (piece.region, piece.label));
        Self {
            labels: labels.collect(),
            rows,
        }
    }
}

/// The row of this number. `next` is the first piece that may reach into it.
fn row_of(row: usize, bytes: &Range<usize>, pieces: &[Piece], next: &mut usize) -> Row {
    let start = bits(row * ROW);
    let mut regions = [Region::Outside; BITS];
    let mut fill = |range: Range<u128>, region: Region| {
        let column = |bit: u128| usize::try_from(bit.saturating_sub(start)).unwrap_or(BITS);
        let (first, end) = (column(range.start).min(BITS), column(range.end).min(BITS));
        regions[first..end.max(first)].fill(region);
    };
    fill(bits(bytes.start)..bits(bytes.end), Region::Padding);
    while pieces
        .get(*next)
        .is_some_and(|piece| piece.bits.end <= start)
    {
        *next += 1;
    }
    let end = start + BITS as u128;
    for piece in pieces[*next..]
        .iter()
        .take_while(|piece| piece.bits.start < end)
    {
        fill(piece.bits.clone(), piece.region);
    }
    Row {
        label: (row * ROW).to_string(),
        regions,
        text: None,
    }
}

fn left_out(rows: &Range<usize>) -> Row {
    Row {
        label: String::new(),
        regions: [Region::Fold(rows.start); BITS],
        text: Some(format!("... {} bytes ...", rows.len() * ROW)),
    }
}

/// What is left out of one part, or of padding, is a piece of it.
fn join_folds(rows: &mut [Row]) {
    for index in 1..rows.len().saturating_sub(1) {
        let above = rows[index - 1].regions[BITS - 1];
        let is_one = rows[index + 1].regions[0] == above;
        if rows[index].text.is_some() && is_one {
            rows[index].regions = [above; BITS];
        }
    }
}

struct Pieces<'a> {
    folds: &'a [Range<usize>],
    found: Vec<Piece>,
}

impl Pieces<'_> {
    fn visit(&mut self, part: &Part<'_>) {
        let extent = part.extent();
        if extent.is_empty() {
            return;
        }
        if let Some((array, element)) = part.opened() {
            return self.elements(part, array.len(), element.size());
        }
        let members = if part.is_union() {
            Vec::new()
        } else {
            part.members()
        };
        if !members.is_empty() {
            members.iter().for_each(|member| self.visit(member));
        } else if !matches!(part.ty, trampette::CType::Struct(_)) {
            let region = Region::Part(extent.start);
            self.push(extent, region, part.label());
        }
    }

    /// The elements of which something is shown.
    fn elements(&mut self, part: &Part<'_>, len: usize, size: usize) {
        let mut index = 0;
        while index < len {
            let bytes = part.at + index * size..part.at + (index + 1) * size;
            let next = self
                .folds
                .partition_point(|fold| fold.end * ROW < bytes.end);
            match self.folds.get(next) {
                Some(fold) if fold.start * ROW <= bytes.start => {
                    // The one that the first row behind the fold begins in.
                    index = (fold.end * ROW - part.at) / size;
                    index = index.max((bytes.end - part.at) / size);
                }
                _ => {
                    if let Some(element) = part.element(index) {
                        self.visit(&element);
                    }
                    index += 1;
                }
            }
        }
    }

    /// A flexible array at the end has no bytes, and yet a place.
    fn flexible(&mut self, part: &Part<'_>) {
        let members = part.members();
        let Some(last) = members.last().filter(|last| last.is_flexible()) else {
            return;
        };
        let start = bits(last.at);
        let end = (start + 1).next_multiple_of(BITS as u128);
        self.push(start..end, Region::Flexible(start), last.label());
    }

    fn push(&mut self, bits: Range<u128>, region: Region, label: String) {
        self.found.push(Piece {
            bits,
            region,
            label,
        });
    }
}
