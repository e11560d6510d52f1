//! Hundreds of signatures, each called in every build and compared with C's own view.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use trampette_fuzz::c::Packing;
use trampette_tests::matrix::{self, in_system_v};
use trampette_tests::proof;

#[test]
fn every_scalar_as_argument_and_result() {
    proof::prove("scalars", in_system_v(matrix::scalars()));
}

#[test]
fn hard_case_01_a_struct_that_finds_too_few_registers_uses_up_none() {
    proof::prove_thinned("prefixes", in_system_v(matrix::prefixes()), 4);
}

#[test]
fn hard_case_01_nor_behind_a_hidden_result_pointer() {
    proof::prove(
        "sret",
        in_system_v(matrix::prefixes_behind_a_result_in_memory()),
    );
}

#[test]
fn hard_case_02_every_pair_of_eightbyte_classes() {
    proof::prove("pairs", in_system_v(matrix::class_pairs()));
}

#[test]
fn hard_case_03_packed_and_misaligned_fields_go_to_memory() {
    let signatures = proof::parse(in_system_v(matrix::packed()));
    proof::prove_packed("packed", &signatures, Packing::Attribute);
    proof::prove_packed("pragma", &signatures, Packing::Pragma);
}

#[test]
fn hard_case_03_aligned_types_and_members() {
    proof::prove("aligned", in_system_v(matrix::aligned()));
}

#[test]
fn hard_case_04_structs_of_one_to_four_floats_and_their_like() {
    proof::prove("hfas", in_system_v(matrix::hfas()));
}

#[test]
fn hard_case_06_pairs_of_words_begin_where_their_alignment_says() {
    proof::prove("even-pairs", in_system_v(matrix::pairs()));
}

#[test]
fn hard_case_09_results_of_1_to_64_bytes() {
    proof::prove("results", in_system_v(matrix::results()));
}

#[test]
fn hard_case_11_variadic_calls_of_0_to_12_arguments() {
    proof::prove("variadic", in_system_v(matrix::variadic()));
}

#[test]
fn hard_case_15_empty_structs_and_arrays_as_c_has_them() {
    proof::prove("empty", in_system_v(matrix::empty()));
}

#[test]
fn hard_case_16_the_stack_is_aligned_for_every_count_of_arguments() {
    proof::prove("counts", in_system_v(matrix::counts()));
}

#[test]
fn hard_case_19_huge_structs_by_value() {
    let thread = std::thread::Builder::new().stack_size(32 << 20);
    let proof = thread
        .spawn(|| proof::prove("huge", in_system_v(matrix::huge())))
        .unwrap();
    proof.join().unwrap();
}
