use super::{SMALL, is_campaign};

/// Every scalar type of C, and those by width.
const SCALARS: [&str; 32] = [
    "bool",
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "f32",
    "f64",
    "ptr",
    "char",
    "schar",
    "uchar",
    "short",
    "ushort",
    "int",
    "uint",
    "long",
    "ulong",
    "longlong",
    "ulonglong",
    "size_t",
    "ssize_t",
    "ptrdiff_t",
    "intptr_t",
    "uintptr_t",
    "wchar_t",
    "*i32",
    "enum(int)",
    "enum(uint)",
];

/// Every scalar as argument, in a register and on the stack, and as result.
#[must_use]
pub fn scalars() -> Vec<String> {
    let mut all = vec!["() -> void".to_owned()];
    for scalar in SCALARS {
        all.push(format!("({scalar}) -> void"));
        all.push(format!("() -> {scalar}"));
        all.push(format!("({scalar}, {scalar}) -> {scalar}"));
        all.push(format!(
            "({}{scalar}) -> {scalar}",
            format!("{scalar}, ").repeat(15)
        ));
    }
    all
}

/// Records without anything in them, or with nothings among something: as C has them, not C++.
#[must_use]
pub fn empty() -> Vec<String> {
    const EMPTY: [&str; 7] = [
        "{}",
        "{[i32; 0]}",
        "{{}, i32}",
        "{f32, {}, f32}",
        "{i8, [i64; 0]}",
        "union {}",
        "{f64, {}, [f64; 0], i8}",
    ];
    EMPTY
        .iter()
        .map(|ty| format!("(i32, {ty}, f64, {ty}, i64) -> {ty}"))
        .collect()
}

/// Results of 1-64 bytes, of every make; each comes with an argument of its own type.
#[must_use]
pub fn results() -> Vec<String> {
    let mut all: Vec<String> = (1..=64).map(|size| format!("{{[u8; {size}]}}")).collect();
    for (element, most) in [
        ("i16", 20),
        ("i32", 16),
        ("f32", 16),
        ("i64", 8),
        ("f64", 8),
        ("ptr", 4),
    ] {
        all.extend((1..=most).map(|count| format!("{{[{element}; {count}]}}")));
    }
    all.extend(SMALL.map(str::to_owned));
    all.extend(MIXED.map(str::to_owned));
    all.into_iter()
        .map(|ty| format!("(i32, {ty}, f64) -> {ty}"))
        .collect()
}

/// Records with something of everything.
const MIXED: [&str; 18] = [
    "{bool, i8, i16, i32, i64, f32, f64, ptr}",
    "{char, short, int, long, longlong, size_t, wchar_t}",
    "{u8, u16, u8}",
    "{u16, u8}",
    "{u32, u16, u8}",
    "{{{{i8}}}}",
    "{{i8, {i16, {i32, {i64}}}}}",
    "{[[i8; 3]; 2]}",
    "{[{i8, f32}; 2]}",
    "{[{f64, i8}; 3], f32}",
    "{[[f32; 2]; 2]}",
    "union {i8, i16, i32, i64, f32, f64, ptr}",
    "union {[i8; 3], i16}",
    "union {{f32, f32}, [f32; 3]}",
    "{union {i32, f32}, union {f64, [u8; 8]}}",
    "union {{i8, i64, f64}, [u8; 20]}",
    "{enum(int), enum(uint), bool, *i8}",
    "{[i32; 0], i64}",
];

/// 0-20 arguments of every kind, and many more: the stack is aligned at every count.
#[must_use]
pub fn counts() -> Vec<String> {
    const KINDS: [&[&str]; 6] = [
        &["i64"],
        &["f64"],
        &["i8", "f32"],
        &["u16", "i32", "f64"],
        &["{i64, f64}"],
        &["i32", "{i64, i64, i8}", "f32"],
    ];
    let most = if is_campaign() { 64 } else { 20 };
    let counts = (0..=most).chain([40, 127, 255]);
    let mut all = Vec::new();
    for count in counts {
        for kinds in KINDS {
            let params: Vec<&str> = kinds.iter().copied().cycle().take(count).collect();
            all.push(format!("({}) -> {}", params.join(", "), kinds[0]));
        }
    }
    all
}

/// Structs of 4 KiB, 64 KiB and 1 MiB by value, as arguments and as results.
#[must_use]
pub fn huge() -> Vec<String> {
    let mut all = Vec::new();
    for size in [129, 1000, 4 << 10, 64 << 10, 1 << 20] {
        let bytes = format!("{{[u8; {size}]}}");
        let words = format!("{{[i64; {}]}}", size / 8);
        all.push(format!("(i8, {bytes}, f64, i16) -> i32"));
        all.push(format!("(i8) -> {bytes}"));
        all.push(format!("({words}, i32, {bytes}, f32) -> {words}"));
    }
    all
}

/// Variadic calls with 0-12 arguments of mixed types behind `...`.
#[must_use]
pub fn variadic() -> Vec<String> {
    const KINDS: [&[&str]; 9] = [
        &["int"],
        &["f64"],
        &["int", "f64"],
        &["long", "ptr", "f64", "uint"],
        &["{i64, f64}"],
        &["f64", "{f64, f64}"],
        &["{i32, f32}", "int", "f64"],
        &["{i64, i64, i64}", "f64", "long"],
        &["{f32, f32, f32}", "union {i32, f32}", "{[u8; 3]}"],
    ];
    let mut all = Vec::new();
    for fixed in [
        "ptr",
        "f64",
        "i8, f32, {f64, i8}",
        "i64, i64, i64, i64, i64, i64, i64",
    ] {
        for count in 0..=12 {
            for (kinds, result) in KINDS
                .iter()
                .zip(["i32", "f64", "{i64, f64}"].iter().cycle())
            {
                let params: Vec<&str> = kinds.iter().copied().cycle().take(count).collect();
                let separator = if count == 0 { "" } else { ", " };
                all.push(format!(
                    "({fixed}, ...{separator}{}) -> {result}",
                    params.join(", ")
                ));
            }
        }
    }
    all
}
