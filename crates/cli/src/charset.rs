//! What pictures are drawn with.

/// The characters of lines and shades.
pub(crate) struct Charset {
    /// By whether lines go up (1), down (2), left (4) and right (8) from them.
    lines: [char; 16],
    /// Bytes that may hold anything.
    shade: char,
    /// Stands for what has no room.
    cut: char,
}

/// The lines that go out from a character.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arms {
    pub(crate) up: bool,
    pub(crate) down: bool,
    pub(crate) left: bool,
    pub(crate) right: bool,
}

/// The columns of a page.
pub(crate) const PAGE: usize = 100;

impl Charset {
    pub(crate) const UNICODE: Self = Self {
        lines: [
            ' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼',
        ],
        shade: '░',
        cut: '…',
    };

    pub(crate) const ASCII: Self = Self {
        lines: [
            ' ', '|', '|', '|', '-', '+', '+', '+', '-', '+', '+', '+', '-', '+', '+', '+',
        ],
        shade: '.',
        cut: '~',
    };

    pub(crate) fn shade(&self) -> char {
        self.shade
    }

    pub(crate) fn cut(&self) -> char {
        self.cut
    }

    pub(crate) fn vertical(&self) -> char {
        self.lines[3]
    }

    /// Where lines meet.
    pub(crate) fn line(&self, arms: Arms) -> char {
        let Arms {
            up,
            down,
            left,
            right,
        } = arms;
        let bits = [up, down, left, right].into_iter().enumerate();
        self.lines[bits.map(|(bit, on)| usize::from(on) << bit).sum::<usize>()]
    }

    /// At most so many characters of a text.
    pub(crate) fn fitted(&self, text: &str, room: usize) -> String {
        if text.chars().count() <= room {
            return text.into();
        }
        let kept = text.chars().take(room.saturating_sub(1));
        kept.chain((room > 0).then_some(self.cut)).collect()
    }

    /// At most so many characters of a text, the last ones.
    pub(crate) fn tail(&self, text: &str, room: usize) -> String {
        let count = text.chars().count();
        if count <= room {
            return text.into();
        }
        let kept = text.chars().skip(count - room.saturating_sub(1));
        (room > 0)
            .then_some(self.cut)
            .into_iter()
            .chain(kept)
            .collect()
    }

    /// A name in its cell: whole, or without what it is a part of, or cut.
    pub(crate) fn centred(&self, text: &str, width: usize) -> String {
        let room = if width > 3 { width - 2 } else { width };
        let parts = text.char_indices().filter(|(_, c)| matches!(c, '.' | '['));
        let mut tails = [0]
            .into_iter()
            .chain(parts.map(|(at, _)| at))
            .map(|at| &text[at..]);
        let fits = |tail: &&str| tail.chars().count() <= room;
        let shown = match tails.find(fits) {
            Some(tail) => tail.into(),
            None => self.fitted(text, room),
        };
        format!("{shown:^width$}")
    }
}
