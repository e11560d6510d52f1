//! Fields of struct arguments, by their paths, in the frames of calls and callbacks.

use trampette::{Aggregate, Callback, Error, Function, Value};

/// A function that gives all bytes of its first argument to whoever asks.
fn function(signature: &str) -> (Callback, Function) {
    let signature = signature.parse().unwrap();
    let callback = Callback::from_values(&signature, |arguments| arguments[0].clone()).unwrap();
    let function = Function::from_pointer(callback.as_ptr(), &signature).unwrap();
    (callback, function)
}

#[test]
fn fields_are_written_where_c_has_them_and_nothing_beside_them() {
    let record = "{a: i8, b: [{c: i16, d: f32}; 3], {e: u8, f: i64}, union {g: f64, h: i32}}";
    let (_callback, function) = function(&format!("({record}) -> {record}"));
    let mut frame = function.frame();
    macro_rules! put {
        ($ty:ty, $path:literal, $value:expr) => {{
            let slot = function.field_slot::<$ty>(0, $path).unwrap();
            // SAFETY: the slot is of this function's frames.
            unsafe { frame.put(slot, $value) };
        }};
    }
    put!(i8, "a", -1);
    put!(i16, "b[0].c", 10);
    put!(i16, "b[2].c", 12);
    put!(f32, "b[1].d", 1.5);
    put!(f32, "b[2].d", 2.5);
    // Members without a name have their fields in the whole, as in C.
    put!(u8, "e", 5);
    put!(i64, "f", 6);
    put!(f64, "g", 7.5);
    put!(i32, "h", 8);
    // SAFETY: this is the function's signature, and its argument is set.
    unsafe { function.call_frame_in_place(&mut frame) };
    let start = frame.argument_ptr(0);
    // SAFETY: an argument of that type stands there.
    let sent = unsafe { std::slice::from_raw_parts(start, 56) };
    let sent = Aggregate::from_bytes(&record.parse().unwrap(), sent).unwrap();
    assert_eq!(
        Value::from(sent).to_string(),
        "{a: -1, b: [{c: 10, d: 0}, {c: 0, d: 1.5}, {c: 12, d: 2.5}], {e: 5, f: 6}, \
         {g: 7.500000000000007, h: 8}}"
    );
}

#[test]
fn callbacks_read_fields_and_elements_through_slots() {
    let signature = "(i32, {n: u8, at: {x: f64, y: f64}, more: [i16; 4]}) -> f64"
        .parse()
        .unwrap();
    let sum = Callback::new(&signature, |call| {
        let x = call.field_slot::<f64>(1, "at.x").unwrap();
        let y = call.field_slot::<f64>(1, "at.y").unwrap();
        let more = call.field_slot::<i16>(1, "more[3]").unwrap();
        // SAFETY: the slots are of this signature.
        let [x, y] = [x, y].map(|slot| unsafe { call.get(slot) });
        // SAFETY: as above.
        let more = unsafe { call.get(more) };
        call.set_result(x + y + f64::from(more)).unwrap();
    });
    let sum = sum.unwrap();
    let function = Function::from_pointer(sum.as_ptr(), &signature).unwrap();
    let ty = &signature.params()[1];
    let at = Aggregate::of(
        &"{x: f64, y: f64}".parse().unwrap(),
        &[1.0.into(), 2.0.into()],
    );
    let more: Vec<Value> = [1i16, 2, 3, 40].map(Value::from).into();
    let more = Aggregate::of(&"[i16; 4]".parse().unwrap(), &more).unwrap();
    let fields = [7u8.into(), at.unwrap().into(), more.into()];
    let record = Aggregate::of(ty, &fields).unwrap();
    // SAFETY: this is the callback's signature.
    let result = unsafe { function.call(&[0.into(), record.into()]) };
    assert_eq!(result.unwrap(), Value::F64(43.0));
}

#[test]
fn paths_that_lead_nowhere_are_refused_by_name() {
    let record = "{a: i8, b: [{c: i16, d: f32}; 3], bits: u32:5, tail: {p: i8, q: i64} packed}";
    let (_callback, function) = function(&format!("({record}) -> {record}"));
    let refused = |index, path| function.field_slot::<i16>(index, path).unwrap_err();
    for (path, words) in [
        ("", "no field"),
        ("z", "no field `z`"),
        ("a.z", "no field `z`"),
        ("b.c", "no field `c`"),
        ("b[0].z", "no field `z`"),
        ("a[0]", "no field `[0]`"),
        ("b[x].c", "no field `b[x]`"),
        ("b[0.c", "no field"),
        ("b[-1].c", "no field `b[-1]`"),
        ("b[0]..c", "no field"),
        ("[0]", "no field"),
    ] {
        let error = refused(0, path);
        assert!(matches!(error, Error::NoField { .. }), "{path}: {error}");
        assert!(error.to_string().contains(words), "{path}: {error}");
    }
    let beyond = refused(0, "b[3].c");
    assert!(
        matches!(beyond, Error::IndexOutOfRange { index: 3, count: 3 }),
        "{beyond}"
    );
    let beyond = refused(1, "b[2].c");
    assert!(
        matches!(beyond, Error::IndexOutOfRange { index: 1, count: 1 }),
        "{beyond}"
    );
    for (path, expected) in [
        ("a", "i8"),
        ("b[1].d", "f32"),
        ("bits", "u32:5"),
        ("b", "["),
    ] {
        let error = refused(0, path);
        let Error::ValueType {
            expected: found, ..
        } = &error
        else {
            panic!("{path}: {error}")
        };
        assert!(found.starts_with(expected), "{path}: {error}");
    }
    let error = function.field_slot::<i64>(0, "tail.q").unwrap_err();
    assert!(error.to_string().contains("not aligned"), "{error}");
}
