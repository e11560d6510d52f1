//! Rows and code of chosen signatures, as files that a person can check against the specifications.
//!
//! `BLESS=1 cargo test -p trampette-x86_64` writes them anew.

mod listed;

use std::fmt::Write as _;
use std::path::Path;

use iced_x86::{Decoder, DecoderOptions, Formatter as _, IntelFormatter};
use trampette_abi::{
    Binding, CallConv, Counting, FrameLayout, Isa, Register, Report, Thunk, injection_register,
    register_behind_words, verify,
};
use trampette_types::{DataModel, Shape, Signature};
use trampette_x86_64::{SysV64, Win64, X86_64};

#[test]
fn sysv64_rows_and_code_are_as_blessed() {
    all_are_as_blessed(&SysV64, listed::SYSV64);
}

#[test]
fn win64_rows_and_code_are_as_blessed() {
    all_are_as_blessed(&Win64::MSVC, listed::WIN64);
    all_are_as_blessed(&Win64::GNU, listed::WIN64_GNU);
}

fn all_are_as_blessed(convention: &dyn CallConv, goldens: &[listed::Golden]) {
    for (name, signatures) in goldens {
        let texts = signatures.iter().map(|text| describe(convention, text));
        let name = format!("{}/{name}", convention.abi().name());
        bless(&name, &texts.collect::<String>()).unwrap();
    }
}

/// What an adapter must keep for its caller, and the home space that it gives its dispatcher.
#[test]
fn adapters_between_conventions_are_as_blessed() {
    const SIGNATURE: &str = "(i32, {i64, f64}) -> {i64, f64}";
    let pairs: [[&dyn CallConv; 2]; 2] = [[&Win64::MSVC, &SysV64], [&SysV64, &Win64::MSVC]];
    let texts = pairs.map(|[convention, host]| {
        let shape = shape(SIGNATURE);
        let adapter = adapter(convention, host, &shape);
        let (abi, host) = (convention.abi().name(), host.abi().name());
        format!("{abi} {shape} with a dispatcher in {host}\n{adapter}\n")
    });
    bless("adapters", &texts.concat()).unwrap();
}

/// Stubs that take arguments from where pointers point, and ways in whose contexts are somebody else's memory.
#[test]
fn prepared_interfaces_are_as_blessed() {
    let stubs = [
        "(i32, i32) -> i32",
        "(i8, f64, u16, f32, i64, f64, ptr, i32, {i64, f64}, i16, longdouble) -> f64",
        "(i32, ..., f64) -> i32",
    ];
    let stubs = stubs.map(|text| {
        let shape = shape(text);
        let layout = SysV64.call_layout(&shape).unwrap();
        assert!(layout.suits_pointers(), "{text}");
        let frame = FrameLayout::of_pointers(shape.params().len());
        let stub = disassemble(&X86_64.call_stub(&layout, &frame).unwrap());
        format!("{text} with an array of pointers\n{stub}\n")
    });
    let by_reference = Win64::MSVC.call_layout(&shape("({i64, i64}) -> void"));
    assert!(!by_reference.unwrap().suits_pointers());

    let layout = SysV64.call_layout(&shape("(i32, f64) -> i32")).unwrap();
    let frame = FrameLayout::of(&shape("(i32, f64) -> i32"));
    let dispatcher = SysV64
        .call_layout(&shape("(ptr, ptr, ptr) -> void"))
        .unwrap();
    let binding = Binding {
        dispatcher: 0x1122_3344_5566_7788,
        context: X86_64.context_register(),
    };
    let adapter = X86_64.bound_entry_adapter(&layout, &frame, &dispatcher, binding);
    let adapter = disassemble(&adapter.unwrap());
    let injector = X86_64.bound_injector(Register::integer(9), binding);
    let injector = disassemble(&injector.unwrap());
    let trampoline = disassemble(&X86_64.trampoline(24));
    let entries = format!(
        "(i32, f64) -> i32 with a dispatcher at 1122334455667788h\n{adapter}\nthe same for a \
         function of words\n{injector}\na trampoline, its word 24 bytes \
         on\n{trampoline}\n"
    );
    bless("prepared", &(stubs.concat() + &entries)).unwrap();
}

/// What a variadic function saves for whoever reads its arguments one by one.
#[test]
fn hard_case_11_adapters_of_variadic_functions_are_as_blessed() {
    let texts = [&SysV64 as &dyn CallConv, &Win64::MSVC].map(|convention| {
        let shape = shape("(i32, f64, {f64, f64, f64}, ...) -> i32");
        let layout = convention.call_layout(&shape).unwrap();
        let dispatcher = self::shape("(ptr, ptr, ptr) -> void");
        let dispatcher = convention.call_layout(&dispatcher).unwrap();
        let frame = FrameLayout::of(&shape).with_unnamed(&convention.unnamed());
        let code = X86_64.entry_adapter(&layout, &frame, &dispatcher).unwrap();
        let area = frame.unnamed().unwrap();
        let (stack, list, registers) = (area.stack_address(), area.list(), area.registers());
        format!(
            "{} {shape}\n  frame       stack's address at {stack}, list at {list}, registers from \
             {registers}, {} bytes\n{}\n",
            convention.abi().name(),
            frame.size(),
            disassemble(&code)
        )
    });
    bless("variadic-adapters", &texts.concat()).unwrap();
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

fn describe(convention: &dyn CallConv, text: &str) -> String {
    let shape = shape(text);
    let layout = convention.call_layout(&shape).unwrap();
    verify(&shape, &layout).unwrap();
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
    let stub = X86_64.call_stub(&layout, &FrameLayout::of(&shape)).unwrap();
    let mut described = format!("{written}{report}{}", disassemble(&stub));
    if shape.variadic_from().is_none() {
        let adapter = adapter(convention, convention, &shape);
        let injected = injection_register(convention, &shape).unwrap();
        let thunk = injected.map_or("none".into(), |register| {
            X86_64.register_name(register, register.size())
        });
        described += &format!("  entry       context injected in: {thunk}; adapter:\n{adapter}");
    }
    described + "\n"
}

fn shape(text: &str) -> Shape {
    let signature: Signature = text.parse().unwrap();
    signature.shape(&DataModel::LINUX_X86_64).unwrap()
}

/// The code of an entry adapter whose dispatcher is a function of the convention `host`.
fn adapter(convention: &dyn CallConv, host: &dyn CallConv, shape: &Shape) -> String {
    let layout = convention.call_layout(shape).unwrap();
    let dispatcher = self::shape("(ptr, ptr, ptr) -> void");
    let dispatcher = host.call_layout(&dispatcher).unwrap();
    let frame = FrameLayout::of(shape);
    disassemble(&X86_64.entry_adapter(&layout, &frame, &dispatcher).unwrap())
}

#[test]
fn arguments_that_are_words_are_told_from_others() {
    let behind = |convention: &dyn CallConv, words: usize, text: &str| {
        let words = format!("({}) -> ptr", vec!["ptr"; words + 1].join(", "));
        let [layout, words] =
            [text, &words].map(|text| convention.call_layout(&shape(text)).unwrap());
        register_behind_words(&layout, &FrameLayout::of(&shape(text)), &words).is_some()
    };
    for (text, in_sysv, in_win64) in [
        ("() -> void", true, true),
        ("(i8, u16, bool) -> ptr", true, true),
        ("(i64, i64, i64) -> u8", true, true),
        ("(i64, i64, i64, i64, i64) -> i32", true, false),
        ("(i64, i64, i64, i64, i64, i64) -> i32", false, false),
        ("({i32, f32}, {[u8; 3]}) -> {u8, u16}", true, false),
        ("({i32, f32}) -> {u16, u16}", true, true),
        ("(i64, {f32, f32}) -> i64", false, true),
        ("(i64, {i64, i64}) -> i64", false, false),
        ("(i64) -> {i64, i64}", false, false),
        ("(i64) -> {i64, i64, i64}", false, false),
        ("(i64, f64) -> i64", false, false),
        ("(i64) -> f64", false, false),
        ("(i64, i128) -> i64", false, false),
        // Two words of a frame, and one register.
        ("({i64} align(16), i64) -> i64", false, false),
        ("(i64) -> {i32} align(16)", false, false),
        // Extended by its sign in System V.
        ("(i64) -> i16", false, true),
        ("(i64, ..., f64) -> i64", false, false),
    ] {
        assert_eq!(behind(&SysV64, 5, text), in_sysv, "sysv64 {text}");
        assert_eq!(behind(&Win64::GNU, 3, text), in_win64, "win64 {text}");
    }
}

#[test]
fn thunks_are_as_blessed() {
    let registers = [7, 6, 2, 1, 8, 9].map(Register::integer);
    let all = registers.into_iter().chain([X86_64.context_register()]);
    let text: String = all
        .map(|register| {
            let name = X86_64.register_name(register, 8);
            let slot = 0x2_0000;
            let listing = |counting| {
                disassemble(&X86_64.thunk(Thunk {
                    register,
                    slot,
                    counting,
                }))
            };
            let [plain, shared, biased] =
                [Counting::None, Counting::Shared, Counting::Biased].map(listing);
            format!(
                "{name}, slot 20000h bytes on\n{plain}  counting calls\n{shared}  \
                 counting those of one thread apart\n{biased}\n"
            )
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
