//! Arbitrary type trees: in every convention their rows pass the verifier, carry every byte out and back,
//! and can be assembled; or the convention refuses the result alone.

#![no_main]

mod types;

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use trampette_aarch64::{AArch64, Aapcs64};
use trampette_abi::{
    AbiError, CallConv, FrameLayout, Isa, Machine, Report, injection_register, verify,
};
use trampette_types::{DataModel, Layout, Shape, Signature};
use trampette_x86_64::{SysV64, Win64, X86_64};

/// What the machine is to carry at most: it does so byte by byte.
const LARGEST_FRAME: usize = 1 << 12;

type Target = (&'static dyn CallConv, &'static dyn Isa, DataModel);

const TARGETS: [Target; 6] = [
    (&SysV64, &X86_64, DataModel::LINUX_X86_64),
    (&Win64::MSVC, &X86_64, DataModel::WINDOWS_MSVC),
    (&Win64::GNU, &X86_64, DataModel::WINDOWS_GNU),
    (&Aapcs64::LINUX, &AArch64, DataModel::LINUX_AARCH64),
    (&Aapcs64::APPLE, &AArch64, DataModel::APPLE_ARM64),
    (&Aapcs64::WINDOWS, &AArch64, DataModel::WINDOWS_MSVC),
];

fuzz_target!(|signature: types::Any<Signature>| {
    for target in &TARGETS {
        let Ok(shape) = signature.0.shape(&target.2) else {
            continue;
        };
        check(target, &shape);
    }
});

fn check(&(convention, isa, model): &Target, shape: &Shape) {
    let layout = match convention.call_layout(shape) {
        Ok(layout) => layout,
        Err(AbiError::Unsupported { ty, .. }) => {
            assert!(
                !shape.result().is_void() && shape.result().size() == 0,
                "{ty} in {shape}"
            );
            return;
        }
        Err(error) => panic!("{shape}: {error}"),
    };
    let frame = FrameLayout::of(shape);
    verify(shape, &layout).unwrap_or_else(|violation| panic!("{shape}: {violation}"));
    if frame.size() <= LARGEST_FRAME {
        let report = Report {
            shape,
            layout: &layout,
            isa,
        };
        assert!(!report.to_string().is_empty());
        carry(&layout, &frame, shape);
    }
    let dispatcher: Signature = "(ptr, ptr, ptr) -> void".parse().expect("a signature");
    let dispatcher = dispatcher.shape(&model).expect("it keeps the limits");
    let dispatcher = convention
        .call_layout(&dispatcher)
        .expect("every convention has pointers");
    isa.call_stub(&layout, &frame)
        .unwrap_or_else(|error| panic!("{shape}: {error}"));
    let adapter = isa.entry_adapter(&layout, &frame, &dispatcher);
    adapter.unwrap_or_else(|error| panic!("{shape}: {error}"));
    let register = injection_register(convention, shape);
    register.unwrap_or_else(|error| panic!("{shape}: {error}"));
}

fn carry(layout: &trampette_abi::CallLayout, frame: &FrameLayout, shape: &Shape) {
    let sent: Vec<u8> = (0..251u8).cycle().take(frame.size()).collect();
    let received = Machine::pass(layout, frame, &sent).receive(layout, frame);
    for (index, value) in shape.params().iter().enumerate() {
        let start = frame.argument(index);
        assert_same(value, &sent[start..], &received[start..], shape);
    }
    if !layout.has_result_address() {
        let returned = Machine::give_back(layout, frame, &sent).take_back(layout, frame);
        let start = frame.result();
        assert_same(shape.result(), &sent[start..], &returned[start..], shape);
    }
}

/// The values agree in every byte that is not padding.
fn assert_same(value: &Layout, sent: &[u8], received: &[u8], shape: &Shape) {
    _ = value.leaves::<()>(&mut |leaf| {
        let bytes = leaf.offset..leaf.offset + leaf.scalar.value_size();
        assert_eq!(sent[bytes.clone()], received[bytes], "{leaf:?} in {shape}");
        ControlFlow::Continue(())
    });
}
