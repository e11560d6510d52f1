/// Structs and unions that AArch64 passes number by number, and their like that it does not.
const HFAS: [&str; 33] = [
    "{f32}",
    "{f32, f32}",
    "{f32, f32, f32}",
    "{f32, f32, f32, f32}",
    "{f64}",
    "{f64, f64}",
    "{f64, f64, f64}",
    "{f64, f64, f64, f64}",
    "{[f32; 2]}",
    "{[f32; 4]}",
    "{f64, [f64; 3]}",
    "{{f32}, {f32, {f32}}}",
    "{[{f64, f64}; 2]}",
    "{[[f32; 2]; 2]}",
    "{union {f32, {f32}}, f32}",
    "union {f32}",
    "union {{f32, f32}, [f32; 3]}",
    "union {f64, [f64; 4], {f64, f64}}",
    "{f32, f32} packed",
    "{f64, f64} align(16)",
    "{align(16) f64, f64}",
    "{f32, {}, f32}",
    "{{}, f64}",
    // Five numbers, two types, padding, an integer, an array of nothing.
    "{[f32; 5]}",
    "{[f64; 5]}",
    "{f32, f64}",
    "{f32, align(8) f32}",
    "{f32} align(8)",
    "{f32, f32, f32} align(16)",
    "{f64, i32}",
    "{f32, f32, f32, u8}",
    "union {f64, i64}",
    "{f32, [f32; 0]}",
];

/// 0-8 vector registers used up before every one of them, a number after it, and itself as a result.
#[must_use]
pub fn hfas() -> Vec<String> {
    let mut all = Vec::new();
    for shape in HFAS {
        for used in 0..=8 {
            let before = ["f64, ", "f32, "].repeat(4)[..used].concat();
            all.push(format!("({before}{shape}, f32, i64, f64) -> {shape}"));
        }
    }
    all
}

/// Composites of two words at every register and stack slot, where a type's alignment asks for an even
/// one and where it does not.
#[must_use]
pub fn pairs() -> Vec<String> {
    const PAIRS: [&str; 7] = [
        "{i64, i64}",
        "{i64} align(16)",
        "{i64, i64} align(16)",
        "{align(16) i64}",
        "{i32, align(16) i8}",
        "{{i64} align(16)}",
        "{[i8; 9]}",
    ];
    let mut all = Vec::new();
    for pair in PAIRS {
        for integers in 0..=10 {
            let before = "i64, ".repeat(integers);
            all.push(format!("({before}{pair}, i32, {pair}, i8) -> {pair}"));
        }
    }
    all
}
