//! Random shapes: the rows of every variant pass the verifier, and carry every byte out and back; the
//! code that carries them out keeps to its registers.

use std::ops::ControlFlow;

use crate::disassembly::instructions;
use trampette_aarch64::{AArch64, Aapcs64};
use trampette_abi::{CallConv, Counting, FrameLayout, Isa, Machine, Register, Thunk, verify};
use trampette_types::{DataModel, Layout, Shape, Signature};

const VARIANTS: [(Aapcs64, DataModel); 3] = [
    (Aapcs64::LINUX, DataModel::LINUX_AARCH64),
    (Aapcs64::APPLE, DataModel::APPLE_ARM64),
    (Aapcs64::WINDOWS, DataModel::WINDOWS_MSVC),
];

const SCALARS: [&str; 26] = [
    "bool",
    "i8",
    "u8",
    "i16",
    "u16",
    "i32",
    "u32",
    "i64",
    "u64",
    "ptr",
    "f32",
    "f64",
    "f32",
    "i128",
    "u128",
    "f16",
    "bf16",
    "f128",
    "longdouble",
    "complex(f32)",
    "complex(f64)",
    "complex(f128)",
    "vector(f32, 2)",
    "vector(u8, 16)",
    "vector(f64, 4)",
    "vector(i64, 8)",
];

/// Integers for bit-fields, with their bits.
const INTEGERS: [(&str, u64); 6] = [
    ("u8", 8),
    ("i16", 16),
    ("u32", 32),
    ("i32", 32),
    ("u64", 64),
    ("i128", 128),
];

/// A generator of signature texts, the same on every run (xorshift64*).
struct Texts(u64);

impl Texts {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn ty(&mut self, depth: u64) -> String {
        match self.below(8 + 4 * depth) {
            8 | 9 => self.record("", depth - 1),
            10 => self.record("union ", depth - 1),
            11 | 12 => format!("{{[{}; {}]}}", self.ty(depth - 1), self.below(5)),
            13 => format!("{} packed", self.record("", depth - 1)),
            14 => format!("{} align(16)", self.record("", depth - 1)),
            15 => format!("{{align(16) {}}}", self.ty(depth - 1)),
            _ => SCALARS[usize::try_from(self.below(26)).unwrap()].to_string(),
        }
    }

    fn record(&mut self, keyword: &str, depth: u64) -> String {
        let fields: Vec<String> = (0..self.below(5))
            .map(|index| match self.below(5) {
                0 => self.bits(index),
                _ => self.ty(depth),
            })
            .collect();
        format!("{keyword}{{{}}}", fields.join(", "))
    }

    /// A bit-field, of any width: one of no bits, and some others, have no name.
    fn bits(&mut self, index: u64) -> String {
        let (ty, most) = INTEGERS[usize::try_from(self.below(6)).unwrap()];
        match self.below(most + 1) {
            width if width == 0 || self.below(4) == 0 => format!("{ty}:{width}"),
            width => format!("b{index}: {ty}:{width}"),
        }
    }

    fn signature(&mut self) -> String {
        let params: Vec<String> = (0..self.below(14)).map(|_| self.ty(2)).collect();
        format!("({}) -> {}", params.join(", "), self.ty(2))
    }

    /// The same with arguments behind `...` as C promotes them.
    fn variadic(&mut self) -> String {
        let fixed: Vec<String> = (0..=self.below(5)).map(|_| self.ty(1)).collect();
        let unnamed: Vec<String> = (0..self.below(9))
            .map(|_| match self.below(5) {
                0 => self.record("", 1),
                1 => "{f64, f64}".into(),
                2 => "f64".into(),
                3 => "i32".into(),
                _ => "i64".into(),
            })
            .collect();
        let rest = unnamed.iter().map(|ty| format!(", {ty}"));
        format!(
            "({}, ...{}) -> {}",
            fixed.join(", "),
            rest.collect::<String>(),
            self.ty(1)
        )
    }
}

#[test]
fn rows_of_every_variant_lose_nothing_on_random_shapes() {
    for (variant, model) in &VARIANTS {
        let mut texts = Texts(0x7261_6D70_6574_7465);
        for round in 0..15_000 {
            let text = match round % 4 {
                0 => texts.variadic(),
                _ => texts.signature(),
            };
            let signature: Signature = text.parse().unwrap();
            let shape = signature.shape(model).unwrap();
            round_trip(variant, &shape);
        }
    }
}

fn round_trip(conv: &dyn CallConv, shape: &Shape) {
    let layout = conv.call_layout(shape).unwrap();
    let frame = FrameLayout::of(shape);
    verify(shape, &layout).unwrap_or_else(|violation| panic!("{shape}: {violation}"));

    let sent: Vec<u8> = (0..frame.size())
        .map(|i| u8::try_from(i * 37 % 251).unwrap())
        .collect();
    let received = Machine::pass(&layout, &frame, &sent).receive(&layout, &frame);
    for (index, value) in shape.params().iter().enumerate() {
        assert_same(
            value,
            &sent[frame.argument(index)..],
            &received[frame.argument(index)..],
            shape,
        );
    }
    if !layout.has_result_address() {
        let returned = Machine::give_back(&layout, &frame, &sent).take_back(&layout, &frame);
        assert_same(
            shape.result(),
            &sent[frame.result()..],
            &returned[frame.result()..],
            shape,
        );
    }
}

/// The values agree in every byte that is not padding.
fn assert_same(value: &Layout, sent: &[u8], received: &[u8], shape: &Shape) {
    let _ = value.leaves::<()>(&mut |leaf| {
        let bytes = leaf.bytes();
        assert_eq!(sent[bytes.clone()], received[bytes], "{leaf:?} in {shape}");
        ControlFlow::Continue(())
    });
}

#[test]
fn hard_case_37_code_begins_with_a_landing_pad_and_jumps_through_x16_and_x17() {
    for (variant, model) in &VARIANTS {
        let dispatcher: Signature = "(ptr, ptr, ptr) -> void".parse().unwrap();
        let dispatcher = variant
            .call_layout(&dispatcher.shape(model).unwrap())
            .unwrap();
        let mut texts = Texts(0x6264_5F63_6F64_6521);
        for _ in 0..1_000 {
            let signature: Signature = texts.signature().parse().unwrap();
            let shape = signature.shape(model).unwrap();
            let (layout, frame) = (
                variant.call_layout(&shape).unwrap(),
                FrameLayout::of(&shape),
            );
            check_discipline(&AArch64.call_stub(&layout, &frame).unwrap());
            let adapter = AArch64.entry_adapter(&layout, &frame, &dispatcher);
            check_discipline(&adapter.unwrap());
        }
    }
    let countings = [Counting::None, Counting::Shared, Counting::Biased];
    let numbers = (0..8).chain([9]);
    for (number, counting) in numbers.flat_map(|number| countings.map(|how| (number, how))) {
        let register = Register::integer(number);
        let slot = 0x2_0000;
        let thunk = AArch64.thunk(Thunk {
            register,
            slot,
            counting,
        });
        check_discipline(thunk.strip_suffix(&[0; 16]).unwrap_or(&thunk));
    }
    for number in 0..8 {
        let injector = AArch64.vector_injector(Register::vector(number));
        check_discipline(&injector.unwrap());
    }
}

/// `bti c` first; jumps through x16 and x17 only; x18 nowhere, nor any callee-saved register but x29.
fn check_discipline(code: &[u8]) {
    const BTI_C: [u8; 4] = 0xD503_245F_u32.to_le_bytes();
    assert_eq!(code[..4], BTI_C);
    for instruction in &instructions(code)[1..] {
        let words: Vec<&str> = instruction
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        match words[0] {
            "br" => assert!(matches!(words[1], "x16" | "x17"), "{instruction}"),
            "ret" => assert!(words.len() == 1 || words[1] == "x30", "{instruction}"),
            _ => {}
        }
        for word in &words {
            let number = word
                .strip_prefix(['x', 'w'])
                .and_then(|number| number.parse::<u8>().ok());
            assert!(
                !number.is_some_and(|n| (18..=28).contains(&n)),
                "{instruction}"
            );
        }
    }
}
