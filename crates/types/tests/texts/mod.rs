//! Compact texts that are right, and print as they are written.

pub(crate) const TYPES: &[&str] = &[
    "void",
    "bool",
    "f32",
    "f64",
    "ptr",
    "str",
    // Pointers.
    "*i32",
    "**char",
    "*str",
    "*{next: ptr, value: f64}",
    "*[f64; 16]",
    "*() -> void",
    "**(i32) -> f64",
    "*(*(ptr) -> int, ...) -> *() -> void",
    "*win64 (i32) -> *sysv64 (f64, ..., i64) -> void",
    // Arrays.
    "[u8; 0]",
    "[[f32; 4]; 4]",
    "[*(ptr, ptr) -> int; 3]",
    "[u64; 9223372036854775808]",
    "[{i8, i32} packed; 7]",
    // Structs and unions.
    "{}",
    "union {}",
    "{i32, f64}",
    "{x: i32, y: f64}",
    "{x: i32, f64}",
    "{a: {b: {c: {d: u8}}}}",
    "{quot: int, rem: int}",
    "union {i32, f32}",
    "union {i: long, d: f64, s: {u16, u16}}",
    "{kind: enum(u32), value: union {i: i64, f: f64, s: str}}",
    // Words of the notation are good names.
    "{packed: i8, align: i16, union: i32, struct: i64, void: f32, win64: ptr}",
    // Attributes.
    "{i8, i32} packed",
    "{i8, i32} packed(2)",
    "{i8, i32} align(16)",
    "{i8, i32} packed align(4096)",
    "union {i8, i64} packed(4) align(8)",
    "{i8, align(16) f64}",
    "{a: i8, align(8) b: i16} packed",
    "{a: i8, align(2) b: {i32, i32} packed align(4)}",
    "{align(4) align: i8}",
    // Enumerations.
    "enum(int)",
    "enum(u8)",
    "[enum(longlong); 2]",
];

pub(crate) const SIGNATURES: &[&str] = &[
    "() -> void",
    "() -> i32",
    "(f64, f64) -> f64",
    "(long, {f64, i32}) -> ptr",
    "({x: f32, y: f32, z: f32} align(16)) -> {quot: long, rem: long}",
    "(union {i32, f64}) -> union {i32, f64}",
    "(*(ptr, ptr) -> int) -> void",
    "(i32) -> *(f64) -> *() -> void",
    // Variadic, and single calls of variadic functions.
    "(...) -> int",
    "(str, ...) -> int",
    "(str, ..., int, f64) -> int",
    "(..., int) -> void",
    // Calling conventions.
    "sysv64 (i64) -> i64",
    "win64 (f32, i8) -> void",
    "win64-gnu (f32, i8) -> void",
    "aapcs64 () -> void",
    "apple-arm64 (str, ...) -> int",
    "win-arm64 ({i8}) -> {i8}",
];

/// Texts with their printed form, where the two differ.
pub(crate) const ALIASES: &[(&str, &str)] = &[
    ("float", "f32"),
    ("double", "f64"),
    ("pointer", "ptr"),
    ("string", "str"),
    ("usize", "size_t"),
    ("isize", "ptrdiff_t"),
    ("*void", "ptr"),
    ("**void", "*ptr"),
    ("struct {i8}", "{i8}"),
    ("union{i8,i16}packed", "union {i8, i16} packed"),
    ("{i8} packed(1)", "{i8} packed"),
    ("{i8} align(4) packed(2)", "{i8} packed(2) align(4)"),
    ("{i8} packed packed(2)", "{i8} packed(2)"),
    ("[i8;007]", "[i8; 7]"),
    (" \t\n{ x :i8 ,\u{a0}i16 }\r\n", "{x: i8, i16}"),
    ("enum ( u8 )", "enum(u8)"),
    ("*(void) -> void", "*() -> void"),
    ("*( float ,...,double )->void", "*(f32, ..., f64) -> void"),
    ("*apple-arm64()->void", "*apple-arm64 () -> void"),
];
