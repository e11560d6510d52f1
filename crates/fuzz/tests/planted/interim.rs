//! Until the prover's parts are there.

use trampette::Signature;
use trampette_fuzz::c::{self, Packing};
use trampette_fuzz::case::Case;
use trampette_fuzz::compiler;
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::way::Way;
use trampette_fuzz::witness::{ResultPlace, Witness};

pub(crate) fn prove(batch: &[Signature]) -> Option<(usize, String)> {
    let cases: Vec<Case> = batch.iter().map(Case::both_ways).collect();
    trampette::prepare(batch).unwrap();
    let compiled = compiler::compile("planted", &c::fixture(&cases, Packing::Attribute));
    let place = ResultPlace::for_any_of(&cases);
    for (index, case) in cases.iter().enumerate() {
        let witness = case.is_called_back.then(|| Witness::of(case).unwrap());
        for compiled in &compiled {
            let fixture = Fixture::of(compiled);
            for way in [Way::Values, Way::Frame] {
                if let Err(what) = way.check(&fixture, &c::callee_name(index), case) {
                    return Some((
                        index,
                        format!("{}, {way:?}: {}: {what}", compiled.build, case.signature),
                    ));
                }
            }
            if let Some(witness) = &witness {
                if let Err(what) = witness.check(&fixture, &c::caller_name(index), case, &place) {
                    return Some((
                        index,
                        format!("{}, callback: {}: {what}", compiled.build, case.signature),
                    ));
                }
            }
        }
    }
    None
}
