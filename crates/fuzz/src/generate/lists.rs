//! Parameter lists and results of each region.

use trampette::{Abi, CType, Signature, TypeError, limits::MAX_PARAMS};

use super::region::Region;
use super::types::Writer;

/// How many registers of each kind carry arguments.
struct Registers {
    integers: usize,
    vectors: usize,
    /// Whether an argument uses one of each kind up, whichever it travels in.
    positions: bool,
}

impl Registers {
    fn of(abi: Abi) -> Self {
        let (integers, vectors, positions) = match abi {
            Abi::SysV64 => (6, 8, false),
            Abi::Win64 | Abi::Win64Gnu => (4, 4, true),
            _ => (8, 8, false),
        };
        Self {
            integers,
            vectors,
            positions,
        }
    }
}

impl Writer<'_> {
    /// A signature of a region.
    pub(super) fn signature(&mut self, region: Region) -> Result<Signature, TypeError> {
        let mut params = self.params(region);
        let most = self.knobs.max_params.min(MAX_PARAMS);
        params.truncate(most);
        while params.len() < self.knobs.min_params.min(most) {
            params.push(self.value());
        }
        let result = self.result_of(region);
        let variadics = self.knobs.shares.variadics;
        let is_variadic = region == Region::Variadic || self.draw.chance(variadics);
        let first = match is_variadic && !params.is_empty() {
            true => self.promote(&mut params, region),
            false => None,
        };
        let signature = Signature::new(params, result)?;
        let signature = match first {
            Some(first) => signature.with_variadic_from(first)?,
            None => signature,
        };
        Ok(match self.abi {
            trampette::ABI => signature,
            other => signature.with_abi(other),
        })
    }

    /// Chooses where `...` stands, and promotes what comes behind. C11 wants a parameter before it.
    fn promote(&mut self, params: &mut [CType], region: Region) -> Option<usize> {
        let latest = match region {
            Region::Variadic => params.len().min(4),
            _ => params.len(),
        };
        let first = self.draw.within(1..=latest);
        for param in &mut params[first..] {
            *param = self.promoted(param.clone());
        }
        Some(first)
    }

    fn params(&mut self, region: Region) -> Vec<CType> {
        match region {
            Region::IntegersRunOut => self.run_out(Some(2), None),
            Region::VectorsRunOut => self.run_out(None, Some(4)),
            Region::BothRunOut => self.run_out(Some(2), Some(2)),
            Region::HiddenResult => self.run_out(Some(2), None),
            // Rust types are chosen elsewhere; where none fits, it is anything.
            Region::Anything | Region::Typed => self.some(0..=8, Self::value),
            Region::Words => self.some(1..=7, Self::register),
            Region::NarrowOnStack => {
                let Registers {
                    integers, vectors, ..
                } = Registers::of(self.abi);
                let mut params = self.prefix(integers, vectors);
                params.extend(self.some(4..=14, |writer| match writer.draw.chance(80) {
                    true => writer.narrow(),
                    false => writer.scalar(),
                }));
                params
            }
            Region::LongLists => self.some(20..=56, |writer| match writer.draw.chance(70) {
                true => writer.scalar(),
                false => writer.straddler(),
            }),
            Region::Variadic => self.some(1..=14, |writer| match writer.draw.chance(60) {
                true => writer.scalar(),
                false => writer.straddler(),
            }),
            Region::Results => self.some(0..=3, Self::value),
            Region::Edges => self.anywhere(Self::edge),
            Region::Hfas => self.anywhere(Self::some_hfa),
            Region::Eightbytes => self.anywhere(Self::pair),
            Region::Packed => self.anywhere(Self::packed),
            Region::OverAligned => self.anywhere(Self::aligned),
            Region::Unions => self.anywhere(Self::mixed_union),
            Region::Arrays => self.anywhere(Self::with_array),
            Region::BitFields => self.anywhere(Self::bit_fields),
            Region::Empty => self.anywhere(Self::hollow),
            Region::Callbacks => self.anywhere(Self::callback),
            Region::Large => self.anywhere(Self::large),
        }
    }

    /// A value that wants registers of which one kind or both have about run out: so many, or less, are
    /// left, or there were too few already. Of the other kind, few are in use.
    fn run_out(&mut self, integers: Option<usize>, vectors: Option<usize>) -> Vec<CType> {
        let all = Registers::of(self.abi);
        let mut used = |kind: Option<usize>, registers| match kind {
            Some(left) => self.nearly(registers, left),
            None => self.draw.within(0..=2),
        };
        let (integers, vectors) = (used(integers, all.integers), used(vectors, all.vectors));
        self.behind(integers, vectors, Self::straddler)
    }

    fn result_of(&mut self, region: Region) -> CType {
        let like_params = self.draw.chance(65);
        match region {
            Region::HiddenResult => {
                let size = self.draw.within(17..=72);
                self.sized(size)
            }
            Region::Words => self.register(),
            Region::Results => match self.draw.within(0..=11) {
                0 => self.scalar(),
                1 => self.edge(),
                2 | 3 => self.some_hfa(),
                4 | 5 => self.packed(),
                6 => self.aligned(),
                7 => self.hollow(),
                8 => self.pair(),
                _ => self.corner(),
            },
            Region::Edges if like_params => self.edge(),
            Region::Hfas if like_params => self.some_hfa(),
            Region::Eightbytes if like_params => self.pair(),
            Region::Packed if like_params => self.packed(),
            Region::OverAligned if like_params => self.aligned(),
            Region::Unions if like_params => self.mixed_union(),
            Region::Arrays if like_params => self.with_array(),
            Region::BitFields if like_params => self.bit_fields(),
            Region::Empty if like_params => self.hollow(),
            Region::Callbacks if like_params => self.callback(),
            Region::Large if like_params => self.large(),
            _ => self.result(),
        }
    }

    fn result(&mut self) -> CType {
        match self.draw.within(0..=13) {
            0 => CType::Void,
            1..=4 => self.scalar(),
            5 | 6 => self.pair(),
            7 => self.some_hfa(),
            8 => self.packed(),
            9 => self.aligned(),
            10 => self.hollow(),
            11 => self.corner(),
            _ => self.value(),
        }
    }

    /// A struct of about as many bytes as one, two, four or eight words.
    fn edge(&mut self) -> CType {
        let edge = self.draw.weighted([(3, 8), (4, 16), (2, 32), (1, 64)]);
        let size = self.draw.within(edge - 2..=edge + 2);
        self.sized(size)
    }

    fn some_hfa(&mut self) -> CType {
        let members = self.draw.within(1..=5);
        self.hfa(members)
    }

    /// As many as there are, a few less, or one more.
    fn nearly(&mut self, registers: usize, fewer: usize) -> usize {
        self.draw
            .within(registers.saturating_sub(fewer)..=registers + 1)
    }

    fn some(
        &mut self,
        count: std::ops::RangeInclusive<usize>,
        value: fn(&mut Self) -> CType,
    ) -> Vec<CType> {
        let count = self.draw.within(count);
        (0..count).map(|_| value(self)).collect()
    }

    /// Values of one kind behind any number of registers in use.
    fn anywhere(&mut self, value: fn(&mut Self) -> CType) -> Vec<CType> {
        let Registers {
            integers, vectors, ..
        } = Registers::of(self.abi);
        let full = self.draw.chance(35);
        let (integers, vectors) = match full {
            true => (self.nearly(integers, 3), self.nearly(vectors, 3)),
            false => (self.draw.within(0..=3), self.draw.within(0..=3)),
        };
        self.behind(integers, vectors, value)
    }

    /// So many registers in use, then a value, then what it must not have used up; sometimes all again.
    fn behind(
        &mut self,
        integers: usize,
        vectors: usize,
        value: fn(&mut Self) -> CType,
    ) -> Vec<CType> {
        let mut params = self.prefix(integers, vectors);
        for _ in 0..self.draw.weighted([(3, 1), (2, 2), (1, 3)]) {
            params.push(value(self));
            params.extend(self.some(0..=2, Self::scalar));
        }
        params
    }

    /// Scalars that use up so many registers of each kind, in any order.
    fn prefix(&mut self, mut integers: usize, mut vectors: usize) -> Vec<CType> {
        if Registers::of(self.abi).positions {
            // Whichever has more: the other kind goes with it.
            let positions = integers.max(vectors);
            vectors = self.draw.within(0..=positions.min(vectors));
            integers = positions - vectors;
        }
        let mut params = Vec::new();
        while integers + vectors > 0 {
            if self.draw.within(1..=integers + vectors) <= integers {
                integers -= 1;
                params.push(self.word());
            } else {
                vectors -= 1;
                params.push(self.float());
            }
        }
        params
    }
}
