//! Failures by rule, and what is left of them.
#![cfg(any(target_os = "linux", windows))]

use trampette::{CType, MODEL, Signature};
use trampette_fuzz::shrink::shrink;

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
