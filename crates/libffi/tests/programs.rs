//! C programs that use the whole interface, compiled by gcc and clang against our header and linked to our shared
//! library; and against the system's libffi, where there is one: what they print is the same.
#![cfg(target_os = "linux")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Where the library is installed, for as long as the tests run.
fn installed() -> &'static Path {
    static PREFIX: OnceLock<TempDir> = OnceLock::new();
    let prefix = PREFIX.get_or_init(|| {
        let prefix = tempfile::tempdir().expect("a folder for the library");
        let mut script = Command::new("bash");
        script
            .arg(workspace().join("ci/libffi.sh"))
            .arg(prefix.path());
        if emulator().is_some() {
            script.arg(format!("{}-unknown-linux-gnu", env::consts::ARCH));
        }
        // The same code, built in less time.
        script
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        succeed(&mut script);
        prefix
    });
    prefix.path()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What runs programs of this machine, where the system cannot.
fn emulator() -> Option<String> {
    env::var("TRAMPETTE_EMULATOR").ok()
}

/// The C compilers for this machine: those that are installed, and one at least.
fn compilers() -> Vec<String> {
    let mut names = match emulator() {
        Some(_) => vec![env::var("CC").expect("the compiler of an emulated machine")],
        None => vec!["gcc".into(), "clang".into()],
    };
    names.retain(|name| is_there(name));
    if names.is_empty() {
        names.push("cc".into());
    }
    names
}

fn is_there(compiler: &str) -> bool {
    let asked = Command::new(compiler).arg("--version").output();
    asked.is_ok_and(|output| output.status.success())
}

fn succeed(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}:\n{printed}\n{told}");
    output
}

/// Their C++ compilers, as far as they are installed.
fn cpp_compilers() -> Vec<String> {
    let names = compilers().into_iter().map(|name| match name.as_str() {
        "clang" => "clang++".to_owned(),
        gcc => gcc.replace("gcc", "g++"),
    });
    names.filter(|name| is_there(name)).collect()
}

/// Compiles a program of the folder `c` and runs it: what it prints. `flags` say which library it is linked to.
fn run(compiler: &str, program: &str, flags: &[String]) -> String {
    run_source(compiler, &["-std=gnu11"], &format!("{program}.c"), flags)
}

fn run_source(compiler: &str, language: &[&str], source: &str, flags: &[String]) -> String {
    let folder = tempfile::tempdir().expect("a folder for a program");
    let binary = folder.path().join("program");
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/c")
        .join(source);
    let mut compile = Command::new(compiler);
    compile
        .args(language)
        .args(["-O2", "-Wall", "-Werror", "-Wno-deprecated-declarations"])
        .arg(source)
        .arg("-o")
        .arg(&binary)
        .args(flags)
        .args(["-lffi", "-lm"]);
    succeed(&mut compile);
    let mut run = match emulator() {
        None => Command::new(&binary),
        Some(emulator) => {
            let mut words = emulator.split_whitespace();
            let mut run = Command::new(words.next().expect("an emulator has a name"));
            run.args(words).arg(&binary);
            run
        }
    };
    String::from_utf8_lossy(&succeed(&mut run).stdout).into_owned()
}

/// Our header and our shared library.
fn ours() -> [String; 3] {
    let prefix = installed().display();
    [
        format!("-I{prefix}/include"),
        format!("-L{prefix}/lib"),
        format!("-Wl,-rpath,{prefix}/lib"),
    ]
}

/// Whether this machine has a libffi of its own to compare with.
fn has_system_libffi() -> bool {
    let query = Command::new("pkg-config")
        .args(["--exists", "libffi"])
        .status();
    emulator().is_none() && query.is_ok_and(|status| status.success())
}

#[test]
fn the_whole_interface_does_what_the_systems_libffi_does() {
    does_what_the_systems_does("interface", 200);
}

#[test]
fn structs_whose_size_is_set_are_those_of_the_systems_libffi() {
    does_what_the_systems_does("sized", 2);
}

/// Compares what a program prints with either library, which is more than so many lines.
fn does_what_the_systems_does(program: &str, least: usize) {
    let mut outputs: Vec<(String, String)> = Vec::new();
    for compiler in compilers() {
        outputs.push((
            format!("ours, {compiler}"),
            run(&compiler, program, &ours()),
        ));
        if has_system_libffi() {
            outputs.push((format!("system, {compiler}"), run(&compiler, program, &[])));
        }
    }
    let (first, expected) = &outputs[0];
    assert!(expected.lines().count() > least, "{first}:\n{expected}");
    for (name, output) in &outputs[1..] {
        for (line, expected) in output.lines().zip(expected.lines()) {
            assert_eq!(line, expected, "{name}, and {first}");
        }
        assert_eq!(output, expected, "{name}, and {first}");
    }
}

/// Programs that were compiled with the system's header find the same in ours, and the other way round.
#[test]
fn headers_and_libraries_are_interchangeable() {
    if !has_system_libffi() {
        return;
    }
    let [header, folder, path] = ours();
    let compiler = &compilers()[0];
    let our_library = run(compiler, "interface", &[folder, path]);
    let our_header = run(compiler, "interface", &[header]);
    assert_eq!(our_library, our_header);
}

#[test]
fn exceptions_and_jumps_pass_calls_and_closures() {
    const EXPECTED: &str = "\
two destroyed
caught 4
ten destroyed
caught 3
nine destroyed
caught 5
a closure's function destroyed
caught 42
jumped with 5
a closure's function destroyed
caught 42
jumped with 5
a closure's function destroyed
caught 42
";
    let language = ["-std=c++17"];
    for compiler in cpp_compilers() {
        let printed = run_source(&compiler, &language, "exceptions.cc", &ours());
        assert_eq!(printed, EXPECTED, "ours, {compiler}");
        if has_system_libffi() {
            let printed = run_source(&compiler, &language, "exceptions.cc", &[]);
            assert_eq!(printed, EXPECTED, "system, {compiler}");
        }
    }
}

#[test]
fn what_later_versions_added_holds() {
    for compiler in compilers() {
        assert_eq!(run(&compiler, "later", &ours()), "all hold\n");
    }
}

#[test]
fn what_is_no_input_is_answered_with_a_status() {
    for compiler in compilers() {
        assert_eq!(run(&compiler, "refused", &ours()), "all hold\n");
    }
}

#[test]
fn hard_case_08_nothing_is_read_behind_an_argument_or_written_behind_a_result() {
    for compiler in compilers() {
        assert_eq!(run(&compiler, "bounds", &ours()), "all hold\n");
    }
}

#[test]
fn hard_case_26_threads_and_forked_children_do_not_wait_for_each_other() {
    // One compiler is enough: what is tried is in the library. Emulated processes do not fork with threads.
    if emulator().is_none() {
        let [header, folder, path] = ours();
        let flags = [header, folder, path, "-pthread".into()];
        assert_eq!(run(&compilers()[0], "threads", &flags), "all hold\n");
    }
}

#[test]
fn exhausted_memory_is_answered_with_a_status() {
    // The limit on a process' memory is the emulator's own where there is one.
    if emulator().is_none() {
        for compiler in compilers() {
            assert_eq!(run(&compiler, "memory", &ours()), "all hold\n");
        }
    }
}

/// Every name with the version that programs ask for, and no other name.
#[test]
fn the_shared_library_has_libffis_symbols_and_versions() {
    let library = installed().join("lib/libffi.so.8");
    let mut list = Command::new("nm");
    list.args(["-D", "--defined-only", "--with-symbol-versions"])
        .arg(library);
    let listed = String::from_utf8_lossy(&succeed(&mut list).stdout).into_owned();
    let mut found: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .filter(|name| name.contains("@@"))
        .collect();
    found.sort_unstable();
    let script = include_str!("../libffi.map");
    let (mut expected, mut names, mut version) = (Vec::new(), Vec::new(), "");
    for line in script.lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(" {") {
            version = name;
        } else if line.starts_with('}') {
            expected.extend(names.drain(..).map(|name| format!("{name}@@{version}")));
        } else if let Some(name) = line
            .strip_suffix(';')
            .filter(|name| name.starts_with("ffi_"))
        {
            names.push(name);
        }
    }
    expected.sort_unstable();
    assert_eq!(found, expected);
    let has = |name: &str| expected.iter().any(|known| known == name);
    // One name of each version, as libffi 3.8.0 has them.
    for name in [
        "ffi_call@@LIBFFI_BASE_8.0",
        "ffi_get_version@@LIBFFI_BASE_8.1",
        "ffi_type_complex_float@@LIBFFI_COMPLEX_8.0",
        "ffi_closure_alloc@@LIBFFI_CLOSURE_8.0",
        "ffi_call_go@@LIBFFI_GO_CLOSURE_8.0",
        "ffi_type_sint128@@LIBFFI_INT128_8.3",
        "ffi_call_plan_alloc@@LIBFFI_CALL_PLAN_8.4",
        "ffi_call_plan_size@@LIBFFI_CALL_PLAN_8.5",
    ] {
        assert!(has(name), "{name}");
    }
}

/// The header alone, as C++ sees it.
#[test]
fn the_header_is_cpp_as_well() {
    let folder = tempfile::tempdir().expect("a folder for a program");
    let source = folder.path().join("header.cc");
    let text =
        "#include <ffi.h>\nint main() { return ffi_get_version_number() != FFI_VERSION_NUMBER; }\n";
    std::fs::write(&source, text).expect("the program is written");
    let language = ["-std=c++17", "-Wextra", "-Wpedantic"];
    for compiler in cpp_compilers() {
        run_source(&compiler, &language, &source.display().to_string(), &ours());
    }
}
