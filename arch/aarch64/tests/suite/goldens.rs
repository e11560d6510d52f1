//! Rows and code of chosen signatures, as files that a person can check against the standard by eye.
//!
//! Each row was compared with what clang 14 makes of the same C function (`-S -O1`, with the targets
//! `aarch64-linux-gnu`, `arm64-apple-macos` and `aarch64-windows-msvc`); where it departs from clang, the
//! list below says so. What clang compiles for each of the three is also run against them, by the suites
//! `matrix`, `apple_arm64` and `win_arm64` of the package trampette-tests.
//!
//! `BLESS=1 cargo test -p trampette-aarch64` writes them anew.

use std::path::Path;

use crate::disassembly::disassemble;
use trampette_aarch64::{AArch64, Aapcs64};
use trampette_abi::{
    Binding, CallConv, CallLayout, Counting, FrameLayout, Isa, Register, Report, Thunk,
    injection_register, register_behind_words, verify,
};
use trampette_types::{DataModel, Signature};

/// What a golden shows, and the signatures that show it.
type Golden = (&'static str, &'static [&'static str]);

const LINUX: [Golden; 9] = [
    (
        "scalars",
        &[
            "() -> void",
            "(i32, i32) -> i32",
            "(f64, f32) -> f32",
            "(ptr, i64, u8) -> ptr",
            "(i8, u8, i16, u16, bool) -> i8",
        ],
    ),
    (
        "registers-run-out",
        &[
            "(i64, i64, i64, i64, i64, i64, i64, i64, i8, i64) -> i64",
            "(f64, f64, f64, f64, f64, f64, f64, f64, f32, f64) -> f64",
            // NGRN is 8 behind a composite that found no room, NSRN behind such an HFA.
            "(i64, i64, i64, i64, i64, i64, i64, {i64, i64}, i64) -> void",
            "(f64, f64, f64, f64, f64, f64, f64, {f64, f64}, f64) -> void",
        ],
    ),
    (
        "composites",
        &[
            "({i32, i32}) -> {i32, i32}",
            "({i64, f64}) -> {f64, i64}",
            "({[i8; 3]}, {[i8; 13]}) -> {[i8; 5]}",
            "({i64, i64, i64}) -> {i64, i64, i64}",
            "(i64, i64, i64, i64, i64, i64, i64, i64, {[u8; 17]}, {[i8; 3]}) -> void",
            "({}, i32) -> {}",
        ],
    ),
    (
        "hfas",
        &[
            "({f32}, {f32, f32}) -> {f64}",
            "({f64, f64, f64, f64}) -> {f64, f64, f64, f64}",
            "({{f32}, [f32; 2]}) -> {[f32; 3]}",
            "(union {{f32, f32}, [f32; 3]}) -> union {f64, [f64; 2]}",
            "({f16, bf16}, union {bf16, f16}) -> {bf16}",
            // Five members, two types, padding: none of them is one.
            "({[f32; 5]}, {f32, f64}, {f32, align(8) f32}) -> void",
            "({f32, {}, f32}) -> {f32, [i32; 0]}",
            "(f32, f64, f32, f64, f32, f64, f32, {f32, f32, f32}, f32) -> void",
        ],
    ),
    (
        "aligned",
        &[
            // An `aligned` on the type does not count, one on a member does.
            "(i32, {i64} align(16), i32) -> {i64} align(16)",
            "(i32, {align(16) i64}, i32) -> {align(16) i64}",
            "(i64, i64, i64, i64, i64, i64, i64, {align(16) i64}, i64) -> void",
            "(i64, i64, i64, i64, i64, i64, i64, i64, i8, {align(16) i64}, i8) -> void",
            "({[i64; 9]} align(64)) -> void",
        ],
    ),
    (
        "packed",
        &[
            "({i8, i32} packed) -> {i8, i32} packed",
            "({i8, f64} packed) -> {f32, f32} packed",
        ],
    ),
    (
        "bit-fields",
        &[
            // They are no members of an HFA, and those of no bits no members at all: to clang 14 in C they
            // are, and the last is none.
            "({x: f32, y: u32:32}, union {f32, x: u32:32}, union {f32, u32:32}) -> {f32, u32:0, f32}",
            "(i32, {x: i128:4}, i32) -> {i32, i128:4}",
            "(i32, {i128:0, i32}, i32, {x: i128:4} packed) -> void",
            // clang 14 passes it nowhere.
            "({u32:5}, i32) -> {u32:5}",
        ],
    ),
    (
        "variadic",
        &[
            "(str, ...) -> int",
            "(str, ..., i32, f64, {f32, f32, f32}) -> int",
            "(ptr, ..., {i64, i64, i64}) -> void",
        ],
    ),
    (
        "vectors",
        &[
            "(vector(i8, 8), vector(f32, 4), vector(f64, 1)) -> vector(i32, 4)",
            // HVAs, whatever their lanes.
            "({[vector(f32, 4); 4]}) -> {vector(i8, 8), vector(f32, 2)}",
            // No short vectors, and no HVA.
            "(vector(f64, 4), {vector(f32, 8)}, {vector(f32, 2), f64}) -> vector(i8, 64)",
            "(f32, ..., vector(f32, 4), {vector(f32, 4), vector(f32, 4)}) -> void",
        ],
    ),
];

const APPLE: [Golden; 4] = [
    (
        "stack",
        &[
            "(i64, i64, i64, i64, i64, i64, i64, i64, i8, u16, i32, bool, i64) -> i8",
            "(f64, f64, f64, f64, f64, f64, f64, f64, f32, {f32, f32, f32}, f32, f64) -> void",
            "(i64, i64, i64, i64, i64, i64, i64, i64, i8, {[i8; 3]}, i8, {i64, i64, i64}) -> void",
            "(i64, i64, i64, i64, i64, i64, i64, i64, i8, {i64} align(16), i8) -> void",
        ],
    ),
    (
        "narrow-and-pairs",
        &[
            "(i8, u8, i16, u16, bool, i32) -> u16",
            "(i32, {align(16) i64}, i32) -> {i64} align(16)",
            "({}, {f64, {[i32; 0]}}) -> {}",
            "(i32, {x: i128:4}, {x: f32, y: u32:5}, {u32:5}) -> {i32, i128:4}",
        ],
    ),
    (
        "variadic",
        &[
            "(str, ..., i32, f64, i64) -> int",
            "(f64, {f32, f32, f32}, ..., {f32, f32, f32}, i32) -> f64",
            "(i32, ..., {i64, i64, i64}, {[i8; 3]}, {i64} align(16), i32) -> void",
        ],
    ),
    (
        "vectors",
        &[
            "({[f64; 4]}, {[f64; 4]}, f32, vector(f32, 2), {[vector(f32, 4); 2]}) -> vector(f32, 2)",
            "(i32, ..., vector(f32, 4), vector(f32, 2)) -> void",
        ],
    ),
];

const WINDOWS: [Golden; 2] = [
    (
        "fixed",
        &[
            "(i8, {f64, f64}, f32, {i64, i64, i64}) -> u8",
            "(i32, {i64} align(16), i32) -> {f32, f32, f32}",
            "({}, i32) -> {}",
            "(i32, {x: i128:4}, {x: f32, y: u32:5}, {u32:5}) -> {x: i8:3, y: i32:3}",
        ],
    ),
    (
        "variadic",
        &[
            "(i32, ..., f64, i32, f64) -> f64",
            "(f64, {f32, f32, f32}, ..., f64) -> {f64, f64}",
            "(i32, ..., {f64, f64, f64, f64}, {[i8; 3]}, {i64} align(16), i32) -> void",
            // clang 14 passes the struct on the stack whole, and x7 stays empty.
            "(i32, ..., i64, i64, i64, i64, i64, i64, {i64, i64}, i32) -> void",
        ],
    ),
];

#[test]
fn hard_case_04_aapcs64_rows_and_code_are_as_blessed() {
    bless_all(&Aapcs64::LINUX, &DataModel::LINUX_AARCH64, &LINUX);
}

#[test]
fn hard_case_12_apple_arm64_rows_and_code_are_as_blessed() {
    bless_all(&Aapcs64::APPLE, &DataModel::APPLE_ARM64, &APPLE);
}

#[test]
fn hard_case_11_win_arm64_rows_and_code_are_as_blessed() {
    bless_all(&Aapcs64::WINDOWS, &DataModel::WINDOWS_MSVC, &WINDOWS);
}

fn bless_all(variant: &Aapcs64, model: &DataModel, goldens: &[Golden]) {
    for (name, signatures) in goldens {
        let text: String = signatures
            .iter()
            .map(|text| describe(variant, model, text))
            .collect();
        bless(&format!("{}/{name}", variant.abi.name()), &text).unwrap();
    }
}

/// Stubs that take arguments from where pointers point, and ways in whose contexts are somebody else's memory.
#[test]
fn prepared_interfaces_are_as_blessed() {
    let variant = Aapcs64::LINUX;
    let shape = |text: &str| {
        let signature: Signature = text.parse().unwrap();
        signature.shape(&DataModel::LINUX_AARCH64).unwrap()
    };
    let stubs = [
        "(i32, i32) -> i32",
        "(i8, f64, u16, f32, i64, {f64, f64}, ptr, i32, {i64, i64}, i16, longdouble) -> f64",
    ];
    let stubs = stubs.map(|text| {
        let layout = variant.call_layout(&shape(text)).unwrap();
        assert!(layout.suits_pointers(), "{text}");
        let frame = FrameLayout::of_pointers(shape(text).params().len());
        let stub = disassemble(&AArch64.call_stub(&layout, &frame).unwrap());
        format!("{text} with an array of pointers\n{stub}\n")
    });
    let by_reference = variant.call_layout(&shape("({i64, i64, i64}) -> void"));
    assert!(!by_reference.unwrap().suits_pointers());

    let layout = variant.call_layout(&shape("(i32, f64) -> i32")).unwrap();
    let frame = FrameLayout::of(&shape("(i32, f64) -> i32"));
    let binding = Binding {
        dispatcher: 0x1122_3344_5566_7788,
        context: Register::integer(18),
    };
    let adapter = AArch64.bound_entry_adapter(&layout, &frame, &dispatcher(&variant), binding);
    let adapter = disassemble(&adapter.unwrap());
    let injector = AArch64.bound_injector(Register::integer(7), binding);
    let injector = disassemble(&injector.unwrap());
    let trampoline = disassemble(&AArch64.trampoline(16));
    let entries = format!(
        "(i32, f64) -> i32 with a dispatcher at 0x1122334455667788 and a context in x18\n{adapter}\nthe \
         same for a function of words\n{injector}\na trampoline, its word 16 bytes on\n{trampoline}\n"
    );
    bless("prepared", &(stubs.concat() + &entries)).unwrap();
}

/// What a variadic function saves for whoever reads its arguments one by one.
#[test]
fn hard_case_11_adapters_of_variadic_functions_are_as_blessed() {
    let variants = [Aapcs64::LINUX, Aapcs64::APPLE, Aapcs64::WINDOWS];
    let texts = variants.map(|variant| {
        let signature: Signature = "(i32, f64, {i64, i64}, ...) -> i32".parse().unwrap();
        let shape = signature.shape(&DataModel::LINUX_AARCH64).unwrap();
        let layout = variant.call_layout(&shape).unwrap();
        let frame = FrameLayout::of(&shape).with_unnamed(&variant.unnamed());
        let code = AArch64.entry_adapter(&layout, &frame, &dispatcher(&variant));
        let area = frame.unnamed().unwrap();
        let (stack, list, registers) = (area.stack_address(), area.list(), area.registers());
        format!(
            "{} {shape}\n  frame       stack's address at {stack}, list at {list}, registers from \
             {registers}, {} bytes\n{}\n",
            variant.abi.name(),
            frame.size(),
            disassemble(&code.unwrap())
        )
    });
    bless("variadic-adapters", &texts.concat()).unwrap();
}

/// Compares with the golden of this name, or writes it.
fn bless(name: &str, text: &str) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
    let path = folder.join(name).with_extension("txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        return std::fs::write(&path, text).map_err(|error| error.to_string());
    }
    if std::fs::read_to_string(&path).unwrap_or_default() == text {
        return Ok(());
    }
    Err(format!(
        "{name} is not as blessed (BLESS=1 writes it anew):\n{text}"
    ))
}

fn describe(variant: &Aapcs64, model: &DataModel, text: &str) -> String {
    let signature: Signature = text.parse().unwrap();
    let shape = signature.shape(model).unwrap();
    let layout = variant.call_layout(&shape).unwrap();
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
        isa: &AArch64,
    };
    let stub = disassemble(&AArch64.call_stub(&layout, &frame).unwrap());
    let mut described = format!("{written}{report}{stub}");
    if shape.variadic_from().is_none() {
        let adapter = AArch64
            .entry_adapter(&layout, &frame, &dispatcher(variant))
            .unwrap();
        let adapter = disassemble(&adapter);
        let injected = injection_register(variant, &shape).unwrap();
        let thunk = injected.map_or("none".into(), |register| AArch64.register_name(register, 8));
        described += &format!("  entry       context injected in: {thunk}; adapter:\n{adapter}");
    }
    described + "\n"
}

/// How a dispatcher of this convention is called.
fn dispatcher(convention: &dyn CallConv) -> CallLayout {
    let signature: Signature = "(ptr, ptr, ptr) -> void".parse().unwrap();
    let shape = signature.shape(&DataModel::LINUX_AARCH64).unwrap();
    convention.call_layout(&shape).unwrap()
}

#[test]
fn arguments_that_are_words_are_told_from_others() {
    let words = format!("({}) -> ptr", ["ptr"; 8].join(", "));
    for (text, in_linux, in_apple) in [
        ("() -> void", true, true),
        ("(i8, u16, {u8, u8}) -> u16", true, true),
        ("(i64, i64, i64, i64, i64, i64, i64) -> ptr", true, true),
        (
            "(i64, i64, i64, i64, i64, i64, i64, i64) -> ptr",
            false,
            false,
        ),
        ("(i64, {f32, i32}) -> {i32, f32}", true, true),
        ("(i64, {f32, f32}) -> i64", false, false),
        ("(i64, {i64, i64}) -> i64", false, false),
        ("(i64) -> {i64, i64, i64}", false, false),
        ("({i32} align(16), i64) -> i64", false, false),
        ("(f64) -> i64", false, false),
        // Extended by its sign on Apple's systems.
        ("(i64) -> i16", true, false),
    ] {
        let behind = |variant: Aapcs64| {
            let shape = |text: &str| {
                let signature: Signature = text.parse().unwrap();
                signature.shape(&DataModel::LINUX_AARCH64).unwrap()
            };
            let [layout, words] =
                [text, &words].map(|text| variant.call_layout(&shape(text)).unwrap());
            register_behind_words(&layout, &FrameLayout::of(&shape(text)), &words)
        };
        let expected = |is: bool| is.then_some(Register::integer(7));
        assert_eq!(behind(Aapcs64::LINUX), expected(in_linux), "linux {text}");
        assert_eq!(behind(Aapcs64::APPLE), expected(in_apple), "apple {text}");
    }
}

#[test]
fn thunks_are_as_blessed() {
    let all = [0, 1, 7].map(Register::integer).into_iter();
    let thunks = all.chain([AArch64.context_register()]).map(|register| {
        let name = AArch64.register_name(register, 8);
        let listing = |counting| {
            disassemble(&AArch64.thunk(Thunk {
                register,
                slot: 0x2_0000,
                counting,
            }))
        };
        let [plain, counting] = [Counting::None, Counting::Shared].map(listing);
        format!("{name}, slot 0x20000 bytes on\n{plain}  counting calls\n{counting}\n")
    });
    let injectors = [0, 7].map(|number| {
        let register = Register::vector(number);
        let name = AArch64.register_name(register, 8);
        let injector = disassemble(&AArch64.vector_injector(register).unwrap());
        format!("{name}, behind a thunk\n{injector}\n")
    });
    let text: String = thunks.chain(injectors).collect();
    bless("thunks", &text).unwrap();
}
