//! Layouts against a C compiler: what this crate computes for a random type becomes static assertions
//! about the same type in C.
//!
//! The system's compiler answers for the model that it compiles for; Clang, where there is one,
//! answers for every model.

use std::env::consts::{ARCH, OS};
use std::io::{ErrorKind, Write};
use std::process::{Command, Output, Stdio};

use trampette_types::{CType, DataModel, Int};

use c_source::Source;
use seeded::Seeded;

mod c_source;
mod random_types;
mod seeded;

const TYPES: usize = 500;

/// What Clang calls the platforms.
const CLANG_TARGETS: [(DataModel, &str); 6] = [
    (DataModel::LINUX_X86_64, "x86_64-unknown-linux-gnu"),
    (DataModel::LINUX_AARCH64, "aarch64-unknown-linux-gnu"),
    (DataModel::APPLE_X86_64, "x86_64-apple-macosx"),
    (DataModel::APPLE_ARM64, "arm64-apple-macosx"),
    (DataModel::WINDOWS_MSVC, "x86_64-pc-windows-msvc"),
    (DataModel::WINDOWS_GNU, "x86_64-w64-windows-gnu"),
];

#[test]
fn random_types_are_laid_out_as_the_systems_compiler_does() {
    let Some(model) = hosts_model() else {
        println!("skipped: no model is known to be that of {OS} on {ARCH}");
        return;
    };
    for seed in 0..2 {
        let source = random_source(model, seed);
        let output =
            compile(&systems_compiler(), &[], &source).expect("these tests need a C compiler");
        report(&output, &source, model);
    }
}

#[test]
fn random_types_are_laid_out_as_clang_does_for_every_model() {
    for (model, target) in CLANG_TARGETS {
        for seed in 2..4 {
            let source = random_source(model, seed);
            let Some(output) = compile("clang", &["-target", target], &source) else {
                println!("skipped: there is no clang here");
                return;
            };
            report(&output, &source, model);
        }
    }
}

#[test]
fn integers_have_the_width_and_sign_that_clang_gives_them() {
    for (model, target) in CLANG_TARGETS {
        let mut source = Source::new(model);
        for int in Int::all() {
            let ty = CType::Int(int);
            let name = source.assert_layout(&ty);
            let negative = format!("(({name})-1 < 0)");
            source.assert(&ty, &negative, usize::from(int.scalar(&model).is_signed()));
        }
        let Some(output) = compile("clang", &["-target", target], &source.text) else {
            println!("skipped: there is no clang here");
            return;
        };
        report(&output, &source.text, model);
    }
}

#[test]
fn the_oracle_sees_a_wrong_offset() {
    let Some(model) = hosts_model() else { return };
    let mut source = Source::new(model);
    let ty: CType = "{i8, i32}".parse().unwrap();
    let name = source.assert_layout(&ty);
    source.assert(&ty, &format!("__builtin_offsetof({name}, m1)"), 5);
    let output =
        compile(&systems_compiler(), &[], &source.text).expect("these tests need a C compiler");
    assert!(!output.status.success());
}

fn random_source(model: DataModel, seed: u64) -> String {
    let mut random = Seeded::new(seed);
    let mut source = Source::new(model);
    for _ in 0..TYPES {
        source.assert_layout(&random_types::any_type(&mut random, 5));
    }
    source.text
}

/// The C compiler for the machine that the test runs on: `cc`, unless the environment names another.
fn systems_compiler() -> String {
    std::env::var("CC").unwrap_or_else(|_| "cc".into())
}

fn hosts_model() -> Option<DataModel> {
    match (OS, ARCH) {
        ("linux", "x86_64") => Some(DataModel::LINUX_X86_64),
        ("linux", "aarch64") => Some(DataModel::LINUX_AARCH64),
        ("macos", "x86_64") => Some(DataModel::APPLE_X86_64),
        ("macos", "aarch64") => Some(DataModel::APPLE_ARM64),
        _ => None,
    }
}

/// Lets a compiler check a C file; `None` if there is no such compiler.
fn compile(compiler: &str, options: &[&str], source: &str) -> Option<Output> {
    let child = Command::new(compiler)
        .args(["-std=gnu11", "-w", "-fsyntax-only", "-x", "c", "-"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        child => child.expect("the compiler starts"),
    };
    // Dropped at once, so that the compiler sees the end of the file.
    let sent = child
        .stdin
        .take()
        .map(|mut input| input.write_all(source.as_bytes()));
    sent.expect("it was piped").expect("the compiler reads");
    Some(child.wait_with_output().expect("the compiler ends"))
}

fn report(output: &Output, source: &str, model: DataModel) {
    let errors = String::from_utf8_lossy(&output.stderr);
    let failed = errors.lines().filter(|line| line.contains("error:"));
    let failed: Vec<_> = failed.take(20).collect();
    let asserted = source.matches("_Static_assert").count();
    assert!(
        output.status.success(),
        "{}: of {asserted} assertions these fail, and more:\n{}",
        model.name,
        failed.join("\n")
    );
    assert!(asserted > 50, "only {asserted} assertions");
}
