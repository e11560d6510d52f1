//! Variadic calls: what stands behind `...`, and how the callee is told.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::{CStr, c_char, c_void};

use trampette::{Aggregate, CType, Function, Int, Signature, Value};
use trampette_fuzz::compiler::{self, Compiled};
use trampette_fuzz::registers::vector_count;
use trampette_tests::matrix::{OTHER, SYSTEM_V};

const SOURCE: &str = include_str!("../fixtures/variadic.c");

#[cfg(target_arch = "x86_64")]
#[test]
fn hard_case_11_al_says_how_many_vector_registers_carry_arguments() {
    for (types, expected) in [
        ("", 0),
        (", int", 0),
        (", f64", 1),
        (", int, f64, i64, f64", 2),
        (", {f64, f64}, {i64, f64}, {f32, f32}", 4),
        (", f64, f64, f64, f64, f64, f64, f64", 7),
        (", f64, f64, f64, f64, f64, f64, f64, f64", 8),
        (", f64, f64, f64, f64, f64, f64, f64, {f64, f64}", 7),
        (
            ", f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64, f64",
            8,
        ),
    ] {
        let signature: Signature = format!("{SYSTEM_V}(ptr, ...{types}) -> u32")
            .parse()
            .unwrap();
        let function = Function::from_pointer(vector_count as *const c_void, &signature).unwrap();
        // SAFETY: the callee has any variadic signature; an all-zero frame has every argument set.
        let count = unsafe { function.call_frame::<u32>(&mut function.frame()) };
        assert_eq!(count, expected, "{types}");
    }
    let signature = format!("{SYSTEM_V}(f64, f32, ..., f64) -> u32");
    let signature: Signature = signature.parse().unwrap();
    let function = Function::from_pointer(vector_count as *const c_void, &signature).unwrap();
    // SAFETY: as above.
    let count = unsafe { function.call_frame::<u32>(&mut function.frame()) };
    assert_eq!(count, 3, "the parameters before `...` count as well");
}

/// A piece of a format, the value for it, and what C makes of them.
fn pieces() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("%d", Value::I32(-42), "-42"),
        ("%.3f", Value::F64(2.5), "2.500"),
        ("%s", Value::try_from("text").unwrap(), "text"),
        ("%lld", Value::I64(i64::MIN), "-9223372036854775808"),
        (
            "%p",
            Value::Pointer(std::ptr::without_provenance_mut(0xABCD)),
            if cfg!(windows) {
                "000000000000abcd"
            } else {
                "0xabcd"
            },
        ),
        ("%c", Value::I8(65), "A"),
        ("%hhd", Value::I8(-5), "-5"),
        ("%g", Value::F32(0.5), "0.5"),
        ("%u", Value::U16(65535), "65535"),
        ("%llu", Value::U64(u64::MAX), "18446744073709551615"),
        ("%d", Value::Bool(true), "1"),
        ("%e", Value::F64(1e300), "1.000000e+300"),
    ]
}

#[test]
fn hard_case_11_vsnprintf_with_0_to_12_arguments() {
    let signature: Signature = "(ptr, size_t, str, ...) -> int".parse().unwrap();
    let pieces = pieces();
    for compiled in compiler::compile("variadic", SOURCE) {
        let function = compiled.library.function("format", &signature).unwrap();
        for first in 0..pieces.len() {
            for count in 0..=pieces.len() {
                let chosen: Vec<_> = pieces.iter().cycle().skip(first).take(count).collect();
                let join = |parts: Vec<&str>| parts.join("|");
                let format = join(chosen.iter().map(|piece| piece.0).collect());
                let expected = join(chosen.iter().map(|piece| piece.2).collect());
                let mut out = [0x55u8; 512];
                let mut arguments = vec![
                    Value::Pointer(out.as_mut_ptr().cast()),
                    Value::from(out.len() as u64),
                    Value::try_from(format.as_str()).unwrap(),
                ];
                arguments.extend(chosen.iter().map(|piece| piece.1.clone()));
                // SAFETY: the buffer has as many bytes, and each value is what the format says.
                let length = unsafe { function.call(&arguments) }.unwrap();
                // SAFETY: vsnprintf ends the text with NUL.
                let text = unsafe { CStr::from_ptr(out.as_ptr().cast::<c_char>()) };
                assert_eq!(
                    text.to_str(),
                    Ok(expected.as_str()),
                    "{}: {format}",
                    compiled.build
                );
                assert_eq!(length, Value::I32(i32::try_from(expected.len()).unwrap()));
            }
        }
    }
}

/// A letter for the callee, the value that it stands for, and what that adds to the total.
fn kinds() -> [(char, Value, f64); 6] {
    static NUMBER: i32 = 4;
    let number = (&raw const NUMBER).cast_mut().cast();
    let pair = Aggregate::of(&"{f64, i64}".parse().unwrap(), &[8.0.into(), 16i64.into()]).unwrap();
    let words: CType = "{[i64; 3]}".parse().unwrap();
    let large = [32i64, 64, 128].map(i64::to_le_bytes).concat();
    let large = Aggregate::from_bytes(&words, &large).unwrap();
    [
        ('i', Value::I32(1), 1.0),
        ('d', Value::F64(2.0), 2.0),
        ('p', Value::Pointer(number), 4.0),
        ('s', pair.into(), 24.0),
        ('S', large.into(), 224.0),
        ('l', Value::I64(256), 256.0),
    ]
}

#[test]
fn hard_case_11_va_arg_reads_what_was_passed() {
    read_with_va_arg("", &compiler::compile("variadic", SOURCE));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn hard_case_11_va_arg_reads_what_was_passed_in_the_other_convention() {
    read_with_va_arg(OTHER, &compiler::compile_other("variadic", SOURCE));
}

fn read_with_va_arg(abi: &str, builds: &[Compiled]) {
    let mut kinds = kinds().to_vec();
    // The C compiler of Windows cannot read structs there in functions of System V's convention.
    kinds.retain(|(_, value, _)| abi != "sysv64 " || !matches!(value, Value::Struct(_)));
    let signature: Signature = format!("{abi}(str, ...) -> f64").parse().unwrap();
    for compiled in builds {
        let function = compiled.library.function("total", &signature).unwrap();
        for first in 0..kinds.len() {
            for count in 0..=12 {
                for step in [1, 5] {
                    let chosen: Vec<_> = (0..count)
                        .map(|at| &kinds[(first + at * step) % kinds.len()])
                        .collect();
                    let letters: String = chosen.iter().map(|kind| kind.0).collect();
                    let mut arguments = vec![Value::try_from(letters.as_str()).unwrap()];
                    arguments.extend(chosen.iter().map(|kind| kind.1.clone()));
                    let expected: f64 = chosen.iter().map(|kind| kind.2).sum();
                    // SAFETY: each value is what its letter says.
                    let total = unsafe { function.call(&arguments) }.unwrap();
                    assert_eq!(total, Value::F64(expected), "{}: {letters}", compiled.build);
                }
            }
        }
    }
}

#[test]
fn hard_case_11_typed_variadic_calls() {
    for compiled in compiler::compile("variadic", SOURCE) {
        let sum = sum_behind_double("", &compiled);
        let pointer = sum
            .as_fn::<unsafe extern "C" fn(f64, ...) -> f64>()
            .unwrap();
        // SAFETY: three doubles follow the count.
        assert_eq!(unsafe { pointer(3.0, 0.5, 0.25, 4.0) }, 4.75);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn hard_case_11_typed_variadic_calls_in_the_other_convention() {
    for compiled in compiler::compile_other("variadic", SOURCE) {
        let sum = sum_behind_double(OTHER, &compiled);
        let pointer = sum.as_fn::<unsafe extern "C" fn(f64, ...) -> f64>();
        let error = pointer.expect_err("it is of another convention");
        assert_eq!(error.code(), "signature-mismatch", "{error}");
    }
}

/// The function of this name, which adds up doubles, called once with Rust types.
fn sum_behind_double(abi: &str, compiled: &Compiled) -> Function {
    let signature = format!("{abi}(f64, ...) -> f64").parse().unwrap();
    let sum = compiled.library.function("sum_behind_double", &signature);
    let sum = sum.unwrap();
    let typed = sum.typed::<(f64, f64, f64, f64), f64>().unwrap();
    // SAFETY: three doubles follow the count.
    assert_eq!(unsafe { typed.call((3.0, 0.5, 0.25, 4.0)) }, 4.75);
    sum
}

#[test]
fn hard_case_11_types_that_c_promotes_are_refused_behind_the_dots() {
    for ty in [
        "f32", "i8", "u8", "i16", "u16", "bool", "char", "short", "ushort",
    ] {
        let signature: Signature = format!("(ptr, ..., int, {ty}) -> int").parse().unwrap();
        let error = Function::from_pointer(vector_count as *const c_void, &signature).unwrap_err();
        assert_eq!(error.code(), "unpromoted-argument", "{ty}");
        assert!(error.to_string().contains("argument 2"), "{error}");
    }
    let open: Signature = "(ptr, ...) -> int".parse().unwrap();
    let function = Function::from_pointer(vector_count as *const c_void, &open).unwrap();
    let error = function.with_variadic_arguments(&[CType::F32]).unwrap_err();
    assert_eq!(error.code(), "unpromoted-argument");
    let error = function.typed::<(*const u8, f32), i32>().unwrap_err();
    assert_eq!(error.code(), "unpromoted-argument");
    // Inside a struct nothing is promoted.
    assert!(
        function
            .with_variadic_arguments(&["{f32, i8}".parse().unwrap()])
            .is_ok()
    );
}

fn bind(signature: &str) -> Function {
    Function::from_pointer(vector_count as *const c_void, &signature.parse().unwrap()).unwrap()
}

#[test]
fn hard_case_40_variadic_or_not_is_part_of_the_type() {
    type Fixed = unsafe extern "C" fn(f64) -> u32;
    type Open = unsafe extern "C" fn(f64, ...) -> u32;
    let (fixed, open) = (bind("(f64) -> u32"), bind("(f64, ...) -> u32"));
    assert_ne!(fixed.signature(), open.signature());
    assert!(fixed.as_fn::<Fixed>().is_ok());
    assert!(open.as_fn::<Open>().is_ok());
    let mismatches = [fixed.as_fn::<Open>().err(), open.as_fn::<Fixed>().err()];
    for error in mismatches {
        assert_eq!(error.expect("another type").code(), "signature-mismatch");
    }
    // The type of one call is not that of the function.
    assert!(bind("(f64, ..., f64) -> u32").as_fn::<Open>().is_err());
}

#[test]
fn hard_case_40_only_a_variadic_function_takes_more() {
    let (fixed, open) = (bind("(f64) -> u32"), bind("(f64, ...) -> u32"));
    let error = fixed.with_variadic_arguments(&[CType::Int(Int::Int)]);
    assert_eq!(error.unwrap_err().code(), "argument-count");
    // SAFETY: nothing is called.
    let error = unsafe { fixed.call(&[1.0.into(), 2.0.into()]) };
    assert_eq!(error.unwrap_err().code(), "argument-count");
    // SAFETY: nothing is called.
    let error = unsafe { open.call(&[]) };
    assert_eq!(error.unwrap_err().code(), "argument-count");
    let counted = bind(&format!("{SYSTEM_V}(f64, ...) -> u32"));
    // SAFETY: the callee has any variadic signature of this convention.
    let count = unsafe { counted.call(&[1.0.into(), 2.0.into()]) };
    assert_eq!(count.unwrap(), Value::U32(2));
}
