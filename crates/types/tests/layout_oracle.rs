//! Layouts against a C compiler: what this crate computes for a random type becomes static assertions
//! about the same type in C.
//!
//! The system's compiler answers for the model that it compiles for; Clang, where there is one,
//! answers for every model.

use std::env::consts::{ARCH, OS};

use trampette_types::{CType, DataModel, Int};

use c_source::Source;
use compilers::{
    CHECK, CLANG_TARGETS, compile, compile_as_cplusplus, hosts_model, report, systems_compiler,
};
use seeded::Seeded;

mod c_source;
mod compilers;
mod random_types;
mod seeded;

const TYPES: usize = 500;

#[test]
fn random_types_are_laid_out_as_the_systems_compiler_does() {
    let Some(model) = hosts_model() else {
        println!("skipped: no model is known to be that of {OS} on {ARCH}");
        return;
    };
    for seed in 0..2 {
        let source = random_source(model, seed);
        let output =
            compile(&systems_compiler(), &[CHECK], &source).expect("these tests need a C compiler");
        report(&output, &source, model);
    }
}

#[test]
fn random_types_are_laid_out_as_clang_does_for_every_model() {
    for (model, target) in CLANG_TARGETS {
        for seed in 2..4 {
            let source = random_source(model, seed);
            let Some(output) = compile("clang", &[CHECK, "-target", target], &source) else {
                println!("skipped: there is no clang here");
                return;
            };
            report(&output, &source, model);
        }
    }
}

#[test]
fn empty_structs_are_laid_out_as_c_and_cplusplus_do_for_every_model() {
    const TYPES: [&str; 16] = [
        "{}",
        "union {}",
        "{} align(8)",
        "{i32:0}",
        "{{}, i32}",
        "{i32, {}}",
        "{{}, {}}",
        "{{}, f64, {}}",
        "{[{}; 3]}",
        "{{} align(8), i8}",
        "{{}, i32} packed",
        "{i32:0, {}}",
        "union {{}, i32}",
        "{i8, {{}, {{}}}}",
        "{[i8; 3], {}} align(4)",
        "union {{}, {{}}}",
    ];
    for (model, target) in CLANG_TARGETS {
        let types = || TYPES.iter().map(|text| text.parse::<CType>().unwrap());
        let (mut c, mut cplusplus) = (Source::new(model), Source::new(model.cplusplus()));
        for ty in types() {
            c.assert_layout(&ty);
            cplusplus.assert_layout(&ty);
        }
        let check = |compiler: &str, options: &[&str]| {
            let outputs = [
                (compile(compiler, options, &c.text), &c),
                (
                    compile_as_cplusplus(compiler, options, &cplusplus.text),
                    &cplusplus,
                ),
            ];
            for (output, source) in outputs {
                match output {
                    Some(output) => report(&output, &source.text, model),
                    None => println!("skipped: there is no such {compiler} here"),
                }
            }
        };
        check("clang", &[CHECK, "-target", target]);
        if hosts_model() == Some(model) {
            check(&systems_compiler(), &[CHECK]);
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
        let Some(output) = compile("clang", &[CHECK, "-target", target], &source.text) else {
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
    let output = compile(&systems_compiler(), &[CHECK], &source.text)
        .expect("these tests need a C compiler");
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
