//! Conventions that are not the platform's own, as prototypes in C name them.
#![cfg(all(
    target_arch = "x86_64",
    any(target_os = "linux", windows),
    feature = "cdecl"
))]

mod fixture;

use fixture::Fixture;
use trampette::{Callback, Error, Library, Value};

const SOURCE: &str = r#"
    #include <stdint.h>
    #ifdef _WIN32
    #define OTHER __attribute__((sysv_abi))
    #else
    #define OTHER __attribute__((ms_abi))
    #endif
    OTHER int64_t scale(int64_t number, double by) { return (int64_t)(number * by); }
    int64_t apply(int64_t (OTHER *function)(int64_t, double), int64_t number) { return function(number, 2.5); }
"#;

/// The convention that is not this system's: in C, and in Trampette.
const OTHER: (&str, &str) = if cfg!(windows) {
    ("sysv_abi", "sysv64")
} else {
    ("ms_abi", "win64")
};

#[test]
fn prototypes_in_c_name_the_convention() {
    let fixture = Fixture::new();
    let path = fixture.library("conventions.so", SOURCE, &[]);
    // SAFETY: the library runs nothing that could do harm.
    let library = unsafe { Library::open(path) }.unwrap();
    let (attribute, abi) = OTHER;
    let scale = format!("__attribute__(({attribute})) int64_t scale(int64_t, double)");
    let scale = library.bind(&scale).unwrap();
    let expected = format!("{abi} (i64, f64) -> i64");
    assert_eq!(scale.signature().to_string(), expected);
    // SAFETY: this is the function's signature.
    let scaled = unsafe { scale.call(&[4i64.into(), 2.5.into()]) };
    assert_eq!(scaled.unwrap(), Value::I64(10));
    let apply = format!(
        "int64_t apply(int64_t (__attribute__(({attribute})) *)(int64_t, double), int64_t)"
    );
    let apply = library.bind(&apply).unwrap();
    let halve = Callback::from_values(scale.signature(), |arguments| match arguments {
        [Value::I64(number), Value::F64(by)] => Value::I64(number / if *by == 2.5 { 2 } else { 1 }),
        other => panic!("{other:?}"),
    });
    let halve = halve.unwrap();
    for (function, expected) in [(scale.as_ptr(), 25), (halve.as_ptr(), 5)] {
        let arguments = [Value::Pointer(function.cast_mut()), 10i64.into()];
        // SAFETY: this is the function's signature, and the pointer is to a function that it may call.
        let applied = unsafe { apply.call(&arguments) };
        assert_eq!(applied.unwrap(), Value::I64(expected));
    }
}

/// The convention of [`OTHER`], for functions of Rust.
macro_rules! other {
    ($($function:tt)*) => {
        #[cfg(windows)]
        extern "sysv64" $($function)*
        #[cfg(not(windows))]
        extern "win64" $($function)*
    };
}

#[test]
fn a_pointer_of_another_convention_is_refused() {
    other! {
        fn one() -> i32 {
            1
        }
    }
    let all: &[&str] = if cfg!(windows) {
        &["sysv64"]
    } else {
        &["win64", "win64-gnu"]
    };
    for abi in all {
        let signature = format!("{abi} () -> i32").parse().unwrap();
        let one = trampette::Function::from_pointer(one as *const _, &signature).unwrap();
        // SAFETY: this is the function's signature.
        assert_eq!(unsafe { one.call(&[]) }.unwrap(), Value::I32(1));
        let error = one.as_fn::<unsafe extern "C" fn() -> i32>().unwrap_err();
        assert!(matches!(error, Error::SignatureMismatch { .. }), "{error}");
    }
}
