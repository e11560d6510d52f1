//! What chance decides, one draw after the other.

use std::ops::RangeInclusive;

use rand::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// The random numbers of one index.
#[derive(Debug)]
pub(super) struct Draw(Xoshiro256PlusPlus);

/// Odd, so that no two indices are multiplied to one number.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Draw {
    /// The numbers of an index, which no other index of the same seed begins with: [`Xoshiro256PlusPlus`]
    /// makes a different state of each 64-bit number, and each index gives a different number.
    pub(super) fn of(seed: u64, index: u64) -> Self {
        let stream: u64 = SplitMix64::seed_from_u64(seed).random();
        let own = stream ^ index.wrapping_mul(SPREAD);
        Self(Xoshiro256PlusPlus::seed_from_u64(own))
    }

    /// True this many times of a hundred.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// A number of this range, whose start where it is empty.
    pub(super) fn within(&mut self, range: RangeInclusive<usize>) -> usize {
        if range.is_empty() {
            return *range.start();
        }
        self.0.random_range(range)
    }

    /// One of these; `None` when there are none.
    pub(super) fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() {
            return None;
        }
        of.get(self.0.random_range(0..of.len())).cloned()
    }

    /// One of these.
    pub(super) fn one<T: Clone, const N: usize>(&mut self, of: [T; N]) -> T {
        const { assert!(N > 0) };
        of[self.0.random_range(0..N)].clone()
    }

    /// One of these, each as often as its weight says; the first where all weights are zero.
    pub(super) fn weighted<T: Copy, const N: usize>(&mut self, of: [(u32, T); N]) -> T {
        const { assert!(N > 0) };
        let total: u32 = of.iter().map(|(weight, _)| weight).sum();
        let mut left = self.0.random_range(0..total.max(1));
        for (weight, item) in of {
            if left < weight {
                return item;
            }
            left -= weight;
        }
        of[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_indices_or_seeds_begin_alike() {
        let mut seen = std::collections::HashSet::new();
        for seed in [0, 1, 2, u64::MAX] {
            for index in (0..1000).chain([u64::MAX, 1 << 32]) {
                let mut draw = Draw::of(seed, index);
                let first: [usize; 4] = [0; 4].map(|_| draw.within(0..=usize::MAX - 1));
                assert!(seen.insert(first), "{seed}, {index}");
            }
        }
    }

    #[test]
    fn shares_are_kept_and_nothing_is_drawn_that_weighs_nothing() {
        let mut draw = Draw::of(7, 7);
        let hits = (0..10_000).filter(|_| draw.chance(30)).count();
        assert!((2700..3300).contains(&hits), "{hits}");
        assert!((0..1000).all(|_| !draw.chance(0) && draw.chance(100)));
        let items = [(0, 'a'), (1, 'b'), (3, 'c')];
        let drawn: Vec<char> = (0..4000).map(|_| draw.weighted(items)).collect();
        let count = |item| drawn.iter().filter(|&&other| other == item).count();
        assert_eq!(count('a'), 0);
        assert!((800..1200).contains(&count('b')), "{}", count('b'));
    }
}
