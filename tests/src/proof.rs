//! The proof of a signature: call its C callee, and compare what C saw with what was passed; let C call
//! back, and compare what it passed and got.

use std::fmt;

use trampette::{Function, Signature, Value};

use crate::c::{self, Packing};
use crate::case::Case;
use crate::compiler::Compiled;
use crate::fixture::Fixture;
use crate::matrix::is_campaign;
use crate::values::{value, value_bytes};
use crate::witness::{ResultPlace, Witness};
use crate::{compiler, crash};

/// What memory holds that nobody may write to.
const CANARY: u8 = 0xA5;

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
    let place = ResultPlace::for_any_of(cases);
    let mut mismatches = Vec::new();
    for compiled in &compiled {
        let fixture = Fixture::of(compiled);
        for (index, (case, witness)) in cases.iter().zip(&witnesses).enumerate() {
            let mut note = |way: &dyn fmt::Debug, what: String| {
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

/// The callback of a case that wants one. Of a variadic signature there is none.
fn witness(case: &Case) -> Option<Witness> {
    if case.signature.is_variadic() {
        let refused = Witness::of(case).expect_err("variadic callbacks are refused");
        assert_eq!(refused.code(), "variadic-callback", "{refused}");
    }
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

/// How a callee is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// [`Function::call`] with values.
    Values,
    /// [`Function::call_frame_in_place`] with bytes written to the frame.
    Frame,
}

impl Way {
    /// Calls a callee this way and compares what it saw.
    ///
    /// # Errors
    ///
    /// What differs first, in words.
    ///
    /// # Panics
    ///
    /// When there is no such callee.
    pub fn check(self, fixture: &Fixture<'_>, callee: &str, case: &Case) -> Result<(), String> {
        crash::note(&format!("{self:?} {callee} {}", case.signature));
        let function = fixture
            .library
            .function(callee, &case.signature)
            .expect("the fixture has it");
        fixture.expect(case);
        let result = match self {
            // SAFETY: the callee was written for this signature, and takes any bytes.
            Self::Values => unsafe { call_with_values(&function, case) }?,
            // SAFETY: as above.
            Self::Frame => unsafe { call_with_frame(&function, case) }?,
        };
        fixture.compare(case, &result)
    }
}

/// # Safety
///
/// The function may be called with the arguments of the case, which is of its signature.
unsafe fn call_with_values(function: &Function, case: &Case) -> Result<Vec<u8>, String> {
    let values = case
        .arguments
        .iter()
        .map(|passed| value(&passed.ty, &passed.bytes));
    let values: Vec<Value> = values.collect();
    // SAFETY: the caller says so.
    let result = unsafe { function.call(&values) };
    result
        .map(|value| value_bytes(&value))
        .map_err(|error| format!("refused: {error}"))
}

/// # Safety
///
/// As for [`call_with_values`].
unsafe fn call_with_frame(function: &Function, case: &Case) -> Result<Vec<u8>, String> {
    let mut frame = function.frame();
    let (result, size) = (frame.layout().result(), frame.layout().size());
    // What stands around the arguments in their slots may be anything.
    // SAFETY: the frame has as many bytes.
    unsafe { frame.as_mut_ptr().write_bytes(CANARY, size) };
    // SAFETY: the result's slot lies in the frame.
    let slot = unsafe { frame.as_mut_ptr().add(result) };
    for (index, passed) in case.arguments.iter().enumerate() {
        let (from, to) = (passed.bytes.as_ptr(), frame.argument_ptr(index));
        // SAFETY: the slot has as many bytes as the argument's type.
        unsafe { to.copy_from_nonoverlapping(from, passed.bytes.len()) };
    }
    // SAFETY: the frame is this function's, and filled; the caller says that it may be called.
    unsafe { function.call_frame_in_place(&mut frame) };
    for (index, passed) in case.arguments.iter().enumerate() {
        // SAFETY: the slot has as many bytes, all initialised.
        let now =
            unsafe { std::slice::from_raw_parts(frame.argument_ptr(index), passed.bytes.len()) };
        if now != passed.bytes {
            return Err(format!(
                "argument {index} was changed in the caller's frame"
            ));
        }
    }
    // SAFETY: the slot reaches to the end of the frame.
    let slot = unsafe { std::slice::from_raw_parts(slot, size - result) };
    let behind = &slot[case.result.bytes.len().next_multiple_of(8)..];
    if behind.iter().any(|&byte| byte != CANARY) {
        return Err(format!(
            "{behind:02x?} was written behind the words of the result"
        ));
    }
    Ok(slot[..case.result.bytes.len()].to_vec())
}
