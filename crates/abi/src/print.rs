use alloc::format;
use alloc::string::String;
use core::fmt;

use trampette_types::Shape;

use crate::layout::{CallLayout, Extend, Isa, Part, Place, Row};

/// Prints a call layout for people, one line per row.
///
/// ```text
/// sysv64 (i32, {f64, i32}) -> f64
///   argument 0  i32          0..4    edi
///   argument 1  {f64, i32}   0..8    xmm0
///                            8..12   esi
///   result      f64          0..8    xmm0
///   stub        jumps: frame in rdi, target in rsi
/// ```
///
/// An argument that travels by reference says where the copy stands whose address it is:
/// `argument 0  {[i64; 3]}   address  rcx, of a copy at stack+32`.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What is called.
    pub shape: &'a Shape,
    /// How it is called.
    pub layout: &'a CallLayout,
    /// Names the registers.
    pub isa: &'a dyn Isa,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shape, layout, isa } = *self;
        writeln!(f, "{} {shape}", layout.abi.name())?;
        self.write_addresses(f)?;
        for (index, value) in shape.params().iter().enumerate() {
            let rows = layout
                .arguments
                .iter()
                .filter(|row| argument_of(row) == Some(index));
            self.write_value(f, &format!("argument {index}"), &format!("{value}"), rows)?;
        }
        if !shape.result().is_void() {
            let ty = format!("{}", shape.result());
            self.write_value(f, "result", &ty, layout.result.iter())?;
        }
        if let Some((register, count)) = layout.vector_count {
            writeln!(
                f,
                "  {:<11} {} = {count}",
                "vectors",
                isa.register_name(register, 1)
            )?;
        }
        if layout.home > 0 {
            writeln!(f, "  {:<11} {} bytes", "home", layout.home)?;
        }
        let copies = layout.copies();
        if copies.size() > layout.home {
            writeln!(
                f,
                "  {:<11} {} bytes, aligned to {}",
                "stack",
                copies.size(),
                copies.align()
            )?;
        }
        self.write_stub(f)
    }
}

impl Report<'_> {
    fn write_addresses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in self
            .layout
            .arguments
            .iter()
            .filter(|row| row.part == Part::ResultAddress)
        {
            writeln!(f, "  {:<11} {}", "result at", self.place(row))?;
        }
        Ok(())
    }

    fn write_value<'r>(
        &self,
        f: &mut fmt::Formatter<'_>,
        name: &str,
        ty: &str,
        rows: impl Iterator<Item = &'r Row>,
    ) -> fmt::Result {
        let mut first = true;
        for row in rows {
            let (name, ty) = if first { (name, ty) } else { ("", "") };
            writeln!(
                f,
                "  {name:<11} {ty:<12} {:<8} {}",
                bytes_of(row),
                self.place(row)
            )?;
            first = false;
        }
        if first {
            writeln!(f, "  {name:<11} {ty:<12} {}", self.nowhere(name))
        } else {
            Ok(())
        }
    }

    fn nowhere(&self, name: &str) -> &'static str {
        if name == "result" && self.layout.has_result_address() {
            "in memory"
        } else {
            "nowhere"
        }
    }

    fn place(&self, row: &Row) -> String {
        let place = match row.place {
            Place::Register(register) => self.isa.register_name(register, row.part.size()),
            Place::Stack(offset) => format!("stack+{offset}"),
        };
        if let Part::ArgumentAddress { index, .. } = row.part {
            let copy = self.layout.copies().offset(index).unwrap_or_default();
            return format!("{place}, of a copy at stack+{copy}");
        }
        match row.extend {
            Extend::None => place,
            Extend::Zero => format!("{place}, zero-extended to 32 bits"),
            Extend::Sign => format!("{place}, sign-extended to 32 bits"),
        }
    }

    fn write_stub(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.layout.jumps() {
            "jumps"
        } else {
            "calls"
        };
        let frame = self.isa.register_name(self.layout.entry.frame, 8);
        let target = self.isa.register_name(self.layout.entry.target, 8);
        writeln!(
            f,
            "  {:<11} {how}: frame in {frame}, target in {target}",
            "stub"
        )
    }
}

fn argument_of(row: &Row) -> Option<usize> {
    match row.part {
        Part::Argument { index, .. }
        | Part::Duplicate { index, .. }
        | Part::ArgumentAddress { index, .. } => Some(index),
        Part::Result { .. } | Part::ResultAddress => None,
    }
}

fn bytes_of(row: &Row) -> String {
    match row.part {
        Part::Argument { offset, size, .. }
        | Part::Duplicate { offset, size, .. }
        | Part::Result { offset, size } => format!("{offset}..{}", offset + size),
        Part::ArgumentAddress { .. } => "address".into(),
        Part::ResultAddress => String::new(),
    }
}
