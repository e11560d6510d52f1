//! Calls that cannot be made: one message, exit status 1.

use std::fs;
use std::path::Path;

use crate::command::{fixture, refused, trampette};

/// The fixture, made for another machine by its header's word.
fn foreign(directory: &Path) -> String {
    let mut bytes = fs::read(fixture()).unwrap();
    const E_MACHINE: usize = 18;
    const EM_RISCV: u8 = 243;
    bytes[E_MACHINE] = EM_RISCV;
    let path = directory.join("libforeign.so");
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().into()
}

#[test]
fn a_library_that_does_not_exist_is_not_found() {
    assert_eq!(
        refused("libno.so.7", "int f(void)", &[]),
        "error: library `libno.so.7` is not found: libno.so.7: cannot open shared object file: \
         No such file or directory\n"
    );
}

#[test]
fn a_file_that_is_no_library_is_told_apart() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let message = refused(file, "int f(void)", &[]);
    assert_eq!(
        message,
        format!("error: `{file}` is not a library: {file}: invalid ELF header\n")
    );
    assert!(refused("/", "int f(void)", &[]).starts_with("error: `/` is not a library: "));
}

#[test]
fn a_library_for_another_machine_is_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let library = foreign(directory.path());
    let message = refused(&library, "int f(void)", &[]);
    let here = std::env::consts::ARCH;
    let expected = format!("error: library `{library}` is made for riscv64, and this is {here}: ");
    assert!(message.starts_with(&expected), "{message}");
}

#[test]
fn a_symbol_that_does_not_exist_is_named() {
    let message = refused("libm.so.6", "double powww(double)", &["1"]);
    assert!(
        message.starts_with("error: library `libm.so.6` has no symbol `powww`: "),
        "{message}"
    );
    let message = refused("self", "int no_such_function(void)", &[]);
    assert!(
        message.starts_with("error: the process has no symbol `no_such_function`: "),
        "{message}"
    );
}

#[test]
fn a_symbol_at_address_zero_is_refused() {
    let library = fixture();
    let message = refused(library, "int absent(void)", &[]);
    assert_eq!(
        message,
        format!("error: the symbol `absent` of library `{library}` has the address zero\n")
    );
}

#[test]
fn the_number_of_arguments_is_checked() {
    let abs = "int abs(int)";
    assert_eq!(
        refused("self", abs, &[]),
        "error: the function takes 1 argument, not 0\n"
    );
    assert_eq!(
        refused("self", abs, &["1", "2"]),
        "error: the function takes 1 argument, not 2\n"
    );
    let printf = "int printf(const char *, ...)";
    let message = "error: the function takes at least 1 argument, not 0\n";
    assert_eq!(refused("self", printf, &[]), message);
    let one_call = "printf(str, ..., int) -> int";
    let message = "error: the function takes 2 arguments, not 1\n";
    assert_eq!(refused("self", one_call, &["%d"]), message);
}

#[test]
fn a_hundred_thousand_arguments_are_counted() {
    let many = vec!["1"; 100_000];
    let message = refused("self", "int abs(int)", &many);
    assert_eq!(
        message,
        "error: the function takes 1 argument, not 100000\n"
    );
    let many = [&["x"][..], &vec!["int:1"; 100_000]].concat();
    let message = refused("self", "int printf(const char *, ...)", &many);
    assert_eq!(
        message,
        "error: 100001 parameters, and at most 1024 are supported\n"
    );
}

#[test]
fn a_convention_that_does_not_exist_here_is_named() {
    let other = if cfg!(target_arch = "aarch64") {
        "sysv64"
    } else {
        "aapcs64"
    };
    let message = refused("self", &format!("abs {other} (int) -> int"), &["1"]);
    assert_eq!(
        message,
        format!("error: this process cannot call functions of the convention {other}\n")
    );
}

#[test]
fn output_that_nobody_reads_ends_quietly() {
    for args in [
        &["call", "self", "int abs(int)", "1"][..],
        &["exports", "libc.so.6"],
        &["call", "self", "int puts(const char *)", "x"],
        &["disasm", "int abs(int)"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = crate::command::command(args)
            .stdout(writer)
            .output()
            .unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(0), &b""[..]),
            "{args:?}"
        );
    }
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    for signature in ["int abs(int)", "int putchar(int)"] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = crate::command::command(&["call", "self", signature, "1"]);
        let output = command.stdout(full).output().unwrap();
        let message =
            "error: the output cannot be written: No space left on device (os error 28)\n";
        assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn names_with_control_characters_stay_on_one_line() {
    let outcome = trampette(&["call", "lib\n\x1b[31m.so", "int f(void)"]);
    assert_eq!(outcome.status, Some(1));
    assert_eq!(
        outcome.stderr.matches('\n').count(),
        1,
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains('\x1b'), "{}", outcome.stderr);
}
