//! Rows as lines of text.

use std::collections::BTreeSet;

use super::{Row, WORD};

/// What pictures are drawn with.
pub(in crate::disasm) struct Charset {
    horizontal: char,
    vertical: char,
    /// By whether lines go up, down, left and right from them: see [`Charset::junction`].
    junctions: [char; 10],
    /// Bytes that may hold anything.
    shade: char,
    /// Stands for what has no room.
    cut: char,
}

impl Charset {
    pub(in crate::disasm) const UNICODE: Self = Self {
        horizontal: '─',
        vertical: '│',
        junctions: ['┌', '┬', '┐', '├', '┼', '┤', '└', '┴', '┘', '─'],
        shade: '░',
        cut: '…',
    };

    pub(in crate::disasm) const ASCII: Self = Self {
        horizontal: '-',
        vertical: '|',
        junctions: ['+', '+', '+', '+', '+', '+', '+', '+', '+', '-'],
        shade: '.',
        cut: '~',
    };

    pub(in crate::disasm) fn shade(&self) -> char {
        self.shade
    }

    /// Where a line of boxes meets the edges above it and below it.
    fn junction(&self, up: bool, down: bool, column: usize) -> char {
        let row = match (up, down) {
            (false, true) => 0,
            (true, true) => 1,
            (true, false) => 2,
            (false, false) => return self.junctions[9],
        };
        let side = match column {
            0 => 0,
            WORD => 2,
            _ => 1,
        };
        self.junctions[3 * row + side]
    }
}

/// The columns of a byte, one edge included.
const BYTE: usize = 4;

/// The columns of a picture: what lies left of it, its boxes, and what lies right of it.
const MARGIN: usize = 2;
const BOXES: usize = BYTE * WORD + 1;

/// What labels are padded to, and so all pictures of one output alike.
const LABEL: usize = 8;

/// The columns of a page.
pub(in crate::disasm) const PAGE: usize = 100;

/// The rows as boxes, with a ruler of bytes above them.
pub(in crate::disasm) fn draw(rows: &[Row], charset: &Charset) -> Vec<String> {
    let labels = rows.iter().map(|row| row.label.chars().count());
    let label = labels.max().unwrap_or(0).max(LABEL);
    let left = MARGIN + label + 1;
    let mut lines = vec![ruler(left)];
    let mut above = BTreeSet::new();
    for row in rows {
        let edges = edges(row);
        lines.push(border(left, &above, &edges, charset));
        let boxes = boxes(row, &edges, charset);
        let room = PAGE - left - BOXES - 2;
        let note = fitted(&row.note, room, charset);
        let line = format!("{:MARGIN$}{:<label$} {boxes}  {note}", "", row.label);
        lines.push(line.trim_end().into());
        above = edges;
    }
    lines.push(border(left, &above, &BTreeSet::new(), charset));
    lines
}

fn ruler(left: usize) -> String {
    let numbers = (0..WORD).map(|byte| format!("{byte:^BYTE$}"));
    let numbers = numbers.collect::<String>();
    format!(
        "{:MARGIN$}{:<width$}{}",
        "",
        "byte",
        numbers.trim_end(),
        width = left - MARGIN
    )
}

/// The bytes before which a vertical line stands.
fn edges(row: &Row) -> BTreeSet<usize> {
    let ends = row
        .cells
        .iter()
        .flat_map(|cell| [cell.bytes.start, cell.bytes.end]);
    ends.chain([0, WORD]).collect()
}

fn border(
    left: usize,
    above: &BTreeSet<usize>,
    below: &BTreeSet<usize>,
    charset: &Charset,
) -> String {
    let mut line = " ".repeat(left);
    for byte in 0..=WORD {
        line.push(charset.junction(above.contains(&byte), below.contains(&byte), byte));
        if byte < WORD {
            line.extend([charset.horizontal; BYTE - 1]);
        }
    }
    line
}

fn boxes(row: &Row, edges: &BTreeSet<usize>, charset: &Charset) -> String {
    let mut line = String::from(charset.vertical);
    for (&start, &end) in edges.iter().zip(edges.iter().skip(1)) {
        let width = BYTE * (end - start) - 1;
        let cell = row.cells.iter().find(|cell| cell.bytes.start == start);
        match cell {
            Some(cell) => line += &centred(&cell.text, width, charset),
            None => line.extend(std::iter::repeat_n(charset.shade, width)),
        }
        line.push(charset.vertical);
    }
    line
}

/// A name in its cell: whole, or without what it is a part of, or cut.
fn centred(text: &str, width: usize, charset: &Charset) -> String {
    let room = if width > 3 { width - 2 } else { width };
    let parts = text.char_indices().filter(|(_, c)| matches!(c, '.' | '['));
    let mut tails = [0]
        .into_iter()
        .chain(parts.map(|(at, _)| at))
        .map(|at| &text[at..]);
    let fits = |tail: &&str| tail.chars().count() <= room;
    let shown = match tails.find(fits) {
        Some(tail) => tail.into(),
        None => fitted(text, room, charset),
    };
    format!("{shown:^width$}")
}

/// At most so many characters of a text.
fn fitted(text: &str, room: usize, charset: &Charset) -> String {
    if text.chars().count() <= room {
        return text.into();
    }
    let kept = text.chars().take(room.saturating_sub(1));
    kept.chain([charset.cut]).collect()
}
