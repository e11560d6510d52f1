//! What `trampette fuzz` is told, and its help.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use trampette::Abi;
use trampette_fuzz::campaign::Shard;

use crate::args::abis;

const FUZZ_HELP: &str = "\
Random signatures are written as C functions, compiled by gcc and Clang with and without optimisation,
and called in every direction. What one side sends and the other receives is compared byte by byte.
A signature depends on the seed and its number alone: the same seed has the same signatures everywhere.

The exit status is 0 where nothing differs, 1 where something does or nothing can be proved, and 130
after Ctrl-C.

Examples:
  trampette fuzz
  trampette fuzz --signatures 100000 --seed 1 --cc /opt/gcc-15/bin/gcc
  trampette fuzz --time 2h --abi win64
  trampette fuzz --signatures 100000 --seed 1 --shard 3/8 --json > 3.json
  trampette fuzz --merge *.json";

/// Prove the engine against this machine's C compilers, with random signatures.
#[derive(Debug, Args)]
#[command(after_help = FUZZ_HELP)]
pub(crate) struct Fuzz {
    /// How many signatures, over all shards; 2000 where no time is given either.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) signatures: Option<u64>,

    /// Where the signatures come from; by default the clock. It is always printed.
    #[arg(long, value_name = "S")]
    pub(super) seed: Option<u64>,

    /// A C compiler to compare with, besides those that are found; may be given more than once.
    #[arg(long, value_name = "PATH")]
    pub(super) cc: Vec<PathBuf>,

    /// A calling convention; may be given more than once. By default each that can be called here.
    #[arg(long, value_name = "ABI", value_parser = abis())]
    pub(super) abi: Vec<Abi>,

    /// For how long to begin new batches: 30s, 5m, 2h.
    #[arg(long, value_name = "D", value_parser = duration)]
    pub(super) time: Option<Duration>,

    /// Which of N parts of the signatures to prove, for N machines.
    #[arg(long, value_name = "I/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    pub(super) shard: Shard,

    /// Print one line of JSON, and no progress.
    #[arg(long)]
    pub(super) json: bool,

    /// Print, as Markdown, which types travelled in which directions, and why a cell is blank.
    #[arg(long, conflicts_with = "json")]
    pub(super) types: bool,

    /// Prove nothing, and add up what shards have printed as JSON.
    #[arg(
        long,
        value_name = "FILES",
        num_args = 1..,
        conflicts_with_all = ["signatures", "seed", "cc", "abi", "time", "shard"]
    )]
    pub(super) merge: Vec<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, humantime::DurationError> {
    humantime::parse_duration(text)
}
