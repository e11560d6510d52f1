//! `trampette layout`: where the members of a C type are.
//!
//! ```text
//! text ---> Subject: type, Layout, model ---> Part: the type, its members, theirs ---> rows ---> picture
//!                                                                                 ---> list of members
//!                                                                                 ---> JSON
//! ```

mod draw;
mod fold;
mod json;
mod members;
mod part;
mod rows;
mod subject;
mod text;

use std::io::{self, BufWriter, Write};

use trampette::{CType, DataModel};

use crate::args;
use crate::charset::Charset;
use crate::failure::Failure;
use subject::Subject;

/// The bytes of a row of the picture.
const ROW: usize = 8;

pub(crate) fn run(layout: &args::Layout) -> Result<(), Failure> {
    show(&mut BufWriter::new(io::stdout().lock()), layout)
}

/// Writes what is asked for.
pub(crate) fn show(out: &mut impl Write, layout: &args::Layout) -> Result<(), Failure> {
    show_subject(out, &Subject::of(layout)?, layout)
}

/// Writes what is asked for, of a type that was found elsewhere.
pub(crate) fn show_type(
    out: &mut impl Write,
    name: Option<String>,
    ty: CType,
    model: DataModel,
    layout: &args::Layout,
) -> Result<(), Failure> {
    show_subject(out, &Subject::new(name, ty, model)?, layout)
}

fn show_subject(
    out: &mut impl Write,
    subject: &Subject,
    layout: &args::Layout,
) -> Result<(), Failure> {
    if layout.json {
        writeln!(out, "{}", json::json(subject))?;
    } else {
        let charset = if layout.ascii {
            &Charset::ASCII
        } else {
            &Charset::UNICODE
        };
        text::write(out, subject, charset)?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::PAGE;

    /// SplitMix64: the same types on every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u64) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((z ^ (z >> 31)) % end).expect("it is small")
        }

        fn ty(&mut self, levels: u64) -> String {
            match self.below(8) {
                0 | 1 if levels > 0 => self.record("", levels - 1),
                2 if levels > 0 => self.record("union ", levels - 1),
                3 | 4 if levels > 0 => {
                    let len = [0, 1, 2, 3, 9, 50, 1000, 1_u64 << 40][self.below(8)];
                    format!("[{}; {len}]", self.ty(levels - 1))
                }
                _ => ["i8", "i16", "i32", "f64", "longdouble", "bool"][self.below(6)].into(),
            }
        }

        fn record(&mut self, keyword: &str, levels: u64) -> String {
            let count = self.below(6);
            let mut fields: Vec<String> =
                (0..count).map(|index| self.field(index, levels)).collect();
            if keyword.is_empty() && self.below(8) == 0 {
                fields.push("n: i8".into());
                fields.push(format!("data: [{}]", self.ty(levels)));
            }
            let attribute = [
                "",
                "",
                "",
                "",
                " packed",
                " packed(2)",
                " align(16)",
                " align(256)",
            ];
            let attribute = attribute[self.below(8)];
            format!("{keyword}{{{}}}{attribute}", fields.join(", "))
        }

        fn field(&mut self, index: usize, levels: u64) -> String {
            let align = ["", "", "", "", "", "align(1) ", "align(8) ", "align(64) "];
            let align = align[self.below(8)];
            match self.below(6) {
                0 => format!("{align}{}", self.ty(levels)),
                1 => format!("{align}u32:{}", self.below(33)),
                2 => format!("{align}m{index}: u64:{}", 1 + self.below(64)),
                3 => format!("{align}m{index}: u8:{}", 1 + self.below(8)),
                _ => format!("{align}m{index}: {}", self.ty(levels)),
            }
        }
    }

    #[test]
    fn every_type_has_a_picture_of_a_page_width_and_a_bounded_height() {
        let mut random = Random(7);
        let mut shown = 0;
        for _ in 0..3000 {
            let text = random.ty(5);
            let Ok(ty) = text.parse::<CType>() else {
                continue;
            };
            for model in DataModel::ALL {
                let Ok(layout) = ty.layout(&model) else {
                    continue;
                };
                let (name, ty) = (None, ty.clone());
                let subject = Subject {
                    name,
                    ty,
                    layout,
                    model,
                };
                let mut out = Vec::new();
                text::write(&mut out, &subject, &Charset::UNICODE).expect("memory takes all");
                let out = String::from_utf8(out).expect("it is text");
                let is_wide = |line: &str| line.chars().count() > PAGE || line.ends_with(' ');
                assert!(!out.lines().any(is_wide), "{text}\n{out}");
                let members = text.matches(|c| ":,{[".contains(c)).count();
                assert!(out.lines().count() < 40 * (members + 1), "{text}\n{out}");
                json::json(&subject);
                shown += 1;
            }
        }
        assert!(shown > 10_000, "only {shown}");
    }
}
