//! The generator keeps its promises: what it writes can be called, reads back, and can be written in C.

#![cfg(any(target_os = "linux", windows))]

use std::collections::HashSet;

use trampette::{Abi, CType, Signature, is_callable};
use trampette_fuzz::c::{self, Packing};
use trampette_fuzz::case::Case;
use trampette_fuzz::compiler;
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::generate::{Dispute, Generator, Knobs, Region, Shares};
use trampette_fuzz::way::Way;

/// Every convention that this process can call.
fn callable() -> impl Iterator<Item = Abi> {
    Abi::ALL.into_iter().filter(|&abi| is_callable(abi))
}

fn written(knobs: Knobs, count: u64) -> Vec<Signature> {
    let generator = Generator::new(1, knobs);
    (0..count).map(|index| generator.signature(index)).collect()
}

#[test]
fn every_signature_can_be_called_in_every_convention() {
    for abi in callable() {
        let disputed = Knobs {
            disputes: true,
            ..Knobs::for_here([abi])
        };
        for knobs in [Knobs::for_here([abi]), disputed] {
            for batch in written(knobs, 2000).chunks(500) {
                let (with_vectors, others): (Vec<Signature>, Vec<Signature>) = batch
                    .iter()
                    .cloned()
                    .partition(|signature| signature.to_string().contains("vector("));
                trampette::prepare(&others).unwrap_or_else(|error| panic!("{abi:?}: {error}"));
                for signature in with_vectors {
                    match trampette::prepare(std::slice::from_ref(&signature)) {
                        Ok(()) | Err(trampette::Error::NoSuchRegisters { .. }) => {}
                        Err(error) => panic!("{abi:?} {signature}: {error}"),
                    }
                }
            }
        }
    }
}

#[test]
fn every_signature_reads_back_from_its_text() {
    for abi in Abi::ALL {
        for signature in written(Knobs::for_here([abi]), 3000) {
            let text = signature.to_string();
            assert_eq!(text.parse().as_ref(), Ok(&signature), "{text}");
        }
    }
}

#[test]
fn a_signature_depends_on_seed_knobs_and_index_alone() {
    let generator = Generator::new(5, Knobs::default());
    let forwards: Vec<_> = (0..300).map(|index| generator.signature(index)).collect();
    let backwards: Vec<_> = (0..300)
        .rev()
        .map(|index| Generator::new(5, Knobs::default()).signature(index))
        .collect();
    assert!(forwards.iter().eq(backwards.iter().rev()));
    let other = Generator::new(6, Knobs::default());
    let same = (0..300).zip(&forwards);
    let same = same.filter(|(index, signature)| other.signature(*index) == **signature);
    assert!(same.count() < 10);
}

#[test]
fn signatures_seldom_repeat() {
    let all = written(Knobs::default(), 5000);
    let distinct: HashSet<_> = all.iter().collect();
    assert!(distinct.len() > 4900, "{}", distinct.len());
}

#[test]
fn every_region_is_visited() {
    let generator = Generator::new(1, Knobs::default());
    let visited: HashSet<Region> = (0..1000).map(|index| generator.region(index)).collect();
    for region in Region::all() {
        assert!(visited.contains(&region), "{}", region.name());
    }
}

#[test]
fn every_convention_of_the_knobs_is_written() {
    let abis: HashSet<Abi> = written(Knobs::for_here(Abi::ALL), 300)
        .iter()
        .map(|signature| signature.abi().unwrap_or(trampette::ABI))
        .collect();
    assert_eq!(abis, Abi::ALL.into());
}

#[test]
fn the_counts_of_parameters_are_kept() {
    for (min_params, max_params) in [(0, 0), (0, 1), (3, 3), (5, 9), (60, 70), (9, 4)] {
        let knobs = Knobs {
            min_params,
            max_params,
            ..Knobs::default()
        };
        for signature in written(knobs, 200) {
            let count = signature.params().len();
            assert!(count >= min_params.min(max_params), "{signature}");
            assert!(count <= max_params, "{signature}");
        }
    }
    let counts = written(Knobs::default(), 1000);
    let longest = counts.iter().map(|signature| signature.params().len());
    assert!(longest.max() > Some(40));
}

/// A knob, and what no signature contains when it is at zero.
type Off = (fn(&mut Shares) -> &mut u32, &'static [&'static str]);

#[test]
fn what_has_no_share_is_never_written() {
    let knobs: [Off; 11] = [
        (|shares| &mut shares.records, &["{"]),
        (|shares| &mut shares.unions, &["union"]),
        (|shares| &mut shares.arrays, &["["]),
        (|shares| &mut shares.packed, &["packed"]),
        (|shares| &mut shares.aligned, &["align("]),
        (|shares| &mut shares.empty, &["{}", "; 0]"]),
        (|shares| &mut shares.names, &[": "]),
        (|shares| &mut shares.bits, &[":0", ":1", ":2"]),
        (|shares| &mut shares.enums, &["enum"]),
        (|shares| &mut shares.callbacks, &["*("]),
        (|shares| &mut shares.variadics, &["..."]),
    ];
    let default: String = texts(Shares::default());
    for (knob, unwanted) in knobs {
        let mut shares = Shares::default();
        *knob(&mut shares) = 0;
        let without = texts(shares);
        for text in unwanted {
            assert!(default.contains(text), "{text}");
            let line = without.lines().find(|line| line.contains(text));
            assert_eq!(line, None, "{text}");
        }
    }
}

fn texts(shares: Shares) -> String {
    let knobs = Knobs {
        shares,
        ..Knobs::default()
    };
    let lines = written(knobs, 1000)
        .into_iter()
        .map(|signature| format!("{signature}\n"));
    lines.collect()
}

#[test]
fn records_nest_as_deep_as_the_knobs_say() {
    for depth in 0..=5 {
        let knobs = Knobs {
            depth,
            ..Knobs::default()
        };
        let all = written(knobs, 1000);
        let types = all
            .iter()
            .flat_map(|signature| signature.params().iter().chain([signature.result()]));
        assert_eq!(types.map(nesting).max(), Some(depth));
    }
}

/// How many records stand inside each other.
fn nesting(ty: &CType) -> usize {
    match ty {
        CType::Array(array) => nesting(array.element()),
        CType::Struct(record) | CType::Union(record) => {
            let inner = record.fields().iter().map(|field| nesting(field.ty()));
            1 + inner.max().unwrap_or(0)
        }
        _ => 0,
    }
}

#[test]
fn extreme_knobs_are_borne() {
    let all = Shares {
        records: 100,
        unions: 100,
        arrays: 100,
        packed: 100,
        aligned: 100,
        empty: 100,
        names: 100,
        bits: 100,
        enums: 100,
        pointers: 100,
        callbacks: 100,
        wide: 100,
        extended: 100,
        complex: 100,
        vectors: 100,
        named: 100,
        variadics: 100,
    };
    for (shares, depth, params) in [
        (all, usize::MAX, 10),
        (Shares { empty: 0, ..all }, 64, 100),
        (Shares { records: 10, ..all }, 0, usize::MAX),
    ] {
        let knobs = Knobs {
            abis: Vec::new(),
            min_params: params,
            max_params: params,
            depth,
            shares,
            disputes: false,
        };
        for signature in written(knobs, 2) {
            assert_eq!(signature.to_string().parse().as_ref(), Ok(&signature));
        }
    }
}

#[test]
fn c_can_be_written_for_all_of_it() {
    let signatures = written(Knobs::default(), 300);
    let cases: Vec<Case> = signatures.iter().map(Case::both_ways).collect();
    // Not every compiler has a type of 16 bits.
    let is_known = |case: &Case| !case.signature.to_string().contains("f16");
    let readable = cases.into_iter().filter(Case::is_readable).filter(is_known);
    let readable: Vec<Case> = readable.collect();
    assert!(readable.len() > 200);
    let source = c::fixture(&readable, Packing::Attribute);
    let compiled = compiler::compile("generated", &source);
    assert!(compiled.len() >= 2);
}

#[test]
fn disputes_are_left_out_unless_asked_for() {
    for abi in [Abi::SysV64, Abi::Aapcs64, Abi::WinArm64] {
        let is_disputed = |signature: &Signature| Dispute::about(signature, abi).is_some();
        let knobs = Knobs::for_here([abi]);
        assert!(!written(knobs.clone(), 4000).iter().any(is_disputed));
        let knobs = Knobs {
            disputes: true,
            ..knobs
        };
        assert!(written(knobs, 4000).iter().any(is_disputed), "{abi:?}");
    }
}

#[test]
fn disputes_are_about_what_they_say() {
    for (abi, text, expected) in [
        (
            Abi::SysV64,
            "({i8, {i8} align(4)} packed) -> i8",
            Some(Dispute::UnalignedPart),
        ),
        (
            Abi::SysV64,
            "() -> {i8, [i64; 0]} packed",
            Some(Dispute::UnalignedPart),
        ),
        (
            Abi::SysV64,
            "({i8, [{i8} align(2); 1]} packed) -> i8",
            Some(Dispute::UnalignedPart),
        ),
        (
            Abi::SysV64,
            "({i8, {i8} align(4), [i8; 12]} packed) -> i8",
            None,
        ),
        (Abi::SysV64, "({i32, {i8} align(4)} packed) -> i8", None),
        (Abi::SysV64, "({i8, align(4) i8}) -> {}", None),
        (Abi::SysV64, "({i8, i16} packed) -> i8", None),
        (
            Abi::SysV64,
            "({ptr, [{i16, i8} packed; 2]}) -> i8",
            Some(Dispute::LaterElement),
        ),
        (Abi::SysV64, "({ptr, [{i16, i8} packed; 1]}) -> i8", None),
        (Abi::SysV64, "({i8, [{i16, i8} packed; 2]}) -> i8", None),
        (
            Abi::SysV64,
            "() -> {f32, [i8; 0], f32}",
            Some(Dispute::NoElements),
        ),
        (Abi::SysV64, "() -> {f64, [i8; 0], f32}", None),
        (Abi::SysV64, "() -> {f32, [f32; 0], f32}", None),
        (
            Abi::SysV64,
            "(union {{f64, f32}, [f64; 2]}) -> i8",
            Some(Dispute::CutUnion),
        ),
        (
            Abi::SysV64,
            "(i8) -> {f64, u64:5}",
            Some(Dispute::UnnamedBits),
        ),
        (
            Abi::SysV64,
            "({u64:5}) -> i8",
            Some(Dispute::OnlyUnnamedBits),
        ),
        (
            Abi::Win64,
            "(i8) -> {{u8:5}}",
            Some(Dispute::OnlyUnnamedBits),
        ),
        (
            Abi::SysV64,
            "({u64:5, f32}) -> i8",
            Some(Dispute::UnnamedBits),
        ),
        (Abi::SysV64, "({f64, u32:5, i32}) -> {f64, u64:0}", None),
        (Abi::SysV64, "({f64, x: u64:5}) -> {x: f32, y: i32:3}", None),
        (
            Abi::SysV64,
            "(union {f64, u64:0}) -> i8",
            Some(Dispute::ZeroWidthInUnion),
        ),
        (Abi::SysV64, "({f64, u64:0}) -> i8", None),
        (Abi::SysV64, "({i8, {i8} align(4), i16} packed) -> i8", None),
        (Abi::Win64, "({i8, {i8} align(4)} packed) -> i8", None),
        (Abi::Win64, "(i8) -> {[i32; 0]}", Some(Dispute::EmptyResult)),
        (Abi::Win64, "({}) -> void", None),
        (
            Abi::Aapcs64,
            "({f32, {[i32; 0]}, f32}) -> i8",
            Some(Dispute::HollowMember),
        ),
        (Abi::Aapcs64, "({f32, [i32; 0], f32}) -> i8", None),
        (Abi::Aapcs64, "(i8) -> {u32:5}", Some(Dispute::HollowMember)),
        (
            Abi::Aapcs64,
            "({f32, i32:0, f32}) -> i8",
            Some(Dispute::ZeroWidth),
        ),
        (
            Abi::Aapcs64,
            "(i8) -> {union {f32, i32:0}, f32}",
            Some(Dispute::ZeroWidthInUnion),
        ),
        (Abi::Aapcs64, "({f32, i32:0, f64}) -> {f32, i32:5}", None),
        (
            Abi::Aapcs64,
            "({x: i128:4} packed) -> i8",
            Some(Dispute::PackedBits),
        ),
        (
            Abi::Aapcs64,
            "(f64, f64, f64, f64, f64, f64, f64, f64, {f128} packed) -> i8",
            Some(Dispute::PackedQuads),
        ),
        (
            Abi::Aapcs64,
            "({f128} packed, f64, f64, f64, f64, f64, f64, f64, {f128}) -> i8",
            None,
        ),
        (Abi::Aapcs64, "({x: i128:4}, {x: i64:4} packed) -> i8", None),
        (
            Abi::Aapcs64,
            "({{complex(f64)}, [i32; 0]}) -> i8",
            Some(Dispute::HollowNumber),
        ),
        (Abi::Aapcs64, "({complex(f64), f64, [i32; 0]}) -> i8", None),
        (
            Abi::Aapcs64,
            "(i8) -> {vector(u16, 4), [i32; 0]}",
            Some(Dispute::HollowNumber),
        ),
        (Abi::Aapcs64, "({vector(f32, 2), {[i32; 0]}}) -> i8", None),
        (
            Abi::Aapcs64,
            "(union {{[u16; 0]}, vector(u8, 16)}) -> i8",
            Some(Dispute::HollowMember),
        ),
        (
            Abi::Aapcs64,
            "(union {vector(f32, 4), [i32; 0]}) -> i8",
            None,
        ),
        (
            Abi::Aapcs64,
            "(i8) -> {{[complex(f32); 0]}, f64}",
            Some(Dispute::HollowMember),
        ),
        (
            Abi::Aapcs64,
            "(union {u128:0, [vector(i32, 4); 2]}) -> i8",
            Some(Dispute::ZeroWidthInUnion),
        ),
        (
            Abi::SysV64,
            "({i32, [complex(f16); 2]}) -> i8",
            Some(Dispute::DividedHalves),
        ),
        (Abi::SysV64, "({i64, [complex(f16); 2]}) -> i8", None),
        (Abi::Aapcs64, "({complex(f64), {[i32; 0]}}) -> i8", None),
        (
            Abi::SysV64,
            "() -> {union {vector(f32, 8), f32}}",
            Some(Dispute::ClearedUnion),
        ),
        (
            Abi::SysV64,
            "(union {vector(f32, 8), f32}) -> vector(f32, 8)",
            None,
        ),
        (
            Abi::SysV64,
            "(union {{vector(f32, 4)}, [f64; 4]}) -> i32",
            Some(Dispute::LargerUnion),
        ),
        (
            Abi::SysV64,
            "(union {vector(f32, 8), [f32; 8]}) -> i32",
            Some(Dispute::LargerUnion),
        ),
        (
            Abi::SysV64,
            "(union {vector(f32, 16), [f32; 16]}) -> i32",
            Some(Dispute::LargerUnion),
        ),
        (Abi::SysV64, "(union {vector(f32, 16), f32}) -> i32", None),
        (
            Abi::SysV64,
            "(i32, ..., union {longdouble, [u8; 16]}) -> i32",
            Some(Dispute::MisreadUnion),
        ),
        (
            Abi::SysV64,
            "(i32, ..., {union {vector(f32, 8), f64}}) -> i32",
            Some(Dispute::MisreadUnion),
        ),
        (
            Abi::SysV64,
            "(union {longdouble, i128}, ..., union {longdouble, i64}) -> i32",
            None,
        ),
        (
            Abi::SysV64,
            "(i32, ..., {vector(f32, 8)}, union {i128, f64}) -> i32",
            None,
        ),
        (Abi::SysV64, "({[vector(f32, 4); 2]}) -> i32", None),
        (
            Abi::SysV64,
            "(union {vector(u8, 32), f128}) -> i32",
            Some(Dispute::Quad),
        ),
        (
            Abi::SysV64,
            "(vector(f64, 1)) -> vector(f64, 1)",
            Some(Dispute::LoneDouble),
        ),
        (
            Abi::SysV64,
            "({vector(f32, 8)}, ..., i32) -> void",
            Some(Dispute::WideBeforeEllipsis),
        ),
        (Abi::SysV64, "(i32, ..., vector(f32, 8)) -> void", None),
        (
            Abi::Aapcs64,
            "({f16, bf16}) -> i8",
            Some(Dispute::BrainFloats),
        ),
        (Abi::Aapcs64, "(bf16, {bf16, f32}) -> {f16}", None),
        (
            Abi::WinArm64,
            "({i64, i64} align(16), {i64, i64} align(16)) -> i8",
            None,
        ),
        (
            Abi::WinArm64,
            "(i8, {i64, i64} align(16)) -> i8",
            Some(Dispute::DeclaredAlignment),
        ),
        (
            Abi::WinArm64,
            "(i8, i8, i8, i8, i8, i8, i8, ..., {i64, i64}) -> i8",
            Some(Dispute::SplitComposite),
        ),
        (
            Abi::WinArm64,
            "(i8, i8, i8, i8, i8, i8, i8, {i64, i64}) -> i8",
            None,
        ),
    ] {
        let signature: Signature = text.parse().unwrap();
        assert_eq!(Dispute::about(&signature, abi), expected, "{abi:?} {text}");
    }
}

/// Behind `...` C reads a copy, so whoever looks in the wrong place harms nobody.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[test]
fn gcc_and_clang_do_disagree_about_unaligned_parts() {
    let text = "(i32, ..., {i8, {i8} align(4), i8} packed, {i8, [{i8} align(2); 1]} packed) -> i32";
    let case = Case::of(&text.parse().unwrap());
    let source = c::fixture(std::slice::from_ref(&case), Packing::Attribute);
    for compiled in compiler::compile("disputed", &source) {
        let outcome = Way::Frame.check(&Fixture::of(&compiled), &c::callee_name(0), &case);
        let agrees = compiled.build.compiler != "clang";
        assert_eq!(outcome.is_ok(), agrees, "{}: {outcome:?}", compiled.build);
    }
}
