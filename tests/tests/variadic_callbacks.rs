//! Callbacks of variadic signatures: what C passes behind `...` is read one by one.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::{CStr, c_void};
use std::fmt::Write as _;
use std::sync::Mutex;

use trampette::{
    CType, Callback, CallbackFrame, Error, Function, Signature, Value, VarArgs, c_struct,
};
use trampette_fuzz::compiler::{self, Compiled};
use trampette_fuzz::generate::Dispute;
#[cfg(target_arch = "x86_64")]
use trampette_tests::matrix::OTHER;
use trampette_tests::matrix::is_campaign;
use trampette_tests::proof;

const SOURCE: &str = include_str!("../fixtures/variadic_callbacks.c");

#[derive(Debug)]
#[repr(C)]
struct Pair {
    number: f64,
    word: i64,
}

c_struct!(Pair {
    number: f64,
    word: i64
});

#[derive(Debug)]
#[repr(C)]
struct Floats {
    x: f32,
    y: f32,
}

c_struct!(Floats { x: f32, y: f32 });

#[derive(Debug)]
#[repr(C)]
struct Large {
    words: [i64; 3],
}

c_struct!(Large { words: [i64; 3] });

#[derive(Debug)]
#[repr(C)]
struct Bytes {
    text: [u8; 3],
}

c_struct!(Bytes { text: [u8; 3] });

/// What `print_all` prints.
const EXPECTED: &str = "\
()
(42)
(2.5)
(\"text\")
(-1, 4000000000, 1099511627776, 1e300)
(-5, 65535, 0.25)
(Pair { number: 0.5, word: -7 }, Floats { x: 1.5, y: -2.5 }, Large { words: [1, 2, 3] }, Bytes { text: [97, 98, 99] })
(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0)
(1, 2.0, Pair { number: 0.5, word: -7 }, 3, 4.0, Large { words: [1, 2, 3] }, 5, \"six\", 7, 8.0, Pair { number: 0.5, word: -7 }, 9.0)
(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, Pair { number: 0.5, word: -7 }, 9)
(1, 2, 3, 4, 5, Pair { number: 0.5, word: -7 }, 6, 7.0)
";

/// Reads as Rust code does that knows its types.
fn read_typed(kind: u8, rest: &mut VarArgs<'_>) -> String {
    macro_rules! next {
        ($ty:ty) => {
            // SAFETY: the letter says what C passes.
            format!("{:?}", unsafe { rest.next::<$ty>() }.unwrap())
        };
    }
    match kind {
        b'i' => next!(i32),
        b'u' => next!(u32),
        b'l' => next!(i64),
        b'd' => next!(f64),
        b'P' => next!(Pair),
        b'F' => next!(Floats),
        b'L' => next!(Large),
        b'B' => next!(Bytes),
        // SAFETY: as above.
        _ => format!("{:?}", unsafe { rest.next_str() }.unwrap().unwrap()),
    }
}

fn print_typed(call: &mut CallbackFrame<'_>) {
    let to = call
        .argument::<*const c_void>(0)
        .unwrap()
        .cast::<Mutex<String>>();
    // SAFETY: the test passes this very thing.
    let mut to = unsafe { &*to }.lock().unwrap();
    // SAFETY: C passes text.
    let kinds = unsafe { CStr::from_ptr(call.argument(1).unwrap()) }.to_bytes();
    // Twice, and the second time from the beginning as well.
    let [once, again] = [(); 2].map(|()| {
        let mut rest = call.var_args().unwrap();
        let texts: Vec<_> = kinds
            .iter()
            .map(|&kind| read_typed(kind, &mut rest))
            .collect();
        texts.join(", ")
    });
    assert_eq!(once, again);
    writeln!(to, "({once})").unwrap();
    call.set_result(i32::try_from(kinds.len()).unwrap())
        .unwrap();
}

fn print_all(abi: &str, builds: &[Compiled]) {
    let signature: Signature = format!("{abi}(ptr, str, ...) -> int").parse().unwrap();
    let print = Callback::new(&signature, print_typed).unwrap();
    for compiled in builds {
        let print_all = compiled
            .library
            .function("print_all", &"(ptr, ptr) -> int".parse().unwrap());
        let to = Mutex::new(String::new());
        let pointer = Value::Pointer((&raw const to).cast_mut().cast());
        // SAFETY: this is the function's signature, and the callback has the type that it expects.
        let sum = unsafe { print_all.unwrap().call(&[Value::from(&print), pointer]) }.unwrap();
        assert_eq!(sum, Value::I32(68), "{}", compiled.build);
        assert_eq!(to.into_inner().unwrap(), EXPECTED, "{}", compiled.build);
    }
}

#[test]
fn hard_case_11_c_calls_a_variadic_closure_that_reads_rust_types() {
    print_all("", &compiler::compile("variadic_callbacks", SOURCE));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn hard_case_11_and_in_the_other_convention() {
    print_all(
        OTHER,
        &compiler::compile_other("variadic_callbacks", SOURCE),
    );
}

/// Types that C passes behind `...` as they are.
const TYPES: [&str; 26] = [
    "i32",
    "u32",
    "i64",
    "u64",
    "f64",
    "ptr",
    "i128",
    "u128",
    "longdouble",
    "complex(f32)",
    "complex(f64)",
    "complex(longdouble)",
    "{i8}",
    "{f32}",
    "{f64, i32}",
    "{i64, f64}",
    "{f64, f64}",
    "{i64, i64}",
    "{f32, f32, f32}",
    "{f64, f64, f64, f64}",
    "{i8, i16, i8}",
    "{[i8; 17]}",
    "{[i64; 5]}",
    "{align(16) i64}",
    "{i128}",
    "union {f32, i32}",
];

/// Pseudo-random numbers that are the same everywhere (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % count as u64).unwrap()
    }
}

/// Variadic signatures with random arguments, of which up to eight have a name: none that compilers disagree
/// about.
fn random(abi: &str, seed: u64, count: usize) -> Vec<String> {
    let mut numbers = Numbers(seed);
    // In Microsoft's convention compilers have these each in its own way.
    let mut types = TYPES.to_vec();
    if !abi.is_empty() || cfg!(windows) {
        types.retain(|ty| !ty.contains("longdouble") && !ty.contains("complex"));
    }
    let signature = || {
        let (named, rest) = (1 + numbers.below(8), numbers.below(13));
        let mut list = |count| -> String {
            let types = (0..count).map(|_| types[numbers.below(types.len())]);
            types.collect::<Vec<_>>().join(", ")
        };
        let (named, rest) = (list(named), list(rest));
        let comma = if rest.is_empty() { "" } else { ", " };
        format!("{abi}({named}, ...{comma}{rest}) -> i32")
    };
    let is_clear = |text: &String| {
        let signature: Signature = text.parse().unwrap();
        let abi = signature.abi().unwrap_or(trampette::ABI);
        Dispute::about(&signature, abi).is_none()
    };
    let all = std::iter::repeat_with(signature);
    all.filter(is_clear).take(count).collect()
}

/// By the thousand in the long tier.
#[test]
fn hard_case_11_random_lists_are_read_as_c_passes_them() {
    let parts = if is_campaign() { 10 } else { 2 };
    for part in 0..parts {
        let texts = random("", 0x5EED + part, 100);
        proof::prove(&format!("variadic-random-{part}"), texts);
    }
}

#[cfg(all(target_arch = "x86_64", not(windows)))]
#[test]
fn hard_case_11_random_lists_in_the_other_convention() {
    proof::prove("variadic-random-other", random(OTHER, 0x0DD, 100));
}

#[test]
fn hard_case_11_what_c_promotes_cannot_be_read() {
    let signature: Signature = "(i32, ...) -> i32".parse().unwrap();
    let callback = Callback::new(&signature, |call| {
        let mut rest = call.var_args().unwrap();
        for ty in [
            "bool", "i8", "u8", "i16", "u16", "f32", "char", "void", "[i32; 2]",
        ] {
            let ty: CType = ty.parse().unwrap();
            // SAFETY: nothing is read.
            let error = unsafe { rest.next_value(&ty) }.unwrap_err();
            assert!(matches!(error, Error::Type(_)), "{ty}: {error}");
        }
        // SAFETY: as above.
        let error = unsafe { rest.next::<f32>() }.unwrap_err();
        let words =
            "argument 1 is `f32`, which C passes as `double` where no parameter says otherwise";
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            ("unpromoted-argument", words)
        );
        // SAFETY: the caller passes an `int`: what was refused has read nothing.
        let read = unsafe { rest.next::<i32>() }.unwrap();
        call.set_result(read).unwrap();
    });
    let callback = callback.unwrap();
    let function = Function::from_pointer(callback.as_ptr(), &signature).unwrap();
    // SAFETY: this is the callback's signature.
    let result = unsafe { function.call(&[1.into(), 42.into()]) };
    assert_eq!(result.unwrap(), Value::I32(42));
}

#[test]
fn hard_case_40_only_what_is_left_open_is_read() {
    let stated: Signature = "(i32, ..., f64, i32) -> f64".parse().unwrap();
    let callback = Callback::new(&stated, |call| {
        assert_eq!(call.var_args().unwrap_err().code(), "not-variadic");
        let sum = call.argument::<f64>(1).unwrap() + f64::from(call.argument::<i32>(2).unwrap());
        call.set_result(sum).unwrap();
    });
    let callback = callback.unwrap();
    let function = Function::from_pointer(callback.as_ptr(), &stated).unwrap();
    // SAFETY: this is the callback's signature.
    let result = unsafe { function.call(&[1.into(), 2.5.into(), 3.into()]) };
    assert_eq!(result.unwrap(), Value::F64(5.5));
    let fixed = "(i32) -> i32".parse().unwrap();
    let refused = Callback::from_values_variadic(&fixed, |_, _| Value::Void).unwrap_err();
    assert_eq!(refused.code(), "not-variadic");
}
