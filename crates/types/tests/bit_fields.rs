//! Bit-fields by examples: what is one, what is a member, and where it is under every data model.

use std::ops::ControlFlow;

use trampette_types::{
    BitFieldFault, Bits, CType, DataModel, Enum, Field, Int, Leaf, Record, Scalar, Signature,
    TypeError,
};

const LINUX: DataModel = DataModel::LINUX_X86_64;
const ARM: DataModel = DataModel::LINUX_AARCH64;
const APPLE: DataModel = DataModel::APPLE_ARM64;
const MSVC: DataModel = DataModel::WINDOWS_MSVC;
const MINGW: DataModel = DataModel::WINDOWS_GNU;

/// A record, some models, and what they all give it: size, alignment, and the first bit of every member.
type Example = (
    &'static str,
    &'static [DataModel],
    usize,
    usize,
    &'static [usize],
);

const EXAMPLES: &[Example] = &[
    // What a nested bit-field asks for, MSVC's packing lowers, unless it is to more than a pointer's.
    (
        "{u8, {align(32) x: u8:1}} packed(8)",
        &[MSVC],
        40,
        8,
        &[0, 64],
    ),
    (
        "{u8, {align(32) x: u8:1}} packed(16)",
        &[MSVC],
        64,
        32,
        &[0, 256],
    ),
    // They share storage, also of types that differ, and with what is no bit-field.
    ("{a: int:3, b: int:5}", &DataModel::ALL, 4, 4, &[0, 3]),
    ("{a: u8:3, b: u32:20}", &[LINUX, ARM, APPLE], 4, 4, &[0, 3]),
    ("{a: u8:3, b: u32:20}", &[MSVC, MINGW], 8, 4, &[0, 32]),
    ("{u8, b: u32:20}", &[LINUX, ARM, APPLE], 4, 4, &[0, 8]),
    ("{u8, b: u32:20}", &[MSVC, MINGW], 8, 4, &[0, 32]),
    ("{a: u32:20, u8}", &[LINUX, ARM, APPLE], 4, 4, &[0, 24]),
    ("{a: u32:20, u8}", &[MSVC, MINGW], 8, 4, &[0, 32]),
    ("{a: bool:1, b: u8:7}", &DataModel::ALL, 1, 1, &[0, 1]),
    // None crosses a unit of its type.
    ("{a: u32:20, b: u32:20}", &DataModel::ALL, 8, 4, &[0, 32]),
    ("{a: u8:6, b: u16:9}", &[LINUX, ARM, APPLE], 2, 2, &[0, 6]),
    ("{a: u8:6, b: u16:11}", &[LINUX, ARM, APPLE], 4, 2, &[0, 16]),
    // Unless the record is packed; MSVC's unit stays as large as its type.
    (
        "{a: u8:6, b: u16:11} packed",
        &[LINUX, ARM, APPLE],
        3,
        1,
        &[0, 6],
    ),
    (
        "{a: u8:6, b: u16:11} packed(2)",
        &[LINUX, ARM, APPLE],
        4,
        2,
        &[0, 6],
    ),
    ("{a: u8:6, b: u16:11} packed", &[MSVC, MINGW], 3, 1, &[0, 8]),
    ("{u8, b: u32:3} packed", &[MSVC, MINGW], 5, 1, &[0, 8]),
    // Zero width goes on to the next unit; for MSVC only behind a bit-field.
    ("{a: u8:3, u32:0, b: u8:3}", &[LINUX, APPLE], 5, 1, &[0, 32]),
    (
        "{a: u8:3, u32:0, b: u8:3}",
        &[ARM, MSVC, MINGW],
        8,
        4,
        &[0, 32],
    ),
    ("{u8, u32:0, b: u8:3}", &[LINUX, APPLE], 5, 1, &[0, 32]),
    ("{u8, u32:0, b: u8:3}", &[ARM], 8, 4, &[0, 32]),
    ("{u8, u32:0, b: u8:3}", &[MSVC, MINGW], 2, 1, &[0, 8]),
    (
        "{a: u8:3, u32:0, b: u8:3} packed",
        &[LINUX, APPLE],
        5,
        1,
        &[0, 32],
    ),
    ("{a: u8:3, u32:0, b: u8:3} packed", &[ARM], 8, 4, &[0, 32]),
    ("{a: u8:3, u32:0, b: u8:3} packed", &[MSVC], 2, 1, &[0, 8]),
    ("{a: u8:3, u32:0, b: u8:3} packed", &[MINGW], 4, 4, &[0, 8]),
    // One without a name asks for no alignment on System V and Apple's systems, and does elsewhere.
    ("{u8, u32:5}", &[LINUX, APPLE], 2, 1, &[0]),
    ("{u8, u32:5}", &[ARM], 4, 4, &[0]),
    ("{u8, u32:5}", &[MSVC, MINGW], 8, 4, &[0]),
    // In a union.
    (
        "union {a: u32:5, b: u8:3}",
        &[LINUX, ARM, APPLE, MINGW],
        4,
        4,
        &[0, 0],
    ),
    ("union {a: u32:5, b: u8:3}", &[MSVC], 4, 1, &[0, 0]),
    (
        "union {a: u32:9, u8:3} packed",
        &[LINUX, ARM, APPLE, MINGW],
        2,
        1,
        &[0],
    ),
    ("union {a: u32:9, u8:3} packed", &[MSVC], 4, 1, &[0]),
    // `aligned`, and `#pragma pack` that forbids it: GCC and Clang do not agree.
    (
        "{a: u8:3, align(4) b: u8:3}",
        &[LINUX, ARM, APPLE],
        8,
        4,
        &[0, 32],
    ),
    ("{a: u8:3, align(4) b: u8:3}", &[MSVC], 1, 1, &[0, 3]),
    ("{a: u8:3, align(4) b: u8:3}", &[MINGW], 4, 4, &[0, 3]),
    (
        "{a: u8:3, align(4) b: u8:3} packed(2)",
        &[LINUX, ARM],
        4,
        2,
        &[0, 16],
    ),
    (
        "{a: u8:3, align(4) b: u8:3} packed(2)",
        &[APPLE],
        2,
        2,
        &[0, 3],
    ),
    ("{u8, align(2) b: u32:20}", &[LINUX, ARM], 8, 4, &[0, 32]),
    ("{u8, align(2) b: u32:20}", &[APPLE], 8, 4, &[0, 16]),
    // Mingw forgets to align behind a unit that it has not reached the end of.
    (
        "{u8, b: u32:8, align(2) u16} packed",
        &[MSVC],
        8,
        2,
        &[0, 8, 48],
    ),
    (
        "{u8, b: u32:8, align(2) u16} packed",
        &[MINGW],
        8,
        2,
        &[0, 8, 40],
    ),
    (
        "{u8, b: u32:8, align(2) c: u32:30} packed",
        &[MSVC],
        10,
        2,
        &[0, 8, 48],
    ),
    (
        "{u8, b: u32:8, align(2) c: u32:30} packed",
        &[MINGW],
        9,
        1,
        &[0, 8, 40],
    ),
    // Zero width that ends a unit of a union of MSVC's; a second one has none to end.
    ("union {a: u8:1, u16:0, u32:0}", &[MSVC], 2, 1, &[0]),
    (
        "union {a: u8:1, u16:0, u32:0}",
        &[LINUX, APPLE, MINGW],
        1,
        1,
        &[0],
    ),
    // Nothing but what pads.
    ("{u32:0}", &[LINUX, APPLE, MINGW], 0, 1, &[]),
    ("{u32:0}", &[ARM], 0, 4, &[]),
    ("{u32:0}", &[MSVC], 4, 1, &[]),
    ("{u32:7}", &[LINUX, APPLE], 1, 1, &[]),
    ("{u32:7}", &[ARM, MSVC, MINGW], 4, 4, &[]),
];

#[test]
fn every_example_is_laid_out_as_it_says() {
    for (text, models, size, align, places) in EXAMPLES {
        let ty: CType = text.parse().unwrap();
        for model in *models {
            let layout = ty.layout(model).unwrap();
            let members = layout.members().iter();
            let first = members.map(|member| {
                8 * member.offset + member.bits.map_or(0, |bits| bits.offset as usize)
            });
            assert_eq!(
                (layout.size(), layout.align(), first.collect::<Vec<_>>()),
                (*size, *align, places.to_vec()),
                "{text} on {}",
                model.name
            );
        }
    }
}

#[test]
fn storage_begins_at_a_multiple_of_the_types_size_unless_the_bits_go_beyond_it() {
    let bits = |text: &str| -> Vec<_> {
        let layout = text.parse::<CType>().unwrap().layout(&LINUX).unwrap();
        let members = layout.members().iter();
        members
            .map(|member| {
                (
                    member.offset,
                    member.bits.map(|bits| (bits.offset, bits.width)),
                )
            })
            .collect()
    };
    assert_eq!(
        bits("{u64, a: u8:3, b: u64:41, c: u16:4, d: u8:8}"),
        [
            (0, None),
            (8, Some((0, 3))),
            (8, Some((3, 41))),
            (12, Some((12, 4))),
            (14, Some((0, 8)))
        ]
    );
    assert_eq!(
        bits("{u8, a: u32:8, b: u64:64, c: u16:15} packed"),
        [
            (0, None),
            (0, Some((8, 8))),
            (2, Some((0, 64))),
            (10, Some((0, 15)))
        ]
    );
    assert_eq!(
        bits("{u8, a: u8:7, b: u64:64} packed"),
        [(0, None), (1, Some((0, 7))), (1, Some((7, 64)))]
    );
}

#[test]
fn a_reader_loads_the_bytes_that_hold_bits_and_no_others() {
    let bytes = |offset, width| Bits { offset, width }.bytes();
    assert_eq!(bytes(0, 1), 0..1);
    assert_eq!(bytes(7, 1), 0..1);
    assert_eq!(bytes(7, 2), 0..2);
    assert_eq!(bytes(8, 8), 1..2);
    assert_eq!(bytes(7, 64), 0..9);
    for (text, ..) in EXAMPLES {
        for model in DataModel::ALL {
            let layout = text.parse::<CType>().unwrap().layout(&model).unwrap();
            for member in layout.members() {
                let end = member
                    .bits
                    .map_or(member.layout.size(), |bits| bits.bytes().end);
                assert!(
                    member.offset + end <= layout.size(),
                    "{text} on {}",
                    model.name
                );
            }
        }
    }
}

#[test]
fn bit_fields_without_a_name_are_no_members() {
    let record = Record::new([
        Field::unnamed(CType::Int(Int::U8)),
        Field::unnamed(CType::Int(Int::U8)).with_bits(4).unwrap(),
        Field::named("x", CType::Int(Int::U8)).with_bits(4).unwrap(),
        Field::unnamed(CType::Int(Int::U32)).with_bits(0).unwrap(),
        Field::named("y", CType::F32),
    ])
    .unwrap();
    let members: Vec<bool> = record.fields().iter().map(Field::is_member).collect();
    assert_eq!(members, [true, false, true, false, true]);
    let names: Vec<_> = record.members().map(Field::name).collect();
    assert_eq!(names, [None, Some("x"), Some("y")]);
    assert_eq!(record.position("x"), Some(1));
    assert_eq!(record.position("y"), Some(2));
    for ty in [CType::Struct(record.clone()), CType::Union(record)] {
        for model in DataModel::ALL {
            let layout = ty.layout(&model).unwrap();
            let members = layout.members().iter();
            let members: Vec<_> = members
                .map(|member| (member.layout.as_scalar(), member.bits.is_some()))
                .collect();
            assert_eq!(
                members,
                [
                    (Some(Scalar::U8), false),
                    (Some(Scalar::U8), true),
                    (Some(Scalar::F32), false)
                ]
            );
        }
    }
}

#[test]
fn leaves_say_their_bits() {
    let ty: CType = "{a: u8:3, [{b: u16:9, f32}; 2]}".parse().unwrap();
    let mut leaves = Vec::new();
    let _ = ty.layout(&LINUX).unwrap().leaves::<()>(&mut |leaf| {
        leaves.push(leaf);
        ControlFlow::Continue(())
    });
    let leaf = |offset, scalar, bits: Option<(u32, u32)>| Leaf {
        offset,
        scalar,
        bits: bits.map(|(offset, width)| Bits { offset, width }),
    };
    assert_eq!(
        leaves,
        [
            leaf(0, Scalar::U8, Some((0, 3))),
            leaf(4, Scalar::U16, Some((0, 9))),
            leaf(8, Scalar::F32, None),
            leaf(12, Scalar::U16, Some((0, 9))),
            leaf(16, Scalar::F32, None),
        ]
    );
}

#[test]
fn a_layout_prints_the_width_of_its_bit_fields() {
    let ty: CType = "{a: int:3, u8:5, b: long:33, u8}".parse().unwrap();
    assert_eq!(
        ty.layout(&LINUX).unwrap().to_string(),
        "{i32:3, i64:33, u8, _: u8:5}"
    );
}

#[test]
fn hard_case_41_bit_fields_are_integers_no_wider_than_their_type() {
    let refused = |ty: &CType, width| {
        let Err(TypeError::BadBitField { fault, .. }) = Field::unnamed(ty.clone()).with_bits(width)
        else {
            panic!("{ty}:{width} is refused");
        };
        fault
    };
    let pair = CType::structure([CType::Bool]).unwrap();
    let array = CType::array(CType::Int(Int::U8), 1).unwrap();
    for ty in [
        CType::Void,
        CType::F32,
        CType::F64,
        CType::POINTER,
        CType::String,
        pair,
        array,
    ] {
        for width in [0, 1, 8] {
            assert_eq!(refused(&ty, width), BitFieldFault::NoInteger, "{ty}");
        }
    }
    let ints = Int::all().map(|int| (CType::Int(int), int.most_bits()));
    let enums = Int::all().map(|int| (CType::Enum(Enum::new(int)), int.most_bits()));
    for (ty, most) in ints.chain(enums).chain([(CType::Bool, 1)]) {
        for width in 0..=most {
            let field = Field::unnamed(ty.clone()).with_bits(width).unwrap();
            assert_eq!((field.bits(), field.is_member()), (Some(width), false));
        }
        for width in [most + 1, 1000, u32::MAX] {
            assert_eq!(refused(&ty, width), BitFieldFault::TooWide { most }, "{ty}");
        }
    }
    let named = Field::named("x", CType::Int(Int::U8)).with_bits(0);
    let error = TypeError::BadBitField {
        field: "x: u8:0".to_owned(),
        fault: BitFieldFault::NamedZero,
    };
    assert_eq!(named, Err(error));
}

#[test]
fn hard_case_41_a_width_that_some_models_have_is_refused_by_the_others() {
    for (text, field, most) in [
        ("{x: long:33}", "x: long:33", 32),
        ("union {u8, ulong:64}", "ulong:64", 32),
        ("[{{enum(long):40}}; 3]", "enum(long):40", 32),
        ("{w: wchar_t:17}", "w: wchar_t:17", 16),
    ] {
        let ty: CType = text.parse().unwrap();
        for model in [LINUX, ARM, APPLE] {
            assert!(ty.layout(&model).is_ok(), "{text}");
        }
        for model in [MSVC, MINGW] {
            let error = TypeError::BadBitField {
                field: field.to_owned(),
                fault: BitFieldFault::TooWide { most },
            };
            assert_eq!(ty.layout(&model), Err(error), "{text}");
        }
    }
}

/// They have no value, but there are conventions in which their bits travel.
#[test]
fn bit_fields_without_a_name_are_no_members_and_part_of_the_layout() {
    let shape = |text: &str, model| text.parse::<Signature>().unwrap().shape(model).unwrap();
    for model in &DataModel::ALL {
        let padded = shape("({x: u8:3, u8:5}) -> void", model);
        assert_ne!(padded, shape("({x: u8:3}) -> void", model));
        assert_eq!(padded, shape("({y: u8:3, u8:5, u8:0}) -> void", model));
        let [value] = padded.params() else {
            unreachable!("one parameter")
        };
        let [unnamed] = value.unnamed_bits() else {
            panic!("one bit-field without a name")
        };
        let bits = Bits {
            offset: 3,
            width: 5,
        };
        assert_eq!((unnamed.offset, unnamed.bits), (0, Some(bits)));
        assert_eq!(value.members().len(), 1);
    }
}

#[test]
fn hard_case_41_bit_fields_at_the_end_of_memory_are_refused() {
    for text in [
        "{[u8; 9223372036854775807], u8:1}",
        "{[u8; 9223372036854775806], u8:7, u16:10} packed",
        "{[u8; 9223372036854775800], x: u64:1}",
        "{[u8; 9223372036854775807], u8:1, u64:0}",
        "{[u8; 9223372036854775807], align(4096) u8:1}",
        "{[u8; 9223372036854775800], u32:31, u32:31, u8:1}",
    ] {
        let ty: CType = text.parse().unwrap();
        for model in DataModel::ALL {
            let error = ty.layout(&model).unwrap_err();
            assert_eq!(error.code(), "size-overflow", "{text} on {}", model.name);
        }
    }
    let most: CType = "{[u8; 9223372036854775806], x: u8:7}".parse().unwrap();
    for model in DataModel::ALL {
        let layout = most.layout(&model).unwrap();
        assert_eq!(layout.size(), trampette_types::limits::MAX_SIZE);
        assert_eq!(layout.members()[1].offset, layout.size() - 1);
    }
}

#[test]
fn hard_case_41_bit_fields_are_nodes_and_have_names_of_their_own() {
    let bit = |name: &str| Field::named(name, CType::Bool).with_bits(1).unwrap();
    let twice = CType::structure([bit("x"), bit("y"), bit("x")]);
    let error = TypeError::DuplicateField {
        name: "x".to_owned(),
    };
    assert_eq!(twice, Err(error));
    let nodes = trampette_types::limits::MAX_NODES;
    let pad = Field::unnamed(CType::Bool).with_bits(1).unwrap();
    assert!(CType::structure(vec![pad.clone(); nodes - 1]).is_ok());
    assert_eq!(
        CType::structure(vec![pad; nodes]),
        Err(TypeError::TooManyNodes)
    );
}
