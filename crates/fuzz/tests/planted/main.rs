//! Mistakes are planted in the engine one by one, and the prover must find each within 2,000 signatures;
//! without any it must find nothing.
//!
//! Each is planted in a process of its own, which a wrong call may crash: that counts as found. `ci/plants.sh`
//! runs all that this machine can, and `cargo test` with the feature `plant` those whose names contain a
//! word:
//!
//! ```text
//! cargo test --release -p trampette-fuzz --features plant --test planted -- sysv
//! ```

mod child;
mod parent;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [child::OPTION, plant, abi] => child::run(plant, abi),
        words => parent::run(words),
    }
}
