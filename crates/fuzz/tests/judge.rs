//! The judge by itself: it proves what is right, sees what is wrong, and says what it cannot work with.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use trampette::{Abi, Signature, Value};
use trampette_fuzz::c;
use trampette_fuzz::case::Case;
use trampette_fuzz::compiler::{self, Build, CompileError, builds, builds_of};
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::judge::{Judge, JudgeError, Verdict};
use trampette_fuzz::mismatch::{Difference, Direction, Position};
use trampette_fuzz::typed::{self, Typed};

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

#[test]
fn two_hundred_signatures_are_proved_in_every_build_and_direction() {
    let judge = Judge::new(builds().to_vec());
    let verdict = judge.prove(&signatures(200)).unwrap();
    assert!(verdict.mismatches.is_empty(), "{:#?}", verdict.mismatches);
    assert!(verdict.left_out.is_empty(), "{:?}", verdict.left_out);
    // Callee and caller, by values and frames, bare, and relayed.
    let calls = 200 * 9 * builds().len() as u64;
    assert!(verdict.calls >= calls, "{} of {calls}", verdict.calls);
}

#[test]
fn every_typed_signature_is_proved_with_types() {
    let signatures: Vec<Signature> = typed::signatures().cloned().collect();
    assert!(signatures.len() > 100);
    let verdict = Judge::new(builds().to_vec()).prove(&signatures).unwrap();
    assert!(verdict.mismatches.is_empty(), "{:#?}", verdict.mismatches);
    // Not every compiler knows every type, but one does.
    let builds_of = |signature: &Signature| {
        let left_out = verdict.left_out.iter();
        let left_out = left_out.filter(|left_out| left_out.signature == *signature);
        builds().len()
            - left_out
                .inspect(|left_out| assert!(left_out.build.is_some()))
                .count()
    };
    let calls = signatures.iter().map(|signature| {
        let builds = builds_of(signature);
        assert!(builds > 0, "{signature}");
        let typed = Typed::of(signature).expect("it is of the list").count();
        // Typed calls and two closures more than for other signatures.
        builds as u64 * (9 + typed + 2)
    });
    assert_eq!(verdict.calls, calls.sum::<u64>());
}

#[test]
fn variadic_signatures_are_proved_where_c_can_write_them() {
    let texts = [
        "(ptr, ..., f64, i32, {i64, i64, i64}) -> i32",
        "(i32, ..., *(i32) -> void, u64) -> f64",
    ];
    let signatures = texts.map(parse);
    let judge = Judge::new(builds().to_vec());
    let verdict = judge.prove(&signatures).unwrap();
    assert!(verdict.mismatches.is_empty(), "{:#?}", verdict.mismatches);
    assert!(verdict.left_out.is_empty(), "{:?}", verdict.left_out);

    let verdict = judge.prove(&[parse("(..., int) -> void")]).unwrap();
    let [left] = &verdict.left_out[..] else {
        panic!("{verdict:?}");
    };
    assert_eq!(left.why, "C has no `...` without a parameter before it");
    assert_eq!((left.build, verdict.calls), (None, 0));
}

#[test]
fn what_a_convention_does_not_define_is_left_out() {
    if cfg!(target_arch = "x86_64") {
        let verdict = Judge::new(builds().to_vec()).prove(&[parse("win64 () -> {}")]);
        let verdict = verdict.unwrap();
        assert_eq!(verdict.left_out.len(), 1, "{verdict:?}");
        assert!(verdict.mismatches.is_empty());
    }
    let foreign = if cfg!(target_arch = "x86_64") {
        "apple-arm64 (i8) -> i8"
    } else {
        "win64 (i8) -> i8"
    };
    let verdict = Judge::new(builds().to_vec()).prove(&[parse(foreign)]);
    assert_eq!(verdict.unwrap().left_out.len(), 1);
}

/// The directions of a mismatch in each build, with what is found there.
fn directions(verdict: &Verdict, build: Build) -> Vec<(Direction, Position, &Difference)> {
    let of_build = verdict
        .mismatches
        .iter()
        .filter(|mismatch| mismatch.build == build);
    of_build
        .map(|mismatch| (mismatch.direction, mismatch.position, &mismatch.difference))
        .collect()
}

/// The engine takes one signature for another that differs in a narrow integer at this position.
fn is_seen_in_every_direction(engine: &str, twin: &str, position: Position) {
    for abi in conventions() {
        let pair = [engine, twin].map(|text| parse(&format!("{abi}{text}")));
        let case = Case::of(&pair[0]);
        let passed = match position {
            Position::Argument(index) => &case.arguments[index],
            _ => &case.result,
        };
        let judge = Judge::new(builds().to_vec());
        let [first, second] = pair;
        let verdict = judge.prove_against(&[(first, second)]).unwrap();
        for &build in builds() {
            let mut expected = vec![
                Direction::Values,
                Direction::Frame,
                Direction::Callback,
                Direction::Typed,
                Direction::Relay,
            ];
            if case.abi() != trampette::ABI {
                expected.retain(|direction| *direction != Direction::Typed);
            }
            let found = directions(&verdict, build);
            let seen: Vec<Direction> = found.iter().map(|(direction, ..)| *direction).collect();
            assert_eq!(seen, expected, "{abi}{build}: {found:?}");
            for (direction, at, difference) in found {
                let Difference::Bytes {
                    expected, found, ..
                } = difference
                else {
                    panic!("{direction:?}: {difference:?}");
                };
                assert_eq!(at, position, "{direction:?}");
                assert_eq!(*expected, passed.bytes, "{direction:?}");
                assert_eq!(
                    found[..2],
                    expected[..2],
                    "{direction:?}: the low half is right"
                );
                assert_ne!(
                    found[2..],
                    expected[2..],
                    "{direction:?}: the high half is not"
                );
            }
        }
    }
}

#[test]
fn a_wrong_argument_is_seen_in_every_direction() {
    is_seen_in_every_direction(
        "(i64, i32) -> i32",
        "(i64, i16) -> i32",
        Position::Argument(1),
    );
}

#[test]
fn a_wrong_result_is_seen_in_every_direction() {
    is_seen_in_every_direction("(i64, i32) -> i32", "(i64, i32) -> i16", Position::Result);
}

#[test]
fn an_integer_that_is_extended_wrongly_shows_eight_bytes() {
    let pair = (parse("(i64, u32) -> void"), parse("(i64, i32) -> void"));
    let verdict = Judge::new(builds().to_vec())
        .prove_against(&[pair])
        .unwrap();
    let calls = [Direction::Values, Direction::Frame, Direction::Relay];
    for &build in builds() {
        let found = directions(&verdict, build);
        let seen: Vec<Direction> = found.iter().map(|(direction, ..)| *direction).collect();
        assert_eq!(seen, calls, "{build}: {found:?}");
        for (_, position, difference) in found {
            assert_eq!(position, Position::Argument(1));
            let Difference::Bytes {
                expected, found, ..
            } = difference
            else {
                panic!("{difference:?}");
            };
            assert_eq!(expected[4..], [0; 4], "{build}");
            assert_eq!(found[4..], [0xFF; 4], "{build}");
        }
    }
}

#[test]
fn without_a_compiler_there_is_no_judge() {
    let signatures = [parse("() -> i32")];
    let error = Judge::new(Vec::new()).prove(&signatures).unwrap_err();
    assert!(matches!(
        error,
        JudgeError::Compile(CompileError::NoCompiler)
    ));

    let missing = Build::new("/no/such/compiler", None, "-O0");
    let error = Judge::new(vec![builds()[0], missing]).prove(&signatures);
    let Err(JudgeError::Compile(CompileError::NotStarted { command, .. })) = error else {
        panic!("{error:?}");
    };
    assert_eq!(command, "/no/such/compiler");
}

/// Compilers that are scripts.
#[cfg(unix)]
mod scripts {
    use std::path::PathBuf;

    use super::*;

    fn script(name: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        folder.join("tests/compilers").join(name)
    }

    fn build(name: &str) -> Build {
        Build::new(script(name).to_str().unwrap(), None, "-O0")
    }

    #[test]
    fn a_compiler_that_always_fails_is_an_error_with_its_words() {
        let error = builds_of(&[script("fails.sh")]).unwrap_err();
        assert!(matches!(error, CompileError::Broken { .. }), "{error:?}");
        assert!(
            error
                .to_string()
                .ends_with("internal error: out of patience")
        );

        let signatures = signatures(3);
        let error = Judge::new(vec![build("fails.sh")]).prove(&signatures);
        let Err(JudgeError::Compile(CompileError::Refused { words, .. })) = error else {
            panic!("{error:?}");
        };
        assert_eq!(words.trim(), "internal error: out of patience");
    }

    #[test]
    fn a_compiler_for_another_machine_is_an_error_that_names_it() {
        let error = builds_of(&[script("alien.sh")]).unwrap_err();
        assert!(
            matches!(error, CompileError::OtherMachine { .. }),
            "{error:?}"
        );
        assert!(
            error.to_string().contains("sparc64-sun-solaris2"),
            "{error}"
        );
    }

    #[test]
    fn a_compiler_is_named_by_its_path_too() {
        if builds()[0].compiler != "gcc" {
            return;
        }
        let found = builds_of(&[script("no-unions.sh")]).unwrap();
        let levels: Vec<&str> = found.iter().map(|build| build.level).collect();
        assert_eq!(levels, ["-O0", "-O2"]);
        let verdict = Judge::new(found).prove(&[parse("(i8) -> i8")]).unwrap();
        assert!(verdict.mismatches.is_empty() && verdict.left_out.is_empty());
    }

    #[test]
    fn a_type_that_a_compiler_lacks_is_left_out_and_the_rest_is_proved() {
        if builds()[0].compiler != "gcc" {
            return;
        }
        let signatures = signatures(40);
        let has_union = |signature: &Signature| signature.to_string().contains("union");
        let lacking = signatures
            .iter()
            .filter(|signature| has_union(signature))
            .count();
        assert!((2..20).contains(&lacking));
        let verdict = Judge::new(vec![build("no-unions.sh"), builds()[0]]);
        let verdict = verdict.prove(&signatures).unwrap();
        assert!(verdict.mismatches.is_empty(), "{:?}", verdict.mismatches);
        assert_eq!(verdict.left_out.len(), lacking, "{:?}", verdict.left_out);
        for left in &verdict.left_out {
            assert!(has_union(&left.signature), "{}", left.signature);
            assert_eq!(left.build, Some(build("no-unions.sh")));
            assert_eq!(left.why, "twins.c: error: no unions here");
        }
        assert!(verdict.calls >= (80 - lacking as u64) * 9);
    }

    #[test]
    fn a_convention_that_a_compiler_does_not_know_is_left_out() {
        if builds()[0].compiler != "gcc" || cfg!(not(target_arch = "x86_64")) {
            return;
        }
        let verdict = Judge::new(vec![build("no-ms-abi.sh")]).prove(&signatures(10));
        let verdict = verdict.unwrap();
        assert!(verdict.mismatches.is_empty(), "{:?}", verdict.mismatches);
        let left: Vec<_> = verdict
            .left_out
            .iter()
            .map(|left| left.signature.abi())
            .collect();
        assert_eq!(left, [Some(Abi::Win64); 5]);
    }
}

#[test]
fn optimised_callees_return_garbage_above_what_is_narrow() {
    let mut returned = 0;
    for (text, bits) in [("() -> bool", 8), ("() -> i16", 16), ("() -> f32", 32)] {
        let case = Case::of(&text.parse().unwrap());
        let source = c::fixture(std::slice::from_ref(&case), c::Packing::Attribute);
        let wide = match bits {
            32 => "() -> f64",
            _ => "() -> u64",
        };
        for compiled in compiler::compile(&format!("garbage-{bits}"), &source) {
            if compiled.build.level == "-O0" {
                continue;
            }
            Fixture::of(&compiled).expect(&case);
            let signature = wide.parse().unwrap();
            let callee = compiled.library.function(&c::callee_name(0), &signature);
            // SAFETY: the callee returns as much as fits into the register.
            let word = match unsafe { callee.unwrap().call(&[]) }.unwrap() {
                Value::U64(word) => word,
                Value::F64(number) => number.to_bits(),
                other => panic!("{other:?}"),
            };
            let own = case.result.bytes.iter().rev();
            let own = own.fold(0, |word, byte| word << 8 | u64::from(*byte));
            let own = own & ((1 << bits) - 1);
            assert_eq!(word & ((1 << bits) - 1), own, "{text}, {}", compiled.build);
            // What neither zeroes nor the sign make.
            let above = word.cast_signed() >> bits;
            assert!(above != 0 && above != -1, "{text}, {}", compiled.build);
            returned += 1;
        }
    }
    assert!(returned > 0);
}
