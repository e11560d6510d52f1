//! Calls of functions without a prototype, both ways.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use trampette::{Aggregate, CType, Callback, Function, Signature, Value};
use trampette_fuzz::compiler::{self, Compiled};
#[cfg(target_arch = "x86_64")]
use trampette_fuzz::registers::vector_count;
#[cfg(target_arch = "x86_64")]
use trampette_tests::matrix::{OTHER, SYSTEM_V};

const SOURCE: &str = include_str!("../fixtures/unprototyped.c");

const MIXED: &str = "unprototyped (i32, f64, {f64, i64}, f64, i32, i64) -> f64";
const MANY: &str =
    "unprototyped (i32, i32, i32, i32, i32, i32, i32, i32, f64, f64, f64, f64) -> f64";

#[cfg(target_arch = "x86_64")]
#[test]
fn hard_case_11_al_says_how_many_vector_registers_carry_arguments() {
    for (types, expected) in [
        ("", 0),
        ("i32", 0),
        ("f64, i32, {f64, f64}", 3),
        ("f64, f64, f64, f64, f64, f64, f64, f64, f64", 8),
    ] {
        let signature = format!("{SYSTEM_V}unprototyped ({types}) -> u32");
        let signature: Signature = signature.parse().unwrap();
        let function = Function::from_pointer(vector_count as *const _, &signature).unwrap();
        // SAFETY: the callee has any signature of this kind; an all-zero frame has every argument set.
        let count = unsafe { function.call_frame::<u32>(&mut function.frame()) };
        assert_eq!(count, expected, "{types}");
    }
}

#[test]
fn hard_case_11_c_defines_and_calls_functions_without_a_prototype() {
    both_ways("", &compiler::compile("unprototyped", SOURCE));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn hard_case_11_and_in_the_other_convention() {
    both_ways(OTHER, &compiler::compile_other("unprototyped", SOURCE));
}

fn both_ways(abi: &str, builds: &[Compiled]) {
    let signature = |text: &str| -> Signature { format!("{abi}{text}").parse().unwrap() };
    let pair = Aggregate::of(&"{f64, i64}".parse().unwrap(), &[0.5.into(), 4i64.into()]).unwrap();
    let mixed = [
        1.into(),
        2.5.into(),
        pair.into(),
        0.25.into(),
        8.into(),
        16i64.into(),
    ];
    let mut many: Vec<Value> = (1..=8).map(Value::from).collect();
    many.extend([9.0, 10.0, 11.0, 12.0].map(Value::from));
    let weighted: f64 = (1..=12).map(|number| f64::from(number * number)).sum();
    for compiled in builds {
        let calls: [(&str, &str, &[Value], f64); 3] = [
            ("mixed", MIXED, &mixed, 32.25),
            ("nothing", "unprototyped () -> f64", &[], 7.0),
            ("many", MANY, &many, weighted),
        ];
        for (name, text, arguments, expected) in calls {
            let function = compiled.library.function(name, &signature(text)).unwrap();
            // SAFETY: the function takes arguments of these types.
            let result = unsafe { function.call(arguments) }.unwrap();
            assert_eq!(result, Value::F64(expected), "{}: {name}", compiled.build);
        }
        for (caller, text, expected) in [
            ("call_mixed", MIXED, &mixed[..]),
            ("call_many", MANY, &many),
        ] {
            let expected = format!("{expected:?}");
            let callback = Callback::new(&signature(text), move |call| {
                let found = format!("{:?}", call.values().unwrap());
                call.set_result(f64::from(u8::from(found == expected)))
                    .unwrap();
            });
            let caller = compiled
                .library
                .function(caller, &"(ptr) -> f64".parse().unwrap());
            let callback = callback.unwrap();
            let pointer = callback.as_ptr().cast_mut();
            // SAFETY: C passes what the signature says.
            let same = unsafe { caller.unwrap().call(&[Value::Pointer(pointer)]) };
            assert_eq!(same.unwrap(), Value::F64(1.0), "{}: {text}", compiled.build);
        }
    }
}

#[test]
fn hard_case_11_c_says_nothing_of_the_arguments_that_a_call_has() {
    let pair = Aggregate::of(&"{f64, i64}".parse().unwrap(), &[0.5.into(), 4i64.into()]).unwrap();
    // What is narrow is promoted, as C promotes it.
    let mixed = [
        Value::I16(1),
        2.5f32.into(),
        pair.into(),
        0.25f32.into(),
        Value::I8(8),
        16i64.into(),
    ];
    for compiled in compiler::compile("unprototyped", SOURCE) {
        let open: Signature = "unprototyped () -> f64".parse().unwrap();
        let bind = |name| compiled.library.function(name, &open).unwrap();
        let function = bind("mixed");
        assert!(function.signature().is_open());
        // SAFETY: the function takes arguments of these types when they are promoted.
        let result = unsafe { function.call(&mixed) }.unwrap();
        assert_eq!(result, Value::F64(32.25), "{}", compiled.build);
        // SAFETY: the function takes nothing.
        let result = unsafe { bind("nothing").call(&[]) }.unwrap();
        assert_eq!(result, Value::F64(7.0), "{}", compiled.build);

        let types = mixed.each_ref().map(Value::promoted_ty);
        let one_call = function.with_variadic_arguments(&types).unwrap();
        let text = "unprototyped (int, f64, {f64, i64}, f64, int, i64) -> f64";
        assert_eq!(one_call.signature().to_string(), text);
        // SAFETY: nothing is called with too few arguments.
        let refused = unsafe { one_call.call(&[]) }.unwrap_err();
        assert_eq!(refused.code(), "argument-count");
        let error = function.with_variadic_arguments(&[CType::F32]).unwrap_err();
        assert_eq!(error.code(), "unpromoted-argument");

        let many = bind("many");
        type Many = (i32, i32, i32, i32, i32, i32, i32, i32, f64, f64, f64, f64);
        let many = many.typed::<Many, f64>().unwrap();
        let arguments = (1, 2, 3, 4, 5, 6, 7, 8, 9.0, 10.0, 11.0, 12.0);
        // SAFETY: the function takes arguments of these types.
        assert_eq!(unsafe { many.call(arguments) }, 650.0, "{}", compiled.build);
    }
    // A prototype says all.
    let nothing = "() -> f64".parse().unwrap();
    let pointer = std::ptr::without_provenance(1);
    let nothing = Function::from_pointer(pointer, &nothing).unwrap();
    let error = nothing.with_variadic_arguments(&[CType::F64]).unwrap_err();
    assert_eq!(error.code(), "argument-count");
}

#[test]
fn hard_case_11_unpromoted_arguments_are_refused() {
    let signature = "unprototyped (i8) -> void".parse().unwrap();
    let refused = Function::from_pointer(std::ptr::without_provenance(1), &signature).unwrap_err();
    assert_eq!(refused.code(), "unpromoted-argument");
}
