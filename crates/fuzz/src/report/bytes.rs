//! Both sides of a difference, byte by byte.

use std::fmt;
use std::ops::Range;

/// How many bytes stand in a line.
const LINE: usize = 8;

/// How many lines are shown: of more, only those that differ, and no more of them.
const LINES: usize = 12;

/// What was sent and what was received.
pub(super) struct Sides<'a> {
    pub(super) expected: &'a [u8],
    pub(super) found: &'a [u8],
    /// Which bits of each byte mean something: all behind the last of these do.
    pub(super) meaning: &'a [u8],
}

impl fmt::Display for Sides<'_> {
    /// Both sides, eight bytes a line, padding as `··`, bits of padding as zeroes, what differs marked below.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let starts = (0..self.count()).step_by(LINE);
        let lines: Vec<Range<usize>> = starts
            .map(|start| start..(start + LINE).min(self.count()))
            .collect();
        let is_short = lines.len() <= LINES;
        let shown = lines.iter().filter(|line| is_short || self.has_one(line));
        let shown: Vec<&Range<usize>> = shown.take(LINES).collect();
        row(f, "", " expected", " actual")?;
        for line in &shown {
            let hex = |side| self.hex(side, line);
            row(f, line.start, &hex(self.expected), &hex(self.found))?;
            if self.has_one(line) {
                row(f, "", "", &self.marks(line))?;
            }
        }
        match lines.len() - shown.len() {
            0 => Ok(()),
            more => writeln!(f, "    {more} more lines of {LINE} bytes"),
        }
    }
}

impl Sides<'_> {
    /// The first byte that differs.
    pub(super) fn first(&self) -> Option<usize> {
        (0..self.count()).find(|&at| self.differs(at))
    }

    fn count(&self) -> usize {
        self.expected.len().max(self.found.len())
    }

    fn meaning(&self, at: usize) -> u8 {
        self.meaning.get(at).copied().unwrap_or(0xFF)
    }

    fn differs(&self, at: usize) -> bool {
        let bits = |side: &[u8]| side.get(at).map(|byte| byte & self.meaning(at));
        self.meaning(at) != 0 && bits(self.expected) != bits(self.found)
    }

    fn has_one(&self, line: &Range<usize>) -> bool {
        line.clone().any(|at| self.differs(at))
    }

    fn hex(&self, side: &[u8], line: &Range<usize>) -> String {
        let byte = |at: usize| match side.get(at) {
            None => "   ".into(),
            Some(_) if self.meaning(at) == 0 => " ··".into(),
            Some(byte) => format!(" {:02x}", byte & self.meaning(at)),
        };
        line.clone().map(byte).collect()
    }

    fn marks(&self, line: &Range<usize>) -> String {
        let mark = |at: usize| if self.differs(at) { " ^^" } else { "   " };
        line.clone().map(mark).collect()
    }
}

/// A row of the table, without blanks at its end.
fn row(
    f: &mut fmt::Formatter<'_>,
    offset: impl fmt::Display,
    expected: &str,
    found: &str,
) -> fmt::Result {
    const WIDTH: usize = LINE * 3 + 3;
    let row = format!("    {offset:>4} {expected:WIDTH$}{found}");
    writeln!(f, "{}", row.trim_end())
}
