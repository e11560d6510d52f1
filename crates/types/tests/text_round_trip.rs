//! Compact text parses to a value that prints to the same text.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use trampette_types::{Abi, CType, DataModel, Enum, Int, ParseError, Signature};

use seeded::Seeded;

mod random_bits;
mod random_types;
mod seeded;
mod texts;

fn parse<T: FromStr<Err = ParseError>>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

fn prints_back<T: FromStr<Err = ParseError> + Display + Debug + PartialEq>(text: &str) {
    let value: T = parse(text);
    assert_eq!(value.to_string(), text);
    assert_eq!(parse::<T>(&value.to_string()), value);
}

#[test]
fn every_type_prints_back() {
    texts::TYPES
        .iter()
        .for_each(|text| prints_back::<CType>(text));
}

#[test]
fn every_signature_prints_back() {
    texts::SIGNATURES
        .iter()
        .for_each(|text| prints_back::<Signature>(text));
}

#[test]
fn every_signature_is_a_function_pointer_behind_a_star() {
    for text in texts::SIGNATURES {
        let pointer = CType::function_pointer(parse(text)).unwrap();
        assert_eq!(parse::<CType>(&format!("*{text}")), pointer);
        assert_eq!(pointer.to_string(), format!("*{text}"));
    }
}

#[test]
fn every_integer_goes_by_its_name() {
    for int in Int::all() {
        prints_back::<CType>(int.name());
        assert_eq!(parse::<CType>(int.name()), CType::Int(int));
        prints_back::<CType>(&format!("enum({})", int.name()));
        assert_eq!(
            parse::<CType>(&format!("enum({})", int.name())),
            CType::Enum(Enum::new(int))
        );
        prints_back::<Signature>(&format!("({0}, ..., {0}) -> {0}", int.name()));
    }
}

#[test]
fn random_records_of_bit_fields_print_back() {
    let mut random = Seeded::new(0);
    for _ in 0..2000 {
        let ty = random_bits::record(&mut random, 4, &DataModel::LINUX_X86_64);
        assert_eq!(parse::<CType>(&ty.to_string()), ty);
    }
}

#[test]
fn every_calling_convention_goes_by_its_name() {
    for abi in Abi::ALL {
        let text = format!("{} (i32) -> void", abi.name());
        prints_back::<Signature>(&text);
        assert_eq!(parse::<Signature>(&text).abi(), Some(abi));
        assert_eq!(Abi::from_name(abi.name()), Some(abi));
    }
}

#[test]
fn aliases_and_white_space_print_in_their_normal_form() {
    for (text, normal) in texts::ALIASES {
        assert_eq!(parse::<CType>(text).to_string(), *normal, "`{text}`");
        assert_eq!(parse::<CType>(text), parse::<CType>(normal), "`{text}`");
    }
}

#[test]
fn tags_are_not_part_of_the_text() {
    let tagged = CType::Enum(Enum::new(Int::U32).with_tag("color"));
    assert_eq!(tagged.to_string(), "enum(u32)");
}
