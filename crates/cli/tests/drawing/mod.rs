//! What the tests of commands that draw have in common: how they are run, and what holds for every picture.

use std::path::Path;
use std::process::Command;

/// Exit status, standard output, standard error.
pub(crate) type Outcome = (Option<i32>, String, String);

/// `trampette` with this verb and these arguments; `ci/cross.sh` says which emulator it needs.
pub(crate) fn command(verb: &str, args: &[&str]) -> Command {
    let emulator = std::env::var("TRAMPETTE_EMULATOR").unwrap_or_default();
    let words = emulator.split_whitespace();
    let mut words = words.chain([env!("CARGO_BIN_EXE_trampette"), verb]);
    let mut command = Command::new(words.next().expect("at least the command itself"));
    command.args(words).args(args).env_remove("CLICOLOR_FORCE");
    command
}

/// What it does with these arguments.
pub(crate) fn outcome(verb: &str, args: &[&str]) -> Outcome {
    let output = command(verb, args).output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// What it prints when nothing is wrong.
pub(crate) fn shown(verb: &str, args: &[&str]) -> String {
    let (status, stdout, stderr) = outcome(verb, args);
    assert_eq!((status, stderr.as_str()), (Some(0), ""), "{args:?}");
    stdout
}

/// Compares whole outputs with files that a person can look at, one for each name, or writes them.
pub(crate) fn bless(verb: &str, outputs: impl Iterator<Item = (String, String)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folder = folder.join(verb).join("goldens");
    let wrong = outputs.filter_map(|(name, text)| {
        let path = folder.join(&name).with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            return std::fs::write(&path, text)
                .err()
                .map(|error| error.to_string());
        }
        let is_same = std::fs::read_to_string(&path).unwrap_or_default() == text;
        (!is_same).then(|| format!("{name} is not as blessed (BLESS=1 writes it anew):\n{text}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No line is longer than a page, and none ends in space.
pub(crate) fn assert_on_a_page(output: &str) {
    for line in output.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert_eq!(line.trim_end(), line);
    }
}

/// The picture in ASCII is the other one, character for character.
pub(crate) fn assert_same_picture(ascii: &str, unicode: &str) {
    assert!(ascii.is_ascii(), "{ascii}");
    let widths =
        |text: &str| -> Vec<usize> { text.lines().map(|line| line.chars().count()).collect() };
    assert_eq!(widths(ascii), widths(unicode));
}
