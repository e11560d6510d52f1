//! All of it as one object.

use serde_json::{Value as Json, json};
use trampette_abi::{Extend, Part, Place, Row};

use super::code::{Block, Code, Entries, Thunks};
use super::subject::Subject;
use crate::output::Hex;

/// The object; its names are documented in the README.
pub(super) fn json(subject: &Subject, code: &Code) -> Json {
    let copies = subject.layout.copies();
    json!({
        "name": subject.declared.name,
        "signature": subject.bare_signature(),
        "abi": subject.convention.abi.name(),
        "model": subject.model.name,
        "arguments": (0..subject.shape.params().len())
            .map(|index| argument(subject, index))
            .collect::<Vec<_>>(),
        "result": result(subject),
        "vector_count": subject.layout.vector_count.map(|(register, count)| json!({
            "register": subject.machine().isa.register_name(register, 1),
            "value": count,
        })),
        "stack_size": copies.size(),
        "stack_align": copies.align(),
        "home": subject.layout.home,
        "preserved": subject.preserved(),
        "frame": { "size": subject.frame.size(), "align": subject.frame.align() },
        "code": {
            "stub": stub(subject, &code.stub),
            "adapter": adapter(subject, &code.entries),
            "thunk": thunk(subject, &code.entries),
        },
    })
}

fn argument(subject: &Subject, index: usize) -> Json {
    let layout = subject.argument(index);
    let names = &subject.declared.parameter_names;
    let parts = subject
        .layout
        .arguments
        .iter()
        .filter_map(|row| match row.part {
            Part::Argument {
                index: owner,
                offset,
                ..
            } if owner == index => Some(part(subject, row, offset)),
            Part::Duplicate {
                index: owner,
                offset,
                ..
            } if owner == index => {
                let mut part = part(subject, row, offset);
                part["duplicate"] = true.into();
                Some(part)
            }
            _ => None,
        });
    json!({
        "index": index,
        "name": names.get(index).cloned().flatten(),
        "type": subject.signature().params().get(index).map(ToString::to_string),
        "size": layout.size(),
        "align": layout.align(),
        "variadic": subject.shape.variadic_from().is_some_and(|first| first <= index),
        "parts": parts.collect::<Vec<_>>(),
        "address": address(subject, |part| {
            matches!(*part, Part::ArgumentAddress { index: owner, .. } if owner == index)
        }),
        "copy": subject.layout.copies().offset(index),
        "frame": subject.frame.argument(index),
    })
}

fn result(subject: &Subject) -> Json {
    let parts = subject
        .layout
        .result
        .iter()
        .filter_map(|row| match row.part {
            Part::Result { offset, .. } => Some(part(subject, row, offset)),
            _ => None,
        });
    json!({
        "type": subject.signature().result().to_string(),
        "size": subject.shape.result().size(),
        "align": subject.shape.result().align(),
        "parts": parts.collect::<Vec<_>>(),
        "address": address(subject, |part| *part == Part::ResultAddress),
        "frame": subject.frame.result(),
    })
}

/// Bytes of a value, where they travel, and up to 32 bits what stands above them.
fn part(subject: &Subject, row: &Row, offset: usize) -> Json {
    let size = row.part.size();
    let mut part = json!({ "offset": offset, "size": size });
    add_place(subject, &mut part, row.place);
    part["extend"] = match row.extend {
        Extend::None => Json::Null,
        Extend::Zero => "zero".into(),
        Extend::Sign => "sign".into(),
    };
    part
}

/// Where an address travels.
fn address(subject: &Subject, is_it: impl Fn(&Part) -> bool) -> Json {
    let mut rows = subject.layout.arguments.iter();
    let Some(row) = rows.find(|row| is_it(&row.part)) else {
        return Json::Null;
    };
    let mut place = json!({});
    add_place(subject, &mut place, row.place);
    place
}

fn add_place(subject: &Subject, object: &mut Json, place: Place) {
    match place {
        Place::Register(_) => object["register"] = subject.place(place).into(),
        Place::Stack(offset) => object["stack"] = offset.into(),
    }
}

fn stub(subject: &Subject, block: &Block) -> Json {
    let mut stub = json!({
        "jumps": subject.layout.jumps(),
        "frame": subject.register(subject.layout.entry.frame, 8),
        "target": subject.register(subject.layout.entry.target, 8),
    });
    add_code(&mut stub, block);
    stub
}

fn adapter(subject: &Subject, entries: &Entries) -> Json {
    let behind_words = entries.behind_words;
    let mut adapter = json!({
        "context": subject.register(entries.dynamic.register, 8),
        "behind_words": behind_words.map(|register| subject.register(register, 8)),
    });
    add_code(&mut adapter, &entries.adapter);
    adapter
}

fn thunk(subject: &Subject, entries: &Entries) -> Json {
    let typed = entries.typed.as_ref().map(|typed| {
        let mut thunk = thunks(subject, &typed.thunks);
        thunk["injected"] = subject.register(typed.register, 8).into();
        thunk["injector"] = typed.injector.as_ref().map_or(Json::Null, code);
        thunk
    });
    json!({ "typed": typed, "dynamic": thunks(subject, &entries.dynamic) })
}

fn thunks(subject: &Subject, thunks: &Thunks) -> Json {
    json!({
        "register": subject.register(thunks.register, 8),
        "plain": code(&thunks.plain),
        "counting": code(&thunks.counting),
    })
}

fn code(block: &Block) -> Json {
    let mut object = json!({});
    add_code(&mut object, block);
    object
}

fn add_code(object: &mut Json, block: &Block) {
    let hex = |bytes: &[u8]| Hex(bytes, "").to_string();
    let instructions = block.instructions.iter().map(|instruction| {
        json!({
            "address": instruction.address,
            "bytes": hex(&instruction.bytes),
            "text": instruction.text,
        })
    });
    object["bytes"] = hex(&block.bytes).into();
    object["instructions"] = instructions.collect();
}
