//! Until the prover's parts are there.

use trampette::{Abi, Signature};
use trampette_fuzz::c::{self, Packing};
use trampette_fuzz::case::Case;
use trampette_fuzz::compiler;
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::way::Way;
use trampette_fuzz::witness::{ResultPlace, Witness};

const SCALARS: [&str; 13] = [
    "bool", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "ptr", "f32", "f64", "f64",
];

pub(crate) struct Generator(u64, Abi);

struct Texts(u64);

impl Generator {
    pub(crate) fn new(seed: u64, abi: Abi) -> Self {
        Self(seed, abi)
    }

    pub(crate) fn signature(&self, index: u64) -> Signature {
        let mut texts = Texts((self.0 + index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        loop {
            let text = texts.signature();
            if let Ok(signature) = text.parse::<Signature>() {
                let signature = signature.with_abi(self.1);
                let empty = signature.result() != &trampette::CType::Void
                    && signature.result().layout(&trampette::MODEL).unwrap().size() == 0;
                if !empty && signature.shape(&trampette::MODEL).is_ok() {
                    return signature;
                }
            }
        }
    }
}

impl Texts {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn ty(&mut self, depth: u64) -> String {
        match self.below(8 + 3 * depth) {
            8 | 9 => self.record("", depth - 1),
            10 => self.record("union ", depth - 1),
            11 | 12 => format!("{{[{}; {}]}}", self.ty(depth - 1), self.below(5) + 1),
            13 => format!("{} packed", self.record("", depth - 1)),
            _ => SCALARS[usize::try_from(self.below(13)).unwrap()].to_string(),
        }
    }

    fn record(&mut self, keyword: &str, depth: u64) -> String {
        let fields: Vec<String> = (0..self.below(4) + 1).map(|_| self.ty(depth)).collect();
        let align = match self.below(6) {
            0 => " align(16)",
            _ => "",
        };
        format!("{keyword}{{{}}}{align}", fields.join(", "))
    }

    fn signature(&mut self) -> String {
        let count = self.below(14);
        let mut params: Vec<String> = (0..count).map(|_| self.ty(2)).collect();
        if count > 1 && self.below(5) == 0 {
            params.insert(1 + self.below(count - 1) as usize, "...".into());
        }
        format!("({}) -> {}", params.join(", "), self.ty(2))
    }
}

pub(crate) fn prove(batch: &[Signature]) -> Option<(usize, String)> {
    let cases: Vec<Case> = batch.iter().map(Case::both_ways).collect();
    trampette::prepare(batch).unwrap();
    let compiled = compiler::compile("planted", &c::fixture(&cases, Packing::Attribute));
    let place = ResultPlace::for_any_of(&cases);
    for (index, case) in cases.iter().enumerate() {
        let witness = case.is_called_back.then(|| Witness::of(case).unwrap());
        for compiled in &compiled {
            let fixture = Fixture::of(compiled);
            for way in [Way::Values, Way::Frame] {
                if let Err(what) = way.check(&fixture, &c::callee_name(index), case) {
                    return Some((index, format!("{}, {way:?}: {}: {what}", compiled.build, case.signature)));
                }
            }
            if let Some(witness) = &witness {
                if let Err(what) = witness.check(&fixture, &c::caller_name(index), case, &place) {
                    return Some((index, format!("{}, callback: {}: {what}", compiled.build, case.signature)));
                }
            }
        }
    }
    None
}
