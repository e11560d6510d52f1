//! Types that engines have got wrong or left out: 128-bit integers, floating-point numbers other than
//! `float` and `double`, and vectors, behind and before every number of registers in use.

use std::collections::{BTreeMap, BTreeSet};

use trampette::{Abi, Signature, is_callable};
use trampette_fuzz::compiler::{self, Build};
use trampette_fuzz::coverage::Class;
use trampette_fuzz::generate::{Dispute, Generator, Knobs, Shares};
use trampette_fuzz::judge::Judge;
use trampette_tests::matrix::is_campaign;

/// Each type behind up to `integers` integers and `doubles` doubles, with one of each after it, and as
/// result.
fn signatures(types: &[&str], integers: usize, doubles: usize) -> Vec<Signature> {
    let mut signatures = Vec::new();
    for ty in types {
        for before in 0..=integers.max(doubles) {
            let integers = vec!["i64"; before.min(integers)];
            let doubles = vec!["f64"; before.min(doubles)];
            for prefix in [integers, doubles] {
                let params = [prefix, vec![*ty, "f64", "i64", *ty]].concat().join(", ");
                signatures.push(format!("({params}) -> {ty}"));
            }
        }
    }
    let signatures = signatures.iter();
    signatures
        .map(|text| text.parse().expect("a signature"))
        .collect()
}

/// The compiler that the engine follows where they disagree has the last word; elsewhere all have.
fn prove(what: &str, signatures: &[Signature]) {
    for abi in [Abi::SysV64, Abi::Win64, Abi::Aapcs64] {
        if !is_callable(abi) {
            continue;
        }
        let mut by_judge = BTreeMap::<Option<&str>, Vec<Signature>>::new();
        for signature in signatures {
            let signature = signature.clone().with_abi(abi);
            let judge = Dispute::about(&signature, abi).map(Dispute::followed);
            by_judge.entry(judge).or_default().push(signature);
        }
        by_judge.retain(|judge, _| matches!(judge, None | Some("GCC" | "Clang")));
        for (judge, signatures) in by_judge {
            prove_by(what, abi, judge, &signatures);
        }
    }
}

fn prove_by(what: &str, abi: Abi, judge: Option<&str>, signatures: &[Signature]) {
    let is_judge = |build: &&Build| match judge {
        None => true,
        Some(name) => build.compiler.contains("clang") == (name == "Clang"),
    };
    let builds: Vec<Build> = compiler::builds()
        .iter()
        .filter(is_judge)
        .copied()
        .collect();
    if builds.is_empty() {
        println!("{what}: there is no {judge:?} here");
        return;
    }
    let verdict = Judge::new(builds).prove(signatures);
    let verdict = verdict.expect("a compiler and a disk");
    let (name, count, calls) = (abi.name(), signatures.len(), verdict.calls);
    let left_out = verdict.left_out.iter();
    let left_out: BTreeSet<&str> = left_out.map(|left| left.why.as_str()).collect();
    println!(
        "{what}, {name}, {judge:?}: {count} signatures, {calls} calls; left out: {left_out:?}"
    );
    let wrong = verdict.mismatches.iter();
    let wrong: BTreeSet<String> = wrong
        .map(|mismatch| mismatch.signature.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(calls > count as u64);
}

#[test]
fn hard_case_06_integers_of_128_bits_after_0_to_9_arguments() {
    let types = ["i128", "u128", "{i128}", "{i8, u128}", "union {i128, f64}"];
    prove("128-bit integers", &signatures(&types, 9, 9));
}

#[test]
fn hard_case_13_long_double_and_what_is_made_of_it() {
    let types = [
        "longdouble",
        "{longdouble}",
        "{longdouble, i8}",
        "union {longdouble, i32}",
        "union {longdouble, f64}",
        "complex(longdouble)",
        "{complex(longdouble)}",
    ];
    prove("long double", &signatures(&types, 7, 9));
}

#[test]
fn hard_case_13_complex_numbers_of_every_base() {
    let types = [
        "complex(f32)",
        "complex(f64)",
        "complex(f16)",
        "complex(f128)",
        "{complex(f32)}",
        "{complex(f32), f32}",
        "{f64, complex(f32)}",
        "{complex(f64)}",
        "{i32, complex(f32)}",
    ];
    prove("complex numbers", &signatures(&types, 7, 9));
}

#[test]
fn hard_case_04_half_floats_and_quads_alone_and_together() {
    let types = [
        "f16",
        "f128",
        "{f16}",
        "{f16, f16}",
        "{f16, f16, f16}",
        "{f16, f16, f16, f16}",
        "{[f16; 5]}",
        "{f16, f32}",
        "{f128}",
        "{f128, f128}",
        "{[f128; 4]}",
    ];
    prove("halves and quads", &signatures(&types, 7, 9));
}

#[test]
fn hard_case_14_vectors_of_every_size_alone_and_in_records() {
    let types = [
        "vector(f32, 2)",
        "vector(f64, 1)",
        "vector(i8, 16)",
        "vector(f64, 4)",
        "vector(i32, 16)",
        "{vector(f32, 4)}",
        "{vector(f32, 2), f32}",
        "{vector(f32, 2), vector(i8, 8)}",
        "{[vector(f32, 4); 2]}",
        "{[vector(i64, 2); 4]}",
        "{vector(f32, 4), i32}",
        "{vector(f32, 8)}",
        "{vector(u8, 64)}",
        "union {vector(f64, 4), f64}",
        "union {vector(f64, 4), i32}",
        "{i8, vector(f32, 2)} packed",
        "{vector(f32, 4)} align(32)",
    ];
    prove("vectors", &signatures(&types, 7, 9));
}

#[test]
fn hard_case_04_bit_fields_beside_floating_point_numbers_and_alone() {
    let types = [
        "{x: i32:5}",
        "{x: f32, y: u32:5}",
        "{f64, x: u8:1}",
        "{f32, f32, x: i64:33}",
        "{x: u8, y: u64:60} packed",
        "{x: i128:4}",
        "{i64, x: i128:70}",
        "{[i64; 2], x: u8:1}",
        "union {f64, x: u8:3}",
        "{x: enum(uint):9, y: bool:1, z: i64:40}",
        // Without a name, and without bits.
        "{u32:5}",
        "{f64, u64:5}",
        "{f32, u32:5, i32}",
        "{i32, i128:3}",
        "{f32, u32:0, f32}",
        "{i128:0, i64}",
        "{x: i128:4} packed",
    ];
    prove("bit-fields", &signatures(&types, 7, 9));
}

#[test]
fn random_records_of_bit_fields() {
    let shares = Shares {
        bits: 60,
        ..Shares::default()
    };
    let knobs = Knobs {
        max_params: 12,
        depth: 2,
        shares,
        ..Knobs::default()
    };
    let generator = Generator::new(20_261_129, knobs);
    let has_bits = |signature: &Signature| {
        let mut types = signature.params().iter().chain([signature.result()]);
        types.any(|ty| Class::of(ty).contains(&Class::BitFields))
    };
    let count = if is_campaign() { 20_000 } else { 200 };
    let all = (0..count).map(|index| generator.signature(index));
    let all: Vec<Signature> = all.filter(has_bits).collect();
    let judge = Judge::new(compiler::builds().to_vec());
    let verdict = judge.prove(&all).expect("a compiler and a disk");
    println!("{} signatures, {} calls", all.len(), verdict.calls);
    let wrong = verdict.mismatches.iter();
    let wrong: BTreeSet<String> = wrong
        .map(|mismatch| mismatch.signature.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
