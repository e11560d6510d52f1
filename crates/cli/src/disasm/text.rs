//! The picture and the listings as text, at most 100 columns wide.

use std::io::{self, Write};

use trampette_abi::CALLS_OFFSET;

use super::code::{Block, Code, Entries, SLOT, Thunks, Typed};
use super::picture::{Charset, PAGE, Row, argument_rows, draw, named, result_rows, stack_rows};
use super::subject::Subject;
use crate::failure::Printable;
use crate::output::Hex;

pub(super) fn write(
    out: &mut impl Write,
    subject: &Subject,
    code: &Code,
    charset: &Charset,
) -> io::Result<()> {
    write_heading(out, subject)?;
    write_picture(out, subject, charset)?;
    write_stub(out, subject, &code.stub)?;
    match &code.entries {
        Some(entries) => write_entries(out, subject, entries),
        None => writeln!(out, "\nNo callback: a variadic function cannot be one."),
    }
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
    write_remarks(out, subject)
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
fn write_remarks(out: &mut impl Write, subject: &Subject) -> io::Result<()> {
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
        let name = subject.name(index);
        writeln!(
            out,
            "{name}: {} has no bytes and travels nowhere",
            named(ty)
        )?;
    }
    let kept = ranges(&subject.preserved());
    write_wrapped(out, "        ", &format!("kept    {kept}"))
}

fn write_stub(out: &mut impl Write, subject: &Subject, stub: &Block) -> io::Result<()> {
    let how = if subject.layout.is_register_only() {
        "jumps to the target"
    } else {
        "calls the target"
    };
    write_title(out, "Call stub", stub, how)?;
    let entry = subject.layout.entry;
    let (frame, target) = (
        subject.register(entry.frame, 8),
        subject.register(entry.target, 8),
    );
    writeln!(
        out,
        "  enters with the argument frame in {frame} and the target in {target}"
    )?;
    let slots = (0..subject.shape.params().len()).map(|index| {
        format!(
            "{} at {}",
            subject.name(index),
            subject.frame.argument(index)
        )
    });
    let has_result = !subject.shape.result().is_void();
    let result = has_result.then(|| format!("result at {}", subject.frame.result()));
    let slots = slots.chain(result).collect::<Vec<_>>().join(", ");
    if !slots.is_empty() {
        let text = format!("  a frame has {} bytes: {slots}", subject.frame.size());
        write_wrapped(out, "    ", &text)?;
    }
    write_listing(out, subject, stub)
}

fn write_entries(out: &mut impl Write, subject: &Subject, entries: &Entries) -> io::Result<()> {
    let context = subject.register(entries.dynamic.register, 8);
    write_title(
        out,
        "Entry adapter",
        &entries.adapter,
        "gathers a frame for a dispatcher",
    )?;
    writeln!(out, "  enters with the context in {context}")?;
    write_listing(out, subject, &entries.adapter)?;
    match &entries.typed {
        Some(typed) => write_typed(out, subject, typed, &context),
        None => {
            writeln!(out, "  no register is left for a typed closure's context")?;
            write_thunks(out, subject, &entries.dynamic, "the entry adapter")
        }
    }
}

fn write_typed(
    out: &mut impl Write,
    subject: &Subject,
    typed: &Typed,
    context: &str,
) -> io::Result<()> {
    let register = subject.register(typed.register, 8);
    let Some(injector) = &typed.injector else {
        let aim = format!("a typed closure (to the adapter: in {context})");
        return write_thunks(out, subject, &typed.thunks, &aim);
    };
    write_thunks(out, subject, &typed.thunks, "the injector or the adapter")?;
    let how = format!("to a typed closure, context in {register}");
    write_title(out, "Injector", injector, &how)?;
    write_listing(out, subject, injector)
}

fn write_thunks(
    out: &mut impl Write,
    subject: &Subject,
    thunks: &Thunks,
    aim: &str,
) -> io::Result<()> {
    let register = subject.register(thunks.register, 8);
    let how = format!("context in {register}, to {aim}");
    write_title(out, "Thunk", &thunks.plain, &how)?;
    writeln!(
        out,
        "  its slot stands {SLOT:#x} bytes on, its counter {CALLS_OFFSET} bytes further"
    )?;
    write_listing(out, subject, &thunks.plain)?;
    write_title(
        out,
        "Thunk that counts calls",
        &thunks.counting,
        "the same otherwise",
    )?;
    write_listing(out, subject, &thunks.counting)
}

fn write_title(out: &mut impl Write, name: &str, block: &Block, how: &str) -> io::Result<()> {
    writeln!(out, "\n{name}: {} bytes, {how}", block.bytes.len())
}

/// Address, bytes and text of each instruction.
fn write_listing(out: &mut impl Write, subject: &Subject, block: &Block) -> io::Result<()> {
    let separator = if subject.machine().word.is_some() {
        ""
    } else {
        " "
    };
    let rows = block.instructions.iter().map(|instruction| {
        let mut bytes = instruction.bytes.clone();
        if subject.machine().word.is_some() {
            bytes.reverse();
        }
        (instruction, Hex(&bytes, separator).to_string())
    });
    let rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|(_, bytes)| bytes.len()).max().unwrap_or(0);
    writeln!(out)?;
    for (instruction, bytes) in rows {
        let (address, text) = (instruction.address, &instruction.text);
        writeln!(out, "  {address:4x}  {bytes:<width$}  {text}")?;
    }
    Ok(())
}

/// A list that goes on below, indented, where its line would be too long. It breaks behind commas.
fn write_wrapped(out: &mut impl Write, indent: &str, text: &str) -> io::Result<()> {
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
