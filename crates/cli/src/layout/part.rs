//! A type and what it is made of, each with its name and its place in the whole.

use std::ops::Range;

use trampette::{Array, CType, Layout, LayoutKind};
use trampette_types::{Bits, Field, Member};

use super::subject::Subject;
use crate::charset::PAGE;

/// The whole, a member, or an element.
#[derive(Clone)]
pub(super) struct Part<'a> {
    /// What it is called: `in.a[0].x`, as C reaches it.
    pub(super) name: String,
    /// What stands before the names of its members.
    path: String,
    /// Whether its members are reached as if they were those of what it stands in.
    pub(super) is_anonymous: bool,
    /// The name as declared, if it is a member with one.
    pub(super) own_name: Option<&'a str>,
    pub(super) ty: &'a CType,
    pub(super) layout: &'a Layout,
    /// The byte of the whole where it begins. For a bit-field, where its storage does.
    pub(super) at: usize,
    pub(super) bits: Option<Bits>,
}

impl<'a> Part<'a> {
    pub(super) fn whole(subject: &'a Subject) -> Self {
        Self {
            name: String::new(),
            path: String::new(),
            is_anonymous: false,
            own_name: None,
            ty: &subject.ty,
            layout: &subject.layout,
            at: 0,
            bits: None,
        }
    }

    /// Its bits, counted from the start of the whole. No number of bytes is too large for it.
    pub(super) fn extent(&self) -> Range<u128> {
        let start = bits(self.at);
        match self.bits {
            None => start..start + bits(self.layout.size()),
            Some(own) => {
                let start = start + u128::from(own.offset);
                start..start + u128::from(own.width)
            }
        }
    }

    pub(super) fn is_union(&self) -> bool {
        matches!(self.ty, CType::Union(_))
    }

    pub(super) fn is_flexible(&self) -> bool {
        matches!(self.ty, CType::Array(array) if array.is_flexible())
    }

    /// The members of a struct or union, in order.
    pub(super) fn members(&self) -> Vec<Self> {
        let (CType::Struct(record) | CType::Union(record)) = self.ty else {
            return Vec::new();
        };
        let all = record.members().zip(self.layout.members()).enumerate();
        all.map(|(index, (field, member))| self.member(index, field, member))
            .collect()
    }

    fn member(&self, index: usize, field: &'a Field, member: &'a Member) -> Self {
        let names = anonymous(field.ty()).filter(|_| field.name().is_none());
        let is_anonymous = names.is_some();
        let (name, path) = match field.name() {
            Some(name) if self.path.is_empty() => (name.to_string(), name.to_string()),
            Some(name) => {
                let name = bounded(format!("{}.{name}", self.path));
                (name.clone(), name)
            }
            None => match names {
                Some(names) => (names, self.path.clone()),
                None => {
                    let name = bounded(format!("{}.{index}", self.path));
                    (name.clone(), name)
                }
            },
        };
        Self {
            name,
            path,
            is_anonymous,
            own_name: field.name(),
            ty: field.ty(),
            layout: &member.layout,
            at: self.at + member.offset,
            bits: member.bits,
        }
    }

    /// The array, if its elements are shown one by one: those that are structs or unions, or arrays of them.
    pub(super) fn opened(&self) -> Option<(&'a Array, &'a Layout)> {
        match (self.ty, self.layout.kind()) {
            (CType::Array(array), LayoutKind::Array { element, .. })
                if record_in(array.element()) && element.size() > 0 && !array.is_empty() =>
            {
                Some((array, element))
            }
            _ => None,
        }
    }

    /// An element of an array of that many.
    pub(super) fn element(&self, index: usize) -> Option<Self> {
        let (array, element) = self.opened()?;
        let name = bounded(format!("{}[{index}]", self.path));
        Some(Self {
            path: name.clone(),
            name,
            is_anonymous: false,
            own_name: None,
            ty: array.element(),
            layout: element,
            at: self.at + index * element.size(),
            bits: None,
        })
    }

    /// What its box says: the name, with the length of an array and the width of a bit-field.
    pub(super) fn label(&self) -> String {
        let mut label = self.name.clone();
        let mut ty = self.ty;
        while let CType::Array(array) = ty {
            label += &match array.is_flexible() {
                true => "[]".to_string(),
                false => format!("[{}]", array.len()),
            };
            ty = array.element();
        }
        match self.bits {
            Some(bits) => format!("{label}:{}", bits.width),
            None => label,
        }
    }
}

/// The end of a name that is longer than any page: thousands of members may have it in theirs.
fn bounded(name: String) -> String {
    let cut = name.len().saturating_sub(2 * PAGE);
    let Some((at, _)) = name.char_indices().find(|(at, _)| *at >= cut) else {
        return name;
    };
    name[at..].to_string()
}

/// How many bits there are in some bytes.
pub(super) fn bits(bytes: usize) -> u128 {
    8 * bytes as u128
}

fn record_in(mut ty: &CType) -> bool {
    while let CType::Array(array) = ty {
        ty = array.element();
    }
    matches!(ty, CType::Struct(_) | CType::Union(_))
}

/// What stands for the name of a struct or union without one whose members C reaches as if they were those
/// of what it stands in: their names.
fn anonymous(ty: &CType) -> Option<String> {
    let (separator, record) = match ty {
        CType::Struct(record) => (", ", record),
        CType::Union(record) => (" | ", record),
        _ => return None,
    };
    let mut joined = String::new();
    for field in record.members() {
        let name = match field.name() {
            Some(name) => name.to_string(),
            None => anonymous(field.ty())?,
        };
        // As many as anybody reads.
        if joined.len() < 100 {
            joined += if joined.is_empty() { "" } else { separator };
            joined += &name;
        }
    }
    (!joined.is_empty()).then_some(joined)
}
