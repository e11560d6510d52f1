//! What `--json` says, against C compilers: static assertions about offsets and sizes; and for each bit-field
//! a constant that is all ones there, found in the object file by the text in front of it.

use std::fmt::Write;
use std::process::Command;

use serde_json::Value;

use crate::command::shown;

/// Declarations of a `struct s`.
const DECLARATIONS: &[&str] = &[
    "struct s { char c; double d; int bits : 3; unsigned more : 30; long double ld; struct { short a[3]; char z; } in; _Complex float cf; __int128 w; };",
    "struct s { unsigned a : 1, b : 1, mode : 4, : 8, kind : 8; char c; long long wide : 60; short t : 3; };",
    "struct s { char c; struct { int x : 7; struct { char y; long z : 13; } deep; } in; struct { char q; int p; } arr[3]; };",
    "struct s { char a; char b __attribute__((aligned(64))); union { int i; long double ld; char text[5]; } u; };",
    "struct s { char a; int b; double c; long n : 20; } __attribute__((packed));",
    "struct s { int n; struct { char c; double d; } in; short data[]; };",
    "#pragma pack(2)\nstruct s { char a; double b; int n : 9, m : 30; };\n#pragma pack()",
    "struct s { long l; __WCHAR_TYPE__ w; enum { ONE } e; enum { TWO } f : 2; _Bool g : 1; };",
];

const COMPILERS: &[(&str, &[&str], &str)] = &[
    ("gcc", &[], "linux-x86_64"),
    (
        "clang",
        &["-target", "x86_64-unknown-linux-gnu"],
        "linux-x86_64",
    ),
    ("aarch64-linux-gnu-gcc", &[], "linux-aarch64"),
    ("clang", &["-target", "arm64-apple-macosx"], "apple-arm64"),
    (
        "clang",
        &["-target", "x86_64-pc-windows-msvc"],
        "windows-msvc",
    ),
    ("x86_64-w64-mingw32-gcc", &[], "windows-gnu"),
];

const MARK: &str = "bits are here: ";

#[test]
fn layouts_are_those_of_compilers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = 0;
    for (compiler, options, model) in COMPILERS {
        if !runs_here(compiler, model) {
            println!("skipped: {compiler} is not there, or not for this");
            continue;
        }
        for declaration in DECLARATIONS {
            let said = shown(&[
                "--json",
                "--model",
                model,
                &declaration.replace("__WCHAR_TYPE__", "wchar_t"),
            ]);
            let said: Value = serde_json::from_str(&said).expect("JSON");
            let mut checks = Checks::new(declaration, &said);
            checks.fields("", &said["fields"]);
            let object = folder.path().join("layout.o");
            let source = folder.path().join("layout.c");
            std::fs::write(&source, &checks.source).expect("the folder is there");
            let mut command = Command::new(compiler);
            command
                .args(*options)
                .args(["-std=gnu11", "-w", "-c", "-o"]);
            let output = command
                .arg(&object)
                .arg(&source)
                .output()
                .expect("it is there");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{compiler} {model}: {declaration}\n{errors}"
            );
            checks.compare(&std::fs::read(&object).expect("it is written"));
            asked += 1;
        }
    }
    assert!(asked > 0, "these tests need a C compiler");
}

/// Whether a compiler is there and, if it has no `-target`, compiles for this model.
fn runs_here(compiler: &str, model: &str) -> bool {
    let output = Command::new(compiler).arg("-dumpmachine").output();
    let Ok(output) = output else { return false };
    let machine = String::from_utf8_lossy(&output.stdout).into_owned();
    compiler == "clang" || model.starts_with("windows") || machine.starts_with(&model[6..])
}

struct Checks {
    source: String,
    size: usize,
    /// What a record with a bit-field of ones looks like.
    constants: Vec<(String, Vec<u8>)>,
}

impl Checks {
    fn new(declaration: &str, said: &Value) -> Self {
        let mut source = format!("{declaration}\n");
        for (operator, key) in [("sizeof", "size"), ("_Alignof", "align")] {
            let line = format!(
                "_Static_assert({operator}(struct s) == {}, \"{key}\");",
                said[key]
            );
            writeln!(source, "{line}").expect("a string");
        }
        Self {
            source,
            size: number(&said["size"]),
            constants: Vec::new(),
        }
    }

    fn fields(&mut self, path: &str, fields: &Value) {
        for field in fields.as_array().expect("an array") {
            let name = field["name"].as_str().expect("all have names");
            let name = format!("{path}{name}");
            if field["bit_width"].is_u64() {
                self.bits(&name, field);
                continue;
            }
            let (offset, size) = (&field["offset"], &field["size"]);
            let assertion = format!("__builtin_offsetof(struct s, {name}) == {offset}");
            writeln!(
                self.source,
                "_Static_assert({assertion}, \"{name} at {offset}\");"
            )
            .expect("a string");
            if *size != 0 {
                let assertion = format!("sizeof(((struct s *)0)->{name}) == {size}");
                writeln!(
                    self.source,
                    "_Static_assert({assertion}, \"{name} of {size}\");"
                )
                .expect("a string");
            }
            if let Some(fields) = field.get("fields") {
                let is_array = field["type"].as_str().is_some_and(|ty| ty.starts_with('['));
                let element = if is_array { "[0]" } else { "" };
                self.fields(&format!("{name}{element}."), fields);
            }
        }
    }

    fn bits(&mut self, name: &str, field: &Value) {
        let id = self.constants.len();
        let first = 8 * number(&field["offset"]) + number(&field["bit_offset"]);
        let mut bytes = vec![0; self.size];
        for bit in first..first + number(&field["bit_width"]) {
            bytes[bit / 8] |= 1 << (bit % 8);
        }
        let one = if field["type"] == "bool" { 1 } else { -1 };
        let line = format!(
            "const struct {{ struct {{ char mark[64]; }} m; struct s value; }} v{id} \
             __attribute__((aligned(64))) = {{ {{ \"{MARK}{id:04}\" }}, {{ .{name} = {one} }} }};"
        );
        writeln!(self.source, "{line}").expect("a string");
        self.constants.push((name.into(), bytes));
    }

    fn compare(&self, object: &[u8]) {
        for (id, (name, expected)) in self.constants.iter().enumerate() {
            let mark = format!("{MARK}{id:04}");
            let mut windows = object.windows(mark.len());
            let at = windows
                .position(|bytes| bytes == mark.as_bytes())
                .expect("the constant");
            let found = &object[at + 64..at + 64 + expected.len()];
            assert_eq!(found, expected, "{name} in\n{}", self.source);
        }
    }
}

fn number(value: &Value) -> usize {
    let number = value.as_u64().expect("a number");
    usize::try_from(number).expect("it is small")
}
