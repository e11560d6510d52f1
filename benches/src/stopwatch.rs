//! Compares ways of doing one thing within one process.
//!
//! Nanoseconds do not hold from run to run, ratios do: so the ways take turns, many short rounds each,
//! and each reports the median of its rounds as a multiple of the first way.

use std::time::{Duration, Instant};

/// How long one way runs in one round.
const ROUND: Duration = Duration::from_millis(2);

/// How often each way has its turn.
const ROUNDS: usize = 41;

/// One way of doing a thing: does it as many times as it is told.
pub struct Way<'a> {
    name: &'static str,
    run: Box<dyn FnMut(u64) + 'a>,
}

impl<'a> Way<'a> {
    /// A way of this name. `run` does the thing as many times as it is told, in a loop of its own.
    pub fn new(name: &'static str, run: impl FnMut(u64) + 'a) -> Self {
        Self {
            name,
            run: Box::new(run),
        }
    }

    fn time(&mut self, times: u64) -> Duration {
        let start = Instant::now();
        (self.run)(times);
        start.elapsed()
    }

    /// How many times fill a round.
    fn calibrate(&mut self) -> u64 {
        let mut times = 1;
        loop {
            let elapsed = self.time(times);
            if elapsed >= ROUND {
                return times;
            }
            times *= 2;
        }
    }
}

/// The time of one way: the median of its rounds.
#[derive(Clone, Copy, Debug)]
pub struct Measurement {
    /// The name of the way.
    pub name: &'static str,
    /// Nanoseconds for doing the thing once.
    pub nanoseconds: f64,
}

/// Lets the ways take turns, and gives the median of each.
#[must_use]
pub fn compare(mut ways: Vec<Way<'_>>) -> Vec<Measurement> {
    let times: Vec<u64> = ways.iter_mut().map(Way::calibrate).collect();
    let mut rounds = vec![Vec::with_capacity(ROUNDS); ways.len()];
    for _ in 0..ROUNDS {
        for ((way, times), rounds) in ways.iter_mut().zip(&times).zip(&mut rounds) {
            #[expect(
                clippy::cast_precision_loss,
                reason = "counts and times are far below 2^52"
            )]
            rounds.push(way.time(*times).as_nanos() as f64 / *times as f64);
        }
    }
    let median = |rounds: &mut Vec<f64>| {
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    };
    let names = ways.iter().map(|way| way.name);
    names
        .zip(&mut rounds)
        .map(|(name, rounds)| Measurement {
            name,
            nanoseconds: median(rounds),
        })
        .collect()
}

/// Prints a line: nanoseconds of each way, and its ratio to the first.
pub fn print_row(label: &str, measurements: &[Measurement]) {
    let base = measurements[0].nanoseconds;
    print!("{label:<22}");
    for Measurement { nanoseconds, .. } in measurements {
        print!(
            " {:>16}",
            format!("{nanoseconds:.2} ({:.2})", nanoseconds / base)
        );
    }
    println!();
}

/// Prints the names of the ways above their columns.
pub fn print_header(label: &str, names: &[&str]) {
    print!("{label:<22}");
    for name in names {
        print!(" {name:>16}");
    }
    println!();
}
