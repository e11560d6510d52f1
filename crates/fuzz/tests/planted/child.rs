//! One trial: plants a mistake and has signatures proved until something is found.

use std::process::ExitCode;

use trampette::{Abi, Signature};
use trampette_abi::plant::Plant;
use trampette_fuzz::compiler::find_builds;
use trampette_fuzz::generate::{Generator, Knobs};
use trampette_fuzz::judge::Judge;
use trampette_fuzz::mismatch::Mismatch;

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

/// What a line begins with that says how many of the signatures that had begun could not be proved.
pub(crate) const LEFT_OUT: &str = "left out ";

/// What a trial ends with that found nothing in all signatures.
pub(crate) const NOTHING: &str = "nothing";

const SEED: u64 = 1;

/// The first batches are small: most mistakes show at once.
const BATCHES: [usize; 6] = [20, 80, 200, 400, 600, 700];

pub(crate) fn run(plant: &str, abi: &str) -> ExitCode {
    match try_run(plant, abi) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(plant: &str, abi: &str) -> Result<(), String> {
    let abi = Abi::from_name(abi).ok_or("there is no such calling convention")?;
    if plant != NONE {
        let plant = Plant::from_name(plant).ok_or("there is no such mistake")?;
        plant.switch_on();
    }
    let judge = Judge::new(find_builds().map_err(|error| error.to_string())?);
    let generator = Generator::new(SEED, Knobs::for_here([abi]));
    let (mut begun, mut left_out) = (0, 0);
    for size in BATCHES {
        let numbers = begun..begun + size;
        let batch: Vec<Signature> = numbers
            .map(|index| generator.signature(index as u64))
            .collect();
        println!("{BEGUN}{}", begun + size);
        let verdict = judge.prove(&batch).map_err(|error| error.to_string())?;
        if let Some(first) = verdict.mismatches.first() {
            let is_first = |signature: &Signature| *signature == first.signature;
            let number = begun + batch.iter().position(is_first).unwrap_or(0) + 1;
            println!("{FOUND}{number} {}", in_words(first));
            return Ok(());
        }
        begun += size;
        left_out += verdict.left_out.len();
        println!("{LEFT_OUT}{left_out}");
    }
    println!("{NOTHING}");
    Ok(())
}

fn in_words(mismatch: &Mismatch) -> String {
    let Mismatch {
        signature,
        build,
        direction,
        position,
        difference,
    } = mismatch;
    format!("{build}, {direction:?}, {position}: {difference}: {signature}")
}
