//! The ways to call with Rust types: typed calls, frames, and the C function's own pointer.

#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use std::ffi::c_void;

use trampette::{Argument, Arguments, CValue, Function, Signature, c_struct};
use trampette_tests::case::{Case, Passed};
use trampette_tests::fixture::Fixture;
use trampette_tests::{c, compiler, crash};

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
}

/// A function of Rust types, and how to call it with the bytes of a case.
struct Entry {
    signature: Signature,
    typed: fn(&Function, &Case) -> Vec<u8>,
    frame: fn(&Function, &Case) -> Vec<u8>,
    as_fn: fn(&Function, &Case) -> Vec<u8>,
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
                let result = unsafe { function.call(($(take::<$ty>(next.next()),)*)) };
                bytes_of(&result, &case.result)
            },
            frame: |function, case| {
                let mut frame = function.frame();
                #[allow(unused_mut, unused_variables, reason = "some have no parameters")]
                let mut next = case.arguments.iter().enumerate();
                $({
                    let (index, passed) = next.next().expect("an argument for each parameter");
                    frame.set(index, take::<$ty>(Some(passed))).unwrap();
                })*
                // SAFETY: as above, and the frame is the function's own.
                let result = unsafe { function.call_frame::<$result>(&mut frame) };
                bytes_of(&result, &case.result)
            },
            as_fn: |function, case| {
                let function = function.as_fn::<unsafe extern "C" fn($($ty),*) -> $result>().unwrap();
                #[allow(unused_mut, unused_variables, reason = "some have no parameters")]
                let mut next = case.arguments.iter();
                // SAFETY: as above.
                let result = unsafe { function($(take::<$ty>(next.next())),*) };
                bytes_of(&result, &case.result)
            },
        }),*]
    };
}

/// The Rust value of an argument's bytes.
fn take<T: CValue + Argument>(passed: Option<&Passed>) -> T {
    let bytes = &passed.expect("an argument for each parameter").bytes;
    assert_eq!(bytes.len(), size_of::<T>());
    // SAFETY: the bytes are a value of the C type, which is `T`.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}

/// The bytes of a Rust value, zero where it has padding.
fn bytes_of<T>(value: &T, like: &Passed) -> Vec<u8> {
    assert_eq!(size_of::<T>(), like.bytes.len());
    let start = std::ptr::from_ref(value).cast::<u8>();
    let byte = |(at, &means): (usize, &bool)| {
        if !means {
            return 0;
        }
        // SAFETY: the byte is one of the value's.
        let place = unsafe { start.add(at) };
        // SAFETY: it is not padding.
        unsafe { place.read() }
    };
    like.meaning.iter().enumerate().map(byte).collect()
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
    }
}

#[test]
fn typed_calls_frames_and_function_pointers_agree_with_c() {
    let entries = suite();
    let cases: Vec<Case> = entries
        .iter()
        .map(|entry| Case::of(&entry.signature))
        .collect();
    for compiled in compiler::compile("typed", &c::fixture(&cases, c::Packing::Attribute)) {
        let fixture = Fixture::of(&compiled);
        for (index, (entry, case)) in entries.iter().zip(&cases).enumerate() {
            let function = fixture
                .library
                .function(&c::callee_name(index), &case.signature)
                .unwrap();
            for (way, call) in [
                ("typed", entry.typed),
                ("frame", entry.frame),
                ("as_fn", entry.as_fn),
            ] {
                let name = format!("{}, {way}: {}", compiled.build, case.signature);
                crash::note(&name);
                fixture.expect(case);
                let result = call(&function, case);
                assert_eq!(fixture.compare(case, &result), Ok(()), "{name}");
            }
        }
    }
}
