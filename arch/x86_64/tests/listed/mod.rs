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
        "variadic",
        &[
            "(str, ...) -> int",
            "(str, ..., i32, f64, f64) -> int",
            "(ptr, ..., {i64, i64, i64}) -> void",
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
];
