//! What is said of a mismatch, word for word. `BLESS=1 cargo test -p trampette-fuzz --test report` writes
//! `reports.txt` anew.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fmt::Write as _;
use std::path::Path;

use trampette::Signature;
use trampette_fuzz::case::Case;
use trampette_fuzz::compiler::Build;
use trampette_fuzz::mismatch::{Difference, Direction, Mismatch, Position};
use trampette_fuzz::report::{Origin, Report};

const GCC: Build = Build {
    compiler: "gcc",
    target: None,
    level: "-O2",
};
const CLANG: Build = Build {
    compiler: "clang",
    ..GCC
};

fn mismatch(text: &str, position: Position, difference: Difference) -> Mismatch {
    let signature: Signature = text.parse().expect("a signature");
    Mismatch {
        signature,
        build: GCC,
        direction: Direction::Frame,
        position,
        difference,
    }
}

#[test]
fn bytes_stand_side_by_side_with_the_rows_that_placed_them() {
    let difference = Difference::Bytes {
        expected: vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        found: vec![1, 9, 9, 9, 5, 6, 0, 8, 9, 10, 11, 0xEE],
        meaning: [&[0xFF][..], &[0; 3], &[0xFF; 8]].concat(),
    };
    let found = [mismatch(
        "({i8, f32, i32}, i64) -> i16",
        Position::Argument(0),
        difference,
    )];
    let report = Report {
        mismatches: &found,
        builds: &[GCC, CLANG],
        origin: Some(Origin { seed: 7, index: 41 }),
    };
    assert_eq!(
        report.to_string(),
        "\
mismatch: ({i8, f32, i32}, i64) -> i16

    typedef struct {
        int8_t m0;
        float m1;
        int32_t m2;
    } t0;

    int16_t f(t0 a0, int64_t a1);

  gcc -O2, Rust calls C through a frame, argument 0 `{i8, f32, i32}`
          expected                   actual
       0  01 ·· ·· ·· 05 06 07 08    01 ·· ·· ·· 05 06 00 08
                                                       ^^
       8  09 0a 0b 0c                09 0a 0b ee
                                              ^^
    byte 6 travels in rdi

  The compilers disagree: the engine follows clang, not gcc.

  sysv64 ({i8, f32, i32}, i64) -> i16
    argument 0  {i8, f32, i32} 0..8     rdi
                             8..12    esi
    argument 1  i64          0..8     rdx
    result      i16          0..2     ax, sign-extended to 32 bits
    stub        jumps: frame in rdi, target in rsi

  seed 7, signature 41; again, with the same --abi if any was given:
    trampette fuzz --seed 7 --signatures 42

  for tests/corpus/sysv64.txt:
    sysv64 ({i8, f32, i32}, i64) -> i16
"
    );
}

#[test]
fn what_differs_in_a_large_value_is_found_without_the_rest() {
    let expected = vec![1; 4096];
    let mut found = expected.clone();
    found[2048] = 2;
    let difference = Difference::Bytes {
        expected,
        found,
        meaning: vec![0xFF; 4096],
    };
    let found = [mismatch("() -> {[u8; 4096]}", Position::Result, difference)];
    let report = Report {
        mismatches: &found,
        builds: &[GCC],
        origin: None,
    };
    let text = report.to_string();
    assert!(text.contains("\n    2048  01 01"), "{text}");
    assert!(text.contains("\n    511 more lines"), "{text}");
    assert!(
        !text.contains("disagree") && !text.contains("seed"),
        "{text}"
    );
}

#[test]
fn a_crash_is_told_in_words_and_variadic_arguments_are_named() {
    let crash = Difference::Other("crashed with SIGSEGV".into());
    let found = [mismatch(
        "win64 (i32, ..., f64) -> void",
        Position::Call,
        crash,
    )];
    let report = Report {
        mismatches: &found,
        builds: &[GCC],
        origin: None,
    };
    let text = report.to_string();
    assert!(
        text.contains("__attribute__((ms_abi)) void f(int32_t a0, ... /* double */);"),
        "{text}"
    );
    assert!(text.contains("call: crashed with SIGSEGV\n"), "{text}");
}

#[test]
fn one_build_of_a_compiler_that_agrees_is_no_dispute() {
    let unoptimised = Build {
        level: "-O0",
        ..GCC
    };
    let crash = Difference::Other("rbx is lost".into());
    let found = [mismatch("(i8) -> void", Position::Call, crash)];
    let said = |builds: &[Build]| {
        let report = Report {
            mismatches: &found,
            builds,
            origin: None,
        };
        report.to_string()
    };
    let text = said(&[unoptimised, GCC]);
    assert!(text.contains("does not differ with gcc -O0.\n"), "{text}");
    assert!(!text.contains("disagree"), "{text}");
    let text = said(&[unoptimised, GCC, CLANG]);
    assert!(text.contains("follows clang, not gcc.\n"), "{text}");
    let text = said(&[GCC]);
    assert!(
        !text.contains("follows") && !text.contains("does not"),
        "{text}"
    );
}

/// Every kind of value, convention and direction: what to look at when the words change.
const GOLDEN: [(&str, Position, Direction); 12] = [
    (
        "({f32, f32, f32, f32, f32}) -> void",
        Position::Argument(0),
        Direction::Values,
    ),
    (
        "win64 ({[i64; 3]}, i8) -> {[u8; 3]}",
        Position::Result,
        Direction::Callback,
    ),
    (
        "win64 (i8, {[i64; 3]}) -> void",
        Position::Argument(1),
        Direction::Frame,
    ),
    (
        "aapcs64 (f64, {f64, f64, f64, f64}, f32) -> {i8, i64}",
        Position::Argument(1),
        Direction::Relay,
    ),
    (
        "(ptr, ..., f64, {i64, [u8; 5]}) -> i32",
        Position::Argument(2),
        Direction::Values,
    ),
    (
        "(union {f32, [i8; 21]}) -> union {f32, f64}",
        Position::Argument(0),
        Direction::Typed,
    ),
    (
        "({i8, i64} align(16), enum(int)) -> void",
        Position::Argument(0),
        Direction::Frame,
    ),
    (
        "({i8, f64} packed(2), *i32, str) -> bool",
        Position::Argument(0),
        Direction::Frame,
    ),
    ("() -> {[u8; 300]}", Position::Result, Direction::Callback),
    (
        "win64 (i32, ..., f64) -> void",
        Position::Call,
        Direction::Values,
    ),
    (
        "apple-arm64 (i64, i64, i64, i64, i64, i64, i64, i64, i8, i16) -> void",
        Position::Argument(9),
        Direction::Frame,
    ),
    ("(i8) -> i16", Position::Result, Direction::Frame),
];

/// A value of which two bytes have changed on the way.
fn damaged(text: &str, position: Position) -> Difference {
    let case = Case::of(&text.parse().expect("a signature"));
    let passed = match position {
        Position::Argument(index) => &case.arguments[index],
        Position::Result => &case.result,
        Position::Call => return Difference::Other("rbx is lost".into()),
    };
    let (mut expected, mut meaning) = (passed.bytes.clone(), passed.meaning.clone());
    if text == "(i8) -> i16" {
        expected.resize(8, 0xFF);
        meaning = vec![0xFF; 8];
    }
    let mut found = expected.clone();
    let meant: Vec<usize> = (0..found.len()).filter(|&at| meaning[at] != 0).collect();
    for at in [meant.len() / 2, meant.len() - 1] {
        found[meant[at]] = !expected[meant[at]];
    }
    Difference::Bytes {
        expected,
        found,
        meaning,
    }
}

#[test]
fn reports_of_every_kind_read_well() {
    let mut all = String::new();
    for (text, position, direction) in GOLDEN {
        let found = [Mismatch {
            direction,
            ..mismatch(text, position, damaged(text, position))
        }];
        let report = Report {
            mismatches: &found,
            builds: &[GCC],
            origin: None,
        };
        _ = writeln!(all, "{report}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &all).unwrap();
    }
    let blessed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        blessed == all,
        "not as blessed (BLESS=1 writes it anew):\n{all}"
    );
}
