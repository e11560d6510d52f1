//! `--json`: the same as data.

use iced_x86::{Decoder, DecoderOptions};
use serde_json::{Value, json};
use trampette::{Abi, DataModel, FrameLayout, Signature};
use trampette_abi::{CallConv, Isa};
use yaxpeax_arch::{Decoder as _, U8Reader};

use crate::command::shown;

fn parsed(abi: &str, signature: &str) -> Value {
    let text = shown(&["--json", "--abi", abi, signature]);
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn rows_are_as_the_convention_has_them() {
    let area = "double area(struct { double width; int height; } r, signed char unit, long n)";
    let all = parsed("sysv64", area);
    assert_eq!(all["name"], "area");
    assert_eq!(
        all["signature"],
        "({width: f64, height: int}, schar, long) -> f64"
    );
    assert_eq!(all["arguments"][0]["name"], "r");
    assert_eq!(
        all["arguments"][0]["parts"],
        json!([
            {"offset": 0, "size": 8, "register": "xmm0", "extend": null},
            {"offset": 8, "size": 8, "register": "rdi", "extend": null},
        ])
    );
    assert_eq!(
        all["arguments"][1],
        json!({
            "index": 1, "name": "unit", "type": "schar", "size": 1, "align": 1, "variadic": false,
            "parts": [{"offset": 0, "size": 1, "register": "rsi", "extend": "sign"}],
            "address": null, "copy": null, "frame": 16,
        })
    );
    let parts = json!([{"offset": 0, "size": 8, "register": "xmm0", "extend": null}]);
    assert_eq!(all["result"]["parts"], parts);
    assert_eq!((&all["home"], &all["stack_size"]), (&json!(0), &json!(0)));
    assert_eq!(
        all["preserved"],
        json!(["rbx", "rbp", "r12", "r13", "r14", "r15"])
    );
}

#[test]
fn addresses_copies_duplicates_and_home_space_are_there() {
    let all = parsed(
        "win64",
        "(ptr, ..., {[i64; 3]}, f64, i32, {i64, i64}) -> {i64, i64}",
    );
    assert_eq!(all["home"], 32);
    assert_eq!(all["result"]["address"], json!({"register": "rcx"}));
    assert_eq!(all["result"]["parts"], json!([]));
    assert_eq!(all["arguments"][1]["address"], json!({"register": "r8"}));
    assert_eq!(all["arguments"][1]["copy"], 48);
    assert_eq!(
        all["arguments"][2]["parts"],
        json!([
            {"offset": 0, "size": 8, "register": "xmm3", "extend": null},
            {"offset": 0, "size": 8, "register": "r9", "extend": null, "duplicate": true},
        ])
    );
    let parts = json!([{"offset": 0, "size": 4, "stack": 32, "extend": null}]);
    assert_eq!(all["arguments"][3]["parts"], parts);
    assert_eq!(all["arguments"][4]["address"], json!({"stack": 40}));
    assert_eq!(all["arguments"][4]["variadic"], true);
}

#[test]
fn variadic_functions_have_a_vector_count_and_dynamic_entries() {
    let all = parsed("sysv64", "(str, ..., f64, f64) -> int");
    assert_eq!(all["vector_count"], json!({"register": "al", "value": 2}));
    assert_eq!(all["code"]["adapter"]["context"], "r10");
    assert_eq!(all["code"]["thunk"]["typed"], Value::Null);
    assert_eq!(all["code"]["thunk"]["dynamic"]["register"], "r10");
}

#[test]
fn thunks_are_there_for_every_way_that_closures_are_entered() {
    let thunk = |abi, signature| parsed(abi, signature)["code"]["thunk"].clone();
    let injected = thunk("sysv64", "(i64) -> i64");
    assert_eq!(injected["typed"]["injected"], "rsi");
    assert_eq!(injected["typed"]["register"], "rsi");
    assert_eq!(injected["typed"]["injector"], Value::Null);
    assert_eq!(injected["dynamic"]["register"], "r10");

    let vector = thunk("aapcs64", "(i64, i64, i64, i64, i64, i64, i64, i64) -> i64");
    assert_eq!(vector["typed"]["injected"], "d0");
    assert_eq!(vector["typed"]["register"], "x9");
    assert!(vector["typed"]["injector"]["bytes"].is_string());

    let none = thunk("win64", "(i64, i64, i64, i64) -> i64");
    assert_eq!(none["typed"], Value::Null);
    assert_eq!(none["dynamic"]["register"], "r10");
}

/// Every piece of code in the object.
fn blocks<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    let Some(object) = value.as_object() else {
        return;
    };
    if object.contains_key("instructions") {
        found.push(value);
    }
    object.values().for_each(|value| blocks(value, found));
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().expect("digits").as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

#[test]
fn bytes_disassemble_into_the_instructions_beside_them() {
    for (abi, signature) in [
        (
            "sysv64",
            "(i8, f64, {i64, f64}, i64, i64, i64, i64, i64) -> {f64, i64}",
        ),
        ("win64", "(i8, f64, {[i8; 3]}, {[i64; 40]}) -> {i64, i64}"),
        ("win64-gnu", "(i64) -> void"),
        (
            "aapcs64",
            "(i8, {f64, f64}, {[i8; 3]}, {[i64; 40]}) -> {i64, i64, i64}",
        ),
        (
            "apple-arm64",
            "(i64, i64, i64, i64, i64, i64, i64, i64, i8) -> i16",
        ),
        ("win-arm64", "(i8, f64) -> f32"),
    ] {
        let all = parsed(abi, signature);
        let mut found = Vec::new();
        blocks(&all["code"], &mut found);
        assert!(found.len() >= 4, "a stub, an adapter and two thunks: {abi}");
        for block in found {
            let code = bytes(&block["bytes"]);
            let instructions = block["instructions"].as_array().expect("an array");
            let lengths = instructions.iter().map(|one| bytes(&one["bytes"]).len());
            let expected = if abi.contains("64-gnu") || ["sysv64", "win64"].contains(&abi) {
                x86_lengths(&code)
            } else {
                arm_lengths(&code)
            };
            assert_eq!(lengths.collect::<Vec<_>>(), expected, "{abi}: {block}");
            let mut at = 0;
            for one in instructions {
                assert_eq!(one["address"], at);
                let own = bytes(&one["bytes"]);
                assert_eq!(own, code[at..at + own.len()]);
                assert_ne!(one["text"], "(bad)");
                at += own.len();
            }
            assert_eq!(at, code.len());
        }
    }
}

fn x86_lengths(code: &[u8]) -> Vec<usize> {
    let decoded = Decoder::new(64, code, DecoderOptions::NONE).into_iter();
    decoded.map(|instruction| instruction.len()).collect()
}

fn arm_lengths(code: &[u8]) -> Vec<usize> {
    let decoder = yaxpeax_arm::armv8::a64::InstDecoder::default();
    let words = code.chunks(4);
    words
        .map(|word| {
            decoder
                .decode(&mut U8Reader::new(word))
                .expect("an instruction");
            word.len()
        })
        .collect()
}

#[test]
fn the_stub_is_what_the_backend_emits() {
    let text = "(i32, {f64, i32}) -> f64";
    let signature: Signature = text.parse().unwrap();
    let backends: [(&dyn CallConv, &dyn Isa, DataModel); 2] = [
        (
            &trampette_x86_64::SysV64,
            &trampette_x86_64::X86_64,
            DataModel::LINUX_X86_64,
        ),
        (
            &trampette_aarch64::Aapcs64::LINUX,
            &trampette_aarch64::AArch64,
            DataModel::LINUX_AARCH64,
        ),
    ];
    for (convention, isa, model) in backends {
        let shape = signature.shape(&model).unwrap();
        let layout = convention.call_layout(&shape).unwrap();
        let stub = isa.call_stub(&layout, &FrameLayout::of(&shape)).unwrap();
        let all = parsed(convention.abi().name(), text);
        assert_eq!(bytes(&all["code"]["stub"]["bytes"]), stub);
    }
}

#[test]
fn names_of_keys_are_those_of_the_readme() {
    let readme = include_str!("../../README.md");
    let mut keys = Vec::new();
    for abi in Abi::ALL {
        collect_keys(
            &parsed(abi.name(), "(i8, {[i64; 9]}) -> {[i64; 9]}"),
            &mut keys,
        );
        collect_keys(&parsed(abi.name(), "(ptr, ..., f64) -> int"), &mut keys);
    }
    for key in keys {
        assert!(
            readme.contains(&format!("`{key}`")),
            "{key} is not documented"
        );
    }
}

fn collect_keys(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                keys.push(key.clone());
                collect_keys(value, keys);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}
