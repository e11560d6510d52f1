//! `va_list` as a value: what C passes on is read, and C reads what was built.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::{CStr, c_char, c_void};

use trampette::{
    Abi, Aggregate, CType, Callback, CallbackFrame, Error, F80, F128, Layout, MODEL, RawVaList,
    Scalar, Signature, VaList, Value, VarArgs,
};
use trampette_abi::{Cursor, Place, Saved};
use trampette_fuzz::compiler;
use trampette_fuzz::convention::convention;

const SOURCE: &str = include_str!("../fixtures/va_lists.c");

/// A number of the platform's `long double`.
fn long_double(number: f64) -> Value {
    match CType::LONG_DOUBLE.layout(&MODEL).unwrap().as_scalar() {
        Some(Scalar::F80) => Value::F80(F80::from(number)),
        Some(Scalar::F128) => Value::F128(F128::from(number)),
        _ => Value::F64(number),
    }
}

fn aggregate(ty: &str, values: &[Value]) -> Value {
    Aggregate::of(&ty.parse().unwrap(), values).unwrap().into()
}

/// A letter for the callee, the value that it stands for, and what that adds to the total.
fn kinds() -> Vec<(char, Value, f64)> {
    static NUMBER: i32 = 4;
    let words = [32i64, 64, 128].map(i64::to_le_bytes).concat();
    let large = Aggregate::from_bytes(&"{[i64; 3]}".parse().unwrap(), &words).unwrap();
    let floats = [1.0f32, 2.0, 4.0].map(Value::from);
    vec![
        ('i', Value::I32(1), 1.0),
        ('d', Value::F64(2.0), 2.0),
        (
            'p',
            Value::Pointer((&raw const NUMBER).cast_mut().cast()),
            4.0,
        ),
        (
            's',
            aggregate("{f64, i64}", &[8.0.into(), 16i64.into()]),
            24.0,
        ),
        ('S', large.into(), 224.0),
        ('l', Value::I64(256), 256.0),
        ('f', aggregate("{f32, f32, f32}", &floats), 7.0),
        ('w', aggregate("{align(16) i64}", &[512i64.into()]), 512.0),
        // By its upper half.
        ('q', Value::I128(1 << 70), 64.0),
        ('x', long_double(0.5), 0.5),
        ('c', num_complex(0.25, 0.125), 0.375),
        // Promoted.
        ('i', Value::I8(-3), -3.0),
        ('d', Value::F32(1.5), 1.5),
    ]
}

fn num_complex(re: f64, im: f64) -> Value {
    trampette::num_complex::Complex { re, im }.into()
}

#[test]
fn hard_case_11_c_reads_a_list_that_was_built() {
    let kinds = kinds();
    let signature: Signature = "(str, va_list) -> f64".parse().unwrap();
    for compiled in compiler::compile("va_lists", SOURCE) {
        let function = compiled.library.function("total_list", &signature).unwrap();
        for first in 0..kinds.len() {
            for (count, step) in (0..=13).flat_map(|count| [(count, 1), (count, 5)]) {
                let at = |index: usize| &kinds[(first + index * step) % kinds.len()];
                let chosen: Vec<_> = (0..count).map(at).collect();
                let letters: String = chosen.iter().map(|kind| kind.0).collect();
                let values: Vec<_> = chosen.iter().map(|kind| kind.1.clone()).collect();
                let list = Value::from(VaList::of(&values).unwrap());
                let arguments = [Value::try_from(letters.as_str()).unwrap(), list];
                let expected: f64 = chosen.iter().map(|kind| kind.2).sum();
                // Twice: each call begins with the first.
                for _ in 0..2 {
                    // SAFETY: the list has what the letters say.
                    let sum = unsafe { function.call(&arguments) }.unwrap();
                    assert_eq!(sum, Value::F64(expected), "{}: {letters}", compiled.build);
                }
            }
        }
    }
}

/// A piece of a format, the value for it, and what C makes of them.
fn pieces() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("%d", Value::I32(-42), "-42"),
        ("%.3f", Value::F64(2.5), "2.500"),
        ("%s", Value::try_from("text").unwrap(), "text"),
        ("%lld", Value::I64(i64::MIN), "-9223372036854775808"),
        ("%c", Value::I8(65), "A"),
        ("%hhd", Value::I8(-5), "-5"),
        ("%g", Value::F32(0.5), "0.5"),
        ("%u", Value::U16(65535), "65535"),
        ("%llu", Value::U64(u64::MAX), "18446744073709551615"),
        ("%d", Value::Bool(true), "1"),
        ("%e", Value::F64(1e300), "1.000000e+300"),
        ("%Lg", long_double(0.75), "0.75"),
    ]
}

#[test]
fn hard_case_11_vsnprintf_prints_a_list_of_0_to_12_arguments() {
    type Format = (*mut c_char, usize, *const c_char, &'static mut VaList);
    let signature = "(ptr, size_t, ptr, va_list) -> int".parse().unwrap();
    let pieces = pieces();
    for compiled in compiler::compile("va_lists", SOURCE) {
        let format = compiled
            .library
            .function("format_list", &signature)
            .unwrap();
        let typed = format.typed::<Format, i32>().unwrap();
        for first in 0..pieces.len() {
            for count in 0..=pieces.len() {
                let chosen: Vec<_> = pieces.iter().cycle().skip(first).take(count).collect();
                let text = chosen
                    .iter()
                    .map(|piece| piece.0)
                    .collect::<Vec<_>>()
                    .join("|");
                let expected = chosen
                    .iter()
                    .map(|piece| piece.2)
                    .collect::<Vec<_>>()
                    .join("|");
                let values: Vec<_> = chosen.iter().map(|piece| piece.1.clone()).collect();
                let list = Box::leak(Box::new(VaList::of(&values).unwrap()));
                let text = std::ffi::CString::new(text).unwrap();
                let mut out = [0x55u8; 512];
                let arguments = (out.as_mut_ptr().cast(), out.len(), text.as_ptr(), list);
                // SAFETY: the buffer has as many bytes, and each value is what the format says.
                let length = unsafe { typed.call(arguments) };
                let printed = CStr::from_bytes_until_nul(&out).unwrap().to_str().unwrap();
                assert_eq!(printed, expected, "{}: {text:?}", compiled.build);
                assert_eq!(usize::try_from(length), Ok(expected.len()));
            }
        }
    }
}

/// The sum of what the letters stand for.
fn total(kinds: &[u8], list: &mut VarArgs<'_>) -> f64 {
    let pair: CType = "{f64, i64}".parse().unwrap();
    let floats: CType = "{f32, f32, f32}".parse().unwrap();
    let large: CType = "{i64, i64, i64}".parse().unwrap();
    let mut sum_of = |ty: &CType| {
        // SAFETY: the letter says what C passes.
        let value = unsafe { list.next_value(ty) }.unwrap();
        let number = |value: Value| match value.as_integer() {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            Some(number) => number as f64,
            None => value.as_float().unwrap(),
        };
        match value.as_aggregate() {
            Some(parts) => (0..parts.len())
                .map(|at| number(parts.at(at).unwrap()))
                .sum(),
            None => number(value),
        }
    };
    let kinds = kinds.iter().map(|kind| match kind {
        b'i' => sum_of(&"i32".parse().unwrap()),
        b'l' => sum_of(&"i64".parse().unwrap()),
        b'd' => sum_of(&CType::F64),
        b's' => sum_of(&pair),
        b'f' => sum_of(&floats),
        _ => sum_of(&large),
    });
    kinds.sum()
}

fn text(call: &CallbackFrame<'_>) -> &'static [u8] {
    // SAFETY: C passes a literal.
    unsafe { CStr::from_ptr(call.argument(0).unwrap()) }.to_bytes()
}

/// What the callers of the fixture pass, added up.
const FORWARDED: f64 = 1.0
    + (1.0 + 2.0 + 24.0 + 256.0 + 224.0 + 7.0 + 4.0)
    + (7.0 + 24.0 + 9.0 + 24.0 + 7.0 + 1.0)
    + (30.0 + 1.0 + 2.0 + 24.0);

#[test]
fn hard_case_11_a_closure_reads_the_list_that_c_passes_on() {
    let signature: Signature = "(str, va_list) -> f64".parse().unwrap();
    let dynamic = Callback::new(&signature, |call| {
        let kinds = text(call);
        let sum = total(kinds, &mut call.va_list(1).unwrap());
        assert_eq!(call.va_list(0).unwrap_err().code(), "value-type");
        assert_eq!(call.va_list(2).unwrap_err().code(), "index-out-of-range");
        call.set_result(sum).unwrap();
    });
    let typed = Callback::from_fn(|kinds: *const c_char, mut list: RawVaList| {
        // SAFETY: C passes a literal.
        let kinds = unsafe { CStr::from_ptr(kinds) }.to_bytes();
        // SAFETY: C passes a list that it has begun.
        let mut list = unsafe { list.reader() }.unwrap();
        total(kinds, &mut list)
    });
    let (dynamic, typed) = (dynamic.unwrap(), typed.unwrap());
    for compiled in compiler::compile("va_lists", SOURCE) {
        let caller = compiled
            .library
            .function("call_forward", &"(ptr) -> f64".parse().unwrap());
        let caller = caller.unwrap();
        // And C itself, to be sure of the sum.
        let itself = compiled.library.function("total_list", &signature).unwrap();
        for to in [itself.as_ptr(), dynamic.as_ptr(), typed.as_ptr()] {
            // SAFETY: this is the function's signature, and the callee has the type that it expects.
            let sum = unsafe { caller.call(&[Value::Pointer(to.cast_mut())]) }.unwrap();
            assert_eq!(sum, Value::F64(FORWARDED), "{}", compiled.build);
        }
    }
}

#[test]
fn hard_case_11_c_reads_on_behind_what_a_closure_has_read() {
    let closure = Callback::from_fn(|kinds: *const c_char, list: *mut c_void| {
        // SAFETY: C passes a literal.
        let kinds = unsafe { CStr::from_ptr(kinds) }.to_bytes();
        // SAFETY: C passes the address of its list.
        let mut list = unsafe { VarArgs::from_ptr(list) }.unwrap();
        total(kinds, &mut list)
    });
    let closure = closure.unwrap();
    for compiled in compiler::compile("va_lists", SOURCE) {
        let signature = "(ptr) -> f64".parse().unwrap();
        let caller = compiled
            .library
            .function("call_forward_address", &signature)
            .unwrap();
        let itself = compiled.library.symbol("total_of").unwrap();
        for to in [itself.as_ptr().cast_const(), closure.as_ptr()] {
            // SAFETY: this is the function's signature, and the callee has the type that it expects.
            let sum = unsafe { caller.call(&[Value::Pointer(to.cast_mut())]) }.unwrap();
            let expected = 4000.0 + 1.0 + (1.0 + 2.0 + 24.0 + 256.0 + 224.0) + (9.0 + 24.0 + 6.0);
            assert_eq!(sum, Value::F64(expected), "{}", compiled.build);
        }
    }
}

/// A closure like `printf`, on top of C's own `vsnprintf`: what it has not read yet goes on to C.
#[test]
fn hard_case_11_what_a_variadic_closure_was_given_goes_on_to_c() {
    let variadic: Signature = "(str, ...) -> f64".parse().unwrap();
    let list: Signature = "(str, va_list) -> f64".parse().unwrap();
    let kinds = kinds();
    for compiled in compiler::compile("va_lists", SOURCE) {
        let to = compiled.library.function("total_list", &list).unwrap();
        let forward = Callback::new(&variadic, move |call| {
            let kinds = call.argument::<*const c_char>(0).unwrap();
            let mut rest = call.var_args().unwrap();
            // SAFETY: the caller passes an `int` first.
            assert_eq!(unsafe { rest.next::<i32>() }.unwrap(), 77);
            let list = rest.as_va_list().unwrap();
            let dynamic = [
                Value::Pointer(kinds.cast_mut().cast()),
                list.to_value().unwrap(),
            ];
            // SAFETY: the letters say what follows.
            let sum = unsafe { to.call(&dynamic) }.unwrap();
            call.set_value(&sum).unwrap();
        });
        let forward = forward.unwrap();
        let function = trampette::Function::from_pointer(forward.as_ptr(), &variadic).unwrap();
        for (first, step) in (0..kinds.len()).flat_map(|first| [(first, 1), (first, 5)]) {
            let at = |index: usize| &kinds[(first + index * step) % kinds.len()];
            let chosen: Vec<_> = (0..9).map(at).collect();
            let letters: String = chosen.iter().map(|kind| kind.0).collect();
            let mut arguments = vec![Value::try_from(letters.as_str()).unwrap(), 77.into()];
            arguments.extend(chosen.iter().map(|kind| kind.1.clone()));
            let expected: f64 = chosen.iter().map(|kind| kind.2).sum();
            // SAFETY: this is the callback's signature.
            let sum = unsafe { function.call(&arguments) }.unwrap();
            assert_eq!(sum, Value::F64(expected), "{}: {letters}", compiled.build);
        }
    }
}

#[test]
fn hard_case_11_no_function_returns_a_list_and_no_other_value_is_one() {
    let refused = "() -> va_list".parse::<Signature>().unwrap_err();
    assert_eq!(refused.code(), "array-by-value");
    let list = Value::from(VaList::of(&[1.into()]).unwrap());
    let strlen = trampette::Library::process();
    let strlen = strlen
        .function("strlen", &"(ptr) -> size_t".parse().unwrap())
        .unwrap();
    // SAFETY: nothing is called.
    let error: Error = unsafe { strlen.call(&[list]) }.unwrap_err();
    assert_eq!(error.to_string(), "argument 0 is a `ptr`, not a `va_list`");
}

#[test]
fn a_list_that_was_built_is_read_from_its_beginning_and_knows_its_end() {
    let large = "{[i64; 3]}";
    let words = [32i64, 64, 128].map(i64::to_le_bytes).concat();
    let words = Aggregate::from_bytes(&large.parse().unwrap(), &words).unwrap();
    let pair = aggregate("{f32, f32}", &[Value::from(0.5f32), Value::from(1.5f32)]);
    let values = [
        Value::I32(-7),
        Value::F64(2.5),
        words.into(),
        pair,
        long_double(4.25),
        Value::I128(1 << 100),
    ];
    let types = ["i32", "f64", large, "{f32, f32}", "longdouble", "i128"];
    let mut list = VaList::of(&values).unwrap();
    for _ in 0..2 {
        let mut arguments = list.var_args().unwrap();
        for (ty, value) in types.iter().zip(&values) {
            // SAFETY: the list has a value of this type here.
            let read = unsafe { arguments.next_value(&ty.parse().unwrap()) };
            assert_eq!(read.unwrap(), *value, "{ty}");
        }
        for ty in types {
            // SAFETY: the list knows its end.
            let error = unsafe { arguments.next_value(&ty.parse().unwrap()) }.unwrap_err();
            assert!(
                matches!(error, Error::NoMoreArguments { count: 6 }),
                "{error}"
            );
        }
        // SAFETY: as above.
        let error = unsafe { arguments.next_str() }.unwrap_err();
        assert_eq!(error.code(), "no-more-arguments");
        assert_eq!(
            error.to_string(),
            "the list has 6 arguments, which were read"
        );
    }
    let mut empty = VaList::of(&[]).unwrap();
    // SAFETY: as above.
    let error = unsafe { empty.var_args().unwrap().next::<f64>() }.unwrap_err();
    assert!(
        matches!(error, Error::NoMoreArguments { count: 0 }),
        "{error}"
    );
}

#[test]
fn the_quick_way_to_a_word_is_the_conventions_own() {
    let words = [
        Scalar::I32,
        Scalar::U32,
        Scalar::I64,
        Scalar::U64,
        Scalar::Pointer,
        Scalar::F64,
    ];
    let mut compared = 0;
    for abi in Abi::ALL {
        let convention = convention(abi).unwrap();
        let unnamed = convention.unnamed();
        let end = Cursor::end(&unnamed);
        for integers in 0..=end.integers {
            for vectors in 0..=end.vectors {
                let cursor = Cursor { integers, vectors };
                // Where registers are saved below the stack arguments, all are behind from the start.
                if unnamed.saved == Saved::BelowStack && cursor != end {
                    continue;
                }
                for word in words {
                    let asked = cursor.next(convention, &Layout::of_scalar(word)).unwrap();
                    let (place, after) = cursor.next_word(&unnamed, word).unwrap();
                    let places: Vec<_> = asked.rows.iter().map(|row| row.place).collect();
                    assert_eq!(places, [place], "{abi:?} {cursor:?} {word:?}");
                    let size = match place {
                        Place::Register(_) => 0,
                        Place::Stack(_) => 8,
                    };
                    let expected = (after, size, 8);
                    let found = (asked.after, asked.stack_size, asked.stack_align);
                    assert_eq!(found, expected, "{abi:?} {cursor:?} {word:?}");
                    compared += 1;
                }
                for other in [
                    Scalar::I128,
                    Scalar::F80,
                    Scalar::F128,
                    Scalar::V64,
                    Scalar::F16,
                ] {
                    assert_eq!(cursor.next_word(&unnamed, other), None, "{abi:?} {other:?}");
                }
            }
        }
    }
    assert!(compared > 6 * (7 * 9 + 9 * 9), "{compared}");
}
