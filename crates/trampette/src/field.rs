//! Fields of structs by the names that C reaches them by: `position.x`, `path[2]`.

use trampette_types::{CType, Record};

use crate::error::{Error, Position};
use crate::native::MODEL;
use crate::typed::CValue;

/// Where what a path names begins in a value of a type, in bytes, for values of a Rust type.
///
/// A path is a field, a field of that, and so on: `a.b`, with indices of array elements, `a[3].b`. The fields of
/// members without a name are the record's own, as in C.
///
/// # Errors
///
/// [`Error::NoField`], with the name that there is not; [`Error::IndexOutOfRange`] for an element;
/// [`Error::ValueType`] where the field is of another type, has bits and no address, or is not aligned.
pub(crate) fn offset_of<T: CValue>(ty: &CType, path: &str) -> Result<usize, Error> {
    let mut place = Place {
        offset: 0,
        ty: ty.clone(),
        bits: None,
    };
    for step in steps(path) {
        place = place.step(step?, path)?;
    }
    let layout = place.ty.layout(&MODEL)?;
    let expected = match place.bits {
        Some(bits) => format!("{}:{bits}", place.ty),
        None if !T::matches(&layout) => place.ty.to_string(),
        None if place.offset.is_multiple_of(align_of::<T>()) => return Ok(place.offset),
        None => format!(
            "{} at byte {}, which is not aligned",
            place.ty, place.offset
        ),
    };
    Err(Error::ValueType {
        at: Position::Field(path.into()),
        expected,
        found: T::c_type().to_string(),
    })
}

/// One step of a path.
enum Step<'p> {
    Field(&'p str),
    Element(usize),
}

/// The steps of a path; what is no step is taken for the name of a field that there is not.
fn steps(path: &str) -> impl Iterator<Item = Result<Step<'_>, Error>> {
    path.split('.').flat_map(|part| {
        let (name, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        let element = |index: &str| {
            let index = index
                .strip_suffix(']')
                .and_then(|index| index.trim().parse().ok());
            index.map(Step::Element).ok_or_else(|| no_field(part, path))
        };
        let elements: Vec<_> = indices.split('[').skip(1).map(element).collect();
        std::iter::once(Ok(Step::Field(name.trim()))).chain(elements)
    })
}

/// A part of a value.
struct Place {
    offset: usize,
    ty: CType,
    bits: Option<u32>,
}

impl Place {
    fn step(self, step: Step<'_>, path: &str) -> Result<Self, Error> {
        match step {
            Step::Element(index) => {
                let CType::Array(array) = &self.ty else {
                    return Err(no_field(&format!("[{index}]"), path));
                };
                let count = array.len();
                if index >= count {
                    return Err(Error::IndexOutOfRange { index, count });
                }
                let ty = array.element().clone();
                let offset = self.offset + index * ty.layout(&MODEL)?.size();
                Ok(Self {
                    offset,
                    ty,
                    bits: None,
                })
            }
            Step::Field(name) => {
                let found = self.field(name)?;
                found.ok_or_else(|| no_field(name, &self.ty.to_string()))
            }
        }
    }

    /// The field of this name, also one of a member without a name (C11 6.7.2.1, 13).
    fn field(&self, name: &str) -> Result<Option<Self>, Error> {
        let (CType::Struct(record) | CType::Union(record)) = &self.ty else {
            return Ok(None);
        };
        let layout = self.ty.layout(&MODEL)?;
        for (field, member) in Record::members(record).zip(layout.members()) {
            let place = Self {
                offset: self.offset + member.offset,
                ty: field.ty().clone(),
                bits: field.bits(),
            };
            match field.name() {
                Some(found) if found == name => return Ok(Some(place)),
                Some(_) => {}
                None => {
                    if let Some(found) = place.field(name)? {
                        return Ok(Some(found));
                    }
                }
            }
        }
        Ok(None)
    }
}

fn no_field(name: &str, ty: &str) -> Error {
    Error::NoField {
        name: name.into(),
        ty: ty.into(),
    }
}
