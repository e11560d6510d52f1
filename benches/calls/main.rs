//! What a call costs: a direct call, the four ways of Trampette, and libffi, in one process.
//!
//! `cargo bench -p trampette-benches` prints nanoseconds and, in parentheses, the ratio to a direct
//! call through a function pointer that the compiler knows nothing about. Arguments come from memory
//! that the compiler may not look through, in every way alike.

use std::hint::black_box;

use libffi::middle::{Cif, CodePtr, Type, arg};
use trampette::{Aggregate, Error, Function, Library, Value, c_struct};
use trampette_benches::fixture;
use trampette_benches::stopwatch::{Way, compare, print_header, print_row};

#[derive(Clone, Copy)]
#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

c_struct!(Point { x: f64, y: f64 });

/// The ways, in the order of the columns.
const WAYS: [&str; 7] = [
    "direct",
    "as_fn",
    "typed",
    "frame",
    "frame, filled",
    "values",
    "libffi",
];

fn main() -> Result<(), Error> {
    let library = fixture::load();
    println!("ns per call (times a direct call)\n");
    print_header("", &WAYS);
    void(&library)?;
    scalars(&library)?;
    structs(&library)?;
    Ok(())
}

/// Reads memory that the compiler may not look through.
#[inline(always)]
fn load<T: Copy>(value: &T) -> T {
    // SAFETY: a reference is valid for a read.
    unsafe { std::ptr::from_ref(value).read_volatile() }
}

fn code(function: &Function) -> CodePtr {
    CodePtr(function.as_ptr().cast_mut())
}

/// The loop of a way: an expression, as many times as it is told, its value used. What it captures it
/// owns, so that arguments are one load away; what stands before `=>` is at hand in a register.
macro_rules! way {
    ($name:expr, $call:expr) => {
        way!($name, () => $call)
    };
    ($name:expr, $at_hand:tt => $call:expr) => {
        Way::new($name, move |times| {
            #[allow(unused_parens, reason = "one name or none")]
            let $at_hand = $at_hand;
            let _ = &$at_hand;
            for _ in 0..times {
                black_box($call);
            }
        })
    };
}

/// All ways of a call with scalar arguments: a name, a C declaration, the Rust types, the values.
macro_rules! case {
    ($library:expr, $label:expr, $declaration:expr,
     ($($arg:ident $index:tt: $ty:ty, $ffi:ident = $value:expr),*) -> $result:ty, $ffi_result:ident) => {{
        let function = $library.bind($declaration)?;
        let typed = function.typed::<($($ty,)*), $result>()?;
        let pointer = function.as_fn::<unsafe extern "C" fn($($ty),*) -> $result>()?;
        let direct = black_box(*pointer);
        let args: ($($ty,)*) = ($($value,)*);
        let (mut frame, mut filled) = (function.frame(), function.frame());
        $(filled.set($index, args.$index)?;)*
        let words = frame.words().expect("every argument is a scalar").as_mut_ptr();
        let values = [$(Value::from(args.$index)),*];
        let ffi_types: [Type; <[&str]>::len(&[$(stringify!($arg)),*])] = [$(Type::$ffi()),*];
        let cif = Cif::new(ffi_types, Type::$ffi_result());
        let (to_frame, to_filled, to_values, to_code) =
            (function.clone(), function.clone(), function.clone(), code(&function));
        let _ = (&args, words);
        let ways = vec![
            // SAFETY: every way calls the C function by its own signature, which has no preconditions.
            way!(WAYS[0], unsafe { load(&direct)($(load(&args.$index)),*) }),
            // SAFETY: as above.
            way!(WAYS[1], unsafe { pointer($(load(&args.$index)),*) }),
            // SAFETY: as above.
            way!(WAYS[2], unsafe { typed.call(($(load(&args.$index),)*)) }),
            way!(WAYS[3], words => {
                $(
                    // SAFETY: the word is this argument's, and large enough.
                    unsafe { words.add($index).cast::<$ty>().write_volatile(load(&args.$index)) };
                )*
                // SAFETY: as above; every argument is set.
                unsafe { to_frame.call_frame::<$result>(&mut frame) }
            }),
            // SAFETY: as above; every argument was set before.
            way!(WAYS[4], unsafe { to_filled.call_frame::<$result>(&mut filled) }),
            // SAFETY: as above.
            way!(WAYS[5], unsafe { to_values.call(black_box(&values)) }.unwrap_or(Value::Void)),
            way!(WAYS[6], {
                let ($($arg,)*): ($($ty,)*) = ($(load(&args.$index),)*);
                // SAFETY: as above.
                unsafe { cif.call::<$result>(to_code, &[$(arg(&$arg)),*]) }
            }),
        ];
        print_row($label, &compare(ways));
    }};
}

fn void(library: &Library) -> Result<(), Error> {
    case!(library, "void()", "void nothing(void)", () -> (), void);
    Ok(())
}

fn scalars(library: &Library) -> Result<(), Error> {
    case!(library, "int(int, int)", "int add(int, int)", (a 0: i32, i32 = 1, b 1: i32, i32 = 2) -> i32, i32);
    case!(library, "6 x i64", "long six(long, long, long, long, long, long)",
        (a 0: i64, i64 = 1, b 1: i64, i64 = 2, c 2: i64, i64 = 3,
         d 3: i64, i64 = 4, e 4: i64, i64 = 5, f 5: i64, i64 = 6) -> i64, i64);
    case!(library, "8 x double",
        "double eight(double, double, double, double, double, double, double, double)",
        (a 0: f64, f64 = 1.0, b 1: f64, f64 = 2.0, c 2: f64, f64 = 3.0, d 3: f64, f64 = 4.0,
         e 4: f64, f64 = 5.0, f 5: f64, f64 = 6.0, g 6: f64, f64 = 7.0, h 7: f64, f64 = 8.0) -> f64, f64);
    case!(library, "8 int + 8 double",
        "double sixteen(int, double, int, double, int, double, int, double, \
                        int, double, int, double, int, double, int, double)",
        (a 0: i32, i32 = 1, b 1: f64, f64 = 2.0, c 2: i32, i32 = 3, d 3: f64, f64 = 4.0,
         e 4: i32, i32 = 5, f 5: f64, f64 = 6.0, g 6: i32, i32 = 7, h 7: f64, f64 = 8.0,
         i 8: i32, i32 = 9, j 9: f64, f64 = 1.0, k 10: i32, i32 = 2, l 11: f64, f64 = 3.0,
         m 12: i32, i32 = 4, n 13: f64, f64 = 5.0, o 14: i32, i32 = 6, p 15: f64, f64 = 7.0) -> f64, f64);
    Ok(())
}

fn structs(library: &Library) -> Result<(), Error> {
    let function = library.bind("struct { double x, y; } swap(struct { double x, y; })")?;
    let typed = function.typed::<(Point,), Point>()?;
    let pointer = function.as_fn::<unsafe extern "C" fn(Point) -> Point>()?;
    let direct = black_box(*pointer);
    let (mut frame, mut filled) = (function.frame(), function.frame());
    let point = Point { x: 1.0, y: 2.0 };
    filled.set(0, point)?;
    let place = frame.argument_ptr(0).cast::<Point>();
    let fields = [Value::from(point.x), Value::from(point.y)];
    let values = [Aggregate::of(function.signature().result(), &fields)?.into()];
    let ffi_point = || Type::structure([Type::f64(), Type::f64()]);
    let cif = Cif::new([ffi_point()], ffi_point());
    let (to_frame, to_filled, to_values, to_code) = (
        function.clone(),
        function.clone(),
        function.clone(),
        code(&function),
    );
    let load_point = |point: &Point| Point {
        x: load(&point.x),
        y: load(&point.y),
    };
    let ways = vec![
        // SAFETY: every way calls the C function by its own signature, which has no preconditions.
        way!(WAYS[0], unsafe { load(&direct)(load_point(&point)) }),
        // SAFETY: as above.
        way!(WAYS[1], unsafe { pointer(load_point(&point)) }),
        // SAFETY: as above.
        way!(WAYS[2], unsafe { typed.call((load_point(&point),)) }),
        way!(WAYS[3], place => {
            // SAFETY: the slot is this argument's, and large enough.
            unsafe { place.write(load_point(&point)) };
            // SAFETY: as above; the argument is set.
            unsafe { to_frame.call_frame::<Point>(&mut frame) }
        }),
        // SAFETY: as above; the argument was set before.
        way!(WAYS[4], unsafe {
            to_filled.call_frame::<Point>(&mut filled)
        }),
        way!(WAYS[5], {
            // SAFETY: as above.
            let result = unsafe { to_values.call(black_box(&values)) };
            result.unwrap_or(Value::Void)
        }),
        way!(WAYS[6], {
            let point = load_point(&point);
            // SAFETY: as above.
            unsafe { cif.call::<Point>(to_code, &[arg(&point)]) }
        }),
    ];
    print_row("{double, double}", &compare(ways));
    Ok(())
}
