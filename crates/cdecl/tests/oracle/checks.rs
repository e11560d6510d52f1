//! What compilers are to say of a record: static assertions, and constants of bit-fields that are all ones,
//! with a text in front of each by which its bytes are found in an object file of any format.

use std::collections::HashMap;
use std::fmt::Write;

use trampette_types::{CType, DataModel, Scalar};

const MARK: &[u8] = b"declared here: ";
const DIGITS: usize = 8;

#[derive(Default)]
pub(crate) struct Checks {
    source: String,
    constants: Vec<Constant>,
}

struct Constant {
    member: String,
    text: String,
    /// From the mark to the record.
    distance: usize,
    bytes: Vec<u8>,
}

impl Checks {
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn bit_fields(&self) -> usize {
        self.constants.len()
    }

    /// Adds a declaration, and what the type that it was read as has by a name. Text in assertions has no
    /// quotes.
    pub(crate) fn add(&mut self, text: &str, name: &str, ty: &CType, model: &DataModel) {
        self.line(text);
        let layout = ty.layout(model).expect("test types have a size");
        let said = text.replace('\n', " ");
        self.line(&format!(
            "_Static_assert(sizeof({name}) == {0} && _Alignof({name}) == {1}, \"{0} {1} {said}\");",
            layout.size(),
            layout.align()
        ));
        let (CType::Struct(record) | CType::Union(record)) = ty else {
            panic!("a record: {ty}")
        };
        for (field, member) in record.members().zip(layout.members()) {
            let Some(field) = field.name() else { continue };
            match member.bits {
                Some(bits) => {
                    let mut bytes = vec![0; layout.size()];
                    let first = 8 * member.offset + bits.offset as usize;
                    for bit in first..first + bits.width as usize {
                        bytes[bit / 8] |= 1 << (bit % 8);
                    }
                    let is_bool = member.layout.as_scalar() == Some(Scalar::Bool);
                    let value = if is_bool { 1 } else { -1 };
                    self.constant(name, field, value, text, layout.align(), bytes);
                }
                None => self.line(&format!(
                    "_Static_assert(__builtin_offsetof({name}, {field}) == {0}, \"{0} {field} {said}\");",
                    member.offset
                )),
            }
        }
    }

    fn constant(
        &mut self,
        name: &str,
        field: &str,
        value: i32,
        text: &str,
        align: usize,
        bytes: Vec<u8>,
    ) {
        let (id, distance) = (self.constants.len(), align.max(32));
        let mark = String::from_utf8_lossy(MARK).into_owned();
        self.line(&format!(
            "const struct {{ unsigned char mark[{distance}]; {name} value; }} v{id} = \
             {{ \"{mark}{id:0DIGITS$}\", {{ .{field} = {value} }} }};"
        ));
        self.constants.push(Constant {
            member: field.into(),
            text: text.into(),
            distance,
            bytes,
        });
    }

    fn line(&mut self, line: &str) {
        writeln!(self.source, "{line}").expect("writing to a string works");
    }

    /// What is not as expected in an object file.
    pub(crate) fn differences(&self, object: &[u8]) -> Vec<String> {
        let found = marks(object);
        let mut differences = Vec::new();
        for (id, constant) in self.constants.iter().enumerate() {
            let begin = found.get(&id).map(|at| at + constant.distance);
            let bytes = begin.and_then(|begin| object.get(begin..begin + constant.bytes.len()));
            if bytes != Some(&constant.bytes[..]) {
                let Constant {
                    member,
                    text,
                    bytes: expected,
                    ..
                } = constant;
                differences.push(format!(
                    "{member}: {expected:02x?}, {bytes:02x?} found, of\n{text}"
                ));
            }
        }
        differences
    }
}

/// Where the marks are, by their numbers.
fn marks(object: &[u8]) -> HashMap<usize, usize> {
    let places = object.windows(MARK.len() + DIGITS).enumerate();
    let numbered = places.filter_map(|(at, bytes)| {
        let digits = bytes.strip_prefix(MARK)?;
        Some((str::from_utf8(digits).ok()?.parse().ok()?, at))
    });
    numbered.collect()
}
