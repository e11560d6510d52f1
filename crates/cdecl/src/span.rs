use std::ops::Range;

/// A range of bytes in the text, in little space: texts are shorter than four gigabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    from: u32,
    to: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            from: short(start),
            to: short(end),
        }
    }

    pub(crate) fn start(self) -> usize {
        self.from as usize
    }

    pub(crate) fn end(self) -> usize {
        self.to as usize
    }

    /// From the start of this to the end of that.
    pub(crate) fn to(self, last: Self) -> Self {
        Self {
            to: last.to.max(self.to),
            ..self
        }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start()..self.end()
    }
}

/// Line and column of a byte of the text, both counted from one, the column in characters.
pub(crate) fn locate(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..char_boundary(text, at)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// The last boundary between characters up to `at`.
pub(crate) fn char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::locate;

    #[test]
    fn columns_count_characters_and_lines_count_newlines() {
        assert_eq!(locate("", 0), (1, 1));
        assert_eq!(locate("a\nbc", 3), (2, 2));
        assert_eq!(locate("é;", 2), (1, 2));
        assert_eq!(locate("é;", 99), (1, 3));
    }
}
