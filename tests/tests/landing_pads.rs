//! Whatever C or Rust enters by an address begins with a landing pad, on every architecture.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use trampette::{Callback, FrameLayout, MODEL, Signature};
use trampette_aarch64::{AArch64, Aapcs64};
use trampette_abi::{CallConv, CallLayout, Counting, Isa, Register, Thunk};
use trampette_exec::CodeMemory;
use trampette_fuzz::stubs;
use trampette_tests::{matrix, proof};
use trampette_x86_64::{SysV64, Win64, X86_64};

/// `endbr64` and `bti c`.
const ENDBR64: [u8; 4] = [0xF3, 0x0F, 0x1E, 0xFA];
const BTI_C: [u8; 4] = 0xD503_245F_u32.to_le_bytes();

/// This process' own.
const OWN: [u8; 4] = if cfg!(target_arch = "aarch64") {
    BTI_C
} else {
    ENDBR64
};

/// An instruction set with its landing pad and its conventions.
struct Architecture {
    isa: &'static dyn Isa,
    pad: [u8; 4],
    conventions: &'static [&'static dyn CallConv],
    /// The registers that carry arguments, and so may be injected.
    integers: &'static [u8],
}

const ARCHITECTURES: [Architecture; 2] = [
    Architecture {
        isa: &X86_64,
        pad: ENDBR64,
        conventions: &[&SysV64, &Win64::MSVC, &Win64::GNU],
        integers: &[1, 2, 6, 7, 8, 9, 10],
    },
    Architecture {
        isa: &AArch64,
        pad: BTI_C,
        conventions: &[&Aapcs64::LINUX, &Aapcs64::APPLE, &Aapcs64::WINDOWS],
        integers: &[0, 1, 2, 3, 4, 5, 6, 7, 9],
    },
];

/// Every signature of the matrix but the prefixes, which are thousands.
fn signatures() -> Vec<Signature> {
    let all = [
        matrix::scalars(),
        matrix::class_pairs(),
        matrix::hfas(),
        matrix::aligned(),
        matrix::results(),
        matrix::counts(),
        matrix::variadic(),
        matrix::empty(),
    ];
    proof::parse(all.concat())
}

#[test]
fn hard_case_37_a_scan_finds_a_landing_pad_at_every_entry_on_every_architecture() {
    let signatures = signatures();
    for architecture in &ARCHITECTURES {
        for convention in architecture.conventions {
            let dispatcher =
                layout(*convention, &"(ptr, ptr, ptr) -> void".parse().unwrap()).unwrap();
            let scanned = signatures
                .iter()
                .filter(|signature| architecture.scan(*convention, signature, &dispatcher))
                .count();
            assert!(scanned > 1000, "only {scanned} signatures were scanned");
            println!("{}: {scanned} signatures", convention.abi().name());
        }
        architecture.scan_thunks();
    }
}

/// `None` for what the convention does not define.
fn layout(convention: &dyn CallConv, signature: &Signature) -> Option<CallLayout> {
    let shape = signature.shape(&MODEL).expect("within the limits");
    convention.call_layout(&shape).ok()
}

impl Architecture {
    /// Whether there was something to look at.
    fn scan(
        &self,
        convention: &dyn CallConv,
        signature: &Signature,
        dispatcher: &CallLayout,
    ) -> bool {
        let Some(layout) = layout(convention, signature) else {
            return false;
        };
        let frame = FrameLayout::of(&signature.shape(&MODEL).expect("within the limits"));
        let stub = self.isa.call_stub(&layout, &frame).unwrap();
        let adapter = self.isa.entry_adapter(&layout, &frame, dispatcher);
        for code in [stub, adapter.unwrap()] {
            let abi = convention.abi().name();
            assert_eq!(code[..4], self.pad, "{abi} {signature}");
        }
        true
    }

    fn scan_thunks(&self) {
        for &number in self.integers {
            for counting in [Counting::None, Counting::Shared, Counting::Biased] {
                let code = self.isa.thunk(Thunk {
                    register: Register::integer(number),
                    slot: 0x2_0000,
                    counting,
                });
                assert_eq!(code[..4], self.pad, "{number}");
            }
        }
        for number in 0..8 {
            let injector = self.isa.vector_injector(Register::vector(number));
            assert_eq!(injector.unwrap()[..4], self.pad, "{number}");
        }
    }
}

/// The first bytes of a piece of code.
fn first_bytes(code: *const u8) -> [u8; 4] {
    // SAFETY: code is readable, and has at least one instruction of so many bytes.
    unsafe { code.cast::<[u8; 4]>().read_unaligned() }
}

#[test]
fn hard_case_37_what_is_published_here_begins_with_a_landing_pad() {
    let memory = CodeMemory::new();
    let all = signatures();
    for (stub, signature) in stubs::publish(&memory, &all).iter().zip(&all) {
        let entry = stub.entry.as_ptr().cast();
        assert_eq!(first_bytes(entry), OWN, "{signature}");
    }
    for signature in all.iter().filter(|signature| !signature.is_variadic()) {
        let callback = Callback::new(signature, |_| {}).unwrap();
        assert_eq!(first_bytes(callback.as_ptr().cast()), OWN, "{signature}");
        assert_eq!(first_bytes(callback.leak().cast()), OWN, "{signature}");
    }
    let typed = Callback::from_fn(|a: i32, b: f64| f64::from(a) + b).unwrap();
    assert_eq!(first_bytes(typed.as_ptr().cast()), OWN);
    if cfg!(target_arch = "aarch64") {
        println!("guarded: {}", memory.report().is_guarded());
    }
}
