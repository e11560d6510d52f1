//! From a signature that fails to the smallest one that still does.
//!
//! Each round asks about all signatures that are one step smaller, boldest first, in few batches, because
//! a compiler is asked about hundreds as fast as about one; and goes on from the first that fails. Every
//! step makes the [weight](weight) less, so this ends.

use std::ops::Range;

use trampette::{Array, CType, Field, Int, Record, Signature, TypeError};

/// How many signatures are asked about at once.
const BATCH: usize = 200;

/// The smallest signature that fails, by single steps from one that does: parameters go, types become
/// plainer. `fails` says of each of a batch whether it fails. The convention stays.
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
    while let Some(next) = first_failing(&smaller(&smallest), &mut fails) {
        smallest = next;
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

/// All signatures that are one step smaller, boldest first.
fn smaller(signature: &Signature) -> Vec<Signature> {
    let params = signature.params();
    let fixed = signature.fixed_params().len();
    let mut all = Vec::new();
    let mut offer = |candidate: Result<Signature, TypeError>| all.extend(candidate);
    for range in ranges(params.len()) {
        let before = range.start.min(fixed) + fixed.saturating_sub(range.end);
        offer(rebuilt(
            signature,
            without(params, &range),
            signature.result(),
            before,
        ));
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
    all.retain(|candidate| weight(candidate) < now);
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

/// What may go from a list: all, halves, quarters and so on, down to each.
fn ranges(count: usize) -> impl Iterator<Item = Range<usize>> {
    let sizes = std::iter::successors(Some(count), |size| Some(size / 2));
    sizes.take_while(|&size| size > 0).flat_map(move |size| {
        (0..count)
            .step_by(size)
            .map(move |at| at..(at + size).min(count))
    })
}

fn without<T: Clone>(list: &[T], range: &Range<usize>) -> Vec<T> {
    [&list[..range.start], &list[range.end..]].concat()
}

/// All types that are one step plainer, boldest first.
fn plainer(ty: &CType) -> Vec<CType> {
    match ty {
        CType::Struct(record) => records(record, CType::Struct),
        CType::Union(record) => records(record, CType::Union),
        CType::Array(array) => arrays(array),
        scalar => PLAIN
            .iter()
            .filter(|plain| rank(plain) < rank(scalar))
            .cloned()
            .collect(),
    }
}

fn records(record: &Record, kind: fn(Record) -> CType) -> Vec<CType> {
    let fields = record.fields();
    let mut all: Vec<CType> = PLAIN.to_vec();
    all.extend(fields.iter().map(|field| match field.ty() {
        CType::Array(array) => array.element().clone(),
        ty => ty.clone(),
    }));
    let mut offer = |candidate: Result<Record, TypeError>| all.extend(candidate.map(kind));
    for range in ranges(fields.len()) {
        offer(dressed(record, without(fields, &range)));
    }
    offer(Record::new(fields.to_vec()));
    for dropped in [
        Dress {
            packed: None,
            ..dress(record)
        },
        Dress {
            align: None,
            ..dress(record)
        },
    ] {
        offer(dressed_as(dropped, fields.to_vec()));
    }
    for (index, field) in fields.iter().enumerate() {
        let mut offer_field = |field: Field| {
            let mut fields = fields.to_vec();
            fields[index] = field;
            offer(dressed(record, fields));
        };
        offer_field(Field::unnamed(field.ty().clone()));
        if let CType::Array(array) = field.ty() {
            offer_field(Field::unnamed(array.element().clone()));
        }
        for plainer in plainer(field.ty()) {
            let plain = Field::unnamed(plainer);
            match field.align() {
                Some(align) => _ = plain.with_align(align).map(&mut offer_field),
                None => offer_field(plain),
            }
        }
    }
    all
}

/// What a record says of itself besides its fields.
#[derive(Clone, Copy)]
struct Dress {
    packed: Option<usize>,
    align: Option<usize>,
}

fn dress(record: &Record) -> Dress {
    Dress {
        packed: record.packed(),
        align: record.align(),
    }
}

fn dressed(like: &Record, fields: Vec<Field>) -> Result<Record, TypeError> {
    dressed_as(dress(like), fields)
}

fn dressed_as(dress: Dress, fields: Vec<Field>) -> Result<Record, TypeError> {
    let mut record = Record::new(fields)?;
    if let Some(packed) = dress.packed {
        record = record.with_packed(packed)?;
    }
    if let Some(align) = dress.align {
        record = record.with_align(align)?;
    }
    Ok(record)
}

fn arrays(array: &Array) -> Vec<CType> {
    let (element, len) = (array.element(), array.len());
    let shorter = [1, len / 2, len.saturating_sub(1)].map(|len| CType::array(element.clone(), len));
    let plainer = plainer(element).into_iter().map(|ty| CType::array(ty, len));
    shorter.into_iter().chain(plainer).flatten().collect()
}

/// What everything else is rather than itself, plainest first.
const PLAIN: &[CType] = &[
    CType::Int(Int::I32),
    CType::Int(Int::I64),
    CType::F64,
    CType::F32,
    CType::POINTER,
    CType::Int(Int::I8),
    CType::Int(Int::I16),
    CType::Int(Int::U8),
    CType::Int(Int::U16),
    CType::Int(Int::U32),
    CType::Int(Int::U64),
    CType::Bool,
];

/// How far from plain a scalar is.
fn rank(ty: &CType) -> usize {
    let rank = PLAIN.iter().position(|plain| plain == ty);
    rank.map_or(PLAIN.len() + 1, |rank| rank + 1)
}

/// How much a signature has to say.
fn weight(signature: &Signature) -> usize {
    let params: usize = signature.params().iter().map(weight_of).sum();
    params + weight_of(signature.result()) + usize::from(signature.is_variadic())
}

fn weight_of(ty: &CType) -> usize {
    /// More than any scalar.
    const COMPOUND: usize = 32;
    match ty {
        CType::Void => 0,
        CType::Array(array) => COMPOUND + array.len() + weight_of(array.element()),
        CType::Struct(record) | CType::Union(record) => {
            let fields = record.fields().iter().map(|field| {
                let said =
                    usize::from(field.name().is_some()) + usize::from(field.align().is_some());
                1 + said + weight_of(field.ty())
            });
            let said = [
                record.packed().is_some(),
                record.align().is_some(),
                record.tag().is_some(),
            ];
            let is_union = matches!(ty, CType::Union(_));
            COMPOUND
                + fields.sum::<usize>()
                + said.into_iter().map(usize::from).sum::<usize>()
                + usize::from(is_union)
        }
        scalar => rank(scalar),
    }
}
