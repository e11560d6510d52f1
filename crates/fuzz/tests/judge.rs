//! The judge by itself: it proves what is right, sees what is wrong, and says what it cannot work with.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use trampette::Signature;
use trampette_fuzz::compiler::builds;
use trampette_fuzz::judge::{Judge, Verdict};

/// Types of every kind.
const TYPES: [&str; 34] = [
    "bool",
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "f32",
    "f64",
    "ptr",
    "str",
    "enum(i32)",
    "enum(u8)",
    "enum(i16)",
    "enum(u64)",
    "{i8}",
    "{[i8; 3]}",
    "{f32}",
    "{f32, f32}",
    "{f32, f32, f32}",
    "{f64, f64, f64, f64}",
    "{f64, i32}",
    "{i64, i64}",
    "{i64, f64} packed",
    "{[u8; 7]}",
    "{[u8; 17]}",
    "{[i64; 5]}",
    "{[i64; 2]} align(32)",
    "union {i32, f64}",
    "{{i8, f32}, [i16; 3]}",
    "{i8, f64} packed",
    "*(i32, f64) -> i8",
];

fn parse(text: &str) -> Signature {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Conventions in which C compilers write functions here.
fn conventions() -> &'static [&'static str] {
    if cfg!(target_arch = "x86_64") {
        &["sysv64 ", "win64 "]
    } else {
        &[""]
    }
}

/// Signatures with each type at each of several positions, and as a result.
fn signatures(count: usize) -> Vec<Signature> {
    let mut texts = Vec::new();
    for index in 0..count {
        let abi = conventions()[index % conventions().len()];
        let ty = |step: usize| TYPES[(index * 7 + step * (1 + index % 5)) % TYPES.len()];
        let params: Vec<&str> = (1..=index % 9).map(ty).collect();
        texts.push(format!("{abi}({}) -> {}", params.join(", "), ty(0)));
    }
    texts.iter().map(|text| parse(text)).collect()
}

fn prove(signatures: &[Signature]) -> Verdict {
    Judge::new(builds().to_vec()).prove(signatures).unwrap()
}

#[test]
fn two_hundred_signatures_are_proved_in_every_build_and_direction() {
    let verdict = prove(&signatures(200));
    let mismatches: Vec<String> = verdict
        .mismatches
        .iter()
        .map(|m| {
            format!(
                "{} {:?} {}: {} {}",
                m.build, m.direction, m.signature, m.position, m.difference
            )
        })
        .collect();
    assert!(mismatches.is_empty(), "{mismatches:#?}");
    assert!(verdict.left_out.is_empty(), "{:?}", verdict.left_out);
    // Callee and caller, by values and frames, bare, and relayed.
    assert!(
        verdict.calls >= 200 * 9 * builds().len() as u64,
        "{}",
        verdict.calls
    );
}
