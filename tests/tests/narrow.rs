//! Narrow integers, bool and float: garbage above the width, on the way in and on the way out.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::fmt;

use trampette::{Function, Value};
use trampette_fuzz::compiler::{self, Compiled};
use trampette_fuzz::values;
use trampette_tests::matrix::OTHER;

const SOURCE: &str = include_str!("../fixtures/narrow.c");

/// Types whose values are narrower than a register, or fill it.
const NARROW: [&str; 12] = [
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "enum(int)",
    "{u8}",
    "{i16}",
    "{[u8; 3]}",
];

/// The fixture in every build, in each convention.
fn builds() -> Vec<Build> {
    let own = compiler::compile("narrow", SOURCE);
    let other = if cfg!(target_arch = "x86_64") {
        compiler::compile_other("narrow", SOURCE)
    } else {
        Vec::new()
    };
    let own = own.into_iter().map(|compiled| Build { abi: "", compiled });
    let other = other.into_iter().map(|compiled| Build {
        abi: OTHER,
        compiled,
    });
    own.chain(other).collect()
}

struct Build {
    /// What stands before its signatures.
    abi: &'static str,
    compiled: Compiled,
}

impl Build {
    fn bind(&self, name: &str, signature: &str) -> Function {
        let signature = format!("{}{signature}", self.abi).parse().unwrap();
        self.compiled.library.function(name, &signature).unwrap()
    }

    fn is_win64(&self) -> bool {
        self.abi.is_empty() == cfg!(windows)
    }

    /// Whether a result of this type comes back in the register that the fixture fills.
    fn returns_in_rax(&self, ty: &str) -> bool {
        !self.is_win64() || ty != "{[u8; 3]}"
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.abi, self.compiled.build)
    }
}

#[test]
fn hard_case_07_garbage_above_a_narrow_result_does_not_come_back() {
    for build in builds() {
        for ty in NARROW.into_iter().filter(|ty| build.returns_in_rax(ty)) {
            let function = build.bind("wide_result", &format!("(u64, u64) -> {ty}"));
            let width = function
                .signature()
                .result()
                .layout(&trampette::MODEL)
                .unwrap()
                .size();
            for low in [0x8182_8384_8586_8788u64, 0x0102_0304_0506_0708] {
                let arguments = [Value::from(low), Value::from(width as u64)];
                // SAFETY: the function takes two words and returns a register's worth.
                let result = unsafe { function.call(&arguments) }.unwrap();
                let bytes = values::value_bytes(&result).unwrap();
                assert_eq!(bytes, low.to_le_bytes()[..width], "{build}: {ty}");
            }
        }
    }
}

#[test]
fn hard_case_07_garbage_above_a_narrow_result_does_not_reach_rust_types() {
    for build in builds() {
        macro_rules! check {
            ($($ty:ty: $text:literal, $number:expr;)*) => {
                $({
                    let function = build.bind("wide_result", concat!("(u64, u64) -> ", $text));
                    let number: $ty = $number;
                    let (low, width) = (number as i64 as u64, size_of::<$ty>() as u64);
                    let typed = function.typed::<(u64, u64), $ty>().unwrap();
                    // SAFETY: the function takes two words and returns a register's worth.
                    assert_eq!(unsafe { typed.call((low, width)) }, number);
                    let mut frame = function.frame();
                    frame.set(0, low).unwrap();
                    frame.set(1, width).unwrap();
                    // SAFETY: as above, and the frame is the function's own.
                    assert_eq!(unsafe { function.call_frame::<$ty>(&mut frame) }, number);
                })*
            };
        }
        check! {
            i8: "i8", -3;
            u8: "u8", 0xF1;
            i16: "i16", -300;
            u16: "u16", 0xF1F2;
            i32: "i32", -70_000;
            u32: "u32", 0xF1F2_F3F4;
            i8: "i8", 3;
            i16: "i16", 300;
        }
    }
}

#[test]
fn hard_case_07_garbage_above_a_bool_result_does_not_come_back() {
    for build in builds() {
        for truth in [false, true] {
            let function = build.bind("wide_bool", "(u64) -> bool");
            let typed = function.typed::<(u64,), bool>().unwrap();
            // SAFETY: the function takes a word, and gives a bool in the lowest byte.
            assert_eq!(unsafe { typed.call((truth.into(),)) }, truth);
            // SAFETY: as above.
            let value = unsafe { function.call(&[u64::from(truth).into()]) };
            assert_eq!(value.unwrap(), Value::Bool(truth));
        }
    }
}

#[test]
fn hard_case_07_garbage_above_a_float_result_does_not_come_back() {
    for build in builds() {
        let single = build.bind("wide_float", "(f32) -> f32");
        // SAFETY: the function takes a float, and gives it in the lowest lane.
        let value = unsafe { single.call(&[Value::F32(2.5)]) };
        assert_eq!(value.unwrap(), Value::F32(2.5));
        let double = build.bind("wide_double", "(f64) -> f64");
        // SAFETY: likewise.
        let value = unsafe { double.call(&[Value::F64(2.5)]) };
        assert_eq!(value.unwrap(), Value::F64(2.5));
        if build.is_win64() {
            // Such a struct comes back in rax.
            continue;
        }
        let boxed = build.bind("wide_float", "(f32) -> {f32}");
        // SAFETY: likewise.
        let boxed = unsafe { boxed.call(&[Value::F32(2.5)]) }.unwrap();
        assert_eq!(values::value_bytes(&boxed).unwrap(), 2.5f32.to_le_bytes());
    }
}

/// The argument is put into a frame whose other bytes are all ones: the stub must extend it.
fn call_poisoned(function: &Function, bytes: &[u8]) -> i64 {
    let mut frame = function.frame();
    let size = frame.layout().size();
    // SAFETY: the frame has as many bytes.
    unsafe { frame.as_mut_ptr().write_bytes(0xFF, size) };
    // SAFETY: the argument's slot has at least eight bytes.
    unsafe {
        frame
            .argument_ptr(0)
            .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
    };
    // SAFETY: the frame is the function's own, which takes one number.
    unsafe { function.call_frame_in_place(&mut frame) };
    // SAFETY: the function left a word.
    unsafe { frame.result::<i64>() }.unwrap()
}

#[test]
fn hard_case_07_callees_may_rely_on_the_extension_of_narrow_arguments() {
    for build in builds() {
        let call = |name: &str, ty: &str, bytes: &[u8]| {
            let function = build.bind(name, &format!("({ty}) -> i64"));
            call_poisoned(&function, bytes)
        };
        let base = call("base", "i64", &[]);
        for byte in [0u8, 1, 127, 128, 255] {
            let at = call("index_of_u8", "u8", &[byte]);
            assert_eq!((at - base) / 4, i64::from(byte), "{build}");
            let at = call("index_of_i8", "i8", &[byte]);
            let signed = byte.cast_signed();
            assert_eq!((at - base) / 4, 128 + i64::from(signed), "{build}");
        }
        for number in [0u16, 1, 0x7FFF, 0x8000, 0xFFFF] {
            let bytes = number.to_le_bytes();
            let wide = call("widen_u16", "u16", &bytes);
            assert_eq!(wide, i64::from(number), "{build}");
            let wide = call("widen_i16", "i16", &bytes);
            assert_eq!(wide, i64::from(number.cast_signed()), "{build}");
        }
        for truth in [0u8, 1] {
            let chosen = call("choose", "bool", &[truth]);
            assert_eq!(chosen, i64::from(truth) * 1000 + 7, "{build}");
        }
    }
}

#[test]
fn hard_case_07_narrow_arguments_on_the_stack() {
    for build in builds() {
        let text = "(i64, i64, i64, i64, i64, i64, i8, u8, i16, u16, bool) -> i64";
        let sum = build.bind("sum_on_stack", text);
        let mut arguments = vec![Value::I64(0); 6];
        arguments.extend([
            Value::I8(-1),
            Value::U8(255),
            Value::I16(-2),
            Value::U16(65535),
            Value::Bool(true),
        ]);
        // SAFETY: this is the function's signature.
        let result = unsafe { sum.call(&arguments) }.unwrap();
        assert_eq!(result, Value::I64(-1 + 255 - 2 + 65535 + 1), "{build}");
    }
}
