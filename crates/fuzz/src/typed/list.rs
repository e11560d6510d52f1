//! The list of Rust types.

use std::ffi::c_void;
use std::sync::Arc;

use trampette::half::f16;
use trampette::num_complex::Complex;
use trampette::{Arguments, CValue, Callback, F128, Signature, c_struct};

use super::{Expected, Typed, compare};
use crate::values::{bytes_of, read};

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
    Three { bytes: [u8; 3] }
    Mixed { number: f64, word: i32 }
    Singles { x: f32, y: f32, z: f32 }
    Doubles { x: f64, y: f64 }
    Words { a: i64, b: i64 }
    Large { words: [i64; 5] }
}

type Pointer = *const c_void;

/// The entry of one signature. Its closures compare each argument with what is expected, and give the
/// expected result.
macro_rules! entry {
    (fn($($ty:ty),*) -> $result:ty) => {
        entry!(@ [$($ty,)*] $result, [$($ty,)*] [a b c d e f g h i j k l])
    };
    // Each parameter gets a name and an index.
    (@ $types:tt $result:ty, [$next:ty, $($rest:ty,)*] [$new:ident $($free:ident)*] $($done:tt)*) => {
        entry!(@ $types $result, [$($rest,)*] [$($free)*] $($done)* $new: $next,)
    };
    (@ [$($ty:ty,)*] $result:ty, [] [$($free:ident)*] $($name:ident: $parameter:ty,)*) => {
        Typed {
            signature: Signature::new(<($($ty,)*)>::c_types(), <$result as CValue>::c_type())
                .expect("Rust has no types that C has not"),
            calls: vec![
                ("typed", |function, case| {
                    let function = function.typed::<($($ty,)*), $result>()?;
                    let [$($name),*] = &case.arguments[..] else {
                        unreachable!("an argument for each parameter")
                    };
                    // SAFETY: the callee was written for a signature of this shape.
                    let result = unsafe { function.call(($(read::<$ty>($name),)*)) };
                    Ok(bytes_of(&result, &case.result))
                }),
                ("frame", |function, case| {
                    let mut frame = function.frame();
                    let [$($name),*] = &case.arguments[..] else {
                        unreachable!("an argument for each parameter")
                    };
                    let _ = Ok::<usize, trampette::Error>(0)
                    $(.and_then(|index| {
                        frame.set(index, read::<$ty>($name))?;
                        Ok(index + 1)
                    }))*?;
                    // SAFETY: as above, and the frame is the function's own.
                    let result = unsafe { function.call_frame::<$result>(&mut frame) };
                    Ok(bytes_of(&result, &case.result))
                }),
            ],
            // Rust's own function types pass as C does what they know.
            as_fn: (<$result as CValue>::IS_NATIVE $(&& <$ty as CValue>::IS_NATIVE)*).then_some(
                |function, case| {
                    let function = function.as_fn::<unsafe extern "C" fn($($ty),*) -> $result>()?;
                    let [$($name),*] = &case.arguments[..] else {
                        unreachable!("an argument for each parameter")
                    };
                    // SAFETY: as above.
                    let result = unsafe { function($(read::<$ty>($name)),*) };
                    Ok(bytes_of(&result, &case.result))
                }
            ),
            callbacks: |expected, call| {
                let expected = Arc::clone(expected);
                let closure = move |$($name: $parameter),*| -> $result {
                    expected.diary.note(closure_outcome!(expected, $($name)*));
                    read::<$result>(&expected.case.result)
                };
                call("borrowed", Callback::scoped(&closure)?.as_ptr());
                call("owned", Callback::from_fn(closure)?.as_ptr());
                Ok(())
            },
        }
    };
}

/// The first difference among a closure's arguments.
macro_rules! closure_outcome {
    ($expected:ident, $($name:ident)*) => {{
        let mut passed = Expected::arguments(&$expected);
        let outcome = Ok(());
        $(let outcome = outcome.and_then(|()| match passed.next() {
            Some(passed) => compare(passed, &$name),
            None => unreachable!("an argument for each parameter"),
        });)*
        _ = &mut passed;
        outcome
    }};
}

/// One entry for each of these types: as a result, as an argument, and both.
macro_rules! alone {
    ($($ty:ty),*) => {
        [$(
            entry!(fn() -> $ty),
            entry!(fn($ty) -> ()),
            entry!(fn($ty) -> $ty),
            entry!(fn(f64, $ty) -> i32)
        ),*]
    };
}

/// One entry for each pair of these types.
macro_rules! pairs {
    ($($ty:ty),*) => {
        pairs!(@ [$($ty)*] [$($ty),*])
    };
    (@ [$($first:ty)*] $second:tt) => {
        [$(pairs!(@@ $first, $second)),*]
    };
    (@@ $first:ty, [$($second:ty),*]) => {
        [$(entry!(fn($first, $second) -> $second)),*]
    };
}

/// These entries.
macro_rules! others {
    ($(fn($($ty:ty),*) -> $result:ty;)*) => {
        [$(entry!(fn($($ty),*) -> $result)),*]
    };
}

pub(super) fn list() -> Vec<Typed> {
    let alone = alone!(
        bool, i8, u8, i16, u16, i32, u32, i64, u64, i128, u128, f32, f64, Pointer, Three, Mixed,
        Singles, Doubles, Words, Large
    );
    let pairs = pairs!(i8, u16, i32, i64, f32, f64, Pointer);
    // Those that Rust's own functions do not pass as C does.
    let rare = alone!(f16, F128, Complex<f32>, Complex<f64>);
    let others = others! {
        fn() -> ();
        fn(i32, i32, i32) -> i32;
        fn(i64, f64, i64) -> f64;
        fn(i64, i64, i64, i64) -> i8;
        fn(i64, i64, i64, i64, i64) -> u16;
        fn(i64, i64, i64, i64, i64, i64) -> i64;
        fn(i64, i64, i64, i64, i64, i64, i64) -> f64;
        fn(f64, f64, f64) -> f32;
        fn(f64, f64, f64, f64) -> f64;
        fn(f64, f64, f64, f64, f64) -> u16;
        fn(f32, f32, f32, f32, f32, f32, f32, f32) -> f32;
        fn(f64, f64, f64, f64, f64, f64, f64, f64, f64) -> i64;
        fn(bool, i8, u16, bool, i16, u8) -> bool;
        fn(i8, i8, i8, i8, i8, i8, i8, i8, u16, bool) -> u8;
        fn(i32, f64, i8, f32, u16, f64, u8, bool) -> i32;
        fn(i64, i64, i64, i64, i64, Words) -> Words;
        fn(i64, i128, i64, u128) -> i128;
        fn(i64, i64, i64, i64, i64, f64, Mixed, f32) -> Mixed;
        fn(f64, f64, f64, f64, f64, f64, f64, Doubles, f64) -> Doubles;
        fn(Large, i8, Large, f32) -> Large;
        fn(i64, i64, i64, i64, Large) -> Three;
        fn(Three, Singles, Mixed, Words, Three) -> Singles;
        fn(i32, Complex<f32>, f16, Complex<f64>) -> F128;
    };
    alone
        .into_iter()
        .chain(rare)
        .chain(processors())
        .chain(extended())
        .chain(pairs.into_iter().flatten())
        .chain(others)
        .collect()
}

/// Of types that this processor has.
#[cfg(target_arch = "x86_64")]
fn processors() -> impl IntoIterator<Item = Typed> {
    use std::arch::x86_64::{__m128, __m128i};

    alone!(__m128, __m128i)
}

/// Where `long double` is the x87's.
#[cfg(all(target_arch = "x86_64", not(target_env = "msvc")))]
fn extended() -> impl IntoIterator<Item = Typed> {
    use trampette::F80;

    alone!(F80, Complex<F80>)
}

/// It is one of the types above elsewhere.
#[cfg(not(all(target_arch = "x86_64", not(target_env = "msvc"))))]
fn extended() -> impl IntoIterator<Item = Typed> {
    []
}

/// Of types that this processor has.
#[cfg(target_arch = "aarch64")]
fn processors() -> impl IntoIterator<Item = Typed> {
    use std::arch::aarch64::{float32x2_t, float32x4_t, int64x2_t};

    alone!(float32x2_t, float32x4_t, int64x2_t)
}
