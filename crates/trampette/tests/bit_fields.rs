//! Records with bit-fields by value, as `Value`s: C reads and writes them as fields, in both directions and
//! in every convention that it has here.
#![cfg(any(all(target_os = "linux", target_env = "gnu"), windows))]

mod fixture;

use fixture::Fixture;
use trampette::{Aggregate, CType, Callback, Library, Signature, Value};

/// In one register, in two of different kinds, across eightbytes, and in memory.
const SOURCE: &str = "
typedef struct { int kind : 3; unsigned count : 13; _Bool set : 1; } flags;
typedef struct { double weight; long long id : 40; unsigned : 4; unsigned rest : 20; } tagged;
typedef struct __attribute__((packed)) {
    unsigned char tag; unsigned long long big : 60; int low : 4;
} tight;
typedef struct { long long first : 63; int : 0; short many[9]; unsigned char last : 2; } large;

static flags change_flags(flags it) {
    flags other = { -it.kind, it.count + 1, !it.set };
    return other;
}
static tagged change_tagged(tagged it) {
    tagged other = { it.weight / 2, -it.id, it.rest + 1 };
    return other;
}
static tight change_tight(tight it) {
    tight other = { it.tag + 1, it.big - 1, -it.low };
    return other;
}
static large change_large(large it) {
    large other = { -it.first, { it.many[8], it.many[7] }, it.last + 1 };
    return other;
}

#define FUNCTIONS(type) \\
    CONVENTION type other_##type(type it) { return change_##type(it); } \\
    CONVENTION type call_##type(type (CONVENTION *callback)(int, type, double), type it) { \\
        return change_##type(callback(5, change_##type(it), 0.5)); \\
    }
FUNCTIONS(flags) FUNCTIONS(tagged) FUNCTIONS(tight) FUNCTIONS(large)
";

/// Conventions, in C and here.
const CONVENTIONS: &[(&str, &str)] = if cfg!(not(target_arch = "x86_64")) {
    &[("", "")]
} else if cfg!(windows) {
    &[("", ""), ("__attribute__((sysv_abi))", "sysv64 ")]
} else {
    &[("", ""), ("__attribute__((ms_abi))", "win64 ")]
};

const TYPES: [(&str, &str); 4] = [
    ("flags", "{kind: int:3, count: uint:13, set: bool:1}"),
    (
        "tagged",
        "{weight: f64, id: longlong:40, uint:4, rest: uint:20}",
    ),
    ("tight", "{tag: u8, big: u64:60, low: int:4} packed"),
    (
        "large",
        "{first: longlong:63, int:0, many: [short; 9], last: uchar:2}",
    ),
];

/// The numbers of a record, as they are declared: of an array its first and last two, of a double the bits.
fn numbers(record: &Aggregate) -> Vec<i128> {
    let mut numbers = Vec::new();
    for index in 0..record.len() {
        match record.at(index).unwrap() {
            Value::Array(many) => {
                let at = |index| many.at(index).unwrap().as_integer().unwrap();
                numbers.extend([at(0), at(1), at(7), at(8)]);
            }
            Value::F64(number) => numbers.push(number.to_bits().into()),
            other => numbers.push(other.as_integer().unwrap()),
        }
    }
    numbers
}

/// What C makes of them.
fn changed(name: &str, numbers: &[i128]) -> Vec<i128> {
    match (name, numbers) {
        ("flags", [kind, count, set]) => vec![-kind, count + 1, 1 - set],
        // Half of a double is one less in its exponent.
        ("tagged", [weight, id, rest]) => vec![weight - (1 << 52), -id, rest + 1],
        ("tight", [tag, big, low]) => vec![tag + 1, big - 1, -low],
        ("large", [first, _, _, seventh, eighth, last]) => {
            vec![-first, *eighth, *seventh, 0, 0, last + 1]
        }
        _ => unreachable!("one of the four"),
    }
}

fn example(name: &str, ty: &CType) -> Aggregate {
    let values = match name {
        "flags" => vec![Value::from(-3), 0x0FFE.into(), true.into()],
        "tagged" => vec![
            Value::from(2.5),
            (-0x12_3456_789A_i64).into(),
            0x0F_00FF.into(),
        ],
        "tight" => vec![Value::from(7), 0x0123_4567_89AB_CDEF_i64.into(), 5.into()],
        _ => {
            let mut large = Aggregate::zeroed(ty).unwrap();
            large
                .set_field("first", &(-0x1234_5678_9ABC_DEF0_i64).into())
                .unwrap();
            let Value::Array(mut many) = large.field("many").unwrap() else {
                unreachable!("an array");
            };
            many.set_at(7, &Value::from(-2)).unwrap();
            many.set_at(8, &Value::from(300)).unwrap();
            large.set_field("many", &many.into()).unwrap();
            large.set_field("last", &Value::from(1)).unwrap();
            return large;
        }
    };
    Aggregate::of(ty, &values).unwrap()
}

fn record(value: Value) -> Aggregate {
    match value {
        Value::Struct(record) => record,
        other => panic!("{other} is no struct"),
    }
}

/// Runs `test` with each type, by each convention's library and name.
fn with_each(test: impl Fn(&Library, &str, &str, &str)) {
    for level in ["-O0", "-O2"] {
        for (in_c, abi) in CONVENTIONS {
            let fixture = Fixture::new();
            let define = format!("-DCONVENTION={in_c}");
            let path = fixture.library("records.so", SOURCE, &[level, &define]);
            // SAFETY: loading it runs nothing.
            let library = unsafe { Library::open(path) }.unwrap();
            for (name, text) in TYPES {
                test(&library, abi, name, text);
            }
        }
    }
}

#[test]
fn bit_fields_reach_c_and_come_back() {
    with_each(|library, abi, name, text| {
        let signature: Signature = format!("{abi}({text}) -> {text}").parse().unwrap();
        let function = library.function(&format!("other_{name}"), &signature);
        let function = function.unwrap();
        let sent = example(name, &signature.params()[0]);
        // SAFETY: this is the signature of the function.
        let back = unsafe { function.call(&[sent.clone().into()]) }.unwrap();
        let expected = changed(name, &numbers(&sent));
        assert_eq!(numbers(&record(back)), expected, "{signature}");
    });
}

#[test]
fn callbacks_take_and_give_bit_fields() {
    with_each(|library, abi, name, text| {
        let own: Signature = format!("{abi}(i32, {text}, f64) -> {text}")
            .parse()
            .unwrap();
        let callback = Callback::from_values(&own, |arguments| match arguments {
            [Value::I32(5), record, Value::F64(0.5)] => record.clone(),
            other => panic!("{other:?}"),
        });
        let callback = callback.unwrap();
        let signature: Signature = format!("{abi}(ptr, {text}) -> {text}").parse().unwrap();
        let function = library.function(&format!("call_{name}"), &signature);
        let function = function.unwrap();
        let sent = example(name, &signature.params()[1]);
        let pointer = Value::Pointer(callback.as_ptr().cast_mut());
        // SAFETY: this is the signature of the function, and the callback has the one that it calls.
        let back = unsafe { function.call(&[pointer, sent.clone().into()]) }.unwrap();
        let expected = changed(name, &changed(name, &numbers(&sent)));
        assert_eq!(numbers(&record(back)), expected, "{signature}");
    });
}
