//! From a signature that fails to the smallest one that still does.
//!
//! Each round asks about all signatures that are one step smaller, boldest first, in few batches, because
//! a compiler is asked about hundreds as fast as about one; and goes on from the first that fails. Every
//! step makes the [weight] less, so this ends.

mod plainer;

use std::collections::HashSet;

use trampette::{CType, Signature, TypeError};

use plainer::{plainer, ranges, weight_of, without};

/// How many signatures are asked about at once.
const BATCH: usize = 200;

/// How many steps are taken: more than a signature needs that a generator writes. What is left then fails,
/// too.
const STEPS: usize = 1000;

/// The smallest signature that fails, by single steps from one that does: parameters go, types become
/// plainer. `fails` says of each of a batch whether it fails; what it says nothing of does not. The
/// convention stays.
///
/// ```
/// use trampette::Signature;
/// use trampette_fuzz::shrink::shrink;
///
/// let start: Signature = "(i8, {f32, {u16, [f64; 3]}}, ptr, u64) -> f32".parse()?;
/// let takes_double = |signature: &Signature| signature.to_string().contains("f64");
/// let smallest = shrink(&start, |batch| batch.iter().map(takes_double).collect());
/// assert_eq!(smallest.to_string(), "(f64) -> void");
/// # Ok::<(), trampette::ParseError>(())
/// ```
pub fn shrink(start: &Signature, mut fails: impl FnMut(&[Signature]) -> Vec<bool>) -> Signature {
    let mut smallest = start.clone();
    for _ in 0..STEPS {
        match first_failing(&smaller(&smallest), &mut fails) {
            Some(next) => smallest = next,
            None => break,
        }
    }
    smallest
}

fn first_failing(
    candidates: &[Signature],
    fails: &mut impl FnMut(&[Signature]) -> Vec<bool>,
) -> Option<Signature> {
    candidates.chunks(BATCH).find_map(|batch| {
        let at = fails(batch).into_iter().position(|fails| fails)?;
        batch.get(at).cloned()
    })
}

/// How much a signature has to say: its parameters, how each of them is more than an `i32`, its result,
/// and its dots.
///
/// ```
/// use trampette_fuzz::shrink::weight;
///
/// let weight = |text: &str| Ok::<_, trampette::ParseError>(weight(&text.parse()?));
/// assert_eq!(weight("() -> void")?, 0);
/// assert!(weight("(i32) -> void")? < weight("(f64) -> void")?);
/// assert!(weight("(f64) -> void")? < weight("({f64}) -> void")?);
/// # Ok::<(), trampette::ParseError>(())
/// ```
#[must_use]
pub fn weight(signature: &Signature) -> u64 {
    let types = signature.params().iter().chain([signature.result()]);
    let dots = u64::from(signature.is_variadic());
    types.map(weight_of).fold(dots, u64::saturating_add)
}

/// All signatures that are one step smaller, boldest first, each once.
fn smaller(signature: &Signature) -> Vec<Signature> {
    let params = signature.params();
    let fixed = signature.fixed_params().len();
    let mut all = Vec::new();
    let mut offer = |candidate: Result<Signature, TypeError>| all.extend(candidate);
    for range in ranges(params.len()) {
        let fixed = range.start.min(fixed) + fixed.saturating_sub(range.end);
        let params = without(params, &range);
        offer(rebuilt(signature, params, signature.result(), fixed));
    }
    offer(rebuilt(signature, params.to_vec(), &CType::Void, fixed));
    if signature.is_variadic() {
        let plain = Signature::new(params, signature.result().clone());
        offer(plain.map(|plain| with_abi_of(signature, plain)));
    }
    for (index, ty) in params.iter().enumerate() {
        for plainer in plainer(ty) {
            let mut params = params.to_vec();
            params[index] = plainer;
            offer(rebuilt(signature, params, signature.result(), fixed));
        }
    }
    for plainer in plainer(signature.result()) {
        offer(rebuilt(signature, params.to_vec(), &plainer, fixed));
    }
    let now = weight(signature);
    let mut known = HashSet::new();
    all.retain(|candidate| weight(candidate) < now && known.insert(candidate.clone()));
    all
}

/// The same signature with other parts; what is variadic stays so, behind `fixed` parameters.
fn rebuilt(
    like: &Signature,
    params: Vec<CType>,
    result: &CType,
    fixed: usize,
) -> Result<Signature, TypeError> {
    let signature = Signature::new(params, result.clone())?;
    let signature = match like.is_variadic() {
        true => signature.with_variadic_from(fixed)?,
        false => signature,
    };
    Ok(with_abi_of(like, signature))
}

fn with_abi_of(like: &Signature, signature: Signature) -> Signature {
    match like.abi() {
        Some(abi) => signature.with_abi(abi),
        None => signature,
    }
}
