//! Sets of indices: what a campaign has done, as few runs with a step.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Shard;

/// Indices with equal steps between them: `first`, `first + step`, and so on, `count` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The first index.
    pub first: u64,
    /// The distance from one to the next.
    pub step: u64,
    /// How many there are.
    pub count: u64,
}

/// A set of indices.
///
/// ```
/// use trampette_fuzz::campaign::{Indices, Shard};
///
/// let mut done = Indices::of("1/2".parse()?, 0, 3);
/// assert_eq!(done.to_string(), "0, 2 .. 4");
/// done.insert_all(&Indices::of("2/2".parse()?, 0, 3));
/// assert_eq!(done.to_string(), "0 .. 5");
/// # Ok::<(), trampette_fuzz::campaign::ShardError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Run>", into = "Vec<Run>")]
pub struct Indices {
    /// Without an index in common, in order.
    runs: Vec<Run>,
}

impl Run {
    /// The last index. Runs in sets have one.
    fn last(&self) -> u64 {
        self.first + self.step * (self.count - 1)
    }

    fn is_valid(&self) -> bool {
        let length = || self.step.checked_mul(self.count.checked_sub(1)?);
        self.step > 0 && length().is_some_and(|length| self.first.checked_add(length).is_some())
    }

    /// The least index that both have.
    ///
    /// The members of both are those of a run themselves, whose step is the least common multiple; the
    /// first is found among the first few of one run, for they repeat modulo the step of the other.
    fn first_in_common(&self, other: &Self) -> Option<u64> {
        let (start, end) = (self.first.max(other.first), self.last().min(other.last()));
        if start > end {
            return None;
        }
        // This run from `start` on, and how far each member is from one of the other.
        let steps = (start - self.first).div_ceil(self.step);
        let from = u128::from(self.first) + u128::from(self.step) * u128::from(steps);
        let (modulus, other_first) = (u128::from(other.step), u128::from(other.first));
        let target = (other_first % modulus + modulus - from % modulus) % modulus;
        let ahead = solve(u128::from(self.step) % modulus, target, modulus)?;
        let common = from + u128::from(self.step) * ahead;
        u64::try_from(common).ok().filter(|&common| common <= end)
    }
}

/// The least `x` of which `a * x` is `b`, modulo `modulus`. All are below 2^64.
fn solve(a: u128, b: u128, modulus: u128) -> Option<u128> {
    let (divisor, inverse) = inverse(a, modulus);
    let (b, modulus) = match b % divisor {
        0 => (b / divisor, modulus / divisor),
        _ => return None,
    };
    Some(b % modulus * (inverse % modulus) % modulus)
}

/// The greatest common divisor, and what `a` is multiplied with to be that, modulo `modulus`: Euclid.
fn inverse(a: u128, modulus: u128) -> (u128, u128) {
    let (mut rest, mut next) = (modulus, a);
    let (mut factor, mut next_factor) = (0, 1);
    while next != 0 {
        let quotient = rest / next;
        (rest, next) = (next, rest % next);
        let less = quotient % modulus * next_factor % modulus;
        (factor, next_factor) = (next_factor, (factor + modulus - less) % modulus);
    }
    (rest, factor % modulus)
}

impl Indices {
    /// Those of a shard, from its `from`-th on.
    #[must_use]
    pub fn of(shard: Shard, from: u64, count: u64) -> Self {
        let step = u64::from(shard.of());
        let first = u64::from(shard.number() - 1).saturating_add(step.saturating_mul(from));
        let most = (u64::MAX - first) / step;
        let run = Run {
            first,
            step,
            count: count.min(most.saturating_add(1)),
        };
        Self {
            runs: if run.count > 0 { vec![run] } else { Vec::new() },
        }
    }

    /// The runs that it is written as.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        let counts = self.runs.iter().map(|run| run.count);
        counts.fold(0, u64::saturating_add)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// All of them, run by run.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        let members = |run: &Run| {
            let Run { first, step, count } = *run;
            (0..count).map(move |at| first + step * at)
        };
        self.runs.iter().flat_map(members)
    }

    /// An index that both have, if there is one.
    #[must_use]
    pub fn in_common(&self, other: &Self) -> Option<u64> {
        let pairs = self
            .runs
            .iter()
            .flat_map(|own| other.runs.iter().map(move |theirs| (own, theirs)));
        pairs
            .filter_map(|(own, theirs)| own.first_in_common(theirs))
            .min()
    }

    /// Adds the others, which have no index in common with these.
    pub fn insert_all(&mut self, others: &Self) {
        self.runs.extend(&others.runs);
        self.join();
    }

    /// Joins runs that follow one another, then the shards of one whole, then what follows that.
    fn join(&mut self) {
        self.join_neighbours();
        let mut joined = Vec::new();
        for runs in self.runs.chunk_by(|a, b| a.step == b.step) {
            match whole(runs) {
                Some(run) => joined.push(run),
                None => joined.extend(runs),
            }
        }
        self.runs = joined;
        let dense: Vec<Run> = self
            .runs
            .iter()
            .filter(|run| run.step == 1)
            .copied()
            .collect();
        let follows = |run: &Run| {
            let is_next = |last: u64, first: u64| last.checked_add(1) == Some(first);
            let meets = |to: &Run| is_next(to.last(), run.first) || is_next(run.first, to.first);
            run.count == 1 && dense.iter().any(meets)
        };
        self.runs
            .iter_mut()
            .filter(|run| follows(run))
            .for_each(|run| run.step = 1);
        self.join_neighbours();
        self.runs.sort();
    }

    /// Joins runs of one step that follow one another, and sorts by step.
    fn join_neighbours(&mut self) {
        let class = |run: &Run| (run.step, run.first % run.step, run.first);
        self.runs.sort_by_key(class);
        self.runs.dedup_by(|next, before| {
            let follows = next.step == before.step
                && before.last().checked_add(before.step) == Some(next.first);
            if follows {
                before.count += next.count;
            }
            follows
        });
    }
}

/// What runs of one step are together, if that is a run without gaps.
fn whole(runs: &[Run]) -> Option<Run> {
    let step = runs.first()?.step;
    let first = runs.iter().map(|run| run.first).min()?;
    let count = runs
        .iter()
        .map(|run| run.count)
        .fold(0, u64::saturating_add);
    let fits = |run: &Run| {
        let ahead = run.first - first;
        ahead < step && ahead < count && run.count == (count - ahead).div_ceil(step)
    };
    let is_all = runs.len() > 1 && runs.len() as u64 == step.min(count);
    let is_whole = is_all && runs.iter().all(fits);
    is_whole.then_some(Run {
        first,
        step: 1,
        count,
    })
}

impl fmt::Display for Indices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.runs.is_empty() {
            return f.write_str("none");
        }
        for (at, run) in self.runs.iter().enumerate() {
            f.write_str(if at > 0 { "; " } else { "" })?;
            match (run.count, run.step) {
                (1, _) => write!(f, "{}", run.first)?,
                (_, 1) => write!(f, "{} .. {}", run.first, run.last())?,
                (2, _) => write!(f, "{}, {}", run.first, run.last())?,
                (_, step) => write!(f, "{}, {} .. {}", run.first, run.first + step, run.last())?,
            }
        }
        Ok(())
    }
}

impl From<Indices> for Vec<Run> {
    fn from(indices: Indices) -> Self {
        indices.runs
    }
}

/// The most runs that a set is read with: pairs of them are compared.
const MOST_RUNS: usize = 10_000;

impl TryFrom<Vec<Run>> for Indices {
    type Error = IndicesError;

    fn try_from(runs: Vec<Run>) -> Result<Self, IndicesError> {
        if runs.len() > MOST_RUNS {
            return Err(IndicesError::TooMany);
        }
        if let Some(run) = runs.iter().find(|run| !run.is_valid()) {
            return Err(IndicesError::NoRun(*run));
        }
        let pairs = |(at, run): (usize, &Run)| {
            let run = *run;
            let others = runs[at + 1..].iter();
            others
                .filter_map(move |other| run.first_in_common(other))
                .min()
        };
        if let Some(index) = runs.iter().enumerate().find_map(pairs) {
            return Err(IndicesError::Twice(index));
        }
        let total = runs
            .iter()
            .try_fold(0_u64, |sum, run| sum.checked_add(run.count));
        let mut indices = Self { runs };
        match total {
            Some(_) => indices.join(),
            None => return Err(IndicesError::TooMany),
        }
        Ok(indices)
    }
}

/// Why runs are no set of indices.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndicesError {
    /// It has no members, or some that are too large.
    NoRun(Run),
    /// This index is in two of them.
    Twice(u64),
    /// There are more than anybody asked for.
    TooMany,
}

impl fmt::Display for IndicesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRun(Run { first, step, count }) => write!(
                f,
                "there are no {count} indices from {first} on in steps of {step}"
            ),
            Self::Twice(index) => write!(f, "index {index} is there twice"),
            Self::TooMany => f.write_str("there are too many indices"),
        }
    }
}

impl std::error::Error for IndicesError {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn run(first: u64, step: u64, count: u64) -> Run {
        Run { first, step, count }
    }

    #[test]
    fn what_two_runs_have_in_common_is_found_as_by_listing_them() {
        let numbers = [0, 1, 2, 5, 9];
        for (first, other_first) in numbers.iter().flat_map(|a| numbers.map(|b| (*a, b))) {
            for (step, other_step) in [(1, 1), (1, 3), (2, 4), (4, 6), (3, 5), (6, 9), (7, 2)] {
                for (count, other_count) in [(1, 1), (1, 9), (4, 4), (9, 5)] {
                    let (a, b) = (
                        run(first, step, count),
                        run(other_first, other_step, other_count),
                    );
                    let list = |run| BTreeSet::from_iter(Indices { runs: vec![run] }.iter());
                    let least = list(a).intersection(&list(b)).next().copied();
                    assert_eq!(a.first_in_common(&b), least, "{a:?} {b:?}");
                    assert_eq!(b.first_in_common(&a), least, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn huge_runs_are_compared_without_listing_them() {
        let (odd, even) = (run(1, 2, 3 << 61), run(0, 2, 3 << 61));
        assert_eq!(odd.first_in_common(&even), None);
        let large = run((1 << 63) + 1, (1 << 62) + 1, 2);
        assert_eq!(odd.first_in_common(&large), Some((1 << 63) + 1));
        let edge = run(u64::MAX, 1, 1);
        assert!(edge.is_valid() && !run(u64::MAX, 1, 2).is_valid());
        assert_eq!(edge.first_in_common(&run(0, u64::MAX, 2)), Some(u64::MAX));
    }

    #[test]
    fn the_batches_of_all_shards_join_to_one_run_in_any_order() {
        for (end, of) in [(20_u64, 3_u64), (7, 7), (5, 2), (3, 8), (1, 1), (100, 9)] {
            let mut all = Indices::default();
            for number in (1..=of).rev() {
                let shard: Shard = format!("{number}/{of}").parse().unwrap();
                let mut own = Indices::default();
                for from in (0..shard.size(end)).rev() {
                    let batch = Indices::of(shard, from, 1);
                    assert_eq!(own.in_common(&batch), None);
                    own.insert_all(&batch);
                }
                assert!(own.runs().len() <= 1, "{own}");
                assert_eq!(all.in_common(&own), None);
                all.insert_all(&own);
            }
            assert_eq!(all.runs(), [run(0, 1, end)], "{end} in {of}");
        }
    }

    #[test]
    fn gaps_are_kept() {
        let runs = vec![run(0, 3, 4), run(1, 3, 4)];
        let two_of_three = Indices::try_from(runs.clone()).unwrap();
        assert_eq!(two_of_three.runs(), runs);
        assert_eq!(two_of_three.len(), 8);
        let uneven = Indices::try_from(vec![run(0, 2, 2), run(1, 2, 4)]).unwrap();
        assert_eq!(uneven.to_string(), "0, 2; 1, 3 .. 7");
    }

    #[test]
    fn runs_that_are_no_set_are_refused() {
        let refused = |runs: &[Run]| Indices::try_from(runs.to_vec()).unwrap_err();
        for none in [
            run(0, 0, 1),
            run(0, 1, 0),
            run(1, u64::MAX, 2),
            run(0, u64::MAX, 3),
        ] {
            assert_eq!(refused(&[none]), IndicesError::NoRun(none));
        }
        let twice = [run(0, 2, 5), run(1, 3, 3)];
        assert_eq!(refused(&twice), IndicesError::Twice(4));
        assert_eq!(refused(&[run(0, 1, 1); 10_001]), IndicesError::TooMany);
    }
}
