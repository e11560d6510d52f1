//! Registers and stack as rows of boxes, eight bytes each, the lowest byte first.

mod draw;
mod registers;
mod stack;

use std::ops::Range;

use trampette::{CType, Layout};
use trampette_abi::Extend;

use super::pieces::pieces;
use super::subject::Subject;
use crate::named::named;

pub(super) use draw::draw;
pub(super) use registers::{argument_rows, result_rows};
pub(super) use stack::stack_rows;

/// The bytes of a row.
const WORD: usize = 8;

/// A box of eight bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Which register or stack slot it is.
    pub(super) label: String,
    /// What stands in it; the bytes of no cell may hold anything.
    pub(super) cells: Vec<Cell>,
    /// What stands beside it.
    pub(super) note: String,
}

/// Bytes of a row that hold one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) bytes: Range<usize>,
    pub(super) text: String,
}

impl Cell {
    fn new(bytes: Range<usize>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { bytes, text }
    }

    /// One over the whole row.
    fn whole(text: impl Into<String>) -> Self {
        Self::new(0..WORD, text)
    }
}

impl Row {
    /// Whether some of its bytes may hold anything.
    pub(super) fn has_shade(&self) -> bool {
        let known = self.cells.iter().map(|cell| cell.bytes.len());
        known.sum::<usize>() < WORD
    }

    /// One that stands for several: what the note says of them is all that is shown.
    fn several(note: String) -> Self {
        Self {
            label: String::new(),
            cells: vec![Cell::whole("...")],
            note,
        }
    }
}

/// Bytes of an argument or of the result: the value's name, type and layout, and which bytes.
#[derive(Clone)]
struct Portion<'a> {
    name: String,
    ty: &'a CType,
    layout: &'a Layout,
    bytes: Range<usize>,
}

impl<'a> Portion<'a> {
    fn of_argument(subject: &'a Subject, index: usize, bytes: Range<usize>) -> Option<Self> {
        Some(Self {
            name: subject.name(index),
            ty: subject.signature().params().get(index)?,
            layout: subject.argument(index),
            bytes,
        })
    }

    fn of_result(subject: &'a Subject, bytes: Range<usize>) -> Self {
        Self {
            name: "result".into(),
            ty: subject.signature().result(),
            layout: subject.shape.result(),
            bytes,
        }
    }

    /// The cells of a row whose byte `at` is the portion's first.
    fn cells(&self, at: usize, extend: Extend) -> Vec<Cell> {
        let Range { start, end } = self.bytes.clone();
        let named = pieces(&self.name, self.ty, self.layout, start..end);
        let cells = named.into_iter().map(|piece| {
            let bytes = piece.bytes.start - start + at..piece.bytes.end - start + at;
            Cell::new(bytes, piece.name)
        });
        let extension = match extend {
            Extend::None => None,
            Extend::Zero => Some("zero"),
            Extend::Sign => Some("sign"),
        };
        let above = at + end - start..at + HALF;
        let extension = extension.map(|text| Cell::new(above, text));
        cells
            .chain(extension.filter(|cell| !cell.bytes.is_empty()))
            .collect()
    }

    /// Name and type of what begins here; of what goes on, which bytes.
    fn note(&self) -> String {
        let Range { start, end } = self.bytes;
        match (start, end == self.layout.size()) {
            (0, true) => format!("{}: {}", self.name, named(self.ty)),
            (0, false) => format!("{} bytes 0..{end}: {}", self.name, named(self.ty)),
            _ => format!("{} bytes {start}..{end}", self.name),
        }
    }
}

/// Narrow integers are extended to so many bytes.
const HALF: usize = 4;
