//! Apple's variant of AAPCS64 on a Linux host: the matrix once more, with functions that Clang has compiled
//! for macOS. (Nothing is compared without Clang.)

#![cfg(all(target_arch = "aarch64", target_os = "linux"))]

use trampette_tests::{matrix, proof};

/// The same signatures in Apple's convention. `wchar_t` is signed there, and the types are those of this
/// process.
fn apple<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let texts = texts.into_iter().map(|text| text.as_ref().to_owned());
    let own = texts.filter(|text| !text.contains("wchar_t"));
    own.map(|text| format!("apple-arm64 {text}")).collect()
}

#[test]
fn hard_case_07_every_scalar_as_argument_and_result() {
    proof::prove("apple-scalars", apple(matrix::scalars()));
}

#[test]
fn hard_case_01_a_struct_that_finds_too_few_registers_uses_them_up() {
    let some = matrix::prefixes().into_iter().step_by(3);
    proof::prove_thinned("apple-prefixes", apple(some), 4);
}

#[test]
fn hard_case_03_packed_and_aligned() {
    proof::prove("apple-packed", apple(matrix::packed()));
    proof::prove("apple-aligned", apple(matrix::aligned()));
}

#[test]
fn hard_case_04_structs_of_one_to_four_floats_and_their_like() {
    proof::prove("apple-hfas", apple(matrix::hfas()));
}

#[test]
fn hard_case_06_pairs_of_words_begin_at_any_register() {
    proof::prove("apple-pairs", apple(matrix::pairs()));
}

#[test]
fn hard_case_09_results_of_1_to_64_bytes() {
    proof::prove("apple-results", apple(matrix::results()));
}

#[test]
fn hard_case_11_what_has_no_name_goes_to_the_stack() {
    proof::prove("apple-variadic", apple(matrix::variadic()));
}

#[test]
fn hard_case_12_fixed_arguments_stand_packed_on_the_stack() {
    proof::prove("apple-counts", apple(matrix::counts()));
}

#[test]
fn hard_case_15_empty_structs_and_arrays() {
    proof::prove("apple-empty", apple(matrix::empty()));
}
