//! Help, version, and usage errors, which have the exit status 2.

use crate::command::{command, trampette};

#[test]
fn wrong_usage_has_its_own_status() {
    for args in [
        &[][..],
        &["call"],
        &["call", "libm.so.6"],
        &["call", "self", "int abs(int)", "--jsom", "1"],
        &["exports"],
        &["exports", "a", "b"],
        &["disasm"],
        &["disasm", "int abs(int)", "--json", "--ascii"],
        &["layout"],
        &["layout", "int", "--json", "--ascii"],
        &["layout", "int", "long"],
        &["cal"],
    ] {
        let outcome = trampette(args);
        assert_eq!(
            (outcome.status, outcome.stdout.as_str()),
            (Some(2), ""),
            "{args:?}"
        );
        assert!(
            outcome.stderr.contains("Usage: trampette"),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn the_version_is_the_packages() {
    let outcome = trampette(&["--version"]);
    assert_eq!(
        outcome.stdout,
        concat!("trampette ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn help_has_examples_that_fit_a_terminal() {
    for args in [
        &["--help"][..],
        &["call", "--help"],
        &["exports", "--help"],
        &["disasm", "--help"],
        &["layout", "--help"],
    ] {
        let outcome = trampette(args);
        assert_eq!(
            (outcome.status, outcome.stderr.as_str()),
            (Some(0), ""),
            "{args:?}"
        );
        assert!(
            outcome.stdout.contains("Usage: trampette"),
            "{}",
            outcome.stdout
        );
        let examples = outcome
            .stdout
            .lines()
            .filter(|line| line.starts_with("  trampette "));
        assert!(
            args.len() == 1 || examples.count() > 1,
            "{}",
            outcome.stdout
        );
    }
}

#[test]
fn messages_are_coloured_on_demand_only() {
    for signature in ["int abs(itn)", "int no_such_function(void)"] {
        let args = ["call", "self", signature];
        assert!(!trampette(&args).stderr.contains('\x1b'));
        let forced = command(&args).env("CLICOLOR_FORCE", "1").output().unwrap();
        assert!(
            String::from_utf8(forced.stderr)
                .unwrap()
                .contains("\x1b[1m\x1b[91merror\x1b[0m")
        );
    }
}
