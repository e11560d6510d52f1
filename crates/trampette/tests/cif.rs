//! Prepared call interfaces: calls by arrays of pointers, in every width and way that results travel.

use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null_mut;

use trampette::{ABI, Abi, CType, Cif, Error, Int, Library, Position};

/// A pointer to an argument.
fn to<T>(value: &T) -> *mut c_void {
    (&raw const *value).cast_mut().cast()
}

fn int(int: Int) -> CType {
    CType::Int(int)
}

extern "C" fn narrow(value: i64) -> i8 {
    value.to_le_bytes()[0].cast_signed()
}

extern "C" fn many(
    a: i8,
    b: f64,
    c: u16,
    d: f32,
    e: i64,
    f: f64,
    g: u8,
    h: f64,
    i: i32,
    j: f64,
) -> f64 {
    f64::from(a)
        + b
        + f64::from(c)
        + f64::from(d)
        + e as f64
        + f
        + f64::from(g)
        + h
        + f64::from(i)
        + j
}

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Large {
    numbers: [i64; 5],
}

extern "C" fn doubled(large: Large) -> Large {
    Large {
        numbers: large.numbers.map(|number| 2 * number),
    }
}

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mixed {
    whole: i64,
    part: f64,
}

extern "C" fn swapped(mixed: Mixed) -> Mixed {
    Mixed {
        whole: mixed.part.to_bits().cast_signed(),
        part: f64::from_bits(mixed.whole.cast_unsigned()),
    }
}

#[test]
fn small_results_are_widened_or_written_at_their_own_width() {
    let cif = |ty| Cif::new(ABI, &int(ty), &[int(Int::I64)]).unwrap();
    let call = |ty, value: i64| {
        let (mut wide, mut exact) = (u64::MAX / 3, [0x77u8; 8]);
        let (function, arguments) = (narrow as *const c_void, [to(&value)]);
        // SAFETY: the function takes such a number, and there is room for a word.
        unsafe { cif(ty).call(function, (&raw mut wide).cast(), arguments.as_ptr()) }.unwrap();
        let place = exact.as_mut_ptr().cast();
        // SAFETY: as above.
        unsafe { cif(ty).call_exact(function, place, arguments.as_ptr()) }.unwrap();
        (wide, exact)
    };
    let exact = [0xFE, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77];
    assert_eq!(call(Int::I8, -2), (-2i64 as u64, exact));
    assert_eq!(call(Int::U8, -2), (0xFE, exact));
    assert_eq!(cif(Int::I8).result_size(), 8);
}

#[test]
fn arguments_of_all_widths_reach_registers_and_the_stack() {
    let (w8, w16) = (int(Int::I8), int(Int::U16));
    let (w64, u8, w32) = (int(Int::I64), int(Int::U8), int(Int::I32));
    let (f32, f64) = (CType::F32, CType::F64);
    let types = [
        w8,
        f64.clone(),
        w16,
        f32,
        w64,
        f64.clone(),
        u8,
        f64.clone(),
        w32,
        f64.clone(),
    ];
    let cif = Cif::new(ABI, &f64, &types).unwrap();
    let (a, b, c, d, e) = (-1i8, 0.5f64, 60_000u16, 0.25f32, -1_000_000i64);
    let (f, g, h, i, j) = (2.0f64, 200u8, 4.0f64, -7i32, 8.0f64);
    let arguments = [
        to(&a),
        to(&b),
        to(&c),
        to(&d),
        to(&e),
        to(&f),
        to(&g),
        to(&h),
        to(&i),
        to(&j),
    ];
    let mut result = 0.0;
    let (function, place) = (many as *const c_void, (&raw mut result).cast());
    // SAFETY: these are the function's types.
    unsafe { cif.call(function, place, arguments.as_ptr()) }.unwrap();
    assert_eq!(result, many(a, b, c, d, e, f, g, h, i, j));
}

#[test]
fn structs_travel_in_memory_and_in_registers_and_results_may_be_dropped() {
    let numbers = CType::array(int(Int::I64), 5).unwrap();
    let large = CType::structure([trampette::Field::unnamed(numbers)]).unwrap();
    let cif = Cif::new(ABI, &large, std::slice::from_ref(&large)).unwrap();
    let given = Large {
        numbers: [1, 2, 3, 4, 5],
    };
    let mut result = Large { numbers: [0; 5] };
    let (function, place) = (doubled as *const c_void, (&raw mut result).cast());
    // SAFETY: these are the function's types.
    unsafe { cif.call(function, place, [to(&given)].as_ptr()) }.unwrap();
    assert_eq!(result, doubled(given));
    // SAFETY: as above.
    unsafe { cif.call(function, null_mut(), [to(&given)].as_ptr()) }.unwrap();

    let mixed: CType = "{whole: i64, part: f64}".parse().unwrap();
    let cif = Cif::new(ABI, &mixed, std::slice::from_ref(&mixed)).unwrap();
    let given = Mixed {
        whole: 3,
        part: 4.0,
    };
    let mut result = given;
    let (function, place) = (swapped as *const c_void, (&raw mut result).cast());
    // SAFETY: these are the function's types.
    unsafe { cif.call(function, place, [to(&given)].as_ptr()) }.unwrap();
    assert_eq!(result, swapped(given));
}

#[test]
fn variadic_functions_get_what_stands_behind_the_dots() {
    // As Microsoft's C library calls it.
    let name = if cfg!(windows) {
        "_snprintf"
    } else {
        "snprintf"
    };
    let snprintf = Library::process().symbol(name).unwrap().as_ptr();
    let (int, size) = (int(Int::Int), int(Int::Size));
    let types = [
        CType::POINTER,
        size,
        CType::POINTER,
        int.clone(),
        CType::F64,
    ];
    let cif = Cif::variadic(ABI, 3, &int, &types).unwrap();
    let (mut text, format) = ([0u8; 32], CString::new("%d %.2f").unwrap());
    let (buffer, length) = (text.as_mut_ptr(), text.len());
    let (format, number, part): (*const c_char, c_int, f64) = (format.as_ptr(), 42, 1.5);
    let arguments = [
        to(&buffer),
        to(&length),
        to(&format),
        to(&number),
        to(&part),
    ];
    let mut result = 0i64;
    let place = (&raw mut result).cast();
    // SAFETY: the format wants these two numbers.
    unsafe { cif.call(snprintf, place, arguments.as_ptr()) }.unwrap();
    assert_eq!((result, &text[..8]), (7, &b"42 1.50\0"[..]));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn conventions_of_one_machine_are_called_side_by_side() {
    extern "sysv64" fn unix(a: i32, b: f64) -> f64 {
        f64::from(a) + b
    }
    extern "win64" fn windows(a: i32, b: f64) -> f64 {
        f64::from(a) - b
    }
    let call = |abi, function: *const c_void| {
        let cif = Cif::new(abi, &CType::F64, &[int(Int::I32), CType::F64]).unwrap();
        let mut result = 0.0f64;
        let (place, arguments) = ((&raw mut result).cast(), [to(&7i32), to(&2.5f64)]);
        // SAFETY: these are the functions' types and conventions.
        unsafe { cif.call(function, place, arguments.as_ptr()) }.unwrap();
        result
    };
    assert_eq!(call(Abi::SysV64, unix as *const c_void), 9.5);
    assert_eq!(call(Abi::Win64, windows as *const c_void), 4.5);
}

#[test]
fn callbacks_get_pointers_to_their_arguments_and_a_place_for_their_result() {
    let types = [int(Int::I16), CType::F64];
    let cif = Cif::new(ABI, &int(Int::I16), &types).unwrap();
    let callback = cif.callback(|result, arguments| {
        assert_eq!(arguments.len(), 2);
        // SAFETY: the first argument is such a number.
        let first = unsafe { arguments[0].cast::<i16>().read() };
        // SAFETY: and so is the second.
        let second = unsafe { arguments[1].cast::<f64>().read() };
        assert_eq!(second, 2.0);
        // SAFETY: there is room for a word.
        unsafe { result.cast::<i64>().write(2 * i64::from(first)) };
    });
    let callback = callback.unwrap();
    let (first, second, mut result) = (-3i16, 2.0f64, 0i64);
    let (function, place) = (callback.as_ptr(), (&raw mut result).cast());
    // SAFETY: this is the callback's interface.
    unsafe { cif.call(function, place, [to(&first), to(&second)].as_ptr()) }.unwrap();
    assert_eq!(result, -6);

    let nothing = Cif::new(ABI, &CType::Void, &[]).unwrap();
    // SAFETY: there is room for a word even where there is no result.
    let callback = nothing.callback(|result, _| unsafe { result.cast::<u64>().write(1) });
    let callback = callback.unwrap();
    // SAFETY: this is the callback's interface.
    unsafe { nothing.call(callback.as_ptr(), null_mut(), std::ptr::null()) }.unwrap();
}

#[test]
fn errors_name_the_argument_and_equal_signatures_have_one_interface() {
    let refused = |arguments: &[CType]| Cif::new(ABI, &CType::Void, arguments).unwrap_err();
    let error = refused(&[CType::F64, CType::Void]);
    let at = Position::Argument(1);
    assert!(matches!(&error, Error::PreparedType { at: found, .. } if *found == at));
    assert_eq!(error.code(), "void-value");
    let array = CType::array(CType::F64, 2).unwrap();
    let error = Cif::new(ABI, &array, &[]).unwrap_err();
    assert!(error.to_string().starts_with("the result: "), "{error}");
    let few = Cif::variadic(ABI, 2, &CType::Void, &[CType::F64]).unwrap_err();
    assert!(matches!(few, Error::Type(_)), "{few}");

    let cif = || Cif::new(ABI, &CType::F64, &[CType::F64]).unwrap();
    assert_eq!(cif(), cif());
    assert_ne!(
        cif(),
        Cif::variadic(ABI, 1, &CType::F64, &[CType::F64]).unwrap()
    );
    // SAFETY: nothing is called.
    let null = unsafe { cif().call(std::ptr::null(), null_mut(), std::ptr::null()) };
    assert!(matches!(null, Err(Error::NullFunction)));
}
