//! C declarations, prototypes, variables and types: reading them ends, errors are within the text and can be
//! shown, and what is read prints as compact text.

#![no_main]

use std::fmt::Display;
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use trampette_cdecl::{
    CharPointers, Error, Options, parse_declarations, parse_named_type, parse_prototype,
    parse_type, parse_variable,
};
use trampette_types::{DataModel, ParseError};

fuzz_target!(|text: &str| {
    let unix = Options::new(DataModel::LINUX_X86_64);
    let windows = Options::new(DataModel::WINDOWS_GNU).with_char_pointers(CharPointers::Pointers);
    if let Err(error) = parse_declarations(text, &windows) {
        check(text, &error);
        assert!(error.render(text).contains("<text>:"), "{error}");
    }
    match parse_prototype(text, &unix) {
        Ok(prototype) => {
            print_back(&prototype.signature);
            _ = prototype.signature.shape(unix.model());
        }
        Err(error) => check(text, &error),
    }
    match parse_variable(text, &unix) {
        Ok(variable) => print_back(&variable.ty),
        Err(error) => check(text, &error),
    }
    for model in DataModel::ALL {
        match parse_named_type(text, &Options::new(model)) {
            Ok(named) => {
                print_back(&named.ty);
                assert!(named.ty.layout(&model).is_ok(), "{}", named.ty);
            }
            Err(error) => check(text, &error),
        }
    }
    match parse_type(text, &unix) {
        Ok(ty) => print_back(&ty),
        Err(error) => check(text, &error),
    }
});

fn check(text: &str, error: &Error) {
    assert!(text.get(error.span()).is_some(), "{error}");
    assert!(error.line() > 0 && error.column() > 0, "{error}");
    assert!(!error.code().is_empty(), "{error}");
}

fn print_back<T: Display + FromStr<Err = ParseError>>(read: &T) {
    let printed = read.to_string();
    let again: T = printed
        .parse()
        .expect("what was read prints as compact text");
    assert_eq!(again.to_string(), printed);
}
