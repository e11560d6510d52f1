//! What function pointers cost here: `cargo run --release --example thunk_cost`.

use std::hint::black_box;
use std::ptr::NonNull;
use std::time::{Duration, Instant};

use trampette_exec::{ExecError, Options, Strategy, Thunk, ThunkKind, ThunkPool};

/// Nobody calls the thunks of this example.
const KIND: ThunkKind = ThunkKind {
    name: "traps",
    emit: |_| [0xcc; 64],
    biased: false,
};

fn main() -> Result<(), ExecError> {
    for threads in [1, 8] {
        let pool = new_pool(Options::new())?;
        // Once through the quarantine.
        for _ in 0..100_000 {
            retire(pool, take(pool)?);
        }
        let best = (0..10)
            .map(|_| rounds(pool, threads, 500_000))
            .fold(f64::MAX, f64::min);
        println!("take and retire, {threads} threads: {best:.1} ns of a processor's time");
    }
    for strategy in [None, Some(Strategy::Anonymous)] {
        let options = strategy.map_or(Options::new(), |s| Options::new().strategy(s));
        a_million(new_pool(options)?)?;
    }
    Ok(())
}

fn new_pool(options: Options) -> Result<&'static ThunkPool, ExecError> {
    Ok(Box::leak(Box::new(ThunkPool::with_options(KIND, options)?)))
}

fn take(pool: &'static ThunkPool) -> Result<Thunk, ExecError> {
    // SAFETY: nobody calls the thunk.
    unsafe { pool.take(0, |_| NonNull::dangling()) }
}

fn retire(pool: &'static ThunkPool, thunk: Thunk) {
    // SAFETY: the callers have taken it and retire it once; nobody calls it.
    unsafe { pool.retire(thunk, NonNull::dangling()) };
}

/// The time for one round. If there are fewer processors than threads, all of them are busy.
fn rounds(pool: &'static ThunkPool, threads: u32, count: u32) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..count {
                    let thunk = black_box(take(pool).expect("there is room"));
                    retire(pool, thunk);
                }
            });
        }
    });
    let processors = std::thread::available_parallelism().map_or(1, |n| n.get());
    let busy = threads.min(u32::try_from(processors).unwrap_or(threads));
    nanoseconds(start.elapsed() * busy) / f64::from(count) / f64::from(threads)
}

fn a_million(pool: &'static ThunkPool) -> Result<(), ExecError> {
    let before = usage();
    let start = Instant::now();
    pool.prewarm(1)?;
    let first = start.elapsed();
    let start = Instant::now();
    pool.prewarm(1_000_000)?;
    let spans = u32::try_from(pool.report().spans() - 1).expect("few");
    let each = start.elapsed() / spans;
    let start = Instant::now();
    let mut thunks = Vec::with_capacity(1_000_000);
    for _ in 0..1_000_000 {
        thunks.push(take(pool)?);
    }
    let taking = nanoseconds(start.elapsed()) / 1e6;
    let after = usage();
    println!("\n{}", pool.report());
    println!("spans         {first:?} for the first, {each:?} for each of {spans} more");
    println!("taking        {taking:.1} ns each, first touch of the data included");
    let bytes = (after.0 - before.0).saturating_sub(8_000_000);
    println!(
        "memory        {bytes} bytes resident, {} mappings",
        after.1 - before.1
    );
    Ok(())
}

/// Resident bytes and mappings of this process.
fn usage() -> (usize, usize) {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let statm = read("/proc/self/statm");
    let resident = statm.split(' ').nth(1).and_then(|n| n.parse().ok());
    let pages: usize = resident.unwrap_or(0);
    (pages * 4096, read("/proc/self/maps").lines().count())
}

#[expect(clippy::cast_precision_loss, reason = "times are short")]
fn nanoseconds(time: Duration) -> f64 {
    time.as_nanos() as f64
}
