//! Rows and code of chosen signatures, as files that a person can check against the psABI by eye.
//!
//! `BLESS=1 cargo test -p trampette-x86_64` writes them anew.

use std::fmt::Write as _;
use std::path::Path;

use iced_x86::{Decoder, DecoderOptions, Formatter as _, IntelFormatter};
use trampette_abi::{
    CallConv, CallLayout, FrameLayout, Isa, Register, Report, Thunk, injection_register, verify,
};
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
    for (name, signatures) in SYSV64 {
        let text: String = signatures.iter().map(|text| describe(text)).collect();
        bless(&format!("sysv64/{name}"), &text).unwrap();
    }
}

/// Compares with the golden of this name, or writes it.
fn bless(name: &str, text: &str) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let path = folder.join(name).with_extension("txt");
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(&path, text).map_err(|error| error.to_string());
    }
    if std::fs::read_to_string(&path).unwrap_or_default() == text {
        return Ok(());
    }
    Err(format!(
        "{name} is not as blessed (BLESS=1 writes it anew):\n{text}"
    ))
}

fn describe(text: &str) -> String {
    let signature: Signature = text.parse().unwrap();
    let shape = signature.shape(&DataModel::LINUX_X86_64).unwrap();
    let layout = SysV64.call_layout(&shape).unwrap();
    verify(&shape, &layout).unwrap();
    let frame = FrameLayout::of(&shape);
    let written = if shape.to_string() == text {
        String::new()
    } else {
        format!("{text}\n")
    };
    let report = Report {
        shape: &shape,
        layout: &layout,
        isa: &X86_64,
    };
    let stub = disassemble(&X86_64.call_stub(&layout, &frame).unwrap());
    let mut described = format!("{written}{report}{stub}");
    if shape.variadic_from().is_none() {
        let dispatcher = dispatcher(&SysV64);
        let adapter = X86_64.entry_adapter(&layout, &frame, &dispatcher).unwrap();
        let adapter = disassemble(&adapter);
        let injected = injection_register(&SysV64, &shape).unwrap();
        let thunk = injected.map_or("none".into(), |register| {
            X86_64.register_name(register, register.size())
        });
        described += &format!("  entry       context injected in: {thunk}; adapter:\n{adapter}");
    }
    described + "\n"
}

/// How a dispatcher of this convention is called.
fn dispatcher(convention: &dyn CallConv) -> CallLayout {
    let signature: Signature = "(ptr, ptr) -> void".parse().unwrap();
    let shape = signature.shape(&DataModel::LINUX_X86_64).unwrap();
    convention.call_layout(&shape).unwrap()
}

#[test]
fn thunks_are_as_blessed() {
    let registers = [7, 6, 2, 1, 8, 9].map(Register::integer);
    let all = registers.into_iter().chain([X86_64.context_register()]);
    let text: String = all
        .map(|register| {
            let name = X86_64.register_name(register, 8);
            let slot = 0x2_0000;
            let listing = |counts| {
                disassemble(&X86_64.thunk(Thunk {
                    register,
                    slot,
                    counts,
                }))
            };
            let (plain, counting) = (listing(false), listing(true));
            format!("{name}, slot 20000h bytes on\n{plain}  counting calls\n{counting}\n")
        })
        .collect();
    let injectors: String = [0, 7]
        .map(|number| {
            let register = Register::vector(number);
            let name = X86_64.register_name(register, 16);
            let injector = disassemble(&X86_64.vector_injector(register).unwrap());
            format!("{name}, behind a thunk\n{injector}\n")
        })
        .concat();
    bless("thunks", &(text + &injectors)).unwrap();
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
