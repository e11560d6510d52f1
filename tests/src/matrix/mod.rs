//! Signatures, listed systematically, as compact text.

mod hfas;
mod prefixes;
mod records;
mod values;

pub use hfas::{hfas, pairs};
pub use prefixes::{prefixes, prefixes_behind_a_result_in_memory};
pub use records::{aligned, class_pairs, packed};
pub use values::{counts, empty, huge, results, scalars, variadic};

/// Whether `TRAMPETTE_CAMPAIGN` asks for the wide matrix.
#[must_use]
pub fn is_campaign() -> bool {
    std::env::var_os("TRAMPETTE_CAMPAIGN").is_some_and(|value| value != "0")
}

/// These signatures in System V's convention, or AAPCS64: on Windows it has to be named.
pub fn in_system_v<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let named = |text: T| format!("{SYSTEM_V}{}", text.as_ref());
    texts.into_iter().map(named).collect()
}

/// What signatures of that convention begin with.
pub const SYSTEM_V: &str = if cfg!(windows) { "sysv64 " } else { "" };

/// What signatures begin with in the convention of x86_64 that is not the system's own.
pub const OTHER: &str = if cfg!(windows) { "sysv64 " } else { "win64 " };

/// These signatures in the process' own convention, then in the others in which C compilers write functions:
/// on x86_64, Microsoft's, or System V's on Windows.
#[must_use]
pub fn in_every_convention<T: AsRef<str>>(texts: &[T]) -> Vec<String> {
    const OTHERS: &[&str] = if cfg!(target_arch = "x86_64") {
        &[OTHER]
    } else {
        &[]
    };
    let all = [""].iter().chain(OTHERS);
    let of_each = |abi: &&'static str| {
        let abi = *abi;
        texts
            .iter()
            .map(move |text| format!("{abi}{}", text.as_ref()))
    };
    all.flat_map(of_each).collect()
}

/// Structs and unions of every shape up to 16 bytes, with each way that two eightbytes are classified.
pub const SMALL: [&str; 42] = [
    "{i64}",
    "{f64}",
    "{i64, i64}",
    "{i64, f64}",
    "{f64, i64}",
    "{f64, f64}",
    "{f32, i32, f32}",
    "{[u8; 16]}",
    "{i8, i64} packed",
    "union {[f32; 4], f64}",
    // Of one eightbyte.
    "{i8}",
    "{bool, i8}",
    "{i16}",
    "{i32}",
    "{f32}",
    "{ptr}",
    "{i8, i16, i32}",
    "{f32, f32}",
    "{f32, i32}",
    "{i32, f32}",
    "{[char; 3]}",
    "{[u8; 5]}",
    "{u16, [u8; 5]}",
    "{[u8; 7]}",
    "union {i32, f32}",
    "union {f64, f32}",
    "union {f64, i64}",
    // Of two.
    "{[f32; 3]}",
    "{[f32; 4]}",
    "{f64, f32}",
    "{f32, f64}",
    "{i8, f64}",
    "{f64, i8}",
    "{i32, i32, f64}",
    "{f32, f32, i64}",
    "{[char; 9]}",
    "{[u8; 12]}",
    "{[u8; 15]}",
    "{{f32}, {f32, {f32}}}",
    "{{i8, f32}, f64}",
    "union {{i32, i32}, {f64, i8}}",
    "{i8, f64} packed",
];
