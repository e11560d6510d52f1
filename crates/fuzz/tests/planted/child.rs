//! One trial: plants a mistake and has signatures proved until something is found.

use std::process::ExitCode;

use trampette::{Abi, Signature};
use trampette_abi::plant::Plant;
use trampette_fuzz::generate::{Generator, Knobs};

/// What asks for one trial, before the mistake's name and the convention's.
pub(crate) const OPTION: &str = "--trial";

/// What stands for a mistake where none is planted.
pub(crate) const NONE: &str = "none";

/// How many signatures are proved at most.
pub(crate) const SIGNATURES: usize = 2000;

/// What a line begins with that says how many signatures have begun.
pub(crate) const BEGUN: &str = "begun ";

/// What a line begins with that says which signature differs, and how.
pub(crate) const FOUND: &str = "found ";

/// What a trial ends with that proved all signatures and found nothing.
pub(crate) const NOTHING: &str = "nothing";

const SEED: u64 = 1;

/// The first batches are small: most mistakes show at once.
const BATCHES: [usize; 6] = [25, 75, 200, 300, 600, 800];

pub(crate) fn run(plant: &str, abi: &str) -> ExitCode {
    let Some(abi) = Abi::from_name(abi) else {
        eprintln!("there is no calling convention `{abi}`");
        return ExitCode::FAILURE;
    };
    if plant != NONE {
        let Some(plant) = Plant::from_name(plant) else {
            eprintln!("there is no mistake `{plant}`");
            return ExitCode::FAILURE;
        };
        plant.switch_on();
    }
    assert_eq!(BATCHES.iter().sum::<usize>(), SIGNATURES);
    let generator = Generator::new(SEED, Knobs::for_here([abi]));
    let mut begun = 0;
    for size in BATCHES {
        let batch: Vec<Signature> = (begun..begun + size)
            .map(|index| generator.signature(index as u64))
            .collect();
        println!("{BEGUN}{}", begun + size);
        if let Some((index, what)) = super::interim::prove(&batch) {
            println!("{FOUND}{} {what}", begun + index + 1);
            return ExitCode::SUCCESS;
        }
        begun += size;
    }
    println!("{NOTHING}");
    ExitCode::SUCCESS
}
