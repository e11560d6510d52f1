//! From `ffi_type` to the engine's types.

use trampette::{CType, Field, Float, Int, Layout, MODEL, Record};

use crate::aggregate::{MAX_DEPTH, elements_of, initialise, is_nothing};
use crate::ffi_type::{FfiType, code};
use crate::status::Status;

/// How many parts a type may have, counted as if none were shared: more is refused before it takes long.
const MAX_PARTS: usize = trampette::limits::MAX_NODES;

/// The type that an `ffi_type` describes. One that has no size gets it.
///
/// # Safety
///
/// `ty` is null or a type whose parts are types, and which may be written to if it has no size.
pub(crate) unsafe fn c_type_of(ty: *mut FfiType) -> Result<CType, Status> {
    let mut parts = 0;
    // SAFETY: the caller owes the same.
    unsafe { convert(ty, 0, &mut parts) }
}

/// # Safety
///
/// As for [`c_type_of`].
unsafe fn convert(ty: *mut FfiType, depth: usize, parts: &mut usize) -> Result<CType, Status> {
    *parts += 1;
    if depth > MAX_DEPTH || *parts > MAX_PARTS {
        return Err(Status::BadTypedef);
    }
    // SAFETY: the caller owes the same.
    unsafe { initialise(ty, depth) }?;
    // SAFETY: it has been looked at, so it is not null; the caller says that it is a type.
    let ty = unsafe { &*ty };
    if let Some(simple) = simple(ty.code) {
        return Ok(simple);
    }
    // SAFETY: the caller says that the parts of a type are types.
    let elements = unsafe { elements_of(ty) }?;
    match ty.code {
        code::STRUCT => {
            let convert = |element: &*mut FfiType| {
                // SAFETY: the caller owes the same.
                unsafe { convert(*element, depth + 1, parts) }
            };
            // SAFETY: as above.
            let is_there = |element: &&*mut FfiType| !unsafe { is_nothing(**element) };
            let members = elements
                .iter()
                .filter(is_there)
                .map(convert)
                .collect::<Result<_, _>>()?;
            structure(members, ty.size, ty.alignment.into())
        }
        code::COMPLEX | code::VECTOR => {
            let part = *elements.first().ok_or(Status::BadTypedef)?;
            // SAFETY: the caller says that the parts are types, and none is null.
            let part = simple(unsafe { &*part }.code).ok_or(Status::BadTypedef)?;
            match part {
                CType::Float(float) if ty.code == code::COMPLEX => Ok(CType::Complex(float)),
                // GNU C's complex integers travel as a struct of their parts.
                CType::Int(int) if ty.code == code::COMPLEX => {
                    structure(vec![CType::Int(int); 2], ty.size, ty.alignment.into())
                }
                lane if ty.code == code::VECTOR => vector(lane, elements.len(), ty.size),
                _ => Err(Status::BadTypedef),
            }
        }
        _ => Err(Status::BadTypedef),
    }
}

/// The types that are not made of others.
#[allow(
    unreachable_patterns,
    reason = "where `long double` is `double`, they have one code"
)]
fn simple(of: u16) -> Option<CType> {
    Some(match of {
        code::VOID => CType::Void,
        code::INT | code::SINT32 => CType::Int(Int::I32),
        code::FLOAT => CType::F32,
        code::DOUBLE => CType::F64,
        code::LONGDOUBLE => CType::Float(Float::LongDouble),
        code::UINT8 => CType::Int(Int::U8),
        code::SINT8 => CType::Int(Int::I8),
        code::UINT16 => CType::Int(Int::U16),
        code::SINT16 => CType::Int(Int::I16),
        code::UINT32 => CType::Int(Int::U32),
        code::UINT64 => CType::Int(Int::U64),
        code::SINT64 => CType::Int(Int::I64),
        code::POINTER => CType::POINTER,
        code::UINT128 => CType::Int(Int::U128),
        code::SINT128 => CType::Int(Int::I128),
        _ => return None,
    })
}

/// A vector of so many lanes, and of those that make its size a power of two.
fn vector(lane: CType, lanes: usize, size: usize) -> Result<CType, Status> {
    let vector = CType::vector(lane, lanes.next_power_of_two());
    let fits = |ty: &CType| ty.layout(&MODEL).is_ok_and(|layout| layout.size() == size);
    vector.ok().filter(fits).ok_or(Status::BadTypedef)
}

/// A struct of these members, of the size and the alignment that C code says it has.
///
/// C code says so for what `ffi_type` cannot express: it is aligned, packed, or a union; or its members are
/// stand-ins for arrays. The first of these that has the size and the alignment is taken; and if none has,
/// as many bytes.
fn structure(members: Vec<CType>, size: usize, align: usize) -> Result<CType, Status> {
    let record = Record::new(members.iter().cloned().map(Field::unnamed));
    let record = record.map_err(|_| Status::BadTypedef)?;
    let fits = |ty: &CType| {
        let layout = ty.layout(&MODEL);
        layout.is_ok_and(|layout| (layout.size(), layout.align()) == (size, align))
    };
    let aligned = |record: &Record| record.clone().with_align(align).ok();
    let packed = |limit| record.clone().with_packed(limit).ok();
    let structs = [
        Some(record.clone()),
        aligned(&record),
        packed(1),
        packed(2),
        packed(4),
        packed(1).as_ref().and_then(aligned),
    ];
    let structs = structs.into_iter().flatten().map(CType::Struct);
    let union = CType::union(members.iter().cloned().map(Field::unnamed)).ok();
    let padded = padded(members, size).and_then(|padded| aligned(&padded));
    let bytes = bytes(size).and_then(|bytes| aligned(&bytes));
    structs
        .chain(union)
        .chain([padded, bytes].into_iter().flatten().map(CType::Struct))
        .find(fits)
        .ok_or(Status::BadTypedef)
}

/// The members, and bytes behind them.
fn padded(mut members: Vec<CType>, size: usize) -> Option<Record> {
    let natural = CType::structure(members.iter().cloned().map(Field::unnamed)).ok()?;
    let natural: Layout = natural.layout(&MODEL).ok()?;
    let last = natural.members().last()?;
    let missing = size.checked_sub(last.offset + last.layout.size())?;
    members.push(CType::array(CType::Int(Int::U8), missing).ok()?);
    Record::new(members.into_iter().map(Field::unnamed)).ok()
}

fn bytes(size: usize) -> Option<Record> {
    let bytes = CType::array(CType::Int(Int::U8), size).ok()?;
    Record::new([Field::unnamed(bytes)]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAR: CType = CType::Int(Int::I8);
    const INT: CType = CType::Int(Int::I32);

    fn found(members: &[CType], size: usize, align: usize) -> String {
        structure(members.to_vec(), size, align).map_or("none".into(), |ty| ty.to_string())
    }

    #[test]
    fn a_struct_of_its_natural_size_is_one_of_its_members() {
        assert_eq!(found(&[CHAR, INT], 8, 4), "{i8, i32}");
    }

    #[test]
    fn sizes_that_c_code_sets_are_explained_by_what_c_has() {
        assert_eq!(found(&[CHAR, INT], 5, 1), "{i8, i32} packed");
        assert_eq!(found(&[INT, CType::F64], 8, 8), "union {i32, f64}");
        assert_eq!(found(&[CType::F64], 16, 16), "{f64} align(16)");
        assert_eq!(found(&[CType::POINTER], 104, 8), "{ptr, [u8; 96]} align(8)");
    }

    #[test]
    fn members_that_explain_nothing_are_bytes() {
        assert_eq!(found(&[], 80, 8), "{[u8; 80]} align(8)");
        assert_eq!(
            found(&[CType::POINTER, CType::POINTER], 5, 1),
            "{[u8; 5]} align(1)"
        );
    }
}
