//! What library files export, compared with other tools' word and with what went into them.
#![cfg(all(
    feature = "exports",
    any(all(target_os = "linux", target_env = "gnu"), windows)
))]

#[cfg(target_os = "linux")]
#[path = "exports/elf.rs"]
mod elf;
mod fixture;
#[path = "exports/images.rs"]
mod images;
#[cfg(windows)]
#[path = "exports/pe.rs"]
mod pe;

use std::path::Path;

use trampette::{Export, Library};

fn open(name: impl AsRef<Path>) -> Library {
    // SAFETY: the libraries of these tests run nothing when they are loaded.
    unsafe { Library::open(name.as_ref()) }.unwrap()
}

fn find<'a>(exports: &'a [Export], name: &str) -> Vec<&'a Export> {
    exports
        .iter()
        .filter(|export| export.name == name)
        .collect()
}

fn one<'a>(exports: &'a [Export], name: &str) -> &'a Export {
    match *find(exports, name) {
        [export] => export,
        ref others => panic!("`{name}` is exported {} times", others.len()),
    }
}
