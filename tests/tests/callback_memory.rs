//! Callbacks and the memory that they live in, as a whole program sees it. The programs are modes of the
//! helper `callback_storm`.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use trampette_tests::matrix::is_campaign;
use trampette_tests::process;

const HELPER: &str = env!("CARGO_BIN_EXE_callback_storm");

fn helper(mode: &str, count: usize) {
    let output = process::command(HELPER)
        .args([mode, &count.to_string()])
        .output();
    let output = output.expect("the helper starts");
    let words = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let status = output.status;
    assert!(
        status.success(),
        "callback_storm {mode} {count}: {status}\n{words}{errors}"
    );
    print!("{words}");
}

/// So many, or in a campaign so many.
fn quick_or(quick: usize, campaign: usize) -> usize {
    if is_campaign() { campaign } else { quick }
}

#[test]
fn hard_case_20_100_000_live_callbacks_need_few_mappings_none_writable_and_executable() {
    helper("live", quick_or(100_000, 1_000_000));
}

#[test]
fn hard_case_20_callbacks_are_made_under_mdwe() {
    helper("mdwe", 10_000);
}

#[test]
fn hard_case_21_child_and_parent_make_callbacks_of_their_own() {
    helper("two-lives", 10_000);
}

#[test]
fn hard_case_22_no_descriptor_is_held_by_callbacks() {
    helper("descriptors", 100_000);
}

#[test]
fn hard_case_23_callbacks_are_made_and_freed_while_others_are_called() {
    helper("churn", quick_or(50_000, 1_000_000));
}

#[test]
fn hard_case_26_fork_while_other_threads_make_and_free_callbacks() {
    helper("forks", quick_or(100, 10_000));
}

#[test]
fn hard_case_41_callbacks_without_memory_are_a_typed_error_and_nothing_is_lost() {
    if process::is_emulated("limits of its own") {
        return;
    }
    helper("shortage", 10_000_000);
}
