//! Where a C compiler puts bit-fields: for each one a constant that is all ones there and zero elsewhere,
//! with a text in front of it by which its bytes are found in an object file of any format.

use std::collections::HashMap;
use std::fmt::Write;

use trampette_types::{Bits, CType, Layout, Scalar};

use crate::c_source::Source;

const MARK: &[u8] = b"trampette probe ";
const DIGITS: usize = 8;

/// The bit-fields of some types: what their records should look like in memory.
#[derive(Default)]
pub(crate) struct Probes {
    expected: Vec<Probe>,
}

struct Probe {
    ty: CType,
    member: usize,
    bits: Bits,
    /// From the mark to the record.
    distance: usize,
    bytes: Vec<u8>,
}

impl Probes {
    /// Adds a constant for every bit-field of a type, that goes by a name in the source.
    pub(crate) fn add(&mut self, source: &mut Source, name: &str, ty: &CType, layout: &Layout) {
        for (index, member) in layout.members().iter().enumerate() {
            let Some(bits) = member.bits else { continue };
            let distance = layout.align().max(32);
            let id = self.expected.len();
            let value = match member.layout.as_scalar() {
                Some(Scalar::Bool) => 1,
                _ => -1,
            };
            let mut text = String::from_utf8_lossy(MARK).into_owned();
            write!(text, "{id:0DIGITS$}").expect("writing to a string works");
            let probe = format!("struct {{ unsigned char mark[{distance}]; {name} value; }}");
            source.line(&format!("typedef {probe} p{id};"));
            source.line(&format!(
                "const p{id} v{id} = {{ \"{text}\", {{ .m{index} = {value} }} }};"
            ));
            source.assert(ty, &format!("__builtin_offsetof(p{id}, value)"), distance);
            self.expected.push(Probe {
                ty: ty.clone(),
                member: index,
                bits,
                distance,
                bytes: ones(layout.size(), 8 * member.offset, bits),
            });
        }
    }

    /// How many constants there are.
    pub(crate) fn len(&self) -> usize {
        self.expected.len()
    }

    /// What is not as expected in an object file.
    pub(crate) fn differences(&self, object: &[u8]) -> Vec<String> {
        let found = marks(object);
        let expected = self.expected.iter().enumerate();
        let differ = expected.filter_map(|(id, probe)| {
            let begin = found.get(&id)? + probe.distance;
            let bytes = object.get(begin..begin + probe.bytes.len())?;
            (bytes != probe.bytes).then(|| {
                format!(
                    "member {} of {}: {:?} expected, {bytes:02x?} found",
                    probe.member, probe.ty, probe.bits
                )
            })
        });
        let mut differ: Vec<String> = differ.collect();
        if found.len() != self.len() {
            differ.push(format!("{} of {} found", found.len(), self.len()));
        }
        differ
    }
}

/// A record of so many bytes with ones in a bit-field of a storage that begins at that bit.
fn ones(size: usize, begin: usize, bits: Bits) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let first = begin + bits.offset as usize;
    for bit in first..first + bits.width as usize {
        bytes[bit / 8] |= 1 << (bit % 8);
    }
    bytes
}

/// Where the marks are, by their numbers.
fn marks(object: &[u8]) -> HashMap<usize, usize> {
    let places = object.windows(MARK.len()).enumerate();
    let places = places.filter_map(|(at, bytes)| (bytes == MARK).then_some(at));
    let numbered = places.filter_map(|at| {
        let digits = object.get(at + MARK.len()..at + MARK.len() + DIGITS)?;
        Some((str::from_utf8(digits).ok()?.parse().ok()?, at))
    });
    numbered.collect()
}
