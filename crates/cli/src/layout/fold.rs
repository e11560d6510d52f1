//! Which rows of a picture are left out: the middle of what is long.

use std::ops::Range;

use super::ROW;
use super::part::Part;

/// What has more rows than this of one thing is shown by its first and its last.
const MOST_ROWS: usize = 5;

/// An array of records with no more rows than this is shown whole.
const MOST_ARRAY_ROWS: usize = 12;

/// Of an array of records no larger than this, in bytes, the first two and the last are shown; else the
/// first, and the last bytes of the last.
const SMALL: usize = 4 * ROW;

/// The rows of a picture of these bytes that are left out, in order. Each is a range of rows, counted from
/// the start of the whole.
pub(super) fn folds(part: &Part<'_>, bytes: Range<usize>) -> Vec<Range<usize>> {
    let mut folds = Folds(Vec::new());
    folds.part(part);
    folds.long(part.at + part.layout.size()..bytes.end);
    folds.0
}

struct Folds(Vec<Range<usize>>);

impl Folds {
    fn part(&mut self, part: &Part<'_>) {
        let size = part.layout.size();
        if size == 0 {
            return;
        }
        if let Some((array, element)) = part.opened() {
            return self.array(part, array.len(), element.size());
        }
        let members = if part.is_union() {
            Vec::new()
        } else {
            part.members()
        };
        if members.is_empty() {
            return self.long(part.at..part.at + size);
        }
        let mut end = part.at;
        for member in members {
            // Bytes that a bit-field begins or ends in are no padding of whole rows.
            let start = member.extent().start / 8;
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            self.long(end..start);
            self.part(&member);
            let last = member.extent().end.div_ceil(8);
            end = end.max(usize::try_from(last).unwrap_or(usize::MAX));
        }
        self.long(end..part.at + size);
    }

    fn array(&mut self, part: &Part<'_>, len: usize, size: usize) {
        let end = part.at + len * size;
        if len * size <= MOST_ARRAY_ROWS * ROW || len == 1 {
            for element in (0..len).filter_map(|index| part.element(index)) {
                self.part(&element);
            }
            return;
        }
        let (first, last) = match size <= SMALL {
            true => (part.at + 2 * size, end - size),
            false => {
                if let Some(element) = part.element(0) {
                    self.part(&element);
                }
                (part.at + size, end - 1)
            }
        };
        self.fold(first.div_ceil(ROW)..last / ROW);
    }

    /// Leaves out the middle of one thing in these bytes.
    fn long(&mut self, bytes: Range<usize>) {
        let (first, end) = (bytes.start.div_ceil(ROW), bytes.end / ROW);
        if end > first + MOST_ROWS {
            self.fold(first + 1..end - 1);
        }
    }

    fn fold(&mut self, rows: Range<usize>) {
        if rows.len() > 1 {
            self.0.push(rows);
        }
    }
}
