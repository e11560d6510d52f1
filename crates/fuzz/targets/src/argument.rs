//! Arguments of the command: a line with a type, and the text of a value of it. Reading ends in a value or
//! in words.

#![no_main]

#[path = "../../../cli/src/argument/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the command prints what stands in buffers"
)]
mod argument;
#[path = "../../../cli/src/failure.rs"]
#[allow(dead_code, reason = "messages quote arguments")]
mod failure;

use libfuzzer_sys::fuzz_target;
use trampette::{CType, Value};

fuzz_target!(|text: &[u8]| {
    let mut buffers = argument::Buffers::default();
    if let Ok((ty, value)) = argument::parse_variadic(text, buffers.of_argument(0)) {
        check(&ty, &value);
    }
    let mut parts = text.splitn(2, |byte| *byte == b'\n');
    let (Some(ty), Some(text)) = (parts.next(), parts.next()) else {
        return;
    };
    let Some(ty) = std::str::from_utf8(ty)
        .ok()
        .and_then(|ty| ty.parse::<CType>().ok())
    else {
        return;
    };
    match argument::parse_argument(text, &ty, buffers.of_argument(1)) {
        Ok(value) => check(&ty, &value),
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
});

/// A struct's value is as large as its type.
fn check(ty: &CType, value: &Value) {
    if let Value::Struct(value) | Value::Union(value) | Value::Array(value) = value {
        let layout = ty.layout(&trampette::MODEL).expect("it has a value");
        assert_eq!(value.bytes().len(), layout.size(), "{ty}");
    }
}
