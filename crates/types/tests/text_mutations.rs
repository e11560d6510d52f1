//! Whatever the text, parsing gives a value that round-trips or an error that points into the text.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use trampette_types::{CType, ParseError, Signature};

use seeded::Seeded;

mod seeded;
mod texts;

const MUTANTS_PER_TEXT: usize = 400;

#[test]
fn every_prefix_parses_or_says_where_it_does_not() {
    for text in good_texts() {
        for (end, _) in text.char_indices() {
            check(&text[..end]);
        }
    }
}

#[test]
fn random_mutants_parse_or_say_where_they_do_not() {
    let mut random = Seeded::new(41);
    let mut parsed = 0;
    for text in good_texts() {
        for _ in 0..MUTANTS_PER_TEXT {
            let mut mutant: Vec<char> = text.chars().collect();
            for _ in 0..=random.below(3) {
                mutate(&mut mutant, &mut random);
            }
            parsed += usize::from(check(&mutant.into_iter().collect::<String>()));
        }
    }
    assert!(
        parsed > 1000,
        "only {parsed} mutants parse: they prove little"
    );
}

#[test]
fn hard_case_41_garbage_of_every_length_is_an_error() {
    let mut random = Seeded::new(1);
    for len in 0..2000 {
        let text: String = (0..len).map(|_| any_char(&mut random)).collect();
        assert!(text.parse::<CType>().is_err(), "{text:?}");
        assert!(text.parse::<Signature>().is_err(), "{text:?}");
        check(&text);
    }
}

fn good_texts() -> impl Iterator<Item = &'static str> {
    let aliases = texts::ALIASES
        .iter()
        .flat_map(|(text, normal)| [*text, normal]);
    let texts = texts::TYPES.iter().chain(texts::SIGNATURES).copied();
    texts.chain(aliases)
}

/// Whether it parses as a type or as a signature.
fn check(text: &str) -> bool {
    check_as::<CType>(text) | check_as::<Signature>(text)
}

fn check_as<T>(text: &str) -> bool
where
    T: FromStr<Err = ParseError> + Display + Debug + PartialEq,
{
    match text.parse::<T>() {
        Ok(value) => {
            let printed = value.to_string();
            let again: T = printed.parse().expect("what was printed parses");
            assert_eq!(again, value, "`{text}` printed as `{printed}`");
            assert_eq!(again.to_string(), printed, "`{text}`");
            true
        }
        Err(error) => {
            let part = text.get(error.span());
            assert!(part.is_some(), "{:?} is no part of {text:?}", error.span());
            let at_end = error.span().start == text.len();
            assert_eq!(part == Some(""), at_end, "{text:?}: {error:?}");
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

fn mutate(text: &mut Vec<char>, random: &mut Seeded) {
    if text.is_empty() {
        text.push(any_char(random));
    }
    let at = random.below(text.len());
    match random.below(5) {
        0 => drop(text.remove(at)),
        1 => text.insert(at, text[at]),
        2 => {
            let other = random.below(text.len());
            text.swap(at, other);
        }
        3 => text.insert(at, any_char(random)),
        _ => {
            // A piece of the text again, at another place.
            let end = at + random.below(text.len() - at) + 1;
            let piece = text[at..end].to_vec();
            let to = random.below(text.len());
            text.splice(to..to, piece);
        }
    }
}

/// The notation's own characters most of the time, else any character that Unicode has.
fn any_char(random: &mut Seeded) -> char {
    if random.below(4) > 0 {
        return random.pick(&[
            '(', ')', '{', '}', '[', ']', ';', ':', ',', '.', '*', '-', '>', ' ', '_', 'i', 'u',
            '0', '1', '2', '4', '8', '\0',
        ]);
    }
    let code = u32::try_from(random.below(0x11_0000)).expect("it is below 2^21");
    char::from_u32(code).unwrap_or('\u{fffd}')
}
