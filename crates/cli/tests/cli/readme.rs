//! What the README shows is what happens.

use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_examples_of_the_readme_print_what_it_says() {
    if crate::command::emulator().is_some() {
        println!("skipped: a shell cannot start the command here");
        return;
    }
    let own = include_str!("../../README.md").to_string();
    // The package does not contain the workspace's.
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readmes = own + &std::fs::read_to_string(workspace).unwrap_or_default();
    let mut count = 0;
    for block in readmes.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for example in block.split("$ ").skip(1) {
            let (command, expected) = example.split_once('\n').unwrap();
            assert_eq!(shell(command), expected, "{command}");
            count += 1;
        }
    }
    assert!(count > 5, "the README has examples");
}

/// What a shell shows of a command, errors included.
fn shell(command: &str) -> String {
    let directory = Path::new(env!("CARGO_BIN_EXE_trampette")).parent().unwrap();
    let path = format!(
        "{}:{}",
        directory.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{command} 2>&1")])
        .env("PATH", path)
        .stderr(Stdio::inherit());
    String::from_utf8(shell.output().expect("a shell").stdout).expect("UTF-8")
}
