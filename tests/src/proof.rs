//! The proof of a signature: call its C callee, and compare what C saw with what was passed; let C call
//! back, and compare what it passed and got.

use std::fmt;

use trampette::Signature;
use trampette_fuzz::c::{self, Packing};
use trampette_fuzz::case::Case;
use trampette_fuzz::compiler::{self, Compiled};
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::generate::Dispute;
use trampette_fuzz::mismatch::Discrepancy;
use trampette_fuzz::way::Way;
use trampette_fuzz::witness::{Places, Witness};

use crate::matrix::is_campaign;

/// Proves signatures, given as compact text, in every build: calls, in both ways that know types at run
/// time only, and callbacks.
///
/// # Panics
///
/// With a list of what differs; when a text is no signature; when a compiler refuses the fixture.
pub fn prove<T: AsRef<str>>(name: &str, texts: impl IntoIterator<Item = T>) {
    prove_packed(name, &parse(texts), Packing::Attribute);
}

/// The same with every `step`-th signature called back only: there are many, and much alike.
///
/// # Panics
///
/// As [`prove`].
pub fn prove_thinned<T: AsRef<str>>(name: &str, texts: impl IntoIterator<Item = T>, step: usize) {
    let mut cases = readable(name, &parse(texts));
    for (index, case) in cases.iter_mut().enumerate() {
        case.is_called_back &= index % step == 0 || is_campaign();
    }
    prove_cases(name, &cases, Packing::Attribute);
}

/// The signatures of these texts.
///
/// # Panics
///
/// When a text is none.
pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<Signature> {
    let parse = |text: T| {
        let text = text.as_ref();
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    texts.into_iter().map(parse).collect()
}

/// Proves signatures whose `packed` is written so.
///
/// # Panics
///
/// As [`prove`].
pub fn prove_packed(name: &str, signatures: &[Signature], packing: Packing) {
    prove_cases(name, &readable(name, signatures), packing);
}

/// A case for each signature that C can read.
fn readable(name: &str, signatures: &[Signature]) -> Vec<Case> {
    let mut cases: Vec<Case> = signatures.iter().map(Case::both_ways).collect();
    cases.retain(Case::is_readable);
    for case in &mut cases {
        // Clang 14 splits no composite between x7 and the stack, and is the only caller there is.
        let dispute = Dispute::about(&case.signature, case.abi());
        case.is_called_back &= dispute != Some(Dispute::SplitComposite);
    }
    let others = signatures.len() - cases.len();
    if others > 0 {
        println!("{name}: {others} signatures left out, whose callees C cannot write here");
    }
    cases
}

fn prove_cases(name: &str, cases: &[Case], packing: Packing) {
    let signatures: Vec<Signature> = cases.iter().map(|case| case.signature.clone()).collect();
    trampette::prepare(&signatures).expect("every signature of the matrix can be called");
    let witnesses: Vec<Option<Witness>> = cases.iter().map(witness).collect();
    let compiled = compile(name, cases, packing);
    let place = Places::for_any_of(cases);
    let mut mismatches = Vec::new();
    for compiled in &compiled {
        let fixture = Fixture::of(compiled);
        for (index, (case, witness)) in cases.iter().zip(&witnesses).enumerate() {
            let mut note = |way: &dyn fmt::Debug, what: Discrepancy| {
                let (build, signature) = (compiled.build, &case.signature);
                mismatches.push(format!("{build}, {way:?}: {signature}: {what}"));
            };
            for way in [Way::Values, Way::Frame] {
                let outcome = way.check(&fixture, &c::callee_name(index), case);
                outcome.unwrap_or_else(|what| note(&way, what));
            }
            if let Some(witness) = witness {
                let outcome = witness.check(&fixture, &c::caller_name(index), case, &place);
                outcome.unwrap_or_else(|what| note(&"Callback", what));
            }
        }
    }
    println!(
        "{name}: {} signatures, {} called back, in {} builds",
        cases.len(),
        witnesses.iter().flatten().count(),
        compiled.len()
    );
    assert!(mismatches.is_empty(), "{}", Mismatches(&mismatches));
}

/// The fixture, by every compiler that knows the convention of these cases, which are of one.
fn compile(name: &str, cases: &[Case], packing: Packing) -> Vec<Compiled> {
    let source = c::fixture(cases, packing);
    #[cfg(target_arch = "aarch64")]
    if cases.iter().any(Case::is_apple_arm64) {
        return crate::apple::compile(name, &source);
    }
    let mut builds = compiler::builds().to_vec();
    if cases.iter().any(Case::is_win_arm64) {
        builds.retain(|build| build.compiler == "clang");
    }
    compiler::compile_for(&builds, name, &source)
}

/// The callback of a case that wants one.
fn witness(case: &Case) -> Option<Witness> {
    case.is_called_back
        .then(|| Witness::of(case).expect("every signature of the matrix can be called back"))
}

/// All of them would be thousands where one rule is wrong.
struct Mismatches<'a>(&'a [String]);

impl fmt::Display for Mismatches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} calls differ from C's own view:", self.0.len())?;
        self.0
            .iter()
            .take(30)
            .try_for_each(|mismatch| writeln!(f, "  {mismatch}"))
    }
}
