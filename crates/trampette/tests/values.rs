//! Values: what fits where, and what prints how.

use trampette::half::{bf16, f16};
use trampette::num_complex::Complex;
use trampette::{Aggregate, CType, F80, F128, Library, Value};

#[test]
fn an_array_without_bytes_prints_at_once() {
    let ty: CType = "{[[{}; 99999999999]; 99999999999]}".parse().unwrap();
    assert_eq!(Aggregate::zeroed(&ty).unwrap().to_string(), "{[]}");
}

#[test]
fn a_flexible_array_is_read_as_one_of_no_elements_and_passed_by_pointer_only() {
    let ty: CType = "{n: i32, c: u8, data: [u8]}".parse().unwrap();
    let mut value = Aggregate::from_bytes(&ty, &[1, 0, 0, 0, 2, 9, 9, 9]).unwrap();
    assert_eq!(value.to_string(), "{n: 1, c: 2, data: []}");
    let data = value.field("data").unwrap();
    assert_eq!(data.to_string(), "[]");
    value.set_field("data", &data).unwrap();
    assert_eq!(value.bytes().len(), 8);

    let error = Library::process().bind("void f(struct { int n; char data[]; })");
    let error = error.map(drop).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`{n: int, data: [char]}` has a flexible array"),
        "{error}"
    );
}

#[test]
fn numbers_print_as_people_write_them() {
    let printed = |value: f64| Value::from(value).to_string();
    assert_eq!(printed(1024.0), "1024");
    assert_eq!(printed(3.5), "3.5");
    assert_eq!(printed(-0.0), "-0");
    assert_eq!(printed(1e300), "1e300");
    assert_eq!(printed(1e-9), "1e-9");
    assert_eq!(printed(123_456_789_012_345.0), "123456789012345");
    assert_eq!(printed(f64::INFINITY), "inf");
    assert_eq!(printed(f64::NAN), "NaN");
    assert_eq!(Value::from(0.1f32).to_string(), "0.1");
    assert_eq!(Value::NULL.to_string(), "0x0");
    assert_eq!(Value::Void.to_string(), "");
}

#[test]
fn what_does_not_fit_a_field_is_refused_and_nothing_changes() {
    let ty: CType = "{small: u8, single: f32, text: str}".parse().unwrap();
    let mut value = Aggregate::zeroed(&ty).unwrap();
    let before = value.clone();
    let refused = [
        ("small", Value::from(256), "value-range"),
        ("small", Value::from(-1), "value-range"),
        ("small", Value::from(1.0), "value-type"),
        ("single", Value::from(1e39), "value-range"),
        ("single", Value::from(1), "value-type"),
        ("text", Value::from(1), "value-type"),
        ("none", Value::from(1), "no-field"),
    ];
    for (field, wrong, code) in refused {
        let error = value.set_field(field, &wrong).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(value, before);
    }
    value.set_field("small", &Value::from(255)).unwrap();
    assert_eq!(value.field("small").unwrap(), Value::U8(255));
}

#[test]
fn fields_of_members_without_a_name_are_the_records_own() {
    let ty: CType = "{kind: u8, union {number: i64, {low: u32:12, text: str}}, {x: f32}}"
        .parse()
        .unwrap();
    let mut value = Aggregate::zeroed(&ty).unwrap();
    value.set_field("number", &Value::from(-1i64)).unwrap();
    value.set_field("low", &Value::from(5)).unwrap();
    value.set_field("x", &Value::from(0.5)).unwrap();
    assert_eq!(value.field("low").unwrap(), Value::U32(5));
    // The other bits of the union are as they were.
    assert_eq!(value.field("number").unwrap(), Value::I64(!0xfff | 5));
    assert_eq!(value.field("x").unwrap(), Value::F32(0.5));
    let text = Value::try_from("kept").unwrap();
    value.set_field("text", &text).unwrap();
    let Value::Pointer(kept) = value.clone().field("text").unwrap() else {
        panic!("a string in a struct is read as a pointer");
    };
    assert!(!kept.is_null());
    let before = value.clone();
    let error = value.set_field("low", &Value::from(0x1000)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "4096 does not fit field `low`, a `u32:12`"
    );
    assert_eq!(value.field("none").unwrap_err().code(), "no-field");
    assert_eq!(value, before);
}

#[test]
fn numbers_of_many_digits_are_read_at_once() {
    let sevens = "7".repeat(200_000);
    let near = "7".repeat(60);
    for (long, short) in [
        (format!("0.{sevens}"), format!("0.{near}8")),
        (format!("-{sevens}e-200000"), format!("-0.{near}8")),
        (format!("0.{}7e200000", "0".repeat(199_999)), "7".into()),
        (format!("-0.{}", "0".repeat(200_000)), "-0".into()),
        (format!("1e-{sevens}"), "0".into()),
        (format!("1{}e-200000", "0".repeat(200_000)), "1".into()),
    ] {
        let brief = &long[..10];
        assert_eq!(long.parse::<F80>(), short.parse(), "{brief}");
        assert_eq!(long.parse::<F128>(), short.parse(), "{brief}");
    }
    assert!(!format!("1e{sevens}").parse::<F80>().unwrap().is_finite());
    // The middle between 1 and the next number, and a last digit that says that it is more.
    let middle = "1.00000000000000000005421010862427522170037264004349708557128906250";
    let above = format!("{middle}{}1", "0".repeat(200_000));
    let one = F80::from(1.0);
    assert_eq!(middle.parse(), Ok(one));
    assert_eq!(above.parse(), Ok(F80::from_bits(one.to_bits() + 1)));
}

/// The bytes of a value in a field of this type.
fn bytes_in_a_field(ty: &str, value: &Value) -> Vec<u8> {
    let ty: CType = format!("{{it: {ty}}}").parse().unwrap();
    let mut record = Aggregate::zeroed(&ty).unwrap();
    record.set_field("it", value).unwrap();
    record.bytes().to_vec()
}

#[test]
fn a_number_in_its_own_format_keeps_every_bit() {
    // Signalling NaNs, which any conversion would make quiet.
    let (half, brain, single) = (0x7d01_u16, 0x7f81_u16, 0x7f80_0001_u32);
    let double = 0x7ff0_0000_0000_0001_u64;
    let half_value = Value::from(f16::from_bits(half));
    assert_eq!(bytes_in_a_field("f16", &half_value), half.to_le_bytes());
    let brain_value = Value::from(bf16::from_bits(brain));
    assert_eq!(bytes_in_a_field("bf16", &brain_value), brain.to_le_bytes());
    let single_value = Value::from(f32::from_bits(single));
    assert_eq!(bytes_in_a_field("f32", &single_value), single.to_le_bytes());
    let double_value = Value::from(f64::from_bits(double));
    assert_eq!(bytes_in_a_field("f64", &double_value), double.to_le_bytes());

    let pair = Complex::new(single_value.clone(), single_value);
    let both = [single.to_le_bytes(), single.to_le_bytes()].concat();
    assert_eq!(bytes_in_a_field("complex(f32)", &pair.into()), both);
}

#[test]
fn numbers_are_rounded_once_as_c_rounds_them() {
    let bits = |ty: &str, number: f64| {
        let bytes = bytes_in_a_field(ty, &Value::from(number));
        u16::from_le_bytes(bytes.try_into().unwrap())
    };
    // Just above the middle of two neighbours: by way of `float` it would be the middle, and then even.
    let above = 2f64.powi(-40);
    assert_eq!(bits("f16", 1.0 + 2f64.powi(-11)), 0x3c00);
    assert_eq!(bits("f16", 1.0 + 2f64.powi(-11) + above), 0x3c01);
    assert_eq!(bits("bf16", 1.0 + 2f64.powi(-8)), 0x3f80);
    assert_eq!(bits("bf16", 1.0 + 2f64.powi(-8) + above), 0x3f81);
    assert_eq!(bits("f16", 2f64.powi(-25)), 0);
    assert_eq!(bits("f16", 2f64.powi(-25) * 1.5), 1);
    assert_eq!(bits("f16", -0.0), 0x8000);
    assert_eq!(bits("f16", f64::NEG_INFINITY), 0xfc00);
    // No NaN becomes infinite for lack of bits.
    let nan = f64::from_bits(0x7ff0_0000_0000_0001);
    assert!(f16::from_bits(bits("f16", nan)).is_nan());
    assert!(bf16::from_bits(bits("bf16", nan)).is_nan());

    let ty: CType = "{it: f16}".parse().unwrap();
    let mut record = Aggregate::zeroed(&ty).unwrap();
    let largest = Value::from(65519.999);
    record.set_field("it", &largest).unwrap();
    assert_eq!(record.bytes(), 0x7bff_u16.to_le_bytes());
    let error = record.set_field("it", &Value::from(65520.0)).unwrap_err();
    assert_eq!(error.code(), "value-range");
}

#[test]
fn strings_in_a_struct_live_as_long_as_its_clones() {
    let ty: CType = "{text: str}".parse().unwrap();
    let mut value = Aggregate::zeroed(&ty).unwrap();
    value
        .set_field("text", &Value::try_from("kept").unwrap())
        .unwrap();
    let clone = value.clone();
    drop(value);
    let Value::Pointer(text) = clone.field("text").unwrap() else {
        panic!("a string in a struct is read as a pointer");
    };
    // SAFETY: the clone keeps the string.
    let text = unsafe { std::ffi::CStr::from_ptr(text.cast()) };
    assert_eq!(text, c"kept");
}
