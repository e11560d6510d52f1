//! All of it as text, at most 100 columns wide.

use std::io::{self, Write};

use trampette::CType;

use super::draw::{draw, label_width, ruler};
use super::members::{Entry, Size, list, padding};
use super::part::Part;
use super::rows::Rows;
use super::subject::Subject;
use crate::charset::{Charset, PAGE};
use crate::failure::Printable;
use crate::named::named;

/// Pictures under a title.
struct Section {
    title: Option<String>,
    pictures: Vec<Rows>,
}

pub(super) fn write(out: &mut impl Write, subject: &Subject, charset: &Charset) -> io::Result<()> {
    let mut whole = Part::whole(subject);
    match subject.ty {
        CType::Struct(_) | CType::Union(_) => {}
        CType::Array(_) => whole.name = subject.name.clone().unwrap_or_default(),
        _ => whole.name = title(subject),
    }
    write_heading(out, subject, &whole, charset)?;
    let sections = sections(&whole);
    let pictures = sections.iter().flat_map(|section| &section.pictures);
    let label = label_width(pictures);
    for section in &sections {
        write_section(out, section, label, charset)?;
    }
    write_list(out, &list(&whole), charset)
}

/// What the type is called, by its declaration or else by what it is made of.
fn title(subject: &Subject) -> String {
    let name = subject.name.clone().unwrap_or_else(|| named(&subject.ty));
    Printable(&name).to_string()
}

fn write_heading(
    out: &mut impl Write,
    subject: &Subject,
    whole: &Part<'_>,
    charset: &Charset,
) -> io::Result<()> {
    let (size, align) = (subject.layout.size(), subject.layout.align());
    let mut facts = format!(": {}, aligned to {align}", counted(size as u128, "byte"));
    let padding = padding(whole);
    if padding > 0 {
        facts += &format!(", {} of padding", amount(padding));
    }
    let name = charset.fitted(&title(subject), PAGE.saturating_sub(facts.chars().count()));
    writeln!(out, "{name}{facts}")?;
    writeln!(out, "with the types of {}", subject.model.name)
}

/// So many bits, as bytes as far as they are whole ones.
fn amount(bits: u128) -> String {
    let (bytes, bits) = (bits / 8, bits % 8);
    match (bytes, bits) {
        (0, bits) => counted(bits, "bit"),
        (bytes, 0) => counted(bytes, "byte"),
        _ => format!("{} and {}", counted(bytes, "byte"), counted(bits, "bit")),
    }
}

fn counted(count: u128, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// The picture of the whole, and those of what its unions may hold.
fn sections(whole: &Part<'_>) -> Vec<Section> {
    let mut sections = Vec::new();
    let size = whole.layout.size();
    let rows = Rows::of(whole, 0..size);
    if !whole.is_union() && !rows.rows.is_empty() {
        sections.push(Section {
            title: None,
            pictures: vec![rows],
        });
    }
    add_unions(whole, &mut sections);
    sections
}

fn add_unions(part: &Part<'_>, sections: &mut Vec<Section>) {
    if part.opened().is_some() {
        if let Some(element) = part.element(0) {
            add_unions(&element, sections);
        }
        return;
    }
    let members = part.members();
    if part.is_union() && part.layout.size() > 0 {
        let bytes = part.at..part.at + part.layout.size();
        let shown = members.iter().filter(|member| !member.extent().is_empty());
        let is_whole = part.name.is_empty();
        sections.push(Section {
            title: Some(match is_whole {
                true => "One of:".into(),
                false => format!("`{}` is one of:", part.name),
            }),
            pictures: shown
                .map(|member| Rows::of(member, bytes.clone()))
                .collect(),
        });
    }
    members
        .iter()
        .for_each(|member| add_unions(member, sections));
}

fn write_section(
    out: &mut impl Write,
    section: &Section,
    label: usize,
    charset: &Charset,
) -> io::Result<()> {
    writeln!(out)?;
    if let Some(title) = &section.title {
        writeln!(out, "{}\n", charset.fitted(title, PAGE))?;
    }
    writeln!(out, "{}", ruler(label))?;
    for picture in &section.pictures {
        for line in draw(picture, label, charset) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn write_list(out: &mut impl Write, entries: &[Entry], charset: &Charset) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let has_bits = entries
        .iter()
        .any(|entry| matches!(entry.size, Size::Bits(_)));
    let columns = entries.iter().map(|entry| columns(entry, has_bits));
    let columns: Vec<[String; 2]> = columns.collect();
    let heads = match has_bits {
        true => ["offset  ", "size     "],
        false => ["offset", "size"],
    };
    let width = |index: usize| {
        let widths = columns.iter().map(|entry| entry[index].chars().count());
        widths.max().unwrap_or(0).max(heads[index].len())
    };
    let (offset, size) = (width(0), width(1));
    writeln!(out)?;
    let [at, wide] = heads;
    writeln!(out, "  {at:>offset$}  {wide:>size$}  member")?;
    for (entry, [at, wide]) in entries.iter().zip(&columns) {
        let room = PAGE.saturating_sub(2 + offset + 2 + size + 2);
        let name = charset.tail(
            &entry.name,
            room.saturating_sub(entry.ty.chars().count()).max(room / 2),
        );
        let ty = charset.fitted(&entry.ty, room - name.chars().count());
        writeln!(out, "  {at:>offset$}  {wide:>size$}  {name}{ty}")?;
    }
    Ok(())
}

/// Offset and size of an entry, one below the other whether they are of bytes or bits.
fn columns(entry: &Entry, has_bits: bool) -> [String; 2] {
    let (byte, bit) = (entry.start / 8, entry.start % 8);
    match entry.size {
        Size::Bits(bits) => {
            let plural = if bits == 1 { " " } else { "s" };
            [format!("{byte}:{bit}"), format!("{bits} bit{plural}")]
        }
        Size::Bytes(bytes) if has_bits => [format!("{byte}  "), format!("{bytes}     ")],
        Size::Bytes(bytes) => [byte.to_string(), bytes.to_string()],
    }
}
