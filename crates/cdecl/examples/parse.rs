//! Parses preprocessed C, says what is wrong with it, and how long it took.
//!
//! ```text
//! gcc -E -include sqlite3.h -xc /dev/null > sqlite3.i
//! cargo run --release -p trampette-cdecl --example parse -- sqlite3.i
//! ```

use std::time::{Duration, Instant};

use trampette_cdecl::{Declarations, Options};
use trampette_types::DataModel;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        let mut best = Duration::MAX;
        let started = Instant::now();
        let declarations = loop {
            let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
            let start = Instant::now();
            declarations.parse_file(&path, &text)?;
            best = best.min(start.elapsed());
            if started.elapsed() > Duration::from_millis(500) {
                break declarations;
            }
        };
        let rate = text.len() as f64 / best.as_secs_f64() / 1e6;
        let count = declarations.iter().len();
        println!(
            "{path}: {count} declarations, {} bytes, {best:.2?}, {rate:.1} MB/s",
            text.len()
        );
    }
    Ok(())
}
