//! All of it as one object; its names are documented in the README.

use serde_json::{Value as Json, json};

use super::part::Part;
use super::subject::Subject;

pub(super) fn json(subject: &Subject) -> Json {
    let whole = Part::whole(subject);
    json!({
        "name": subject.name,
        "type": subject.ty.to_string(),
        "model": subject.model.name,
        "size": subject.layout.size(),
        "align": subject.layout.align(),
        "fields": fields(&whole),
    })
}

/// The members of a struct or union; of an array of them, those of its first element.
fn fields(part: &Part<'_>) -> Vec<Json> {
    match part.element(0) {
        Some(element) => fields(&element),
        None => part.members().iter().map(field).collect(),
    }
}

fn field(member: &Part<'_>) -> Json {
    let mut field = json!({
        "name": member.own_name,
        "type": member.ty.to_string(),
        "offset": member.at,
        "size": member.layout.size(),
        "bit_offset": member.bits.map(|bits| bits.offset),
        "bit_width": member.bits.map(|bits| bits.width),
    });
    if is_made_of_fields(member) {
        field["fields"] = fields(member).into();
    }
    field
}

fn is_made_of_fields(part: &Part<'_>) -> bool {
    let is_record = matches!(
        part.ty,
        trampette::CType::Struct(_) | trampette::CType::Union(_)
    );
    is_record || part.opened().is_some()
}
