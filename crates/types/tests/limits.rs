//! HARD-CASE 41: types, counts and sizes beyond the limits are typed errors. Without the limits most of
//! these tests would not end.

use trampette_types::limits::{
    MAX_ALIGN, MAX_ARGUMENTS_SIZE, MAX_DEPTH, MAX_NODES, MAX_PARAMS, MAX_SIZE, MAX_VALUE_SIZE,
};
use trampette_types::{CType, DataModel, Enum, Field, Int, Record, Signature, TypeError};

const MODEL: DataModel = DataModel::LINUX_X86_64;
const BYTE: CType = CType::Int(Int::U8);

/// A function that puts one more level around a type.
type Wrap = fn(CType) -> Result<CType, TypeError>;

const WRAPS: [(&str, Wrap); 6] = [
    ("struct", |ty| CType::structure([ty])),
    ("union", |ty| CType::union([ty])),
    ("array", |ty| CType::array(ty, 1)),
    ("pointer", CType::pointer_to),
    ("result", |ty| {
        CType::function_pointer(Signature::new([], ty)?)
    }),
    ("parameter", |ty| {
        CType::function_pointer(Signature::new([ty], CType::Void)?)
    }),
];

fn bytes(len: usize) -> CType {
    CType::structure([CType::array(BYTE, len).unwrap()]).unwrap()
}

#[test]
fn hard_case_41_parameters_end_at_1024() {
    assert_eq!(MAX_PARAMS, 1024);
    let most = Signature::new(vec![CType::F64; 1024], CType::Void).unwrap();
    assert_eq!(most.shape(&MODEL).unwrap().params().len(), 1024);
    let text = most.to_string();
    assert_eq!(text.parse::<Signature>().unwrap(), most);

    let error = TypeError::TooManyParams { count: 1025 };
    assert_eq!(
        Signature::new(vec![CType::F64; 1025], CType::Void),
        Err(error.clone())
    );
    assert_eq!(most.with_variadic_arguments([CType::F64]), Err(error));
    let text = text.replacen('(', "(i32, ", 1);
    assert_eq!(
        text.parse::<Signature>().unwrap_err().code(),
        "too-many-params"
    );

    let count = 100_000;
    let error = Signature::new(vec![CType::F64; count], CType::Void).unwrap_err();
    assert_eq!(error, TypeError::TooManyParams { count });
}

#[test]
fn hard_case_41_levels_end_at_64() {
    assert_eq!(MAX_DEPTH, 64);
    for (name, wrap) in WRAPS {
        let mut ty = BYTE;
        for level in 2..=64 {
            ty = wrap(ty).unwrap_or_else(|error| panic!("{name}, level {level}: {error}"));
        }
        assert!(ty.layout(&MODEL).is_ok(), "{name}");
        assert_eq!(ty.to_string().parse::<CType>().unwrap(), ty, "{name}");
        assert_eq!(wrap(ty), Err(TypeError::TooDeep), "{name}");
    }
}

#[test]
fn hard_case_41_200_000_levels_are_refused() {
    for (name, wrap) in WRAPS {
        let mut ty = BYTE;
        let mut refused = 0;
        for _ in 0..200_000 {
            match wrap(ty.clone()) {
                Ok(deeper) => ty = deeper,
                Err(error) => {
                    assert_eq!(error, TypeError::TooDeep, "{name}");
                    refused += 1;
                }
            }
        }
        assert_eq!(refused, 200_000 - 63, "{name}");
    }
}

#[test]
fn hard_case_41_sharing_does_not_hide_nodes() {
    let leaves = [
        ("byte", BYTE),
        ("empty struct", CType::structure([CType::F64; 0]).unwrap()),
        ("no elements", CType::array(BYTE, 0).unwrap()),
        ("pointer", BYTE.pointer_to().unwrap()),
    ];
    for (name, leaf) in leaves {
        let mut largest = leaf;
        let error = loop {
            match CType::structure([largest.clone(), largest.clone()]) {
                Ok(twice) => largest = twice,
                Err(error) => break error,
            }
        };
        assert_eq!(error, TypeError::TooManyNodes, "{name}");
        assert!(largest.layout(&MODEL).is_ok(), "{name}");
        assert_eq!(largest, largest.to_string().parse().unwrap(), "{name}");
    }
}

#[test]
fn hard_case_41_parameters_do_not_multiply_nodes() {
    let half = CType::structure(vec![CType::array(BYTE, 0).unwrap(); MAX_NODES / 4]).unwrap();
    let error = TypeError::TooManyNodes;
    assert!(Signature::new([half.clone()], half.clone()).is_err());
    let one = Signature::new([half.clone()], CType::Void).unwrap();
    assert!(one.shape(&MODEL).is_ok());
    let many = Signature::new(vec![half.clone(); MAX_PARAMS], CType::Void);
    assert_eq!(many, Err(error.clone()));
    assert_eq!(one.with_variadic_arguments(vec![half; 1000]), Err(error));
}

#[test]
fn hard_case_41_long_names_do_not_make_long_messages() {
    let field = Field::named("n".repeat(1 << 20), CType::array(BYTE, 1 << 10).unwrap());
    let named = CType::structure([field]).unwrap();
    let big = CType::structure(vec![named; 20_000]).unwrap();
    let signature = Signature::new([big], CType::Void).unwrap();
    let error = signature.shape(&MODEL).unwrap_err();
    assert_eq!(error.code(), "value-too-large");
    assert!(error.to_string().len() < 200);
}

#[test]
fn hard_case_41_nodes_end_at_65536() {
    let most = vec![BYTE; MAX_NODES - 1];
    assert!(CType::structure(most.clone()).is_ok());
    let more = [most, vec![BYTE]].concat();
    assert_eq!(CType::structure(more), Err(TypeError::TooManyNodes));
}

#[test]
fn hard_case_41_sizes_that_overflow_are_refused() {
    let text = [
        "[u64; 9223372036854775808]",
        "[[u8; 9223372036854775807]; 3]",
        "[u8; 18446744073709551615]",
        "[u8; 9223372036854775808]",
        "{[u8; 9223372036854775807], u8}",
        "{[u8; 9223372036854775807]} align(2)",
        "{[u8; 9223372036854775807], align(4096) [u8; 0]}",
        "{u8, [u64; 1152921504606846975]}",
        "union {[u8; 9223372036854775807], u64}",
        "[[[[u8; 65536]; 65536]; 65536]; 65536]",
        "{[{}; 9], [[u16; 4611686018427387904]; 1]}",
    ];
    for text in text {
        let ty: CType = text.parse().unwrap();
        let error = ty.layout(&MODEL).unwrap_err();
        assert_eq!(error.code(), "size-overflow", "{text}");
        let pointer = Signature::new([ty.pointer_to().unwrap()], CType::Void).unwrap();
        assert!(
            pointer.shape(&MODEL).is_ok(),
            "{text}: what a pointer points to has no size here"
        );
    }
    let largest: CType = "{[u8; 9223372036854775807]}".parse().unwrap();
    assert_eq!(largest.layout(&MODEL).unwrap().size(), MAX_SIZE);
}

#[test]
fn hard_case_41_nothing_repeated_without_end_has_no_size() {
    let ty: CType = "{[[{[u32; 0]}; 18446744073709551615]; 18446744073709551615]}"
        .parse()
        .unwrap();
    let layout = ty.layout(&MODEL).unwrap();
    assert_eq!((layout.size(), layout.align()), (0, 4));
    let end = layout.leaves::<()>(&mut |leaf| panic!("{leaf:?} has a size"));
    assert!(end.is_continue());
}

#[test]
fn hard_case_41_values_end_at_a_mebibyte() {
    assert_eq!(MAX_VALUE_SIZE, 1 << 20);
    let (most, more) = (bytes(1 << 20), bytes((1 << 20) + 1));
    for signature in [
        Signature::new([most.clone()], CType::Void),
        Signature::new([], most.clone()),
        Signature::new([], CType::Void)
            .unwrap()
            .with_variadic_arguments([most.clone()]),
    ] {
        assert!(signature.unwrap().shape(&MODEL).is_ok());
    }
    let error = TypeError::ValueTooLarge {
        ty: "{[u8; 1048577]}".to_owned(),
        size: 1_048_577,
    };
    for signature in [
        Signature::new([more.clone()], CType::Void),
        Signature::new([], more.clone()),
        Signature::new([], CType::Void)
            .unwrap()
            .with_variadic_arguments([more.clone()]),
    ] {
        assert_eq!(signature.unwrap().shape(&MODEL), Err(error.clone()));
    }
    let four_gibibytes = Signature::new([bytes(1 << 32)], CType::Void).unwrap();
    assert_eq!(
        four_gibibytes.shape(&MODEL).unwrap_err().code(),
        "value-too-large"
    );
}

#[test]
fn hard_case_41_arguments_end_at_four_mebibytes() {
    assert_eq!(MAX_ARGUMENTS_SIZE, 4 << 20);
    let shape = |params: Vec<CType>| Signature::new(params, CType::Void).unwrap().shape(&MODEL);
    assert!(shape(vec![bytes(1 << 20); 3]).is_ok());
    assert_eq!(
        shape(vec![bytes(1 << 20); 4]),
        Err(TypeError::ArgumentsTooLarge)
    );
    let aligned: CType = "{} align(4096)".parse().unwrap();
    assert!(
        shape(vec![aligned.clone(); 1023]).is_ok(),
        "padding counts, and 1,023 pages fit"
    );
    let mut over = vec![aligned; 1023];
    over.push(bytes(8192));
    assert_eq!(shape(over), Err(TypeError::ArgumentsTooLarge));
}

#[test]
fn hard_case_41_fields_of_one_name_are_refused() {
    let error = TypeError::DuplicateField {
        name: "x".to_owned(),
    };
    let fields = || {
        [
            Field::named("x", BYTE),
            Field::unnamed(BYTE),
            Field::named("x", CType::F64),
        ]
    };
    assert_eq!(CType::structure(fields()), Err(error.clone()));
    assert_eq!(CType::union(fields()), Err(error));
    let inner = CType::structure([Field::named("x", BYTE)]).unwrap();
    assert!(CType::structure([Field::named("x", BYTE), Field::named("y", inner)]).is_ok());
}

#[test]
fn hard_case_41_void_is_no_value() {
    let refused = TypeError::VoidValue;
    assert_eq!(CType::structure([CType::Void]), Err(refused.clone()));
    assert_eq!(CType::union([BYTE, CType::Void]), Err(refused.clone()));
    assert_eq!(CType::array(CType::Void, 0), Err(refused.clone()));
    assert_eq!(
        Signature::new([CType::Void], CType::Void),
        Err(refused.clone())
    );
    assert_eq!(
        Signature::new([BYTE, CType::Void], CType::Void),
        Err(refused.clone())
    );
    let variadic = Signature::new([BYTE], CType::Void).unwrap();
    assert_eq!(
        variadic.with_variadic_arguments([CType::Void]),
        Err(refused)
    );
    assert_eq!(CType::Void.pointer_to(), Ok(CType::POINTER));
}

#[test]
fn hard_case_41_arrays_are_not_passed_by_value() {
    let array = CType::array(BYTE, 4).unwrap();
    let refused = TypeError::ArrayByValue {
        ty: "[u8; 4]".to_owned(),
    };
    assert_eq!(
        Signature::new([array.clone()], CType::Void),
        Err(refused.clone())
    );
    assert_eq!(Signature::new([], array.clone()), Err(refused.clone()));
    let variadic = Signature::new([], CType::Void).unwrap();
    assert_eq!(variadic.with_variadic_arguments([array]), Err(refused));
}

#[test]
fn hard_case_41_alignments_are_powers_of_two_up_to_a_page() {
    let record = Record::new([BYTE]).unwrap();
    for align in (0..=12).map(|bits| 1 << bits) {
        assert_eq!(
            record.clone().with_align(align).unwrap().align(),
            Some(align)
        );
        assert_eq!(
            record.clone().with_packed(align).unwrap().packed(),
            Some(align)
        );
        assert_eq!(
            Field::unnamed(BYTE).with_align(align).unwrap().align(),
            Some(align)
        );
    }
    for align in [0, 3, 24, MAX_ALIGN - 1, 2 * MAX_ALIGN, 1 << 63, usize::MAX] {
        let refused = TypeError::BadAlignment { align };
        assert_eq!(record.clone().with_align(align), Err(refused.clone()));
        assert_eq!(record.clone().with_packed(align), Err(refused.clone()));
        assert_eq!(Field::unnamed(BYTE).with_align(align), Err(refused));
    }
}

#[test]
fn hard_case_41_the_variadic_part_begins_inside_the_parameters() {
    let signature = Signature::new([BYTE, BYTE], CType::Void).unwrap();
    for index in 0..=2 {
        let variadic = signature.clone().with_variadic_from(index).unwrap();
        assert_eq!(variadic.fixed_params().len(), index);
    }
    for index in [3, usize::MAX] {
        let refused = TypeError::BadVariadicIndex { index, count: 2 };
        assert_eq!(signature.clone().with_variadic_from(index), Err(refused));
    }
}

#[test]
fn hard_case_41_variadic_arguments_are_promoted() {
    let small_enum = CType::Enum(Enum::new(Int::I16));
    for (ty, expected) in [
        (CType::Bool, "int"),
        (CType::Int(Int::I8), "int"),
        (CType::Int(Int::Char), "int"),
        (CType::Int(Int::UnsignedShort), "int"),
        (small_enum, "int"),
        (CType::F32, "double"),
    ] {
        let found = ty.to_string();
        let variadic = Signature::new([ty.clone()], CType::Void).unwrap();
        let call = variadic.with_variadic_arguments([ty]).unwrap();
        let refused = TypeError::Unpromoted {
            index: 1,
            found,
            expected,
        };
        assert_eq!(
            call.shape(&MODEL),
            Err(refused),
            "the first one is fixed and stays as it is"
        );
    }
    for text in [
        "(..., int, uint, i64, f64, ptr, str, enum(u32), {i8}, {f32}) -> void",
        "(i8, f32, bool, ...) -> i8",
    ] {
        assert!(
            text.parse::<Signature>().unwrap().shape(&MODEL).is_ok(),
            "{text}"
        );
    }
    // wchar_t is promoted where it has two bytes, and stays where it has four.
    let wide: Signature = "(..., wchar_t) -> void".parse().unwrap();
    assert!(wide.shape(&DataModel::LINUX_X86_64).is_ok());
    assert_eq!(
        wide.shape(&DataModel::WINDOWS_MSVC).unwrap_err().code(),
        "unpromoted-argument"
    );
}
