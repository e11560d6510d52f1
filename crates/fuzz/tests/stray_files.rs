//! No file is left behind, whatever the compilers do. The only test of its program: it changes where
//! temporary files go.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::path::Path;

use trampette_fuzz::compiler::{Build, builds, try_compile_for};
use trampette_fuzz::judge::Judge;

#[test]
fn no_file_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    // SAFETY: no other thread of this program reads the environment now.
    unsafe { std::env::set_var("TMPDIR", folder.path()) };

    let compiled = try_compile_for(builds(), "right", "int answer(void) { return 42; }");
    assert!(compiled.iter().all(Result::is_ok));
    assert_empty(folder.path(), "while the libraries are in use");
    drop(compiled);

    let wrong = try_compile_for(builds(), "wrong", "int answer(void) { return }");
    assert!(wrong.iter().all(Result::is_err));
    assert_empty(folder.path(), "after a refusal");

    let signatures = ["(i8) -> i8".parse().unwrap()];
    let missing = Build::new("/no/such/compiler", None, "-O2");
    let judge = Judge::new(vec![builds()[0], missing]);
    assert!(judge.prove(&signatures).is_err());
    assert_empty(folder.path(), "without a compiler");

    let judge = Judge::new(builds().to_vec());
    assert!(judge.prove(&signatures).unwrap().mismatches.is_empty());
    assert_empty(folder.path(), "after a proof");

    let nowhere = folder.path().join("nowhere");
    // SAFETY: as above.
    unsafe { std::env::set_var("TMPDIR", &nowhere) };
    let error = judge.prove(&signatures).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains(nowhere.to_str().unwrap()), "{cause}");
}

fn assert_empty(folder: &Path, when: &str) {
    let left: Vec<_> = folder.read_dir().unwrap().collect();
    assert!(left.is_empty(), "{when}: {left:?}");
}
