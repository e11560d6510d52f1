//! Declarations against C compilers: a random C record is given as it is to this crate and to compilers.
//! What this crate makes of it becomes static assertions about sizes, alignments and offsets; where a
//! bit-field is shows in the bytes of a constant that is all ones there.

use std::path::PathBuf;
use std::process::{Command, Output};

use trampette_cdecl::{Declaration, Options, Printer, parse_declarations};
use trampette_types::{BitFieldRule, CType, DataModel};

use checks::Checks;
use random::Random;

mod checks;
mod initialisers;
mod random;

/// How many records each compiler judges, unless the environment asks for more of the same.
const RECORDS: usize = 400;

/// Compilers, what they are asked for, and the model that they compile for then. For which machine GCC
/// compiles is its own affair.
const COMPILERS: &[(&str, &str, DataModel)] = &[
    ("gcc", "x86_64-linux", DataModel::LINUX_X86_64),
    ("gcc", "aarch64-linux", DataModel::LINUX_AARCH64),
    (
        "aarch64-linux-gnu-gcc",
        "aarch64-linux",
        DataModel::LINUX_AARCH64,
    ),
    (
        "x86_64-w64-mingw32-gcc",
        "x86_64-w64",
        DataModel::WINDOWS_GNU,
    ),
    (
        "clang",
        "x86_64-unknown-linux-gnu",
        clang(DataModel::LINUX_X86_64),
    ),
    (
        "clang",
        "aarch64-unknown-linux-gnu",
        clang(DataModel::LINUX_AARCH64),
    ),
    ("clang", "x86_64-apple-macosx", DataModel::APPLE_X86_64),
    ("clang", "arm64-apple-macosx", DataModel::APPLE_ARM64),
    ("clang", "x86_64-pc-windows-msvc", DataModel::WINDOWS_MSVC),
];

/// Linux has both compilers, which differ a little about bit-fields. Its model is that of GCC.
const fn clang(mut model: DataModel) -> DataModel {
    model.bit_fields = BitFieldRule::Clang;
    model
}

#[test]
fn random_records_are_laid_out_as_compilers_do() {
    let mut asked = 0;
    for (seed, (compiler, machine, model)) in (1..).zip(COMPILERS) {
        let is_clang = *compiler == "clang";
        if !is_clang && !compiles_for(compiler, machine) {
            println!("skipped: there is no {compiler} for {machine} here");
            continue;
        }
        let options = ["-target", machine, "-fdeclspec"];
        let options: &[&str] = if is_clang { &options } else { &[] };
        match judge(compiler, options, *model, seed) {
            Some(()) => asked += 1,
            None => println!("skipped: there is no {compiler} here"),
        }
    }
    assert!(
        asked > 0 || cfg!(not(unix)),
        "these tests need a C compiler"
    );
}

/// Whether there is such a GCC, for such a machine.
fn compiles_for(compiler: &str, machine: &str) -> bool {
    let output = Command::new(compiler).arg("-dumpmachine").output();
    output.is_ok_and(|output| output.stdout.starts_with(machine.as_bytes()))
}

/// The compilers of this machine, whichever it is: its `int` has four bytes and its `double` eight.
#[test]
fn random_arrays_are_as_long_as_compilers_have_them() {
    let asked = std::env::var("TRAMPETTE_DECLARATIONS").ok();
    let count = asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or(RECORDS);
    for (seed, compiler) in (1..).zip(["gcc", "clang"]) {
        let source = initialisers::checks(count, seed, DataModel::LINUX_X86_64);
        let object = Object::named(&format!("{compiler}-initialisers"));
        let Some(output) = object.compile(compiler, &[], &source) else {
            println!("skipped: there is no {compiler} here");
            continue;
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{compiler}:\n{errors}");
        println!("{compiler}: agrees about {count} arrays");
    }
}

#[test]
fn the_oracle_sees_what_is_wrong() {
    let options = Options::new(DataModel::LINUX_X86_64);
    for (said, meant) in [
        (
            "struct s { char m0; int m1; };",
            "struct s { char m0; short m1; };",
        ),
        (
            "struct s { int m0 : 3, m1 : 4; };",
            "struct s { int m0 : 4, m1 : 3; };",
        ),
    ] {
        let mut checks = Checks::default();
        checks.add(
            said,
            "struct s",
            &declared(meant, &options).expect("it is C"),
            &DataModel::LINUX_X86_64,
        );
        let object = Object::named("wrong");
        let Some(output) = object.compile("gcc", &[], checks.source()) else {
            return;
        };
        let differs = !output.status.success() || !checks.differences(&object.bytes()).is_empty();
        assert!(differs, "{said}");
    }
}

fn judge(compiler: &str, options: &[&str], model: DataModel, seed: u64) -> Option<()> {
    let asked = std::env::var("TRAMPETTE_DECLARATIONS").ok();
    let records = asked
        .and_then(|asked| asked.parse().ok())
        .unwrap_or(RECORDS);
    let cdecl = Options::new(model);
    let knows_declspec = compiler == "clang";
    let (mut checks, mut random) = (Checks::default(), Random::new(seed));
    let (mut refused, mut printed) = (0, 0);
    for index in 0..records {
        let name = format!("struct s{index}");
        let text = random.declaration(&name, knows_declspec);
        match declared(&text, &cdecl) {
            Ok(ty) => {
                checks.add(&text, &name, &ty, &model);
                printed += usize::from(print_back(&ty, index, &cdecl, &mut checks));
            }
            Err(error) if error.starts_with("unsupported") => refused += 1,
            Err(error) => panic!("{error}:\n{text}"),
        }
    }
    let object = Object::named(&format!("{}-{seed}", model.name));
    let output = object.compile(compiler, options, checks.source())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let failed: Vec<_> = errors
        .lines()
        .filter(|line| line.contains("error:"))
        .take(10)
        .collect();
    assert!(
        output.status.success(),
        "{compiler}:\n{}",
        failed.join("\n")
    );
    let differences = checks.differences(&object.bytes());
    assert!(
        differences.is_empty(),
        "{compiler} {options:?}: {} bit-fields differ:\n{}",
        differences.len(),
        differences[..differences.len().min(10)].join("\n")
    );
    println!(
        "{compiler} {options:?}: agrees about {records} records but for {refused} that are refused, \
         and about {printed} that are written as C again"
    );
    assert!(printed > records / 4, "{printed}");
    assert!(3 * refused < records && checks.bit_fields() > records / 4);
    Some(())
}

/// Writes a record as C, reads that, which must give the same, and lets the compiler judge it too. Whether C has a
/// way to write it.
fn print_back(ty: &CType, index: usize, options: &Options, checks: &mut Checks) -> bool {
    let Some(written) = Printer::default().definition(ty) else {
        return false;
    };
    let again = declared(&written, options).unwrap_or_else(|error| panic!("{error}:\n{written}"));
    // An enum without a tag is the integer that is behind it.
    let plain = |ty: &CType| {
        ty.to_string()
            .replace("enum(uint)", "uint")
            .replace("enum(int)", "int")
    };
    assert_eq!(plain(&again), plain(ty), "{written}");
    let model = options.model();
    assert_eq!(again.layout(model), ty.layout(model), "{written}");
    let (old, new) = (format!("struct s{index} {{"), format!("struct p{index} {{"));
    let renamed = written.replacen(&old, &new, 1);
    checks.add(&renamed, &format!("struct p{index}"), ty, options.model());
    true
}

/// The type of the last declaration, or the code and words of the error.
fn declared(text: &str, options: &Options) -> Result<CType, String> {
    let all =
        parse_declarations(text, options).map_err(|error| format!("{} {error}", error.code()))?;
    match all.into_iter().next_back() {
        Some(Declaration::Type(definition)) => definition.ty.ok_or_else(|| "incomplete".into()),
        other => Err(format!("{other:?}")),
    }
}

/// An object file in the directory that Cargo has for tests.
struct Object(PathBuf);

impl Object {
    fn named(name: &str) -> Self {
        // Under wine, with the drive that the compiler's path is told by.
        let folder = std::path::absolute(env!("CARGO_TARGET_TMPDIR")).expect("it is a path");
        Self(folder.join(format!("declarations-{name}.o")))
    }

    /// `None` if there is no such compiler.
    fn compile(&self, compiler: &str, options: &[&str], source: &str) -> Option<Output> {
        let file = self.0.with_extension("c");
        std::fs::write(&file, source).expect("the directory is there");
        let mut command = Command::new(compiler);
        let command = command.args(["-std=gnu11", "-w", "-c", "-o"]).arg(&self.0);
        match command.args(options).arg(&file).output() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            output => Some(output.expect("the compiler ends")),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.0).expect("the compiler has written it")
    }
}
