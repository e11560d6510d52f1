//! `trampette exports`.

use std::fs;

use serde_json::Value;

use crate::command::{fixture, trampette};

fn listed(library: &str) -> String {
    let outcome = trampette(&["exports", library]);
    assert_eq!(
        (outcome.stderr.as_str(), outcome.status),
        ("", Some(0)),
        "{library}"
    );
    outcome.stdout
}

fn parsed(library: &str) -> Vec<Value> {
    let outcome = trampette(&["exports", library, "--json"]);
    assert_eq!(
        (outcome.stderr.as_str(), outcome.status),
        ("", Some(0)),
        "{library}"
    );
    serde_json::from_str(&outcome.stdout).expect("a JSON array")
}

fn refusal(library: &str) -> String {
    let outcome = trampette(&["exports", library]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.status),
        ("", Some(1)),
        "{library}"
    );
    outcome.stderr
}

#[test]
fn columns_are_aligned() {
    let text = listed(fixture());
    let lines: Vec<&str> = text.lines().collect();
    let variable = lines
        .iter()
        .find(|line| line.ends_with(" exported_variable"))
        .expect("the variable");
    assert!(variable.starts_with("variable  "), "{variable}");
    assert!(
        variable.ends_with("  4  exported_variable") || variable.contains(" 4  "),
        "{variable}"
    );
    let names: Vec<&str> = lines
        .iter()
        .map(|line| line.rsplit("  ").next().unwrap())
        .collect();
    let starts: Vec<usize> = lines
        .iter()
        .zip(&names)
        .map(|(line, name)| line.len() - name.len())
        .collect();
    assert!(starts.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    assert!(names.is_sorted(), "{text}");
    assert!(
        names.contains(&"same_text") && !names.contains(&"strlen"),
        "{text}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("indirect ") && line.ends_with(" absent")),
        "{text}"
    );
}

#[test]
fn a_loader_name_lists_the_library_that_it_stands_for() {
    let text = listed("libc.so.6");
    assert!(
        text.lines()
            .any(|line| line.starts_with("variable ") && line.contains(" __environ@@GLIBC_")),
        "{text}"
    );
    // Each architecture has versions of its own.
    assert!(text.lines().any(|line| line.contains(" memcpy@")), "{text}");
}

#[test]
fn json_has_every_property() {
    let exports = parsed(fixture());
    let variable = exports
        .iter()
        .find(|export| export["name"] == "exported_variable")
        .expect("the variable");
    assert_eq!(variable["kind"], "variable");
    assert_eq!(variable["size"], 4);
    assert!(
        variable["address"]
            .as_str()
            .expect("text")
            .starts_with("0x")
    );
    let keys: Vec<&String> = variable.as_object().expect("an object").keys().collect();
    let expected = [
        "name", "kind", "weak", "version", "default", "size", "address", "ordinal", "forward",
    ];
    assert_eq!(keys, expected);
    assert_eq!(exports.len(), listed(fixture()).lines().count());
}

#[test]
fn a_file_for_another_machine_is_only_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("libforeign.so");
    let mut bytes = fs::read(fixture()).unwrap();
    const E_MACHINE: usize = 18;
    bytes[E_MACHINE] = 183;
    fs::write(&path, bytes).unwrap();
    assert_eq!(listed(path.to_str().unwrap()), listed(fixture()));
}

#[test]
fn a_file_beside_us_needs_no_path() {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(fixture(), directory.path().join("beside.so")).unwrap();
    let mut command = crate::command::command(&["exports", "beside.so"]);
    let output = command.current_dir(directory.path()).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), listed(fixture()));
}

#[test]
fn the_program_itself_exports_what_it_was_linked_to_export() {
    assert_eq!(trampette(&["exports", "self"]).status, Some(0));
    assert_eq!(trampette(&["exports", "self", "--json"]).status, Some(0));
}

#[test]
fn what_is_no_library_is_refused() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    assert_eq!(
        refusal(source),
        format!("error: library `{source}` cannot be read: it is not a library\n")
    );
    assert_eq!(
        refusal("/"),
        "error: library `/` cannot be read: it is not a regular file\n"
    );
    assert!(refusal("./libno.so").starts_with("error: library `./libno.so` is not found: "));
    assert!(refusal("libno.so.7").starts_with("error: library `libno.so.7` is not found: "));
}
