//! What is said of a mismatch, word for word.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use trampette::Signature;
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
        meaning: [&[true][..], &[false; 3], &[true; 8]].concat(),
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

  The compilers disagree: the engine follows clang -O2, not gcc -O2.

  sysv64 ({i8, f32, i32}, i64) -> i16
    argument 0  {i8, f32, i32} 0..8     rdi
                             8..12    esi
    argument 1  i64          0..8     rdx
    result      i16          0..2     ax, sign-extended to 32 bits
    stub        jumps: frame in rdi, target in rsi

  seed 7, signature 41; with those before it:
    trampette fuzz --seed 7 --signatures 42 --abi sysv64

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
        meaning: vec![true; 4096],
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
