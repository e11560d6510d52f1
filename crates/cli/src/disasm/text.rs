//! All of it as text, at most 100 columns wide.

use std::io::{self, Write};

use super::code::Code;
use super::picture::{Row, argument_rows, draw, result_rows, stack_rows};
use super::sections;
use super::subject::Subject;
use crate::charset::{Charset, PAGE};
use crate::failure::Printable;
use crate::named::named;

pub(super) fn write(
    out: &mut impl Write,
    subject: &Subject,
    code: &Code,
    charset: &Charset,
) -> io::Result<()> {
    write_heading(out, subject)?;
    write_picture(out, subject, charset)?;
    sections::write(out, subject, code, charset)
}

fn write_heading(out: &mut impl Write, subject: &Subject) -> io::Result<()> {
    let name = subject.declared.name.as_deref().unwrap_or("");
    let signature = subject.bare_signature();
    write_wrapped(out, "", &format!("{}{signature}", Printable(name)))?;
    let (abi, model) = (subject.convention.abi.name(), subject.model.name);
    writeln!(out, "{abi}, with the types of {model}")
}

fn write_picture(out: &mut impl Write, subject: &Subject, charset: &Charset) -> io::Result<()> {
    let (arguments, stack) = (argument_rows(subject), stack_rows(subject));
    let result = result_rows(subject);
    write_rows(out, "Arguments in registers", &arguments, charset)?;
    let copies = subject.layout.copies();
    let (size, align) = (copies.size(), copies.align());
    let title = format!("Stack at the call: {size} bytes, aligned to {align}");
    write_rows(out, &title, &stack, charset)?;
    write_rows(out, "Result", &result, charset)?;
    writeln!(out)?;
    if [arguments, stack, result]
        .iter()
        .flatten()
        .any(Row::has_shade)
    {
        writeln!(out, "{}       may hold anything", charset.shade())?;
    }
    write_remarks(out, subject, charset)
}

/// A title and a picture; nothing where there are no rows.
fn write_rows(
    out: &mut impl Write,
    title: &str,
    rows: &[Row],
    charset: &Charset,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}\n")?;
    draw(rows, charset)
        .iter()
        .try_for_each(|line| writeln!(out, "{line}"))
}

/// What the picture does not show.
fn write_remarks(out: &mut impl Write, subject: &Subject, charset: &Charset) -> io::Result<()> {
    let result = subject.signature().result();
    if let Some(place) = subject.result_address() {
        let place = subject.place(place);
        let text = format!("result  {}, in memory: {place} says where", named(result));
        write_wrapped(out, "        ", &text)?;
    } else if subject.layout.result.is_empty() {
        writeln!(out, "result  none")?;
    }
    let params = subject.signature().params().iter().enumerate();
    for (index, ty) in params.filter(|(index, _)| !subject.travels(*index)) {
        let text = format!(
            "{} travels nowhere, without bytes: {}",
            subject.name(index),
            named(ty)
        );
        writeln!(out, "{}", charset.fitted(&text, PAGE))?;
    }
    let kept = ranges(&subject.preserved());
    write_wrapped(out, "        ", &format!("kept    {kept}"))
}

/// A list that goes on below, indented, where its line would be too long. It breaks behind commas.
pub(super) fn write_wrapped(out: &mut impl Write, indent: &str, text: &str) -> io::Result<()> {
    let mut line = String::new();
    for item in text.split_inclusive(", ") {
        let width = line.chars().count() + item.trim_end().chars().count();
        if width > PAGE && !line.is_empty() {
            writeln!(out, "{}", line.trim_end())?;
            line = indent.into();
        }
        line += item;
    }
    writeln!(out, "{line}")
}

/// Register names, where those of consecutive numbers are two with a dash: `rbx, r12-r15`.
fn ranges(names: &[String]) -> String {
    let mut runs: Vec<(&str, &str)> = Vec::new();
    for name in names {
        match runs.last_mut() {
            Some((_, last)) if follows(last, name) => *last = name,
            _ => runs.push((name, name)),
        }
    }
    let texts = runs.into_iter().map(|(first, last)| {
        if first == last {
            first.into()
        } else {
            format!("{first}-{last}")
        }
    });
    texts.collect::<Vec<String>>().join(", ")
}

/// Whether a register is the next of the same kind.
fn follows(before: &str, name: &str) -> bool {
    let parts = |name: &str| {
        let digits = name.find(|c: char| c.is_ascii_digit())?;
        let number: u8 = name[digits..].parse().ok()?;
        Some((name[..digits].to_string(), number))
    };
    match (parts(before), parts(name)) {
        (Some((kind, number)), Some(next)) => next == (kind, number + 1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_registers_are_a_range() {
        let names = ["rbx", "rsi", "r12", "r13", "r14", "xmm6", "xmm7", "d8"].map(String::from);
        assert_eq!(ranges(&names), "rbx, rsi, r12-r14, xmm6-xmm7, d8");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn lists_break_behind_commas_and_keep_to_the_page() {
        let mut out = Vec::new();
        let list = ["twenty characters ok"; 9].join(", ");
        write_wrapped(&mut out, "    ", &list).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(
            text.lines()
                .all(|line| line.len() <= PAGE && line.trim().starts_with("twenty"))
        );
        assert_eq!(
            text.lines().map(str::trim).collect::<Vec<_>>().join(" "),
            list
        );
    }
}
