//! Declarations for `trampette layout`, C and compact text: whatever they are, they are drawn on a page, or
//! refused in words.

#![no_main]

#[path = "../../../cli/src/charset.rs"]
#[allow(dead_code, reason = "the command draws more")]
mod charset;
#[path = "../../../cli/src/failure.rs"]
#[allow(dead_code, reason = "the command refuses more")]
mod failure;
#[path = "../../../cli/src/layout/mod.rs"]
#[allow(dead_code, reason = "the command prints it")]
mod layout;
#[path = "../../../cli/src/named.rs"]
mod named;

/// The command line.
mod args {
    use std::ffi::OsString;

    use trampette::DataModel;

    pub(crate) struct Layout {
        pub(crate) declaration: OsString,
        pub(crate) model: Option<DataModel>,
        pub(crate) ascii: bool,
        pub(crate) json: bool,
    }
}

use libfuzzer_sys::fuzz_target;
use trampette::DataModel;

fuzz_target!(|text: &str| {
    for model in DataModel::ALL {
        let mut asked = args::Layout {
            declaration: text.into(),
            model: Some(model),
            ascii: false,
            json: false,
        };
        let mut picture = Vec::new();
        if layout::show(&mut picture, &asked).is_err() {
            continue;
        }
        let picture = std::str::from_utf8(&picture).expect("it is text");
        for line in picture.lines() {
            assert!(line.chars().count() <= charset::PAGE, "{line}");
        }
        asked.json = true;
        let mut json = Vec::new();
        layout::show(&mut json, &asked).unwrap_or_else(|_| panic!("it has been drawn"));
        serde_json::from_slice::<serde_json::Value>(&json).expect("it is JSON");
    }
});
