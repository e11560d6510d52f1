//! The code as text: a section for each piece.

use std::io::{self, Write};

use trampette_abi::CALLS_OFFSET;

use super::code::{Block, Code, Entries, SLOT, Thunks, Typed};
use super::comments::comment;
use super::listing::Instruction;
use super::subject::Subject;
use super::text::write_wrapped;
use crate::charset::{Charset, PAGE};
use crate::output::Hex;

pub(super) fn write(
    out: &mut impl Write,
    subject: &Subject,
    code: &Code,
    charset: &Charset,
) -> io::Result<()> {
    let mut sections = Sections {
        out,
        subject,
        charset,
    };
    sections.stub(&code.stub)?;
    sections.entries(&code.entries)
}

/// Writes sections.
struct Sections<'a, W> {
    out: &'a mut W,
    subject: &'a Subject,
    charset: &'a Charset,
}

impl<W: Write> Sections<'_, W> {
    fn stub(&mut self, stub: &Block) -> io::Result<()> {
        let subject = self.subject;
        let how = if subject.layout.jumps() {
            "jumps to the target"
        } else {
            "calls the target"
        };
        self.title("Call stub", stub, how)?;
        let entry = subject.layout.entry;
        let (frame, target) = (
            subject.register(entry.frame, 8),
            subject.register(entry.target, 8),
        );
        writeln!(
            self.out,
            "  enters with the argument frame in {frame} and the target in {target}"
        )?;
        self.frame()?;
        self.listing(stub)
    }

    /// Where the slots of a frame begin.
    fn frame(&mut self) -> io::Result<()> {
        let subject = self.subject;
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
        if slots.is_empty() {
            return Ok(());
        }
        let text = format!("  a frame has {} bytes: {slots}", subject.frame.size());
        write_wrapped(self.out, "    ", &text)
    }

    fn entries(&mut self, entries: &Entries) -> io::Result<()> {
        let context = self.subject.register(entries.dynamic.register, 8);
        let how = match self.subject.leaves_arguments_open() {
            true => "gathers a frame, and saves the registers of `...`",
            false => "gathers a frame for a dispatcher",
        };
        self.title("Entry adapter", &entries.adapter, how)?;
        writeln!(self.out, "  enters with the context in {context}")?;
        if let Some(register) = entries.behind_words {
            let register = self.subject.register(register, 8);
            let how = "dynamic closures go without it: their words come in registers";
            writeln!(self.out, "  {how}, the context in {register}")?;
        }
        self.listing(&entries.adapter)?;
        match &entries.typed {
            Some(typed) => self.typed(typed, &context),
            None if self.subject.shape.variadic_from().is_some() => {
                self.thunks(&entries.dynamic, "the adapter")
            }
            None => self.thunks(
                &entries.dynamic,
                "the adapter: no register is left for closures",
            ),
        }
    }

    fn typed(&mut self, typed: &Typed, context: &str) -> io::Result<()> {
        let register = self.subject.register(typed.register, 8);
        let Some(injector) = &typed.injector else {
            let aim = format!("a typed closure (to the adapter: in {context})");
            return self.thunks(&typed.thunks, &aim);
        };
        self.thunks(&typed.thunks, "the injector or the adapter")?;
        self.title(
            "Injector",
            injector,
            &format!("to a typed closure, context in {register}"),
        )?;
        self.listing(injector)
    }

    fn thunks(&mut self, thunks: &Thunks, aim: &str) -> io::Result<()> {
        let register = self.subject.register(thunks.register, 8);
        self.title(
            "Thunk",
            &thunks.plain,
            &format!("context in {register}, to {aim}"),
        )?;
        let slot = format!("its slot stands {SLOT:#x} bytes on");
        writeln!(
            self.out,
            "  {slot}, its counters {CALLS_OFFSET} bytes further"
        )?;
        self.listing(&thunks.plain)?;
        self.title(
            "Thunk that counts calls",
            &thunks.counting,
            "the same otherwise",
        )?;
        self.listing(&thunks.counting)
    }

    fn title(&mut self, name: &str, block: &Block, how: &str) -> io::Result<()> {
        writeln!(self.out, "\n{name}: {} bytes, {how}", block.bytes.len())
    }

    /// Address, bytes and text of each instruction, and which part of the frame it is about.
    fn listing(&mut self, block: &Block) -> io::Result<()> {
        let rows = block.instructions.iter().map(|one| (one, self.digits(one)));
        let rows: Vec<(&Instruction, String)> = rows.collect();
        let bytes = rows.iter().map(|(_, bytes)| bytes.len()).max().unwrap_or(0);
        let texts = block.instructions.iter().map(|one| one.text.len());
        let text = texts.max().unwrap_or(0);
        writeln!(self.out)?;
        for (instruction, digits) in rows {
            let address = instruction.address;
            let line = format!(
                "  {address:4x}  {digits:<bytes$}  {:<text$}",
                instruction.text
            );
            let room = PAGE.saturating_sub(line.len() + 4);
            match comment(self.subject, block, instruction) {
                Some(name) => writeln!(self.out, "{line}  ; {}", self.charset.fitted(&name, room))?,
                None => writeln!(self.out, "{}", line.trim_end())?,
            }
        }
        Ok(())
    }

    /// The bytes of an instruction: one number, or one after the other.
    fn digits(&self, instruction: &Instruction) -> String {
        let mut bytes = instruction.bytes.clone();
        if self.subject.machine().word.is_none() {
            return Hex(&bytes, " ").to_string();
        }
        bytes.reverse();
        Hex(&bytes, "").to_string()
    }
}
