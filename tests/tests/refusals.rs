//! Bad input: a typed error that names the thing, and never a call.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::c_void;

use trampette::{
    Aggregate, CType, Callback, Error, Function, Library, Position, Signature, Value, limits,
};

/// A signature in a convention of another machine.
const ELSEWHERE: &str = if cfg!(target_arch = "aarch64") {
    "sysv64 (i32) -> i32"
} else {
    "aapcs64 (i32) -> i32"
};

extern "C" fn never() {
    panic!("the function was called");
}

fn bind(signature: &str) -> Result<Function, Error> {
    Function::from_pointer(never as *const c_void, &signature.parse()?)
}

fn code<T>(outcome: Result<T, Error>) -> &'static str {
    match outcome {
        Ok(_) => "nothing was refused",
        Err(error) => {
            assert!(!error.to_string().is_empty());
            error.code()
        }
    }
}

#[test]
fn hard_case_41_signatures_that_are_none() {
    let deep = "{".repeat(200_000) + &"}".repeat(200_000);
    let many = |count: usize| format!("({}i32) -> void", "i32, ".repeat(count - 1));
    let table: &[(&str, &str)] = &[
        ("", "syntax"),
        ("(", "syntax"),
        ("(i32", "syntax"),
        ("(i32) ->", "syntax"),
        ("(i32) -> i32 i32", "syntax"),
        ("(a: i32) -> void", "unknown-type"),
        ("(int32) -> void", "unknown-type"),
        ("(i32, void) -> void", "void-value"),
        ("({void}) -> void", "void-value"),
        ("([i32; 4]) -> void", "array-by-value"),
        ("() -> [i32; 4]", "array-by-value"),
        ("({x: i32, x: i32}) -> void", "duplicate-field"),
        ("({[i32; 99999999999999999999]}) -> void", "bad-number"),
        ("({[i64; 6148914691236517205]}) -> void", "size-overflow"),
        (
            "({[[i64; 9223372036854775807]; 3]}) -> void",
            "size-overflow",
        ),
        ("({[u8; 4294967296]}) -> void", "value-too-large"),
        ("() -> {[u8; 1048577]}", "value-too-large"),
        ("({i32} align(3)) -> void", "bad-alignment"),
        ("({i32} packed(0)) -> void", "bad-alignment"),
        ("({align(8192) i32}) -> void", "bad-alignment"),
        (&many(limits::MAX_PARAMS + 1), "too-many-params"),
        (&many(100_000), "too-many-params"),
        (&format!("({deep}) -> void"), "too-deep"),
        ("(ptr, ..., f32) -> void", "unpromoted-argument"),
        (ELSEWHERE, "abi-unavailable"),
        #[cfg(target_arch = "x86_64")]
        ("win64 () -> {}", "unsupported-by-abi"),
    ];
    for (text, expected) in table {
        let brief: String = text.chars().take(60).collect();
        assert_eq!(code(bind(text)), *expected, "{brief}");
    }
    assert_eq!(code(bind(&many(limits::MAX_PARAMS))), "nothing was refused");
    let large = format!("({}) -> void", ["{[u8; 1048576]}"; 5].join(", "));
    assert_eq!(code(bind(&large)), "arguments-too-large");
}

#[test]
fn hard_case_41_signatures_that_cannot_be_callbacks() {
    let large = format!("({}) -> void", ["{[u8; 1048576]}"; 5].join(", "));
    let table: &[(&str, &str)] = &[
        ("(ptr, ..., f32) -> int", "unpromoted-argument"),
        (ELSEWHERE, "abi-unavailable"),
        #[cfg(target_arch = "x86_64")]
        ("win64 () -> {}", "unsupported-by-abi"),
        ("({[u8; 1048577]}) -> void", "value-too-large"),
        ("() -> {[u8; 1048577]}", "value-too-large"),
        (&large, "arguments-too-large"),
    ];
    for (text, expected) in table {
        let callback = text
            .parse()
            .map_err(Error::from)
            .and_then(|signature| Callback::new(&signature, |_| {}));
        let brief: String = text.chars().take(60).collect();
        assert_eq!(code(callback), *expected, "{brief}");
    }
}

#[test]
fn hard_case_41_a_closure_that_mistakes_its_arguments_or_result() {
    let signature = "(i32, {i8, f64}) -> i8".parse().unwrap();
    let callback = Callback::new(&signature, |call| {
        assert_eq!(code(call.argument::<u32>(0)), "value-type");
        assert_eq!(code(call.argument::<i64>(1)), "value-type");
        assert_eq!(code(call.argument::<i32>(2)), "index-out-of-range");
        assert_eq!(code(call.value(usize::MAX)), "index-out-of-range");
        assert_eq!(code(call.slot::<f32>(0)), "value-type");
        assert_eq!(code(call.set_result(1i32)), "value-type");
        assert_eq!(code(call.set_value(&Value::from(128))), "value-range");
        assert_eq!(code(call.set_value(&Value::Void)), "value-type");
        assert_eq!(call.argument::<i32>(0).unwrap(), -7);
        call.set_result(5i8).unwrap();
    });
    let callback = callback.unwrap();
    let function = Function::from_pointer(callback.as_ptr(), &signature).unwrap();
    let record = Aggregate::zeroed(&signature.params()[1]).unwrap();
    // SAFETY: the callback has this signature. The call is a fence, where the closure's panic goes on.
    let result = unsafe { function.call(&[(-7).into(), record.into()]) };
    assert_eq!(result.unwrap(), Value::I8(5));
}

#[test]
fn hard_case_41_garbage_of_every_length() {
    let alphabet: Vec<char> = "({[*]}),.->; i32f64uptrvoid0123456789\0é\n"
        .chars()
        .collect();
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 40).unwrap()
    };
    for length in 0..2000 {
        let text: String = (0..length % 200)
            .map(|_| alphabet[next() % alphabet.len()])
            .collect();
        if let Err(error) = text.parse::<Signature>() {
            assert!(!error.to_string().is_empty());
        }
    }
}

/// The error of a call with these arguments.
fn refused(signature: &str, arguments: &[Value]) -> Error {
    let function = bind(signature).unwrap();
    // SAFETY: nothing is called.
    unsafe { function.call(arguments) }.expect_err(signature)
}

#[test]
fn hard_case_41_too_few_and_too_many_arguments() {
    for (signature, given, wanted, more) in [
        ("() -> void", 1, 0, false),
        ("(i32) -> void", 0, 1, false),
        ("(i32, i32) -> void", 3, 2, false),
        ("(i32, i32, ...) -> void", 1, 2, true),
        ("(i32, ..., i32) -> void", 1, 2, false),
        ("(i32, ..., i32) -> void", 3, 2, false),
    ] {
        let error = refused(signature, &vec![Value::from(1); given]);
        let Error::ArgumentCount {
            expected,
            found,
            variadic,
        } = error
        else {
            panic!("{signature}: {error}");
        };
        assert_eq!(
            (expected, found, variadic),
            (wanted, given, more),
            "{signature}"
        );
    }
}

#[test]
fn hard_case_41_numbers_out_of_range() {
    let table: [(&str, Value); 14] = [
        ("i8", 128.into()),
        ("i8", (-129i64).into()),
        ("u8", (-1).into()),
        ("u8", 256.into()),
        ("i16", 32_768.into()),
        ("u16", 65_536.into()),
        ("i32", u32::MAX.into()),
        ("u32", (1i64 << 32).into()),
        ("i64", u64::MAX.into()),
        ("u64", (-1i8).into()),
        // Signed on one machine, unsigned on the other.
        ("char", 300.into()),
        ("enum(uint)", (-1).into()),
        ("bool", 2.into()),
        ("f32", 1e300.into()),
    ];
    for (wanted, given) in table {
        let error = refused(
            &format!("(f64, {wanted}) -> void"),
            &[1.0.into(), given.clone()],
        );
        let Error::ValueRange { at, value, ty } = error else {
            panic!("{wanted}: {error}");
        };
        assert_eq!((at, ty.as_str()), (Position::Argument(1), wanted));
        assert_eq!(value, given.to_string());
    }
}

#[test]
fn hard_case_41_arguments_of_another_type() {
    let pair = |ty: &str| Value::from(Aggregate::zeroed(&ty.parse().unwrap()).unwrap());
    let table: [(&str, Value); 12] = [
        ("i32", 1.5.into()),
        ("f64", 1.into()),
        ("f32", Value::NULL),
        ("ptr", 1u64.into()),
        ("i64", Value::NULL),
        ("i64", Value::try_from("text").unwrap()),
        ("i32", Value::Void),
        ("bool", 1.0.into()),
        ("{i32, f32}", 1.into()),
        ("{i32, f32}", pair("{f32, i32}")),
        ("union {i32, f32}", pair("{i32, f32}")),
        ("i64", pair("{i64}")),
    ];
    for (wanted, given) in table {
        let error = refused(
            &format!("(f64, {wanted}) -> void"),
            &[1.0.into(), given.clone()],
        );
        let Error::ValueType {
            at,
            expected,
            found,
        } = error
        else {
            panic!("{wanted}: {error}");
        };
        assert_eq!((at, expected.as_str()), (Position::Argument(1), wanted));
        assert_eq!(found, given.ty().to_string());
    }
    assert_eq!(
        refused("(ptr, ...) -> void", &[Value::NULL, Value::Void]).code(),
        "void-value"
    );
}

#[test]
fn hard_case_41_libraries_symbols_and_pointers_that_are_none() {
    // SAFETY: nothing is loaded.
    let missing = unsafe { Library::open("libno.so.such") };
    assert_eq!(code(missing), "library-not-found");
    // SAFETY: nothing is loaded.
    let nul = unsafe { Library::open("lib\0c.so") };
    assert_eq!(code(nul), "nul-in-string");
    let process = Library::process();
    assert_eq!(code(process.symbol("no_such_function")), "symbol-not-found");
    assert_eq!(code(process.symbol("str\0len")), "nul-in-string");
    assert_eq!(
        code(process.function("no_such", &"() -> void".parse().unwrap())),
        "symbol-not-found"
    );
    let null = Function::from_pointer(std::ptr::null(), &"() -> void".parse().unwrap());
    assert_eq!(code(null), "null-function");
    assert_eq!(code(Value::try_from("te\0xt")), "nul-in-string");
}

#[test]
fn hard_case_41_rust_types_that_do_not_match() {
    let function = bind("(i32, f64, {i32, i32}) -> i64").unwrap();
    assert_eq!(
        code(function.typed::<(i32, f64), i64>()),
        "signature-mismatch"
    );
    assert_eq!(
        code(function.typed::<(i32, f64, i64), i64>()),
        "signature-mismatch"
    );
    assert_eq!(
        code(bind("(i32) -> i64").unwrap().typed::<(u32,), i64>()),
        "signature-mismatch"
    );
    assert_eq!(
        code(bind("(i32) -> i64").unwrap().typed::<(i32,), ()>()),
        "signature-mismatch"
    );
    let pointer = bind("(i32) -> i64").unwrap();
    assert_eq!(
        code(pointer.as_fn::<unsafe extern "C" fn(i32) -> i32>()),
        "signature-mismatch"
    );
    assert_eq!(
        code(pointer.as_fn::<unsafe extern "C" fn() -> i64>()),
        "signature-mismatch"
    );
    let mut frame = function.frame();
    assert_eq!(code(frame.set(0, 1i64)), "value-type");
    assert_eq!(code(frame.set(3, 1i32)), "index-out-of-range");
    assert_eq!(code(frame.set(usize::MAX, 1i32)), "index-out-of-range");
}

#[test]
fn hard_case_41_fields_and_bytes_that_are_not_there() {
    let ty: CType = "{x: i8, y: [f64; 2]}".parse().unwrap();
    let mut value = Aggregate::zeroed(&ty).unwrap();
    assert_eq!(code(value.field("z")), "no-field");
    assert_eq!(code(value.at(2)), "index-out-of-range");
    assert_eq!(code(value.at(usize::MAX)), "index-out-of-range");
    assert_eq!(code(value.set_field("x", &Value::from(128))), "value-range");
    assert_eq!(code(value.set_field("y", &Value::from(1.0))), "value-type");
    assert_eq!(
        code(Aggregate::from_bytes(&ty, &[0; 23])),
        "index-out-of-range"
    );
    assert_eq!(
        code(Aggregate::from_bytes(&ty, &[0; 25])),
        "index-out-of-range"
    );
    assert_eq!(code(Aggregate::zeroed(&CType::F64)), "value-type");
    let vast: CType = "{[u8; 1099511627776]}".parse().unwrap();
    assert_eq!(code(Aggregate::zeroed(&vast)), "value-too-large");
}
