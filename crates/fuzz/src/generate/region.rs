//! Where bugs live: the parts of the space of signatures that are looked for deliberately.

use trampette::Abi;

use super::draw::Draw;
use super::knobs::Shares;

/// A kind of signatures that conventions make hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Region {
    /// Any parameters of any types.
    Anything,
    /// Integer registers are about to run out when a value comes that wants one or two.
    IntegersRunOut,
    /// Vector registers are about to run out when a value comes that wants one to four.
    VectorsRunOut,
    /// Registers of both kinds are about to run out.
    BothRunOut,
    /// Structs of about 8, 16, 32 and 64 bytes.
    Edges,
    /// Structs of one to five floating-point numbers, nested and in arrays.
    Hfas,
    /// Structs whose eightbytes mix integers and floating-point numbers.
    Eightbytes,
    /// Few values, one integer register each, and a result of one.
    Words,
    /// Narrow integers on the stack.
    NarrowOnStack,
    /// Packed structs, whose members stand at odd addresses.
    Packed,
    /// Structs and members that ask for more alignment than their type has.
    OverAligned,
    /// Unions of types that travel differently.
    Unions,
    /// Structs with arrays in them.
    Arrays,
    /// Structs of bit-fields, of about 8 and 16 bytes, with other members among them.
    BitFields,
    /// A result in memory, whose address takes a register from arguments that need them all.
    HiddenResult,
    /// Results of every class that travel in registers.
    Results,
    /// Lists of twenty parameters and more.
    LongLists,
    /// Structs and arrays without anything in them.
    Empty,
    /// Variadic calls.
    Variadic,
    /// Function pointers.
    Callbacks,
    /// Structs of hundreds and thousands of bytes.
    Large,
    /// Signatures of this process' own convention that [Rust types](crate::typed) spell as well.
    Typed,
}

/// Every region with its name and its weight.
const REGIONS: [(Region, &str, u32); 22] = [
    (Region::Anything, "anything", 12),
    (Region::IntegersRunOut, "integers-run-out", 8),
    (Region::VectorsRunOut, "vectors-run-out", 8),
    (Region::BothRunOut, "both-run-out", 6),
    (Region::Edges, "edges", 7),
    (Region::Hfas, "hfas", 8),
    (Region::Eightbytes, "eightbytes", 8),
    (Region::Words, "words", 5),
    (Region::NarrowOnStack, "narrow-on-stack", 4),
    (Region::Packed, "packed", 6),
    (Region::OverAligned, "over-aligned", 6),
    (Region::Unions, "unions", 4),
    (Region::Arrays, "arrays", 4),
    (Region::BitFields, "bit-fields", 5),
    (Region::HiddenResult, "hidden-result", 5),
    (Region::Results, "results", 8),
    (Region::LongLists, "long-lists", 4),
    (Region::Empty, "empty", 5),
    (Region::Variadic, "variadic", 6),
    (Region::Callbacks, "callbacks", 3),
    (Region::Large, "large", 2),
    (Region::Typed, "typed", 3),
];

impl Region {
    /// Every region.
    pub fn all() -> impl Iterator<Item = Self> {
        REGIONS.iter().map(|entry| entry.0)
    }

    /// Its name: `integers-run-out`.
    #[must_use]
    pub fn name(self) -> &'static str {
        REGIONS[self as usize].1
    }

    /// One of those that the convention has and the shares let there be.
    pub(super) fn drawn(draw: &mut Draw, shares: &Shares, abi: Abi) -> Self {
        let is_there = |region: Self| {
            let is_here = region != Self::Typed || abi == trampette::ABI;
            is_here && region.is_within(shares)
        };
        draw.weighted(REGIONS.map(|(region, _, weight)| match is_there(region) {
            true => (weight, region),
            false => (0, region),
        }))
    }

    /// Whether what the region is about may be written at all.
    fn is_within(self, shares: &Shares) -> bool {
        let about = match self {
            Self::Edges | Self::Hfas | Self::Eightbytes => &[shares.records][..],
            Self::Packed => &[shares.records, shares.packed],
            Self::OverAligned => &[shares.records, shares.aligned],
            Self::Unions => &[shares.records, shares.unions],
            Self::Arrays | Self::Large => &[shares.records, shares.arrays],
            Self::BitFields => &[shares.records, shares.names, shares.bits],
            Self::Empty => &[shares.records, shares.empty],
            Self::Variadic => &[shares.variadics],
            Self::Callbacks => &[shares.pointers, shares.callbacks],
            Self::Typed => &[shares.records, shares.arrays, shares.names, shares.pointers],
            _ => &[],
        };
        about.iter().all(|&share| share > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_variants() {
        for (index, entry) in REGIONS.iter().enumerate() {
            assert_eq!(entry.0 as usize, index);
        }
    }
}
