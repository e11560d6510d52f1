//! Random signatures: each is a pure function of the seed, the knobs and its index.
//!
//! ```text
//! seed, index ----> Draw ----> Region ----> types, lists ----> Signature
//!                   chance     where to     what the           unless compilers
//!                              look         knobs allow        dispute about it
//! ```
//!
//! ```
//! use trampette_fuzz::generate::{Generator, Knobs};
//!
//! let generator = Generator::new(1, Knobs::default());
//! let signature = generator.signature(1000);
//! assert_eq!(signature, generator.signature(1000));
//! assert_eq!(signature, signature.to_string().parse()?);
//! # Ok::<(), trampette::ParseError>(())
//! ```

mod bits;
pub(crate) mod dispute;
mod draw;
mod knobs;
mod lists;
mod region;
mod shapes;
mod types;

use trampette::{Abi, CType, Int, Signature};

use crate::{convention, typed};
use draw::Draw;
use types::Writer;

pub use dispute::Dispute;
pub use knobs::{Knobs, Shares};
pub use region::Region;

/// Writes signatures.
///
/// Whatever it writes can be called, parses back from its text to the same signature, and can be written
/// in C.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    knobs: Knobs,
}

/// How often it tries, before it writes a signature that nothing can be said against.
const ATTEMPTS: usize = 100;

impl Generator {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64, knobs: Knobs) -> Self {
        Self { seed, knobs }
    }

    /// The signature of this index: the same for the same seed and knobs, whatever was asked before.
    ///
    /// One of the process' own convention does not name it.
    #[must_use]
    pub fn signature(&self, index: u64) -> Signature {
        self.write(index).1
    }

    /// Where the signature of this index was looked for.
    #[must_use]
    pub fn region(&self, index: u64) -> Region {
        self.write(index).0
    }

    fn write(&self, index: u64) -> (Region, Signature) {
        let mut draw = Draw::of(self.seed, index);
        let abi = draw.any(&self.knobs.abis).unwrap_or(trampette::ABI);
        let mut writer = Writer::new(draw, &self.knobs, abi);
        for _ in 0..ATTEMPTS {
            let region = Region::drawn(&mut writer.draw, &self.knobs.shares, abi);
            let typed = match region {
                Region::Typed => self.typed(&mut writer),
                _ => None,
            };
            let signature = typed.or_else(|| writer.signature(region).ok());
            if let Some(signature) = signature.filter(|signature| self.accepts(signature, abi)) {
                return (region, signature);
            }
        }
        (Region::Anything, self.plain(abi))
    }

    fn typed(&self, writer: &mut Writer<'_>) -> Option<Signature> {
        let counts = self.knobs.min_params..=self.knobs.max_params;
        let fits = |signature: &&Signature| counts.contains(&signature.params().len());
        let fitting: Vec<&Signature> = typed::signatures().filter(fits).collect();
        writer.draw.any(&fitting).cloned()
    }

    /// Whether a signature can be called, keeps to the knobs, and can be judged.
    fn accepts(&self, signature: &Signature, abi: Abi) -> bool {
        let mut types = signature.params().iter().chain([signature.result()]);
        types.all(|ty| depth(ty) <= self.knobs.depth)
            && convention::rows(signature).is_some()
            && (self.knobs.disputes || Dispute::about(signature, abi).is_none())
    }

    fn plain(&self, abi: Abi) -> Signature {
        const INT: CType = CType::Int(Int::I32);
        let count = self.knobs.min_params.min(trampette::limits::MAX_PARAMS);
        let signature = Signature::new(vec![INT; count], INT);
        let signature = signature.expect("integers, and not too many");
        match abi {
            trampette::ABI => signature,
            other => signature.with_abi(other),
        }
    }
}

/// How many records stand inside each other.
fn depth(ty: &CType) -> usize {
    match ty {
        CType::Array(array) => depth(array.element()),
        CType::Struct(record) | CType::Union(record) => {
            let fields = record.fields().iter();
            1 + fields.map(|field| depth(field.ty())).max().unwrap_or(0)
        }
        _ => 0,
    }
}
