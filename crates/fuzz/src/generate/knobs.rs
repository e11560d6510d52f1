//! What the generator may write, and how much of it.

use serde::{Deserialize, Serialize};
use trampette::{Abi, is_callable};

/// What the generator is to write.
///
/// ```
/// use trampette_fuzz::generate::{Generator, Knobs, Shares};
///
/// let scalars = Shares { records: 0, ..Shares::default() };
/// let knobs = Knobs { max_params: 4, shares: scalars, ..Knobs::default() };
/// let signature = Generator::new(1, knobs).signature(0);
/// assert!(signature.params().len() <= 4 && !signature.to_string().contains('{'));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knobs {
    /// The conventions, of which each signature has one. Without any, the process' own.
    #[serde(with = "names")]
    pub abis: Vec<Abi>,
    /// The fewest parameters, those behind `...` included.
    pub min_params: usize,
    /// The most parameters.
    pub max_params: usize,
    /// How many structs and unions stand inside each other at most.
    pub depth: usize,
    /// How often there is what.
    pub shares: Shares,
    /// Whether signatures are written about which C compilers [disagree](super::Dispute).
    pub disputes: bool,
}

/// How often there is what, of a hundred times that there could be. What has a share of zero is never
/// written, wherever it would have its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// Structs and unions, among parameters, results and members.
    pub records: u32,
    /// Unions, among records.
    pub unions: u32,
    /// Arrays, among members.
    pub arrays: u32,
    /// `packed` or `packed(n)`, on records.
    pub packed: u32,
    /// `align(n)`, on records and on members.
    pub aligned: u32,
    /// Records and arrays without anything in them.
    pub empty: u32,
    /// Names, on the members of a record.
    pub names: u32,
    /// Bit-fields, among the integers of a record, unless nothing has a name.
    pub bits: u32,
    /// Enumerations, among scalars.
    pub enums: u32,
    /// Pointers and strings, among scalars.
    pub pointers: u32,
    /// Function pointers, among pointers.
    pub callbacks: u32,
    /// Integers of 128 bits, among integers.
    pub wide: u32,
    /// `long double` and what not every compiler has, among floating-point numbers.
    pub extended: u32,
    /// Complex numbers, among floating-point numbers.
    pub complex: u32,
    /// SIMD vectors, among scalars.
    pub vectors: u32,
    /// C's own names such as `long` and `size_t`, among integers.
    pub named: u32,
    /// `...`, among signatures.
    pub variadics: u32,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            records: 40,
            unions: 15,
            arrays: 20,
            packed: 10,
            aligned: 6,
            empty: 3,
            names: 10,
            bits: 6,
            enums: 6,
            pointers: 12,
            callbacks: 30,
            wide: 4,
            extended: 20,
            complex: 12,
            vectors: 5,
            named: 30,
            variadics: 12,
        }
    }
}

impl Knobs {
    /// Everything, in these conventions.
    #[must_use]
    pub fn for_here(abis: impl Into<Vec<Abi>>) -> Self {
        Self {
            abis: abis.into(),
            min_params: 0,
            max_params: 48,
            depth: 4,
            shares: Shares::default(),
            disputes: false,
        }
    }
}

/// Everything, in the conventions that this process can call and that both GCC and Clang know.
impl Default for Knobs {
    fn default() -> Self {
        let known = [Abi::SysV64, Abi::Win64, Abi::Aapcs64];
        let here = known.into_iter().filter(|&abi| is_callable(abi));
        Self::for_here(here.collect::<Vec<_>>())
    }
}

/// Conventions, written by name.
mod names {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};
    use trampette::Abi;

    pub(super) fn serialize<S: Serializer>(abis: &[Abi], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(abis.iter().map(|abi| abi.name()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Abi>, D::Error> {
        let names = Vec::<String>::deserialize(from)?;
        let unknown = |name: &str| D::Error::custom(format!("there is no convention `{name:.40}`"));
        let abi = |name: &String| Abi::from_name(name).ok_or_else(|| unknown(name));
        names.iter().map(abi).collect()
    }
}
