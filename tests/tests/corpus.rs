//! Signatures that have been wrong somewhere, of this engine or of others, one in a line of
//! `tests/corpus`: each is proved again, in both directions and in every build.

use trampette::{Abi, Signature};
use trampette_fuzz::c::Packing;
use trampette_tests::proof::prove_packed;

/// A file of the corpus. It is compiled in: where the tests run, there may be no source.
struct File {
    name: &'static str,
    text: &'static str,
}

macro_rules! file {
    ($name:literal) => {
        File {
            name: $name,
            text: include_str!(concat!("../corpus/", $name)),
        }
    };
}

const EVERY: File = file!("every.txt");
const SYSV64: File = file!("sysv64.txt");
const WIN64: File = file!("win64.txt");
const AAPCS64: File = file!("aapcs64.txt");
const APPLE_ARM64: File = file!("apple-arm64.txt");
const WIN_ARM64: File = file!("win-arm64.txt");

impl File {
    /// The signatures, in a convention.
    ///
    /// # Panics
    ///
    /// When a line is no signature, or one of another convention.
    fn signatures(&self, abi: Abi) -> Vec<Signature> {
        let numbered = self.text.lines().enumerate();
        let signatures = numbered.filter_map(|(index, line)| {
            let at = format!("{}:{}", self.name, index + 1);
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                return None;
            }
            let signature: Signature = match line.parse() {
                Ok(signature) => signature,
                Err(error) => panic!("{at}: {error}"),
            };
            let own = signature.abi().unwrap_or(abi);
            assert_eq!(own, abi, "{at}: a line of another file");
            Some(signature.with_abi(abi))
        });
        signatures.collect()
    }

    /// Proves its signatures in one convention, or says that they are for other machines.
    fn prove(&self, abi: Abi) {
        let signatures = self.signatures(abi);
        assert!(!signatures.is_empty(), "{} has none", self.name);
        let name = format!(
            "corpus-{}-{}",
            self.name.trim_end_matches(".txt"),
            abi.name()
        );
        if !trampette::is_callable(abi) {
            println!(
                "{name}: {} signatures, for other machines",
                signatures.len()
            );
            return;
        }
        prove_packed(&name, &signatures, Packing::Attribute);
    }
}

#[test]
fn in_every_convention() {
    for abi in [Abi::SysV64, Abi::Win64, Abi::Aapcs64] {
        EVERY.prove(abi);
    }
}

#[test]
fn in_one_convention() {
    SYSV64.prove(Abi::SysV64);
    WIN64.prove(Abi::Win64);
    AAPCS64.prove(Abi::Aapcs64);
    APPLE_ARM64.prove(Abi::AppleArm64);
    WIN_ARM64.prove(Abi::WinArm64);
}

/// A file that nobody reads would look like a proof.
#[test]
fn every_file_of_the_corpus_is_proved() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("there is no source here");
        return;
    };
    let known = [EVERY, SYSV64, WIN64, AAPCS64, APPLE_ARM64, WIN_ARM64].map(|file| file.name);
    for file in files {
        let name = file.unwrap().file_name();
        assert!(known.iter().any(|known| name == *known), "{name:?}");
    }
}

#[test]
#[should_panic(expected = "made-up.txt:2: unknown type `f46` at column 2")]
fn a_line_that_is_no_signature_is_named() {
    let text = "# where from\n(f46) -> void\n";
    let name = "made-up.txt";
    File { name, text }.signatures(Abi::SysV64);
}

#[test]
#[should_panic(expected = "made-up.txt:1: a line of another file")]
fn a_line_of_another_convention_is_named() {
    let (name, text) = ("made-up.txt", "win64 (f32) -> void");
    File { name, text }.signatures(Abi::SysV64);
}
