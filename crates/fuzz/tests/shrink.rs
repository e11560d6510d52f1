//! Failures by rule, and what is left of them.
#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ops::ControlFlow;

use trampette::{CType, Field, Leaf, MODEL, Record, Scalar, Signature};
use trampette_fuzz::generate::{Generator, Knobs};
use trampette_fuzz::shrink::{shrink, weight};

/// What is left of a signature that fails by this rule.
fn shrunk(text: &str, rule: impl Fn(&Signature) -> bool) -> String {
    let start: Signature = text.parse().expect("a signature");
    assert!(rule(&start), "{text} does not fail to begin with");
    let smallest = shrink(&start, |batch| batch.iter().map(&rule).collect());
    assert!(rule(&smallest), "{smallest} does not fail");
    assert_eq!(smallest.abi(), start.abi());
    smallest.to_string()
}

fn size(ty: &CType) -> usize {
    ty.layout(&MODEL).map_or(0, |layout| layout.size())
}

#[test]
fn what_does_not_matter_goes() {
    let left = shrunk("(i8, {f32, f64}, ..., i32) -> ptr", |_| true);
    assert_eq!(left, "() -> void");
}

#[test]
fn registers_that_run_out_before_a_struct() {
    let rule = |signature: &Signature| {
        let large = signature.params().iter().position(|ty| size(ty) > 16);
        large.is_some_and(|at| {
            let before = signature.params()[..at].iter();
            before.filter(|ty| matches!(ty, CType::Int(_))).count() >= 6
        })
    };
    let text = "(i8, f32, u16, long, i64, {i8}, u32, i32, i32, {i64, [f64; 9]}, ptr) -> {f32, f32}";
    let left = shrunk(text, rule);
    assert_eq!(left, "(i32, i32, i32, i32, i32, i32, {[i64; 3]}) -> void");
}

#[test]
fn five_floats_in_a_row() {
    let rule = |signature: &Signature| {
        let is_five = |ty: &CType| match ty {
            CType::Struct(record) => {
                let fields = record.fields();
                fields.len() == 5 && fields.iter().all(|field| *field.ty() == CType::F32)
            }
            _ => false,
        };
        signature.params().iter().any(is_five)
    };
    let text = "(f64, i32, {a: f32, b: f32, c: f32, align(16) d: f32, e: f32} align(32), u8) -> i8";
    assert_eq!(shrunk(text, rule), "({f32, f32, f32, f32, f32}) -> void");
}

#[test]
fn a_packed_struct_with_an_unaligned_double() {
    let rule = |signature: &Signature| {
        let unaligned = |ty: &CType| {
            let layout = ty.layout(&MODEL).expect("small");
            let mut members = layout.members().iter();
            members.any(|member| member.layout.size() == 8 && member.offset % 8 != 0)
        };
        signature.params().iter().any(unaligned)
    };
    let text = "(i32, {u16, i8, f64, [i16; 7]} packed, ..., f64) -> void";
    assert_eq!(shrunk(text, rule), "({i32, i64} packed) -> void");
}

#[test]
fn a_result_of_its_own() {
    let rule = |signature: &Signature| matches!(signature.result(), CType::Union(_));
    let left = shrunk("(ptr) -> union {i8, {f32, [u16; 40]}}", rule);
    assert_eq!(left, "() -> union {}");
}

#[test]
fn steps_that_keep_it_are_found_past_those_that_do_not() {
    let rule = |signature: &Signature| {
        let bytes: usize = signature.params().iter().map(size).sum();
        bytes > 16 && bytes % 8 == 4
    };
    let left = shrunk("({i64, f32} packed, f32, {[u8; 24]}, i32) -> f64", rule);
    assert_eq!(left, "({[i32; 6]}, i32) -> void");
}

#[test]
fn variadic_arguments_stay_behind_the_dots() {
    let rule = |signature: &Signature| {
        let fixed = signature.fixed_params().len();
        signature.params()[fixed..].contains(&CType::F64)
    };
    let left = shrunk("(i8, ptr, f64, ..., i32, f64, i64) -> i32", rule);
    assert_eq!(left, "(..., f64) -> void");
}

#[test]
fn records_in_records_become_one() {
    let rule = |signature: &Signature| {
        let scalars = |ty: &CType| leaves(ty).iter().map(|leaf| leaf.scalar).collect();
        let mut types = signature.params().iter().map(scalars);
        types.any(|scalars: Vec<Scalar>| {
            scalars.ends_with(&[Scalar::F32, Scalar::I8, Scalar::F64]) && scalars.len() == 3
        })
    };
    let left = shrunk("(ptr, {{f32, {i8}}, {{{a: f64}}}}) -> void", rule);
    assert_eq!(left, "({f32, i8, f64}) -> void");
}

#[test]
fn attributes_become_the_least_that_still_fails() {
    let align = |signature: &Signature| {
        let aligns = signature.params().iter().map(|ty| ty.layout(&MODEL));
        aligns.flatten().map(|layout| layout.align()).max()
    };
    let rule = |signature: &Signature| align(signature) >= Some(16);
    let left = shrunk("({i8, align(64) f32}, {i64} align(32)) -> void", rule);
    assert_eq!(left, "({} align(16)) -> void");
    let packed = |ty: &CType| match ty {
        CType::Struct(record) => record.packed().is_some(),
        _ => false,
    };
    let rule = |signature: &Signature| signature.params().iter().any(packed);
    let left = shrunk("({i8, f64} packed(4), i8) -> void", rule);
    assert_eq!(left, "({} packed) -> void");
}

#[test]
fn long_arrays_shrink_in_few_batches() {
    let mut batches = 0;
    let rule = |signature: &Signature| signature.params().iter().any(|ty| size(ty) >= 654_321);
    let start: Signature = "({[u8; 1000000]}) -> void".parse().unwrap();
    let smallest = shrink(&start, |batch| {
        batches += 1;
        batch.iter().map(rule).collect()
    });
    assert_eq!(size(&smallest.params()[0]), 654_324, "{smallest}");
    assert!(batches < 100, "{batches} batches");
}

#[test]
fn a_judge_that_falls_silent_leaves_what_failed() {
    let start: Signature = "(i8, {f64}) -> f32".parse().unwrap();
    assert_eq!(shrink(&start, |_| Vec::new()), start);
    assert_eq!(shrink(&start, |batch| vec![false; batch.len()]), start);
    let excited = shrink(&start, |batch| vec![true; batch.len() + 7]);
    assert_eq!(excited.to_string(), "() -> void");
}

fn leaves(ty: &CType) -> Vec<Leaf> {
    let mut all = Vec::new();
    let layout = ty.layout(&MODEL).expect("small");
    let mut visit = |leaf: Leaf| -> ControlFlow<()> {
        all.push(leaf);
        ControlFlow::Continue(())
    };
    _ = layout.leaves(&mut visit);
    all
}

fn is_unaligned(ty: &CType) -> bool {
    let mut leaves = leaves(ty).into_iter();
    leaves.any(|leaf| leaf.offset % leaf.scalar.size() != 0)
}

type Rule = fn(&Signature) -> bool;

/// Rules that look at a signature in different ways, and break for many random ones.
const RULES: [(&str, Rule); 6] = [
    ("a double in an argument", |signature| {
        let mut leaves = signature.params().iter().flat_map(leaves);
        leaves.any(|leaf| leaf.scalar == Scalar::F64)
    }),
    ("over 100 bytes of arguments", |signature| {
        signature.params().iter().map(size).sum::<usize>() > 100
    }),
    ("five arguments of one byte or two", |signature| {
        let narrow = |ty: &&CType| matches!(size(ty), 1 | 2);
        signature.params().iter().filter(narrow).count() >= 5
    }),
    ("a result of 9 to 16 bytes behind a float", |signature| {
        let result = size(signature.result());
        signature.params().contains(&CType::F32) && (9..=16).contains(&result)
    }),
    ("an argument that is not aligned", |signature| {
        signature.params().iter().any(is_unaligned)
    }),
    (
        "a variadic call with a record before the dots",
        |signature| {
            let mut fixed = signature.fixed_params().iter();
            signature.is_variadic() && fixed.any(|ty| matches!(ty, CType::Struct(_)))
        },
    ),
];

/// Everything that a person would try by hand: without a parameter, without a result, without the dots,
/// without a member.
fn without_one_thing(signature: &Signature) -> Vec<Signature> {
    let (params, fixed) = (signature.params(), signature.fixed_params().len());
    let with = |params: Vec<CType>, result: &CType, fixed: usize, variadic: bool| {
        let plain = Signature::new(params, result.clone()).ok()?;
        match variadic {
            true => plain.with_variadic_from(fixed).ok(),
            false => Some(plain),
        }
    };
    let (result, variadic) = (signature.result(), signature.is_variadic());
    let mut all = Vec::new();
    if *result != CType::Void {
        all.extend(with(params.to_vec(), &CType::Void, fixed, variadic));
    }
    if variadic {
        all.extend(with(params.to_vec(), result, fixed, false));
    }
    for at in 0..params.len() {
        let mut fewer = params.to_vec();
        fewer.remove(at);
        let left = fixed - usize::from(at < fixed);
        all.extend(with(fewer, result, left, variadic));
        if let CType::Struct(record) = &params[at] {
            for member in 0..record.fields().len() {
                let mut smaller = params.to_vec();
                smaller[at] = CType::Struct(without_member(record, member));
                all.extend(with(smaller, result, fixed, variadic));
            }
        }
    }
    all
}

fn without_member(record: &Record, member: usize) -> Record {
    let mut fields: Vec<Field> = record.fields().to_vec();
    fields.remove(member);
    let mut smaller = Record::new(fields).unwrap();
    if let Some(packed) = record.packed() {
        smaller = smaller.with_packed(packed).unwrap();
    }
    match record.align() {
        Some(align) => smaller.with_align(align).unwrap(),
        None => smaller,
    }
}

#[test]
fn random_signatures_are_reduced_until_nothing_can_go() {
    let generator = Generator::new(4, Knobs::default());
    for (name, rule) in RULES {
        let signatures = (0..4000).map(|index| generator.signature(index));
        let failing: Vec<Signature> = signatures.filter(rule).take(6).collect();
        assert!(failing.len() == 6, "{name}: {} of them", failing.len());
        for start in failing {
            let judge = |batch: &[Signature]| batch.iter().map(rule).collect();
            let smallest = shrink(&start, judge);
            assert!(rule(&smallest), "{name}: {start} -> {smallest} is right");
            assert!(weight(&smallest) <= weight(&start), "{name}: {smallest}");
            assert_eq!(smallest, shrink(&start, judge), "{name}: differs");
            assert_eq!(smallest, shrink(&smallest, judge), "{name}: goes on");
            for smaller in without_one_thing(&smallest) {
                assert!(!rule(&smaller), "{name}: {smallest} and not {smaller}");
            }
        }
    }
}
