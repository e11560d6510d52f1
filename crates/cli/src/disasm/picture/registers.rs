//! A row for each register that carries something.

use trampette_abi::{Part, Place, Row as Travel};

use super::{Cell, Portion, Row, WORD};
use crate::disasm::subject::Subject;

/// The registers that carry arguments: the address of the result first, then as the arguments stand.
pub(in crate::disasm) fn argument_rows(subject: &Subject) -> Vec<Row> {
    let mut travels: Vec<&Travel> = subject.layout.arguments.iter().collect();
    travels.sort_by_key(|travel| order(&travel.part));
    let mut rows: Vec<Row> = travels
        .into_iter()
        .flat_map(|travel| rows_of(subject, travel))
        .collect();
    if let Some((register, count)) = subject.layout.vector_count {
        rows.push(Row {
            label: subject.machine().isa.register_name(register, 1),
            cells: vec![Cell::new(0..1, count.to_string())],
            note: "how many vector registers may carry arguments".into(),
        });
    }
    rows
}

/// The registers that the result comes back in.
pub(in crate::disasm) fn result_rows(subject: &Subject) -> Vec<Row> {
    let rows = subject.layout.result.iter();
    rows.flat_map(|travel| rows_of(subject, travel)).collect()
}

/// Which argument, and from which byte on; what comes twice stands behind.
fn order(part: &Part) -> (usize, bool, usize) {
    match *part {
        Part::ResultAddress => (0, false, 0),
        Part::Argument { index, offset, .. } => (index + 1, false, offset),
        Part::Duplicate { index, offset, .. } => (index + 1, true, offset),
        Part::ArgumentAddress { index, .. } => (index + 1, false, 0),
        Part::Result { offset, .. } => (0, false, offset),
    }
}

fn rows_of(subject: &Subject, travel: &Travel) -> Vec<Row> {
    let Place::Register(register) = travel.place else {
        return Vec::new();
    };
    let size = travel.part.size();
    let label = subject.register(register, size);
    let single = |text: String, note: String| {
        let cells = vec![Cell::whole(text)];
        vec![Row {
            label: label.clone(),
            cells,
            note,
        }]
    };
    let portion = match travel.part {
        Part::ResultAddress => {
            return single("address of the result".into(), "hidden argument".into());
        }
        Part::ArgumentAddress { index, .. } => {
            let bytes = 0..subject.argument(index).size();
            let portion = Portion::of_argument(subject, index, bytes);
            let note = portion.map_or(String::new(), |portion| portion.note());
            return single(format!("address of {}", subject.name(index)), note);
        }
        Part::Argument { index, offset, .. } | Part::Duplicate { index, offset, .. } => {
            Portion::of_argument(subject, index, offset..offset + size)
        }
        Part::Result { offset, .. } => Some(Portion::of_result(subject, offset..offset + size)),
    };
    let again = matches!(travel.part, Part::Duplicate { .. });
    let rows = portion.map(|portion| words(&portion, travel, &label, again));
    rows.unwrap_or_default()
}

/// A row for every eight bytes of a register.
fn words(portion: &Portion<'_>, travel: &Travel, label: &str, again: bool) -> Vec<Row> {
    let bytes = portion.bytes.clone();
    let starts = bytes.clone().step_by(WORD);
    let rows = starts.map(|start| {
        let word = Portion {
            bytes: start..bytes.end.min(start + WORD),
            ..portion.clone()
        };
        let is_first = start == bytes.start;
        Row {
            label: if is_first {
                label.into()
            } else {
                String::new()
            },
            cells: word.cells(0, travel.extend),
            note: if again {
                format!("{} again, for a callee with `...`", portion.name)
            } else if is_first {
                portion.note()
            } else {
                String::new()
            },
        }
    });
    rows.collect()
}
