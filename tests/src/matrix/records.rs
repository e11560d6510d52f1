/// What one eightbyte may hold.
const EIGHTBYTES: [&str; 10] = [
    "i64",
    "f64",
    "ptr",
    "{i32, i32}",
    "{f32, f32}",
    "{i32, f32}",
    "{f32, i32}",
    "{f32, i8, bool}",
    "union {f32, f64}",
    "union {[f32; 2], i16}",
];

/// What the second eightbyte may hold besides: less than eight bytes.
const TAILS: [&str; 6] = ["f32", "i32", "i8", "{[u8; 3]}", "{f32}", "{i16, f32}"];

/// Every pair of eightbytes of each class, as argument and as result.
#[must_use]
pub fn class_pairs() -> Vec<String> {
    let mut all = Vec::new();
    for first in EIGHTBYTES {
        for second in EIGHTBYTES.into_iter().chain(TAILS) {
            let pair = format!("{{{first}, {second}}}");
            all.push(format!("(i32, {pair}, f32, {pair}) -> {pair}"));
        }
    }
    all
}

/// Packed records. `{}` stands for the attribute.
const PACKED: [&str; 20] = [
    "{i8, i16}",
    "{i8, i32}",
    "{i8, i64}",
    "{i8, f32}",
    "{i8, f64}",
    "{i16, f32, i16}",
    "{f32, f64}",
    "{f32, i8, f32}",
    "{i64, i64}",
    "{f64, f64}",
    "{i32, f32, i64}",
    "{i8, [i8; 6]}",
    "{[i16; 3], i8}",
    "{i8, {i32, f32}}",
    "{i8, ptr}",
    "{i16, {i16, i8}, f32}",
    "{f32, [f32; 2]}",
    "{i64, i32, i16, i8}",
    "{f64, i8, i32}",
    "{bool, i8, u16, u32, u64}",
];

/// Records with packed parts, whose members are misaligned or by luck are not.
const WITH_PACKED_PARTS: [&str; 16] = [
    "union {i8, f64} packed",
    "union {[u8; 5], i32} packed",
    "union {{i8, f32} packed, i64}",
    "union {{i8, f64} packed, [i64; 2]}",
    "{[{i8, i32} packed; 2], i8}",
    "{{i8, i64} packed, f64}",
    "{i8, [{i16, i8} packed; 3]}",
    "{{f32, f64} packed, i8} packed(2)",
    "{i32, {f32, i64} packed(4)}",
    "{i8, union {i32, f32} packed}",
    "{[u8; 3], {f32} packed}",
    "{{i64} packed(4), f64}",
    "{i32, {f64} packed(4)}",
    "{i32, {i64} packed(4), f32}",
    "{f32, {f64} packed}",
    "{i32, [{i64} packed(4); 1]}",
];

/// Packed and misaligned fields, as argument and as result.
#[must_use]
pub fn packed() -> Vec<String> {
    let mut all = Vec::new();
    for record in PACKED {
        for attribute in ["packed", "packed(2)", "packed(4)"] {
            all.push(format!(
                "(i32, {record} {attribute}, f64, i32) -> {record} {attribute}"
            ));
        }
        all.push(format!(
            "(i32, {{i8, {record} packed}}, f64) -> {{{record} packed, i8}}"
        ));
    }
    for record in WITH_PACKED_PARTS {
        all.push(format!("(i32, {record}, f64, i32) -> {record}"));
    }
    all
}

/// Records whose type or members ask for more alignment than they have of their own.
const ALIGNED: [&str; 33] = [
    "{i8} align(2)",
    "{i8} align(4)",
    "{i8} align(8)",
    "{f32} align(8)",
    "{f32} align(16)",
    "{f64} align(16)",
    "{i32} align(16)",
    "{i64, i64} align(16)",
    "{f64, f64} align(16)",
    "{i64, f64} align(16)",
    "{i64, i64, i64} align(16)",
    "{i64, i64} align(32)",
    "{[i64; 4]} align(32)",
    "{[i64; 9]} align(64)",
    "{i8, align(8) i8}",
    "{f32, align(8) f32}",
    "{align(16) i64, i64}",
    "{i8, align(16) f64}",
    "{i8, align(2) i32} packed",
    "{i8, align(8) f64} packed",
    "{i8, i32} packed align(4)",
    "{i8, {i32} align(16)}",
    "{i32, {f32} align(8)}",
    "{[{i8} align(4); 3]}",
    "{bool, align(4) bool, align(8) bool}",
    "{i64, align(32) i8}",
    "{align(8) f32, align(8) f32}",
    "{{} align(8), i32}",
    "{i32} packed align(16)",
    "{f32, f32} align(32)",
    "union {i8, {i16} align(16)}",
    "union {f32, i64} align(16)",
    "union {f64} align(32)",
];

/// Over-aligned records: in registers, and on the stack behind an odd number of slots.
#[must_use]
pub fn aligned() -> Vec<String> {
    let mut all = Vec::new();
    for record in ALIGNED {
        all.push(format!("({record}, i32, f64) -> {record}"));
        for stacked in [6, 7, 8] {
            let integers = "i64, ".repeat(stacked);
            let doubles = "f64, ".repeat(8);
            all.push(format!(
                "({integers}{doubles}{record}, i32, {record}, f64) -> i8"
            ));
        }
    }
    all
}
