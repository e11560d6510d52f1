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

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use trampette::cdecl::{Declarations, Options};
use trampette::{CType, MODEL, Value};

/// What a header might declare: constants, and types to name behind the dots.
static DECLARATIONS: LazyLock<Declarations> = LazyLock::new(|| {
    let mut declarations = Declarations::new(Options::new(MODEL));
    let text =
        "enum color { RED, GREEN = -7 };\n#define MOST 1e4000L\nstruct pair { int a; double b; };";
    declarations.parse(text).expect("it is C");
    declarations
});

fuzz_target!(|text: &[u8]| {
    let mut buffers = argument::Buffers::default();
    let variadic = argument::parse_variadic(text, &mut context(&mut buffers, 0));
    if let Ok((ty, value)) = variadic {
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
    match argument::parse_argument(text, &ty, &mut context(&mut buffers, 1)) {
        Ok(value) => check(&ty, &value),
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
});

fn context(buffers: &mut argument::Buffers, index: usize) -> argument::Context<'_> {
    argument::Context {
        buffers: buffers.of_argument(index),
        declarations: &DECLARATIONS,
    }
}

/// A struct's value is as large as its type.
fn check(ty: &CType, value: &Value) {
    if let Value::Struct(value) | Value::Union(value) | Value::Array(value) = value {
        let layout = ty.layout(&MODEL).expect("it has a value");
        assert_eq!(value.bytes().len(), layout.size(), "{ty}");
    }
}
