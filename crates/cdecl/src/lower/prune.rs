//! Types of headers within the limits of types: there, structs point to structs that point to structs, and
//! what a pointer points to is left unknown where all of it would be too much.

use trampette_types::limits::{MAX_DEPTH, MAX_NODES};
use trampette_types::{CType, Field, Record, TypeError};

/// What a pointer of a header points to has at most so many nodes.
const MAX_POINTEE: usize = MAX_NODES / 16;

/// A pointer to this, or to something unknown.
pub(super) fn pruned_to(ty: CType) -> CType {
    if ty.nodes() > MAX_POINTEE || ty.depth() > MAX_DEPTH / 2 {
        return CType::POINTER;
    }
    ty.pointer_to().unwrap_or(CType::POINTER)
}

/// The same type, in which no pointer says what it points to. It has the same layout.
pub(super) fn pruned(ty: &CType) -> Result<CType, TypeError> {
    match ty {
        CType::Pointer(_) => Ok(CType::POINTER),
        CType::Array(array) if array.is_flexible() => {
            CType::flexible_array(pruned(array.element())?)
        }
        CType::Array(array) => CType::array(pruned(array.element())?, array.len()),
        CType::Struct(record) => pruned_record(record).map(CType::Struct),
        CType::Union(record) => pruned_record(record).map(CType::Union),
        other => Ok(other.clone()),
    }
}

fn pruned_record(record: &Record) -> Result<Record, TypeError> {
    let fields = record.fields().iter().map(pruned_field);
    let mut pruned = Record::new(fields.collect::<Result<Vec<_>, _>>()?)?;
    if let Some(limit) = record.packed() {
        pruned = pruned.with_packed(limit)?;
    }
    if let Some(align) = record.align() {
        pruned = pruned.with_align(align)?;
    }
    Ok(match record.tag() {
        Some(tag) => pruned.with_tag(tag),
        None => pruned,
    })
}

/// The field, in which no pointer says what it points to.
pub(super) fn pruned_field(field: &Field) -> Result<Field, TypeError> {
    let ty = pruned(field.ty())?;
    let mut pruned = match field.name() {
        Some(name) => Field::named(name, ty),
        None => Field::unnamed(ty),
    };
    if let Some(bits) = field.bits() {
        pruned = pruned.with_bits(bits)?;
    }
    match field.align() {
        Some(align) => pruned.with_align(align),
        None => Ok(pruned),
    }
}
