//! C declarations, prototypes, variables and types: reading them ends, errors are within the text and can be
//! shown, and what is read prints as compact text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trampette_cdecl::{
    CharPointers, Error, Options, parse_declarations, parse_prototype, parse_type, parse_variable,
};
use trampette_types::{CType, DataModel, Signature};

fuzz_target!(|text: &str| {
    let unix = Options::new(DataModel::LINUX_X86_64);
    let windows = Options::new(DataModel::WINDOWS_GNU).with_char_pointers(CharPointers::Pointers);
    for options in [unix, windows] {
        check(text, parse_declarations(text, &options), |_| ());
        check(text, parse_prototype(text, &options), |prototype| {
            let printed = prototype.signature.to_string();
            let read: Signature = printed.parse().expect("a signature prints as one");
            assert_eq!(read.to_string(), printed);
            _ = prototype.signature.shape(options.model());
        });
        check(text, parse_variable(text, &options), |variable| {
            print_back(&variable.ty);
        });
        check(text, parse_type(text, &options), |ty| print_back(&ty));
    }
});

fn check<T>(text: &str, read: Result<T, Error>, use_it: impl FnOnce(T)) {
    match read {
        Ok(value) => use_it(value),
        Err(error) => {
            assert!(text.get(error.span()).is_some(), "{error}");
            assert!(error.line() > 0 && error.column() > 0, "{error}");
            assert!(error.render(text).contains("<text>:"), "{error}");
        }
    }
}

fn print_back(ty: &CType) {
    let printed = ty.to_string();
    let read: CType = printed.parse().expect("a type prints as one");
    assert_eq!(read.to_string(), printed);
}
