//! Arguments that travel by reference: where their copies stand, and what the verifier and the machine
//! make of them. The convention here is made up.

use trampette_abi::*;
use trampette_types::{Abi, DataModel, Shape, Signature};

const NOTHING: Preserved = Preserved {
    integers: 1 << 3,
    vectors: 0,
    vector_bytes: 0,
};

fn shape() -> Shape {
    let signature: Signature = "({[u8; 20]}, i64, {[i64; 5]} align(64)) -> void"
        .parse()
        .unwrap();
    signature.shape(&DataModel::LINUX_X86_64).unwrap()
}

/// Both structs by reference, the second one's address on the stack behind 32 bytes of home space.
fn layout() -> CallLayout {
    let row = |part, place| Row {
        part,
        place,
        extend: Extend::None,
    };
    let in_register = |number| Place::Register(Register::integer(number));
    let copy = |index, size, align| Part::ArgumentAddress { index, size, align };
    let number = Part::Argument {
        index: 1,
        offset: 0,
        size: 8,
    };
    CallLayout {
        abi: Abi::Win64,
        arguments: vec![
            row(copy(0, 20, 16), in_register(1)),
            row(number, in_register(2)),
            row(copy(2, 64, 64), Place::Stack(32)),
        ],
        result: vec![],
        result_size: 0,
        stack_size: 48,
        stack_align: 16,
        vector_size: 16,
        home: 32,
        vector_count: None,
        preserved: NOTHING,
        entry: Entry {
            frame: Register::integer(1),
            target: Register::integer(2),
        },
    }
}

#[test]
fn copies_stand_above_the_stack_arguments_aligned() {
    let copies = layout().copies();
    assert_eq!(copies.offset(0), Some(48));
    assert_eq!(copies.offset(1), None);
    assert_eq!(copies.offset(2), Some(128));
    assert_eq!((copies.size(), copies.align()), (192, 64));
    assert!(!layout().jumps());
}

#[test]
fn home_space_alone_and_addresses_in_registers_tell_apart_who_needs_a_frame() {
    let mut layout = layout();
    layout.stack_size = layout.home;
    assert!(!layout.jumps(), "copies need a frame");
    layout.arguments.truncate(2);
    layout.arguments.remove(0);
    assert!(
        layout.jumps(),
        "home space is given by whoever calls the stub"
    );
}

#[test]
fn the_machine_carries_copies_out_and_back() {
    let (shape, layout) = (shape(), layout());
    verify(&shape, &layout).unwrap();
    let frame = FrameLayout::of(&shape);
    let sent: Vec<u8> = (0..=255).cycle().take(frame.size()).collect();
    let machine = Machine::pass(&layout, &frame, &sent);
    assert_eq!(machine.stack().len(), layout.copies().size());
    assert_eq!(machine.stack()[48..68], sent[..20]);
    let received = machine.receive(&layout, &frame);
    for (index, value) in shape.params().iter().enumerate() {
        let start = frame.argument(index);
        let bytes = start..start + value.size();
        assert_eq!(sent[bytes.clone()], received[bytes], "argument {index}");
    }
}

#[test]
fn the_verifier_refuses_what_makes_no_sense() {
    let refused = |change: fn(&mut CallLayout)| {
        let mut layout = layout();
        change(&mut layout);
        verify(&shape(), &layout).unwrap_err()
    };
    let resized = refused(|layout| {
        layout.arguments[0].part = Part::ArgumentAddress {
            index: 0,
            size: 24,
            align: 8,
        };
    });
    assert!(matches!(resized, Violation::Meaningless(_)));
    let at_home = refused(|layout| layout.arguments[2].place = Place::Stack(24));
    assert!(matches!(at_home, Violation::StackConflict(_)));
    let preserved = refused(|layout| {
        layout.arguments[1].place = Place::Register(Register::integer(3));
    });
    assert!(matches!(preserved, Violation::PreservedRegister(_)));
    let narrow = refused(|layout| {
        layout.vector_size = 4;
        layout.arguments[1].place = Place::Register(Register::vector(0));
    });
    assert!(matches!(narrow, Violation::RegisterConflict(_)));
    let duplicate = refused(|layout| {
        let mut row = layout.arguments[0];
        row.part = Part::Duplicate {
            index: 0,
            offset: 0,
            size: 8,
        };
        row.place = Place::Register(Register::vector(0));
        layout.arguments.push(row);
    });
    assert!(matches!(duplicate, Violation::Meaningless(_)));
    let crowded = refused(|layout| layout.home = 64);
    assert_eq!(crowded, Violation::StackSize);
}
