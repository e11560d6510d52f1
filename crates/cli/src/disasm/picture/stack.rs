//! The stack at the call, from the stack pointer up: home space, arguments, copies.

use std::ops::Range;

use trampette_abi::{Extend, Part, Place};

use super::{Cell, Portion, Row, WORD};
use crate::disasm::subject::Subject;

/// Something on the stack.
struct Item {
    bytes: Range<usize>,
    what: What,
}

enum What {
    /// The callee's to write to.
    Home,
    ResultAddress,
    /// Bytes of an argument, from this one on.
    Argument {
        index: usize,
        offset: usize,
        extend: Extend,
    },
    ArgumentAddress(usize),
    /// What the address of an argument points to.
    Copy(usize),
    /// Between the others.
    Padding,
}

/// What has more rows than this is shown by its first and its last.
const MOST_ROWS: usize = 8;
const FIRST_ROWS: usize = 3;

/// A row for every eight bytes of the stack that the caller sets up.
pub(in crate::disasm) fn stack_rows(subject: &Subject) -> Vec<Row> {
    let items = items(subject);
    let mut rows = Vec::new();
    let mut word = 0;
    while word < subject.layout.copies().size() {
        let skipped = skipped(&items, word);
        if skipped > 0 {
            rows.push(Row::several(format!("{skipped} bytes more")));
            word += skipped;
        }
        rows.push(row(subject, &items, word));
        word += WORD;
    }
    // Home space is one row, whatever its size.
    let home = subject.layout.home;
    if home > 0 {
        rows.drain(1..home / WORD);
    }
    rows
}

/// How many bytes are not shown from this word on.
fn skipped(items: &[Item], word: usize) -> usize {
    let is_long = |item: &&Item| item.bytes.len() > MOST_ROWS * WORD;
    let starts = |item: &&Item| item.bytes.start.next_multiple_of(WORD) + FIRST_ROWS * WORD == word;
    match items.iter().filter(is_long).find(starts) {
        // The word that its last byte is in is shown.
        Some(item) => (item.bytes.end - 1) / WORD * WORD - word,
        None => 0,
    }
}

fn row(subject: &Subject, items: &[Item], word: usize) -> Row {
    let begins = |item: &&Item| item.bytes.start < word + WORD && word < item.bytes.end;
    let here: Vec<&Item> = items.iter().filter(begins).collect();
    let notes = here.iter().filter_map(|item| note(subject, item, word));
    Row {
        label: format!("{}+{word}", subject.machine().stack_pointer),
        note: match here[..] {
            [
                Item {
                    what: What::Padding,
                    ..
                },
            ] => "padding".into(),
            _ => notes.collect::<Vec<_>>().join("; "),
        },
        cells: here
            .iter()
            .flat_map(|item| cells(subject, item, word))
            .collect(),
    }
}

/// The cells of an item in this word.
fn cells(subject: &Subject, item: &Item, word: usize) -> Vec<Cell> {
    let start = item.bytes.start.max(word);
    let end = item.bytes.end.min(word + WORD);
    let whole = |text: String| vec![Cell::new(start - word..end - word, text)];
    let (index, offset, extend) = match item.what {
        What::Home => return whole("home space".into()),
        What::ResultAddress => return whole("address of the result".into()),
        What::ArgumentAddress(index) => {
            return whole(format!("address of {}", subject.name(index)));
        }
        What::Padding => return Vec::new(),
        What::Argument {
            index,
            offset,
            extend,
        } => (index, offset, extend),
        What::Copy(index) => (index, 0, Extend::None),
    };
    let into = start - item.bytes.start + offset;
    let portion = Portion::of_argument(subject, index, into..into + end - start);
    portion.map_or(Vec::new(), |portion| portion.cells(start - word, extend))
}

/// What stands beside an item: of one that goes on from the word before, which bytes.
fn note(subject: &Subject, item: &Item, word: usize) -> Option<String> {
    let begins = item.bytes.start >= word;
    let on = |index: usize, offset: usize| {
        let start = word + offset - item.bytes.start;
        let end = item.bytes.end.min(word + WORD) + offset - item.bytes.start;
        format!("{} bytes {start}..{end}", subject.name(index))
    };
    match item.what {
        What::Argument { index, offset, .. } if !begins => Some(on(index, offset)),
        What::Copy(index) if !begins => Some(on(index, 0)),
        What::Copy(index) => Some(format!("copy of {}", subject.name(index))),
        What::Argument { index, offset, .. } => {
            let bytes = offset..offset + item.bytes.len();
            Portion::of_argument(subject, index, bytes).map(|portion| portion.note())
        }
        What::ArgumentAddress(index) => {
            let bytes = 0..subject.argument(index).size();
            Portion::of_argument(subject, index, bytes).map(|portion| portion.note())
        }
        What::Home if begins => Some(format!("{} bytes, the callee's to use", item.bytes.len())),
        What::ResultAddress => Some("hidden argument".into()),
        What::Home | What::Padding => None,
    }
}

/// Everything on the stack, in its order, without gaps.
fn items(subject: &Subject) -> Vec<Item> {
    let layout = &subject.layout;
    let mut items = Vec::new();
    if layout.home > 0 {
        items.push(Item {
            bytes: 0..layout.home,
            what: What::Home,
        });
    }
    let copies = layout.copies();
    for travel in &layout.arguments {
        let what = match travel.part {
            Part::Argument { index, offset, .. } | Part::Duplicate { index, offset, .. } => {
                let extend = travel.extend;
                What::Argument {
                    index,
                    offset,
                    extend,
                }
            }
            Part::ArgumentAddress { index, size, .. } => {
                if let Some(start) = copies.offset(index) {
                    let bytes = start..start + size;
                    items.push(Item {
                        bytes,
                        what: What::Copy(index),
                    });
                }
                What::ArgumentAddress(index)
            }
            Part::ResultAddress => What::ResultAddress,
            Part::Result { .. } => continue,
        };
        if let Place::Stack(start) = travel.place {
            let bytes = start..start + travel.part.size();
            items.push(Item { bytes, what });
        }
    }
    items.sort_by_key(|item| item.bytes.start);
    without_gaps(items, copies.size())
}

fn without_gaps(items: Vec<Item>, size: usize) -> Vec<Item> {
    let mut all = Vec::with_capacity(items.len());
    let mut end = 0;
    let padding = |bytes| Item {
        bytes,
        what: What::Padding,
    };
    for item in items {
        if end < item.bytes.start {
            all.push(padding(end..item.bytes.start));
        }
        end = end.max(item.bytes.end);
        all.push(item);
    }
    if end < size {
        all.push(padding(end..size));
    }
    all
}
