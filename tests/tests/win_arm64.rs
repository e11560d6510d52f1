//! Windows' variant of AAPCS64 on a Linux host: the matrix once more, with `ms_abi` functions of Clang, the
//! one compiler here that knows them. (It takes the alignment of composites from Linux, so what is aligned
//! by declaration is left out. Nothing is compared without Clang.)

#![cfg(all(target_arch = "aarch64", target_os = "linux"))]

use trampette_tests::{matrix, proof};

/// The same signatures in Windows' convention.
fn win_arm64<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let texts = texts.into_iter().map(|text| text.as_ref().to_owned());
    let own = texts.filter(|text| !text.contains("align("));
    own.map(|text| format!("win-arm64 {text}")).collect()
}

#[test]
fn every_scalar_as_argument_and_result() {
    proof::prove("win-arm64-scalars", win_arm64(matrix::scalars()));
}

#[test]
fn hard_case_01_a_struct_that_finds_too_few_registers_uses_them_up() {
    let some = matrix::prefixes().into_iter().step_by(3);
    proof::prove_thinned("win-arm64-prefixes", win_arm64(some), 4);
}

#[test]
fn hard_case_04_structs_of_one_to_four_floats_and_their_like() {
    proof::prove("win-arm64-hfas", win_arm64(matrix::hfas()));
}

#[test]
fn hard_case_09_results_of_1_to_64_bytes() {
    proof::prove("win-arm64-results", win_arm64(matrix::results()));
}

#[test]
fn hard_case_11_variadic_functions_use_no_vector_registers() {
    proof::prove("win-arm64-variadic", win_arm64(matrix::variadic()));
}

#[test]
fn hard_case_16_the_stack_is_aligned_for_every_count_of_arguments() {
    proof::prove("win-arm64-counts", win_arm64(matrix::counts()));
}
