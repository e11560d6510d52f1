//! What each golden shows, and the signatures that show it.

/// The name of a golden, and its signatures.
pub(crate) type Golden = (&'static str, &'static [&'static str]);

/// System V AMD64.
pub(crate) const SYSV64: &[Golden] = &[
    (
        "scalars",
        &[
            "() -> void",
            "(i32, i32) -> i32",
            "(f64, f32) -> f32",
            "(ptr, i64, u8) -> ptr",
        ],
    ),
    (
        "narrow",
        &[
            "(i8, u8, i16, u16, bool) -> i8",
            "(i64, i64, i64, i64, i64, i64, i8, u16) -> bool",
        ],
    ),
    (
        "registers-run-out",
        &[
            "(i64, i64, i64, i64, i64, i64, i64) -> i64",
            "(f64, f64, f64, f64, f64, f64, f64, f64, f32) -> f64",
            "(i64, i64, i64, i64, i64, {i64, i64}, i64) -> void",
            "(f64, f64, f64, f64, f64, f64, f64, {f64, f64}, f64) -> void",
            "(i64, i64, i64, i64, i64, i64, {f64, i32}, f64) -> void",
        ],
    ),
    (
        "structs",
        &[
            "({i32, i32}) -> {i32, i32}",
            "({i64, f64}) -> {f64, i64}",
            "({f32, f32, f32}) -> {f32, f32, f32}",
            "({i32, f32, f32}) -> {f32, i32}",
            "({[i8; 3]}, {[i8; 13]}) -> {[i8; 5]}",
            "({i64, i64, i64}) -> {i64, i64, i64}",
            "({}, i32) -> {}",
        ],
    ),
    (
        "unions",
        &[
            "(union {f64, i32}) -> union {f32, f64}",
            "(union {{f32, f32}, [f64; 2]}) -> void",
        ],
    ),
    (
        "packed-and-aligned",
        &[
            "({i8, i32} packed) -> {i8, i32} packed",
            "({i32, i32} packed) -> void",
            "(i32, {i64} align(16)) -> {i64} align(16)",
            "(i64, i64, i64, i64, i64, i64, i64, {i64} align(64)) -> void",
        ],
    ),
    (
        "bit-fields",
        &[
            // INTEGER where there are bits, SSE beside them; never unaligned.
            "({x: f64, y: i32:5}) -> {x: i32:5, y: f32}",
            "({x: u8, y: u64:60} packed) -> {x: f32, y: u64:40} packed",
            // Those without a name have bits as well, unless they have none.
            "({f32, u32:5, i32}, {f64, u64:3}) -> {u32:5, x: f32}",
            "({f32, u32:0, f32}) -> {f64, u64:0}",
            "({u32:5}, i32) -> {u32:5}",
        ],
    ),
    (
        "variadic",
        &[
            "(str, ...) -> int",
            "(str, ..., i32, f64, f64) -> int",
            "(ptr, ..., {i64, i64, i64}) -> void",
        ],
    ),
    (
        "vectors",
        &[
            "(vector(i8, 8), vector(f32, 4), vector(f64, 4), vector(i16, 32)) -> vector(f32, 4)",
            "(ptr, {vector(f32, 8)}, union {vector(f64, 4), f64}) -> vector(i32, 8)",
            // Its target and its frame are where arguments go.
            "(i64, i64, vector(i64, 8)) -> {vector(u8, 64)}",
            // Two vectors, over-aligned, unaligned, or of one `double`: in memory.
            "({[vector(f32, 4); 2]}, {vector(f32, 4)} align(32)) -> {i8, vector(f32, 2)} packed",
            "(vector(f64, 1)) -> vector(f64, 1)",
            "({vector(f32, 2), f32}, vector(i8, 16), ..., vector(f32, 8), vector(f32, 4)) -> void",
        ],
    ),
];

/// Microsoft x64.
pub(crate) const WIN64: &[Golden] = &[
    (
        "scalars",
        &[
            "() -> void",
            "(i32, f64, i64, f32) -> f32",
            "(i8, u16, bool, u8) -> i8",
            "(f64, i32, f32, ptr, f64, i16, f32) -> ptr",
        ],
    ),
    (
        "structs",
        &[
            "({f32}, {f64}, {i8, i8}, {[i8; 8]}) -> {f32}",
            "(union {f64, i32}, {f64}) -> {f64}",
            "({[i8; 3]}, {[i8; 5]}, {[i8; 7]}) -> {[i8; 3]}",
            "({i64, i64}, f64) -> {i64, i64}",
            "({i8, i32} packed) -> {i8, i32} packed",
            "({x: f32, y: u32:5}, {x: u8:3}, {u8, x: u8:3, u8}) -> {x: u32:1, y: u64:40}",
            "({}, i32) -> void",
        ],
    ),
    (
        "by-reference",
        &[
            "({[i64; 3]}, i64, {i64, i64}, i64, {[i8; 33]}) -> void",
            "(i64, i64, i64, i64, {[i8; 6]}, {i64} align(64)) -> {[i64; 4]}",
            "({[i64; 40]}) -> {[i64; 40]}",
        ],
    ),
    (
        "variadic",
        &[
            "(str, ..., f64, int) -> int",
            "(..., int, f64, int, f64, f64) -> int",
            "(f64, ..., {i64, i64}) -> void",
        ],
    ),
    (
        "vectors",
        &[
            "(vector(i16, 4), vector(f32, 4), vector(f64, 4)) -> vector(f32, 4)",
            "({vector(f32, 2)}) -> {vector(f32, 4)}",
            "() -> vector(i8, 8)",
            "(i32) -> vector(f64, 4)",
            "() -> vector(f64, 8)",
        ],
    ),
];

/// The same as GCC has it for Windows, where it differs.
pub(crate) const WIN64_GNU: &[Golden] = &[(
    "vectors",
    &["() -> vector(f32, 4)", "(i32) -> vector(f64, 4)"],
)];
