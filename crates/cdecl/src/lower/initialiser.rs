//! How long an array is that does not say it: "If an array of unknown size is initialized, its size is determined by the
//! largest indexed element with an explicit initializer." (C11 6.7.9, 22)

use trampette_types::{CType, Field, Record, Scalar};

use super::derive::key_of_array;
use super::measure::MAX_WORK;
use super::place::has;
use super::type_of::units;
use super::{Scope, Ty, Typed, value};
use crate::ast::{Designator, Initial, Initialiser, Item};
use crate::error::{At, Fault};
use crate::names::Incomplete;

/// The items of a list that are not read yet.
struct Items<'i, 'a> {
    all: &'i [Item<'a>],
    at: usize,
}

impl<'i, 'a> Items<'i, 'a> {
    fn next(&self) -> Option<&'i Item<'a>> {
        self.all.get(self.at)
    }

    /// Whether the next one goes on where the last one ended.
    fn goes_on(&self) -> bool {
        self.next().is_some_and(|item| item.designators.is_none())
    }
}

impl<'a> Scope<'a> {
    /// The type with the length that an initialiser gives it. Where that cannot be told, it stays without.
    pub(super) fn completed_by(
        &mut self,
        typed: Typed,
        initialiser: Option<&Initialiser<'a>>,
    ) -> Result<Typed, Fault> {
        let (Ty::Incomplete(Incomplete::Array(element)), Some(initialiser)) =
            (&typed.ty, initialiser)
        else {
            return Ok(typed);
        };
        let Some(len) = self.len_by(element, initialiser) else {
            return Ok(typed);
        };
        let ty = CType::array(element.clone(), len).at(typed.span)?;
        Ok(Typed {
            ty: Ty::Complete(ty),
            key: key_of_array(typed.key, len),
            ..typed
        })
    }

    fn len_by(&mut self, element: &CType, initialiser: &Initialiser<'a>) -> Option<usize> {
        match initialiser {
            Initialiser::One(Initial::Text(pieces)) => self.len_of_text(element, pieces),
            Initialiser::One(Initial::Value(value)) => {
                let typed = self.type_of(value).ok()?;
                match typed.ty {
                    Ty::Complete(CType::Array(array)) => Some(array.len()),
                    _ => None,
                }
            }
            Initialiser::One(_) => None,
            Initialiser::List(items) => {
                if let [only] = items.as_slice()
                    && let (None, Initial::Text(pieces)) = (&only.designators, &only.value)
                    && let Some(len) = self.len_of_text(element, pieces)
                {
                    return Some(len);
                }
                self.len_of_list(element, items)
            }
        }
    }

    /// "Successive bytes of the string literal (including the terminating null character if there is room or if the
    /// array is of unknown size) initialize the elements of the array." (C11 6.7.9, 14)
    fn len_of_text(&self, element: &CType, pieces: &[&str]) -> Option<usize> {
        let unit = self.unit_of_text(pieces)?;
        let CType::Int(int) = element else {
            return None;
        };
        let is_same = int.scalar(self.options.model()).size() == unit.size();
        let len = units(pieces, unit.size())?;
        is_same.then(|| len + 1)
    }

    /// What a text is made of.
    pub(super) fn unit_of_text(&self, pieces: &[&str]) -> Option<Scalar> {
        Some(match *pieces.first()? {
            "L" => self.options.model().wchar,
            "u" => Scalar::U16,
            "U" => Scalar::U32,
            _ => Scalar::I8,
        })
    }

    fn len_of_list(&mut self, element: &CType, items: &[Item<'a>]) -> Option<usize> {
        let mut items = Items { all: items, at: 0 };
        let (mut index, mut len) = (0usize, 0);
        while let Some(item) = items.next() {
            let before = items.at;
            match item.designators.as_deref() {
                None => self.take(element, &mut items)?,
                Some([Designator::Index(at), rest @ ..]) => {
                    index = self.length(at).ok()?;
                    self.designated(element, rest, &mut items)?;
                }
                Some(_) => return None,
            }
            if items.at == before {
                // An element that has no parts has none of the items.
                items.at += 1;
            }
            index = index.checked_add(1)?;
            len = len.max(index);
        }
        Some(len)
    }

    /// Takes the items of one object: "If the initializer of a subaggregate or contained union begins with a left brace,
    /// the initializers enclosed by that brace and its matching right brace initialize the elements or members of the
    /// subaggregate or the contained union. Otherwise, only enough initializers from the list are taken to account for
    /// the elements or members" (C11 6.7.9, 20).
    fn take(&mut self, ty: &CType, items: &mut Items<'_, 'a>) -> Option<()> {
        self.work(1)?;
        let item = items.next()?;
        let is_whole = match (&item.value, ty) {
            (Initial::List, _) => true,
            (Initial::Text(pieces), CType::Array(array)) => {
                self.len_of_text(array.element(), pieces).is_some()
            }
            (_, CType::Array(_)) => false,
            (Initial::Value(expr), CType::Struct(_) | CType::Union(_) | CType::Vector(_)) => {
                let typed = self.type_of(expr).ok()?;
                self.work(ty.nodes())?;
                value(typed).ok()? == *ty
            }
            (Initial::Unknown, CType::Struct(_) | CType::Union(_) | CType::Vector(_)) => {
                return None;
            }
            (_, CType::Struct(_) | CType::Union(_) | CType::Vector(_)) => false,
            _ => true,
        };
        if is_whole {
            items.at += 1;
            return Some(());
        }
        match ty {
            CType::Array(array) => self.elements(array.element(), array.len(), items),
            CType::Vector(vector) => self.elements(&vector.lane(), vector.len(), items),
            CType::Struct(record) => self.members(record, 0, items),
            CType::Union(record) => match record.members().next() {
                Some(first) => self.take(first.ty(), items),
                None => Some(()),
            },
            _ => Some(()),
        }
    }

    /// Takes the items of so many elements: the first has the next one.
    fn elements(&mut self, ty: &CType, count: usize, items: &mut Items<'_, 'a>) -> Option<()> {
        for index in 0..count {
            if index > 0 && !items.goes_on() {
                break;
            }
            let before = items.at;
            self.take(ty, items)?;
            if items.at == before {
                break;
            }
        }
        Some(())
    }

    /// Takes the items of the members from one on.
    fn members(&mut self, record: &Record, from: usize, items: &mut Items<'_, 'a>) -> Option<()> {
        let start = items.at;
        for field in record.members().skip(from) {
            let is_first = from == 0 && items.at == start;
            if !is_first && !items.goes_on() {
                break;
            }
            self.take(field.ty(), items)?;
        }
        Some(())
    }

    /// Takes an item with designators, and those that go on behind it in the same array or struct. "Initialization
    /// continues forward in order, beginning with the next subobject after that described by the designator." (C11
    /// 6.7.9, 17)
    fn designated(
        &mut self,
        ty: &CType,
        designators: &[Designator<'a>],
        items: &mut Items<'_, 'a>,
    ) -> Option<()> {
        let (first, rest) = match designators {
            [] => return self.take(ty, items),
            [first, rest @ ..] => (first, rest),
        };
        match (first, ty) {
            (Designator::Index(at), CType::Array(array)) => {
                let index = self.length(at).ok()?;
                self.designated(array.element(), rest, items)?;
                let left = array.len().saturating_sub(index).saturating_sub(1);
                match items.goes_on() {
                    true => self.elements(array.element(), left, items),
                    false => Some(()),
                }
            }
            (Designator::Member(name), CType::Struct(record) | CType::Union(record)) => {
                self.work(ty.nodes())?;
                let (index, field) = member(record, name)?;
                match field.name() {
                    Some(_) => self.designated(field.ty(), rest, items)?,
                    // It is one of a member without a name.
                    None => self.designated(field.ty(), designators, items)?,
                }
                match (ty, items.goes_on()) {
                    (CType::Struct(_), true) => self.members(record, index + 1, items),
                    _ => Some(()),
                }
            }
            _ => None,
        }
    }

    /// Notes work that is done; nothing when that was too much for one text.
    pub(super) fn work(&mut self, parts: usize) -> Option<()> {
        let work = self.measured.work.saturating_add(parts);
        self.measured.work = work;
        (work <= MAX_WORK).then_some(())
    }
}

/// The member that has a name, or in which it is one of those of a member without a name, and where it is.
fn member<'r>(record: &'r Record, name: &str) -> Option<(usize, &'r Field)> {
    record
        .members()
        .enumerate()
        .find(|(_, field)| match (field.name(), field.ty()) {
            (Some(found), _) => found == name,
            (None, CType::Struct(inner) | CType::Union(inner)) => has(inner, name),
            _ => false,
        })
}
