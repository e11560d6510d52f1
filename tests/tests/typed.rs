//! The ways to call with Rust types: typed calls, frames, and the C function's own pointer; and to be
//! called, by closures.

#![cfg(all(
    any(target_os = "linux", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::ffi::c_void;

use trampette::half::f16;
use trampette::num_complex::Complex;
use trampette::{Arguments, CValue, Callback, F128, Function, Signature, c_struct};
use trampette_fuzz::case::{Case, Passed};
use trampette_fuzz::compiler::Build;
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::mismatch::Discrepancy;
use trampette_fuzz::values::{bytes_of, read};
use trampette_fuzz::witness::{self, Diary, Places};
use trampette_fuzz::{c, compiler, crash};

macro_rules! structs {
    ($($name:ident { $($field:ident: $ty:ty),* })*) => {
        $(
            #[derive(Clone, Copy, Debug)]
            #[repr(C)]
            struct $name {
                $($field: $ty),*
            }

            c_struct!($name { $($field: $ty),* });
        )*
    };
}

structs! {
    Pair { x: f64, y: i32 }
    Floats { x: f32, y: f32, z: f32 }
    Doubles { x: f64, y: f64 }
    Words { a: u64, b: i64 }
    Mixed { word: i64, number: f64 }
    Turned { number: f64, word: i64 }
    Three { bytes: [u8; 3] }
    Five { bytes: [u8; 5] }
    Six { halves: [u16; 3] }
    Seven { bytes: [i8; 7] }
    Nested { pair: Pair, tag: u8 }
    Deep { floats: [Floats; 2], flag: bool }
    Large { words: [i64; 12], number: f32 }
    Pointers { first: *const c_void, count: u16 }
    Small { flag: bool, byte: i8, half: i16, single: f32 }
    Halves { x: f16, y: f16 }
    Turning { point: Complex<f32>, angle: f64 }
}

/// A function of Rust types, and how to call it with the bytes of a case.
struct Entry {
    signature: Signature,
    typed: fn(&Function, &Case) -> Vec<u8>,
    frame: fn(&Function, &Case) -> Vec<u8>,
    /// `None` where the C function's pointer has no Rust type.
    as_fn: fn(&Function, &Case) -> Option<Vec<u8>>,
    is_native: bool,
    callbacks: fn(&'static Expected, &mut CallBack<'_>),
}

/// Has C call a callback of some life.
type CallBack<'a> = dyn FnMut(&str, *const c_void) + 'a;

/// What a callback is to be passed, and what it was.
struct Expected {
    case: Case,
    diary: Diary,
}

macro_rules! suite {
    ($(fn($($ty:ty),*) -> $result:ty;)*) => {
        vec![$(Entry {
            signature: Signature::new(<($($ty,)*)>::c_types(), <$result as CValue>::c_type()).unwrap(),
            typed: |function, case| {
                let function = function.typed::<($($ty,)*), $result>().unwrap();
                #[allow(unused_mut, unused_variables, reason = "some have no parameters")]
                let mut next = case.arguments.iter();
                // SAFETY: the callee was written for this signature.
                let result = unsafe { function.call(($(next_of::<$ty>(&mut next),)*)) };
                bytes_of(&result, &case.result)
            },
            frame: |function, case| {
                let mut frame = function.frame();
                #[allow(unused_mut, unused_variables, reason = "some have no parameters")]
                let mut next = case.arguments.iter().enumerate();
                $({
                    let (index, passed) = next.next().expect("an argument for each parameter");
                    frame.set(index, read::<$ty>(passed)).unwrap();
                })*
                // SAFETY: as above, and the frame is the function's own.
                let result = unsafe { function.call_frame::<$result>(&mut frame) };
                bytes_of(&result, &case.result)
            },
            as_fn: |function, case| {
                let function = function.as_fn::<unsafe extern "C" fn($($ty),*) -> $result>().ok()?;
                #[allow(unused_mut, unused_variables, reason = "some have no parameters")]
                let mut next = case.arguments.iter();
                // SAFETY: as above.
                let result = unsafe { function($(next_of::<$ty>(&mut next)),*) };
                Some(bytes_of(&result, &case.result))
            },
            is_native: <$result as CValue>::IS_NATIVE $(&& <$ty as CValue>::IS_NATIVE)*,
            callbacks: |expected, call| {
                let closure = closure!(expected, $result, $($ty,)*);
                let owned = Callback::from_fn(closure).unwrap();
                call("owned", owned.as_ptr());
                call("leaked", owned.leak());
                call("scoped", Callback::scoped(&closure).unwrap().as_ptr());
            },
        }),*]
    };
}

/// A closure that compares each argument with what is expected, and gives the expected result.
macro_rules! closure {
    ($expected:ident, $result:ty, $($ty:ty,)*) => {
        closure!(@next $expected $result [$($ty,)*] [a b c d e f g h i j k l m n o p])
    };
    (@next $expected:ident $result:ty [$next:ty, $($rest:ty,)*] [$new:ident $($free:ident)*] $($done:tt)*) => {
        closure!(@next $expected $result [$($rest,)*] [$($free)*] $($done)* $new: $next,)
    };
    (@next $expected:ident $result:ty [] [$($free:ident)*] $($name:ident: $ty:ty,)*) => {
        move |$($name: $ty),*| -> $result {
            #[allow(unused_mut, unused_variables, reason = "some have no parameters")]
            let mut next = $expected.case.arguments.iter();
            let outcome = Ok(());
            $(let outcome = outcome.and(compare(next.next(), &$name));)*
            $expected.diary.note(outcome);
            read::<$result>(&$expected.case.result)
        }
    };
}

fn next_of<'a, T: CValue>(cases: &mut impl Iterator<Item = &'a Passed>) -> T {
    read(cases.next().expect("an argument for each parameter"))
}

fn compare<T: CValue>(passed: Option<&Passed>, found: &T) -> Result<(), Discrepancy> {
    let passed = passed.expect("an argument for each parameter");
    passed.compare(&bytes_of(found, passed))
}

fn suite() -> Vec<Entry> {
    suite! {
        fn() -> ();
        fn() -> bool;
        fn() -> i8;
        fn() -> u16;
        fn() -> f32;
        fn() -> f64;
        fn() -> *mut c_void;
        fn() -> Three;
        fn() -> Five;
        fn() -> Six;
        fn() -> Seven;
        fn() -> Pair;
        fn() -> Floats;
        fn() -> Doubles;
        fn() -> Words;
        fn() -> Mixed;
        fn() -> Turned;
        fn() -> Nested;
        fn() -> Deep;
        fn() -> Large;
        fn() -> Small;
        fn(bool) -> bool;
        fn(i8, u8, i16, u16, i32, u32, i64, u64) -> i16;
        fn(f32, f64, f32, f64) -> f32;
        fn(isize, usize) -> isize;
        fn(*const u8, *mut f64, Option<std::ptr::NonNull<i32>>) -> *const c_void;
        fn(i32, i32) -> i32;
        fn(i64, i64, i64, i64, i64, i64) -> i64;
        fn(f64, f64, f64, f64, f64, f64, f64, f64) -> f64;
        fn(i64, i64, i64, i64, i64, i64, i64, i64, f64, f64, f64, f64, f64, f64, f64, f64) -> u64;
        fn(i8, i8, i8, i8, i8, i8, i8, i8, u16, bool) -> u8;
        fn(Pair) -> Pair;
        fn(Floats, Floats) -> Floats;
        fn(Three, Five, Six, Seven) -> Seven;
        fn(i64, i64, i64, i64, i64, Words, i64) -> Words;
        fn(f64, f64, f64, f64, f64, f64, f64, Doubles, f64) -> Doubles;
        fn(i64, i64, i64, i64, i64, i64, Mixed, Turned) -> Turned;
        fn(Nested, u8, Deep) -> Deep;
        fn(Large, i8, Large, f32) -> Large;
        fn(Pointers, Small, bool) -> Pointers;
        fn(Large, Three, f64, Five, i16, Six, f32, Seven, bool, Mixed) -> Five;
        fn(Small, Small, Small, Small, Small, Small, Small, Small, Small, Small, Small, Small) -> Small;
        fn(i64) -> u64;
        fn(i64, i64) -> f64;
        fn(i64, i64, i64) -> bool;
        fn(i64, i64, i64, i64) -> i8;
        fn(i64, i64, i64, i64, i64) -> i32;
        fn(i64, i64, i64, i64, i64, i64, i64) -> f64;
        fn(i64, i64, i64, i64, i64, i64, i64, i64) -> bool;
        fn(f64) -> f64;
        fn(f64, f64) -> u16;
        fn(f64, f64, f64) -> f32;
        fn(f64, f64, f64, f64) -> f64;
        fn(f64, f64, f64, f64, f64) -> u16;
        fn(f64, f64, f64, f64, f64, f64) -> f32;
        fn(f64, f64, f64, f64, f64, f64, f64) -> f64;
        fn(f64, f64, f64, f64, f64, f64, f64, f64, f64) -> f32;
        fn(i64, i64, i64, i64, i64) -> Large;
        fn(i64, i64, i64, i64, i64, i64) -> Large;
        fn(i64, i64, i64, i64, Large) -> Deep;
        fn(i64, i64, i64, i64, i64, f64, Mixed, f32) -> Mixed;
        fn(i64, i64, i64, i64, i64, Words) -> Five;
        fn(i64, i64, i64, i64, Words) -> Three;
        fn(i32, f64, i8, f32, u16, f64, u8, bool) -> i32;
        fn(bool, i8, bool, u8, i16, bool, u16, bool) -> bool;
        fn(Doubles, Doubles, Doubles, Doubles, f64, i64) -> Turned;
        fn(Deep, Deep, u8) -> u8;
        fn(Large) -> ();
    }
}

/// Numbers that crates have types for, and not every compiler.
fn halves() -> Vec<Entry> {
    suite! {
        fn(f16, i8, f16) -> f16;
        fn(Halves, f32) -> Halves;
        fn(Complex<f16>, f16) -> Complex<f16>;
        fn(f16, f16, f16, f16, f16, f16, f16, f16, f16) -> f16;
    }
}

/// Numbers that rustc does not pass as C does.
fn rare() -> Vec<Entry> {
    let mut entries = suite! {
        fn(F128, f64, F128) -> F128;
        fn(Complex<f64>, Complex<F128>) -> Complex<f64>;
        fn(i8, Complex<f32>, f64) -> Complex<f32>;
        fn(Turning, bool, Turning) -> Turning;
    };
    entries.extend(of_the_processor());
    entries
}

#[cfg(target_arch = "x86_64")]
fn of_the_processor() -> Vec<Entry> {
    use std::arch::x86_64::{__m128, __m128d, __m128i};

    use trampette::F80;

    structs! {
        Extended { number: F80, tag: u8 }
        Vectors { first: __m128, second: __m128d }
        Lone { vector: __m128i }
    }

    suite! {
        fn(F80, i8, F80) -> F80;
        fn(Complex<F80>, f64) -> Complex<F80>;
        fn(Extended, i64) -> Extended;
        fn(__m128, f64, __m128i, __m128d) -> __m128;
        fn(__m128, __m128, __m128, __m128, __m128, __m128, __m128, __m128, __m128) -> __m128i;
        fn(Vectors, Lone) -> Lone;
        fn(i8, Lone) -> Vectors;
    }
}

#[cfg(target_arch = "aarch64")]
fn of_the_processor() -> Vec<Entry> {
    use std::arch::aarch64::{float32x4_t, float64x2_t, int32x2_t, uint8x8_t, uint16x8_t};

    structs! {
        Vectors { first: float32x4_t, second: float32x4_t }
        Lone { vector: uint8x8_t }
    }

    suite! {
        fn(float32x4_t, f64, uint8x8_t, float64x2_t) -> int32x2_t;
        fn(Vectors, Vectors, Vectors, Vectors, Vectors) -> Vectors;
        fn(i8, Lone, uint16x8_t) -> Lone;
        fn(Lone) -> uint16x8_t;
    }
}

fn gcc() -> Vec<Build> {
    let builds = compiler::builds().iter().copied();
    builds
        .filter(|build| !build.compiler.contains("clang"))
        .collect()
}

#[test]
fn typed_calls_frames_and_function_pointers_agree_with_c() {
    all_ways_agree(&suite(), compiler::builds());
    all_ways_agree(&rare(), compiler::builds());
    all_ways_agree(&halves(), &gcc());
}

fn all_ways_agree(entries: &[Entry], builds: &[Build]) {
    let cases: Vec<Case> = entries
        .iter()
        .map(|entry| Case::of(&entry.signature))
        .collect();
    let source = c::fixture(&cases, c::Packing::Attribute);
    for compiled in compiler::compile_for(builds, "typed", &source) {
        let fixture = Fixture::of(&compiled);
        for (index, (entry, case)) in entries.iter().zip(&cases).enumerate() {
            let function = fixture
                .library
                .function(&c::callee_name(index), &case.signature)
                .unwrap();
            let prepare = |way: &str| {
                let name = format!("{}, {way}: {}", compiled.build, case.signature);
                crash::note(&name);
                fixture.expect(case);
                name
            };
            for (way, call) in [("typed", entry.typed), ("frame", entry.frame)] {
                let name = prepare(way);
                let result = call(&function, case);
                assert_eq!(fixture.compare(case, &result), Ok(()), "{name}");
            }
            let name = prepare("as_fn");
            let result = (entry.as_fn)(&function, case);
            assert_eq!(result.is_some(), entry.is_native, "{name}");
            if let Some(result) = result {
                assert_eq!(fixture.compare(case, &result), Ok(()), "{name}");
            }
        }
    }
}

#[test]
fn typed_callbacks_of_every_life_agree_with_c() {
    all_lives_agree(suite(), compiler::builds());
    all_lives_agree(rare(), compiler::builds());
    all_lives_agree(halves(), &gcc());
}

fn all_lives_agree(entries: Vec<Entry>, builds: &[Build]) {
    let signatures = entries.iter().map(|entry| &entry.signature);
    let cases: Vec<Case> = signatures.map(Case::both_ways).collect();
    let place = Places::for_any_of(&cases);
    let source = c::fixture(&cases, c::Packing::Attribute);
    for compiled in compiler::compile_for(builds, "callbacks", &source) {
        let fixture = Fixture::of(&compiled);
        for (index, (entry, case)) in entries.iter().zip(&cases).enumerate() {
            let (diary, case) = (Diary::default(), case.clone());
            // Callbacks that are never freed refer to it.
            let expected: &'static Expected = Box::leak(Box::new(Expected { case, diary }));
            let case = &expected.case;
            let mut call = |life: &str, callback| {
                let name = format!("{}, {life}: {}", compiled.build, case.signature);
                crash::note(&name);
                fixture.send(case, true);
                let caller = c::caller_name(index);
                let (place, diary) = (&place, &expected.diary);
                // SAFETY: the entry has this signature.
                let outcome =
                    unsafe { witness::call_back(&fixture, &caller, case, place, callback, diary) };
                assert_eq!(outcome, Ok(()), "{name}");
            };
            (entry.callbacks)(expected, &mut call);
        }
    }
}
