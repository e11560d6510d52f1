//! Bit-fields that compilers disagree about, and of which a layout says nothing: those of no bits, and
//! those whose type is aligned to more than they are.

use std::ops::ControlFlow;

use trampette::{CType, MODEL, Record, Scalar};
use trampette_types::BitFieldRule;

/// Whether some union in a type has a bit-field of no bits, and may travel in registers.
pub(super) fn is_small_with_zero_width_in_union(ty: &CType) -> bool {
    let is_small = ty.layout(&MODEL).is_ok_and(|layout| layout.size() <= 16);
    is_small && has_zero_width_in_union(ty)
}

/// Whether a record is of floating-point numbers or vectors of one type, but for bit-fields of no bits in unions.
pub(super) fn is_of_floats_and_zero_width_in_union(ty: &CType) -> bool {
    has_zero_width_in_union(ty) && is_of_floats(ty)
}

/// The same but for bit-fields of no bits anywhere.
pub(super) fn is_of_floats_and_zero_width(ty: &CType) -> bool {
    has_record(ty, &|ty| record(ty).is_some_and(has_zero_width)) && is_of_floats(ty)
}

fn has_zero_width_in_union(ty: &CType) -> bool {
    has_record(ty, &|ty| match ty {
        CType::Union(union) => has_zero_width(union),
        _ => false,
    })
}

fn is_of_floats(ty: &CType) -> bool {
    let Ok(layout) = ty.layout(&MODEL) else {
        return false;
    };
    let mut base = None;
    let all = layout.leaves(&mut |leaf| {
        let is_number = leaf.scalar.is_float() || matches!(leaf.scalar, Scalar::V64 | Scalar::V128);
        match is_number && *base.get_or_insert(leaf.scalar) == leaf.scalar {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    base.is_some() && all.is_continue()
}

/// Whether a packed record of up to 16 bytes has a bit-field whose type is aligned to 16, and is not.
pub(super) fn is_packed_with_wide_bits(ty: &CType) -> bool {
    let is_wide = |record: &Record| {
        let mut bits = record
            .fields()
            .iter()
            .filter(|field| field.bits().is_some());
        bits.any(|field| {
            field
                .ty()
                .layout(&MODEL)
                .is_ok_and(|layout| layout.align() == 16)
        })
    };
    let is_packed = |record: &&Record| record.packed().is_some();
    let small = ty
        .layout(&MODEL)
        .is_ok_and(|layout| layout.size() <= 16 && layout.natural_align() < 16);
    small && record(ty).filter(is_packed).is_some_and(is_wide)
}

/// Whether Clang has another layout for a type than GCC, where they share a rule otherwise.
pub(super) fn is_aligned_otherwise_in_clang(ty: &CType) -> bool {
    let mut clang = MODEL;
    clang.bit_fields = BitFieldRule::Clang;
    MODEL.bit_fields == BitFieldRule::Gnu && ty.layout(&MODEL) != ty.layout(&clang)
}

fn has_zero_width(record: &Record) -> bool {
    let mut fields = record.fields().iter();
    fields.any(|field| field.bits() == Some(0))
}

/// Whether a type is such a record, or has one in it.
fn has_record(ty: &CType, is: &impl Fn(&CType) -> bool) -> bool {
    let within = |record: &Record| {
        let mut fields = record.fields().iter();
        fields.any(|field| has_record(field.ty(), is))
    };
    match ty {
        CType::Array(array) => has_record(array.element(), is),
        _ => is(ty) || record(ty).is_some_and(within),
    }
}

fn record(ty: &CType) -> Option<&Record> {
    match ty {
        CType::Struct(record) | CType::Union(record) => Some(record),
        _ => None,
    }
}
