//! Functions without a prototype: their text, and what C promotes.

use trampette_types::{DataModel, Signature, TypeError};

#[test]
fn the_text_comes_back() {
    for text in [
        "unprototyped () -> void",
        "win64 unprototyped (i32, f64) -> i32",
        "(*unprototyped (i32) -> i32, *win64 unprototyped () -> void) -> unprototyped () -> void",
    ] {
        let Ok(signature) = text.parse::<Signature>() else {
            assert!(text.contains("-> unprototyped"), "{text}");
            continue;
        };
        assert_eq!(signature.to_string(), text);
    }
    let signature: Signature = "(*unprototyped (i32) -> i32) -> void".parse().unwrap();
    assert!(!signature.is_unprototyped());
    assert_eq!(
        signature.to_string(),
        "(*unprototyped (i32) -> i32) -> void"
    );
}

#[test]
fn it_is_part_of_the_type_and_of_the_shape() {
    let model = DataModel::LINUX_X86_64;
    let [with, without]: [Signature; 2] =
        ["(f64) -> i32", "unprototyped (f64) -> i32"].map(|text| text.parse().unwrap());
    assert_ne!(with, without);
    let [with, without] = [with, without].map(|signature| signature.shape(&model).unwrap());
    assert_ne!(with, without);
    assert_eq!(without.to_string(), "unprototyped (f64) -> i32");
    assert!(without.is_unprototyped() && !with.is_unprototyped());
}

#[test]
fn what_c_promotes_is_refused() {
    let signature: Signature = "unprototyped (i32, f32) -> void".parse().unwrap();
    let error = signature.shape(&DataModel::LINUX_X86_64).unwrap_err();
    let TypeError::Unpromoted {
        index, expected, ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((*index, *expected), (1, "double"));
}

#[test]
fn dots_are_part_of_a_prototype() {
    let error = "unprototyped (i32, ...) -> void"
        .parse::<Signature>()
        .unwrap_err();
    assert_eq!(
        error.to_string().split(" at ").next(),
        Some(
            "expected parameters without `...`, which is part of a prototype, found `unprototyped`"
        )
    );
    let variadic: Signature = "unprototyped (i32) -> void".parse().unwrap();
    let variadic = variadic.with_variadic_from(1).unwrap();
    assert_eq!(variadic.to_string(), "(i32, ...) -> void");
}
