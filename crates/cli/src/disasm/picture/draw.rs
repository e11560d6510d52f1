//! Rows as lines of text.

use std::collections::BTreeSet;

use super::{Row, WORD};
use crate::charset::{Arms, Charset, PAGE};

/// The columns of a byte, one edge included.
const BYTE: usize = 4;

/// The columns of a picture: what lies left of it, its boxes, and what lies right of it.
const MARGIN: usize = 2;
const BOXES: usize = BYTE * WORD + 1;

/// What labels are padded to, and so all pictures of one output alike.
const LABEL: usize = 8;

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
        let note = charset.fitted(&row.note, room);
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
        line.push(charset.line(Arms {
            up: above.contains(&byte),
            down: below.contains(&byte),
            left: byte > 0,
            right: byte < WORD,
        }));
        if byte < WORD {
            let across = Arms {
                left: true,
                right: true,
                ..Arms::default()
            };
            line.extend([charset.line(across); BYTE - 1]);
        }
    }
    line
}

fn boxes(row: &Row, edges: &BTreeSet<usize>, charset: &Charset) -> String {
    let mut line = String::from(charset.vertical());
    for (&start, &end) in edges.iter().zip(edges.iter().skip(1)) {
        let width = BYTE * (end - start) - 1;
        let cell = row.cells.iter().find(|cell| cell.bytes.start == start);
        match cell {
            Some(cell) => line += &charset.centred(&cell.text, width),
            None => line.extend(std::iter::repeat_n(charset.shade(), width)),
        }
        line.push(charset.vertical());
    }
    line
}
