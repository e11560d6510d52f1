//! Compact text of types and signatures: reading it ends, its errors are within it, and what it means
//! prints as text of the same meaning.

#![no_main]

use std::fmt::Display;
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use trampette_types::{CType, DataModel, ParseError, Signature};

const MODELS: [DataModel; 6] = [
    DataModel::LINUX_X86_64,
    DataModel::LINUX_AARCH64,
    DataModel::APPLE_X86_64,
    DataModel::APPLE_ARM64,
    DataModel::WINDOWS_MSVC,
    DataModel::WINDOWS_GNU,
];

fuzz_target!(|text: &str| {
    if let Some(ty) = read::<CType>(text) {
        for model in &MODELS {
            _ = ty.layout(model).map(|layout| layout.to_string());
        }
    }
    if let Some(signature) = read::<Signature>(text) {
        for model in &MODELS {
            _ = signature.shape(model).map(|shape| shape.to_string());
        }
    }
});

fn read<T: FromStr<Err = ParseError> + Display + PartialEq>(text: &str) -> Option<T> {
    match text.parse::<T>() {
        Ok(value) => {
            let printed = value.to_string();
            assert!(printed.parse().as_ref() == Ok(&value), "{printed}");
            Some(value)
        }
        Err(error) => {
            assert!(text.get(error.span()).is_some(), "{error}");
            assert!(!error.to_string().is_empty());
            None
        }
    }
}
