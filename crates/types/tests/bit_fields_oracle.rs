//! Bit-fields against C compilers: sizes, alignments and offsets of random records become static
//! assertions, and where a bit-field is shows in the bytes of a constant that is all ones there.
//!
//! The system's compiler answers for its own model, Clang for all of them but one: windows-gnu is what GCC
//! makes of MSVC's rule, and Clang makes something else of it. So mingw's own GCC is asked, where it is
//! installed, and GCC for AArch64 as well.

use std::path::PathBuf;
use std::process::Output;

use trampette_types::{BitFieldRule, CType, DataModel};

use c_source::Source;
use compilers::{CHECK, CLANG_TARGETS, compile, hosts_model, report, systems_compiler};
use probes::Probes;
use seeded::Seeded;

mod c_source;
mod compilers;
mod probes;
mod random_bits;
mod random_types;
mod seeded;

/// How many records of a seed, unless the environment asks for more of the same.
const RECORDS: usize = 300;

/// GCC for other platforms than this one.
const CROSS_COMPILERS: [(DataModel, &str); 3] = [
    (DataModel::WINDOWS_GNU, "x86_64-w64-mingw32-gcc"),
    (DataModel::WINDOWS_GNU, "x86_64-w64-mingw32-gcc-win32"),
    (DataModel::LINUX_AARCH64, "aarch64-linux-gnu-gcc"),
];

#[test]
fn random_bit_fields_are_laid_out_as_the_systems_compiler_does() {
    let Some(model) = hosts_model() else {
        println!("skipped: no model is known to be that of this platform");
        return;
    };
    let judged = judge(&systems_compiler(), &[], model, 0);
    assert!(judged.is_some(), "these tests need a C compiler");
}

#[test]
fn random_bit_fields_are_laid_out_as_clang_does_for_every_model_but_mingws() {
    let targets = CLANG_TARGETS.into_iter();
    let targets = targets.filter(|(model, _)| *model != DataModel::WINDOWS_GNU);
    for (seed, (model, target)) in (1..).zip(targets) {
        if judge("clang", &["-target", target], model, seed).is_none() {
            println!("skipped: there is no clang here");
            return;
        }
    }
}

#[test]
fn random_bit_fields_are_laid_out_as_gcc_does_for_other_platforms() {
    for (seed, (model, compiler)) in (6..).zip(CROSS_COMPILERS) {
        if judge(compiler, &[], model, seed).is_none() {
            println!("skipped: there is no {compiler} here");
        }
    }
}

#[test]
fn the_oracle_sees_wrong_bits() {
    let Some(model) = hosts_model() else { return };
    let said: CType = "{a: u8:3, b: u8:4}".parse().unwrap();
    let meant: CType = "{a: u8:4, b: u8:3}".parse().unwrap();
    let (mut source, mut probes) = (Source::new(model), Probes::default());
    let name = source.assert_layout(&said);
    probes.add(&mut source, &name, &meant, &meant.layout(&model).unwrap());
    let object = Object::named("wrong");
    let output = object.compile(&systems_compiler(), &[], &source.text);
    assert!(
        output
            .expect("these tests need a C compiler")
            .status
            .success()
    );
    assert_eq!(probes.differences(&object.bytes()).len(), 2);
    assert_eq!(probes.differences(&[]), ["0 of 2 found"]);
}

/// Lets a compiler judge random records; `None` if there is no such compiler.
fn judge(compiler: &str, options: &[&str], mut model: DataModel, seed: u64) -> Option<()> {
    // Linux has both compilers, and they differ a little. The model is that of GCC.
    if model.bit_fields == BitFieldRule::Gnu && is_clang(compiler)? {
        model.bit_fields = BitFieldRule::Clang;
    }
    let asked = std::env::var("TRAMPETTE_BIT_FIELD_RECORDS").ok();
    let records = asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or(RECORDS);
    let (mut source, mut probes) = (Source::new(model), Probes::default());
    let mut random = Seeded::new(seed);
    for _ in 0..records {
        let ty = random_bits::record(&mut random, 3, &model);
        let name = source.assert_layout(&ty);
        let layout = ty.layout(&model).expect("test types have a size");
        probes.add(&mut source, &name, &ty, &layout);
    }
    let object = Object::named(&format!("{}-{seed}", model.name));
    report(
        &object.compile(compiler, options, &source.text)?,
        &source.text,
        model,
    );
    let differences = probes.differences(&object.bytes());
    assert!(
        differences.is_empty(),
        "{}: of {} bit-fields {} differ:\n{}",
        model.name,
        probes.len(),
        differences.len(),
        differences[..differences.len().min(20)].join("\n")
    );
    assert!(probes.len() > records, "only {} bit-fields", probes.len());
    println!(
        "{}: {compiler} agrees about {records} records with {} bit-fields",
        model.name,
        probes.len()
    );
    Some(())
}

fn is_clang(compiler: &str) -> Option<bool> {
    let source = "#ifndef __clang__\n#error\n#endif\n";
    Some(compile(compiler, &[CHECK], source)?.status.success())
}

/// An object file in the directory that Cargo has for tests.
struct Object(PathBuf);

impl Object {
    fn named(name: &str) -> Self {
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bit-fields-{name}.o")))
    }

    fn compile(&self, compiler: &str, options: &[&str], source: &str) -> Option<Output> {
        let path = self.0.to_str().expect("a path in UTF-8");
        compile(compiler, &[options, &["-c", "-o", path]].concat(), source)
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.0).expect("the compiler has written it")
    }
}
