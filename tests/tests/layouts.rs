//! Layouts as C compilers have them: size, alignment and the bits of every member, of those without a name
//! too, read from debugging information.

use std::collections::HashSet;
use std::process::Command;

use trampette::{CType, DataModel, MODEL};
use trampette_fuzz::compiler::{self, Build};
use trampette_fuzz::dwarf::{self, Described, Part, Platform, Property, Version};
use trampette_fuzz::generate::{Generator, Knobs};
use trampette_tests::{matrix, proof};

/// How many random signatures lend their types.
const SIGNATURES: u64 = if cfg!(debug_assertions) { 400 } else { 4000 };

/// Every type of the matrix once, and those of random signatures.
fn types() -> Vec<CType> {
    let texts = [
        matrix::scalars(),
        matrix::empty(),
        matrix::results(),
        matrix::class_pairs(),
        matrix::packed(),
        matrix::aligned(),
        matrix::hfas(),
        matrix::pairs(),
        matrix::huge(),
    ];
    let mut signatures = proof::parse(texts.concat());
    let generator = Generator::new(20, Knobs::default());
    signatures.extend((0..SIGNATURES).map(|index| generator.signature(index)));
    let mut known = HashSet::new();
    let mut types = Vec::new();
    // Some compilers know these, and nobody lays them out in more than one way.
    let is_rare = |ty: &CType| {
        let text = ty.to_string();
        text.contains("f16") || text.contains("f128")
    };
    for signature in &signatures {
        let of_it = signature.params().iter().chain([signature.result()]);
        let new =
            of_it.filter(|&ty| *ty != CType::Void && !is_rare(ty) && known.insert(ty.clone()));
        types.extend(new.cloned());
    }
    types
}

/// The compilers of this process' machine, not optimising: layouts do not depend on that.
fn builds() -> Vec<Build> {
    let all = compiler::builds().iter().copied();
    all.filter(|build| build.level == "-O0").collect()
}

fn prove(types: &[CType], platform: &Platform) {
    let Platform {
        build,
        version,
        model,
    } = platform;
    let target = build.target.unwrap_or("");
    let what = format!("{} {target} {version:?}, {}", build.compiler, model.name);
    let outcome = dwarf::prove(types, platform).unwrap_or_else(|error| panic!("{what}: {error}"));
    println!(
        "{what}: {} types, {} members",
        outcome.types, outcome.members
    );
    for (ty, why) in &outcome.left_out {
        println!("  left out: `{ty}`: {why}");
    }
    let differs: Vec<String> = outcome
        .disagreements
        .iter()
        .map(|(ty, what)| format!("`{ty}`: {what}"))
        .take(20)
        .collect();
    assert!(differs.is_empty(), "{what}:\n{}", differs.join("\n"));
    assert!(outcome.types > 500 && outcome.members > 2000, "{what}");
    assert!(outcome.left_out.len() < types.len() / 10, "{what}");
}

#[test]
fn types_are_laid_out_as_the_compilers_of_this_machine_do() {
    let types = types();
    for build in builds() {
        for version in Version::ALL {
            let model = MODEL;
            prove(
                &types,
                &Platform {
                    build,
                    version,
                    model,
                },
            );
        }
    }
}

/// Other platforms, by the command and the option that compile for them.
const OTHERS: [(DataModel, &str, Option<&str>); 8] = [
    (
        DataModel::LINUX_X86_64,
        "clang",
        Some("--target=x86_64-unknown-linux-gnu"),
    ),
    (
        DataModel::LINUX_AARCH64,
        "clang",
        Some("--target=aarch64-unknown-linux-gnu"),
    ),
    (
        DataModel::APPLE_X86_64,
        "clang",
        Some("--target=x86_64-apple-macosx"),
    ),
    (
        DataModel::APPLE_ARM64,
        "clang",
        Some("--target=arm64-apple-macosx"),
    ),
    (
        DataModel::WINDOWS_MSVC,
        "clang",
        Some("--target=x86_64-pc-windows-msvc"),
    ),
    (
        DataModel::WINDOWS_GNU,
        "clang",
        Some("--target=x86_64-w64-windows-gnu"),
    ),
    (DataModel::LINUX_AARCH64, "aarch64-linux-gnu-gcc", None),
    (DataModel::WINDOWS_GNU, "x86_64-w64-mingw32-gcc", None),
];

/// Nothing is run: it needs no emulator.
#[test]
fn types_are_laid_out_as_the_compilers_of_other_machines_do() {
    let types = types();
    for (model, command, target) in OTHERS {
        // Where an emulator starts it, a command that is not there has a status.
        let output = Command::new(command).arg("--version").output();
        if !output.is_ok_and(|output| output.status.success()) {
            println!("left out: {}, for want of {command}", model.name);
            continue;
        }
        let build = Build::new(command, target, "-O0");
        let version = Version::V5;
        // What Clang makes of MSVC's bit-fields for mingw is not what mingw's own compiler does.
        let is_judge = |ty: &&CType| {
            command != "clang" || model != DataModel::WINDOWS_GNU || !has_bit_fields(ty)
        };
        let types: Vec<CType> = types.iter().filter(is_judge).cloned().collect();
        prove(
            &types,
            &Platform {
                build,
                version,
                model,
            },
        );
    }
}

/// Whether there is a width in its text.
fn has_bit_fields(ty: &CType) -> bool {
    let text = ty.to_string();
    let mut pairs = text.as_bytes().windows(2);
    pairs.any(|pair| pair[0] == b':' && pair[1].is_ascii_digit())
}

/// A part, by the indices that lead to it, and what is to be found wrong with it.
type Expected<'a> = (&'a [usize], Property);

/// The judge itself: what it says of one type, compared with another.
#[test]
fn a_layout_that_is_not_the_compilers_is_reported() {
    use Property::{Bits, Kind, Length, Members, Size};
    let cases: [(&str, &str, &[Expected<'_>]); 10] = [
        (
            "{i8, f64}",
            "{i8, f64} packed",
            &[(&[], Size), (&[1], Bits)],
        ),
        (
            "{i8, {i8, i32}}",
            "{i8, {i8, i32} packed}",
            &[(&[], Size), (&[1], Bits), (&[1], Size), (&[1, 1], Bits)],
        ),
        ("{i8, i16}", "{i8, u16}", &[(&[1], Kind)]),
        ("{i32}", "{f32}", &[(&[0], Kind)]),
        ("{i64}", "{ptr}", &[(&[0], Kind)]),
        ("{i8, f32}", "{i8, f32, {}}", &[(&[], Members)]),
        ("{[i16; 3], i16}", "{[i16; 4]}", &[(&[], Members)]),
        ("{[i16; 4]}", "{[[i8; 2]; 4]}", &[(&[0], Kind)]),
        (
            "{[[i8; 2]; 3]}",
            "{[[i8; 3]; 2]}",
            &[(&[0], Length), (&[0], Length), (&[0], Size)],
        ),
        (
            "{union {i8, i8}}",
            "{{i8, i8}}",
            &[(&[], Size), (&[0], Bits), (&[0], Kind)],
        ),
    ];
    for build in builds() {
        for (in_c, by_engine, expected) in cases {
            let version = Version::V4;
            let platform = Platform {
                build,
                version,
                model: MODEL,
            };
            let in_c: CType = in_c.parse().unwrap();
            let described = dwarf::describe(std::slice::from_ref(&in_c), &platform).unwrap();
            let own = dwarf::compare(&in_c, &described[0], &MODEL).unwrap();
            assert_eq!(own.disagreements, [], "{in_c}");
            let other = dwarf::compare(&by_engine.parse().unwrap(), &described[0], &MODEL).unwrap();
            let found: Vec<(Vec<usize>, Property)> = other
                .disagreements
                .iter()
                .map(|what| (what.member.clone(), what.property))
                .collect();
            let expected: Vec<(Vec<usize>, Property)> = expected
                .iter()
                .map(|(at, what)| (at.to_vec(), *what))
                .collect();
            assert_eq!(found, expected, "{in_c} in C, {by_engine} by the engine");
        }
    }
}

/// What `offsetof` cannot say.
#[test]
fn bits_of_bit_fields_and_of_anonymous_members_are_read() {
    let source = "
        typedef struct {
            char first;
            union { short small; struct { int : 5; unsigned ten : 10; int last : 17; }; };
            _Bool flag : 1;
        } fields;
        fields variable;";
    for build in builds() {
        for version in Version::ALL {
            let platform = Platform {
                build,
                version,
                model: MODEL,
            };
            let described = dwarf::describe_c(source, &["fields"], &platform).unwrap();
            let whole = parts(&described[0]);
            let of = |parts: &[Part]| -> Vec<(Option<String>, std::ops::Range<u64>)> {
                parts
                    .iter()
                    .map(|part| (part.name.clone(), part.bits.clone()))
                    .collect()
            };
            let named = |name: &str| Some(name.to_owned());
            assert_eq!(
                of(whole),
                [
                    (named("first"), 0..8),
                    (None, 32..64),
                    (named("flag"), 64..65)
                ],
                "{build} {version:?}"
            );
            let union = parts(&whole[1].ty);
            assert_eq!(
                of(union),
                [(named("small"), 0..16), (None, 0..32)],
                "{build} {version:?}"
            );
            let inner = parts(&union[1].ty);
            let inner: Vec<_> = of(inner)
                .into_iter()
                .filter(|(name, _)| name.is_some())
                .collect();
            assert_eq!(
                inner,
                [(named("ten"), 5..15), (named("last"), 15..32)],
                "{build} {version:?}"
            );
        }
    }
}

fn parts(described: &Described) -> &[Part] {
    match described {
        Described::Record { members, .. } => members,
        other => panic!("{other:?} is no record"),
    }
}

#[test]
fn what_is_not_there_is_an_error() {
    let platform = Platform {
        build: builds()[0],
        version: Version::V4,
        model: MODEL,
    };
    let error = dwarf::describe_c("int x;", &["t"], &platform).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the debugging information does not tell of `t`"
    );
    let error = dwarf::describe_c("int x", &["t"], &platform).unwrap_err();
    assert!(error.to_string().contains("refuses"), "{error}");
    let error = dwarf::describe(&[CType::Void], &platform).unwrap_err();
    assert_eq!(error.to_string(), "`void`: C has no values of type `void`");
}
