//! What publishing costs here, by strategy: `cargo run --release --example publish_cost`.

use std::time::Instant;

use trampette_exec::{CodeMemory, ExecError, Options, Strategy};

const PIECES: u32 = 10_000;
const BATCH: usize = 100;

fn main() -> Result<(), ExecError> {
    let memory = CodeMemory::new();
    let first = Instant::now();
    memory.prewarm()?;
    println!("prewarm       {:?}\n{}\n", first.elapsed(), memory.report());
    for &strategy in Strategy::known() {
        if let Err(refusal) = measure(strategy) {
            println!("{refusal}");
        }
    }
    Ok(())
}

fn measure(strategy: Strategy) -> Result<(), ExecError> {
    let piece: &[u8] = &[0x90; 48];
    let memory = CodeMemory::with_options(Options::new().strategy(strategy))?;
    memory.prewarm()?;
    let maps = mappings();
    let start = Instant::now();
    for _ in 0..PIECES {
        memory.publish(&[piece])?;
    }
    let alone = start.elapsed() / PIECES;
    let grown = mappings().saturating_sub(maps);
    let start = Instant::now();
    memory.publish(&[piece; BATCH])?;
    let batch = start.elapsed();
    println!(
        "{strategy}: {alone:?} alone, {batch:?} for {BATCH}, {grown} mappings for {PIECES} pieces"
    );
    Ok(())
}

fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps").map_or(0, |maps| maps.lines().count())
}
