//! The Microsoft x64 convention on a System V host: the matrix once more, with `ms_abi` functions of gcc
//! and clang, called and calling back.

#![cfg(all(target_arch = "x86_64", any(target_os = "linux", windows)))]

use std::ffi::c_void;

use trampette::{Function, MODEL, Signature};
use trampette_fuzz::c::Packing;
use trampette_tests::{matrix, proof};

/// The same signatures in the other convention.
fn win64<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let win64 = |text: T| format!("win64 {}", text.as_ref());
    texts.into_iter().map(win64).collect()
}

#[test]
fn every_scalar_as_argument_and_result() {
    proof::prove("win64-scalars", win64(matrix::scalars()));
}

#[test]
fn hard_case_01_a_struct_takes_one_position_whatever_is_in_it() {
    // Only four positions are told apart, so a third of the prefixes meets each of them many times.
    let step = if matrix::is_campaign() { 1 } else { 3 };
    let prefixes = matrix::prefixes().into_iter().step_by(step);
    proof::prove_thinned("win64-prefixes", win64(prefixes), 4);
}

#[test]
fn hard_case_01_nor_behind_a_hidden_result_pointer() {
    let signatures = matrix::prefixes_behind_a_result_in_memory();
    proof::prove("win64-sret", win64(signatures));
}

#[test]
fn hard_case_02_structs_of_two_eightbytes_go_by_reference() {
    proof::prove("win64-pairs", win64(matrix::class_pairs()));
}

#[test]
fn hard_case_03_packed_and_misaligned_fields_count_by_their_size_alone() {
    let signatures = proof::parse(win64(matrix::packed()));
    proof::prove_packed("win64-packed", &signatures, Packing::Attribute);
}

#[test]
fn hard_case_03_aligned_types_and_members() {
    proof::prove("win64-aligned", win64(matrix::aligned()));
}

#[test]
fn hard_case_09_results_of_1_to_64_bytes() {
    proof::prove("win64-results", win64(matrix::results()));
}

#[test]
fn hard_case_10_structs_of_1_to_40_bytes_at_every_position() {
    let mut texts = Vec::new();
    for size in 1..=40 {
        for position in 0..=6 {
            let before: String = ["i64, ", "f64, "]
                .into_iter()
                .cycle()
                .take(position)
                .collect();
            let (bytes, aligned) = (format!("{{[u8; {size}]}}"), size % 4 == 0);
            let ty = if aligned {
                format!("{{[f32; {}]}}", size / 4)
            } else {
                bytes
            };
            texts.push(format!("win64 ({before}{ty}, f32, i8) -> {ty}"));
        }
    }
    proof::prove("win64-sizes", texts);
}

/// GCC 12 and Clang 14 pass an empty struct in the same way, and return it differently: as a result it is
/// refused.
#[test]
fn hard_case_15_empty_structs_take_up_a_position_and_are_no_results() {
    let mut texts = Vec::new();
    for text in win64(matrix::empty()) {
        let signature: Signature = text.parse().unwrap();
        if signature.result().layout(&MODEL).unwrap().size() > 0 {
            texts.push(text);
            continue;
        }
        let error =
            Function::from_pointer(std::process::abort as *const c_void, &signature).unwrap_err();
        assert_eq!(error.code(), "unsupported-by-abi", "{text}");
        let (ty, words) = (signature.result().to_string(), error.to_string());
        assert!(words.contains(&ty) && words.contains("win64"), "{words}");
        let (arguments, _) = text.split_once("->").unwrap();
        texts.push(format!("{arguments}-> i32"));
    }
    proof::prove("win64-empty", texts);
}

#[test]
fn hard_case_11_variadic_calls_of_0_to_12_arguments() {
    proof::prove("win64-variadic", win64(matrix::variadic()));
}

#[test]
fn hard_case_16_the_stack_is_aligned_for_every_count_of_arguments() {
    proof::prove("win64-counts", win64(matrix::counts()));
}

#[test]
fn hard_case_19_huge_structs_by_value() {
    let thread = std::thread::Builder::new().stack_size(32 << 20);
    let proof = thread
        .spawn(|| proof::prove("win64-huge", win64(matrix::huge())))
        .unwrap();
    proof.join().unwrap();
}
