//! Whole headers: reading them ends, what is wrong has places, a header may be read twice, and what is declared is
//! found, laid out and written as C again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trampette_cdecl::{Declaration, Declarations, Options, Printer};
use trampette_types::DataModel;

fuzz_target!(|text: &str| {
    for model in [DataModel::LINUX_X86_64, DataModel::WINDOWS_GNU] {
        let mut declarations = Declarations::new(Options::new(model));
        if let Err(error) = declarations.parse(text) {
            check(&error);
            assert_eq!(declarations.iter().len(), 0, "nothing of it is kept");
            continue;
        }
        look(&declarations);
        let before = declarations.clone();
        let count = before.iter().len();
        // What a `typedef` hides from the second reading, C forbids: only then may it be refused.
        match declarations.parse(text) {
            Ok(()) => assert_eq!(declarations.iter().len(), count, "{text}"),
            Err(error) => check(&error),
        }
    }
});

fn check(error: &trampette_cdecl::Diagnostics) {
    assert!(error.iter().len() > 0);
    for one in error.iter() {
        let location = one.location();
        assert!(location.column > 0 && !one.code().is_empty(), "{location}");
        assert!(one.to_string().starts_with("error: "));
    }
}

fn look(declarations: &Declarations) {
    let printer = Printer::of(declarations);
    let model = declarations.options().model();
    for entry in declarations.iter() {
        assert!(entry.location().column > 0);
        match entry.declaration() {
            Declaration::Function(prototype) => {
                _ = printer.prototype(prototype);
                let name = prototype.name.as_deref().expect("functions have names");
                assert!(declarations.function(name).is_ok(), "{name}");
            }
            Declaration::Variable(variable) => {
                _ = printer.variable(variable);
                assert!(declarations.variable(&variable.name).is_ok());
            }
            Declaration::Type(definition) => {
                let name = definition.name.as_deref().expect("types have names");
                if let Some(ty) = &definition.ty {
                    _ = printer.definition(ty);
                    _ = ty.layout(model);
                    _ = declarations.size_of(name);
                }
            }
            _ => {}
        }
    }
    for constant in declarations.constants() {
        assert!(declarations.constant(&constant.name).is_ok());
    }
}
