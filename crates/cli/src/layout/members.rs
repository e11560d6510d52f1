//! The list of members, with the padding between them.

use trampette::CType;

use super::part::{Part, bits};
use crate::named::named;

/// A line of the list.
pub(super) struct Entry {
    /// The first bit, counted from the start of the whole.
    pub(super) start: u128,
    pub(super) size: Size,
    /// The name, or what stands for one.
    pub(super) name: String,
    /// What stands behind the name: the type.
    pub(super) ty: String,
}

#[derive(Clone, Copy)]
pub(super) enum Size {
    Bytes(u128),
    Bits(u128),
}

/// The members of a struct or union, and theirs, in order; of the elements of an array, the first one's.
pub(super) fn list(part: &Part<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    add_members(part, &mut entries);
    entries
}

/// How many bits of a type are padding; what some member of a union has is none.
pub(super) fn padding(part: &Part<'_>) -> u128 {
    let size = bits(part.layout.size());
    if part.bits.is_some() || size == 0 {
        return 0;
    }
    if let Some((array, _)) = part.opened() {
        let one = part.element(0).map_or(0, |element| padding(&element));
        return array.len() as u128 * one;
    }
    let members = part.members();
    match part.ty {
        CType::Struct(_) => {
            let taken = members.iter().map(|member| {
                let extent = member.extent();
                extent.end - extent.start - padding(member)
            });
            size.saturating_sub(taken.sum())
        }
        CType::Union(_) => {
            let ends = members.iter().map(|member| member.extent().end);
            bits(part.at) + size - ends.max().unwrap_or(bits(part.at))
        }
        _ => 0,
    }
}

fn add_members(part: &Part<'_>, entries: &mut Vec<Entry>) {
    if part.opened().is_some() {
        if let Some(element) = part.element(0) {
            add_members(&element, entries);
        }
        return;
    }
    let mut end = part.extent().start;
    let has_padding = !part.is_union();
    for member in part.members() {
        let extent = member.extent();
        if has_padding {
            add_padding(end, extent.start, entries);
            end = end.max(extent.end);
        }
        let (name, ty) = described(&member);
        entries.push(Entry {
            start: extent.start,
            size: match member.bits {
                Some(_) => Size::Bits(extent.end - extent.start),
                None => Size::Bytes((extent.end - extent.start) / 8),
            },
            name,
            ty,
        });
        add_members(&member, entries);
    }
    if has_padding && matches!(part.ty, CType::Struct(_)) {
        add_padding(end, part.extent().end, entries);
    }
}

fn add_padding(start: u128, end: u128, entries: &mut Vec<Entry>) {
    if start >= end {
        return;
    }
    // Bits up to the next byte, and then whole bytes.
    let byte = start.next_multiple_of(8).min(end);
    for (start, end) in [(start, byte), (byte, end)] {
        if start < end {
            entries.push(Entry {
                start,
                size: match (end - start) % 8 {
                    0 => Size::Bytes((end - start) / 8),
                    _ => Size::Bits(end - start),
                },
                name: "padding".into(),
                ty: String::new(),
            });
        }
    }
}

/// Name and type of a member.
fn described(member: &Part<'_>) -> (String, String) {
    let ty = in_short(member.ty);
    let (name, mut ty) = match member.is_anonymous {
        true => (format!("{ty} of {}", member.name), String::new()),
        false => (member.name.clone(), format!(": {ty}")),
    };
    if let Some((_, element)) = member.opened() {
        let plural = if element.size() == 1 { "" } else { "s" };
        ty += &format!(", {} byte{plural} each", element.size());
    }
    if member.is_flexible() {
        ty += ", as many as there is memory for";
    }
    (name, ty)
}

/// A type without the members that follow in the list.
fn in_short(ty: &CType) -> String {
    match ty {
        CType::Struct(record) if record.tag().is_none() => "struct".into(),
        CType::Union(record) if record.tag().is_none() => "union".into(),
        CType::Array(array) if array.is_flexible() => format!("[{}]", in_short(array.element())),
        CType::Array(array) => format!("[{}; {}]", in_short(array.element()), array.len()),
        _ => named(ty),
    }
}
