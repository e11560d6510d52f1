//! Random shapes: the rows of every convention pass the verifier, and carry every byte out and back.

use std::ops::ControlFlow;

use trampette_abi::{AbiError, CallConv, FrameLayout, Isa, Machine, verify};
use trampette_types::{Abi, DataModel, Layout, Shape, Signature};
use trampette_x86_64::{SysV64, Win64, X86_64};

const SCALARS: [&str; 27] = [
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
    "f64",
    "i128",
    "u128",
    "f16",
    "bf16",
    "longdouble",
    "f128",
    "complex(f32)",
    "complex(f64)",
    "complex(longdouble)",
    "vector(f32, 2)",
    "vector(f64, 1)",
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
        match self.below(8 + 3 * depth) {
            8 | 9 => self.record("", depth - 1),
            10 => self.record("union ", depth - 1),
            11 | 12 => format!("{{[{}; {}]}}", self.ty(depth - 1), self.below(5)),
            13 => format!("{} packed", self.record("", depth - 1)),
            _ => SCALARS[usize::try_from(self.below(27)).unwrap()].to_string(),
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
}

#[test]
fn sysv64_rows_lose_nothing_on_random_shapes() {
    for shape in random_shapes() {
        round_trip(&SysV64, &shape);
    }
}

/// Results without bytes are the only thing that is refused.
#[test]
fn win64_rows_lose_nothing_on_random_shapes() {
    for shape in random_shapes() {
        if shape.result().size() > 0 {
            round_trip(&Win64::MSVC, &shape);
            round_trip(&Win64::GNU, &shape);
            continue;
        }
        let error = Win64::MSVC.call_layout(&shape).unwrap_err();
        let (abi, ty) = (Abi::Win64, shape.result().to_string());
        assert_eq!(error, AbiError::Unsupported { abi, ty });
    }
}

fn random_shapes() -> impl Iterator<Item = Shape> {
    let mut texts = Texts(0x7261_6D70_6574_7465);
    (0..20_000).map(move |_| {
        let signature: Signature = texts.signature().parse().unwrap();
        signature.shape(&DataModel::LINUX_X86_64).unwrap()
    })
}

fn round_trip(conv: &dyn CallConv, shape: &Shape) {
    let layout = conv.call_layout(shape).unwrap();
    let frame = FrameLayout::of(shape);
    verify(shape, &layout).unwrap_or_else(|violation| panic!("{shape}: {violation}"));
    assert!(X86_64.call_stub(&layout, &frame).is_ok(), "{shape}");

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
