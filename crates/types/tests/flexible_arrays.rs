//! Flexible arrays: `char data[]` at the end of a struct. What compilers make of them, `layout_oracle.rs`
//! asks.

use trampette_types::{CType, DataModel, Field, Int, Record, Signature, TypeError};

fn bytes() -> CType {
    CType::flexible_array(CType::Int(Int::U8)).unwrap()
}

#[test]
fn it_is_an_array_without_a_length() {
    let CType::Array(array) = bytes() else {
        panic!("an array")
    };
    assert!(array.is_flexible() && array.is_empty());
    assert_eq!(array.len(), 0);
    assert_ne!(bytes(), CType::array(CType::Int(Int::U8), 0).unwrap());
    assert_eq!(
        CType::flexible_array(CType::Void),
        Err(TypeError::VoidValue)
    );
}

#[test]
fn it_stands_behind_the_other_members_and_adds_nothing_but_alignment() {
    for (text, size, offset) in [
        ("{n: u32, data: [u8]}", 4, 4),
        ("{n: u32, c: u8, data: [u8]}", 8, 5),
        ("{c: u8, data: [f64]}", 8, 8),
        ("{c: u8, data: [f64]} packed", 1, 1),
        ("{c: u8, align(16) data: [u8]}", 16, 16),
        ("{c: u8:3, data: [u16]}", 2, 2),
    ] {
        let layout = text.parse::<CType>().unwrap();
        for model in DataModel::ALL {
            let layout = layout.layout(&model).unwrap();
            let last = layout.members().last().unwrap();
            let found = (layout.size(), last.offset, last.layout.size());
            assert_eq!(found, (size, offset, 0), "{text} on {}", model.name);
        }
    }
}

#[test]
fn it_is_the_last_member_of_a_struct_with_others() {
    let misplaced = |ty: &str| TypeError::MisplacedFlexibleArray { ty: ty.into() };
    let byte = || Field::named("n", CType::Int(Int::U8));
    let data = || Field::named("data", bytes());
    assert!(CType::structure([byte(), data()]).is_ok());
    let error = Err(misplaced("data: [u8]"));
    assert_eq!(CType::structure([data()]), error);
    assert_eq!(CType::structure([data(), byte()]), error);
    assert_eq!(CType::union([byte(), data()]), error);
    assert_eq!(CType::array(bytes(), 3), Err(misplaced("[u8]")));
    assert_eq!(CType::flexible_array(bytes()), Err(misplaced("[u8]")));
    let pad = Field::unnamed(CType::Int(Int::U8)).with_bits(3).unwrap();
    assert_eq!(CType::structure([pad, data()]), error);
    // A record does not know what it becomes; its layout does.
    let union = CType::Union(Record::new([byte(), data()]).unwrap());
    let layout = union.layout(&DataModel::LINUX_X86_64);
    assert_eq!(
        layout.map(|layout| layout.size()),
        Err(misplaced("data: [u8]"))
    );
}

#[test]
fn records_with_one_are_passed_by_pointer() {
    for ty in [
        "{int, [u8]}",
        "{{int, [u8]}, int}",
        "{[{int, [u8]}; 2]}",
        "union {int, {int, [u8]}}",
    ] {
        let by_pointer: Signature = format!("(*{ty}) -> *{ty}").parse().unwrap();
        assert!(by_pointer.shape(&DataModel::LINUX_X86_64).is_ok());
        let error = TypeError::FlexibleArrayByValue { ty: ty.into() };
        for text in [format!("({ty}) -> void"), format!("() -> {ty}")] {
            let signature: Signature = text.parse().unwrap();
            for model in DataModel::ALL {
                assert_eq!(signature.shape(&model), Err(error.clone()), "{text}");
            }
        }
    }
    assert!("([u8]) -> void".parse::<Signature>().is_err());
}
