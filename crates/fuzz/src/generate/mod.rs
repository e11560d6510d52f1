//! Random signatures: each is a pure function of the seed, the knobs and its index.

use trampette::{Abi, Signature};

/// What the generator is to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Knobs {
    /// The conventions, of which each signature has one.
    pub abis: Vec<Abi>,
}

/// Writes signatures.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    knobs: Knobs,
}

const TYPES: [&str; 8] = [
    "i8",
    "u16",
    "i32",
    "i64",
    "f32",
    "f64",
    "{f32, f32}",
    "{i8, f64, i32}",
];

impl Generator {
    /// The generator of this seed.
    #[must_use]
    pub fn new(seed: u64, knobs: Knobs) -> Self {
        Self { seed, knobs }
    }

    /// The signature of this index: the same for the same seed and knobs, whatever was asked before.
    #[must_use]
    pub fn signature(&self, index: u64) -> Signature {
        let mut state = (self.seed << 32) ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut next = |end: usize| {
            state = (state ^ state >> 31).wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x55;
            (state >> 40) as usize % end
        };
        let abi = self.knobs.abis[next(self.knobs.abis.len())].name();
        let params: Vec<_> = (0..next(6)).map(|_| TYPES[next(8)]).collect();
        let text = format!("{abi} ({}) -> {}", params.join(", "), TYPES[next(8)]);
        text.parse().expect("a signature")
    }
}
