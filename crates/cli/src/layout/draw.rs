//! Rows as lines of text. A bit has one column, and so a byte eight; between parts of the picture there is
//! a line where they belong to different parts of the type.

use std::collections::HashMap;
use std::ops::Range;

use super::ROW;
use super::rows::{BITS, Region, Row, Rows};
use crate::charset::{Arms, Charset};

/// What lies left of the labels.
const MARGIN: usize = 2;

/// What labels are padded to, and so all pictures of one output alike.
const LABEL: usize = 6;

/// The columns of a byte.
const BYTE: usize = 8;

/// The numbers of the bytes in a row.
pub(super) fn ruler(label: usize) -> String {
    let numbers = (0..ROW).map(|byte| format!("{byte:^BYTE$}"));
    let numbers: String = numbers.collect();
    let left = MARGIN + label;
    format!("{:MARGIN$}{:<label$} {}", "", "byte", numbers.trim_end())
        .chars()
        .take(left + 2 + BYTE * ROW)
        .collect()
}

/// How many columns the labels of all rows need.
pub(super) fn label_width<'a>(rows: impl IntoIterator<Item = &'a Rows>) -> usize {
    let rows = rows.into_iter().flat_map(|rows| &rows.rows);
    let labels = rows.map(|row| row.label.chars().count());
    labels.max().unwrap_or(0).max(LABEL)
}

pub(super) fn draw(rows: &Rows, label: usize, charset: &Charset) -> Vec<String> {
    let nothing = [Region::Outside; BITS];
    let names = names(rows);
    let mut lines = Vec::new();
    let mut above = &nothing;
    for (index, row) in rows.rows.iter().enumerate() {
        lines.push(line(label, "", &border(above, &row.regions, charset)));
        let boxes = boxes(row, index, &names, charset);
        lines.push(line(label, &row.label, &boxes));
        above = &row.regions;
    }
    lines.push(line(label, "", &border(above, &nothing, charset)));
    lines
}

fn line(width: usize, label: &str, picture: &str) -> String {
    let line = format!("{:MARGIN$}{label:>width$} {picture}", "");
    line.trim_end().into()
}

/// The region left of a column, and right of it.
fn beside(regions: &[Region; BITS], column: usize) -> [Region; 2] {
    let at = |bit: Option<usize>| bit.and_then(|bit| regions.get(bit)).copied();
    let left = at(column.checked_sub(1)).unwrap_or_default();
    [left, at(Some(column)).unwrap_or_default()]
}

/// Whether there is a line between two regions. A flexible array is open where nothing follows.
fn is_line(before: Region, behind: Region) -> bool {
    let is_open = matches!(before, Region::Flexible(_)) && behind == Region::Outside;
    before != behind && !is_open
}

/// The line between two rows.
fn border(above: &[Region; BITS], below: &[Region; BITS], charset: &Charset) -> String {
    let mut line = String::new();
    for column in 0..=BITS {
        let (up, down) = (beside(above, column), beside(below, column));
        let arms = Arms {
            up: is_line(up[0], up[1]),
            down: is_line(down[0], down[1]),
            left: is_line(up[0], down[0]),
            right: is_line(up[1], down[1]),
        };
        let is_blank = !(arms.up || arms.down || arms.left || arms.right);
        line.push(match up[1] {
            Region::Padding if is_blank => charset.shade(),
            _ => charset.line(arms),
        });
    }
    line
}

/// The bits of a row that belong together.
fn runs(row: &Row) -> Vec<(Region, Range<usize>)> {
    let mut runs: Vec<(Region, Range<usize>)> = Vec::new();
    for (bit, &region) in row.regions.iter().enumerate() {
        match runs.last_mut() {
            Some((last, bits)) if *last == region => bits.end = bit + 1,
            _ => runs.push((region, bit..bit + 1)),
        }
    }
    runs
}

fn boxes(row: &Row, index: usize, names: &Names<'_>, charset: &Charset) -> String {
    let mut line = String::new();
    let mut before = Region::Outside;
    for (region, bits) in runs(row) {
        let edge = Arms {
            up: is_line(before, region),
            down: is_line(before, region),
            ..Arms::default()
        };
        line.push(charset.line(edge));
        let width = bits.len() - 1;
        let fill = if region == Region::Padding {
            charset.shade()
        } else {
            ' '
        };
        let text = match &row.text {
            Some(text) => format!(" {text} "),
            None => names
                .get(&(index, region))
                .map_or(String::new(), |label| fitted(label, width, charset)),
        };
        line += &filled(&text, width, fill);
        before = region;
    }
    let end = Arms {
        up: is_line(before, Region::Outside),
        down: is_line(before, Region::Outside),
        ..Arms::default()
    };
    line.push(charset.line(end));
    line
}

/// A text in the middle of so many columns.
fn filled(text: &str, width: usize, fill: char) -> String {
    let room = width.saturating_sub(text.chars().count());
    let left = std::iter::repeat_n(fill, room / 2);
    let right = std::iter::repeat_n(fill, room - room / 2);
    left.chain(text.chars()).chain(right).collect()
}

/// What a box says as far as it has room: all of it; without the width of a bit-field; without what the part
/// is a part of; or cut.
fn fitted(label: &str, width: usize, charset: &Charset) -> String {
    let name = label.rsplit_once(':').map_or(label, |(name, _)| name);
    let ends = name.char_indices().skip(1).filter_map(|(at, c)| match c {
        '.' => Some(at + 1),
        '[' => Some(at),
        _ => None,
    });
    let ends = ends.map(|at| format!("{}{}", charset.cut(), &name[at..]));
    let mut texts = [label.to_string(), name.to_string()]
        .into_iter()
        .chain(ends);
    let whole = texts.find(|text| text.chars().count() <= width);
    whole.unwrap_or_else(|| charset.fitted(name, width))
}

/// The rows in which a part says its name.
type Names<'a> = HashMap<(usize, Region), &'a str>;

/// A part says its name once in all boxes of it that hang together, in the widest.
fn names(rows: &Rows) -> Names<'_> {
    let mut names = HashMap::new();
    let mut open: HashMap<Region, (Range<usize>, usize, usize)> = HashMap::new();
    for (index, row) in rows.rows.iter().enumerate() {
        let mut here = HashMap::new();
        for (region, bits) in runs(row) {
            let Some(label) = rows.labels.get(&region) else {
                continue;
            };
            let mut widest = (bits.len(), index);
            if let Some((above, width, first)) = open.get(&region)
                && above.start < bits.end
                && bits.start < above.end
            {
                names.remove(&(*first, region));
                if *width >= bits.len() || row.text.is_some() {
                    widest = (*width, *first);
                }
            }
            names.insert((widest.1, region), label.as_str());
            here.insert(region, (bits, widest.0, widest.1));
        }
        open = here;
    }
    names
}
