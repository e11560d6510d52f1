//! Apple's C on Linux: Clang compiles a fixture for macOS, and what it writes is assembled for ELF, so that
//! its functions run here. Instructions are the same everywhere; only names and directives are not.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use trampette::Library;

use trampette_fuzz::compiler::{Build, Compiled};

/// What a freestanding fixture misses.
const HEADERS: [(&str, &str); 3] = [
    (
        "string.h",
        "void *memcpy(void *, const void *, __SIZE_TYPE__);\nvoid *memset(void *, int, __SIZE_TYPE__);\n",
    ),
    ("sys/types.h", "typedef __PTRDIFF_TYPE__ ssize_t;\n"),
    ("wchar.h", ""),
];

/// Plain `char` is unsigned as in the rest of this process; what Apple's compiler would guard its stack
/// with is not here; and the assembler does not know Apple's names of vector instructions.
const OPTIONS: [&str; 10] = [
    "-target",
    "arm64-apple-macos11",
    "-std=gnu11",
    "-w",
    "-ffreestanding",
    "-fno-stack-protector",
    "-funsigned-char",
    "-S",
    "-mllvm",
    "-aarch64-neon-syntax=generic",
];

/// Compiles a C file without optimisation and with it, and loads the libraries; none without Clang.
///
/// # Panics
///
/// When a compiler or the assembler refuses the file.
#[must_use]
pub fn compile(name: &str, source: &str) -> Vec<Compiled> {
    if Command::new("clang").arg("--version").output().is_err() {
        eprintln!("note: clang is not installed, nothing is compared");
        return Vec::new();
    }
    let folder = Arc::new(tempfile::tempdir().expect("a folder for fixtures"));
    for (header, text) in HEADERS {
        let path = folder.path().join("include").join(header);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        std::fs::write(path, text).expect("the header is written");
    }
    let file = folder.path().join(format!("{name}.c"));
    std::fs::write(&file, source).expect("the fixture is written");
    ["-O0", "-O2"]
        .map(|level| build(&file, level, &folder))
        .into()
}

fn build(file: &Path, level: &'static str, folder: &Arc<TempDir>) -> Compiled {
    let assembly = file.with_extension(format!("{level}.s"));
    let library = file.with_extension(format!("{level}.so"));
    let include = file.with_file_name("include");
    let mut clang = Command::new("clang");
    clang.args(OPTIONS).arg(level).arg("-isystem").arg(include);
    run(clang.arg(file).arg("-o").arg(&assembly));
    let text = std::fs::read_to_string(&assembly).expect("clang wrote it");
    std::fs::write(&assembly, translate(&text)).expect("it is written");
    let mut link = Command::new("aarch64-linux-gnu-gcc");
    link.args(["-shared", "-Wl,-Bsymbolic", "-o"]).arg(&library);
    run(link.arg(&assembly));
    let build = Build {
        compiler: "clang for macOS",
        target: None,
        level,
    };
    // SAFETY: the fixture has no initialisers.
    let library = unsafe { Library::open(library) };
    Compiled {
        build,
        library: library.expect("a fixture that was compiled just now opens"),
        folder: folder.clone(),
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("the compiler starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words:.4000}");
}

/// Assembly for Mach-O as assembly for ELF.
fn translate(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split(';').next().unwrap_or(""));
    let lines = lines.filter_map(|line| directive(line.trim()));
    lines.map(|line| names(&line) + "\n").collect()
}

/// The line with directives that ELF knows; `None` for what it needs not.
fn directive(line: &str) -> Option<String> {
    const NEEDLESS: [&str; 3] = [".build_version", ".subsections_via_symbols", ".loh"];
    if NEEDLESS.iter().any(|name| line.starts_with(name)) {
        return None;
    }
    if let Some(common) = line.strip_prefix(".zerofill") {
        let parts: Vec<&str> = common.split(',').map(str::trim).collect();
        let [_, _, name, size, align] = parts[..] else {
            panic!("{line}");
        };
        let align = 1 << align.parse::<u32>().expect("a power of two");
        return Some(format!(".comm {name},{size},{align}"));
    }
    let section = match line.strip_prefix(".section") {
        None => return Some(line.to_owned()),
        Some(section) if section.contains("__text") => ".text",
        Some(section) if section.contains("__DATA") => ".data",
        Some(_) => ".section .rodata",
    };
    Some(section.to_owned())
}

/// The line with its symbols as ELF has them: without the underscore, and with the parts of their
/// addresses named before them.
fn names(line: &str) -> String {
    const PARTS: [(&str, &str); 4] = [
        ("@GOTPAGEOFF", ":got_lo12:"),
        ("@GOTPAGE", ":got:"),
        ("@PAGEOFF", ":lo12:"),
        ("@PAGE", ""),
    ];
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '@');
    let mut translated = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(is_name) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !is_name(c)).unwrap_or(from.len()));
        let part = PARTS
            .iter()
            .find_map(|(suffix, prefix)| Some((word.strip_suffix(suffix)?, prefix)));
        let (name, prefix) = part.unwrap_or((word, &""));
        translated += before;
        translated += prefix;
        translated += name.strip_prefix('_').unwrap_or(name);
        rest = after;
    }
    translated + rest
}
