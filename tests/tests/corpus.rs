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
}
