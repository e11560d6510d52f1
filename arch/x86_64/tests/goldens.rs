//! Rows and code of chosen signatures, as files that a person can check against the psABI by eye.
//!
//! `BLESS=1 cargo test -p trampette-x86_64` writes them anew.

use std::fmt::Write as _;
use std::path::Path;

use iced_x86::{Decoder, DecoderOptions, Formatter as _, IntelFormatter};
use trampette_abi::{CallConv, FrameLayout, Isa, Report, verify};
use trampette_types::{DataModel, Signature};
use trampette_x86_64::{SysV64, X86_64};

/// What each golden shows, and the signatures that show it.
const SYSV64: [(&str, &[&str]); 7] = [
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

#[test]
fn sysv64_rows_and_code_are_as_blessed() {
    let mut stale = Vec::new();
    for (name, signatures) in SYSV64 {
        let text: String = signatures.iter().map(|text| describe(text)).collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/goldens/sysv64")
            .join(format!("{name}.txt"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != text {
            stale.push(format!("{}:\n{text}", path.display()));
        }
    }
    assert!(
        stale.is_empty(),
        "not as blessed (BLESS=1 writes them anew):\n{}",
        stale.join("\n")
    );
}

fn describe(text: &str) -> String {
    let signature: Signature = text.parse().unwrap();
    let shape = signature.shape(&DataModel::LINUX_X86_64).unwrap();
    let layout = SysV64.call_layout(&shape).unwrap();
    verify(&shape, &layout).unwrap();
    let code = X86_64.call_stub(&layout, &FrameLayout::of(&shape)).unwrap();
    format!(
        "{}{}\n",
        Report {
            shape: &shape,
            layout: &layout,
            isa: &X86_64
        },
        disassemble(&code)
    )
}

fn disassemble(code: &[u8]) -> String {
    let mut formatter = IntelFormatter::new();
    formatter
        .options_mut()
        .set_space_after_operand_separator(true);
    let mut text = String::new();
    for instruction in Decoder::new(64, code, DecoderOptions::NONE).iter() {
        let start = usize::try_from(instruction.ip()).unwrap();
        let bytes: String = code[start..start + instruction.len()]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let mut line = String::new();
        formatter.format(&instruction, &mut line);
        writeln!(text, "    {start:4x}  {bytes:<20} {line}").unwrap();
    }
    text
}
