//! 128-bit integers between Rust's own `extern "C"` functions and the engine's calls, where registers run
//! out: what is left for half of one stays unused.

use trampette::{Callback, Error, Function, Signature, Value};

/// Calls a C function pointer with words and then this number, and gives the number back.
fn there_and_back(
    pointer: *const std::ffi::c_void,
    words: usize,
    number: i128,
) -> Result<Value, Error> {
    let params = [vec!["i64"; words], vec!["i128"]].concat().join(", ");
    let signature: Signature = format!("({params}) -> i128").parse()?;
    let function = Function::from_pointer(pointer, &signature)?;
    let words = (0..words).map(|word| Value::I64(word as i64));
    let arguments: Vec<Value> = words.chain([Value::I128(number)]).collect();
    // SAFETY: the closure takes these types.
    unsafe { function.call(&arguments) }
}

macro_rules! behind {
    ($($name:ident)*) => {{
        let words = <[&str]>::len(&[$(stringify!($name)),*]);
        let number = i128::MAX / 3 - words as i128;
        let sum = |$($name: i64,)* number: i128| number $(+ i128::from($name))*;
        let expected = sum($(place_of(stringify!($name)),)* number);
        let callback = Callback::from_fn(sum).unwrap();
        let found = there_and_back(callback.as_ptr(), words, number).unwrap();
        assert_eq!(found, Value::I128(expected), "behind {words} words");
    }};
}

fn place_of(name: &str) -> i64 {
    i64::from(name.as_bytes()[0] - b'a')
}

#[test]
fn hard_case_06_closures_take_a_wide_integer_behind_any_number_of_words() {
    behind!();
    behind!(a);
    behind!(a b);
    behind!(a b c);
    behind!(a b c d);
    behind!(a b c d e);
    behind!(a b c d e f);
    behind!(a b c d e f g);
    behind!(a b c d e f g h);
    behind!(a b c d e f g h i);
}

extern "C" fn five(a: i64, b: i64, c: i64, d: i64, e: i64, number: i128) -> i128 {
    number + i128::from(a + b + c + d + e)
}

#[test]
fn hard_case_06_typed_calls_pass_a_wide_integer_behind_five_words() {
    let signature: Signature = "(i64, i64, i64, i64, i64, i128) -> i128".parse().unwrap();
    let function = Function::from_pointer(five as *const _, &signature).unwrap();
    let typed = function.typed::<(i64, i64, i64, i64, i64, i128), i128>();
    // SAFETY: the function takes these types.
    let sum = unsafe { typed.unwrap().call((1, 2, 3, 4, 5, i128::MIN)) };
    assert_eq!(sum, i128::MIN + 15);
}
